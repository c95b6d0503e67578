// SPDX-License-Identifier: Apache-2.0
/* The registries that are looked after. */
import { useState } from "react";
import { patch, post } from "../../api/client";
import { useGet } from "../../api/use";
import { useSession } from "../../app/session";
import { useCommon, useFormats, useSaid, useServerWord, useWords } from "../../i18n";
import { enc, Link } from "../../lib/router";
import { List, type Column } from "../../list/list";
import { useRegister } from "../../list/register";
import { Ago, Badge, Button, Facts, Loaded, State, TableBox, When } from "../../ui/basic";
import { FormDialog, Remove, useAct } from "../../ui/dialogs";
import { Drawer, useNote } from "../../ui/float";
import { Check, Choice, Field, Text } from "../../ui/form";
import { Risk } from "../../ui/severity";
import { words } from "./words";

export interface Registry {
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

function useStage(): (stage: string) => string {
	const t = useWords(words);
	return (stage) => (`stage_${stage}` in words.en ? t(`stage_${stage}` as "stage_base") : stage);
}

function Form({ of, close, saved }: { of?: Registry | undefined; close: () => void; saved: () => void }) {
	const t = useWords(words);
	const c = useCommon();
	const word = useServerWord();
	const stage = useStage();
	const [d, setD] = useState({ name: of?.name ?? "", address: of?.address ?? "", stage: of?.stage ?? "test", environment: of?.environment ?? "", username: of?.username ?? "", password: "", repositories: of?.repositories ?? "", every_minutes: of?.every_minutes ?? 60, ca_pem: of?.ca_pem ?? "", plain_http: of?.plain_http ?? false });
	const set = (change: Partial<typeof d>) => setD({ ...d, ...change });
	const send = async () => {
		const { password, ...rest } = d;
		const body = password ? { ...rest, password } : rest;
		await (of ? patch(`/registries/${of.id}`, body) : post("/registries", body));
		saved();
	};
	return (
		<FormDialog title={of ? of.name : t("add")} close={close} send={send}>
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
		</FormDialog>
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

export function Registries() {
	const t = useWords(words);
	const said = useSaid();
	const c = useCommon();
	const f = useFormats();
	const word = useServerWord();
	const stage = useStage();
	const say = useNote();
	const { may } = useSession();
	const act = useAct();
	const { open, read, row: d, form, setForm, turn, again, close } = useRegister<Registry>("/registries");
	const columns: Column<Registry>[] = [
		{ key: "name", label: c("name"), width: "minmax(150px, 1.4fr)", sort: true },
		{ key: "address", label: t("address"), width: "minmax(170px, 1.6fr)" },
		{ key: "stage", label: t("stage"), width: "120px", render: (r) => <Badge tone={r.stage === "base" ? "base" : r.stage === "production" ? "app" : "plain"}>{stage(r.stage)}</Badge> },
		{ key: "environment", label: c("environment"), width: "104px", render: (r) => word(r.environment) || <span className="dim">–</span> },
		{ key: "state", label: c("state"), width: "110px", render: (r) => <span title={said(r.why)}><State value={r.state} /></span> },
		{ key: "n_repositories", label: t("repositories"), width: "100px", end: true, render: (r) => f.number(r.n_repositories ?? 0) },
		{ key: "n_tags", label: t("tags"), width: "76px", end: true, render: (r) => f.number(r.n_tags ?? 0) },
		{ key: "every_minutes", label: t("every"), width: "100px", render: (r) => (r.every_minutes ? f.span(r.every_minutes * 60_000) : <span className="dim">{t("manual")}</span>) },
		{ key: "looked_ms", label: t("looked"), width: "104px", render: (r) => <Ago ms={r.looked_ms} /> },
	];
	return (
		<>
			<List<Registry> key={turn} name="registries" label={t("title")} path="/registries" columns={columns} sort="name" rowKey={(r) => String(r.id)} open="open" topics={["scans"]}
				tools={may("registry.write") && <Button small kind="main" icon="plus" onClick={() => setForm("new")}>{t("add")}</Button>}
				empty={{ icon: "box", title: t("empty"), text: t("empty_text") }} />
			{open && (
				<Drawer title={d?.name ?? "…"} sub={d && <State value={d.state} />} close={close}
					actions={d && (
						<>
							{may("scan") && <Button kind="main" icon="reload" onClick={() => act(post(`/registries/${d.id}/scan`), () => { say(t("asked")); again(); })}>{t("look")}</Button>}
							{may("registry.write") && <Button icon="edit" onClick={() => setForm("edit")}>{c("edit")}</Button>}
							{may("registry.write") && <Remove path={`/registries/${d.id}`} name={d.name} done={() => { close(); again(); }} />}
						</>
					)}>
					<Loaded read={read}>
						{(x) => (
							<>
								{x.why && <p className="callout callout-bad">{said(x.why)}</p>}
								<Facts columns={1} rows={[[t("address"), x.address], [t("stage"), stage(x.stage)], [c("environment"), word(x.environment)], [t("globs"), x.repositories], [t("repositories"), f.number(x.n_repositories ?? 0)], [t("tags"), f.number(x.n_tags ?? 0)], [t("looked"), <When key="l" ms={x.looked_ms} />], [t("username"), x.username]]} />
								<RegistryTags id={x.id} />
							</>
						)}
					</Loaded>
				</Drawer>
			)}
			{form && <Form of={form === "edit" ? d : undefined} close={() => setForm(null)} saved={() => { say(t("saved")); again(); }} />}
		</>
	);
}
