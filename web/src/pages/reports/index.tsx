// SPDX-License-Identifier: Apache-2.0
/* The inspection report: one page that reads well on paper, made of what the overview and lists say now. */
import { useState } from "react";
import { ROOT } from "../../api/client";
import { useGet } from "../../api/use";
import { useSession } from "../../app/session";
import { useCommon, useFormats, useSaid, useServerWord, useWords } from "../../i18n";
import { enc } from "../../lib/router";
import { Button, ImageName, Loaded, Page, Panel, State, TableBox } from "../../ui/basic";
import { Choice } from "../../ui/form";
import { Icon } from "../../ui/icon";
import { Level, Risk, Severity } from "../../ui/severity";
import { useIncidentTitle } from "../alerts/title";
import { words as overviewWords } from "../overview/words";
import type { Incident } from "../alerts/types";
import type { HostRow } from "../compliance/types";
import type { Image } from "../images";
import type { Vuln } from "../vulns/types";
import { SetupReport } from "./setup";
import { words } from "./words";

interface Overview {
	time_ms: number;
	counts: Record<string, number>;
	health?: { score: number; parts: { name: string; exposure: number; lost: number }[] };
	blind_spots?: { kind: string; count: number; words: string }[];
	steps: { text: string; owner?: string; risk: number }[];
}

const LISTS = [["hosts", "/hosts"], ["containers", "/containers"], ["images", "/images"], ["findings", "/findings"], ["vulnerabilities", "/vulnerabilities"], ["packages", "/packages"], ["alerts", "/alerts"], ["incidents", "/incidents"], ["assets", "/assets"], ["changes", "/asset-changes"], ["responses", "/responses"], ["compliance", "/compliance/results"], ["audit", "/audit"]] as const;
const COUNTS = ["hosts", "containers", "images", "images_running", "findings", "critical", "high", "medium", "low", "exploited", "fixable", "incidents_open"] as const;

function Report({ d }: { d: Overview }) {
	const title = useIncidentTitle();
	const said = useSaid();
	const t = useWords(words);
	const o = useWords(overviewWords);
	const c = useCommon();
	const f = useFormats();
	const word = useServerWord();
	const { me } = useSession();
	const vulns = useGet<{ items: Vuln[] }>("/vulnerabilities?sort=-risk&limit=15");
	const images = useGet<{ items: Image[] }>("/images?sort=-risk&limit=15");
	const incidents = useGet<{ items: Incident[] }>("/incidents?f.status=open,working&sort=-last_ms&limit=20");
	const part = (name: string) => (`p.${name}` in overviewWords.en ? o(`p.${name}` as "p.coverage") : name);
	const blind = (b: { kind: string; count: number; words: string }) => (`b.${b.kind}` in overviewWords.en ? o(`b.${b.kind}` as "b.no-sensor", { n: b.count }) : said(b.words));
	return (
		<article className="report" aria-labelledby="report-title">
			<header className="report-head">
				<h2 id="report-title">{t("inspection")}</h2>
				<p className="dim">{t("made", { time: f.time(d.time_ms), who: me?.full_name || me?.name || "" })}</p>
			</header>
			<div className="grid-2">
				{d.health && (
					<section>
						<h3>{t("health")}</h3>
						<p className="score"><strong>{f.number(Math.round(d.health.score))}</strong><span className="dim">/ 100</span></p>
						<table className="table">
							<thead><tr><th scope="col">{t("part")}</th><th scope="col" className="end">{t("exposure")}</th><th scope="col" className="end">{t("lost")}</th></tr></thead>
							<tbody>{d.health.parts.map((p) => <tr key={p.name}><th scope="row">{part(p.name)}</th><td className="end">{f.percent(p.exposure)}</td><td className="end">{f.fixed(p.lost, 1)}</td></tr>)}</tbody>
						</table>
					</section>
				)}
				<section>
					<h3>{t("counts")}</h3>
					<table className="table"><tbody>{COUNTS.filter((k) => d.counts[k] !== undefined).map((k) => <tr key={k}><th scope="row">{t(`c_${k}`)}</th><td className="end">{f.number(d.counts[k] ?? 0)}</td></tr>)}</tbody></table>
				</section>
			</div>
			<section>
				<h3>{t("steps")}</h3>
				{d.steps.length === 0 ? <p>{t("none")}</p> : (
					<TableBox label={t("steps")}>
						<table className="table">
							<thead><tr><th scope="col">{t("step")}</th><th scope="col">{t("owner")}</th><th scope="col" className="end">{t("risk")}</th></tr></thead>
							<tbody>{d.steps.map((s, i) => <tr key={i}><th scope="row">{i + 1}. {said(s.text)}</th><td>{word(s.owner)}</td><td className="end">{s.risk > 0 ? f.fixed(s.risk, 0) : "–"}</td></tr>)}</tbody>
						</table>
					</TableBox>
				)}
			</section>
			<section>
				<h3>{t("blind")}</h3>
				{(d.blind_spots ?? []).length === 0 ? <p>{t("blind_none")}</p> : <ul className="plan">{d.blind_spots?.map((b) => <li key={b.kind}>{blind(b)}</li>)}</ul>}
			</section>
			<SetupReport />
			<section>
				<h3>{t("open_incidents")}</h3>
				<Loaded read={incidents}>{(x) => (x.items.length === 0 ? <p>{t("none")}</p> : (
					<TableBox label={t("open_incidents")}>
						<table className="table">
							<thead><tr><th scope="col">{c("name")}</th><th scope="col">{c("level")}</th><th scope="col">{c("state")}</th><th scope="col">{c("container")}</th><th scope="col">{c("host")}</th><th scope="col">{t("last")}</th></tr></thead>
							<tbody>{x.items.map((i) => <tr key={i.id}><th scope="row">{title(i)}</th><td><Level value={i.level} /></td><td><State value={i.status} /></td><td>{i.container || "–"}</td><td>{i.host ?? i.host_id}</td><td>{f.time(i.last_ms)}</td></tr>)}</tbody>
						</table>
					</TableBox>
				))}</Loaded>
			</section>
			<section>
				<h3>{t("worst_vulns")}</h3>
				<Loaded read={vulns}>{(x) => (
					<TableBox label={t("worst_vulns")}>
						<table className="table">
							<thead><tr><th scope="col">{c("name")}</th><th scope="col">{c("severity")}</th><th scope="col">{c("risk")}</th><th scope="col">{c("why")}</th><th scope="col" className="end">{t("images")}</th></tr></thead>
							<tbody>{x.items.map((v) => <tr key={v.id}><th scope="row" className="nowrap">{v.id}</th><td><Severity value={v.severity} /></td><td><Risk value={v.risk} /></td><td>{v.kev ? t("c_exploited") : word(v.exploit)}</td><td className="end">{f.number(v.n_images)}</td></tr>)}</tbody>
						</table>
					</TableBox>
				)}</Loaded>
			</section>
			<section>
				<h3>{t("worst_images")}</h3>
				<Loaded read={images}>{(x) => (
					<TableBox label={t("worst_images")}>
						<table className="table">
							<thead><tr><th scope="col">{c("image")}</th><th scope="col">{c("risk")}</th><th scope="col" className="end">{t("findings")}</th><th scope="col" className="end">{t("c_critical")}</th><th scope="col" className="end">{t("c_fixable")}</th></tr></thead>
							<tbody>{x.items.map((i) => <tr key={i.id}><th scope="row"><ImageName value={i.name} id={i.id} /></th><td><Risk value={i.risk} /></td><td className="end">{f.number(i.n_findings ?? 0)}</td><td className="end">{f.number(i.n_critical ?? 0)}</td><td className="end">{f.number(i.n_fixable ?? 0)}</td></tr>)}</tbody>
						</table>
					</TableBox>
				)}</Loaded>
			</section>
		</article>
	);
}

