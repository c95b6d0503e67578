// SPDX-License-Identifier: Apache-2.0
/* Reports by the clock: what is due when, how the last one went, and one now. */
import { useState } from "react";
import { patch, post } from "../../api/client";
import { useGet } from "../../api/use";
import { useSession } from "../../app/session";
import { useCommon, useFormats, useSaid, useWords } from "../../i18n";
import { List, type Column } from "../../list/list";
import { useRegister } from "../../list/register";
import { Ago, Badge, Button, Facts, Loaded, State, TableBox, When } from "../../ui/basic";
import { FormDialog, Remove, useAct } from "../../ui/dialogs";
import { Drawer, useNote } from "../../ui/float";
import { Choice, Field } from "../../ui/form";
import { Icon } from "../../ui/icon";
import { documentOf, type MadeReport } from "./made";
import { FORMATS, formatName, KINDS, OfChoice, useOf, type Kind, type Of } from "./of";
import { clockOf, useWhen, zoneOf, ZONES, type When as Time } from "./when";
import { words } from "./words";

interface Schedule extends Of, Time {
	id: number;
	name: string;
	enabled: boolean;
	kind: Kind;
	scope_name?: string | null;
	format: string;
	lang: string;
	integration_id: number;
	integration?: string | null;
	recipients?: string;
	asked: boolean;
	next_ms?: number | null;
	last_ms?: number | null;
	last_report_id?: number | null;
	last_mail?: string | null;
	last_mail_error?: string | null;
	last_error?: string;
	last_error_ms?: number | null;
}

/* The browser's own clock, as it stands now. */
const here = () => -new Date().getTimezoneOffset();
const fresh = (lang: string): Omit<Schedule, "id" | "asked"> => ({ name: "", enabled: true, kind: "inspection", scope: "all", scope_id: "", format: "html", lang, every: "week", day: 1, hour: 8, minute: 0, utc_offset: here(), integration_id: 0, recipients: "" });

function Form({ of, close, saved }: { of?: Schedule | undefined; close: () => void; saved: () => void }) {
	const t = useWords(words);
	const c = useCommon();
	const f = useFormats();
	const [v, setV] = useState(() => ({ ...(of ?? fresh(f.locale.startsWith("zh") ? "zh" : "en")) }));
	const set = (more: Partial<typeof v>) => setV({ ...v, ...more });
	const mails = useGet<{ items: { id: number; name: string }[] }>("/integrations?f.kind=email&sort=name&limit=100").data?.items ?? [];
	const send = async () => {
		const body = { name: v.name, kind: v.kind, scope: v.scope, scope_id: v.scope_id, format: v.format, lang: v.lang, every: v.every, day: v.day, hour: v.hour, minute: v.minute, utc_offset: v.utc_offset, integration_id: v.integration_id, recipients: v.integration_id ? v.recipients : "" };
		await (of ? patch(`/report-schedules/${of.id}`, body) : post("/report-schedules", body));
		saved();
	};
	const days = v.every === "week" ? Array.from({ length: 7 }, (_, i): [string, string] => [String(i + 1), new Intl.DateTimeFormat(f.locale, { weekday: "long", timeZone: "UTC" }).format(Date.UTC(2024, 0, i + 1))])
		: Array.from({ length: 31 }, (_, i): [string, string] => [String(i + 1), i === 30 ? t("last_day") : String(i + 1)]);
	return (
		<FormDialog title={of?.name ?? t("new_schedule")} close={close} send={send} disabled={v.scope !== "all" && !v.scope_id}>
			<Field label={c("name")} required maxLength={100} value={v.name} onChange={(e) => set({ name: e.target.value })} />
			<div className="form-row">
				<Choice label={t("what")} value={v.kind} onChange={(e) => set({ kind: e.target.value as Kind, format: "html" })} options={KINDS.map((k) => [k, t(`k_${k}`)])} />
				<Choice label={t("format")} value={v.format} onChange={(e) => set({ format: e.target.value })} options={FORMATS[v.kind]} />
				<OfChoice value={v} change={(o) => set(o)} />
				<Choice label={t("lang")} value={v.lang} onChange={(e) => set({ lang: e.target.value })} options={[["en", "English"], ["zh", "中文"]]} />
				<Choice label={t("every")} value={v.every} onChange={(e) => set({ every: e.target.value as Time["every"], day: 1 })} options={[["day", t("e_day")], ["week", t("e_week")], ["month", t("e_month")]]} />
				{v.every !== "day" && <Choice label={t("day")} value={String(v.day)} onChange={(e) => set({ day: Number(e.target.value) })} options={days} />}
				<Field label={t("at")} type="time" required value={clockOf(v)} onChange={(e) => { const [hour = 0, minute = 0] = e.target.value.split(":").map(Number); set({ hour, minute }); }} />
				<Choice label={t("zone")} hint={t("zone_hint")} value={String(v.utc_offset)} onChange={(e) => set({ utc_offset: Number(e.target.value) })} options={[...new Set([...ZONES, v.utc_offset])].sort((a, b) => a - b).map((z) => [String(z), zoneOf(z)])} />
			</div>
			<Choice label={t("send_by")} hint={mails.length === 0 ? t("send_none") : undefined} value={String(v.integration_id)} onChange={(e) => set({ integration_id: Number(e.target.value) })} options={[["0", t("send_not")], ...mails.map((m): [string, string] => [String(m.id), m.name])]} />
			{v.integration_id > 0 && <Field label={t("recipients")} hint={t("recipients_hint")} value={v.recipients ?? ""} onChange={(e) => set({ recipients: e.target.value })} />}
		</FormDialog>
	);
}

