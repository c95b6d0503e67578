// SPDX-License-Identifier: Apache-2.0
/* How long what is kept. */
import { useState } from "react";
import { put } from "../../api/client";
import { useGet } from "../../api/use";
import { useSession } from "../../app/session";
import { useCommon, useFormats, useSaid, useWords } from "../../i18n";
import { Ago, AsOf, Button, Loaded, Panel, TableBox } from "../../ui/basic";
import { FormDialog } from "../../ui/dialogs";
import { useNote } from "../../ui/float";
import { Field } from "../../ui/form";
import { words } from "./words";

interface Kept {
	name: string;
	about?: string;
	keep_days: number;
	keep_rows: number;
	floor_days?: number;
	deleted: number;
	last_deleted?: number;
	last_ms?: number | null;
}

function useKeptName(): (name: string) => string {
	const t = useWords(words);
	return (name) => (`r.${name}` in words.en ? t(`r.${name}` as "r.audit") : name);
}

function KeptForm({ of, close, done }: { of: Kept; close: () => void; done: () => void }) {
	const t = useWords(words);
	const name = useKeptName()(of.name);
	const [days, setDays] = useState(of.keep_days);
	const [rows, setRows] = useState(of.keep_rows);
	const send = async () => {
		await put("/system/retention", { items: [{ name: of.name, keep_days: days, keep_rows: rows }] });
		done();
	};
	return (
		<FormDialog title={name} close={close} send={send}>
			<div className="form-row">
				<Field label={t("keep_days")} hint={t("zero_hint")} type="number" min={0} value={days} onChange={(e) => setDays(Number(e.target.value))} />
				<Field label={t("keep_rows")} hint={t("zero_hint")} type="number" min={0} value={rows} onChange={(e) => setRows(Number(e.target.value))} />
			</div>
		</FormDialog>
	);
}

export function Retention() {
	const t = useWords(words);
	const said = useSaid();
	const c = useCommon();
	const f = useFormats();
	const say = useNote();
	const keptName = useKeptName();
	const { may } = useSession();
	const read = useGet<{ items: Kept[] }>("/system/retention");
	const [editing, setEditing] = useState<Kept | null>(null);
	const limit = (n: number) => (n ? f.number(n) : <span className="dim">{t("no_limit")}</span>);
	return (
		<Panel title={t("retention")} aside={<AsOf at={read.at} reload={read.reload} loading={read.loading} />}>
			<Loaded read={read}>
				{(data) => (
					<TableBox label={t("retention")}>
						<table className="table">
							<thead><tr><th scope="col">{t("what")}</th><th scope="col" className="end">{t("keep_days")}</th><th scope="col" className="end">{t("keep_rows")}</th><th scope="col" className="end">{t("deleted")}</th><th scope="col">{t("last_deleted")}</th><th scope="col">{c("actions")}</th></tr></thead>
							<tbody>
								{data.items.map((k) => (
									<tr key={k.name}><th scope="row" title={said(k.about)}>{keptName(k.name)}</th><td className="end">{limit(k.keep_days)}</td><td className="end">{limit(k.keep_rows)}</td><td className="end">{f.number(k.deleted)}</td><td><Ago ms={k.last_ms} /></td>
										<td>{may("system.write") && <Button small kind="bare" icon="edit" onClick={() => setEditing(k)}>{c("edit")}</Button>}</td></tr>
								))}
							</tbody>
						</table>
					</TableBox>
				)}
			</Loaded>
			{editing && <KeptForm of={editing} close={() => setEditing(null)} done={() => { say(t("saved")); read.reload(); }} />}
		</Panel>
	);
}
