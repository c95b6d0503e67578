// SPDX-License-Identifier: Apache-2.0
/* Vulnerabilities: by themselves, as findings, and as work for each side. */
import { useCommon, useFormats, useSaid, useServerWord, useWords } from "../../i18n";
import { enc, usePath } from "../../lib/router";
import { List, type Column } from "../../list/list";
import { Ago, Badge, ImageName, Page } from "../../ui/basic";
import { Risk, Severity } from "../../ui/severity";
import { PathTabs } from "../../ui/tabs";
import { FindingList } from "./findings";
import type { Vuln } from "./types";
import { words } from "./words";

interface Work {
	base?: string;
	image_id?: string;
	image?: string | null;
	side: string;
	owner: string;
	risk: number;
	n_subjects?: number;
	n_containers: number;
	n_findings: number;
	n_fixable: number;
	n_critical: number;
	n_exploited: number;
	worst?: string;
	mend?: string;
}

function ByVuln() {
	const t = useWords(words);
	const c = useCommon();
	const f = useFormats();
	const word = useServerWord();
	const columns: Column<Vuln>[] = [
		{ key: "id", label: t("id"), width: "minmax(130px, 1fr)", sort: true },
		{ key: "severity", label: c("severity"), width: "96px", sort: true, down: true, render: (r) => <Severity value={r.severity} /> },
		{ key: "risk", label: c("risk"), width: "96px", sort: true, down: true, render: (r) => <Risk value={r.risk} /> },
		{ key: "title", label: t("what"), width: "minmax(180px, 4fr)" },
		{ key: "kev", label: t("exploit"), width: "132px", render: (r) => (r.kev ? <Badge tone="critical" icon="target">{t("kev")}</Badge> : word(r.exploit)) },
		{ key: "epss", label: t("epss"), width: "64px", sort: true, down: true, end: true, render: (r) => (r.epss ? f.percent(r.epss) : "–") },
		{ key: "cvss", label: t("cvss"), width: "56px", sort: true, down: true, end: true, render: (r) => (r.cvss ? f.fixed(r.cvss, 1) : "–") },
		{ key: "n_images", label: t("images"), width: "68px", sort: true, down: true, end: true, render: (r) => f.number(r.n_images) },
		{ key: "n_containers", label: t("containers"), width: "72px", sort: true, down: true, end: true, render: (r) => f.number(r.n_containers) },
		{ key: "n_hosts", label: t("hosts"), width: "66px", sort: true, down: true, end: true, hidden: true, render: (r) => f.number(r.n_hosts) },
		{ key: "published_ms", label: t("published"), width: "94px", sort: true, down: true, render: (r) => <Ago ms={r.published_ms} /> },
		{ key: "first_ms", label: t("seen_here"), width: "110px", sort: true, down: true, hidden: true, render: (r) => <Ago ms={r.first_ms} /> },
	];
	return (
		<List<Vuln> name="vulnerabilities" label={t("title")} path="/vulnerabilities" columns={columns} sort="-risk" rowKey={(r) => r.id} href={(r) => `/vulnerabilities/${enc(r.id)}`} topics={["scans"]}
			facets={[
				{ key: "severity", label: c("severity"), kind: "values" },
				{ key: "exploit", label: t("exploit"), kind: "values" },
				{ key: "risk", label: c("risk"), kind: "min", steps: [15, 40, 70, 90] },
				{ key: "first_ms", label: t("seen_here"), kind: "since" },
				{ key: "kev", label: t("kev"), kind: "flag" },
				{ key: "running", label: t("running"), kind: "flag" },
			]}
			empty={{ icon: "shield", title: t("empty"), text: t("empty_text") }} />
	);
}

function WorkList({ side }: { side: "operations" | "developers" }) {
	const said = useSaid();
	const t = useWords(words);
	const c = useCommon();
	const f = useFormats();
	const word = useServerWord();
	const ops = side === "operations";
	const count = (key: "n_findings" | "n_fixable" | "n_critical" | "n_exploited", label: string): Column<Work> => ({ key, label, width: "84px", sort: true, down: true, end: true, render: (r) => f.number(r[key]) });
	const columns: Column<Work>[] = [
		ops ? { key: "base", label: t("base"), width: "minmax(200px, 2fr)", sort: true } : { key: "image", label: c("image"), width: "minmax(220px, 2fr)", sort: true, render: (r) => <ImageName value={r.image} id={r.image_id} /> },
		{ key: "risk", label: c("risk"), width: "96px", sort: true, down: true, render: (r) => <Risk value={r.risk} /> },
		{ key: "mend", label: t("mend"), width: "minmax(220px, 3fr)", render: (r) => said(r.mend) || <span className="dim">–</span> },
		{ key: "owner", label: c("owner"), width: "minmax(100px, 1fr)", render: (r) => word(r.owner) },
		count("n_findings", t("n_findings")),
		count("n_fixable", t("n_fixable")),
		count("n_critical", t("n_critical")),
		count("n_exploited", t("n_exploited")),
		...(ops ? [{ key: "n_subjects", label: t("subjects"), width: "76px", sort: true, down: true, end: true, render: (r: Work) => f.number(r.n_subjects ?? 0) }] : []),
		{ key: "n_containers", label: t("containers"), width: "80px", sort: true, down: true, end: true, render: (r) => f.number(r.n_containers) },
	];
	const href = (r: Work) => (ops ? `/images?f.base_name=${enc(r.base ?? "")}` : `/images/${enc(r.image_id ?? "")}?tab=findings`);
	return (
		<List<Work> key={side} name={`work-${side}`} label={t(side)} path={`/worklists/${side}`} columns={columns} sort="-risk" rowKey={(r) => `${r.base ?? r.image_id}|${r.side}|${r.owner}`} href={href} topics={["scans"]}
			facets={[{ key: "owner", label: c("owner"), kind: "values" }, { key: "side", label: c("side"), kind: "values" }, { key: "risk", label: c("risk"), kind: "min", steps: [15, 40, 70, 90] }]}
			empty={{ icon: "check", title: t("empty_work"), text: t("empty_work_text") }} />
	);
}

export default function Vulns() {
	const t = useWords(words);
	const path = usePath();
	const tabs = [
		{ to: "/vulnerabilities", label: t("by_vuln") },
		{ to: "/findings", label: t("findings") },
		{ to: "/worklists/operations", label: t("operations") },
		{ to: "/worklists/developers", label: t("developers") },
	];
	const lead = { "/findings": t("findings_lead"), "/worklists/operations": t("operations_lead"), "/worklists/developers": t("developers_lead") }[path] ?? t("lead");
	return (
		<Page title={t("title")} lead={lead} full>
			<PathTabs tabs={tabs} label={t("views")} />
			{path === "/findings" ? <FindingList /> : path === "/worklists/operations" ? <WorkList side="operations" /> : path === "/worklists/developers" ? <WorkList side="developers" /> : <ByVuln />}
		</Page>
	);
}
