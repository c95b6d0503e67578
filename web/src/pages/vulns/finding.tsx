// SPDX-License-Identifier: Apache-2.0
/* One finding beside the list it came from: why its risk is what it is, what to do, and what was decided. */
import { useState } from "react";
import { patch } from "../../api/client";
import { useGet } from "../../api/use";
import { useSession } from "../../app/session";
import { useCommon, useFormats, useSaid, useServerWord, useWords } from "../../i18n";
import { enc, Link } from "../../lib/router";
import { Ago, Button, Code, Facts, ImageName, LinkButton, Loaded, Side, State, When } from "../../ui/basic";
import { FormDialog } from "../../ui/dialogs";
import { Drawer, useNote } from "../../ui/float";
import { Choice, Field, Text } from "../../ui/form";
import { Icon } from "../../ui/icon";
import { Risk, Severity } from "../../ui/severity";
import type { Factor, Finding } from "./types";
import { words } from "./words";

/* A factor that lifts to a least value lifts the low end most: of that there is nothing to show. */
const hasSpan = (x: Factor) => !x.known && x.high > x.low;

export function Factors({ factors }: { factors: Factor[] }) {
	const t = useWords(words);
	const said = useSaid();
	const c = useCommon();
	const name = (key: string) => (`f.${key}` in words.en ? t(`f.${key}` as "f.use") : key);
	return (
		<table className="factors">
			<thead className="hide"><tr><th>{t("factor")}</th><th>{c("value")}</th><th>{c("why")}</th></tr></thead>
			<tbody>
				{factors.map((x) => (
					<tr key={x.name}>
						<th scope="row">{name(x.name)}</th>
						<td className="factors-value">
							<svg width="56" height="8" aria-hidden="true" focusable="false" className={`tone-${x.value >= 0.85 ? "critical" : x.value >= 0.6 ? "medium" : "good"}`}>
								<rect className="bar-bed" width="56" height="8" rx="4" />
								{hasSpan(x) && <rect className="riskbar-span" x={x.low * 56} width={Math.max((x.high - x.low) * 56, 1)} height="8" rx="4" />}
								<rect className="bar-value" width={Math.min(Math.max(x.value * 56, 1), 56)} height="8" rx="4" />
							</svg>
							<span className="num">{x.value.toFixed(2)}</span>
						</td>
						<td>{said(x.words)}{hasSpan(x) && <span className="dim"> · {t("not_known")} ({x.low.toFixed(2)}–{x.high.toFixed(2)})</span>}</td>
					</tr>
				))}
			</tbody>
		</table>
	);
}

function Decide({ finding, close, changed }: { finding: Finding; close: () => void; changed: () => void }) {
	const t = useWords(words);
	const word = useServerWord();
	const say = useNote();
	const [state, setState] = useState(finding.state === "open" ? "accepted" : "open");
	const [reason, setReason] = useState("");
	const [until, setUntil] = useState("");
	const send = async () => {
		await patch(`/findings/${finding.id}`, { state, reason, ...(until ? { until_ms: new Date(until).getTime() } : {}) });
		say(t("decided"));
		changed();
	};
	return (
		<FormDialog title={t("decide_title")} close={close} send={send}>
			<p className="lead">{t("decide_text")}</p>
			<Choice label={t("decision")} value={state} onChange={(e) => setState(e.target.value)}
				options={[["accepted", word("accepted")], ["not-affected", word("not-affected")], ["open", t("reopen")]]} />
			<Text label={t("reason")} required={state !== "open"} value={reason} onChange={(e) => setReason(e.target.value)} />
			{state === "accepted" && <Field label={t("until")} type="date" hint={t("until_hint")} value={until} onChange={(e) => setUntil(e.target.value)} />}
		</FormDialog>
	);
}

