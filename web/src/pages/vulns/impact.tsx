// SPDX-License-Identifier: Apache-2.0
/* Where a vulnerability reaches, as a picture and as a table. */
import { useMemo, useState } from "react";
import { addressOf } from "../../app/palette";
import { useCommon, useFormats, useWords } from "../../i18n";
import { enc, navigate } from "../../lib/router";
import { Button, Empty } from "../../ui/basic";
import { Risk, type Tone } from "../../ui/severity";
import { KINDS, layout, NODE_H, NODE_W, wayThrough } from "./layout";
import type { Impact, ImpactNode } from "./types";
import { words } from "./words";

const toneOf = (risk: number): Tone => (risk >= 70 ? "critical" : risk >= 40 ? "high" : risk >= 15 ? "medium" : risk >= 3 ? "low" : "info");
const to = (n: ImpactNode) => (n.kind === "package" ? `/packages?q=${enc(n.name.split(" ")[0] ?? n.name)}` : addressOf(n.kind, n.ref));

export function ImpactView({ graph }: { graph: Impact }) {
	const t = useWords(words);
	const c = useCommon();
	const f = useFormats();
	const [table, setTable] = useState(false);
	const [at, setAt] = useState<string | null>(null);
	const plan = useMemo(() => layout(graph), [graph]);
	const lit = useMemo(() => (at ? wayThrough(graph, at) : null), [graph, at]);
	if (graph.nodes.length <= 1) return <Empty icon="shield" title={t("impact_none")} />;
	const name = (id: string) => graph.nodes.find((n) => n.id === id)?.name ?? id;
	const totals: Record<string, number | undefined> = { image: graph.counts?.images, container: graph.counts?.containers, host: graph.counts?.hosts };
	return (
		<figure className="chart">
			<figcaption className="chart-head between">
				<span className="lead">{t("impact_lead")}</span>
				<Button small kind="bare" aria-pressed={table} onClick={() => setTable(!table)}>{table ? c("as_chart") : c("as_table")}</Button>
			</figcaption>
			{table ? (
				<div className="table-box" tabIndex={0} role="region" aria-label={t("impact_lead")}>
					<table className="table">
						<thead><tr><th scope="col">{c("kind")}</th><th scope="col">{c("name")}</th><th scope="col">{c("risk")}</th><th scope="col">{t("leads_to")}</th></tr></thead>
						<tbody>
							{KINDS.flatMap((kind) => graph.nodes.filter((n) => n.kind === kind)).map((n) => (
								<tr key={n.id}>
									<td>{t(`k_${n.kind}`)}</td>
									<th scope="row"><a href={to(n)} onClick={(e) => { e.preventDefault(); navigate(to(n)); }}>{n.name}</a></th>
									<td><Risk value={n.risk} /></td>
									<td>{graph.edges.filter((e) => e.from === n.id).map((e) => name(e.to)).join(", ") || "–"}</td>
								</tr>
							))}
						</tbody>
					</table>
				</div>
			) : (
				<div className="graph" tabIndex={0} role="region" aria-label={t("impact_lead")}>
					<svg width={plan.width} height={plan.height} viewBox={`0 0 ${plan.width} ${plan.height}`} role="group"
						aria-label={t("impact_label", { id: graph.id, images: graph.counts?.images ?? 0, containers: graph.counts?.containers ?? 0, hosts: graph.counts?.hosts ?? 0 })} onPointerLeave={() => setAt(null)}>
						{plan.columns.map((col) => (
							<text key={col.kind} className="graph-head" x={col.x} y={16}>
								{t(`k_${col.kind}`)}{col.kind !== "vulnerability" && ` · ${totals[col.kind] !== undefined && (totals[col.kind] ?? 0) > col.n ? `${col.n} / ${f.number(totals[col.kind] ?? 0)}` : col.n}`}
							</text>
						))}
						{plan.edges.map((e, i) => (
							<path key={i} className={`graph-edge${lit ? (lit.has(e.from.node.id) && lit.has(e.to.node.id) ? " graph-lit" : " graph-dim") : ""}`} d={e.path} />
						))}
						{plan.nodes.map(({ node, x, y }) => (
							<a key={node.id} href={to(node)} className={`graph-node tone-${toneOf(node.risk)}${lit && !lit.has(node.id) ? " graph-dim" : ""}`} onClick={(e) => { e.preventDefault(); navigate(to(node)); }}
								onPointerEnter={() => setAt(node.id)} onFocus={() => setAt(node.id)} onBlur={() => setAt(null)}>
								<title>{node.name}</title>
								<rect className="graph-box" x={x} y={y} width={NODE_W} height={NODE_H} rx="6" />
								<rect className="graph-side" x={x} y={y} width="4" height={NODE_H} rx="2" />
								<svg x={x + 12} y={y} width={NODE_W - (node.risk > 0 ? 42 : 18)} height={NODE_H}><text x={0} y={21} className="graph-text">{node.name.replace(/^[^/]*[.:][^/]*\//, "")}</text></svg>
								{node.risk > 0 && <text x={x + NODE_W - 9} y={y + 21} className="graph-risk" textAnchor="end">{Math.round(node.risk)}</text>}
							</a>
						))}
					</svg>
				</div>
			)}
		</figure>
	);
}
