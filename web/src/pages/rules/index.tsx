// SPDX-License-Identifier: Apache-2.0
/* Rules that come with the product, switched here; files of one's own, edited, checked, tried and kept in versions. */
import { useEffect, useState, type FormEvent } from "react";
import { patch, post, Problem, put, remove } from "../../api/client";
import { useGet } from "../../api/use";
import { useSession } from "../../app/session";
import { useCommon, useFormats, useWords } from "../../i18n";
import { enc, navigate, useParam, usePath } from "../../lib/router";
import { List, type Column } from "../../list/list";
import { Ago, Badge, Button, Code, Facts, Failure, LinkButton, Loading, Page, Panel } from "../../ui/basic";
import { Dialog, Drawer, useNote } from "../../ui/float";
import { Choice, Field, FormProblem, Text, useSend } from "../../ui/form";
import { Level } from "../../ui/severity";
import { PathTabs } from "../../ui/tabs";
import { Editor, goTo, type Mistake } from "./editor";
import { words } from "./words";

interface Rule {
	rule: string;
	description?: string;
	priority: string;
	level: number;
	enabled: boolean;
	built_in?: boolean;
	source?: string;
	tags?: string[];
	file?: string;
	line?: number;
	condition?: string;
	output?: string;
}
interface Policy {
	id: number;
	name: string;
	kind: string;
	enabled: boolean;
	description?: string;
	version: number;
	changed_ms: number;
	changed_by?: string;
	text?: string;
}
interface Version {
	version: number;
	made_ms: number;
	made_by?: string;
	why?: string;
	text?: string;
}
interface Checked {
	ok: boolean;
	rules?: number;
	events?: number;
	notes: (Mistake & { error?: boolean; item?: string })[];
}

function Switch({ rule, close, done }: { rule: Rule; close: () => void; done: () => void }) {
	const t = useWords(words);
	const c = useCommon();
	const { busy, problem, send } = useSend();
	const [reason, setReason] = useState("");
	const submit = (e: FormEvent) => {
		e.preventDefault();
		void send(async () => {
			await put("/rule-switches", { rule: rule.rule, enabled: !rule.enabled, reason });
			done();
			close();
		});
	};
	return (
		<Dialog title={rule.rule} close={close}>
			<form className="form" onSubmit={submit}>
				<Text label={t("reason")} required value={reason} onChange={(e) => setReason(e.target.value)} />
				<FormProblem problem={problem} />
				<div className="form-foot"><Button onClick={close}>{c("cancel")}</Button><Button kind={rule.enabled ? "danger" : "main"} type="submit" busy={busy}>{rule.enabled ? t("switch_off") : t("switch_on")}</Button></div>
			</form>
		</Dialog>
	);
}

function RuleList() {
	const t = useWords(words);
	const c = useCommon();
	const say = useNote();
	const { may } = useSession();
	const [open, setOpen] = useParam("open");
	const [switching, setSwitching] = useState(false);
	const [turn, setTurn] = useState(0);
	const read = useGet<{ items: Rule[] }>(open ? "/rules" : null);
	const columns: Column<Rule>[] = [
		{ key: "rule", label: t("rule"), width: "minmax(220px, 2fr)", sort: true },
		{ key: "level", label: c("level"), width: "112px", sort: true, render: (r) => <Level value={r.level} /> },
		{ key: "enabled", label: t("enabled"), width: "96px", render: (r) => (r.enabled ? <Badge tone="good">{t("on")}</Badge> : <Badge>{t("off")}</Badge>) },
		{ key: "description", label: t("description"), width: "minmax(260px, 3fr)", render: (r) => r.description },
		{ key: "tags", label: t("tags"), width: "minmax(150px, 1.2fr)", render: (r) => <span className="line">{r.tags?.slice(0, 3).map((x) => <Badge key={x}>{x}</Badge>)}</span> },
		{ key: "source", label: t("source"), width: "90px", hidden: true },
		{ key: "file", label: t("file"), width: "minmax(120px, 1fr)", hidden: true },
	];
	const d = open ? read.data?.items.find((r) => r.rule === open) : undefined;
	return (
		<>
			<List<Rule> key={turn} name="rules" label={t("rules")} path="/rules" columns={columns} sort="rule" rowKey={(r) => r.rule} open="open" local
				facets={[{ key: "priority", label: c("level"), kind: "values" }, { key: "source", label: t("source"), kind: "values" }, { key: "enabled", label: t("enabled"), kind: "values" }]} empty={{ icon: "book", title: t("empty_rules"), text: t("empty_rules_text") }} />
			{open && (
				<Drawer title={open} sub={d && <Level value={d.level} />} close={() => setOpen(null)}
					actions={d && (
						<>
							{may("policy.write") && <Button icon={d.enabled ? "pause" : "play"} onClick={() => setSwitching(true)}>{d.enabled ? t("switch_off") : t("switch_on")}</Button>}
							<LinkButton to={`/alerts?f.rule=${enc(d.rule)}`} icon="bell">{t("fired")}</LinkButton>
						</>
					)}>
					{read.error && <Failure error={read.error} retry={read.reload} />}
					{!d && !read.error && <Loading />}
					{d && (
						<>
							<p className="lead">{d.description}</p>
							{d.condition && <section><h3>{t("condition")}</h3><Code label={t("condition")}>{d.condition}</Code></section>}
							{d.output && <section><h3>{t("output")}</h3><Code label={t("output")}>{d.output}</Code></section>}
							<Facts columns={1} rows={[[t("source"), d.source], [t("file"), d.file && `${d.file}${d.line ? `:${d.line}` : ""}`], [t("tags"), d.tags?.join(", ")]]} />
						</>
					)}
				</Drawer>
			)}
			{switching && d && <Switch rule={d} close={() => setSwitching(false)} done={() => { say(t("switched")); setTurn((n) => n + 1); read.reload(); }} />}
		</>
	);
}

