// SPDX-License-Identifier: Apache-2.0
/* A token for a new host, and the command that uses it. */
import { useState, type FormEvent } from "react";
import { post, remove } from "../../api/client";
import { useSession } from "../../app/session";
import { useCommon, useFormats, useServerWord, useWords } from "../../i18n";
import { List, type Column } from "../../list/list";
import { Button, Code, Panel, State } from "../../ui/basic";
import { useAct } from "../../ui/dialogs";
import { useNote } from "../../ui/float";
import { Choice, Field, FormProblem, useSend } from "../../ui/form";
import { words } from "./words";

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

export function Enrol() {
	const t = useWords(words);
	const c = useCommon();
	const f = useFormats();
	const word = useServerWord();
	const say = useNote();
	const act = useAct();
	const { may } = useSession();
	const { busy, problem, send } = useSend();
	const [d, setD] = useState({ server: location.host, name: "", environment: "", hours: 24, uses: 1 });
	const [made, setMade] = useState<{ server: string; token: string } | null>(null);
	const [turn, setTurn] = useState(0);
	const set = (change: Partial<typeof d>) => setD({ ...d, ...change });
	const submit = (e: FormEvent) => {
		e.preventDefault();
		void send(async () => {
			setMade({ server: d.server, ...(await post<{ token: string }>("/enrolment-tokens", d)) });
			setTurn((n) => n + 1);
		});
	};
	const columns: Column<Token>[] = [
		{ key: "name", label: t("for"), width: "minmax(140px, 1.4fr)", render: (r) => r.name || <span className="dim">#{r.id}</span> },
		{ key: "environment", label: c("environment"), width: "110px", render: (r) => word(r.environment) || <span className="dim">–</span> },
		{ key: "uses", label: t("used"), width: "90px", render: (r) => `${f.number(r.uses)} / ${f.number(r.max_uses)}` },
		{ key: "until_ms", label: t("until"), width: "176px", sort: true, render: (r) => (r.revoked_ms ? <State value="revoked" /> : r.until_ms < Date.now() ? <State value="expired" /> : f.time(r.until_ms)) },
		{ key: "made_by", label: t("made_by"), width: "120px" },
		{ key: "id", label: c("actions"), width: "110px", render: (r) => !r.revoked_ms && r.until_ms > Date.now() && may("agents.write") && <Button small kind="bare" onClick={() => act(remove(`/enrolment-tokens/${r.id}`), () => { say(t("taken_back")); setTurn((n) => n + 1); })}>{t("take_back")}</Button> },
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
				{made && (
					<div className="callout callout-block" role="status">
						<h3>{t("command")}</h3>
						<Code label={t("command")}>{`sudo bulkhead up --server https://${made.server} --token ${made.token}`}</Code>
						<p className="hint">{t("command_note")}</p>
					</div>
				)}
			</Panel>
			<List<Token> key={turn} name="enrolment-tokens" label={t("tokens")} path="/enrolment-tokens" columns={columns} sort="-id" rowKey={(r) => String(r.id)} short search={false} empty={{ icon: "key", title: t("empty_tokens") }} />
		</div>
	);
}
