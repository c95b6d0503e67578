// SPDX-License-Identifier: Apache-2.0
/* Registries, what may go from one to the next, and the scans. */
import { useState, type FormEvent } from "react";
import { patch, post, remove } from "../../api/client";
import { useGet } from "../../api/use";
import { useSession } from "../../app/session";
import { useCommon, useFormats, useServerWord, useWords } from "../../i18n";
import { enc, Link, useParam, usePath } from "../../lib/router";
import { List, type Column } from "../../list/list";
import { Ago, Badge, Button, Facts, Page, State, TableBox, When } from "../../ui/basic";
import { Dialog, Drawer, useNote } from "../../ui/float";
import { Check, Choice, Field, FormProblem, Text, useSend } from "../../ui/form";
import { Risk } from "../../ui/severity";
import { PathTabs } from "../../ui/tabs";
import { words } from "./words";

interface Registry {
	id: number;
	name: string;
	address: string;
	stage: string;
	environment?: string;
	username?: string;
	ca_pem?: string;
	plain_http?: boolean;
	repositories?: string;
	every_minutes?: number;
	policy?: string;
	state: string;
	why?: string;
	looked_ms?: number;
	next_ms?: number;
	n_repositories?: number;
	n_tags?: number;
}
interface Promotion {
	id: number;
	from?: string;
	to?: string;
	repository: string;
	tag: string;
	digest: string;
	image_id?: string;
	allowed: boolean;
	reasons?: string[] | unknown;
	why?: string;
	who: string;
	at_ms: number;
	seen_ms?: number;
}
interface Job {
	id: number;
	kind: string;
	target: string;
	registry?: string | null;
	image_id?: string;
	state: string;
	reason?: string;
	asked_by?: string;
	asked_ms: number;
	started_ms?: number;
	ended_ms?: number;
	tries?: number;
}

function useStage(): (stage: string) => string {
	const t = useWords(words);
	return (stage) => (`stage_${stage}` in words.en ? t(`stage_${stage}` as "stage_base") : stage);
}

function Form({ of, close, saved }: { of?: Registry | undefined; close: () => void; saved: () => void }) {
	const t = useWords(words);
	const c = useCommon();
	const word = useServerWord();
	const stage = useStage();
	const { busy, problem, send } = useSend();
	const [d, setD] = useState({ name: of?.name ?? "", address: of?.address ?? "", stage: of?.stage ?? "test", environment: of?.environment ?? "", username: of?.username ?? "", password: "", repositories: of?.repositories ?? "", every_minutes: of?.every_minutes ?? 60, ca_pem: of?.ca_pem ?? "", plain_http: of?.plain_http ?? false });
	const set = (change: Partial<typeof d>) => setD({ ...d, ...change });
	const submit = (e: FormEvent) => {
		e.preventDefault();
		void send(async () => {
			const { password, ...rest } = d;
			const body = password ? { ...rest, password } : rest;
			await (of ? patch(`/registries/${of.id}`, body) : post("/registries", body));
			saved();
			close();
		});
	};
	return (
		<Dialog title={of ? of.name : t("add")} close={close}>
			<form className="form" onSubmit={submit}>
				<div className="form-row">
					<Field label={c("name")} required maxLength={100} value={d.name} onChange={(e) => set({ name: e.target.value })} />
					<Field label={t("address")} required placeholder="registry.example:5000" value={d.address} onChange={(e) => set({ address: e.target.value })} />
				</div>
				<div className="form-row">
					<Choice label={t("stage")} value={d.stage} onChange={(e) => set({ stage: e.target.value })} options={["base", "test", "production"].map((s) => [s, stage(s)])} />
					<Choice label={c("environment")} value={d.environment} onChange={(e) => set({ environment: e.target.value })} options={[["", t("env_none")], ["dev", word("dev")], ["prod", word("prod")]]} />
				</div>
				<div className="form-row">
					<Field label={t("username")} autoComplete="off" value={d.username} onChange={(e) => set({ username: e.target.value })} />
					<Field label={t("password")} type="password" autoComplete="new-password" hint={t("password_hint")} value={d.password} onChange={(e) => set({ password: e.target.value })} />
				</div>
				<div className="form-row">
					<Field label={t("globs")} hint={t("globs_hint")} value={d.repositories} onChange={(e) => set({ repositories: e.target.value })} />
					<Field label={t("every_minutes")} hint={t("every_hint")} type="number" min={0} max={43200} value={d.every_minutes} onChange={(e) => set({ every_minutes: Number(e.target.value) })} />
				</div>
				<Text label={t("ca")} className="input mono" value={d.ca_pem} onChange={(e) => set({ ca_pem: e.target.value })} />
				<Check label={t("plain")} checked={d.plain_http} onChange={(e) => set({ plain_http: e.target.checked })} />
				<FormProblem problem={problem} />
				<div className="form-foot"><Button onClick={close}>{c("cancel")}</Button><Button kind="main" type="submit" busy={busy}>{c("save")}</Button></div>
			</form>
		</Dialog>
	);
}

