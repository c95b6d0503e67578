// SPDX-License-Identifier: Apache-2.0
/* Alerts, and what is made of them: the ATT&CK matrix, suppressions, responses. */
import { useState } from "react";
import { post, remove } from "../../api/client";
import { useGet } from "../../api/use";
import { useSession } from "../../app/session";
import { useCommon, useFormats, useWords } from "../../i18n";
import { enc, Link, useParam, usePath } from "../../lib/router";
import { List, type Column } from "../../list/list";
import { Ago, AsOf, Badge, Button, Loaded, Page, State } from "../../ui/basic";
import { useAct } from "../../ui/dialogs";
import { useNote } from "../../ui/float";
import { levelTone } from "../../ui/severity";
import { PathTabs } from "../../ui/tabs";
import { AlertList } from "./list";
import { useActionName } from "./respond";
import { Suppress } from "./suppress";
import type { Response, Suppression } from "./types";
import { words } from "./words";

interface Technique {
	id: string;
	name: string;
	count: number;
	level: number;
	last_ms: number;
	rules: { rule: string; count: number }[];
}
interface Matrix {
	from_ms: number;
	to_ms: number;
	total: number;
	unplaced: number;
	tactics: { id: string; name: string; count: number; techniques: Technique[] }[];
}

function Attack() {
	const t = useWords(words);
	const f = useFormats();
	const [span, setSpan] = useParam("span", "7");
	const hour = Math.ceil(Date.now() / 3_600_000) * 3_600_000;
	const read = useGet<Matrix>(`/attack?from_ms=${hour - Number(span) * 86_400_000}`, ["alerts"]);
	const name = (id: string, theirs: string) => (`ta.${id}` in words.en ? t(`ta.${id}` as "ta.TA0001") : theirs);
	return (
		<div className="stack">
			<div className="line between">
				<div className="segments" role="group" aria-label={t("span")}>
					{(["1", "7", "30"] as const).map((d) => <button key={d} type="button" aria-pressed={span === d} onClick={() => setSpan(d)}>{t(`span_${d}`)}</button>)}
				</div>
				<AsOf at={read.at} reload={read.reload} loading={read.loading} />
			</div>
			<Loaded read={read} lines={8}>
				{(m) => (
					<>
						<p className="lead">{t("total", { n: m.total })}{m.unplaced > 0 && ` · ${t("unplaced", { n: m.unplaced })}`}</p>
						<div className="matrix" tabIndex={0} role="region" aria-label={t("attack")}>
							{m.tactics.map((tactic) => (
								<section key={tactic.id} className="matrix-column" aria-labelledby={`ta-${tactic.id}`}>
									<h2 id={`ta-${tactic.id}`}>{name(tactic.id, tactic.name)}<small>{f.number(tactic.count)}</small></h2>
									{tactic.techniques.length === 0 && <p className="matrix-none">{t("none_here")}</p>}
									{tactic.techniques.map((x) => (
										<Link key={x.id} to={`/alerts?f.rule=${enc(x.rules.map((r) => r.rule).join(","))}`} className={`matrix-cell tone-${levelTone(x.level)}`} title={x.rules.map((r) => `${r.rule}: ${r.count}`).join("\n")}>
											<span><code>{x.id}</code> {x.name}</span>
											<strong>{f.number(x.count)}</strong>
										</Link>
									))}
								</section>
							))}
						</div>
					</>
				)}
			</Loaded>
		</div>
	);
}

