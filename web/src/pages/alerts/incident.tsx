// SPDX-License-Identifier: Apache-2.0
/* The story of one incident: what happened when, which processes did it, what people said and did. */
import { useState, type FormEvent } from "react";
import { patch, post } from "../../api/client";
import { useGet } from "../../api/use";
import { useSession } from "../../app/session";
import { useCommon, useFormats, useSaid, useServerWord, useWords } from "../../i18n";
import { enc, Link, useParam } from "../../lib/router";
import { Ago, AsOf, Badge, Button, Facts, ImageName, Loaded, Page, Panel, State, When } from "../../ui/basic";
import { useAct } from "../../ui/dialogs";
import { useNote } from "../../ui/float";
import { FormProblem, Text, useSend } from "../../ui/form";
import { Icon, type IconName } from "../../ui/icon";
import { Level, levelTone } from "../../ui/severity";
import { AlertDrawer } from "./list";
import { Respond, useActionName } from "./respond";
import { useIncidentTitle } from "./title";
import { ProcessTree } from "./tree";
import type { Incident, StoryItem, Timeline } from "./types";
import { words } from "./words";

const ICONS: Record<string, IconName> = { alert: "bell", note: "edit", response: "shield", change: "reload" };

function Entry({ item, open }: { item: StoryItem; open: (id: string) => void }) {
	const t = useWords(words);
	const said = useSaid();
	const f = useFormats();
	const word = useServerWord();
	const actionName = useActionName();
	const tone = item.kind === "alert" ? levelTone(item.level) : item.kind === "response" ? "accent" : "info";
	return (
		<li className={`story-item tone-${tone}`}>
			<span className="story-dot"><Icon name={ICONS[item.kind] ?? "note"} size={13} /></span>
			<time className="story-time" dateTime={new Date(item.at_ms).toISOString()} title={f.time(item.at_ms)}>{f.clock(item.at_ms)}</time>
			<div className="story-text">
				{item.kind === "alert" && (
					<>
						<p className="line"><button type="button" className="as-link" onClick={() => open(String(item.id))}>{item.rule}</button><Level value={item.level ?? 7} /></p>
						<p className="story-sub" translate="no">{item.output}</p>
					</>
				)}
				{item.kind === "note" && <p><strong>{item.who || t("note_system")}</strong> {item.who ? <span translate="no">{item.text}</span> : said(item.text)}</p>}
				{item.kind === "response" && (
					<>
						<p className="line"><strong>{actionName(item.action ?? "")}</strong>{item.dry_run && <Badge>{t("dry")}</Badge>}<State value={item.state} /></p>
						<p className="story-sub">{[said(item.text), item.why, item.asked_by].filter(Boolean).join(" · ")}</p>
					</>
				)}
				{item.kind === "change" && <p>{item.asset_id ? <Link to={`/assets?open=${item.asset_id}`}>{item.name}</Link> : item.name} <span className="dim">{word(item.op)}</span></p>}
			</div>
		</li>
	);
}

function Story({ timeline, open }: { timeline: Timeline; open: (id: string) => void }) {
	const t = useWords(words);
	const f = useFormats();
	const [kind, setKind] = useParam("only");
	const kinds = [...new Set(timeline.items.map((i) => i.kind))];
	const shown = timeline.items.filter((i) => !kind || i.kind === kind);
	const name = (k: string) => (`ev_${k}` in words.en ? t(`ev_${k}` as "ev_note") : k);
	const c = useCommon();
	let day = "";
	return (
		<>
			{kinds.length > 1 && (
				<div className="segments" role="group" aria-label={t("story")}>
					<button type="button" aria-pressed={!kind} onClick={() => setKind(null, true)}>{c("all")}</button>
					{kinds.map((k) => <button key={k} type="button" aria-pressed={kind === k} onClick={() => setKind(k, true)}>{name(k)}</button>)}
				</div>
			)}
			{shown.length === 0 && <p className="hint">{t("story_none")}</p>}
			<ol className="story">
				{shown.map((item) => {
					const on = f.date(item.at_ms);
					const head = on !== day;
					day = on;
					return [head && <li key={`d${on}`} className="story-day">{on}</li>, <Entry key={`${item.kind}${item.id}`} item={item} open={open} />];
				})}
			</ol>
			{Object.entries(timeline.left_out ?? {}).filter(([k, n]) => n > 0 && k !== "tree").map(([k, n]) => <p key={k} className="hint">{t("left_out", { n, kind: name(k.replace(/s$/, "")) })}</p>)}
		</>
	);
}