interface TagRow {
	id: number;
	repository: string;
	tag: string;
	digest: string;
	image_id?: string;
	risk?: number | null;
	gone_ms?: number | null;
}

function RegistryTags({ id }: { id: number }) {
	const t = useWords(words);
	const c = useCommon();
	const read = useGet<{ items: TagRow[]; total?: number }>(`/registries/${id}/repositories?limit=50&count=true&f.gone=false`, ["scans"]);
	if (!read.data?.items.length) return null;
	return (
		<section>
			<h3>{t("tags")} <span className="dim">{read.data.total}</span></h3>
			<TableBox label={t("tags")}>
				<table className="table">
					<thead><tr><th scope="col">{t("image")}</th><th scope="col">{c("risk")}</th></tr></thead>
					<tbody>{read.data.items.map((r) => <tr key={r.id}><th scope="row">{r.image_id ? <Link to={`/images/${enc(r.image_id)}`}>{r.repository}:{r.tag}</Link> : `${r.repository}:${r.tag}`}</th><td>{r.image_id ? <Risk value={r.risk} /> : <State value="queued" />}</td></tr>)}</tbody>
				</table>
			</TableBox>
		</section>
	);
}

function Registries() {
	const t = useWords(words);
	const c = useCommon();
	const f = useFormats();
	const word = useServerWord();
	const stage = useStage();
	const say = useNote();
	const { may } = useSession();
	const [open, setOpen] = useParam("open");
	const [form, setForm] = useState<"new" | "edit" | null>(null);
	const [turn, setTurn] = useState(0);
	const read = useGet<Registry>(open ? `/registries/${enc(open)}` : null);
	const again = (text: string) => { say(text); setTurn((n) => n + 1); read.reload(); };
	const failed = (e: Error) => say(e.message, "bad");
	const columns: Column<Registry>[] = [
		{ key: "name", label: c("name"), width: "minmax(150px, 1.4fr)", sort: true },
		{ key: "address", label: t("address"), width: "minmax(170px, 1.6fr)" },
		{ key: "stage", label: t("stage"), width: "120px", render: (r) => <Badge tone={r.stage === "base" ? "base" : r.stage === "production" ? "app" : "plain"}>{stage(r.stage)}</Badge> },
		{ key: "environment", label: c("environment"), width: "104px", render: (r) => word(r.environment) || <span className="dim">–</span> },
		{ key: "state", label: c("state"), width: "110px", render: (r) => <span title={r.why}><State value={r.state} /></span> },
		{ key: "n_repositories", label: t("repositories"), width: "100px", end: true, render: (r) => f.number(r.n_repositories ?? 0) },
		{ key: "n_tags", label: t("tags"), width: "76px", end: true, render: (r) => f.number(r.n_tags ?? 0) },
		{ key: "every_minutes", label: t("every"), width: "100px", render: (r) => (r.every_minutes ? f.span(r.every_minutes * 60_000) : <span className="dim">{t("manual")}</span>) },
		{ key: "looked_ms", label: t("looked"), width: "104px", render: (r) => <Ago ms={r.looked_ms} /> },
	];
	const d = open ? read.data : undefined;
	return (
		<>
			<List<Registry> key={turn} name="registries" label={t("title")} path="/registries" columns={columns} sort="name" rowKey={(r) => String(r.id)} open="open" topics={["scans"]}
				tools={may("registry.write") && <Button small kind="main" icon="plus" onClick={() => setForm("new")}>{t("add")}</Button>}
				empty={{ icon: "box", title: t("empty"), text: t("empty_text") }} />
			{open && (
				<Drawer title={d?.name ?? "…"} sub={d && <State value={d.state} />} close={() => setOpen(null)}
					actions={d && (
						<>
							{may("scan") && <Button kind="main" icon="reload" onClick={() => void post(`/registries/${d.id}/scan`).then(() => again(t("asked")), failed)}>{t("look")}</Button>}
							{may("registry.write") && <Button icon="edit" onClick={() => setForm("edit")}>{t("edit")}</Button>}
							{may("registry.write") && <Button kind="danger" icon="trash" onClick={() => void remove(`/registries/${d.id}`).then(() => { again(t("removed")); setOpen(null); }, failed)}>{c("remove")}</Button>}
						</>
					)}>
					{d && (
						<>
							{d.why && <p className="callout callout-bad">{d.why}</p>}
							<Facts columns={1} rows={[[t("address"), d.address], [t("stage"), stage(d.stage)], [c("environment"), word(d.environment)], [t("globs"), d.repositories], [t("repositories"), f.number(d.n_repositories ?? 0)], [t("tags"), f.number(d.n_tags ?? 0)], [t("looked"), <When key="l" ms={d.looked_ms} />], [t("username"), d.username]]} />
							<RegistryTags id={d.id} />
						</>
					)}
				</Drawer>
			)}
			{form && <Form of={form === "edit" ? d : undefined} close={() => setForm(null)} saved={() => again(t("saved"))} />}
		</>
	);
}

