// SPDX-License-Identifier: Apache-2.0
/* What keeps the product itself running. */
import { useState, type FormEvent } from "react";
import { post, put, remove, ROOT } from "../../api/client";
import { useGet } from "../../api/use";
import { useSession } from "../../app/session";
import { useCommon, useFormats, useServerWord, useWords } from "../../i18n";
import { enc, Link, useParam } from "../../lib/router";
import { List, type Column } from "../../list/list";
import { Ago, AsOf, Badge, Button, Code, Empty, Facts, Loaded, Page, Panel, Stat, State, TableBox, When } from "../../ui/basic";
import { Bars } from "../../ui/charts";
import { Dialog, Drawer, useNote } from "../../ui/float";
import { Choice, Field, FormProblem, Text, useSend } from "../../ui/form";
import { Tabs, useTab } from "../../ui/tabs";
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
interface Token {
	id: number;
	name: string;
	environment?: string;
	made_by: string;
	made_ms: number;
	until_ms: number;
	uses: number;
	max_uses: number;
	revoked_ms?: number | null;
}
interface Storage {
	bytes: number;
	log_bytes: number;
	disk_bytes?: number;
	disk_free_bytes?: number;
	spare_percent: number;
	rows: Record<string, number>;
	retention: { ran_ms: number; deleted: number; error?: string };
	check: { checked_ms: number; sound: boolean; broken?: string };
	at_ms: number;
}
interface Kept {
	name: string;
	about?: string;
	keep_days: number;
	keep_rows: number;
	floor_days?: number;
	deleted: number;
	last_deleted?: number;
	last_ms?: number | null;
}

const stateOf = (a: Agent) => ({ here: "online", away: "offline" })[a.state] ?? a.state;

function Revoke({ agent, close, done }: { agent: Agent; close: () => void; done: () => void }) {
	const t = useWords(words);
	const c = useCommon();
	const { busy, problem, send } = useSend();
	const [why, setWhy] = useState("");
	const submit = (e: FormEvent) => {
		e.preventDefault();
		void send(async () => {
			await post(`/agents/${enc(agent.id)}/revoke`, { why });
			done();
			close();
		});
	};
	return (
		<Dialog title={`${t("revoke")}: ${agent.name}`} close={close}>
			<form className="form" onSubmit={submit}>
				<p className="lead">{t("revoke_text")}</p>
				<Text label={t("why")} required value={why} onChange={(e) => setWhy(e.target.value)} />
				<FormProblem problem={problem} />
				<div className="form-foot"><Button onClick={close}>{c("cancel")}</Button><Button kind="danger" type="submit" busy={busy}>{t("revoke")}</Button></div>
			</form>
		</Dialog>
	);
}

function AgentNotes({ id }: { id: string }) {
	const t = useWords(words);
	const read = useGet<{ items: { id: number; at_ms: number; kind: string; text: string }[] }>(`/agents/${enc(id)}/notes?limit=20`, ["agents"]);
	if (!read.data?.items.length) return null;
	return <section><h3>{t("notes")}</h3><ul>{read.data.items.map((n) => <li key={n.id} className="owner-row"><span className="dim"><When ms={n.at_ms} /> · {n.kind}</span> {n.text}</li>)}</ul></section>;
}

