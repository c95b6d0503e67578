// SPDX-License-Identifier: Apache-2.0
/* The first page: one number, why it is what it is, and the few things that would change it most. */
import { useGet } from "../../api/use";
import { useCommon, useFormats, useSaid, useServerWord, useWords } from "../../i18n";
import { enc, Link } from "../../lib/router";
import { Ago, AsOf, Empty, ImageName, LinkButton, Loaded, Page, Panel, Stat, State } from "../../ui/basic";
import { Bars, Ring, Trend } from "../../ui/charts";
import { Icon, type IconName } from "../../ui/icon";
import { Level, Risk } from "../../ui/severity";
import { useIncidentTitle } from "../alerts/title";
import { OverviewSetup } from "../compliance/setup";
import type { Image } from "../images";
import { words } from "./words";

interface Part {
	name: string;
	weight: number;
	exposure: number;
	lost: number;
	words: string;
}
interface Step {
	kind: string;
	text: string;
	risk: number;
	owner?: string;
	link: string;
}
interface Blind {
	kind: string;
	count: number;
	words: string;
	link: string;
}
interface OverviewData {
	time_ms: number;
	counts: Record<string, number | undefined>;
	health?: { score: number; parts: Part[] };
	advisories?: { present: boolean; date_ms: number; vulnerabilities: number; why: string };
	blind_spots?: Blind[];
	trends?: { name: string; points: { day_ms: number; value: number }[] }[];
	steps: Step[];
}
interface Incident {
	id: number;
	title: string;
	level: number;
	host?: string | null;
	container?: string | null;
	last_ms: number;
	status: string;
}

const STEP_ICONS: Record<string, IconName> = { incident: "flag", base: "layers", application: "box", host: "server", container: "box", coverage: "blind" };

function Steps({ rows }: { rows: Step[] }) {
	const t = useWords(words);
	const said = useSaid();
	const word = useServerWord();
	if (rows.length === 0) return <Empty icon="check" title={t("first_none")}>{t("first_none_text")}</Empty>;
	return (
		<ol className="first">
			{rows.slice(0, 7).map((r, i) => (
				<li key={i}>
					<Link to={r.link} className="first-row">
						<span className={`first-icon first-${r.kind}`}><Icon name={STEP_ICONS[r.kind] ?? "spark"} /></span>
						<span className="first-text"><strong title={said(r.text)}>{said(r.text)}</strong>{r.owner && <small>{word(r.owner)}</small>}</span>
						{r.risk > 0 && <Risk value={r.risk} />}
						<Icon name="right" size={14} />
					</Link>
				</li>
			))}
		</ol>
	);
}

function Health({ health }: { health: NonNullable<OverviewData["health"]> }) {
	const t = useWords(words);
	const said = useSaid();
	const f = useFormats();
	const [tone, word] = health.score >= 80 ? ["good", t("health_good")] : health.score >= 50 ? ["medium", t("health_fair")] : ["critical", t("health_poor")];
	const name = (key: string) => (`p.${key}` in words.en ? t(`p.${key}` as "p.coverage") : key);
	return (
		<div className="health">
			<Ring value={health.score} label={t("health")} word={word ?? ""} tone={tone ?? "info"} />
			<div className="health-parts">
				<Bars label={t("health")} most={1} bars={health.parts.map((p) => ({
					key: p.name, label: <span title={said(p.words)}>{name(p.name)}</span>, value: p.exposure, text: p.lost >= 0.05 ? t("lost", { n: f.fixed(p.lost, 1) }) : "0", tone: p.exposure >= 0.6 ? "critical" : p.exposure >= 0.3 ? "medium" : "good",
				}))} />
				<p className="hint">{t("health_how")}</p>
			</div>
		</div>
	);
}

function Blinds({ data }: { data: OverviewData }) {
	const t = useWords(words);
	const said = useSaid();
	const f = useFormats();
	const rows = data.blind_spots ?? [];
	const text = (b: Blind) => (`b.${b.kind}` in words.en ? t(`b.${b.kind}` as "b.no-sensor", { n: b.count }) : said(b.words));
	return (
		<>
			{rows.length === 0 && <Empty icon="eye" title={t("blind_none")}>{t("blind_none_text")}</Empty>}
			<ul className="blind">
				{rows.map((b) => (
					<li key={b.kind}>
						<Link to={b.link} className="first-row"><span className="first-icon first-agent"><Icon name="blind" /></span><span className="blind-text">{text(b)}</span><Icon name="right" size={14} /></Link>
					</li>
				))}
			</ul>
			{data.advisories && <p className="hint">{t("advisories")}: {data.advisories.present ? t("advisories_of", { n: data.advisories.vulnerabilities, date: f.date(data.advisories.date_ms) }) : said(data.advisories.why) || "–"}</p>}
		</>
	);
}

