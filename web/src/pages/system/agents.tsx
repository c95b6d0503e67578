// SPDX-License-Identifier: Apache-2.0
/* Agents: which of them are here, and what they lost. */
import { useState } from "react";
import { post } from "../../api/client";
import { useGet } from "../../api/use";
import { useSession } from "../../app/session";
import { useCommon, useFormats, useSaid, useWords } from "../../i18n";
import { enc, Link } from "../../lib/router";
import { List, type Column } from "../../list/list";
import { useRegister } from "../../list/register";
import { Ago, Badge, Button, Facts, Loaded, State, When } from "../../ui/basic";
import { FormDialog, useAct } from "../../ui/dialogs";
import { Drawer, useNote } from "../../ui/float";
import { Text } from "../../ui/form";
import { words } from "./words";

interface Agent {
	id: string;
	host_id: string;
	name: string;
	version: string;
	address: string;
	state: string;
	enrolled_ms: number;
	seen_ms: number;
	away_ms?: number | null;
	certificate_until_ms?: number;
	skew_ms?: number;
	sensor: string;
	rules: number;
	policy_version?: number;
	cpu_ms?: number;
	rss_bytes?: number;
	spool_items?: number;
	spool_bytes?: number;
	stored: number;
	dropped: number;
	refused: number;
	lost: number;
	status?: { gaps?: string[]; losses?: { lane: string; what: string; count: number }[] };
}

function Revoke({ agent, close, done }: { agent: Agent; close: () => void; done: () => void }) {
	const t = useWords(words);
	const [why, setWhy] = useState("");
	const send = async () => {
		await post(`/agents/${enc(agent.id)}/revoke`, { why });
		done();
	};
	return (
		<FormDialog title={`${t("revoke")}: ${agent.name}`} close={close} send={send} label={t("revoke")} danger>
			<p className="lead">{t("revoke_text")}</p>
			<Text label={t("why")} required value={why} onChange={(e) => setWhy(e.target.value)} />
		</FormDialog>
	);
}

function AgentNotes({ id }: { id: string }) {
	const t = useWords(words);
	const said = useSaid();
	const kind = (k: string) => (`n.${k}` in words.en ? t(`n.${k}` as "n.away") : k);
	const read = useGet<{ items: { id: number; at_ms: number; kind: string; text: string }[] }>(`/agents/${enc(id)}/notes?limit=20`, ["agents"]);
	if (!read.data?.items.length) return null;
	return <section><h3>{t("notes")}</h3><ul>{read.data.items.map((n) => <li key={n.id} className="owner-row"><span className="dim"><When ms={n.at_ms} /> · {kind(n.kind)}</span> {said(n.text)}</li>)}</ul></section>;
}

export function Agents() {
	const t = useWords(words);
	const said = useSaid();
	const c = useCommon();
	const f = useFormats();
	const say = useNote();
	const { may } = useSession();
	const act = useAct();
	const { open, read, row: d, close } = useRegister<Agent>("/agents", ["agents"]);
	const [revoking, setRevoking] = useState(false);
	const count = (n: number | undefined, bad = true) => (n ? <span className={bad ? "ink-bad" : ""}>{f.number(n)}</span> : <span className="dim">0</span>);
	const columns: Column<Agent>[] = [
		{ key: "name", label: t("host"), width: "minmax(150px, 1.4fr)", sort: true, render: (r) => r.name || r.id },
		{ key: "state", label: c("state"), width: "110px", sort: true, render: (r) => <State value={r.state} /> },
		{ key: "version", label: t("version"), width: "90px" },
		{ key: "sensor", label: t("sensor"), width: "90px", render: (r) => r.sensor || <Badge tone="medium">{t("no_sensor")}</Badge> },
		{ key: "rules", label: t("rules"), width: "76px", end: true, render: (r) => f.number(r.rules) },
		{ key: "lost", label: t("lost"), width: "100px", sort: true, down: true, end: true, render: (r) => count(r.lost) },
		{ key: "dropped", label: t("dropped"), width: "90px", sort: true, down: true, end: true, render: (r) => count(r.dropped) },
		{ key: "spool_items", label: t("spool"), width: "110px", end: true, render: (r) => count(r.spool_items, false) },
		{ key: "rss_bytes", label: t("memory"), width: "96px", end: true, render: (r) => (r.rss_bytes ? f.bytes(r.rss_bytes) : "–") },
		{ key: "stored", label: t("stored"), width: "96px", end: true, hidden: true, render: (r) => f.short(r.stored) },
		{ key: "address", label: t("address"), width: "120px", hidden: true },
		{ key: "seen_ms", label: t("seen"), width: "110px", sort: true, down: true, render: (r) => <Ago ms={r.seen_ms} /> },
	];
	return (
		<>
			<List<Agent> name="agents" label={t("agents")} path="/agents" columns={columns} sort="-seen_ms" rowKey={(r) => r.id} open="open" topics={["agents"]} facets={[{ key: "state", label: c("state"), kind: "values" }, { key: "version", label: t("version"), kind: "values" }]}
				empty={{ icon: "server", title: t("empty_agents"), text: t("empty_agents_text"), action: <Link to="/system?tab=enrol" className="button button-main">{t("enrol_title")}</Link> }} />
			{open && (
				<Drawer title={d?.name || "…"} sub={d && <State value={d.state} />} close={close}
					actions={d && may("agents.write") && (
						<>
							<Button icon="reload" onClick={() => act(post(`/agents/${enc(d.id)}/commands`, { kind: "inventory", body: {} }), () => say(t("inventory_asked")))}>{t("inventory")}</Button>
							{d.state !== "revoked" && <Button kind="danger" icon="ban" onClick={() => setRevoking(true)}>{t("revoke")}</Button>}
						</>
					)}>
					<Loaded read={read}>
						{(a) => (
							<>
								<Facts columns={1} rows={[
									[t("host"), <Link key="h" to={`/hosts/${enc(a.host_id)}`}>{a.name || a.host_id}</Link>], [t("version"), a.version], [t("sensor"), a.sensor || t("no_sensor")], [t("rules"), f.number(a.rules)], [t("policy"), a.policy_version],
									[t("address"), a.address], [t("seen"), <When key="s" ms={a.seen_ms} />], [t("away"), a.away_ms && a.state === "away" ? <When ms={a.away_ms} /> : null], [t("enrolled"), <When key="e" ms={a.enrolled_ms} />], [t("certificate"), a.certificate_until_ms ? <When ms={a.certificate_until_ms} /> : null],
									[t("stored"), f.number(a.stored)], [t("dropped"), f.number(a.dropped)], [t("refused"), f.number(a.refused)], [t("lost"), f.number(a.lost)], [t("spool"), `${f.number(a.spool_items ?? 0)} · ${f.bytes(a.spool_bytes ?? 0)}`],
									[t("memory"), a.rss_bytes ? f.bytes(a.rss_bytes) : null], [t("cpu"), a.cpu_ms ? f.span(a.cpu_ms) : null], [t("skew"), a.skew_ms ? `${f.number(a.skew_ms)} ms` : null],
								]} />
								{a.status?.gaps && a.status.gaps.length > 0 && <section><h3>{t("gaps")}</h3><ul className="plan">{a.status.gaps.map((g) => <li key={g}>{said(g)}</li>)}</ul></section>}
								<AgentNotes id={a.id} />
							</>
						)}
					</Loaded>
				</Drawer>
			)}
			{revoking && d && <Revoke agent={d} close={() => setRevoking(false)} done={() => { say(t("revoked")); read.reload(); }} />}
		</>
	);
}
