// SPDX-License-Identifier: Apache-2.0
/* Lists of attackers' addresses, names and digests. */
import { useState } from "react";
import { post } from "../../api/client";
import { useSession } from "../../app/session";
import { useCommon, useFormats, useSaid, useWords } from "../../i18n";
import { useParam } from "../../lib/router";
import { List, type Column } from "../../list/list";
import { Ago, Badge, Button } from "../../ui/basic";
import { FormDialog, Remove } from "../../ui/dialogs";
import { useNote } from "../../ui/float";
import { Choice, Field } from "../../ui/form";
import { words } from "./words";

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

function SourceForm({ close, saved }: { close: () => void; saved: () => void }) {
	const t = useWords(words);
	const [d, setD] = useState({ name: "", format: "plain", url: "", column: "", every_minutes: 1440, expire_days: 30 });
	const set = (change: Partial<typeof d>) => setD({ ...d, ...change });
	const send = async () => {
		await post("/intel/sources", Object.fromEntries(Object.entries(d).filter(([, v]) => v !== "")));
		saved();
	};
	return (
		<FormDialog title={t("add_source")} close={close} send={send}>
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
		</FormDialog>
	);
}

export function Intel() {
	const said = useSaid();
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
		{ key: "error", label: t("trouble"), width: "minmax(160px, 1.6fr)", render: (r) => said(r.error) || <span className="dim">–</span> },
		{ key: "id", label: c("actions"), width: "110px", render: (r) => may("integrations.write") && <Remove small path={`/intel/sources/${r.id}`} name={r.name} done={() => setTurn((n) => n + 1)} /> },
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
