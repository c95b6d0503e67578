// SPDX-License-Identifier: Apache-2.0
/* The first page: one number, why it is what it is, and the few things that would change it most. */
import { useGet } from "../../api/use";
import { useCommon, useFormats, useServerWord, useWords } from "../../i18n";
import { enc, Link } from "../../lib/router";
import { Ago, AsOf, Empty, ImageName, LinkButton, Loaded, Page, Panel, Stat, State } from "../../ui/basic";
import { Bars, Ring, Trend } from "../../ui/charts";
import { Icon, type IconName } from "../../ui/icon";
import { Level, Risk } from "../../ui/severity";
import type { Image } from "../images";
import { words } from "./words";

interface Part {
	name: string;
	points: number;
	most: number;
}
interface First {
	kind: string;
	title: string;
	text?: string;
	to?: string;
	gain?: number;
	n_findings?: number;
	n_images?: number;
	image_id?: string;
	vuln_id?: string;
}
interface Blind {
	what: string;
	subject: string;
	subject_id?: string;
	text: string;
	since_ms?: number;
}
interface Point {
	at_ms: number;
	critical: number;
	high: number;
	medium: number;
	low: number;
	alerts: number;
	incidents: number;
	score?: number;
}
interface OverviewData {
	at_ms: number;
	health: { score: number; parts: Part[] };
	coverage: { hosts: number; hosts_watched: number; images: number; images_scanned: number; containers: number; containers_watched: number };
	blind_spots: Blind[];
	trends: Point[];
	totals: Record<"critical" | "high" | "kev" | "incidents_open" | "images" | "containers" | "hosts", number>;
	first: First[];
}
interface Incident {
	id: number;
	title: string;
	level: string | number;
	host?: string;
	container?: string;
	last_ms: number;
	status: string;
}

const FIRST_ICONS: Record<string, IconName> = { incident: "flag", base: "layers", package: "box", vulnerability: "bug", agent: "server", image: "layers", config: "gear" };

function First({ rows }: { rows: First[] }) {
	const t = useWords(words);
	if (rows.length === 0) return <Empty icon="check" title={t("first_none")}>{t("first_none_text")}</Empty>;
	return (
		<ol className="first">
			{rows.slice(0, 6).map((r, i) => {
				const to = r.to ?? (r.vuln_id ? `/vulnerabilities/${enc(r.vuln_id)}` : r.image_id ? `/images/${enc(r.image_id)}` : "/system");
				const note = [r.text, r.n_findings && t("findings_n", { n: r.n_findings }), r.n_images && t("images_n", { n: r.n_images })].filter(Boolean).join(" · ");
				return (
					<li key={i}>
						<Link to={to} className="first-row">
							<span className={`first-icon first-${r.kind}`}><Icon name={FIRST_ICONS[r.kind] ?? "spark"} /></span>
							<span className="first-text"><strong>{r.title}</strong>{note && <small>{note}</small>}</span>
							{r.gain !== undefined && r.gain > 0 && <span className="first-gain">{t("gain", { n: r.gain })}</span>}
							<Icon name="right" size={14} />
						</Link>
					</li>
				);
			})}
		</ol>
	);
}

function Health({ health }: { health: OverviewData["health"] }) {
	const t = useWords(words);
	const f = useFormats();
	const [tone, word] = health.score >= 80 ? ["good", t("health_good")] : health.score >= 50 ? ["medium", t("health_fair")] : ["critical", t("health_poor")];
	const name = (key: string) => (`p.${key}` in words.en ? t(`p.${key}` as "p.coverage") : key);
	return (
		<div className="health">
			<Ring value={health.score} label={t("health")} word={word ?? ""} tone={tone ?? "info"} />
			<div className="health-parts">
				<Bars label={t("health")} bars={health.parts.map((p) => ({ key: p.name, label: name(p.name), value: (p.points * 100) / Math.max(p.most, 1), text: p.points > 0 ? t("lost", { n: f.number(p.points) }) : "0", tone: p.points >= p.most * 0.6 ? "critical" : p.points >= p.most * 0.3 ? "medium" : "good" }))} most={100} />
				<p className="hint">{t("health_how")}</p>
			</div>
		</div>
	);
}

function Coverage({ data }: { data: OverviewData }) {
	const t = useWords(words);
	const f = useFormats();
	const cov = data.coverage;
	const rows: [string, string, number, number][] = [
		["h", t("hosts_watched"), cov.hosts_watched, cov.hosts],
		["i", t("images_scanned"), cov.images_scanned, cov.images],
		["c", t("containers_watched"), cov.containers_watched, cov.containers],
	];
	return (
		<>
			<Bars label={t("coverage")} most={100} bars={rows.map(([key, label, n, all]) => ({ key, label, value: all ? (n * 100) / all : 0, text: `${f.number(n)} / ${f.number(all)}`, tone: n < all ? "medium" : "good" }))} />
			<h3 className="sub">{t("blind")}</h3>
			{data.blind_spots.length === 0 && <p className="hint">{t("blind_none")}</p>}
			<ul className="blind">
				{data.blind_spots.slice(0, 5).map((b, i) => (
					<li key={i}>
						<Icon name="blind" />
						<span><strong>{b.subject}</strong> {b.text}</span>
						{b.since_ms && <span className="dim nowrap"><Ago ms={b.since_ms} /></span>}
					</li>
				))}
			</ul>
		</>
	);
}