function Agents() {
	const t = useWords(words);
	const c = useCommon();
	const f = useFormats();
	const say = useNote();
	const { may } = useSession();
	const [open, setOpen] = useParam("open");
	const [revoking, setRevoking] = useState(false);
	const read = useGet<Agent>(open ? `/agents/${enc(open)}` : null, ["agents"]);
	const count = (n: number | undefined, bad = true) => (n ? <span className={bad ? "ink-bad" : ""}>{f.number(n)}</span> : <span className="dim">0</span>);
	const columns: Column<Agent>[] = [
		{ key: "name", label: t("host"), width: "minmax(150px, 1.4fr)", sort: true, render: (r) => r.name || r.id },
		{ key: "state", label: c("state"), width: "110px", sort: true, render: (r) => <State value={stateOf(r)} /> },
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
	const d = open ? read.data : undefined;
	return (
		<>
			<List<Agent> name="agents" label={t("agents")} path="/agents" columns={columns} sort="-seen_ms" rowKey={(r) => r.id} open="open" topics={["agents"]} facets={[{ key: "state", label: c("state"), kind: "values" }, { key: "version", label: t("version"), kind: "values" }]}
				empty={{ icon: "server", title: t("empty_agents"), text: t("empty_agents_text"), action: <Link to="/system?tab=enrol" className="button button-main">{t("enrol_title")}</Link> }} />
			{open && (
				<Drawer title={d?.name || "…"} sub={d && <State value={stateOf(d)} />} close={() => setOpen(null)}
					actions={d && may("agents.write") && (
						<>
							<Button icon="reload" onClick={() => void post(`/agents/${enc(d.id)}/commands`, { kind: "inventory", body: {} }).then(() => say(t("inventory_asked")), (e: Error) => say(e.message, "bad"))}>{t("inventory")}</Button>
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
								{a.status?.gaps && a.status.gaps.length > 0 && <section><h3>{t("gaps")}</h3><ul className="plan">{a.status.gaps.map((g) => <li key={g}>{g}</li>)}</ul></section>}
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

function Enrol() {
	const t = useWords(words);
	const c = useCommon();
	const f = useFormats();
	const word = useServerWord();
	const say = useNote();
	const { may } = useSession();
	const { busy, problem, send } = useSend();
	const [d, setD] = useState({ server: location.host, name: "", environment: "", hours: 24, uses: 1 });
	const [token, setToken] = useState("");
	const [turn, setTurn] = useState(0);
	const set = (change: Partial<typeof d>) => setD({ ...d, ...change });
	const submit = (e: FormEvent) => {
		e.preventDefault();
		void send(async () => {
			const made = await post<{ token: string }>("/enrolment-tokens", d);
			setToken(made.token);
			setTurn((n) => n + 1);
		});
	};
	const columns: Column<Token>[] = [
		{ key: "name", label: t("for"), width: "minmax(140px, 1.4fr)", render: (r) => r.name || <span className="dim">#{r.id}</span> },
		{ key: "environment", label: c("environment"), width: "110px", render: (r) => word(r.environment) || <span className="dim">–</span> },
		{ key: "uses", label: t("used"), width: "90px", render: (r) => `${f.number(r.uses)} / ${f.number(r.max_uses)}` },
		{ key: "until_ms", label: t("until"), width: "176px", sort: true, render: (r) => (r.revoked_ms ? <State value="revoked" /> : r.until_ms < Date.now() ? <State value="expired" /> : f.time(r.until_ms)) },
		{ key: "made_by", label: t("made_by"), width: "120px" },
		{ key: "id", label: c("actions"), width: "110px", render: (r) => !r.revoked_ms && r.until_ms > Date.now() && may("agents.write") && <Button small kind="bare" onClick={() => void remove(`/enrolment-tokens/${r.id}`).then(() => { say(t("taken_back")); setTurn((n) => n + 1); }, (e: Error) => say(e.message, "bad"))}>{t("take_back")}</Button> },
	];
	return (
		<div className="stack">
			<Panel title={t("enrol_title")}>
				<p className="lead">{t("enrol_text")}</p>
				<form className="form spaced" onSubmit={submit}>
					<div className="form-row">
						<Field label={t("server")} hint={t("server_hint")} required value={d.server} onChange={(e) => set({ server: e.target.value })} />
						<Field label={t("for")} maxLength={100} value={d.name} onChange={(e) => set({ name: e.target.value })} />
						<Choice label={t("environment")} value={d.environment} onChange={(e) => set({ environment: e.target.value })} options={[["", t("env_none")], ["prod", word("prod")], ["dev", word("dev")]]} />
						<Field label={t("hours")} type="number" min={1} max={8760} required value={d.hours} onChange={(e) => set({ hours: Number(e.target.value) })} />
						<Field label={t("uses")} type="number" min={1} max={10000} required value={d.uses} onChange={(e) => set({ uses: Number(e.target.value) })} />
					</div>
					<FormProblem problem={problem} />
					<div className="actions"><Button kind="main" icon="plus" type="submit" busy={busy} disabled={!may("agents.write")}>{t("make")}</Button></div>
				</form>
				{token && (
					<div className="callout callout-block" role="status">
						<h3>{t("command")}</h3>
						<Code label={t("command")}>{`bulkhead up --server https://${d.server} --token ${token}`}</Code>
						<p className="hint">{t("command_note")}</p>
					</div>
				)}
			</Panel>
			<List<Token> key={turn} name="enrolment-tokens" label={t("tokens")} path="/enrolment-tokens" columns={columns} sort="-id" rowKey={(r) => String(r.id)} short search={false} empty={{ icon: "key", title: t("empty_tokens") }} />
		</div>
	);
}

function StoragePart() {
	const t = useWords(words);
	const f = useFormats();
	const read = useGet<Storage>("/system/storage");
	return (
		<Panel title={t("database")} aside={<AsOf at={read.at} reload={read.reload} loading={read.loading} />}>
			<Loaded read={read}>
				{(s) => (
					<>
						<Facts rows={[
							[t("size"), f.bytes(s.bytes)], [t("wal"), f.bytes(s.log_bytes)], [t("free"), s.disk_free_bytes !== undefined && `${f.bytes(s.disk_free_bytes)} / ${f.bytes(s.disk_bytes ?? 0)}`], [t("spare"), f.percent(s.spare_percent / 100)],
							[t("checked"), s.check.checked_ms ? <span className="line"><When ms={s.check.checked_ms} />{s.check.sound ? <Badge tone="good">{t("sound")}</Badge> : <Badge tone="critical">{s.check.broken || t("broken")}</Badge>}</span> : t("not_yet")],
							[t("cleaned"), s.retention.ran_ms ? <span className="line"><When ms={s.retention.ran_ms} />{s.retention.error ? <Badge tone="critical">{s.retention.error}</Badge> : t("cleaned_n", { n: s.retention.deleted })}</span> : t("not_yet")],
						]} />
						<h3 className="sub">{t("rows")}</h3>
						<Bars label={t("rows")} bars={Object.entries(s.rows).sort((a, b) => b[1] - a[1]).map(([name, n]) => ({ key: name, label: name.replaceAll("_", " "), value: n }))} />
					</>
				)}
			</Loaded>
		</Panel>
	);
}

function KeptForm({ of, close, done }: { of: Kept; close: () => void; done: () => void }) {
	const t = useWords(words);
	const c = useCommon();
	const { busy, problem, send } = useSend();
	const [days, setDays] = useState(of.keep_days);
	const [rows, setRows] = useState(of.keep_rows);
	const submit = (e: FormEvent) => {
		e.preventDefault();
		void send(async () => {
			await put("/system/retention", { items: [{ name: of.name, keep_days: days, keep_rows: rows }] });
			done();
			close();
		});
	};
	return (
		<Dialog title={`r.${of.name}` in words.en ? t(`r.${of.name}` as "r.audit") : of.name} close={close}>
			<form className="form" onSubmit={submit}>
				<div className="form-row">
					<Field label={t("keep_days")} hint={t("zero_hint")} type="number" min={0} value={days} onChange={(e) => setDays(Number(e.target.value))} />
					<Field label={t("keep_rows")} hint={t("zero_hint")} type="number" min={0} value={rows} onChange={(e) => setRows(Number(e.target.value))} />
				</div>
				<FormProblem problem={problem} />
				<div className="form-foot"><Button onClick={close}>{c("cancel")}</Button><Button kind="main" type="submit" busy={busy}>{c("save")}</Button></div>
			</form>
		</Dialog>
	);
}

function Retention() {
	const t = useWords(words);
	const c = useCommon();
	const f = useFormats();
	const say = useNote();
	const { may } = useSession();
	const read = useGet<{ items: Kept[] }>("/system/retention");
	const [editing, setEditing] = useState<Kept | null>(null);
	const limit = (n: number) => (n ? f.number(n) : <span className="dim">{t("no_limit")}</span>);
	return (
		<Panel title={t("retention")} aside={<AsOf at={read.at} reload={read.reload} loading={read.loading} />}>
			<Loaded read={read}>
				{(data) => (
					<TableBox label={t("retention")}>
						<table className="table">
							<thead><tr><th scope="col">{t("what")}</th><th scope="col" className="end">{t("keep_days")}</th><th scope="col" className="end">{t("keep_rows")}</th><th scope="col" className="end">{t("deleted")}</th><th scope="col">{t("last_deleted")}</th><th scope="col">{c("actions")}</th></tr></thead>
							<tbody>
								{data.items.map((k) => (
									<tr key={k.name}><th scope="row" title={k.about}>{`r.${k.name}` in words.en ? t(`r.${k.name}` as "r.audit") : k.name}</th><td className="end">{limit(k.keep_days)}</td><td className="end">{limit(k.keep_rows)}</td><td className="end">{f.number(k.deleted)}</td><td><Ago ms={k.last_ms} /></td>
										<td>{may("system.write") && <Button small kind="bare" icon="edit" onClick={() => setEditing(k)}>{c("edit")}</Button>}</td></tr>
								))}
							</tbody>
						</table>
					</TableBox>
				)}
			</Loaded>
			{editing && <KeptForm of={editing} close={() => setEditing(null)} done={() => { say(t("saved")); read.reload(); }} />}
		</Panel>
	);
}

function Backup() {
	const t = useWords(words);
	const c = useCommon();
	const f = useFormats();
	const say = useNote();
	const { may } = useSession();
	const { busy, problem, send } = useSend();
	const read = useGet<{ folder: string; items: { name: string; bytes: number; at_ms: number }[] }>(may("system.write") ? "/system/backup" : null);
	const make = () => void send(async () => {
		const r = await post<{ name: string }>("/system/backup");
		say(t("backup_made", { path: r.name }));
		read.reload();
	});
	return (
		<Panel title={t("backup")}>
			<p className="lead">{t("backup_text")}</p>
			<FormProblem problem={problem} />
			<div className="actions spaced"><Button kind="main" icon="download" busy={busy} onClick={make} disabled={!may("system.write")}>{t("backup_now")}</Button></div>
			<Loaded read={read}>
				{(data) => ((data.items ?? []).length === 0 ? <Empty icon="download" title={t("empty_backups")} /> : (
					<TableBox label={t("backups")}>
						<table className="table">
							<thead><tr><th scope="col">{t("path")}</th><th scope="col" className="end">{t("size")}</th><th scope="col">{c("time")}</th></tr></thead>
							<tbody>{data.items.map((b) => <tr key={b.name}><th scope="row"><code title={`${data.folder}/${b.name}`}>{b.name}</code></th><td className="end">{f.bytes(b.bytes)}</td><td><When ms={b.at_ms} /></td></tr>)}</tbody>
						</table>
					</TableBox>
				))}
			</Loaded>
		</Panel>
	);
}

function AboutPart() {
	const t = useWords(words);
	const f = useFormats();
	const read = useGet<{ name: string; version: string; agents_port: number; time_ms: number }>("/about");
	return (
		<Loaded read={read}>
			{(a) => (
				<>
					<div className="stats"><Stat label={t("version")} value={a.version} /><Stat label={t("agents_port")} value={String(a.agents_port || "–")} /><Stat label={t("time")} value={f.clock(a.time_ms)} note={f.date(a.time_ms)} /></div>
					<Panel title={t("licence")}><p>{t("licence_text")}</p><p className="spaced actions"><a className="button button-plain" href="/licences.txt">{t("licences")}</a><a className="button button-plain" href={`${ROOT}/openapi.json`}>{t("api")}</a></p></Panel>
				</>
			)}
		</Loaded>
	);
}

export default function System() {
	const t = useWords(words);
	const tabs = (["agents", "enrol", "storage", "retention", "backup", "about"] as const).map((key) => ({ key, label: t(key) }));
	const [tab] = useTab(tabs);
	return (
		<Page title={t("title")} lead={t("lead")} full={tab === "agents"}>
			<Tabs tabs={tabs} current={tab} label={t("views")} />
			{tab === "agents" && <Agents />}
			{tab === "enrol" && <Enrol />}
			{tab === "storage" && <StoragePart />}
			{tab === "retention" && <Retention />}
			{tab === "backup" && <Backup />}
			{tab === "about" && <AboutPart />}
		</Page>
	);
}
