// SPDX-License-Identifier: Apache-2.0
/* Where news goes, and where knowledge of attackers comes from. Forms are made of what the server says a kind needs. */
import { useState, type FormEvent } from "react";
import { patch, post, remove } from "../../api/client";
import { useGet } from "../../api/use";
import { useSession } from "../../app/session";
import { useCommon, useFormats, useServerWord, useWords } from "../../i18n";
import { enc, useParam, usePath } from "../../lib/router";
import { List, type Column } from "../../list/list";
import { Ago, Badge, Button, Facts, Page } from "../../ui/basic";
import { Dialog, Drawer, useNote } from "../../ui/float";
import { Check, Choice, Field, FormProblem, useSend } from "../../ui/form";
import { levelWord } from "../../ui/severity";
import { PathTabs } from "../../ui/tabs";
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
interface Source {
	id: number;
	name: string;
	format: string;
	url?: string;
	column?: string;
	enabled: boolean;
	every_minutes?: number;
	expire_days?: number;
	n_indicators: number;
	n_refused?: number;
	fetched_ms?: number | null;
	error?: string;
}
interface Indicator {
	id: number;
	source?: string;
	kind: string;
	value: string;
	comment?: string;
	n_hits: number;
	until_ms: number;
	first_ms: number;
}

function Form({ of, close, saved }: { of?: Integration | undefined; close: () => void; saved: () => void }) {
	const t = useWords(words);
	const c = useCommon();
	const word = useServerWord();
	const kinds = useGet<{ items: Kind[] }>("/integration-kinds");
	const { busy, problem, send } = useSend();
	const [name, setName] = useState(of?.name ?? "");
	const [kindName, setKind] = useState(of?.kind ?? "");
	const [values, setValues] = useState<Record<string, string>>(() => Object.fromEntries(Object.entries(of?.config ?? {}).map(([k, v]) => [k, String(v)])));
	const [least, setLeast] = useState(String(of?.least_level ?? 4));
	const [condition, setCondition] = useState(of?.condition ?? "");
	const [alerts, setAlerts] = useState(of?.alerts ?? true);
	const [findings, setFindings] = useState(String(of?.findings ?? 0));
	const kind = kinds.data?.items.find((k) => k.kind === (kindName || kinds.data?.items[0]?.kind));
	const typed = (s: Setting, v: string) => (s.type === "integer" ? Number(v) : s.type === "boolean" ? v === "true" : v);
	const submit = (e: FormEvent) => {
		e.preventDefault();
		void send(async () => {
			const some = (secret: boolean) => Object.fromEntries((kind?.settings ?? []).filter((s) => s.secret === secret && values[s.name] !== undefined && values[s.name] !== "").map((s) => [s.name, typed(s, values[s.name] ?? "")]));
			const body = { config: some(false), secrets: some(true), least_level: Number(least), condition, alerts, findings: Number(findings) };
			await (of ? patch(`/integrations/${of.id}`, body) : post("/integrations", { ...body, name, kind: kind?.kind }));
			saved();
			close();
		});
	};
	return (
		<Dialog title={of?.name ?? t("add")} close={close}>
			<form className="form" onSubmit={submit}>
				{!of && (
					<div className="form-row">
						<Choice label={t("kind")} value={kind?.kind ?? ""} onChange={(e) => { setKind(e.target.value); setValues({}); }} options={(kinds.data?.items ?? []).map((k) => [k.kind, k.kind])} />
						<Field label={t("name")} required maxLength={100} value={name} onChange={(e) => setName(e.target.value)} />
					</div>
				)}
				{kind && <p className="hint">{kind.help}</p>}
				{kind?.settings.map((s) => {
					const value = values[s.name] ?? (of ? "" : (s.default ?? ""));
					const set = (v: string) => setValues({ ...values, [s.name]: v });
					if (s.type === "boolean") return <Check key={s.name} label={<>{s.name} <span className="dim">{s.help}</span></>} checked={(values[s.name] ?? s.default) === "true"} onChange={(e) => set(String(e.target.checked))} />;
					if (s.words) return <Choice key={s.name} label={s.name} hint={s.help} value={value || s.default || s.words[0]} onChange={(e) => set(e.target.value)} options={s.words.map((w) => [w, w])} />;
					return (
						<Field key={s.name} label={s.name} hint={s.secret && of?.has_secrets ? t("secret_kept") : s.help} required={s.required && !(s.secret && of)} type={s.secret ? "password" : s.type === "integer" ? "number" : "text"} autoComplete={s.secret ? "new-password" : "off"}
							min={s.least} max={s.most} placeholder={s.default} value={value} onChange={(e) => set(e.target.value)} />
					);
				})}
				<div className="form-row">
					<Choice label={t("least")} value={least} onChange={(e) => setLeast(e.target.value)} options={Array.from({ length: 8 }, (_, n) => [String(n), word(levelWord(n))])} />
					<Choice label={t("findings")} value={findings} onChange={(e) => setFindings(e.target.value)} options={[["0", t("findings_none")], ["5", word("critical")], ["4", word("high")], ["3", word("medium")], ["2", word("low")]]} />
				</div>
				<Field label={t("condition")} hint={t("condition_hint")} value={condition} onChange={(e) => setCondition(e.target.value)} />
				<Check label={t("alerts")} checked={alerts} onChange={(e) => setAlerts(e.target.checked)} />
				<FormProblem problem={problem} />
				<div className="form-foot"><Button onClick={close}>{c("cancel")}</Button><Button kind="main" type="submit" busy={busy} disabled={!kind}>{c("save")}</Button></div>
			</form>
		</Dialog>
	);
}

