// SPDX-License-Identifier: Apache-2.0
/* How one host or container is set up, in a few lines of its own page; and how all are, on the overview. */
import { useGet } from "../../api/use";
import { useFormats, useWords } from "../../i18n";
import { enc, Link } from "../../lib/router";
import { Ago, Facts, Loaded, Panel } from "../../ui/basic";
import { Delta, Score } from "./parts";
import { CategoryBars, ScoreRing, WorstChecks } from "./summary";
import type { HostRow, Summary, WorkloadRow } from "./types";
import { words } from "./words";

type Items<T> = { items: T[] };

export function HostSetup({ id }: { id: string }) {
	const t = useWords(words);
	const f = useFormats();
	const read = useGet<Items<HostRow>>(`/compliance/hosts?f.host_id=${enc(id)}&limit=1`, ["compliance"]);
	return (
		<Panel title={t("setup")} aside={<Link to={`/hosts/${enc(id)}?tab=setup`}>{t("results")}</Link>}>
			<Loaded read={read}>
				{({ items: [h] }) => (!h ? <p className="hint">{t("not_checked")}</p> : (
					<Facts columns={1} rows={[
						[t("score"), <span key="s" className="line"><Score value={h.score} /><Delta now={h.score} before={h.score_before} /></span>], [t("n_fail"), <Link key="f" to={`/hosts/${enc(id)}?tab=setup&f.state=fail`}>{t("host_line", { fail: f.number(h.fail - h.excepted), critical: f.number(h.critical) })}</Link>],
						[t("excepted"), f.number(h.excepted)], [t("n_unknown"), f.number(h.unknown)], [t("looked"), <Ago key="l" ms={h.run_ms} />],
					]} />
				))}
			</Loaded>
		</Panel>
	);
}

export function ContainerSetup({ id }: { id: string }) {
	const t = useWords(words);
	const f = useFormats();
	const read = useGet<Items<WorkloadRow>>(`/compliance/workloads?f.container_id=${enc(id)}&limit=1`, ["compliance"]);
	return (
		<Panel title={t("setup")} aside={<Link to={`/containers/${enc(id)}?tab=setup`}>{t("results")}</Link>}>
			<Loaded read={read}>
				{({ items: [w] }) => (!w ? <p className="hint">{t("not_checked")}</p> : (
					<Facts columns={1} rows={[
						[t("n_fail"), <Link key="f" to={`/containers/${enc(id)}?tab=setup&f.state=fail`}>{t("host_line", { fail: f.number(w.fail - w.excepted), critical: f.number(w.critical) })}</Link>],
						[t("excepted"), f.number(w.excepted)], [t("n_pass"), f.number(w.pass)],
					]} />
				))}
			</Loaded>
		</Panel>
	);
}

/* Nothing where nothing was checked: the overview has enough to say. */
export function OverviewSetup() {
	const t = useWords(words);
	const d = useGet<Summary>("/compliance/summary", ["compliance"]).data;
	if (!d || d.hosts_checked === 0) return null;
	return (
		<>
			<Panel title={t("setup")} aside={<Link to="/compliance">{t("title")}</Link>}>
				<div className="health"><ScoreRing of={d} /><div className="health-parts"><CategoryBars of={d} /></div></div>
			</Panel>
			<Panel title={t("worst")} aside={<Link to="/compliance?tab=results&f.state=fail">{t("all_results")}</Link>}><WorstChecks of={d} most={5} /></Panel>
		</>
	);
}
