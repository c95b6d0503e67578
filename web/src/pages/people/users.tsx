// SPDX-License-Identifier: Apache-2.0
/* Who may log in. */
import { useState } from "react";
import { patch, post } from "../../api/client";
import { useSession } from "../../app/session";
import { useCommon, useServerWord, useWords } from "../../i18n";
import { List, type Column } from "../../list/list";
import { useRegister } from "../../list/register";
import { Ago, Badge, Button, Facts, Loaded, State, When } from "../../ui/basic";
import { FormDialog, Remove, useAct } from "../../ui/dialogs";
import { Drawer, useNote } from "../../ui/float";
import { Choice, Field } from "../../ui/form";
import { Once } from "./once";
import { words } from "./words";

export interface User {
	id: number;
	name: string;
	full_name: string;
	email: string;
	role: string;
	totp: boolean;
	disabled: boolean;
	created_ms: number;
	seen_ms: number;
	password?: string; /* once, when one was made up */
}

const ROLES = ["administrator", "security", "operations", "developer", "auditor"] as const;

function useRoles(): [string, string][] {
	const t = useWords(words);
	const word = useServerWord();
	return ROLES.map((r) => [r, `${word(r)} – ${t(`role_${r}`)}`]);
}

function NewUser({ close, made }: { close: () => void; made: (u: User) => void }) {
	const t = useWords(words);
	const c = useCommon();
	const roles = useRoles();
	const [d, setD] = useState({ name: "", full_name: "", email: "", role: "developer", password: "" });
	const set = (change: Partial<typeof d>) => setD({ ...d, ...change });
	const send = async () => made(await post<User>("/users", Object.fromEntries(Object.entries(d).filter(([, v]) => v !== ""))));
	return (
		<FormDialog title={t("add_user")} close={close} send={send} label={c("create")}>
			<p className="lead">{t("add_user_text")}</p>
			<div className="form-row">
				<Field label={t("name")} required maxLength={64} autoComplete="off" value={d.name} onChange={(e) => set({ name: e.target.value })} />
				<Field label={t("full_name")} maxLength={200} value={d.full_name} onChange={(e) => set({ full_name: e.target.value })} />
			</div>
			<Choice label={t("role")} value={d.role} onChange={(e) => set({ role: e.target.value })} options={roles} />
			<Field label={t("email")} type="email" maxLength={200} value={d.email} onChange={(e) => set({ email: e.target.value })} />
			<Field label={t("password")} type="password" autoComplete="new-password" minLength={12} hint={t("password_hint")} value={d.password} onChange={(e) => set({ password: e.target.value })} />
		</FormDialog>
	);
}

export function Users() {
	const t = useWords(words);
	const c = useCommon();
	const word = useServerWord();
	const roles = useRoles();
	const say = useNote();
	const act = useAct();
	const { me, may } = useSession();
	const [secret, setSecret] = useState("");
	const { open, read, row: d, form, setForm, turn, again, close } = useRegister<User>("/users");
	const show = (u: User | undefined) => u?.password && setSecret(u.password);
	const change = (what: Record<string, unknown>) => act(patch<User>(`/users/${d?.id}`, what), (u) => { say(t("saved")); show(u); again(); });
	const columns: Column<User>[] = [
		{ key: "name", label: t("name"), width: "minmax(130px, 1.2fr)", sort: true },
		{ key: "full_name", label: t("full_name"), width: "minmax(130px, 1.4fr)", sort: true },
		{ key: "email", label: t("email"), width: "minmax(160px, 1.6fr)", sort: true },
		{ key: "role", label: t("role"), width: "130px", sort: true, render: (r) => word(r.role) },
		{ key: "totp", label: t("totp"), width: "120px", render: (r) => (r.totp ? <Badge tone="good">{c("yes")}</Badge> : <span className="dim">{c("no")}</span>) },
		{ key: "disabled", label: c("state"), width: "110px", render: (r) => <State value={r.disabled ? "disabled" : "active"} /> },
		{ key: "seen_ms", label: t("seen"), width: "110px", sort: true, down: true, render: (r) => <Ago ms={r.seen_ms} /> },
		{ key: "created_ms", label: c("created"), width: "110px", sort: true, down: true, render: (r) => <Ago ms={r.created_ms} /> },
	];
	const write = may("users.write");
	return (
		<>
			<List<User> key={turn} name="users" label={t("users")} path="/users" columns={columns} sort="name" rowKey={(r) => String(r.id)} open="open" facets={[{ key: "role", label: t("role"), kind: "values" }, { key: "disabled", label: t("disabled"), kind: "flag" }]}
				tools={write && <Button small kind="main" icon="plus" onClick={() => setForm("new")}>{t("add_user")}</Button>} empty={{ icon: "people", title: t("empty_users") }} />
			{open && (
				<Drawer title={d?.name ?? "…"} sub={d && word(d.role)} close={close}
					actions={d && write && (
						<>
							<Button icon="key" onClick={() => change({ password: null })}>{t("reset_password")}</Button>
							{d.totp && <Button icon="key" onClick={() => change({ totp: false })}>{t("reset_totp")}</Button>}
							{d.id !== me?.id && <Button kind="danger" icon="ban" onClick={() => change({ disabled: !d.disabled })}>{d.disabled ? t("enable") : t("disable")}</Button>}
							{d.id !== me?.id && <Remove path={`/users/${d.id}`} name={d.name} done={() => { close(); again(); }} />}
						</>
					)}>
					<Loaded read={read}>
						{(u) => (
							<>
								<Facts columns={1} rows={[[t("full_name"), u.full_name], [t("email"), u.email], [t("totp"), u.totp ? c("yes") : c("no")], [t("seen"), <When key="s" ms={u.seen_ms} />], [c("created"), <When key="c" ms={u.created_ms} />]]} />
								{write && <Choice label={t("role")} value={u.role} onChange={(e) => change({ role: e.target.value })} options={roles} />}
							</>
						)}
					</Loaded>
				</Drawer>
			)}
			{form && <NewUser close={() => setForm(null)} made={(u) => { again(); show(u); }} />}
			{secret && <Once title={t("shown_once")} text={t("shown_once_text")} secret={secret} close={() => setSecret("")} />}
		</>
	);
}