function Out() {
	const t = useWords(words);
	const c = useCommon();
	const f = useFormats();
	const word = useServerWord();
	const say = useNote();
	const { may } = useSession();
	const [open, setOpen] = useParam("open");
	const [form, setForm] = useState<"new" | "edit" | null>(null);
	const [turn, setTurn] = useState(0);
	const [testing, setTesting] = useState(false);
	const read = useGet<Integration>(open ? `/integrations/${enc(open)}` : null);
	const again = (text: string) => { say(text); setTurn((n) => n + 1); read.reload(); };
	const failed = (e: Error) => say(e.message, "bad");
	const test = async (id: number) => {
		setTesting(true);
		try {
			const r = await post<{ ok: boolean; answer?: string; error?: string }>(`/integrations/${id}/test`);
			say(r.ok ? t("tested_ok", { answer: r.answer ?? "" }) : t("tested_bad", { error: r.error ?? "" }), r.ok ? "good" : "bad");
		} catch (e) {
			failed(e as Error);
		}
		setTesting(false);
		read.reload();
	};
	const columns: Column<Integration>[] = [
		{ key: "name", label: t("name"), width: "minmax(160px, 1.6fr)", sort: true },
		{ key: "kind", label: t("kind"), width: "130px", sort: true },
		{ key: "enabled", label: t("enabled"), width: "100px", render: (r) => (r.enabled ? <Badge tone="good">{t("on")}</Badge> : <Badge>{t("off")}</Badge>) },
		{ key: "least_level", label: c("level"), width: "116px", render: (r) => `≥ ${word(levelWord(r.least_level))}` },
		{ key: "n_sent", label: t("sent"), width: "90px", sort: true, down: true, end: true, render: (r) => f.number(r.n_sent) },
		{ key: "n_waiting", label: t("waiting"), width: "90px", end: true, render: (r) => f.number(r.n_waiting ?? 0) },
		{ key: "n_dropped", label: t("dropped"), width: "90px", end: true, render: (r) => f.number(r.n_dropped) },
		{ key: "last_sent_ms", label: t("last"), width: "110px", render: (r) => <Ago ms={r.last_sent_ms} /> },
		{ key: "last_error", label: t("last_error"), width: "minmax(180px, 2fr)", render: (r) => r.last_error || <span className="dim">–</span> },
	];
	const d = open ? read.data : undefined;
	return (
		<>
			<List<Integration> key={turn} name="integrations" label={t("out")} path="/integrations" columns={columns} sort="name" rowKey={(r) => String(r.id)} open="open" facets={[{ key: "kind", label: t("kind"), kind: "values" }]}
				tools={may("integrations.write") && <Button small kind="main" icon="plus" onClick={() => setForm("new")}>{t("add")}</Button>} empty={{ icon: "plug", title: t("empty"), text: t("empty_text") }} />
			{open && (
				<Drawer title={d?.name ?? "…"} sub={d?.kind} close={() => setOpen(null)}
					actions={d && may("integrations.write") && (
						<>
							<Button kind="main" icon="play" busy={testing} onClick={() => void test(d.id)}>{t("test")}</Button>
							<Button icon="edit" onClick={() => setForm("edit")}>{c("edit")}</Button>
							<Button icon={d.enabled ? "pause" : "play"} aria-label={t("switch")} onClick={() => void patch(`/integrations/${d.id}`, { enabled: !d.enabled }).then(() => again(t("saved")), failed)}>{d.enabled ? t("off") : t("on")}</Button>
							<Button kind="danger" icon="trash" onClick={() => void remove(`/integrations/${d.id}`).then(() => { again(t("removed")); setOpen(null); }, failed)}>{c("remove")}</Button>
						</>
					)}>
					{d && (
						<>
							{d.last_error && <p className="callout callout-bad"><strong>{t("last_error")}</strong> {d.last_error} · <Ago ms={d.last_error_ms} /></p>}
							<Facts columns={1} rows={[[t("sent"), f.number(d.n_sent)], [t("waiting"), f.number(d.n_waiting ?? 0)], [t("refused"), f.number(d.n_refused)], [t("dropped"), f.number(d.n_dropped)], [t("least"), word(levelWord(d.least_level))], [t("condition"), d.condition && <code>{d.condition}</code>]]} />
							<section><h3>{t("settings")}</h3><Facts columns={1} rows={Object.entries(d.config ?? {}).map(([k, v]) => [k, String(v)])} /></section>
						</>
					)}
				</Drawer>
			)}
			{form && <Form of={form === "edit" ? d : undefined} close={() => setForm(null)} saved={() => again(t("saved"))} />}
		</>
	);
}

