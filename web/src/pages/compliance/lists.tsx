// SPDX-License-Identifier: Apache-2.0
/* Hosts, workloads, checks, what changed and what is borne with. */
import { useState } from "react";
import { remove } from "../../api/client";
import { useSession } from "../../app/session";
import { useCommon, useFormats, useServerWord, useWords } from "../../i18n";
import { enc } from "../../lib/router";
import { List, type Column } from "../../list/list";
import { Ago, Badge, Button, State } from "../../ui/basic";
import { useAct } from "../../ui/dialogs";
import { useNote } from "../../ui/float";
import { Severity } from "../../ui/severity";
import { Except } from "./except";
import { About, Delta, Score, Step, useCategory, useKind, useText } from "./parts";
import type { ChangeRow, CheckRow, Exception, HostRow, WorkloadRow } from "./types";
import { words } from "./words";

const RESULTS = "/compliance?tab=results";

function useCount(): (n: number, bad?: boolean) => React.ReactNode {
	const f = useFormats();
	return (n, bad) => (n ? <span className={bad ? "ink-bad" : ""}>{f.number(n)}</span> : <span className="dim">0</span>);
}

export function HostList() {
	const t = useWords(words);
	const c = useCommon();
	const count = useCount();
	const columns: Column<HostRow>[] = [
		{ key: "host", label: c("host"), width: "minmax(150px, 2fr)", sort: true, render: (r) => r.host || r.host_id },
		{ key: "score", label: t("score"), width: "96px", sort: true, render: (r) => <Score value={r.score} /> },
		{ key: "score_before", label: t("changed"), width: "90px", end: true, render: (r) => <Delta brief now={r.score} before={r.score_before} /> },
		{ key: "critical", label: t("n_critical"), width: "84px", sort: true, down: true, end: true, render: (r) => count(r.critical, true) },
		{ key: "high", label: t("n_high"), width: "84px", sort: true, down: true, end: true, render: (r) => count(r.high) },
		{ key: "fail", label: t("n_fail"), width: "84px", sort: true, down: true, end: true, render: (r) => count(r.fail - r.excepted) },
		{ key: "excepted", label: t("excepted"), width: "84px", sort: true, down: true, end: true, render: (r) => count(r.excepted) },
		{ key: "pass", label: t("n_pass"), width: "84px", sort: true, down: true, end: true, render: (r) => count(r.pass) },
		{ key: "new", label: t("new"), width: "70px", sort: true, down: true, end: true, render: (r) => count(r.new, true) },
		{ key: "manual", label: t("n_manual"), width: "84px", sort: true, down: true, end: true, hidden: true, render: (r) => count(r.manual) },
		{ key: "unknown", label: t("n_unknown"), width: "90px", sort: true, down: true, end: true, hidden: true, render: (r) => count(r.unknown) },
		{ key: "n_gaps", label: t("gaps"), width: "90px", sort: true, down: true, end: true, hidden: true, render: (r) => count(r.n_gaps) },
		{ key: "distribution", label: t("distribution"), width: "110px", hidden: true, render: (r) => r.distribution?.split(" ")[0] },
		{ key: "run_ms", label: t("looked"), width: "104px", sort: true, down: true, render: (r) => <Ago ms={r.run_ms} /> },
	];
	return (
		<List<HostRow> name="compliance-hosts" label={t("hosts")} path="/compliance/hosts" columns={columns} sort="score" rowKey={(r) => r.host_id} href={(r) => `/hosts/${enc(r.host_id)}?tab=setup`} topics={["compliance"]}
			empty={{ icon: "server", title: t("none"), text: t("none_text") }} />
	);
}

