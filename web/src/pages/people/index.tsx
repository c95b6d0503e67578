// SPDX-License-Identifier: Apache-2.0
/* Users, teams, tokens, and the log of what they did. */
import { useState, type FormEvent } from "react";
import { get, patch, post, remove } from "../../api/client";
import { useGet } from "../../api/use";
import { useSession } from "../../app/session";
import { useCommon, useFormats, useServerWord, useWords } from "../../i18n";
import { enc, useParam } from "../../lib/router";
import { List, type Column } from "../../list/list";
import { Ago, Badge, Button, Code, Facts, Page, State, When } from "../../ui/basic";
import { Dialog, Drawer, useNote } from "../../ui/float";
import { Check, Choice, Field, FormProblem, Text, useSend } from "../../ui/form";
import { Tabs, useTab } from "../../ui/tabs";
import { Once } from "./once";
import { Tokens } from "./tokens";
import { words } from "./words";

interface User {
	id: number;
	name: string;
	full_name: string;
	email: string;
	role: string;
	totp: boolean;
	local?: boolean;
	oidc?: boolean;
	disabled: boolean;
	must_change?: boolean;
	created_ms: number;
	seen_ms: number;
	password?: string;
}
interface Team {
	id: number;
	name: string;
	about: string;
	n_members?: number;
	n_patterns?: number;
	n_images: number;
	created_ms: number;
	members?: { id: number; name: string; role: string }[];
	owns?: { kind: string; pattern: string }[];
}
interface Entry {
	id: number;
	at_ms: number;
	person: string;
	by_token: boolean;
	address: string;
	action: string;
	object: string;
	before?: string;
	after?: string;
}

const ROLES = ["administrator", "security", "operations", "developer", "auditor"] as const;
const OWNED = new Set(["image", "registry", "namespace", "layer"]);

function useRoles(): [string, string][] {
	const t = useWords(words);
	const word = useServerWord();
	return ROLES.map((r) => [r, `${word(r)} – ${t(`role_${r}`)}`]);
}

function NewUser({ close, made }: { close: () => void; made: (u: User) => void }) {
	const t = useWords(words);
	const c = useCommon();
	const roles = useRoles();
	const { busy, problem, send } = useSend();
	const [d, setD] = useState({ name: "", full_name: "", email: "", role: "developer", password: "" });
	const set = (change: Partial<typeof d>) => setD({ ...d, ...change });
	const submit = (e: FormEvent) => {
		e.preventDefault();
		void send(async () => {
			made(await post<User>("/users", Object.fromEntries(Object.entries(d).filter(([, v]) => v !== ""))));
			close();
		});
	};
	return (
		<Dialog title={t("add_user")} close={close}>
			<form className="form" onSubmit={submit}>
				<p className="lead">{t("add_user_text")}</p>
				<div className="form-row">
					<Field label={t("name")} required maxLength={64} autoComplete="off" value={d.name} onChange={(e) => set({ name: e.target.value })} />
					<Field label={t("full_name")} maxLength={200} value={d.full_name} onChange={(e) => set({ full_name: e.target.value })} />
				</div>
				<Choice label={t("role")} value={d.role} onChange={(e) => set({ role: e.target.value })} options={roles} />
				<Field label={t("email")} type="email" maxLength={200} value={d.email} onChange={(e) => set({ email: e.target.value })} />
				<Field label={t("password")} type="password" autoComplete="new-password" minLength={12} hint={t("password_hint")} value={d.password} onChange={(e) => set({ password: e.target.value })} />
				<FormProblem problem={problem} />
				<div className="form-foot"><Button onClick={close}>{c("cancel")}</Button><Button kind="main" type="submit" busy={busy}>{c("create")}</Button></div>
			</form>
		</Dialog>
	);
}

