// SPDX-License-Identifier: Apache-2.0
/* One's own account. */
import { useState, type FormEvent } from "react";
import { post, put, remove } from "../../api/client";
import { useGet } from "../../api/use";
import { useSession } from "../../app/session";
import { useCommon, useServerWord, useWords } from "../../i18n";
import { Ago, Badge, Button, Code, Facts, Loaded, Page, Panel, TableBox } from "../../ui/basic";
import { FormDialog, useAct } from "../../ui/dialogs";
import { useNote } from "../../ui/float";
import { Field, FormProblem, useSend } from "../../ui/form";
import { Once } from "./once";
import { Tokens } from "./tokens";
import { words } from "./words";

interface SessionRow {
	id: number;
	created_ms: number;
	seen_ms: number;
	expires_ms?: number;
	address: string;
	program: string;
}

function Password() {
	const t = useWords(words);
	const say = useNote();
	const { busy, problem, send } = useSend();
	const [old, setOld] = useState("");
	const [fresh, setFresh] = useState("");
	const submit = (e: FormEvent) => {
		e.preventDefault();
		void send(async () => {
			await post("/me/password", { old, new: fresh });
			setOld("");
			setFresh("");
			say(t("changed"));
		});
	};
	return (
		<form className="form" onSubmit={submit}>
			<Field label={t("old")} type="password" required autoComplete="current-password" value={old} onChange={(e) => setOld(e.target.value)} />
			<Field label={t("fresh")} type="password" required minLength={12} autoComplete="new-password" value={fresh} onChange={(e) => setFresh(e.target.value)} />
			<FormProblem problem={problem} />
			<div className="form-foot"><Button type="submit" kind="main" busy={busy}>{t("change")}</Button></div>
		</form>
	);
}

function SecondStep() {
	const t = useWords(words);
	const { me, enter } = useSession();
	const [asking, setAsking] = useState<"on" | "off" | null>(null);
	const [password, setPassword] = useState("");
	const [key, setKey] = useState<{ secret: string; uri: string } | null>(null);
	const [code, setCode] = useState("");
	const [codes, setCodes] = useState<string[]>([]);
	const close = () => { setAsking(null); setKey(null); setPassword(""); setCode(""); };
	const send = async () => {
		if (asking === "off") await remove("/me/totp", { password });
		else if (key) setCodes((await put<{ recovery_codes: string[] }>("/me/totp", { code })).recovery_codes);
		else {
			setKey(await post("/me/totp", { password }));
			return false;
		}
		await enter();
		return true;
	};
	return (
		<>
			<p>{me?.totp ? t("totp_on") : t("totp_off")}</p>
			<div className="actions spaced">{me?.totp ? <Button kind="danger" onClick={() => setAsking("off")}>{t("totp_remove")}</Button> : <Button kind="main" icon="key" onClick={() => setAsking("on")}>{t("totp_begin")}</Button>}</div>
			{asking && (
				<FormDialog title={t("totp")} close={close} send={send} label={asking === "off" ? t("totp_remove") : t("totp_confirm")} danger={asking === "off"}>
					{!key && <Field label={t("old")} type="password" required autoComplete="current-password" value={password} onChange={(e) => setPassword(e.target.value)} />}
					{key && (
						<>
							<div><h3>{t("totp_secret")}</h3><Code label={t("totp_secret")}>{key.secret.replace(/(.{4})(?=.)/g, "$1 ")}</Code></div>
							<div><h3>{t("totp_uri")}</h3><Code label={t("totp_uri")}>{key.uri}</Code></div>
							<Field label={t("totp_code")} required inputMode="numeric" autoComplete="one-time-code" value={code} onChange={(e) => setCode(e.target.value)} />
						</>
					)}
				</FormDialog>
			)}
			{codes.length > 0 && <Once title={t("totp_codes")} text={t("totp_codes_text")} secret={codes.join("\n")} close={() => setCodes([])} />}
		</>
	);
}

function Sessions() {
	const t = useWords(words);
	const c = useCommon();
	const say = useNote();
	const act = useAct();
	const { leave } = useSession();
	const read = useGet<{ items: SessionRow[] }>("/sessions?limit=100&sort=-seen_ms");
	return (
		<Loaded read={read}>
			{(data) => (
				<>
					<TableBox label={t("sessions")}>
						<table className="table">
							<thead><tr><th scope="col">{t("session_from")}</th><th scope="col">{t("program")}</th><th scope="col">{t("seen")}</th><th scope="col">{c("actions")}</th></tr></thead>
							<tbody>
								{data.items.map((s) => (
									<tr key={s.id}><th scope="row">{s.address}</th><td>{s.program || "–"}</td><td><Ago ms={s.seen_ms} /></td>
										<td><Button small kind="bare" onClick={() => act(remove(`/sessions/${s.id}`), () => { say(t("ended")); read.reload(); })}>{t("end")}</Button></td></tr>
								))}
							</tbody>
						</table>
					</TableBox>
					<div className="actions spaced"><Button kind="danger" icon="exit" onClick={() => act(remove("/sessions"), () => void leave())}>{t("end_all")}</Button></div>
				</>
			)}
		</Loaded>
	);
}

export default function Account() {
	const t = useWords(words);
	const word = useServerWord();
	const { me } = useSession();
	return (
		<Page title={t("account")} lead={t("account_lead")}>
			<div className="grid-2">
				<Panel title={me?.full_name || me?.name}>
					<Facts columns={1} rows={[[t("name"), me?.name], [t("role"), word(me?.role)], [t("teams_of"), me?.teams?.map((x) => x.name).join(", ")], [t("permissions"), <span key="p" className="line">{me?.permissions?.map((p) => <Badge key={p}>{p}</Badge>)}</span>]]} />
				</Panel>
				<Panel title={t("my_password")}><Password /></Panel>
				<Panel title={t("totp")}><SecondStep /></Panel>
				<Panel title={t("sessions")}><Sessions /></Panel>
			</div>
			<Tokens short />
		</Page>
	);
}