function Latest() {
	const t = useWords(words);
	const c = useCommon();
	const read = useGet<{ items: Incident[] }>("/incidents?sort=-last_ms&limit=6", ["incidents"]);
	return (
		<Panel title={t("latest")} aside={<Link to="/incidents">{c("show_all")}</Link>}>
			<Loaded read={read}>
				{(data) => (data.items.length === 0 ? <Empty icon="shield" title={t("latest_none")}>{t("latest_none_text")}</Empty> : (
					<ul className="rows">
						{data.items.map((r) => (
							<li key={r.id}>
								<Link to={`/incidents/${r.id}`} className="rows-row">
									<span className="rows-main"><strong>{r.title}</strong><small>{[r.container, r.host].filter(Boolean).join(" · ")}</small></span>
									<Level value={r.level} />
									<State value={r.status} />
									<span className="dim rows-time"><Ago ms={r.last_ms} /></span>
								</Link>
							</li>
						))}
					</ul>
				))}
			</Loaded>
		</Panel>
	);
}

function Worst() {
	const t = useWords(words);
	const c = useCommon();
	const read = useGet<{ items: Image[] }>("/images?sort=-risk&limit=6", ["scans"]);
	return (
		<Panel title={t("worst")} aside={<Link to="/images">{c("show_all")}</Link>}>
			<Loaded read={read}>
				{(data) => (data.items.length === 0 ? <Empty icon="layers" title={t("worst_none")} /> : (
					<ul className="rows">
						{data.items.map((r) => (
							<li key={r.id}>
								<Link to={`/images/${enc(r.id)}`} className="rows-row">
									<span className="rows-main"><strong><ImageName value={r.name} id={r.id} /></strong><small>{r.distro}</small></span>
									<Risk value={r.risk} />
								</Link>
							</li>
						))}
					</ul>
				))}
			</Loaded>
		</Panel>
	);
}

export default function Overview() {
	const t = useWords(words);
	const f = useFormats();
	const word = useServerWord();
	const read = useGet<OverviewData>("/overview", ["incidents", "scans", "agents"]);
	const series = (["critical", "high", "medium", "low"] as const).map((key) => ({ key, label: word(key), tone: key, values: read.data?.trends.map((p) => p[key]) ?? [] }));
	return (
		<Page title={t("title")} lead={t("lead")} actions={<AsOf at={read.data?.at_ms ?? 0} reload={read.reload} loading={read.loading} />}>
			<Loaded read={read} lines={8}>
				{(d) => (
					<>
						{d.totals.hosts === 0 && (
							<Panel><Empty icon="server" title={t("start")} action={<LinkButton to="/system?tab=enrol" kind="main" icon="plus">{t("start_do")}</LinkButton>}>{t("start_text")}</Empty></Panel>
						)}
						<div className="stats">
							<Stat label={t("open_incidents")} value={f.number(d.totals.incidents_open)} tone={d.totals.incidents_open ? "bad" : ""} to="/incidents?f.status=open" />
							<Stat label={t("kev")} value={f.number(d.totals.kev)} tone={d.totals.kev ? "bad" : ""} to="/vulnerabilities?f.kev=true" />
							<Stat label={t("critical")} value={f.number(d.totals.critical)} to="/findings?f.severity=critical&f.state=open" />
							<Stat label={t("high")} value={f.number(d.totals.high)} to="/findings?f.severity=high&f.state=open" />
							<Stat label={t("images")} value={f.number(d.totals.images)} to="/images" />
							<Stat label={t("running")} value={f.number(d.totals.containers)} to="/containers" note={t("running_note", { n: d.totals.hosts })} />
						</div>
						<div className="grid-2">
							<Panel title={t("health")}><Health health={d.health} /></Panel>
							<Panel title={t("first")}><First rows={d.first} /></Panel>
							<Panel title={t("trend")}><Trend label={t("trend_label", { n: d.trends.length })} times={d.trends.map((p) => p.at_ms)} series={[...series].reverse()} stacked /></Panel>
							<Panel title={t("coverage")}><Coverage data={d} /></Panel>
							<Latest />
							<Panel title={t("alerts_trend")}>
								<Trend label={t("alerts_label")} times={d.trends.map((p) => p.at_ms)} series={[
									{ key: "a", label: t("alerts"), tone: "accent", values: d.trends.map((p) => p.alerts) },
									{ key: "i", label: t("incidents"), tone: "critical", values: d.trends.map((p) => p.incidents) },
								]} />
							</Panel>
							<Worst />
						</div>
					</>
				)}
			</Loaded>
		</Page>
	);
}
