// SPDX-License-Identifier: Apache-2.0
/* One vulnerability: what it is, where it reaches, which packages have it. */
import { useGet } from "../../api/use";
import { useCommon, useFormats, useServerWord, useWords } from "../../i18n";
import { enc } from "../../lib/router";
import { AsOf, Badge, Facts, Loaded, Page, Panel, Stat, TableBox, When } from "../../ui/basic";
import { Risk, Severity } from "../../ui/severity";
import { Tabs, useTab } from "../../ui/tabs";
import { FindingList } from "./findings";
import { ImpactView } from "./impact";
import type { Impact, Vuln } from "./types";
import { words } from "./words";

function About({ v }: { v: Vuln }) {
	const t = useWords(words);
	const c = useCommon();
	const f = useFormats();
	const word = useServerWord();
	const impact = useGet<Impact>(`/vulnerabilities/${enc(v.id)}/impact`, ["scans"]);
	const references = (v.detail?.references ?? []).map((r) => (typeof r === "string" ? r : String((r as { url?: string }).url ?? ""))).filter((r) => /^https?:/.test(r));
	return (
		<>
			<div className="stats">
				<Stat label={c("risk")} value={<Risk value={v.risk} />} />
				<Stat label={t("epss")} value={v.epss ? f.percent(v.epss) : "–"} note={t("epss_note")} />
				<Stat label={t("cvss")} value={v.cvss ? f.fixed(v.cvss, 1) : "–"} note={<Severity value={v.severity} />} />
				<Stat label={t("images")} value={f.number(v.n_images)} />
				<Stat label={t("containers")} value={f.number(v.n_containers)} />
				<Stat label={t("hosts")} value={f.number(v.n_hosts)} />
			</div>
			<Panel title={t("impact")} aside={<AsOf at={impact.at} reload={impact.reload} loading={impact.loading} />}>
				<Loaded read={impact} lines={6}>{(graph) => <ImpactView graph={graph} />}</Loaded>
			</Panel>
			<div className="grid-2">
				<Panel title={t("detail")}>
					<Facts columns={1} rows={[
						[t("exploit"), word(v.exploit)],
						[t("kev_since"), v.kev && v.kev_ms ? <When ms={v.kev_ms} /> : null],
						[t("vector"), v.vector && <code>{v.vector}</code>],
						[t("ssvc"), v.ssvc],
						[t("aliases"), v.detail?.aliases?.join(", ")],
						[t("cwes"), v.detail?.cwes?.join(", ")],
						[t("published"), <When ms={v.published_ms} />],
						[t("modified"), <When ms={v.modified_ms} />],
						[t("seen_here"), <When ms={v.first_ms} />],
						[t("references"), references.length > 0 && <ul>{references.slice(0, 8).map((r) => <li key={r}><code>{r}</code></li>)}</ul>],
					]} />
				</Panel>
				<Panel title={t("packages")}>
					<TableBox label={t("packages")}>
						<table className="table">
							<thead><tr><th scope="col">{c("package")}</th><th scope="col">{t("type")}</th><th scope="col">{c("fix")}</th><th scope="col" className="end">{t("images")}</th></tr></thead>
							<tbody>
								{(v.packages ?? []).map((p, i) => (
									<tr key={i}><th scope="row">{p.name} <span className="dim">{p.version}</span></th><td>{p.type}</td><td>{p.fix || <span className="dim">{word(p.status) || t("no_fix")}</span>}</td><td className="end">{f.number(p.n_subjects ?? 0)}</td></tr>
								))}
							</tbody>
						</table>
					</TableBox>
				</Panel>
			</div>
		</>
	);
}

export default function OneVuln({ params }: { params: Record<string, string> }) {
	const t = useWords(words);
	const id = params["id"] ?? "";
	const read = useGet<Vuln>(`/vulnerabilities/${enc(id)}`, ["scans"]);
	const tabs = [{ key: "overview", label: t("overview") }, { key: "findings", label: t("affected") }];
	const [tab] = useTab(tabs);
	const v = read.data;
	return (
		<Page title={id} full={tab === "findings"} lead={v && <span className="line">{v.kev && <Badge tone="critical" icon="target">{t("kev")}</Badge>}<span>{v.title}</span></span>}>
			<Tabs tabs={tabs} current={tab} label={t("views")} />
			{tab === "findings" ? <FindingList name="vuln-findings" fixed={{ "f.vulnerability": id }} without={["vulnerability"]} /> : <Loaded read={read} lines={8}>{(data) => <About v={data} />}</Loaded>}
		</Page>
	);
}