export function WorkloadList() {
	const t = useWords(words);
	const c = useCommon();
	const kind = useKind();
	const count = useCount();
	const columns: Column<WorkloadRow>[] = [
		{ key: "workload", label: t("workload"), width: "minmax(180px, 2fr)", render: (r) => r.workload || r.container || r.container_id.slice(0, 12) },
		{ key: "kind", label: c("kind"), width: "110px", render: (r) => kind(r.kind) },
		{ key: "namespace", label: c("namespace"), width: "minmax(110px, 1fr)" },
		{ key: "host", label: c("host"), width: "minmax(120px, 1fr)", render: (r) => r.host || r.host_id },
		{ key: "critical", label: t("n_critical"), width: "84px", sort: true, down: true, end: true, render: (r) => count(r.critical, true) },
		{ key: "high", label: t("n_high"), width: "84px", sort: true, down: true, end: true, render: (r) => count(r.high) },
		{ key: "fail", label: t("n_fail"), width: "84px", sort: true, down: true, end: true, render: (r) => count(r.fail - r.excepted) },
		{ key: "excepted", label: t("excepted"), width: "84px", sort: true, down: true, end: true, render: (r) => count(r.excepted) },
		{ key: "pass", label: t("n_pass"), width: "84px", sort: true, down: true, end: true, render: (r) => count(r.pass) },
		{ key: "weight_lost", label: t("lost"), width: "90px", sort: true, down: true, end: true, render: (r) => count(r.weight_lost) },
	];
	const href = (r: WorkloadRow) => (r.container_id ? `/containers/${enc(r.container_id)}?tab=setup` : `${RESULTS}&f.host_id=${enc(r.host_id ?? "")}&f.namespace=${enc(r.namespace)}&f.workload=${enc(r.workload)}`);
	return (
		<List<WorkloadRow> name="compliance-workloads" label={t("workloads")} path="/compliance/workloads" columns={columns} sort="-weight_lost" rowKey={(r) => r.id} href={href} topics={["compliance"]}
			facets={[{ key: "kind", label: c("kind"), kind: "values", word: kind }, { key: "namespace", label: c("namespace"), kind: "values" }, { key: "host", label: c("host"), kind: "values" }]}
			empty={{ icon: "box", title: t("none_workloads"), text: t("none_workloads_text") }} />
	);
}

export function CheckList() {
	const t = useWords(words);
	const c = useCommon();
	const text = useText();
	const kind = useKind();
	const category = useCategory();
	const count = useCount();
	const columns: Column<CheckRow>[] = [
		{ key: "title", label: t("check"), width: "minmax(240px, 3fr)", render: (r) => text(r.title, r.title_zh) },
		{ key: "severity", label: c("severity"), width: "96px", sort: true, down: true, render: (r) => <Severity value={r.severity} /> },
		{ key: "weight", label: t("weight"), width: "70px", end: true },
		{ key: "category", label: t("category"), width: "104px", render: (r) => category(r.category) },
		{ key: "kind", label: t("about"), width: "minmax(100px, 1fr)", render: (r) => kind(r.kind) },
		{ key: "fail", label: t("n_fail"), width: "84px", end: true, render: (r) => count(r.fail - r.excepted, true) },
		{ key: "excepted", label: t("excepted"), width: "84px", end: true, render: (r) => count(r.excepted) },
		{ key: "pass", label: t("n_pass"), width: "84px", end: true, render: (r) => count(r.pass) },
		{ key: "manual", label: t("n_manual"), width: "84px", end: true, hidden: true, render: (r) => count(r.manual) },
		{ key: "unknown", label: t("n_unknown"), width: "90px", end: true, hidden: true, render: (r) => count(r.unknown) },
		{ key: "benchmarks", label: t("benchmarks"), width: "minmax(140px, 1fr)", render: (r) => r.benchmarks.replaceAll(",", ", ") || <span className="dim">–</span> },
		{ key: "id", label: t("check_id"), width: "minmax(150px, 1fr)", sort: true, hidden: true, render: (r) => <code>{r.id}</code> },
	];
	return (
		<List<CheckRow> name="compliance-checks" label={t("checks")} path="/compliance/checks" columns={columns} sort="-severity" rowKey={(r) => r.id} href={(r) => `${RESULTS}&f.check=${enc(r.id)}`} topics={["compliance"]}
			facets={[{ key: "severity", label: c("severity"), kind: "values" }, { key: "category", label: t("category"), kind: "values", word: category }, { key: "kind", label: t("about"), kind: "values", word: kind }]}
			empty={{ icon: "clip", title: t("none"), text: t("none_text") }} />
	);
}