function Suppressions() {
	const t = useWords(words);
	const c = useCommon();
	const f = useFormats();
	const say = useNote();
	const { may } = useSession();
	const [making, setMaking] = useState(false);
	const [turn, again] = useState(0);
	const act = useAct();
	const end = (id: number) => act(remove(`/suppressions/${id}`), () => { say(t("sup_ended")); again(turn + 1); });
	const columns: Column<Suppression>[] = [
		{ key: "rule", label: t("sup_what"), width: "minmax(220px, 2fr)", render: (r) => [r.rule, r.container && `${c("container")} ${r.container}`, r.image && `${c("image")} ${r.image}`, r.namespace && `${c("namespace")} ${r.namespace}`, r.condition].filter(Boolean).join(" · ") },
		{ key: "active", label: c("state"), width: "112px", render: (r) => (r.active ? <Badge tone="good">{t("sup_active")}</Badge> : <State value="expired" />) },
		{ key: "reason", label: t("sup_reason"), width: "minmax(200px, 2fr)" },
		{ key: "owner", label: t("sup_owner"), width: "minmax(100px, 1fr)" },
		{ key: "n_hidden", label: t("sup_hidden"), width: "84px", sort: true, down: true, end: true, render: (r) => f.number(r.n_hidden) },
		{ key: "made_ms", label: c("created"), width: "110px", sort: true, down: true, render: (r) => <Ago ms={r.made_ms} /> },
		{ key: "until_ms", label: t("until"), width: "110px", sort: true, render: (r) => f.date(r.until_ms) },
		{ key: "id", label: c("actions"), width: "104px", render: (r) => (r.active && may("alerts.write") ? <Button small kind="bare" onClick={() => end(r.id)}>{t("sup_end")}</Button> : null) },
	];
	return (
		<>
			<List<Suppression> key={turn} name="suppressions" label={t("suppressions")} path="/suppressions" columns={columns} sort="-made_ms" rowKey={(r) => String(r.id)} facets={[{ key: "active", label: t("sup_active"), kind: "flag" }]}
				tools={may("alerts.write") && <Button small icon="plus" onClick={() => setMaking(true)}>{t("sup_new")}</Button>} empty={{ icon: "ban", title: t("empty_sup"), text: t("empty_sup_text") }} />
			{making && <Suppress close={() => setMaking(false)} done={() => again(turn + 1)} />}
		</>
	);
}

const UNDONE = new Set(["pause", "isolate", "quarantine"]); /* the others are for good */

function Responses() {
	const t = useWords(words);
	const c = useCommon();
	const say = useNote();
	const actionName = useActionName();
	const { may } = useSession();
	const act = useAct();
	const undo = (id: number) => act(post(`/responses/${id}/undo`), () => say(t("undone")));
	const columns: Column<Response>[] = [
		{ key: "action", label: t("action"), width: "minmax(170px, 1.3fr)", render: (r) => <span className="line">{actionName(r.action)}{r.dry_run && <Badge>{t("dry")}</Badge>}</span> },
		{ key: "state", label: c("state"), width: "110px", render: (r) => <State value={r.state} /> },
		{ key: "container", label: c("container"), width: "minmax(110px, 1fr)", render: (r) => (r.container_id ? <Link to={`/containers/${enc(r.container_id)}`} tabIndex={-1}>{r.container ?? r.container_id.slice(0, 12)}</Link> : <span className="dim">–</span>) },
		{ key: "host", label: c("host"), width: "minmax(110px, 1fr)", render: (r) => r.host ?? r.host_id },
		{ key: "text", label: t("result"), width: "minmax(200px, 2fr)" },
		{ key: "why", label: t("reason"), width: "minmax(120px, 1fr)" },
		{ key: "asked_by", label: t("by"), width: "110px" },
		{ key: "asked_ms", label: c("time"), width: "104px", sort: true, down: true, render: (r) => <Ago ms={r.asked_ms} /> },
		{ key: "id", label: c("actions"), width: "90px", render: (r) => (UNDONE.has(r.action) && r.state === "done" && !r.dry_run && !r.undone_ms && may("respond") ? <Button small kind="bare" onClick={() => undo(r.id)}>{t("undo")}</Button> : null) },
	];
	return (
		<List<Response> name="responses" label={t("responses")} path="/responses" columns={columns} sort="-asked_ms" rowKey={(r) => String(r.id)} topics={["incidents", "agents"]}
			facets={[{ key: "state", label: c("state"), kind: "values" }, { key: "action", label: t("action"), kind: "values", word: actionName }]} empty={{ icon: "shield", title: t("empty_responses"), text: t("empty_responses_text") }} />
	);
}

export default function Alerts() {
	const t = useWords(words);
	const path = usePath();
	const tabs = [{ to: "/alerts", label: t("alerts") }, { to: "/attack", label: t("attack") }, { to: "/suppressions", label: t("suppressions") }, { to: "/responses", label: t("responses") }];
	const lead = { "/attack": t("attack_lead"), "/suppressions": t("suppressions_lead"), "/responses": t("responses_lead") }[path] ?? t("alerts_lead");
	return (
		<Page title={t("alerts")} lead={lead} full={path !== "/attack"}>
			<PathTabs tabs={tabs} label={t("views")} />
			{path === "/alerts" && <AlertList />}
			{path === "/attack" && <Attack />}
			{path === "/suppressions" && <Suppressions />}
			{path === "/responses" && <Responses />}
		</Page>
	);
}
