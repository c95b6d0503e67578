// SPDX-License-Identifier: Apache-2.0
/* Teams: who is in one, and what it owns. */
import { useState } from "react";
import { patch, post } from "../../api/client";
import { useGet } from "../../api/use";
import { useSession } from "../../app/session";
import { useCommon, useFormats, useWords } from "../../i18n";
import { List, type Column } from "../../list/list";
import { useRegister } from "../../list/register";
import { Ago, Badge, Button, Facts, Loaded } from "../../ui/basic";
import { FormDialog, Remove } from "../../ui/dialogs";
import { Drawer, useNote } from "../../ui/float";
import { Check, Field, Text } from "../../ui/form";
import type { User } from "./users";
import { words } from "./words";

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

const OWNED = new Set(["image", "registry", "namespace", "layer"]);

/* "image shop/*" a line, or the number of the line that is neither. */
function readOwns(text: string): { owns: { kind: string; pattern: string }[] } | { bad: number } {
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
	const users = useGet<{ items: User[] }>("/users?limit=500&sort=name");
	const [name, setName] = useState(of?.name ?? "");
	const [about, setAbout] = useState(of?.about ?? "");
	const [members, setMembers] = useState<number[]>(of?.members?.map((m) => m.id) ?? []);
	const [owns, setOwns] = useState(of?.owns?.map((o) => `${o.kind} ${o.pattern}`).join("\n") ?? "");
	const read = readOwns(owns);
	const send = async () => {
		if ("bad" in read) return false;
		const body = { name, about, members, owns: read.owns };
		await (of ? patch(`/teams/${of.id}`, body) : post("/teams", body));
		saved();
		return true;
	};
	return (
		<FormDialog title={of?.name ?? t("add_team")} close={close} send={send}>
			<Field label={c("name")} required maxLength={100} value={name} onChange={(e) => setName(e.target.value)} />
			<Field label={t("about")} maxLength={500} value={about} onChange={(e) => setAbout(e.target.value)} />
			<Text label={t("owns")} hint={t("owns_hint")} error={"bad" in read ? t("owns_bad", { n: read.bad }) : undefined} rows={4} className="input mono" value={owns} onChange={(e) => setOwns(e.target.value)} />
			<fieldset className="fieldset">
				<legend>{t("members")}</legend>
				<Loaded read={users} lines={2}>
					{(all) => <div className="check-grid">{all.items.map((u) => <Check key={u.id} label={u.name} checked={members.includes(u.id)} onChange={(e) => setMembers(e.target.checked ? [...members, u.id] : members.filter((x) => x !== u.id))} />)}</div>}
				</Loaded>
			</fieldset>
		</FormDialog>
	);
}

export function Teams() {
	const t = useWords(words);
	const c = useCommon();
	const f = useFormats();
	const say = useNote();
	const { may } = useSession();
	const { open, read, row: d, form, setForm, turn, again, close } = useRegister<Team>("/teams");
	const columns: Column<Team>[] = [
		{ key: "name", label: c("name"), width: "minmax(150px, 1.4fr)", sort: true },
		{ key: "about", label: t("about"), width: "minmax(220px, 3fr)" },
		{ key: "n_members", label: t("members"), width: "90px", end: true, render: (r) => f.number(r.n_members ?? 0) },
		{ key: "n_patterns", label: t("n_patterns"), width: "90px", end: true, render: (r) => f.number(r.n_patterns ?? 0) },
		{ key: "n_images", label: t("n_images"), width: "90px", end: true, render: (r) => f.number(r.n_images) },
		{ key: "created_ms", label: c("created"), width: "110px", sort: true, down: true, render: (r) => <Ago ms={r.created_ms} /> },
	];
	const write = may("users.write");
	return (
		<>
			<List<Team> key={turn} name="teams" label={t("teams")} path="/teams" columns={columns} sort="name" rowKey={(r) => String(r.id)} open="open" tools={write && <Button small kind="main" icon="plus" onClick={() => setForm("new")}>{t("add_team")}</Button>} empty={{ icon: "people", title: t("empty_teams"), text: t("empty_teams_text") }} />
			{open && (
				<Drawer title={d?.name ?? "…"} sub={d?.about} close={close}
					actions={d && write && (
						<>
							<Button kind="main" icon="edit" onClick={() => setForm("edit")}>{c("edit")}</Button>
							<Remove path={`/teams/${d.id}`} name={d.name} done={() => { close(); again(); }} />
						</>
					)}>
					<Loaded read={read}>
						{(x) => <Facts columns={1} rows={[[t("members"), x.members?.map((m) => m.name).join(", ")], [t("owns"), x.owns && <ul>{x.owns.map((o) => <li key={`${o.kind}${o.pattern}`}><Badge>{o.kind}</Badge> <code>{o.pattern}</code></li>)}</ul>], [t("n_images"), f.number(x.n_images)]]} />}
					</Loaded>
				</Drawer>
			)}
			{form && <TeamForm of={form === "edit" ? d : undefined} close={() => setForm(null)} saved={() => { say(t("saved")); again(); }} />}
		</>
	);
}
