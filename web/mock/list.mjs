// SPDX-License-Identifier: Apache-2.0
/* The server's list contract (src/store/list.h) over arrays in memory: for development and component tests only. */

function compare(a, b) {
	if (a === b) return 0;
	if (a === null || a === undefined) return -1;
	if (b === null || b === undefined) return 1;
	return a < b ? -1 : 1;
}

const text = (v) => (v === null || v === undefined ? "" : typeof v === "object" ? JSON.stringify(v) : String(v));
const same = (v, want) => (typeof v === "boolean" ? (v ? "true" : "false") === want || (v ? "1" : "0") === want : text(v) === want);

function fits(row, op, column, values) {
	const v = row[column];
	if (op === "f") return values.some((w) => same(v, w));
	if (op === "not") return !values.some((w) => same(v, w));
	if (op === "min") return v !== null && Number(v) >= Number(values[0]);
	if (op === "max") return v !== null && Number(v) <= Number(values[0]);
	return text(v).toLowerCase().includes(values[0].toLowerCase());
}

export function answer(rows, query, { sort = "", key = "id" } = {}) {
	let found = rows;
	for (const [name, value] of query) {
		const [op, ...rest] = name.split(".");
		if (rest.length && ["f", "not", "min", "max", "like"].includes(op)) found = found.filter((r) => fits(r, op, rest.join("."), value.split(",")));
	}
	const q = query.get("q")?.toLowerCase();
	if (q) found = found.filter((r) => Object.values(r).some((v) => text(v).toLowerCase().includes(q)));
	const facets = {};
	for (const name of (query.get("facets") ?? "").split(",").filter(Boolean)) {
		const counts = new Map();
		for (const r of found) counts.set(r[name] ?? null, (counts.get(r[name] ?? null) ?? 0) + 1);
		facets[name] = [...counts].map(([value, count]) => ({ value, count })).sort((a, b) => b.count - a.count).slice(0, 100);
	}
	const orders = (query.get("sort") || sort).split(",").filter(Boolean);
	const sorted = [...found].sort((a, b) => {
		for (const o of orders) {
			const down = o.startsWith("-");
			const c = compare(a[down ? o.slice(1) : o], b[down ? o.slice(1) : o]);
			if (c) return down ? -c : c;
		}
		return compare(a[key], b[key]);
	});
	const limit = Math.min(Number(query.get("limit") ?? 50), 1000);
	const from = Number(query.get("cursor") ?? 0);
	const items = sorted.slice(from, from + limit);
	return {
		items,
		next: from + limit < sorted.length ? String(from + limit) : null,
		...(query.get("count") ? { total: sorted.length } : {}),
		...(query.get("facets") ? { facets } : {}),
	};
}

export function csv(rows) {
	const names = Object.keys(rows[0] ?? {});
	const cell = (v) => `"${text(v).replaceAll('"', '""')}"`;
	return [names.join(","), ...rows.map((r) => names.map((n) => cell(r[n])).join(","))].join("\r\n") + "\r\n";
}