/* What became of the last one: made or not, and its mail. */
function Last({ of: s }: { of: Schedule }) {
	const t = useWords(words);
	if (s.asked) return <State value="running" />;
	if (s.last_error) return <State value="failed" />;
	if (!s.last_ms) return <span className="dim">–</span>;
	return s.last_mail ? <State value={s.last_mail} /> : <Badge tone="good">{t("is_kept")}</Badge>;
}

function Recent({ id }: { id: number }) {
	const t = useWords(words);
	const f = useFormats();
	const read = useGet<{ items: MadeReport[] }>(`/reports?f.schedule_id=${id}&sort=-made_ms&limit=10`, ["reports"]);
	return (
		<section>
			<h3>{t("kept")}</h3>
			<Loaded read={read}>{(x) => (x.items.length === 0 ? <p className="hint">{t("kept_none")}</p> : (
				<TableBox label={t("kept")}>
					<table className="table">
						<thead><tr><th scope="col">{t("made_at")}</th><th scope="col">{t("mail")}</th><th scope="col" className="end">{t("size")}</th><th scope="col"><span className="hide">{t("download")}</span></th></tr></thead>
						<tbody>{x.items.map((r) => (
							<tr key={r.id}><th scope="row"><When ms={r.made_ms} /></th><td>{r.mail ? <State value={r.mail} /> : <span className="dim">{t("not_sent")}</span>}</td><td className="end">{f.bytes(r.bytes)}</td>
								<td className="end"><a className="button button-bare button-small" href={documentOf(r.id)} download aria-label={t("download_of", { time: f.time(r.made_ms) })}><Icon name="download" /></a></td></tr>
						))}</tbody>
					</table>
				</TableBox>
			))}</Loaded>
		</section>
	);
}