function SourceForm({ close, saved }: { close: () => void; saved: () => void }) {
	const t = useWords(words);
	const c = useCommon();
	const { busy, problem, send } = useSend();
	const [d, setD] = useState({ name: "", format: "plain", url: "", column: "", every_minutes: 1440, expire_days: 30 });
	const set = (change: Partial<typeof d>) => setD({ ...d, ...change });
	const submit = (e: FormEvent) => {
		e.preventDefault();
		void send(async () => {
			await post("/intel/sources", Object.fromEntries(Object.entries(d).filter(([, v]) => v !== "")));
			saved();
			close();
		});
	};
	return (
		<Dialog title={t("add_source")} close={close}>
			<form className="form" onSubmit={submit}>
				<div className="form-row">
					<Field label={t("name")} required value={d.name} onChange={(e) => set({ name: e.target.value })} />
					<Choice label={t("format")} value={d.format} onChange={(e) => set({ format: e.target.value })} options={[["plain", "plain"], ["csv", "CSV"], ["stix", "STIX 2.1"], ["misp", "MISP"]]} />
				</div>
				<Field label={t("url")} hint={t("url_hint")} type="url" value={d.url} onChange={(e) => set({ url: e.target.value })} />
				{d.format === "csv" && <Field label={t("column")} hint={t("column_hint")} value={d.column} onChange={(e) => set({ column: e.target.value })} />}
				<div className="form-row">
					<Field label={t("every")} type="number" min={5} value={d.every_minutes} onChange={(e) => set({ every_minutes: Number(e.target.value) })} />
					<Field label={t("expire")} type="number" min={1} value={d.expire_days} onChange={(e) => set({ expire_days: Number(e.target.value) })} />
				</div>
				<FormProblem problem={problem} />
				<div className="form-foot"><Button onClick={close}>{c("cancel")}</Button><Button kind="main" type="submit" busy={busy}>{c("save")}</Button></div>
			</form>
		</Dialog>
	);
}