function Users() {
	const t = useWords(words);
	const c = useCommon();
	const word = useServerWord();
	const roles = useRoles();
	const say = useNote();
	const { me, may } = useSession();
	const [open, setOpen] = useParam("open");
	const [making, setMaking] = useState(false);
	const [secret, setSecret] = useState("");
	const [turn, setTurn] = useState(0);
	const read = useGet<User>(open ? `/users/${enc(open)}` : null);
	const failed = (e: Error) => say(e.message, "bad");
	const change = (what: Record<string, unknown>) => void patch<User>(`/users/${enc(open)}`, what).then((u) => {
		if (u?.password) setSecret(u.password);
		say(t("saved"));
		setTurn((n) => n + 1);
		read.reload();
	}, failed);
	const columns: Column<User>[] = [
		{ key: "name", label: t("name"), width: "minmax(130px, 1.2fr)", sort: true },
		{ key: "full_name", label: t("full_name"), width: "minmax(130px, 1.4fr)", sort: true },
		{ key: "email", label: t("email"), width: "minmax(160px, 1.6fr)", sort: true },
		{ key: "role", label: t("role"), width: "130px", sort: true, render: (r) => word(r.role) },
		{ key: "totp", label: t("totp"), width: "120px", render: (r) => (r.totp ? <Badge tone="good">{c("yes")}</Badge> : <span className="dim">{c("no")}</span>) },
		{ key: "disabled", label: c("state"), width: "110px", render: (r) => <State value={r.disabled ? "revoked" : "active"} /> },
		{ key: "seen_ms", label: t("seen"), width: "110px", sort: true, down: true, render: (r) => <Ago ms={r.seen_ms} /> },
		{ key: "created_ms", label: c("created"), width: "110px", sort: true, down: true, render: (r) => <Ago ms={r.created_ms} /> },
	];
	const d = open ? read.data : undefined;
	const write = may("users.write");
	return (
		<>
			<List<User> key={turn} name="users" label={t("users")} path="/users" columns={columns} sort="name" rowKey={(r) => String(r.id)} open="open" facets={[{ key: "role", label: t("role"), kind: "values" }, { key: "disabled", label: t("disabled"), kind: "flag" }]}
				tools={write && <Button small kind="main" icon="plus" onClick={() => setMaking(true)}>{t("add_user")}</Button>} empty={{ icon: "people", title: t("empty_users") }} />
			{open && (
				<Drawer title={d?.name ?? "…"} sub={d && word(d.role)} close={() => setOpen(null)}
					actions={d && write && (
						<>
							<Button icon="key" onClick={() => change({ password: null })}>{t("reset_password")}</Button>
							{d.totp && <Button icon="key" onClick={() => change({ totp: false })}>{t("reset_totp")}</Button>}
							{d.id !== me?.id && <Button kind="danger" icon="ban" onClick={() => change({ disabled: !d.disabled })}>{d.disabled ? t("enable") : t("disable")}</Button>}
							{d.id !== me?.id && <Button kind="danger" icon="trash" onClick={() => void remove(`/users/${d.id}`).then(() => { say(t("removed")); setOpen(null); setTurn((n) => n + 1); }, failed)}>{c("remove")}</Button>}
						</>
					)}>
					{d && (
						<>
							<Facts columns={1} rows={[[t("full_name"), d.full_name], [t("email"), d.email], [t("totp"), d.totp ? c("yes") : c("no")], [t("seen"), <When key="s" ms={d.seen_ms} />], [c("created"), <When key="c" ms={d.created_ms} />]]} />
							{write && <Choice label={t("role")} value={d.role} onChange={(e) => change({ role: e.target.value })} options={roles} />}
						</>
					)}
				</Drawer>
			)}
			{making && <NewUser close={() => setMaking(false)} made={(u) => { setTurn((n) => n + 1); if (u.password) setSecret(u.password); }} />}
			{secret && <Once secret={secret} close={() => setSecret("")} />}
		</>
	);
}

/* "image shop/*" a line, or the number of the line that is neither. */
export function readOwns(text: string): { owns: { kind: string; pattern: string }[] } | { bad: number } {
	const owns = [];
	for (const [i, line] of text.split("\n").entries()) {
		if (!line.trim()) continue;
		const [kind = "", ...rest] = line.trim().split(/\s+/);
		if (!OWNED.has(kind) || rest.length !== 1) return { bad: i + 1 };
		owns.push({ kind, pattern: rest[0] as string });
	}
	return { owns };
}

