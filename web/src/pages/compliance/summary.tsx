// SPDX-License-Identifier: Apache-2.0
/* How everything stands: the score and how it is made, each category and benchmark, and what hangs on most. */
import { useFormats, useWords } from "../../i18n";
import { enc, Link } from "../../lib/router";
import { Ago, Empty, LinkButton, Panel, Stat, TableBox } from "../../ui/basic";
import { Bars, Ring, Split, Trend } from "../../ui/charts";
import { Icon } from "../../ui/icon";
import { Shape, toneOf } from "../../ui/severity";
import { CATEGORIES, Delta, Score, toneOfScore, useCategory, useTexts } from "./parts";
import type { Summary } from "./types";
import { words } from "./words";

const RESULTS = "/compliance?tab=results";
const WEIGHTS = [["critical", 10], ["high", 6], ["medium", 3], ["low", 1], ["info", 0]] as const;

export function ScoreRing({ of: d, size }: { of: Summary; size?: number }) {
	const t = useWords(words);
	if (d.score === null) return <p className="dim">{t("undecided")}</p>;
	const word = d.score >= 90 ? t("score_good") : d.score >= 70 ? t("score_fair") : t("score_poor");
	return <Ring value={d.score} label={t("score")} word={word} tone={toneOfScore(d.score)} {...(size ? { size } : {})} />;
}

function How() {
	const t = useWords(words);
	const f = useFormats();
	return (
		<details className="how" open>
			<summary>{t("how")}</summary>
			<p><code>{t("formula")}</code></p>
			<p>{t("how_weights", { list: f.list(WEIGHTS.map(([w, n]) => `${t(`s_${w}`)} ${n}`)) })}</p>
			<p>{t("how_beside")}</p>
			<p><Link to="/compliance?tab=checks">{t("how_checks")}</Link></p>
		</details>
	);
}

export function CategoryBars({ of: d }: { of: Summary }) {
	const t = useWords(words);
	const f = useFormats();
	const name = useCategory();
	const order = (c: string) => CATEGORIES.indexOf(c as "health");
	const rows = [...d.categories].sort((a, b) => order(a.category) - order(b.category));
	return (
		<Bars label={t("by_category")} most={100} bars={rows.map((c) => ({
			key: c.category, label: <Link to={`${RESULTS}&f.category=${c.category}&f.state=fail`}>{name(c.category)}</Link>, value: c.score ?? 0, tone: c.score === null ? "info" : toneOfScore(c.score),
			text: c.score === null ? "–" : <span title={t("fails", { n: c.fail - c.excepted })}>{f.fixed(c.score, 0)}</span>,
		}))} />
	);
}

function Scores({ of: d }: { of: Summary }) {
	const t = useWords(words);
	return (
		<Panel title={t("score")}>
			<div className="health">
				<ScoreRing of={d} />
				<div className="health-parts">
					<CategoryBars of={d} />
					<p className="hint"><Delta now={d.score} before={d.score_before} /></p>
				</div>
			</div>
			<How />
		</Panel>
	);
}

function Totals({ of: d }: { of: Summary }) {
	const t = useWords(words);
	const f = useFormats();
	const fails = d.fail - d.excepted;
	const grave = d.severities.filter((s) => s.severity === "critical").reduce((a, s) => a + s.fail - s.excepted, 0);
	return (
		<div className="stats">
			<Stat label={t("n_fail")} value={f.number(fails)} tone={grave ? "bad" : ""} note={t("grave", { n: grave })} to={`${RESULTS}&f.state=fail&f.excepted=false`} />
			<Stat label={t("new")} value={f.number(d.new)} tone={d.new ? "bad" : ""} note={t("mended_n", { n: d.mended })} to={d.new ? `${RESULTS}&f.new=true` : "/compliance?tab=changes"} />
			<Stat label={t("excepted")} value={f.number(d.excepted)} note={d.exceptions.ending_soon ? t("ending", { n: d.exceptions.ending_soon }) : t("active", { n: d.exceptions.active })} to="/compliance?tab=exceptions" />
			<Stat label={t("n_manual")} value={f.number(d.manual)} note={t("manual_note")} to={`${RESULTS}&f.state=manual`} />
			<Stat label={t("n_unknown")} value={f.number(d.unknown)} note={t("unknown_note")} to={`${RESULTS}&f.state=unknown`} />
			<Stat label={t("hosts")} value={f.number(d.hosts_checked)} tone={d.hosts_unchecked ? "bad" : ""} note={d.hosts_unchecked ? t("unchecked", { n: d.hosts_unchecked }) : d.last_run_ms ? <Ago ms={d.last_run_ms} /> : ""} to="/compliance?tab=hosts" />
		</div>
	);
}

