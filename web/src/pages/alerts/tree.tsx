// SPDX-License-Identifier: Apache-2.0
/* Processes as a tree: who started whom, and which of them alerts speak of. */
import { useWords } from "../../i18n";
import { Badge } from "../../ui/basic";
import type { ProcessNode } from "./types";
import { words } from "./words";

function Branch({ node, of }: { node: ProcessNode; of: Map<number | null, ProcessNode[]> }) {
	const t = useWords(words);
	const below = of.get(node.id) ?? [];
	return (
		<li>
			<div className={node.alerts.length ? "tree-row tree-hot" : "tree-row"}>
				<code className="tree-pid">{node.pid}</code>
				<span className="tree-text">
					<strong>{node.exe.split("/").pop() || node.exe}</strong>
					<code title={node.cmdline}>{node.cmdline || node.exe}</code>
				</span>
				{node.alerts.length > 0 && <Badge tone="critical" icon="bell">{t("tree_of", { n: node.alerts.length })}</Badge>}
			</div>
			{below.length > 0 && <ul>{below.map((n) => <Branch key={n.id} node={n} of={of} />)}</ul>}
		</li>
	);
}

export function ProcessTree({ nodes }: { nodes: ProcessNode[] }) {
	const of = new Map<number | null, ProcessNode[]>();
	const known = new Set(nodes.map((n) => n.id));
	for (const n of nodes) {
		const parent = n.parent !== null && known.has(n.parent) ? n.parent : null;
		of.set(parent, [...(of.get(parent) ?? []), n]);
	}
	return <ul className="tree">{(of.get(null) ?? []).map((n) => <Branch key={n.id} node={n} of={of} />)}</ul>;
}