const FORMATS = [["html", "HTML"], ["csv", "CSV"], ["json", "JSON"], ["junit", "JUnit"], ["oscal", "OSCAL"]] as const;
const TONGUES = [["en", "English"], ["zh", "中文"]] as const;

/* The inspection of how things are set up, as documents that need no console. */
function Inspections() {
	const t = useWords(words);
	const c = useCommon();
	const hosts = useGet<{ items: HostRow[] }>("/compliance/hosts?sort=score&limit=200").data?.items ?? [];
	const [host, setHost] = useState("");
	const of = host ? `&host_id=${enc(host)}` : "";
	return (
		<Panel title={t("inspections")} className="no-print">
			<p className="hint">{t("inspections_text")}</p>
			{hosts.length > 0 && <div className="report-of"><Choice label={c("host")} translate="no" value={host} onChange={(e) => setHost(e.target.value)} options={[["", t("every_host")], ...hosts.map((h): [string, string] => [h.host_id, h.host || h.host_id])]} /></div>}
			{TONGUES.map(([lang, tongue]) => (
				<ul key={lang} className="exports">
					{FORMATS.map(([format, name]) => (
						<li key={format}><a className="button button-plain button-small" href={`${ROOT}/compliance/report?format=${format}&lang=${lang}${of}`} download><Icon name="download" />{name} · <span lang={lang}>{tongue}</span></a></li>
					))}
				</ul>
			))}
		</Panel>
	);
}

export default function Reports() {
	const t = useWords(words);
	const read = useGet<Overview>("/overview");
	return (
		<Page title={t("title")} lead={t("lead")} actions={<Button kind="main" icon="print" onClick={() => print()} disabled={!read.data}>{t("print")}</Button>}>
			<Inspections />
			<Panel title={t("exports")} className="no-print">
				<p className="hint">{t("exports_text")}</p>
				<ul className="exports">
					{LISTS.map(([name, path]) => <li key={name}><a className="button button-plain button-small" href={`${ROOT}${path}?format=csv`} download={`${name}.csv`}><Icon name="download" />{t(`c_${name}`)}</a></li>)}
				</ul>
			</Panel>
			<Panel><Loaded read={read} lines={10}>{(d) => <Report d={d} />}</Loaded></Panel>
		</Page>
	);
}