function Promote({ close, done }: { close: () => void; done: () => void }) {
	const t = useWords(words);
	const c = useCommon();
	const { busy, problem, send } = useSend();
	const registries = useGet<{ items: Registry[] }>("/registries?limit=200");
	const list = registries.data?.items ?? [];
	const [from, setFrom] = useState("");
	const [to, setTo] = useState("");
	const [repository, setRepository] = useState("");
	const [tag, setTag] = useState("");
	const [why, setWhy] = useState("");
	const options = (stage: string): [string, string][] => [["", "–"], ...list.filter((r) => !stage || r.stage !== stage).map((r): [string, string] => [String(r.id), r.name])];
	const submit = (e: FormEvent) => {
		e.preventDefault();
		void send(async () => {
			await post("/promotions", { from_id: Number(from), to_id: Number(to), repository, tag, why });
			done();
			close();
		});
	};
	return (
		<Dialog title={t("promote")} close={close}>
			<form className="form" onSubmit={submit}>
				<div className="form-row">
					<Choice label={t("from")} required value={from} onChange={(e) => setFrom(e.target.value)} options={options("production")} />
					<Choice label={t("to")} required value={to} onChange={(e) => setTo(e.target.value)} options={options("test")} />
				</div>
				<div className="form-row">
					<Field label={t("repository")} required value={repository} onChange={(e) => setRepository(e.target.value)} />
					<Field label={t("tag")} required value={tag} onChange={(e) => setTag(e.target.value)} />
				</div>
				<Text label={t("reason")} value={why} onChange={(e) => setWhy(e.target.value)} />
				<FormProblem problem={problem} />
				<div className="form-foot"><Button onClick={close}>{c("cancel")}</Button><Button kind="main" type="submit" busy={busy}>{t("ask_gate")}</Button></div>
			</form>
		</Dialog>
	);
}

