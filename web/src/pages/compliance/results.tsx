// SPDX-License-Identifier: Apache-2.0
/* What each check says of each thing; pages of hosts and containers show it narrowed to one. */
import { useState } from "react";
import { useCommon, useWords } from "../../i18n";
import { useParam } from "../../lib/router";
import { List, type Column } from "../../list/list";
import type { Facet } from "../../list/facets";
import { Ago } from "../../ui/basic";
import { Severity } from "../../ui/severity";
import { About, useCategory, useKind, useText, Verdict } from "./parts";
import { ResultDrawer } from "./result";
import type { Row } from "./types";
import { words } from "./words";

export function ResultList({ fixed, without = [], name = "compliance", path = "/compliance/results" }: { fixed?: Record<string, string>; without?: string[]; name?: string; path?: string }) {
	const t = useWords(words);
	const c = useCommon();
	const text = useText();
	const kind = useKind();
	const category = useCategory();
	const [open, setOpen] = useParam("open");
	const [turn, setTurn] = useState(0);
	const columns: Column<Row>[] = [
		{ key: "title", label: t("check"), width: "minmax(240px, 3fr)", render: (r) => text(r.title, r.title_zh) || r.check },
		{ key: "state", label: t("result"), width: "150px", render: (r) => <Verdict of={r} /> },
		{ key: "severity", label: c("severity"), width: "96px", render: (r) => <Severity value={r.severity} /> },
		{ key: "name", label: t("about"), width: "minmax(180px, 2fr)", render: (r) => <Subject of={r} /> },
		{ key: "host", label: c("host"), width: "minmax(110px, 1fr)", render: (r) => r.host || r.host_id },
		{ key: "category", label: t("category"), width: "104px", render: (r) => category(r.category) },
		{ key: "namespace", label: c("namespace"), width: "110px", hidden: true },
		{ key: "workload", label: t("workload"), width: "120px", hidden: true },
		{ key: "check", label: t("check_id"), width: "minmax(150px, 1fr)", hidden: true, render: (r) => <code>{r.check}</code> },
		{ key: "refs", label: t("refs"), width: "minmax(140px, 1fr)", hidden: true, render: (r) => Object.entries(r.refs ?? {}).map(([b, item]) => `${b} ${item}`).join(", ") || "–" },
		{ key: "exception_owner", label: t("excepted_by"), width: "110px", hidden: true },
		{ key: "since_ms", label: t("since"), width: "104px", sort: true, down: true, render: (r) => <Ago ms={r.since_ms} /> },
	];
	const facets: Facet[] = [
		{ key: "state", label: t("result"), kind: "values" }, { key: "severity", label: c("severity"), kind: "values" }, { key: "category", label: t("category"), kind: "values", word: category },
		{ key: "kind", label: t("about"), kind: "values", word: kind }, { key: "host", label: c("host"), kind: "values" }, { key: "namespace", label: c("namespace"), kind: "values" },
		{ key: "new", label: t("new"), kind: "flag" }, { key: "excepted", label: t("excepted"), kind: "flag" },
	];
	return (
		<>
			<List<Row> key={turn} name={name} label={t("results")} path={path} columns={columns.filter((x) => !without.includes(x.key))} facets={facets.filter((x) => !without.includes(x.key))} {...(fixed ? { fixed } : {})}
				sort="-badness" rowKey={(r) => String(r.id)} open="open" topics={["compliance"]} empty={{ icon: "clip", title: t("none"), text: t("none_text") }} />
			{open && <ResultDrawer id={open} close={() => setOpen(null)} changed={() => setTurn((n) => n + 1)} />}
		</>
	);
}

function Subject({ of: r }: { of: Row }) {
	const within = r.container && r.container !== r.name ? r.container : "";
	return <span title={[r.name, within].filter(Boolean).join(" · ")}><About kind={r.kind} name={r.name} />{within && <span className="dim after">{within}</span>}</span>;
}