function useKind(): (kind: string) => string {
	const t = useWords(words);
	return (kind) => (`k_${kind}` in words.en ? t(`k_${kind}` as "k_rules") : kind);
}

function PolicyList() {
	const t = useWords(words);
	const c = useCommon();
	const kind = useKind();
	const { may } = useSession();
	const columns: Column<Policy>[] = [
		{ key: "name", label: t("name"), width: "minmax(200px, 2fr)", sort: true },
		{ key: "kind", label: t("kind"), width: "130px", render: (r) => kind(r.kind) },
		{ key: "enabled", label: t("enabled"), width: "96px", render: (r) => (r.enabled ? <Badge tone="good">{t("on")}</Badge> : <Badge>{t("off")}</Badge>) },
		{ key: "description", label: t("description"), width: "minmax(220px, 3fr)" },
		{ key: "version", label: t("version"), width: "80px", end: true },
		{ key: "changed_by", label: t("changed_by"), width: "110px" },
		{ key: "changed_ms", label: t("changed"), width: "110px", sort: true, down: true, render: (r) => <Ago ms={r.changed_ms} /> },
	];
	return (
		<List<Policy> name="policies" label={t("policies")} path="/policies" columns={columns} sort="name" rowKey={(r) => String(r.id)} href={(r) => `/policies/${r.id}`} facets={[{ key: "kind", label: t("kind"), kind: "values", word: kind }]}
			tools={may("policy.write") && <LinkButton to="/policies/new" small kind="main" icon="plus">{t("new_policy")}</LinkButton>}
			empty={{ icon: "book", title: t("empty_policies"), text: t("empty_policies_text"), action: may("policy.write") && <LinkButton to="/policies/new" icon="plus">{c("create")}</LinkButton> }} />
	);
}

/* "x.yaml:14:9: no field" as a place and a sentence: for errors that come as a problem's detail. */
export function mistakeOf(text: string): Mistake {
	const found = /(?:^|\s)(?:[\w./-]+:)?(\d+):(\d+):\s*(.*)$/s.exec(text) ?? /line (\d+)(?:, column (\d+))?:?\s*(.*)$/s.exec(text);
	return found ? { line: Number(found[1]), column: Number(found[2] ?? 1), text: found[3] || text } : { text };
}