function Intel() {
	const t = useWords(words);
	const c = useCommon();
	const f = useFormats();
	const say = useNote();
	const { may } = useSession();
	const [view, setView] = useParam("view", "sources");
	const [adding, setAdding] = useState(false);
	const [turn, setTurn] = useState(0);
	const sources: Column<Source>[] = [
		{ key: "name", label: t("name"), width: "minmax(150px, 1.4fr)", sort: true },
		{ key: "format", label: t("format"), width: "90px" },
		{ key: "url", label: t("url"), width: "minmax(220px, 2fr)" },
		{ key: "enabled", label: t("enabled"), width: "100px", render: (r) => (r.enabled ? <Badge tone="good">{t("on")}</Badge> : <Badge>{t("off")}</Badge>) },
		{ key: "n_indicators", label: t("indicators"), width: "100px", end: true, render: (r) => f.number(r.n_indicators) },
		{ key: "fetched_ms", label: t("fetched"), width: "110px", render: (r) => <Ago ms={r.fetched_ms} /> },
		{ key: "error", label: t("trouble"), width: "minmax(160px, 1.6fr)", render: (r) => r.error || <span className="dim">–</span> },
		{ key: "id", label: c("actions"), width: "110px", render: (r) => may("integrations.write") && <Button small kind="bare" icon="trash" onClick={() => void remove(`/intel/sources/${r.id}`).then(() => { say(t("removed")); setTurn((n) => n + 1); }, (e: Error) => say(e.message, "bad"))}>{c("remove")}</Button> },
	];
	const indicators: Column<Indicator>[] = [
		{ key: "value", label: t("value"), width: "minmax(240px, 3fr)", sort: true },
		{ key: "kind", label: t("kind"), width: "90px" },
		{ key: "source", label: t("sources"), width: "minmax(130px, 1fr)" },
		{ key: "comment", label: t("comment"), width: "minmax(160px, 2fr)" },
		{ key: "n_hits", label: t("hits"), width: "80px", end: true, render: (r) => f.number(r.n_hits) },
		{ key: "until_ms", label: t("until"), width: "120px", render: (r) => f.date(r.until_ms) },
	];
	return (
		<>
			<div className="segments" role="group" aria-label={t("intel")}>
				<button type="button" aria-pressed={view === "sources"} onClick={() => setView("sources")}>{t("sources")}</button>
				<button type="button" aria-pressed={view === "indicators"} onClick={() => setView("indicators")}>{t("indicators")}</button>
			</div>
			{view === "sources" ? (
				<List<Source> key={`s${turn}`} name="intel-sources" label={t("sources")} path="/intel/sources" columns={sources} sort="name" rowKey={(r) => String(r.id)}
					tools={may("integrations.write") && <Button small kind="main" icon="plus" onClick={() => setAdding(true)}>{t("add_source")}</Button>} empty={{ icon: "globe", title: t("empty_intel"), text: t("empty_intel_text") }} />
			) : (
				<List<Indicator> key="i" name="indicators" label={t("indicators")} path="/intel/indicators" columns={indicators} sort="-id" rowKey={(r) => String(r.id)} facets={[{ key: "kind", label: t("kind"), kind: "values" }]} empty={{ icon: "globe", title: t("empty_ind"), text: t("empty_intel_text") }} />
			)}
			{adding && <SourceForm close={() => setAdding(false)} saved={() => { say(t("saved")); setTurn((n) => n + 1); }} />}
		</>
	);
}

export default function Integrations() {
	const t = useWords(words);
	const path = usePath();
	return (
		<Page title={t("title")} lead={path === "/intel" ? t("intel_lead") : t("out_lead")} full>
			<PathTabs tabs={[{ to: "/integrations", label: t("out") }, { to: "/intel", label: t("intel") }]} label={t("views")} />
			{path === "/intel" ? <Intel /> : <Out />}
		</Page>
	);
}