function TeamForm({ of, close, saved }: { of?: Team | undefined; close: () => void; saved: () => void }) {
	const t = useWords(words);
	const c = useCommon();
	const { busy, problem, send } = useSend();
	const users = useGet<{ items: User[] }>("/users?limit=500&sort=name");
	const [name, setName] = useState(of?.name ?? "");
	const [about, setAbout] = useState(of?.about ?? "");
	const [members, setMembers] = useState<number[]>(of?.members?.map((m) => m.id) ?? []);
	const [owns, setOwns] = useState(of?.owns?.map((o) => `${o.kind} ${o.pattern}`).join("\n") ?? "");
	const read = readOwns(owns);
	const submit = (e: FormEvent) => {
		e.preventDefault();
		if ("bad" in read) return;
		void send(async () => {
			const body = { name, about, members, owns: read.owns };
			await (of ? patch(`/teams/${of.id}`, body) : post("/teams", body));
			saved();
			close();
		});
	};
	return (
		<Dialog title={of?.name ?? t("add_team")} close={close}>
			<form className="form" onSubmit={submit}>
				<Field label={c("name")} required maxLength={100} value={name} onChange={(e) => setName(e.target.value)} />
				<Field label={t("about")} maxLength={500} value={about} onChange={(e) => setAbout(e.target.value)} />
				<Text label={t("owns")} hint={t("owns_hint")} error={"bad" in read ? t("owns_bad", { n: read.bad }) : undefined} rows={4} className="input mono" value={owns} onChange={(e) => setOwns(e.target.value)} />
				<fieldset className="fieldset">
					<legend>{t("members")}</legend>
					<div className="check-grid">{users.data?.items.map((u) => <Check key={u.id} label={u.name} checked={members.includes(u.id)} onChange={(e) => setMembers(e.target.checked ? [...members, u.id] : members.filter((x) => x !== u.id))} />)}</div>
				</fieldset>
				<FormProblem problem={problem} />
				<div className="form-foot"><Button onClick={close}>{c("cancel")}</Button><Button kind="main" type="submit" busy={busy}>{c("save")}</Button></div>
			</form>
		</Dialog>
	);
}

function Teams() {
	const t = useWords(words);
	const c = useCommon();
	const f = useFormats();
	const say = useNote();
	const { may } = useSession();
	const [open, setOpen] = useParam("open");
	const [form, setForm] = useState<"new" | "edit" | null>(null);
	const [turn, setTurn] = useState(0);
	const read = useGet<Team>(open ? `/teams/${enc(open)}` : null);
	const columns: Column<Team>[] = [
		{ key: "name", label: c("name"), width: "minmax(150px, 1.4fr)", sort: true },
		{ key: "about", label: t("about"), width: "minmax(220px, 3fr)" },
		{ key: "n_members", label: t("members"), width: "90px", end: true, render: (r) => f.number(r.n_members ?? 0) },
		{ key: "n_patterns", label: t("n_patterns"), width: "90px", end: true, render: (r) => f.number(r.n_patterns ?? 0) },
		{ key: "n_images", label: t("n_images"), width: "90px", end: true, render: (r) => f.number(r.n_images) },
		{ key: "created_ms", label: c("created"), width: "110px", sort: true, down: true, render: (r) => <Ago ms={r.created_ms} /> },
	];
	const d = open ? read.data : undefined;
	const write = may("users.write");
	const again = (text: string) => { say(text); setTurn((n) => n + 1); read.reload(); };
	return (
		<>
			<List<Team> key={turn} name="teams" label={t("teams")} path="/teams" columns={columns} sort="name" rowKey={(r) => String(r.id)} open="open" tools={write && <Button small kind="main" icon="plus" onClick={() => setForm("new")}>{t("add_team")}</Button>} empty={{ icon: "people", title: t("empty_teams"), text: t("empty_teams_text") }} />
			{open && (
				<Drawer title={d?.name ?? "…"} sub={d?.about} close={() => setOpen(null)}
					actions={d && write && (
						<>
							<Button kind="main" icon="edit" onClick={() => setForm("edit")}>{c("edit")}</Button>
							<Button kind="danger" icon="trash" onClick={() => void remove(`/teams/${d.id}`).then(() => { again(t("removed")); setOpen(null); }, (e: Error) => say(e.message, "bad"))}>{c("remove")}</Button>
						</>
					)}>
					{d && <Facts columns={1} rows={[[t("members"), d.members?.map((m) => m.name).join(", ")], [t("owns"), d.owns && <ul>{d.owns.map((o) => <li key={`${o.kind}${o.pattern}`}><Badge>{o.kind}</Badge> <code>{o.pattern}</code></li>)}</ul>], [t("n_images"), f.number(d.n_images)]]} />}
				</Drawer>
			)}
			{form && <TeamForm of={form === "edit" ? d : undefined} close={() => setForm(null)} saved={() => again(t("saved"))} />}
		</>
	);
}

