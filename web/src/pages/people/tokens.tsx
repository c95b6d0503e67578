// SPDX-License-Identifier: Apache-2.0
/* API tokens: one's own, or everybody's for who may change accounts. */
import { useState } from "react";
import { post } from "../../api/client";
import { useSession } from "../../app/session";
import { useCommon, useFormats, useWords } from "../../i18n";
import { List, type Column } from "../../list/list";
import { Ago, Badge, Button } from "../../ui/basic";
import { FormDialog, Remove } from "../../ui/dialogs";
import { Check, Field } from "../../ui/form";
import { Once } from "./once";
import { words } from "./words";

interface Token {
	id: number;
	person?: string;
	name: string;
	scope: string;
	created_ms: number;
	expires_ms: number;
	used_ms?: number | null;
	used_address?: string;
}

function Form({ close, made }: { close: () => void; made: (token: string) => void }) {
	const t = useWords(words);
	const c = useCommon();
	const { me } = useSession();
	const [name, setName] = useState("");
	const [scope, setScope] = useState<string[]>(["read"]);
	const [days, setDays] = useState(90);
	const send = async () => made((await post<{ token: string }>("/tokens", { name, scope, expires_ms: Date.now() + days * 86_400_000 })).token);
	return (
		<FormDialog title={t("add_token")} close={close} send={send} label={c("create")} disabled={scope.length === 0}>
			<p className="lead">{t("add_token_text")}</p>
			<div className="form-row">
				<Field label={c("name")} required maxLength={100} value={name} onChange={(e) => setName(e.target.value)} />
				<Field label={t("days")} type="number" min={1} max={365} required value={days} onChange={(e) => setDays(Number(e.target.value))} />
			</div>
			<fieldset className="fieldset">
				<legend>{t("scope")}</legend>
				<div className="check-grid">
					{(me?.permissions ?? []).filter((p) => p !== "none" && p !== "self").map((p) => <Check key={p} label={<code>{p}</code>} checked={scope.includes(p)} onChange={(e) => setScope(e.target.checked ? [...scope, p] : scope.filter((x) => x !== p))} />)}
				</div>
			</fieldset>
		</FormDialog>
	);
}

export function Tokens({ short }: { short?: boolean }) {
	const t = useWords(words);
	const c = useCommon();
	const f = useFormats();
	const [making, setMaking] = useState(false);
	const [token, setToken] = useState("");
	const [turn, setTurn] = useState(0);
	const columns: Column<Token>[] = [
		{ key: "name", label: c("name"), width: "minmax(150px, 1.4fr)", sort: true },
		{ key: "person", label: t("person"), width: "minmax(110px, 1fr)", sort: true },
		{ key: "scope", label: t("scope"), width: "minmax(180px, 2fr)", render: (r) => <span title={r.scope}>{r.scope}</span> },
		{ key: "expires_ms", label: t("expires"), width: "130px", sort: true, render: (r) => (r.expires_ms < Date.now() ? <Badge tone="medium">{f.date(r.expires_ms)}</Badge> : f.date(r.expires_ms)) },
		{ key: "used_ms", label: t("used"), width: "110px", sort: true, down: true, render: (r) => <Ago ms={r.used_ms} /> },
		{ key: "used_address", label: t("used_from"), width: "120px" },
		{ key: "id", label: c("actions"), width: "104px", render: (r) => <Remove small path={`/tokens/${r.id}`} name={r.name} done={() => setTurn((n) => n + 1)} /> },
	];
	return (
		<>
			<List<Token> key={turn} name="tokens" label={t("tokens")} path="/tokens" columns={columns} sort="name" rowKey={(r) => String(r.id)} {...(short ? { short } : {})}
				tools={<Button small kind="main" icon="plus" onClick={() => setMaking(true)}>{t("add_token")}</Button>} empty={{ icon: "key", title: t("empty_tokens"), text: t("empty_tokens_text") }} />
			{making && <Form close={() => setMaking(false)} made={(x) => { setToken(x); setTurn((n) => n + 1); }} />}
			{token && <Once title={t("token")} text={t("shown_once_text")} secret={token} close={() => setToken("")} />}
		</>
	);
}