export function Schedules() {
	const said = useSaid();
	const t = useWords(words);
	const c = useCommon();
	const say = useNote();
	const of = useOf();
	const when = useWhen();
	const { may } = useSession();
	const act = useAct();
	const { open, read, row: d, form, setForm, turn, again, close } = useRegister<Schedule>("/report-schedules", ["reports"]);
	const saved = () => { say(t("saved")); again(); };
	const error = (s: Schedule) => said(s.last_error || s.last_mail_error);
	const columns: Column<Schedule>[] = [
		{ key: "name", label: c("name"), width: "minmax(150px, 1.4fr)", sort: true },
		{ key: "kind", label: t("what"), width: "112px", render: (r) => t(`k_${r.kind}`) },
		{ key: "scope", label: t("of"), width: "minmax(120px, 1.2fr)", render: of },
		{ key: "every", label: t("when"), width: "minmax(236px, 2.2fr)", render: when },
		{ key: "format", label: t("format"), width: "90px", hidden: true, render: (r) => formatName(r.kind, r.format) },
		{ key: "integration", label: t("send_by"), width: "minmax(96px, 1fr)", render: (r) => r.integration || <span className="dim">{t("send_not")}</span> },
		{ key: "next_ms", label: t("next"), width: "96px", sort: true, render: (r) => (r.next_ms ? <Ago ms={r.next_ms} /> : <Badge>{t("off")}</Badge>) },
		{ key: "last_ms", label: t("last_made"), width: "100px", sort: true, down: true, render: (r) => <Ago ms={r.last_ms} /> },
		{ key: "last_mail", label: t("result"), width: "100px", render: (r) => <Last of={r} /> },
		{ key: "last_error", label: t("last_error"), width: "minmax(110px, 1.4fr)", render: (r) => error(r) || <span className="dim">–</span> },
	];
	return (
		<>
			<List<Schedule> key={turn} name="report-schedules" label={t("schedules")} path="/report-schedules" columns={columns} sort="name" rowKey={(r) => String(r.id)} open="open" topics={["reports"]}
				facets={[{ key: "kind", label: t("what"), kind: "values", word: (k) => t(`k_${k}` as "k_findings") }, { key: "scope", label: t("of"), kind: "values", word: (s) => t(`s_${s}` as "s_all") }, { key: "enabled", label: t("on"), kind: "flag" }]}
				tools={may("integrations.write") && <Button small kind="main" icon="plus" onClick={() => setForm("new")}>{t("new_schedule")}</Button>} empty={{ icon: "clock", title: t("schedules_none"), text: t("schedules_none_text") }} />
			{open && (
				<Drawer title={d?.name ?? "…"} sub={d && when(d)} close={close}
					actions={d && may("integrations.write") && (
						<>
							<Button kind="main" icon="play" busy={d.asked} onClick={() => act(post(`/report-schedules/${d.id}/run`), () => { say(t("asked")); read.reload(); })}>{t("run")}</Button>
							<Button icon="edit" onClick={() => setForm("edit")}>{c("edit")}</Button>
							<Button icon={d.enabled ? "pause" : "play"} onClick={() => act(patch(`/report-schedules/${d.id}`, { enabled: !d.enabled }), saved)}>{d.enabled ? t("switch_off") : t("switch_on")}</Button>
							<Remove path={`/report-schedules/${d.id}`} name={d.name} done={() => { close(); again(); }} />
						</>
					)}>
					<Loaded read={read}>
						{(x) => (
							<>
								{x.last_error && <p className="callout callout-bad"><strong>{t("last_error")}</strong> {said(x.last_error)} · <Ago ms={x.last_error_ms} /></p>}
								{x.last_mail_error && <p className="callout callout-bad"><strong>{t("mail_error")}</strong> {said(x.last_mail_error)}</p>}
								<Facts columns={1} rows={[
									[t("what"), t(`k_${x.kind}`)], [t("of"), of(x)], [t("format"), formatName(x.kind, x.format)], [t("lang"), x.lang === "zh" ? "中文" : "English"], [t("when"), when(x)],
									[t("next"), x.next_ms ? <When key="n" ms={x.next_ms} /> : t("off")], [t("send_by"), x.integration || t("send_not")], ...(x.integration ? [[t("recipients"), x.recipients || t("recipients_own")] as [string, string]] : []),
									[t("result"), <Last key="l" of={x} />],
								]} />
								<Recent id={x.id} />
							</>
						)}
					</Loaded>
				</Drawer>
			)}
			{form && <Form of={form === "edit" ? d : undefined} close={() => setForm(null)} saved={saved} />}
		</>
	);
}
