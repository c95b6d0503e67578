// SPDX-License-Identifier: Apache-2.0
/* The rules agents watch by, and their switches. */
import { useState } from "react";
import { put } from "../../api/client";
import { useGet } from "../../api/use";
import { useSession } from "../../app/session";
import { useCommon, useWords } from "../../i18n";
import { enc, useParam } from "../../lib/router";
import { List, type Column } from "../../list/list";
import { Badge, Button, Code, Data, Empty, Facts, Failure, LinkButton, Loading } from "../../ui/basic";
import { FormDialog } from "../../ui/dialogs";
import { Drawer, useNote } from "../../ui/float";
import { Text } from "../../ui/form";
import { Level } from "../../ui/severity";
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

function Switch({ rule, close, done }: { rule: Rule; close: () => void; done: () => void }) {
	const t = useWords(words);
	const [reason, setReason] = useState("");
	const send = async () => {
		await put("/rule-switches", { rule: rule.rule, enabled: !rule.enabled, reason });
		done();
	};
	return (
		<FormDialog title={rule.rule} close={close} send={send} label={rule.enabled ? t("switch_off") : t("switch_on")} danger={rule.enabled}>
			<Text label={t("reason")} required value={reason} onChange={(e) => setReason(e.target.value)} />
		</FormDialog>
	);
}

export function RuleList() {
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
		{ key: "description", label: t("description"), width: "minmax(260px, 3fr)", render: (r) => <Data>{r.description}</Data> },
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
					{!d && !read.error && (read.data ? <Empty icon="book" title={t("gone_rule")} /> : <Loading />)}
					{d && (
						<>
							<p className="lead" translate="no">{d.description}</p>
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
