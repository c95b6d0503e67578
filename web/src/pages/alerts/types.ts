// SPDX-License-Identifier: Apache-2.0
/* As api/components/alerts.yaml has them. */
export interface Alert {
	id: number;
	at_ms: number;
	level: number;
	priority?: string;
	rule: string;
	output?: string;
	source?: string;
	host_id: string;
	host?: string | null;
	container_id?: string;
	container?: string | null;
	namespace?: string | null;
	image_id?: string;
	image?: string | null;
	incident_id?: number | null;
	suppressed?: boolean;
	tags?: string[];
	intel?: string;
	fields?: Record<string, unknown>;
	process?: { pid?: number; exe?: string; cmdline?: string; lineage?: { pid: number; exe: string; cmdline: string }[] };
}

export interface Incident {
	id: number;
	title: string;
	rule?: string;
	level: number;
	priority?: string;
	status: string;
	assignee?: string;
	host_id: string;
	host?: string | null;
	container_id?: string;
	container?: string | null;
	namespace?: string | null;
	image_id?: string;
	image?: string | null;
	first_ms: number;
	last_ms: number;
	n_alerts: number;
	tactics?: string[];
	techniques?: string[];
}

export interface StoryItem {
	at_ms: number;
	kind: string;
	id: number;
	level?: number;
	priority?: string;
	rule?: string;
	output?: string;
	who?: string;
	text?: string;
	action?: string;
	state?: string;
	dry_run?: boolean;
	why?: string;
	asked_by?: string;
	op?: string;
	name?: string;
	asset_id?: number;
	[name: string]: unknown;
}

export interface ProcessNode {
	id: number;
	parent: number | null;
	pid: number;
	exe: string;
	cmdline: string;
	alerts: number[];
}

export interface Timeline {
	incident: Incident;
	items: StoryItem[];
	tree: ProcessNode[];
	left_out?: Record<string, number>;
}

export interface Suppression {
	id: number;
	condition?: string;
	rule?: string;
	image?: string;
	container?: string;
	namespace?: string;
	reason: string;
	owner: string;
	made_by?: string;
	made_ms: number;
	until_ms: number;
	ended_ms?: number | null;
	active: boolean;
	n_hidden: number;
}

export interface Response {
	id: number;
	action: string;
	host_id: string;
	host?: string | null;
	container_id?: string;
	container?: string | null;
	pid?: number | null;
	path?: string;
	dry_run: boolean;
	minutes?: number | null;
	why?: string;
	incident_id?: number | null;
	undoes?: number | null;
	state: string;
	asked_by?: string;
	asked_ms: number;
	done_ms?: number | null;
	until_ms?: number | null;
	undone_ms?: number | null;
	text?: string;
}
