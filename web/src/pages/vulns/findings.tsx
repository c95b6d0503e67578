// SPDX-License-Identifier: Apache-2.0
/* The list of findings: on its own page, of an image, of a vulnerability. */
import { useCommon, useFormats, useSaid, useServerWord, useWords } from "../../i18n";
import { useParam } from "../../lib/router";
import type { Facet } from "../../list/facets";
import { List, type Column } from "../../list/list";
import { Ago, Badge, ImageName, Side, State } from "../../ui/basic";
import { Risk, Severity } from "../../ui/severity";
import { FindingDrawer } from "./finding";
import type { Finding } from "./types";
import { words } from "./words";

export function FindingList({ path = "/findings", fixed, without = [], name = "findings" }: { path?: string; fixed?: Record<string, string>; without?: string[]; name?: string }) {
	const t = useWords(words);
	const said = useSaid();
	const c = useCommon();
	const f = useFormats();
	const word = useServerWord();
	const [open, setOpen] = useParam("open");
	const columns: Column<Finding>[] = [
		{ key: "vulnerability", label: t("finding"), width: "minmax(170px, 2fr)", render: (r) => r.vulnerability || said(r.title) || r.rule },
		{ key: "severity", label: c("severity"), width: "96px", sort: true, down: true, render: (r) => <Severity value={r.severity} /> },
		{ key: "risk", label: c("risk"), width: "96px", sort: true, down: true, render: (r) => <Risk value={r.risk} low={r.risk_low} high={r.risk_high} /> },
		{ key: "package", label: c("package"), width: "minmax(150px, 1.4fr)", render: (r) => (r.package ? <>{r.package} <span className="dim">{r.version}</span></> : <span className="dim">{r.path}</span>) },
		{ key: "fix", label: c("fix"), width: "minmax(110px, 1fr)", render: (r) => r.fix || <span className="dim">{r.vulnerability ? t("no_fix") : "–"}</span> },
		{ key: "image", label: c("image"), width: "minmax(160px, 1.6fr)", render: (r) => (r.subject.startsWith("host:") ? r.host || r.subject.slice(5) : <ImageName value={r.image} id={r.subject} />) },
		{ key: "side", label: c("side"), width: "112px", render: (r) => <Side value={r.side} /> },
		{ key: "due", label: t("due"), width: "96px", render: (r) => (r.due ? word(r.due) : <span className="dim">–</span>) },
		{ key: "kev", label: t("kev_short"), width: "90px", hidden: true, render: (r) => (r.kev ? <Badge tone="critical">{c("yes")}</Badge> : <span className="dim">–</span>) },
		{ key: "epss", label: t("epss"), width: "70px", end: true, hidden: true, render: (r) => (r.epss ? f.percent(r.epss) : "–") },
		{ key: "exploit", label: t("exploit"), width: "130px", hidden: true, render: (r) => word(r.exploit) },
		{ key: "kind", label: c("kind"), width: "110px", hidden: true, render: (r) => word(r.kind) },
		{ key: "path", label: t("path"), width: "minmax(160px, 1fr)", hidden: true },
		{ key: "state", label: c("state"), width: "104px", render: (r) => <State value={r.fixed_ms ? "fixed" : r.state} /> },
		{ key: "first_ms", label: t("first_seen"), width: "96px", sort: true, down: true, hidden: true, render: (r) => <Ago ms={r.first_ms} /> },
	];
	const facets: Facet[] = [
		{ key: "severity", label: c("severity"), kind: "values" },
		{ key: "state", label: c("state"), kind: "values" },
		{ key: "side", label: c("side"), kind: "values" },
		{ key: "kind", label: c("kind"), kind: "values" },
		{ key: "risk", label: c("risk"), kind: "min", steps: [15, 40, 70, 90] },
		{ key: "kev", label: t("kev_short"), kind: "flag" },
		{ key: "fixable", label: t("fixable"), kind: "flag" },
		{ key: "running", label: t("running"), kind: "flag" },
	];
	return (
		<>
			<List<Finding> name={name} label={t("findings")} path={path} columns={columns.filter((x) => !without.includes(x.key))} facets={facets.filter((x) => !without.includes(x.key))} {...(fixed ? { fixed } : {})} sort="-risk"
				rowKey={(r) => String(r.id)} open="open" topics={["scans"]} empty={{ icon: "check", title: t("empty_findings"), text: t("empty_findings_text") }} />
			{open && <FindingDrawer id={open} close={() => setOpen(null)} />}
		</>
	);
}