function PolicyPage({ id }: { id: string }) {
	const t = useWords(words);
	const c = useCommon();
	const f = useFormats();
	const kindName = useKind();
	const say = useNote();
	const { may } = useSession();
	const { busy, problem, send } = useSend();
	const fresh = id === "new";
	const read = useGet<Policy>(fresh ? null : `/policies/${enc(id)}`);
	const versions = useGet<{ items: Version[] }>(fresh ? null : `/policies/${enc(id)}/versions?limit=50`);
	const [proof, setProof] = useState("");
	const [condition, setCondition] = useState("");
	const [name, setName] = useState("");
	const [kind, setKind] = useState("rules");
	const [text, setText] = useState(fresh ? "- rule: \n  desc: \n  condition: \n  output: \n  priority: WARNING\n" : "");
	const [why, setWhy] = useState("");
	const [mistakes, setMistakes] = useState<Mistake[]>([]);
	const [said, setSaid] = useState("");
	useEffect(() => {
		if (read.data?.text !== undefined) setText(read.data.text);
		if (read.data) {
			setName(read.data.name);
			setKind(read.data.kind);
		}
	}, [read.data]);
	if (read.error && !read.data) return <Failure error={read.error} retry={read.reload} />;
	if (!fresh && !read.data) return <Loading lines={8} />;

	/* Each of these either says something good, or names places. */
	const ask = (work: () => Promise<string>) => void send(async () => {
		setSaid("");
		setMistakes([]);
		try {
			setSaid(await work());
		} catch (e) {
			if (!(e instanceof Problem) || e.status !== 400) throw e;
			const list = (e.body["errors"] ?? e.body["mistakes"]) as Mistake[] | undefined;
			setMistakes(list?.length ? list : [mistakeOf(e.detail || e.title)]);
		}
	});
	const found = (r: Checked) => setMistakes(r.notes);
	const check = () => ask(async () => {
		const r = await post<Checked>("/policy-check", { kind, name: name || "new.yaml", text });
		found(r);
		return r.ok ? t("well", { n: r.rules ?? 0 }) : "";
	});
	const test = () => ask(async () => {
		const r = await post<Checked>("/policy-proof", { text, proof });
		found(r);
		return r.ok ? t("tested", { n: r.events ?? 0 }) : "";
	});
	const dry = () => ask(async () => {
		const r = await post<{ looked_at: number; matched: number }>("/policy-dry-run", { condition });
		return t("would", { n: r.matched, all: r.looked_at });
	});
	const save = () => ask(async () => {
		const made = fresh ? await post<Policy>("/policies", { name, kind, text, why }) : await patch<Policy>(`/policies/${enc(id)}`, { text, why });
		say(t("saved"));
		if (fresh && made?.id) navigate(`/policies/${made.id}`, true);
		else {
			read.reload();
			versions.reload();
		}
		return "";
	});
	const changed = fresh || text !== (read.data?.text ?? text);
	return (
		<div className="incident">
			<Panel title={fresh ? t("new_policy") : name} aside={changed && <Badge tone="medium">{t("unsaved")}</Badge>}>
				<div className="stack">
					<Editor value={text} set={setText} label={t("editor")} mistakes={mistakes} />
					{said && <p className="callout" role="status">{said}</p>}
					{mistakes.length > 0 && (
						<div role="alert">
							<h3>{t("mistakes", { n: mistakes.length })}</h3>
							<ul>{mistakes.map((m, i) => (
								<li key={i} className="mistake">
									{m.line ? <button type="button" className="as-link" onClick={() => goTo(document.querySelector<HTMLTextAreaElement>(".editor-text"), m.line ?? 1, m.column ?? 1)}>{t("at", { line: m.line, column: m.column ?? 1 })}</button> : null}
									<span>{m.text}</span>
								</li>
							))}</ul>
						</div>
					)}
					<FormProblem problem={problem} />
					<div className="actions">
						<Button icon="check" busy={busy} onClick={check}>{t("check")}</Button>
						<span className="grow" />
						{may("policy.write") && <Button kind="main" disabled={busy || !changed || !name} onClick={save}>{t("save")}</Button>}
					</div>
				</div>
			</Panel>
			<div className="stack">
				<Panel>
					<div className="form">
						<Field label={t("name")} hint={t("name_hint")} required disabled={!fresh} value={name} onChange={(e) => setName(e.target.value)} />
						<Choice label={t("kind")} disabled={!fresh} value={kind} onChange={(e) => setKind(e.target.value)} options={["rules", "allow", "responses"].map((k) => [k, kindName(k)])} />
						<Field label={t("why")} hint={t("why_hint")} value={why} onChange={(e) => setWhy(e.target.value)} />
						{!fresh && may("policy.write") && <Button kind="danger" icon="trash" onClick={() => void remove(`/policies/${enc(id)}`).then(() => { say(t("removed")); navigate("/policies"); }, (e: Error) => say(e.message, "bad"))}>{c("remove")}</Button>}
					</div>
				</Panel>
				{kind === "rules" && (
					<Panel title={t("test")}>
						<div className="form">
							<Text label={t("proof")} hint={t("proof_hint")} className="input mono" rows={5} value={proof} onChange={(e) => setProof(e.target.value)} />
							<Button icon="target" disabled={busy || !proof} onClick={test}>{t("test")}</Button>
						</div>
					</Panel>
				)}
				<Panel title={t("dry")}>
					<div className="form">
						<Field label={t("condition")} hint={t("dry_hint")} className="input mono" value={condition} onChange={(e) => setCondition(e.target.value)} />
						<Button icon="play" disabled={busy || !condition} onClick={dry}>{t("dry")}</Button>
					</div>
				</Panel>
				{(versions.data?.items.length ?? 0) > 0 && (
					<Panel title={t("history")}>
						<ol>{versions.data?.items.map((v) => <li key={v.version} className="owner-row"><button type="button" className="as-link" onClick={() => v.text !== undefined && setText(v.text)}>{t("open_version", { n: v.version })}</button> <span className="dim">{f.time(v.made_ms)} · {v.made_by}</span>{v.why && <p>{v.why}</p>}</li>)}</ol>
					</Panel>
				)}
			</div>
		</div>
	);
}

export default function Rules({ params }: { params: Record<string, string> }) {
	const t = useWords(words);
	const path = usePath();
	const id = params["id"];
	return (
		<Page title={t("title")} lead={path === "/rules" ? t("rules_lead") : t("policies_lead")} full={!id}>
			<PathTabs tabs={[{ to: "/rules", label: t("rules") }, { to: "/policies", label: t("policies") }]} label={t("views")} />
			{id ? <PolicyPage key={id} id={id} /> : path === "/rules" ? <RuleList /> : <PolicyList />}
		</Page>
	);
}
