// SPDX-License-Identifier: Apache-2.0
/* What people did, in a chain that shows whether a line was changed. */
import { get } from "../../api/client";
import { useGet } from "../../api/use";
import { useCommon, useFormats, useWords } from "../../i18n";
import { enc, useParam } from "../../lib/router";
import { List, type Column } from "../../list/list";
import { Badge, Button, Code, Data, Facts, When } from "../../ui/basic";
import { useAct } from "../../ui/dialogs";
import { Drawer, useNote } from "../../ui/float";
import { words } from "./words";

interface Entry {
	id: number;
	at_ms: number;
	person: string;
	by_token: boolean;
	address: string;
	action: string;
	object: string;
	before?: string;
	after?: string;
}

const pretty = (text: string) => {
	try {
		return JSON.stringify(JSON.parse(text), null, 2);
	} catch {
		return text;
	}
};

export function Audit() {
	const t = useWords(words);
	const c = useCommon();
	const f = useFormats();
	const say = useNote();
	const act = useAct();
	const [open, setOpen] = useParam("open");
	const read = useGet<{ items: Entry[] }>(open ? `/audit?f.id=${enc(open)}&limit=1` : null);
	const verify = () => act(get<{ whole: boolean; lines: number; first_bad?: number; head: string }>("/audit/verify"), (r) =>
		say(r.whole ? t("verified", { n: r.lines, head: r.head.slice(0, 16) }) : t("broken", { n: r.first_bad ?? 0 }), r.whole ? "good" : "bad"));
	const columns: Column<Entry>[] = [
		{ key: "action", label: t("action"), width: "minmax(150px, 1.2fr)", sort: true },
		{ key: "at_ms", label: c("time"), width: "176px", sort: true, down: true, render: (r) => f.time(r.at_ms) },
		{ key: "person", label: t("name"), width: "minmax(120px, 1fr)", sort: true, render: (r) => <span className="line">{r.person}{r.by_token && <Badge>{t("by_token")}</Badge>}</span> },
		{ key: "object", label: t("object"), width: "minmax(180px, 2fr)" },
		{ key: "address", label: t("address"), width: "130px" },
		{ key: "after", label: t("after"), width: "minmax(160px, 2fr)", render: (r) => (r.after ? <Data>{r.after}</Data> : <span className="dim">–</span>) },
	];
	const d = open ? read.data?.items[0] : undefined;
	return (
		<>
			<List<Entry> name="audit" label={t("audit")} path="/audit" columns={columns} sort="-id" rowKey={(r) => String(r.id)} open="open" facets={[{ key: "person", label: t("name"), kind: "values" }, { key: "action", label: t("action"), kind: "values" }, { key: "at_ms", label: c("time"), kind: "since" }]}
				tools={<Button small icon="link" onClick={verify}>{t("verify")}</Button>} empty={{ icon: "book", title: t("empty_audit") }} />
			{open && d && (
				<Drawer title={d.action} sub={<When ms={d.at_ms} />} close={() => setOpen(null)}>
					<Facts columns={1} rows={[[t("name"), d.person], [t("object"), d.object], [t("address"), d.address]]} />
					{d.before && <section><h3>{t("before")}</h3><Code label={t("before")}>{pretty(d.before)}</Code></section>}
					{d.after && <section><h3>{t("after")}</h3><Code label={t("after")}>{pretty(d.after)}</Code></section>}
				</Drawer>
			)}
		</>
	);
}