const pretty = (text: string) => {
	try {
		return JSON.stringify(JSON.parse(text), null, 2);
	} catch {
		return text;
	}
};

function Audit() {
	const t = useWords(words);
	const c = useCommon();
	const f = useFormats();
	const say = useNote();
	const [open, setOpen] = useParam("open");
	const read = useGet<{ items: Entry[] }>(open ? `/audit?f.id=${enc(open)}&limit=1` : null);
	const verify = () => void get<{ whole: boolean; lines: number; first_bad?: number; head: string }>("/audit/verify").then(
		(r) => say(r.whole ? t("verified", { n: r.lines, head: r.head.slice(0, 16) }) : t("broken", { n: r.first_bad ?? 0 }), r.whole ? "good" : "bad"), (e: Error) => say(e.message, "bad"));
	const columns: Column<Entry>[] = [
		{ key: "action", label: t("action"), width: "minmax(150px, 1.2fr)", sort: true },
		{ key: "at_ms", label: c("time"), width: "176px", sort: true, down: true, render: (r) => f.time(r.at_ms) },
		{ key: "person", label: t("name"), width: "minmax(120px, 1fr)", sort: true, render: (r) => <span className="line">{r.person}{r.by_token && <Badge>{t("by_token")}</Badge>}</span> },
		{ key: "object", label: t("object"), width: "minmax(180px, 2fr)" },
		{ key: "address", label: t("address"), width: "130px" },
		{ key: "after", label: t("after"), width: "minmax(160px, 2fr)", render: (r) => r.after || <span className="dim">–</span> },
	];
	const d = open ? read.data?.items[0] : undefined;
	return (
		<>
			<List<Entry> name="audit" label={t("audit")} path="/audit" columns={columns} sort="-id" rowKey={(r) => String(r.id)} open="open" facets={[{ key: "person", label: t("name"), kind: "values" }, { key: "action", label: t("action"), kind: "values" }, { key: "at_ms", label: c("time"), kind: "since" }]}
				tools={<Button small icon="link" onClick={verify}>{t("verify")}</Button>} empty={{ icon: "book", title: t("empty_audit") }} />
			{open && d && (
				<Drawer title={d.action} sub={<When ms={d.at_ms} />} close={() => setOpen(null)}>
					<Facts columns={1} rows={[[t("name"), d.person], [t("object"), d.object], [t("address"), d.address]]} />
					{d.before && <section><h3>{t("before")}</h3><Code label={t("before")}>{pretty(d.before)}</Code></section>}
					{d.after && <section><h3>{t("after")}</h3><Code label={t("after")}>{pretty(d.after)}</Code></section>}
				</Drawer>
			)}
		</>
	);
}

export default function People() {
	const t = useWords(words);
	const { may } = useSession();
	const all = [{ key: "users", label: t("users"), needs: "audit.read" }, { key: "teams", label: t("teams"), needs: "read" }, { key: "tokens", label: t("tokens"), needs: "self" }, { key: "audit", label: t("audit"), needs: "audit.read" }];
	const tabs = all.filter((x) => x.needs === "self" || may(x.needs));
	const [tab] = useTab(tabs);
	return (
		<Page title={t("title")} lead={t("lead")} full>
			<Tabs tabs={tabs} current={tab} label={t("views")} />
			{tab === "users" && <Users />}
			{tab === "teams" && <Teams />}
			{tab === "tokens" && <Tokens />}
			{tab === "audit" && <Audit />}
		</Page>
	);
}
