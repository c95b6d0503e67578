// SPDX-License-Identifier: Apache-2.0
/* The report's part on how things are set up: score, categories, what fails most, where, and what is borne with. */
import { useGet } from "../../api/use";
import { useCommon, useFormats, useWords } from "../../i18n";
import { Loaded, TableBox } from "../../ui/basic";
import { Severity } from "../../ui/severity";
import { useCategory, useKind, useTexts } from "../compliance/parts";
import type { Exception, Summary, WorkloadRow } from "../compliance/types";
import { words as setupWords } from "../compliance/words";
import { words } from "./words";

function Categories({ of: d }: { of: Summary }) {
	const s = useWords(setupWords);
	const f = useFormats();
	const name = useCategory();
	const score = (n: number | null) => (n === null ? "–" : f.fixed(n, 0));
	return (
		<TableBox label={s("by_category")}>
			<table className="table">
				<thead><tr><th scope="col">{s("category")}</th>{([s("score"), s("n_pass"), s("n_fail"), s("excepted"), s("n_manual"), s("n_unknown")]).map((h) => <th key={h} scope="col" className="end">{h}</th>)}</tr></thead>
				<tbody>{d.categories.map((c) => <tr key={c.category}><th scope="row">{name(c.category)}</th>{[score(c.score), f.number(c.pass), f.number(c.fail - c.excepted), f.number(c.excepted), f.number(c.manual), f.number(c.unknown)].map((x, i) => <td key={i} className="end">{x}</td>)}</tr>)}</tbody>
			</table>
		</TableBox>
	);
}

function Checks({ of: d }: { of: Summary }) {
	const s = useWords(setupWords);
	const c = useCommon();
	const f = useFormats();
	const texts = useTexts();
	const category = useCategory();
	const rows = d.checks.filter((x) => x.fail > x.excepted);
	if (rows.length === 0) return <p>{s("all_good")}</p>;
	return (
		<TableBox label={s("worst")}>
			<table className="table">
				<thead><tr><th scope="col">{s("check")}</th><th scope="col">{c("severity")}</th><th scope="col">{s("category")}</th><th scope="col" className="end">{s("n_fail")}</th></tr></thead>
				<tbody>{rows.map((x) => <tr key={x.check}><th scope="row">{texts(x.title) || x.check}</th><td><Severity value={x.severity} /></td><td>{category(x.category)}</td><td className="end">{f.number(x.fail - x.excepted)}</td></tr>)}</tbody>
			</table>
		</TableBox>
	);
}

function Workloads() {
	const t = useWords(words);
	const s = useWords(setupWords);
	const c = useCommon();
	const f = useFormats();
	const kind = useKind();
	const read = useGet<{ items: WorkloadRow[] }>("/compliance/workloads?min.weight_lost=1&sort=-weight_lost&limit=20");
	return (
		<Loaded read={read}>{(x) => (x.items.length === 0 ? <p>{t("no_workload")}</p> : (
			<TableBox label={s("workloads")}>
				<table className="table">
					<thead><tr><th scope="col">{c("name")}</th><th scope="col">{c("kind")}</th><th scope="col">{c("namespace")}</th><th scope="col">{c("host")}</th><th scope="col" className="end">{s("n_critical")}</th><th scope="col" className="end">{s("n_high")}</th><th scope="col" className="end">{s("n_fail")}</th></tr></thead>
					<tbody>{x.items.map((w) => <tr key={w.id}><th scope="row">{w.workload || w.container || w.container_id.slice(0, 12)}</th><td>{kind(w.kind)}</td><td>{w.namespace || "–"}</td><td>{w.host || w.host_id}</td><td className="end">{f.number(w.critical)}</td><td className="end">{f.number(w.high)}</td><td className="end">{f.number(w.fail - w.excepted)}</td></tr>)}</tbody>
				</table>
			</TableBox>
		))}</Loaded>
	);
}

function Borne() {
	const s = useWords(setupWords);
	const c = useCommon();
	const f = useFormats();
	const read = useGet<{ items: Exception[] }>("/compliance/exceptions?f.active=true&sort=expires_ms&limit=50");
	return (
		<Loaded read={read}>{(x) => (x.items.length === 0 ? <p>{s("none_exceptions")}</p> : (
			<TableBox label={s("exceptions")}>
				<table className="table">
					<thead><tr><th scope="col">{s("check_id")}</th><th scope="col">{s("about")}</th><th scope="col">{c("host")}</th><th scope="col">{c("owner")}</th><th scope="col">{s("reason")}</th><th scope="col">{s("until")}</th></tr></thead>
					<tbody>{x.items.map((e) => <tr key={e.id}><th scope="row">{e.check}</th><td>{e.subject || s("everything")}</td><td>{e.host || e.host_id || s("every_host")}</td><td>{e.owner}</td><td>{e.reason}</td><td className="nowrap">{f.date(e.expires_ms)}</td></tr>)}</tbody>
				</table>
			</TableBox>
		))}</Loaded>
	);
}

export function SetupReport() {
	const t = useWords(words);
	const s = useWords(setupWords);
	const f = useFormats();
	const read = useGet<Summary>("/compliance/summary");
	return (
		<Loaded read={read}>
			{(d) => (d.hosts_checked === 0 ? <section><h3>{t("setup")}</h3><p>{s("none")}</p></section> : (
				<>
					<section>
						<h3>{t("setup")}</h3>
						<p className="score"><strong>{d.score === null ? "–" : f.fixed(d.score, 0)}</strong><span className="dim">/ 100</span></p>
						<p className="hint">{s("score")} = {s("formula")}</p>
						<p className="spaced">{t("setup_line", { fail: d.fail - d.excepted, excepted: d.excepted, new: d.new, mended: d.mended })}</p>
						<Categories of={d} />
					</section>
					<section><h3>{s("worst")}</h3><Checks of={d} /></section>
					<section><h3>{t("by_workload")}</h3><Workloads /></section>
					<section><h3>{s("exceptions")}</h3><Borne /></section>
				</>
			))}
		</Loaded>
	);
}
