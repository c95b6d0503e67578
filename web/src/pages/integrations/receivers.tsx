// SPDX-License-Identifier: Apache-2.0
/* Where alerts and findings are sent to; the forms are made of what the server says each kind needs. */
import { useState } from "react";
import { patch, post } from "../../api/client";
import { useGet } from "../../api/use";
import { useSession } from "../../app/session";
import { useCommon, useFormats, useSaid, useServerWord, useWords } from "../../i18n";
import { List, type Column } from "../../list/list";
import { useRegister } from "../../list/register";
import { Ago, Badge, Button, Facts, Loaded } from "../../ui/basic";
import { FormDialog, Remove, useAct } from "../../ui/dialogs";
import { Drawer, useNote } from "../../ui/float";
import { Check, Choice, Field, Text } from "../../ui/form";
import { levelWord } from "../../ui/severity";
import { words } from "./words";

interface Setting {
	name: string;
	type: "text" | "integer" | "boolean";
	required: boolean;
	secret: boolean;
	least?: number;
	most?: number;
	words?: string[];
	default?: string;
	help: string;
}
interface Kind {
	kind: string;
	help: string;
	settings: Setting[];
}
interface Integration {
	id: number;
	name: string;
	kind: string;
	enabled: boolean;
	config?: Record<string, unknown>;
	has_secrets?: boolean;
	least_level: number;
	condition?: string;
	alerts: boolean;
	findings: number;
	n_sent: number;
	n_waiting?: number;
	n_refused: number;
	n_dropped: number;
	n_failures: number;
	last_sent_ms?: number | null;
	last_error?: string;
	last_error_ms?: number | null;
}

function Form({ of, close, saved }: { of?: Integration | undefined; close: () => void; saved: () => void }) {
	const said = useSaid();
	const t = useWords(words);
	const word = useServerWord();
	const kinds = useGet<{ items: Kind[] }>("/integration-kinds");
	const [name, setName] = useState(of?.name ?? "");
	const [kindName, setKind] = useState(of?.kind ?? "");
	const [values, setValues] = useState<Record<string, string>>(() => Object.fromEntries(Object.entries(of?.config ?? {}).map(([k, v]) => [k, String(v)])));
	const [least, setLeast] = useState(String(of?.least_level ?? 4));
	const [condition, setCondition] = useState(of?.condition ?? "");
	const [alerts, setAlerts] = useState(of?.alerts ?? true);
	const [findings, setFindings] = useState(String(of?.findings ?? 0));
	const kind = kinds.data?.items.find((k) => k.kind === (kindName || kinds.data?.items[0]?.kind));
	const typed = (s: Setting, v: string) => (s.type === "integer" ? Number(v) : s.type === "boolean" ? v === "true" : v);
	const send = async () => {
		const some = (secret: boolean) => Object.fromEntries((kind?.settings ?? []).filter((s) => s.secret === secret && values[s.name] !== undefined && values[s.name] !== "").map((s) => [s.name, typed(s, values[s.name] ?? "")]));
		const body = { config: some(false), secrets: some(true), least_level: Number(least), condition, alerts, findings: Number(findings) };
		await (of ? patch(`/integrations/${of.id}`, body) : post("/integrations", { ...body, name, kind: kind?.kind }));
		saved();
	};
	return (
		<FormDialog title={of?.name ?? t("add")} close={close} send={send} disabled={!kind}>
			{!of && (
				<div className="form-row">
					<Choice label={t("kind")} value={kind?.kind ?? ""} onChange={(e) => { setKind(e.target.value); setValues({}); }} options={(kinds.data?.items ?? []).map((k) => [k.kind, k.kind])} />
					<Field label={t("name")} required maxLength={100} value={name} onChange={(e) => setName(e.target.value)} />
				</div>
			)}
			{kind && <p className="hint">{said(kind.help)}</p>}
			{kind?.settings.map((s) => {
				const value = values[s.name] ?? (of ? "" : (s.default ?? ""));
				const set = (v: string) => setValues({ ...values, [s.name]: v });
				if (s.type === "boolean") return <Check key={s.name} label={<>{s.name} <span className="dim">{said(s.help)}</span></>} checked={(values[s.name] ?? s.default) === "true"} onChange={(e) => set(String(e.target.checked))} />;
				if (s.words) return <Choice key={s.name} label={s.name} hint={said(s.help)} value={value || s.default || s.words[0]} onChange={(e) => set(e.target.value)} options={s.words.map((w) => [w, w])} />;
				/* Its lines belong to it, and a field of one line would join them. */
				if (s.name.endsWith("_pem")) return <Text key={s.name} label={s.name} hint={said(s.help)} className="input mono" rows={3} spellCheck={false} value={value} onChange={(e) => set(e.target.value)} />;
				return (
					<Field key={s.name} label={s.name} hint={s.secret && of?.has_secrets ? t("secret_kept") : said(s.help)} required={s.required && !(s.secret && of)} type={s.secret ? "password" : s.type === "integer" ? "number" : "text"} autoComplete={s.secret ? "new-password" : "off"}
						min={s.least} max={s.most} placeholder={s.default} value={value} onChange={(e) => set(e.target.value)} />
				);
			})}
			<div className="form-row">
				<Choice label={t("least")} value={least} onChange={(e) => setLeast(e.target.value)} options={Array.from({ length: 8 }, (_, n) => [String(n), word(levelWord(n))])} />
				<Choice label={t("findings")} value={findings} onChange={(e) => setFindings(e.target.value)} options={[["0", t("findings_none")], ["5", word("critical")], ["4", word("high")], ["3", word("medium")], ["2", word("low")]]} />
			</div>
			<Field label={t("condition")} hint={t("condition_hint")} value={condition} onChange={(e) => setCondition(e.target.value)} />
			<Check label={t("alerts")} checked={alerts} onChange={(e) => setAlerts(e.target.checked)} />
		</FormDialog>
	);
}

