// SPDX-License-Identifier: Apache-2.0
/* One file: edited, checked, tried and kept in versions. */
import { useEffect, useState } from "react";
import { patch, post, Problem } from "../../api/client";
import { useGet } from "../../api/use";
import { useSession } from "../../app/session";
import { useFormats, useSaid, useWords } from "../../i18n";
import { enc, navigate } from "../../lib/router";
import { Badge, Button, Failure, Loading, Panel } from "../../ui/basic";
import { Remove } from "../../ui/dialogs";
import { useNote } from "../../ui/float";
import { Choice, Field, FormProblem, Text, useSend } from "../../ui/form";
import { Editor, goTo, type Mistake } from "./editor";
import { useKind, type Policy } from "./policies";
import { words } from "./words";

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

/* "x.yaml:14:9: no field" as a place and a sentence: for errors that come as a problem's detail. */
function mistakeOf(text: string): Mistake {
	const found = /(?:^|\s)(?:[\w./-]+:)?(\d+):(\d+):\s*(.*)$/s.exec(text) ?? /line (\d+)(?:, column (\d+))?:?\s*(.*)$/s.exec(text);
	return found ? { line: Number(found[1]), column: Number(found[2] ?? 1), text: found[3] || text } : { text };
}

export function PolicyPage({ id }: { id: string }) {
	const t = useWords(words);
	const said = useSaid();
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
	const [good, setGood] = useState("");
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
		setGood("");
		setMistakes([]);
		try {
			setGood(await work());
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
					{good && <p className="callout" role="status">{good}</p>}
					{mistakes.length > 0 && (
						<div role="alert">
							<h3>{t("mistakes", { n: mistakes.length })}</h3>
							<ul>{mistakes.map((m, i) => (
								<li key={i} className="mistake">
									{m.line ? <button type="button" className="as-link" onClick={() => goTo(document.querySelector<HTMLTextAreaElement>(".editor-text"), m.line ?? 1, m.column ?? 1)}>{t("at", { line: m.line, column: m.column ?? 1 })}</button> : null}
									<span>{said(m.text)}</span>
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
						{!fresh && may("policy.write") && <Remove path={`/policies/${enc(id)}`} name={name} done={() => navigate("/policies")} />}
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