function Body({ finding: d }: { finding: Finding }) {
	const t = useWords(words);
	const said = useSaid();
	const c = useCommon();
	const f = useFormats();
	const word = useServerWord();
	const host = d.subject.startsWith("host:") ? d.subject.slice(5) : "";
	return (
		<>
			<div className="line">
				<Severity value={d.severity} />
				<State value={d.state} />
				<Side value={d.side} />
				{d.kev && <span className="badge badge-critical"><Icon name="target" size={12} />{t("kev")}</span>}
				{d.due && <span className="badge"><Icon name="clock" size={12} />{t("due")}: {word(d.due)}</span>}
			</div>
			{d.summary ? <p className="lead" translate="no">{d.summary}</p> : !d.vulnerability && d.title && <p className="lead">{said(d.title)}</p>}
			{d.mend && (
				<section>
					<h3>{t("what_to_do")}</h3>
					<p className="callout"><Icon name="spark" />{said(d.mend)}</p>
				</section>
			)}
			{d.factors && d.factors.length > 0 && (
				<section>
					<h3>{t("why_risk")}</h3>
					<p className="score">
						<strong>{f.fixed(d.risk, 1)}</strong>
						{d.risk_low !== undefined && d.risk_high !== undefined && d.risk_high > d.risk_low && <span className="dim">{t("span", { low: f.fixed(d.risk_low, 1), high: f.fixed(d.risk_high, 1) })}</span>}
					</p>
					<Factors factors={d.factors} />
					<p className="hint">{t("product")}</p>
				</section>
			)}
			<section>
				<h3>{t("where")}</h3>
				<Facts columns={1} rows={[
					[c("image"), !host && <Link to={`/images/${enc(d.subject)}`}><ImageName value={d.image} id={d.subject} /></Link>],
					[c("host"), (host || d.host_id) && <Link to={`/hosts/${enc(host || d.host_id || "")}`}>{d.host || host || d.host_id}</Link>],
					[c("container"), d.container_id && <Link to={`/containers/${enc(d.container_id)}`}>{d.container || d.container_id.slice(0, 12)}</Link>],
					[c("package"), d.package && `${d.package} ${d.version ?? ""}`],
					[c("fix"), d.vulnerability ? (d.fix || t("no_fix")) : null],
					[t("path"), d.path && <code>{d.path}{d.line ? `:${d.line}` : ""}</code>],
					[t("layer"), d.layer !== undefined && !host && <>{d.layer} {d.instruction && <code className="dim">{d.instruction}</code>}</>],
					[c("owner"), word(d.owner)],
					[t("exploit"), d.vulnerability && word(d.exploit)],
					[t("epss"), d.vulnerability && d.epss ? f.percent(d.epss) : null],
					[t("cvss"), d.cvss ? <>{f.fixed(d.cvss, 1)} <code className="dim">{d.vector}</code></> : null],
					[t("first_seen"), <When ms={d.first_ms} />],
				]} />
			</section>
			{d.evidence && <section><h3>{t("evidence")}</h3><Code label={t("evidence")}>{said(d.evidence)}</Code></section>}
			{((d.exceptions?.length ?? 0) > 0 || d.state_by) && (
				<section>
					<h3>{t("decisions")}</h3>
					{d.exceptions?.map((x, i) => (
						<p key={i}><State value={x.state} /> <span translate="no">{x.reason}</span> <span className="dim">{t("by", { who: x.who })} · <Ago ms={x.made_ms} />{x.until_ms ? <> · {t("until")} <When ms={x.until_ms} /></> : null}</span></p>
					))}
					{!d.exceptions?.length && <p><span translate="no">{d.state_why}</span> <span className="dim">{t("by", { who: d.state_by ?? "" })}</span></p>}
				</section>
			)}
		</>
	);
}

export function FindingDrawer({ id, close, changed }: { id: string; close: () => void; changed?: () => void }) {
	const t = useWords(words);
	const said = useSaid();
	const { may } = useSession();
	const read = useGet<Finding>(`/findings/${enc(id)}`);
	const [deciding, setDeciding] = useState(false);
	const d = read.data;
	return (
		<Drawer title={d ? (d.vulnerability || said(d.title) || d.rule || t("finding")) : t("finding")} close={close}
			sub={d && <span className="line">{d.package && <span>{d.package} {d.version}</span>}<Risk value={d.risk} low={d.risk_low} high={d.risk_high} /></span>}
			actions={d && (
				<>
					{may("findings.write") && <Button kind="main" icon="check" onClick={() => setDeciding(true)}>{t("decide")}</Button>}
					{d.vulnerability && <LinkButton to={`/vulnerabilities/${enc(d.vulnerability)}`} icon="bug">{t("open_full")}</LinkButton>}
				</>
			)}>
			<Loaded read={read} lines={8}>{(data) => <Body finding={data} />}</Loaded>
			{deciding && d && <Decide finding={d} close={() => setDeciding(false)} changed={() => { read.reload(); changed?.(); }} />}
		</Drawer>
	);
}
