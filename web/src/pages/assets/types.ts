// SPDX-License-Identifier: Apache-2.0
/* As api/components/inventory.yaml has them. */
export interface Host {
	id: string;
	name: string;
	os?: string;
	os_version?: string;
	kernel?: string;
	arch?: string;
	address?: string;
	environment?: string;
	labels?: Record<string, string>;
	cpus?: number;
	memory_bytes?: number;
	boot_ms?: number;
	risk?: number;
	n_findings?: number;
	n_alerts?: number;
	n_containers?: number;
	first_ms: number;
	seen_ms: number;
	gone_ms?: number | null;
}

export interface Container {
	id: string;
	name: string;
	host_id: string;
	host?: string | null;
	image_id: string;
	image: string;
	runtime?: string;
	state: string;
	pod?: string;
	namespace?: string;
	workload?: string;
	privileged: boolean;
	root: boolean;
	host_net: boolean;
	host_pid: boolean;
	host_mounts?: string;
	caps?: string;
	exposed?: string;
	listening?: string;
	risk: number;
	n_alerts: number;
	created_ms?: number;
	started_ms?: number;
	first_ms: number;
	seen_ms: number;
	gone_ms?: number | null;
	detail?: Record<string, unknown>;
}

export interface Asset {
	id: number;
	kind: string;
	name: string;
	key: string;
	host_id: string;
	host?: string | null;
	container_id?: string;
	container?: string | null;
	attrs?: Record<string, unknown>;
	first_ms: number;
	seen_ms: number;
	gone_ms?: number | null;
}

export interface Change {
	id: number;
	at_ms: number;
	op: string;
	kind: string;
	name: string;
	asset_id: number;
	host_id: string;
	host?: string | null;
	container_id?: string;
	container?: string | null;
	before?: Record<string, unknown> | null;
	after?: Record<string, unknown> | null;
}

export interface Package {
	id: number;
	type: string;
	name: string;
	version: string;
	arch?: string;
	source?: string;
	space?: string;
	licence?: string;
	n_subjects: number;
	in_use: boolean;
	n_findings: number;
	risk: number;
}
