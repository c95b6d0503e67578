// SPDX-License-Identifier: Apache-2.0
/* As api/components/findings.yaml has them. */
export interface Vuln {
	id: string;
	title?: string | null;
	severity: string;
	risk: number;
	cvss?: number | null;
	vector?: string | null;
	epss?: number | null;
	kev?: boolean | null;
	kev_ms?: number | null;
	exploit?: string | null;
	ssvc?: string | null;
	n_images: number;
	n_containers: number;
	n_hosts: number;
	published_ms?: number | null;
	modified_ms?: number | null;
	first_ms?: number | null;
	detail?: { aliases?: string[]; cwes?: string[]; references?: unknown[]; [name: string]: unknown };
	packages?: { type: string; name: string; version: string; status?: string; fix?: string; n_subjects?: number; risk?: number }[];
}

export interface Finding {
	id: number;
	kind: string;
	vulnerability: string;
	rule?: string;
	title?: string;
	category?: string;
	severity: string;
	risk: number;
	risk_low?: number;
	risk_high?: number;
	due?: string;
	state: string;
	state_why?: string;
	state_by?: string;
	state_until_ms?: number | null;
	status?: string;
	fix?: string;
	mend?: string;
	side?: string;
	owner?: string;
	subject: string;
	image?: string | null;
	package?: string | null;
	version?: string | null;
	type?: string | null;
	purl?: string;
	path?: string;
	line?: number;
	layer?: number;
	instruction?: string;
	kev?: boolean | null;
	epss?: number | null;
	cvss?: number | null;
	vector?: string;
	exploit?: string | null;
	ssvc?: string;
	summary?: string;
	container_id?: string;
	container?: string;
	host_id?: string;
	host?: string | null;
	evidence?: string;
	first_ms?: number | null;
	seen_ms?: number;
	fixed_ms?: number | null;
	factors?: Factor[];
	exceptions?: { registry: string; repository: string; state: string; reason: string; who: string; made_ms: number; until_ms?: number | null }[];
}

export interface Factor {
	name: string;
	value: number;
	low: number;
	high: number;
	known: boolean;
	words: string;
}

export interface Impact {
	id: string;
	counts?: { images?: number; containers?: number; hosts?: number };
	nodes: ImpactNode[];
	edges: { from: string; to: string }[];
}

export interface ImpactNode {
	id: string;
	kind: "vulnerability" | "package" | "image" | "container" | "host";
	ref: string;
	name: string;
	risk: number;
}
