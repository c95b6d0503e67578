// SPDX-License-Identifier: Apache-2.0
/* One result beside the list it came from: what to change, what was seen, why it matters, and who bears with it. */
import { useState } from "react";
import { post, remove } from "../../api/client";
import { useGet } from "../../api/use";
import { useSession } from "../../app/session";
import { useCommon, useSaid, useWords } from "../../i18n";
import { enc, Link } from "../../lib/router";
import { Badge, Button, Code, Facts, Loaded, TableBox, When } from "../../ui/basic";
import { useAct } from "../../ui/dialogs";
import { Drawer, useNote } from "../../ui/float";
import { Icon } from "../../ui/icon";
import { Severity } from "../../ui/severity";
import { Except } from "./except";
import { About, Step, useCategory, useTexts, Verdict } from "./parts";
import type { Result } from "./types";
import { words } from "./words";

function Evidence({ of: d }: { of: Result }) {
	const t = useWords(words);
	const c = useCommon();
	if (d.evidence.length === 0) return <p className="dim">{t("evidence_none")}</p>;
	return (
		<TableBox label={t("evidence")}>
			<table className="table evidence">
				<thead><tr><th scope="col">{t("seen")}</th><th scope="col">{c("value")}</th><th scope="col">{t("where")}</th></tr></thead>
				<tbody>{d.evidence.map((e, i) => <tr key={i}><th scope="row"><code>{e.field}</code></th><td><code>{e.value || "–"}</code></td><td>{e.where === "default" ? <span className="dim">{t("by_default")}</span> : e.where ? <code>{e.where}</code> : <span className="dim">–</span>}</td></tr>)}</tbody>
			</table>
		</TableBox>
	);
}

function Borne({ of: d, changed }: { of: NonNullable<Result["exception"]>; changed: () => void }) {
	const t = useWords(words);
	const c = useCommon();
	const say = useNote();
	const act = useAct();
	const { may } = useSession();
	return (
		<section>
			<h3>{t("exception")}</h3>
			<div className="callout callout-block">
				<p>{d.reason}</p>
				<Facts columns={1} rows={[[c("owner"), d.owner], [t("until"), <When key="u" ms={d.expires_ms} />], [t("made_by"), <>{d.made_by} · <When ms={d.made_ms} /></>], [t("fits"), <code key="f">{[d.check, d.subject, d.host_id].filter(Boolean).join(" · ")}</code>]]} />
				{may("findings.write") && <div className="actions spaced"><Button small icon="close" onClick={() => act(remove(`/compliance/exceptions/${d.id}`), () => { say(t("exception_ended")); changed(); })}>{t("exception_end")}</Button></div>}
			</div>
		</section>
	);
}

function Body({ of: d, changed }: { of: Result; changed: () => void }) {
	const said = useSaid();
	const t = useWords(words);
	const c = useCommon();
	const texts = useTexts();
	const category = useCategory();
	const mend = texts(d.mend), ask = texts(d.ask), why = texts(d.why);
	return (
		<>
			<div className="line"><Verdict of={{ state: d.state, excepted: d.exception !== null, new: d.new }} /><Severity value={d.severity} /><Badge>{category(d.category)}</Badge></div>
			{d.cause && <p className="callout"><Icon name="note" />{said(d.cause)}</p>}
			{ask && d.state === "manual" && <section><h3>{t("ask")}</h3><p className="callout"><Icon name="eye" />{ask}</p></section>}
			{mend && d.state !== "pass" && d.state !== "not-applicable" && <section><h3>{t("mend")}</h3><Code label={t("mend")}>{mend}</Code></section>}
			<section><h3>{t("evidence")}</h3><Evidence of={d} /></section>
			{why && <section><h3>{t("why")}</h3><p>{why}</p></section>}
			{d.exception && <Borne of={d.exception} changed={changed} />}
			<section>
				<h3>{t("where")}</h3>
				<Facts columns={1} rows={[
					[t("about"), <About key="a" kind={d.kind} name={d.name} />],
					[c("host"), <Link key="h" to={`/hosts/${enc(d.host_id)}?tab=setup`}>{d.host || d.host_id}</Link>],
					[c("container"), d.container_id && <Link to={`/containers/${enc(d.container_id)}?tab=setup`}>{d.container || d.container_id.slice(0, 12)}</Link>],
					[c("namespace"), d.namespace], [t("workload"), d.workload],
					[t("check_id"), <code key="c">{d.check}</code>], [t("level"), d.level], [t("weight"), d.weight],
					[t("refs"), Object.keys(d.refs).length > 0 && <span className="line">{Object.entries(d.refs).map(([b, item]) => <Badge key={b}>{b} {item}</Badge>)}</span>],
					[t("since"), <When key="s" ms={d.since_ms} />], [c("first_seen"), <When key="f" ms={d.first_ms} />], [t("looked"), <When key="l" ms={d.seen_ms} />],
				]} />
			</section>
			{d.history.length > 0 && <section><h3>{t("history")}</h3><ul>{d.history.map((h) => <li key={h.at_ms} className="owner-row"><span className="dim"><When ms={h.at_ms} /></span> <Step before={h.before} after={h.after} /></li>)}</ul></section>}
		</>
	);
}

export function ResultDrawer({ id, close, changed }: { id: string; close: () => void; changed: () => void }) {
	const t = useWords(words);
	const texts = useTexts();
	const say = useNote();
	const act = useAct();
	const { may } = useSession();
	const read = useGet<Result>(`/compliance/results/${enc(id)}`, ["compliance"]);
	const [excepting, setExcepting] = useState(false);
	const d = read.data;
	const again = () => { read.reload(); changed(); };
	return (
		<Drawer title={d ? texts(d.title) || d.check : t("result")} sub={d && <About kind={d.kind} name={d.name} />} close={close}
			actions={d && (
				<>
					{d.state === "fail" && !d.exception && may("findings.write") && <Button kind="main" icon="clock" onClick={() => setExcepting(true)}>{t("except")}</Button>}
					{may("scan") && <Button icon="reload" onClick={() => act(post<{ agents: number }>("/compliance/run", { host_id: d.host_id }), (r) => say(t("asked", { n: r.agents })))}>{t("check_host")}</Button>}
				</>
			)}>
			<Loaded read={read} lines={8}>{(data) => <Body of={data} changed={again} />}</Loaded>
			{excepting && d && <Except of={d} close={() => setExcepting(false)} made={again} />}
		</Drawer>
	);
}
