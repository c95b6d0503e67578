// SPDX-License-Identifier: Apache-2.0
/* The same questions, answered here: for lists that the server gives whole. */
import type { Filter, ListState } from "./query";
import type { Answer, FacetValue } from "./use";

type Any = Record<string, unknown>;
const text = (v: unknown): string => (v === null || v === undefined ? "" : typeof v === "object" ? JSON.stringify(v) : String(v));

function fits(row: Any, f: Filter): boolean {
	const v = row[f.column];
	if (f.op === "f") return f.values.includes(text(v));
	if (f.op === "not") return !f.values.includes(text(v));
	if (f.op === "min") return Number(v) >= Number(f.values[0]);
	if (f.op === "max") return Number(v) <= Number(f.values[0]);
	return text(v).toLowerCase().includes((f.values[0] ?? "").toLowerCase());
}

function compare(a: unknown, b: unknown): number {
	if (typeof a === "number" && typeof b === "number") return a - b;
	return text(a).localeCompare(text(b));
}

export function answerHere<Row>(all: Row[], state: ListState, facets: string[]): Answer<Row> {
	const q = state.q.toLowerCase();
	const rows = (all as Any[]).filter((row) => state.filters.every((f) => fits(row, f)) && (!q || Object.values(row).some((v) => text(v).toLowerCase().includes(q))));
	const column = state.sort.replace(/^-/, "");
	const sign = state.sort.startsWith("-") ? -1 : 1;
	rows.sort((a, b) => sign * compare(a[column], b[column]));
	const counted: Record<string, FacetValue[]> = {};
	for (const name of facets) {
		const counts = new Map<string, number>();
		for (const row of rows) counts.set(text(row[name]), (counts.get(text(row[name])) ?? 0) + 1);
		counted[name] = [...counts].map(([value, count]) => ({ value, count })).sort((a, b) => b.count - a.count);
	}
	return { items: rows as Row[], next: null, total: rows.length, facets: counted };
}
