// SPDX-License-Identifier: Apache-2.0
/*
 * The state of a list stands in the address in the server's own words (f.severity=high&sort=-risk&q=ssl),
 * so a link to a view is also the request it makes.
 */
export interface Filter {
	op: "f" | "not" | "min" | "max" | "like";
	column: string;
	values: string[];
}

export interface ListState {
	q: string;
	sort: string;
	filters: Filter[];
}

const OPS = new Set(["f", "not", "min", "max", "like"]);

export function isListParam(name: string): boolean {
	if (name === "q" || name === "sort") return true;
	const dot = name.indexOf(".");
	return dot > 0 && OPS.has(name.slice(0, dot));
}

export function readState(search: string, defaultSort: string): ListState {
	const state: ListState = { q: "", sort: defaultSort, filters: [] };
	for (const [name, value] of new URLSearchParams(search)) {
		if (name === "q") state.q = value;
		else if (name === "sort") state.sort = value;
		else if (isListParam(name) && value !== "") {
			const dot = name.indexOf(".");
			state.filters.push({ op: name.slice(0, dot) as Filter["op"], column: name.slice(dot + 1), values: value.split(",") });
		}
	}
	return state;
}

/* The request: state, what the page fixes, and what is asked about the rows. */
export function request(path: string, state: ListState, fixed: Record<string, string>, more: Record<string, string>): string {
	const params = new URLSearchParams();
	for (const f of state.filters) params.append(`${f.op}.${f.column}`, f.values.join(","));
	if (state.q) params.set("q", state.q);
	if (state.sort) params.set("sort", state.sort);
	for (const [name, value] of Object.entries(fixed)) params.set(name, value);
	for (const [name, value] of Object.entries(more)) params.set(name, value);
	const text = params.toString();
	return text ? `${path}?${text}` : path;
}

export function valuesOf(state: ListState, op: Filter["op"], column: string): string[] {
	return state.filters.find((f) => f.op === op && f.column === column)?.values ?? [];
}

export function toggled(values: string[], value: string): string[] {
	return values.includes(value) ? values.filter((v) => v !== value) : [...values, value];
}

/* A click on a column's head: its natural order first, then the other, then the list's own. */
export function nextSort(current: string, column: string, downFirst: boolean, fallback: string): string {
	const first = downFirst ? `-${column}` : column;
	const second = downFirst ? column : `-${column}`;
	if (current === first) return second;
	if (current === second) return fallback === first || fallback === second ? first : fallback;
	return first;
}

export function sortOf(sort: string, column: string): "ascending" | "descending" | "none" {
	const first = sort.split(",")[0] ?? "";
	if (first === column) return "ascending";
	return first === `-${column}` ? "descending" : "none";
}

/* The rows to draw: those in view and a few around. */
export function windowOf(top: number, height: number, row: number, n: number, around = 8): [number, number] {
	const first = Math.max(0, Math.floor(top / row) - around);
	const last = Math.min(n, Math.ceil((top + height) / row) + around);
	return [Math.min(first, n), Math.max(last, 0)];
}
