// SPDX-License-Identifier: Apache-2.0
/* What the server says of how things are set up (api/components/compliance.yaml). */
export interface Texts {
	en: string;
	zh: string;
}
export interface Tally {
	score: number | null;
	pass: number;
	fail: number; /* with those that are excepted */
	excepted: number;
	manual: number;
	unknown: number;
	not_applicable: number;
}
export interface HostRow extends Tally {
	host_id: string;
	host?: string | null;
	score_before: number | null;
	critical: number;
	high: number;
	new: number;
	mended: number;
	distribution?: string;
	run_ms: number;
	n_gaps: number;
}
export interface Summary extends Tally {
	time_ms: number;
	score_before: number | null;
	last_run_ms: number | null;
	hosts_checked: number;
	hosts_unchecked: number;
	new: number;
	mended: number;
	severities: { severity: string; fail: number; excepted: number }[];
	categories: (Tally & { category: string })[];
	benchmarks: (Tally & { id: string; version: string; title: Texts; checks: number; checks_failing: number })[];
	hosts: HostRow[];
	checks: { check: string; title: Texts; severity: string; category: string; fail: number; excepted: number }[];
	trend: { day_ms: number; score: number | null; fail: number | null }[];
	exceptions: { active: number; ending_soon: number };
}
export interface Row {
	id: number;
	check: string;
	title: string | null;
	title_zh: string | null;
	state: string;
	severity: string;
	category: string;
	level?: number;
	kind: string;
	name: string;
	host_id: string;
	host?: string | null;
	container_id?: string;
	container?: string | null;
	namespace?: string;
	workload?: string;
	refs?: Record<string, string> | null;
	excepted: boolean;
	exception_owner?: string | null;
	exception_until_ms?: number | null;
	new: boolean;
	since_ms: number;
	first_ms: number;
}
export interface Exception {
	id: number;
	check: string;
	subject: string;
	host_id: string;
	host?: string | null;
	owner: string;
	reason: string;
	expires_ms: number;
	made_by: string;
	made_ms: number;
	ended_ms?: number | null;
	ended_by?: string;
	active: boolean;
	n_results: number;
}
export interface Result {
	id: number;
	check: string;
	title: Texts;
	why: Texts;
	mend: Texts;
	ask: Texts;
	state: string;
	severity: string;
	category: string;
	level: number;
	weight: number;
	kind: string;
	name: string;
	host_id: string;
	host: string;
	container_id: string;
	container: string;
	namespace: string;
	workload: string;
	cause: string;
	evidence: { field: string; value: string; where?: string }[];
	refs: Record<string, string>;
	new: boolean;
	before: string;
	first_ms: number;
	since_ms: number;
	seen_ms: number;
	history: { at_ms: number; before: string; after: string }[];
	exception: Exception | null;
}
export interface WorkloadRow {
	id: string;
	host_id: string | null;
	host?: string | null;
	kind: string;
	namespace: string;
	workload: string;
	container_id: string;
	container?: string | null;
	fail: number;
	excepted: number;
	critical: number;
	high: number;
	pass: number;
	weight_lost: number;
}
export interface ChangeRow {
	id: number;
	at_ms: number;
	check: string;
	title: string | null;
	title_zh: string | null;
	severity: string;
	before: string;
	after: string;
	kind: string;
	name: string;
	host_id: string;
	host?: string | null;
	result_id: number;
}
export interface CheckRow {
	id: string;
	title: string;
	title_zh: string;
	kind: string;
	severity: string;
	category: string;
	level: number;
	weight: number;
	benchmarks: string;
	pass: number;
	fail: number;
	excepted: number;
	manual: number;
	unknown: number;
	not_applicable: number;
}