/* The checks that cost the score most. */
export function WorstChecks({ of: d, most = 10 }: { of: Summary; most?: number }) {
	const t = useWords(words);
	const texts = useTexts();
	const rows = d.checks.filter((c) => c.fail > c.excepted).slice(0, most);
	if (rows.length === 0) return <Empty icon="check" title={t("all_good")}>{t("all_good_text")}</Empty>;
	return (
		<ul className="first">
			{rows.map((c) => (
				<li key={c.check}>
					<Link to={`${RESULTS}&f.check=${enc(c.check)}&f.state=fail`} className="first-row">
						<Shape tone={toneOf(c.severity)} /><span className="hide">{t(`s_${toneOf(c.severity)}`)}</span>
						<span className="first-text"><strong>{texts(c.title) || c.check}</strong></span>
						<span className="dim num">{t("fails", { n: c.fail - c.excepted })}</span>
						<Icon name="right" size={14} />
					</Link>
				</li>
			))}
		</ul>
	);
}

function Benchmarks({ of: d }: { of: Summary }) {
	const t = useWords(words);
	const f = useFormats();
	const texts = useTexts();
	const rows = d.benchmarks.filter((b) => b.score !== null || b.manual > 0 || b.unknown > 0);
	const others = d.benchmarks.length - rows.length;
	if (d.benchmarks.length === 0) return <p className="hint">{t("no_benchmarks")}</p>;
	return (
		<>
			<TableBox label={t("benchmarks")}>
				<table className="table">
					<thead><tr><th scope="col">{t("benchmark")}</th><th scope="col">{t("score")}</th><th scope="col" className="end">{t("checks")}</th><th scope="col" className="end">{t("n_fail")}</th><th scope="col" className="end">{t("n_manual")}</th></tr></thead>
					<tbody>
						{rows.map((b) => (
							<tr key={b.id}>
								<th scope="row"><Link to={`${RESULTS}&like.benchmarks=${enc(b.id)}&f.state=fail`}>{texts(b.title) || b.id}</Link> <span className="dim">{b.version}</span></th>
								<td><Score value={b.score} /></td><td className="end">{f.number(b.checks)}</td><td className="end">{f.number(b.checks_failing)}</td><td className="end">{f.number(b.manual)}</td>
							</tr>
						))}
					</tbody>
				</table>
			</TableBox>
			{others > 0 && <p className="hint">{t("others_na", { n: others })}</p>}
		</>
	);
}

function Hosts({ of: d }: { of: Summary }) {
	const t = useWords(words);
	const f = useFormats();
	return (
		<ul className="rows">
			{d.hosts.slice(0, 8).map((h) => (
				<li key={h.host_id}>
					<Link to={`/hosts/${enc(h.host_id)}?tab=setup`} className="rows-row">
						<span className="rows-main"><strong>{h.host || h.host_id}</strong><small>{t("host_line", { fail: f.number(h.fail - h.excepted), critical: f.number(h.critical) })}</small></span>
						<Delta now={h.score} before={h.score_before} />
						<Score value={h.score} />
					</Link>
				</li>
			))}
		</ul>
	);
}

function History({ of: d }: { of: Summary }) {
	const t = useWords(words);
	const days = d.trend.filter((x) => x.fail !== null);
	if (days.length === 0) return <p className="hint">{t("trend_none")}</p>;
	return (
		<Trend label={t("trend_label")} times={days.map((x) => x.day_ms)} series={[{ key: "fail", label: t("n_fail"), tone: "critical", values: days.map((x) => x.fail) }]} />
	);
}

export function SummaryView({ of: d, start }: { of: Summary; start: React.ReactNode }) {
	const t = useWords(words);
	if (d.hosts_checked === 0) {
		return (
			<Panel>
				<Empty icon="clip" title={t("none")} action={<>{start}<LinkButton to="/system?tab=enrol" icon="plus">{t("enrol")}</LinkButton></>}>{d.hosts_unchecked ? t("unchecked", { n: d.hosts_unchecked }) : t("none_text")}</Empty>
			</Panel>
		);
	}
	return (
		<>
			<Totals of={d} />
			<div className="grid-2">
				<Scores of={d} />
				<Panel title={t("worst")} aside={<Link to={`${RESULTS}&f.state=fail`}>{t("all_results")}</Link>}><WorstChecks of={d} /></Panel>
				<Panel title={t("benchmarks")}><Benchmarks of={d} /></Panel>
				<Panel title={t("worst_hosts")} aside={<Link to="/compliance?tab=hosts">{t("all_hosts")}</Link>}><Hosts of={d} /></Panel>
				<Panel title={t("trend")} aside={<Link to="/compliance?tab=changes">{t("changes")}</Link>}><History of={d} /></Panel>
				<Panel title={t("all_of_it")}>
					<Split label={t("results")} parts={[
						{ key: "pass", label: t("n_pass"), value: d.pass, tone: "good" }, { key: "fail", label: t("n_fail"), value: d.fail - d.excepted, tone: "critical" }, { key: "excepted", label: t("excepted"), value: d.excepted, tone: "low" },
						{ key: "manual", label: t("n_manual"), value: d.manual, tone: "medium" }, { key: "unknown", label: t("n_unknown"), value: d.unknown, tone: "high" }, { key: "na", label: t("n_na"), value: d.not_applicable, tone: "info" },
					]} />
				</Panel>
			</div>
		</>
	);
}