export function ChangeList() {
	const t = useWords(words);
	const c = useCommon();
	const f = useFormats();
	const text = useText();
	const columns: Column<ChangeRow>[] = [
		{ key: "title", label: t("check"), width: "minmax(240px, 3fr)", render: (r) => text(r.title, r.title_zh) || r.check },
		{ key: "after", label: t("changed"), width: "210px", render: (r) => <Step before={r.before} after={r.after} /> },
		{ key: "severity", label: c("severity"), width: "96px", render: (r) => <Severity value={r.severity} /> },
		{ key: "name", label: t("about"), width: "minmax(160px, 2fr)", render: (r) => <About kind={r.kind} name={r.name} /> },
		{ key: "host", label: c("host"), width: "minmax(110px, 1fr)", render: (r) => r.host || r.host_id },
		{ key: "at_ms", label: c("time"), width: "176px", sort: true, down: true, render: (r) => f.time(r.at_ms) },
	];
	const href = (r: ChangeRow) => (r.after === "gone" ? `${RESULTS}&f.check=${enc(r.check)}` : `${RESULTS}&open=${r.result_id}`);
	return (
		<List<ChangeRow> name="compliance-changes" label={t("changes")} path="/compliance/changes" columns={columns} sort="-at_ms" rowKey={(r) => String(r.id)} href={href} topics={["compliance"]}
			facets={[{ key: "after", label: t("result"), kind: "values" }, { key: "severity", label: c("severity"), kind: "values" }, { key: "host", label: c("host"), kind: "values" }]}
			empty={{ icon: "clock", title: t("none_changes"), text: t("none_changes_text") }} />
	);
}

export function ExceptionList() {
	const t = useWords(words);
	const c = useCommon();
	const f = useFormats();
	const word = useServerWord();
	const say = useNote();
	const act = useAct();
	const { may } = useSession();
	const [making, setMaking] = useState(false);
	const [turn, setTurn] = useState(0);
	const again = () => setTurn((n) => n + 1);
	const write = may("findings.write");
	const columns: Column<Exception>[] = [
		{ key: "check", label: t("check_id"), width: "minmax(160px, 1.6fr)", render: (r) => <code>{r.check}</code> },
		{ key: "subject", label: t("about"), width: "minmax(140px, 1.4fr)", render: (r) => r.subject || <span className="dim">{t("everything")}</span> },
		{ key: "host", label: c("host"), width: "minmax(110px, 1fr)", render: (r) => r.host || r.host_id || <span className="dim">{t("every_host")}</span> },
		{ key: "active", label: c("state"), width: "104px", render: (r) => <State value={r.active ? "active" : r.ended_by ? "ended" : "expired"} /> },
		{ key: "owner", label: c("owner"), width: "minmax(90px, 1fr)" },
		{ key: "reason", label: t("reason"), width: "minmax(180px, 2fr)", render: (r) => <span title={r.reason}>{r.reason}</span> },
		{ key: "n_results", label: t("fits_n"), width: "76px", end: true, render: (r) => f.number(r.n_results) },
		{ key: "expires_ms", label: t("until"), width: "120px", sort: true, render: (r) => (r.active && r.expires_ms - Date.now() < 14 * 86_400_000 ? <Badge tone="medium">{f.date(r.expires_ms)}</Badge> : f.date(r.expires_ms)) },
		{ key: "made_by", label: t("made_by"), width: "110px", hidden: true },
		{ key: "made_ms", label: c("created"), width: "110px", sort: true, down: true, hidden: true, render: (r) => <Ago ms={r.made_ms} /> },
		{ key: "id", label: c("actions"), width: "90px", render: (r) => r.active && write && <Button small kind="bare" onClick={() => act(remove(`/compliance/exceptions/${r.id}`), () => { say(t("exception_ended")); again(); })}>{t("exception_end")}</Button> },
	];
	return (
		<>
			<List<Exception> key={turn} name="compliance-exceptions" label={t("exceptions")} path="/compliance/exceptions" columns={columns} sort="-made_ms" rowKey={(r) => String(r.id)} topics={["compliance"]}
				facets={[{ key: "active", label: c("state"), kind: "values", word: (v) => (v === "true" || v === "1" ? word("active") : word("ended")) }, { key: "owner", label: c("owner"), kind: "values" }]}
				tools={write && <Button small kind="main" icon="plus" onClick={() => setMaking(true)}>{t("except_new")}</Button>} empty={{ icon: "clock", title: t("none_exceptions"), text: t("none_exceptions_text") }} />
			{making && <Except close={() => setMaking(false)} made={again} />}
		</>
	);
}
