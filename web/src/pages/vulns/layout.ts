// SPDX-License-Identifier: Apache-2.0
/*
 * A graph in five columns, from the vulnerability to the hosts. Each column is
 * put in the order of its neighbours' middles, forth and back a few times, so
 * that few lines cross; the same graph always comes out the same.
 */
import type { Impact, ImpactNode } from "./types";

export const KINDS: ImpactNode["kind"][] = ["vulnerability", "package", "image", "container", "host"];

export interface Placed {
	node: ImpactNode;
	x: number;
	y: number;
}

export interface Layout {
	width: number;
	height: number;
	columns: { kind: ImpactNode["kind"]; x: number; n: number }[];
	nodes: Placed[];
	edges: { from: Placed; to: Placed; path: string }[];
}

export const NODE_W = 172;
export const NODE_H = 34;
const GAP_X = 58;
const GAP_Y = 10;
const TOP = 34;
const PAD = 2;

function sortByNeighbours(column: ImpactNode[], place: Map<string, number>, near: Map<string, string[]>): void {
	const middle = (n: ImpactNode) => {
		const at = (near.get(n.id) ?? []).map((id) => place.get(id)).filter((p) => p !== undefined);
		return at.length ? at.reduce((a, b) => a + b, 0) / at.length : (place.get(n.id) ?? 0);
	};
	const middles = new Map(column.map((n) => [n.id, middle(n)]));
	column.sort((a, b) => (middles.get(a.id) ?? 0) - (middles.get(b.id) ?? 0) || b.risk - a.risk || (a.id < b.id ? -1 : 1));
}

export function layout(graph: Impact): Layout {
	const columns = KINDS.map((kind) => graph.nodes.filter((n) => n.kind === kind).sort((a, b) => b.risk - a.risk || (a.id < b.id ? -1 : 1)));
	const forth = new Map<string, string[]>();
	const back = new Map<string, string[]>();
	for (const e of graph.edges) {
		forth.set(e.from, [...(forth.get(e.from) ?? []), e.to]);
		back.set(e.to, [...(back.get(e.to) ?? []), e.from]);
	}
	const place = new Map<string, number>();
	const number = (column: ImpactNode[]) => column.forEach((n, i) => place.set(n.id, i / Math.max(column.length, 1)));
	columns.forEach(number);
	for (let turn = 0; turn < 4; turn++) {
		for (const column of turn % 2 ? [...columns].reverse() : columns) {
			sortByNeighbours(column, place, turn % 2 ? forth : back);
			number(column);
		}
	}
	const most = Math.max(...columns.map((c) => c.length), 1);
	const inner = most * (NODE_H + GAP_Y) - GAP_Y;
	const placed = new Map<string, Placed>();
	columns.forEach((column, i) => {
		const own = column.length * (NODE_H + GAP_Y) - GAP_Y;
		column.forEach((node, j) => placed.set(node.id, { node, x: PAD + i * (NODE_W + GAP_X), y: TOP + (inner - own) / 2 + j * (NODE_H + GAP_Y) }));
	});
	const edges = graph.edges.flatMap((e) => {
		const from = placed.get(e.from);
		const to = placed.get(e.to);
		if (!from || !to) return [];
		const [x1, y1, x2, y2] = [from.x + NODE_W, from.y + NODE_H / 2, to.x, to.y + NODE_H / 2];
		const bend = (x2 - x1) / 2;
		return [{ from, to, path: `M${x1} ${y1}C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}` }];
	});
	return {
		width: KINDS.length * (NODE_W + GAP_X) - GAP_X + 2 * PAD,
		height: TOP + inner + PAD + 6,
		columns: KINDS.map((kind, i) => ({ kind, x: PAD + i * (NODE_W + GAP_X), n: columns[i]?.length ?? 0 })),
		nodes: [...placed.values()],
		edges,
	};
}

/* All that is on a way through this node, and the node itself. */
export function wayThrough(graph: Impact, id: string): Set<string> {
	const found = new Set([id]);
	for (const [from, to] of [["from", "to"], ["to", "from"]] as const) {
		let edge = new Set([id]);
		while (edge.size) {
			const next = new Set(graph.edges.filter((e) => edge.has(e[from]) && !found.has(e[to])).map((e) => e[to]));
			for (const n of next) found.add(n);
			edge = next;
		}
	}
	return found;
}