export function Receivers() {
	const said = useSaid();
	const t = useWords(words);
	const c = useCommon();
	const f = useFormats();
	const word = useServerWord();
	const say = useNote();
	const { may } = useSession();
	const act = useAct();
	const { open, read, row: d, form, setForm, turn, again, close } = useRegister<Integration>("/integrations");
	const [testing, setTesting] = useState(false);
	const test = (id: number) => {
		setTesting(true);
		const asked = post<{ ok: boolean; answer?: string; error?: string }>(`/integrations/${id}/test`).finally(() => {
			setTesting(false);
			read.reload();
		});
		act(asked, (r) => say(r.ok ? t("tested_ok", { answer: said(r.answer) }) : t("tested_bad", { error: said(r.error) }), r.ok ? "good" : "bad"));
	};
	const saved = () => { say(t("saved")); again(); };
	const columns: Column<Integration>[] = [
		{ key: "name", label: t("name"), width: "minmax(160px, 1.6fr)", sort: true },
		{ key: "kind", label: t("kind"), width: "130px", sort: true },
		{ key: "enabled", label: t("enabled"), width: "100px", render: (r) => (r.enabled ? <Badge tone="good">{t("on")}</Badge> : <Badge>{t("off")}</Badge>) },
		{ key: "least_level", label: c("level"), width: "116px", render: (r) => (r.alerts ? `≥ ${word(levelWord(r.least_level))}` : <span className="dim">{t("alerts_none")}</span>) },
		{ key: "n_sent", label: t("sent"), width: "90px", sort: true, down: true, end: true, render: (r) => f.number(r.n_sent) },
		{ key: "n_waiting", label: t("waiting"), width: "90px", end: true, render: (r) => f.number(r.n_waiting ?? 0) },
		{ key: "n_dropped", label: t("dropped"), width: "90px", end: true, render: (r) => f.number(r.n_dropped) },
		{ key: "last_sent_ms", label: t("last"), width: "110px", render: (r) => <Ago ms={r.last_sent_ms} /> },
		{ key: "last_error", label: t("last_error"), width: "minmax(180px, 2fr)", render: (r) => said(r.last_error) || <span className="dim">–</span> },
	];
	return (
		<>
			<List<Integration> key={turn} name="integrations" label={t("out")} path="/integrations" columns={columns} sort="name" rowKey={(r) => String(r.id)} open="open" facets={[{ key: "kind", label: t("kind"), kind: "values" }]}
				tools={may("integrations.write") && <Button small kind="main" icon="plus" onClick={() => setForm("new")}>{t("add")}</Button>} empty={{ icon: "plug", title: t("empty"), text: t("empty_text") }} />
			{open && (
				<Drawer title={d?.name ?? "…"} sub={d?.kind} close={close}
					actions={d && may("integrations.write") && (
						<>
							<Button kind="main" icon="play" busy={testing} onClick={() => test(d.id)}>{t("test")}</Button>
							<Button icon="edit" onClick={() => setForm("edit")}>{c("edit")}</Button>
							<Button icon={d.enabled ? "pause" : "play"} aria-label={t("switch")} onClick={() => act(patch(`/integrations/${d.id}`, { enabled: !d.enabled }), saved)}>{d.enabled ? t("off") : t("on")}</Button>
							<Remove path={`/integrations/${d.id}`} name={d.name} done={() => { close(); again(); }} />
						</>
					)}>
					<Loaded read={read}>
						{(x) => (
							<>
								{x.last_error && <p className="callout callout-bad"><strong>{t("last_error")}</strong> {said(x.last_error)} · <Ago ms={x.last_error_ms} /></p>}
								<Facts columns={1} rows={[[t("sent"), f.number(x.n_sent)], [t("waiting"), f.number(x.n_waiting ?? 0)], [t("refused"), f.number(x.n_refused)], [t("dropped"), f.number(x.n_dropped)], [t("least"), word(levelWord(x.least_level))], [t("condition"), x.condition && <code>{x.condition}</code>]]} />
								<section><h3>{t("settings")}</h3><Facts columns={1} rows={Object.entries(x.config ?? {}).map(([k, v]) => [k, String(v)])} /></section>
							</>
						)}
					</Loaded>
				</Drawer>
			)}
			{form && <Form of={form === "edit" ? d : undefined} close={() => setForm(null)} saved={saved} />}
		</>
	);
}
