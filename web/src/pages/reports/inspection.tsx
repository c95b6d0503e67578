// SPDX-License-Identifier: Apache-2.0
/* The inspection report: one page that reads well on paper, made of what the overview and lists say now. */
import { useGet } from "../../api/use";
import { useSession } from "../../app/session";
import { useCommon, useFormats, useSaid, useServerWord, useWords } from "../../i18n";
import { ImageName, Loaded, State, TableBox } from "../../ui/basic";
import { Level, Risk, Severity } from "../../ui/severity";
import { useIncidentTitle } from "../alerts/title";
import { words as overviewWords } from "../overview/words";
import type { Incident } from "../alerts/types";
import type { Image } from "../images";
import type { Vuln } from "../vulns/types";
import { SetupReport } from "./setup";
import { words } from "./words";

export interface Overview {
	time_ms: number;
	counts: Record<string, number>;
	health?: { score: number; parts: { name: string; exposure: number; lost: number }[] };
	blind_spots?: { kind: string; count: number; words: string }[];
	steps: { text: string; owner?: string; risk: number }[];
}

const COUNTS = ["hosts", "containers", "images", "images_running", "findings", "critical", "high", "medium", "low", "exploited", "fixable", "incidents_open"] as const;

export function Report({ d }: { d: Overview }) {
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