/* One line for each name, on the days that any of them has. */
function lines(data: OverviewData, names: string[]): { times: number[]; of: (wanted: string[]) => (number | null)[] } {
	const mine = (data.trends ?? []).filter((x) => names.includes(x.name));
	const times = [...new Set(mine.flatMap((x) => x.points.map((p) => p.day_ms)))].sort((a, b) => a - b);
	return { times, of: (wanted) => times.map((day) => mine.filter((x) => wanted.includes(x.name)).reduce((sum, x) => sum + (x.points.find((p) => p.day_ms === day)?.value ?? 0), 0)) };
}

function Trends({ data }: { data: OverviewData }) {
	const t = useWords(words);
	const word = useServerWord();
	const tones = [["low", "2"], ["medium", "3"], ["high", "4"], ["critical", "5"]] as const;
	const names = tones.flatMap(([w, n]) => [`findings.severity.${n}`, `findings.severity.${w}`]);
	const found = lines(data, names);
	const levels = Array.from({ length: 8 }, (_, n) => `alerts.level.${n}`);
	const alerts = lines(data, levels);
	return (
		<>
			<Panel title={t("trend")}>
				{found.times.length === 0 ? <p className="hint">{t("trend_none")}</p> : <Trend label={t("trend_label")} times={found.times} stacked series={tones.map(([w, n]) => ({ key: w, label: word(w), tone: w, values: found.of([`findings.severity.${n}`, `findings.severity.${w}`]) }))} />}
			</Panel>
			<Panel title={t("alerts_trend")}>
				{alerts.times.length === 0 ? <p className="hint">{t("trend_none")}</p> : (
					<Trend label={t("alerts_label")} times={alerts.times} stacked series={[
						{ key: "o", label: t("alerts_other"), tone: "accent", values: alerts.of(levels.slice(3)) },
						{ key: "g", label: t("alerts_grave"), tone: "critical", values: alerts.of(levels.slice(0, 3)) },
					]} />
				)}
			</Panel>
		</>
	);
}

function Latest() {
	const title = useIncidentTitle();
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
									<span className="rows-main"><strong>{title(r)}</strong><small>{[r.container, r.host].filter(Boolean).join(" · ")}</small></span>
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
	const read = useGet<OverviewData>("/overview", ["incidents", "scans", "agents"]);
	return (
		<Page title={t("title")} lead={t("lead")} actions={<AsOf at={read.data?.time_ms ?? 0} reload={read.reload} loading={read.loading} />}>
			<Loaded read={read} lines={8}>
				{(d) => {
					const n = (name: string) => d.counts[name] ?? 0;
					return (
						<>
							{d.counts["hosts"] === 0 && (
								<Panel><Empty icon="server" title={t("start")} action={<LinkButton to="/system?tab=enrol" kind="main" icon="plus">{t("start_do")}</LinkButton>}>{t("start_text")}</Empty></Panel>
							)}
							<div className="stats">
								<Stat label={t("open_incidents")} value={f.number(n("incidents_open"))} tone={n("incidents_grave") ? "bad" : ""} note={t("grave", { n: n("incidents_grave") })} to="/incidents?f.status=open,working" />
								<Stat label={t("kev")} value={f.number(n("exploited"))} tone={n("exploited") ? "bad" : ""} to="/findings?f.kev=true&f.state=open" />
								<Stat label={t("critical")} value={f.number(n("critical"))} to="/findings?f.severity=critical&f.state=open" note={t("fixable", { n: n("fixable") })} />
								<Stat label={t("high")} value={f.number(n("high"))} to="/findings?f.severity=high&f.state=open" />
								<Stat label={t("images")} value={f.number(n("images"))} to="/images" note={t("images_running", { n: n("images_running") })} />
								<Stat label={t("running")} value={f.number(n("containers"))} to="/containers" note={t("running_note", { n: n("hosts") })} />
							</div>
							<div className="grid-2">
								{d.health && <Panel title={t("health")}><Health health={d.health} /></Panel>}
								<Panel title={t("first")}><Steps rows={d.steps} /></Panel>
								<OverviewSetup />
								<Latest />
								{d.blind_spots && <Panel title={t("blind")}><Blinds data={d} /></Panel>}
								<Trends data={d} />
								<Worst />
							</div>
						</>
					);
				}}
			</Loaded>
		</Page>
	);
}