function NoteForm({ id, reload }: { id: number; reload: () => void }) {
	const t = useWords(words);
	const { busy, problem, send } = useSend();
	const [text, setText] = useState("");
	const submit = (e: FormEvent) => {
		e.preventDefault();
		void send(async () => {
			await post(`/incidents/${id}/notes`, { text });
			setText("");
			reload();
		});
	};
	return (
		<form className="form" onSubmit={submit}>
			<Text label={t("note_text")} required value={text} onChange={(e) => setText(e.target.value)} />
			<FormProblem problem={problem} />
			<div className="form-foot"><Button type="submit" small busy={busy} icon="plus">{t("note_add")}</Button></div>
		</form>
	);
}

function Work({ incident, reload }: { incident: Incident; reload: () => void }) {
	const t = useWords(words);
	const word = useServerWord();
	const say = useNote();
	const { me, may } = useSession();
	const act = useAct();
	const set = (change: Record<string, string>) => act(patch(`/incidents/${incident.id}`, change), () => { say(t("saved")); reload(); });
	if (!may("alerts.write")) return <State value={incident.status} />;
	return (
		<div className="stack-s">
			<label className="field"><span className="hide">{t("set_status")}</span>
				<select className="input" aria-label={t("set_status")} value={incident.status} onChange={(e) => set({ status: e.target.value })}>
					{["open", "working", "closed", "false-alarm"].map((s) => <option key={s} value={s}>{word(s)}</option>)}
				</select>
			</label>
			<p className="line between"><span>{t("assignee")}: {incident.assignee || <span className="dim">{t("nobody")}</span>}</span>
				{me && incident.assignee !== me.name && <Button small icon="user" onClick={() => set({ assignee: me.name, status: incident.status === "open" ? "working" : incident.status })}>{t("take")}</Button>}
			</p>
		</div>
	);
}

export default function OneIncident({ params }: { params: Record<string, string> }) {
	const title = useIncidentTitle();
	const t = useWords(words);
	const c = useCommon();
	const { may } = useSession();
	const id = params["id"] ?? "";
	const [open, setOpen] = useParam("open");
	const [responding, setResponding] = useState(false);
	const read = useGet<Timeline>(`/incidents/${enc(id)}/timeline`, ["incidents", "alerts"]);
	const d = read.data?.incident;
	return (
		<Page title={d ? title(d) : `${t("incident")} ${id}`} lead={d && <span className="line"><Level value={d.level} /><State value={d.status} /><span>#{d.id}</span><Ago ms={d.last_ms} /></span>}
			actions={d && <><AsOf at={read.at} reload={read.reload} loading={read.loading} />{may("respond") && <Button kind="danger" icon="ban" onClick={() => setResponding(true)}>{t("respond")}</Button>}</>}>
			<Loaded read={read} lines={8}>
				{(line) => (
					<div className="incident">
						<div className="stack">
							<Panel title={t("story")}><Story timeline={line} open={setOpen} /></Panel>
							{line.tree.length > 0 && <Panel title={t("process_tree")}><ProcessTree nodes={line.tree} /></Panel>}
						</div>
						<div className="stack">
							<Panel title={t("status")}><Work incident={line.incident} reload={read.reload} /></Panel>
							<Panel title={t("where")}>
								<Facts columns={1} rows={[
									[c("container"), line.incident.container_id && <Link to={`/containers/${enc(line.incident.container_id)}`}>{line.incident.container ?? line.incident.container_id.slice(0, 12)}</Link>],
									[c("host"), <Link key="h" to={`/hosts/${enc(line.incident.host_id)}`}>{line.incident.host ?? line.incident.host_id}</Link>],
									[c("image"), line.incident.image_id && <Link to={`/images/${enc(line.incident.image_id)}`}><ImageName value={line.incident.image} id={line.incident.image_id} /></Link>],
									[c("namespace"), line.incident.namespace],
									[t("n_alerts"), <Link key="a" to={`/alerts?f.incident_id=${line.incident.id}`}>{line.incident.n_alerts}</Link>],
									[t("first"), <When key="f" ms={line.incident.first_ms} />],
									[t("last"), <When key="l" ms={line.incident.last_ms} />],
									[t("tactics"), line.incident.techniques && line.incident.techniques.length > 0 && <span className="line">{line.incident.techniques.map((x) => <Badge key={x}>{x}</Badge>)}</span>],
								]} />
							</Panel>
							{may("alerts.write") && <Panel title={t("notes")}><NoteForm id={line.incident.id} reload={read.reload} /></Panel>}
						</div>
					</div>
				)}
			</Loaded>
			{open && <AlertDrawer id={open} close={() => setOpen(null)} />}
			{responding && d && <Respond host={d.host_id} container={d.container_id || undefined} name={d.container || d.host || d.host_id} incident={d.id} close={() => setResponding(false)} done={read.reload} />}
		</Page>
	);
}