function Promotions() {
	const t = useWords(words);
	const c = useCommon();
	const { may } = useSession();
	const [making, setMaking] = useState(false);
	const [turn, setTurn] = useState(0);
	const reasons = (r: Promotion) => (Array.isArray(r.reasons) ? r.reasons.map((x) => (typeof x === "string" ? x : JSON.stringify(x))).join("; ") : "");
	const columns: Column<Promotion>[] = [
		{ key: "repository", label: t("image"), width: "minmax(200px, 2fr)", render: (r) => `${r.repository}:${r.tag}` },
		{ key: "allowed", label: t("verdict"), width: "110px", render: (r) => <State value={r.allowed ? "allowed" : "refused"} /> },
		{ key: "from", label: t("from"), width: "minmax(110px, 1fr)" },
		{ key: "to", label: t("to"), width: "minmax(110px, 1fr)" },
		{ key: "reasons", label: t("reasons"), width: "minmax(240px, 3fr)", render: (r) => <span title={reasons(r)}>{reasons(r) || r.why || "–"}</span> },
		{ key: "who", label: t("who"), width: "110px" },
		{ key: "at_ms", label: c("time"), width: "104px", sort: true, down: true, render: (r) => <Ago ms={r.at_ms} /> },
		{ key: "seen_ms", label: t("seen_in_goal"), width: "110px", render: (r) => <Ago ms={r.seen_ms} /> },
	];
	return (
		<>
			<List<Promotion> key={turn} name="promotions" label={t("promotions")} path="/promotions" columns={columns} sort="-at_ms" rowKey={(r) => String(r.id)} topics={["scans"]}
				tools={may("registry.write") && <Button small kind="main" icon="up" onClick={() => setMaking(true)}>{t("promote")}</Button>} empty={{ icon: "up", title: t("empty_promotions"), text: t("empty_promotions_text") }} />
			{making && <Promote close={() => setMaking(false)} done={() => setTurn((n) => n + 1)} />}
		</>
	);
}

function Scans() {
	const t = useWords(words);
	const c = useCommon();
	const f = useFormats();
	const columns: Column<Job>[] = [
		{ key: "target", label: t("target"), width: "minmax(260px, 3fr)" },
		{ key: "kind", label: c("kind"), width: "104px" },
		{ key: "state", label: c("state"), width: "110px", render: (r) => <State value={r.state} /> },
		{ key: "reason", label: t("reason"), width: "minmax(180px, 2fr)", render: (r) => r.reason || <span className="dim">–</span> },
		{ key: "image_id", label: t("image"), width: "120px", render: (r) => (r.image_id ? <Link to={`/images/${enc(r.image_id)}`} tabIndex={-1}>{r.image_id.slice(7, 19)}</Link> : <span className="dim">–</span>) },
		{ key: "asked_by", label: t("asked_by"), width: "110px" },
		{ key: "ended_ms", label: t("took"), width: "90px", end: true, render: (r) => (r.ended_ms && r.started_ms ? f.span(r.ended_ms - r.started_ms) : "–") },
		{ key: "asked_ms", label: t("asked_ms"), width: "104px", sort: true, down: true, render: (r) => <Ago ms={r.asked_ms} /> },
	];
	return (
		<List<Job> name="scans" label={t("scans")} path="/scans" columns={columns} sort="-asked_ms" rowKey={(r) => String(r.id)} topics={["scans"]} facets={[{ key: "state", label: c("state"), kind: "values" }, { key: "kind", label: c("kind"), kind: "values" }]}
			empty={{ icon: "search", title: t("empty_scans"), text: t("empty_scans_text") }} />
	);
}

export default function RegistriesPage() {
	const t = useWords(words);
	const path = usePath();
	const tabs = [{ to: "/registries", label: t("title") }, { to: "/promotions", label: t("promotions") }, { to: "/scans", label: t("scans") }];
	const lead = { "/promotions": t("promotions_lead"), "/scans": t("scans_lead") }[path] ?? t("lead");
	return (
		<Page title={t("title")} lead={lead} full>
			<PathTabs tabs={tabs} label={t("views")} />
			{path === "/registries" && <Registries />}
			{path === "/promotions" && <Promotions />}
			{path === "/scans" && <Scans />}
		</Page>
	);
}
