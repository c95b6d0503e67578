// SPDX-License-Identifier: Apache-2.0
/* [method, pattern, what it answers (an array is a list, null is not found), options of the list] */
import * as site from "./data.mjs";

const one = (rows, id) => rows.find((r) => String(r.id) === id) ?? null;

export const routes = [
	["GET", /^\/overview$/, () => site.overview],
	["GET", /^\/images$/, () => site.images, { sort: "-risk" }],
	["GET", /^\/images\/([^/]+)$/, ({ args }) => one(site.images, args[0])],
	["GET", /^\/containers$/, () => site.containers, { sort: "-risk" }],
	["GET", /^\/hosts$/, () => site.hosts, { sort: "-risk" }],
	["GET", /^\/vulnerabilities$/, () => site.vulns, { sort: "-risk" }],
	["GET", /^\/findings$/, () => site.findings, { sort: "-risk" }],
	["GET", /^\/incidents$/, () => site.incidents, { sort: "-last_ms" }],
	["GET", /^\/alerts$/, () => site.alerts, { sort: "-at_ms" }],
	["GET", /^\/search$/, ({ query }) => {
		const q = (query.get("q") ?? "").toLowerCase();
		const hit = (type, rows, name) => rows.filter((r) => name(r).toLowerCase().includes(q)).slice(0, 5).map((r) => ({ type, id: r.id, name: name(r) }));
		return { items: [...hit("vulnerability", site.vulns, (r) => r.id), ...hit("image", site.images, (r) => r.name), ...hit("host", site.hosts, (r) => r.name), ...hit("container", site.containers, (r) => r.name), ...hit("package", site.packages, (r) => r.name)] };
	}],
];
