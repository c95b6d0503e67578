// SPDX-License-Identifier: Apache-2.0
/* Reports that were made by the clock: their documents, and what became of their mail. */
import { ROOT } from "../../api/client";
import { useSession } from "../../app/session";
import { useCommon, useFormats, useSaid, useWords } from "../../i18n";
import { List, type Column } from "../../list/list";
import { useRegister } from "../../list/register";
import { Ago, Facts, Id, Loaded, State, When } from "../../ui/basic";
import { Remove } from "../../ui/dialogs";
import { Drawer } from "../../ui/float";
import { Icon } from "../../ui/icon";
import { formatName, useOf, type Kind, type Of } from "./of";
import { words } from "./words";

export interface MadeReport extends Of {
	id: number;
	schedule_id: number;
	name: string;
	kind: Kind;
	scope_name?: string;
	format: string;
	lang: string;
	bytes: number;
	sha256: string;
	made_ms: number;
	asked_by?: string;
	mail: string;
	recipients?: string;
	tries: number;
	sent_ms?: number | null;
	mail_said?: string;
	mail_error?: string;
}

export const documentOf = (id: number) => `${ROOT}/reports/${id}/document`;

export function Made() {
	const said = useSaid();
	const t = useWords(words);
	const c = useCommon();
	const f = useFormats();
	const of = useOf();
	const { may } = useSession();
	const { open, read, row: d, turn, again, close } = useRegister<MadeReport>("/reports", ["reports"]);
	const columns: Column<MadeReport>[] = [
		{ key: "name", label: c("name"), width: "minmax(180px, 2fr)", sort: true },
		{ key: "kind", label: t("what"), width: "minmax(150px, 1.2fr)", render: (r) => t(`k_${r.kind}`) },
		{ key: "scope", label: t("of"), width: "minmax(160px, 1.6fr)", render: of },
		{ key: "format", label: t("format"), width: "100px", render: (r) => formatName(r.kind, r.format) },
		{ key: "bytes", label: t("size"), width: "90px", sort: true, down: true, end: true, render: (r) => f.bytes(r.bytes) },
		{ key: "mail", label: t("mail"), width: "110px", render: (r) => (r.mail ? <State value={r.mail} /> : <span className="dim">{t("not_sent")}</span>) },
		{ key: "made_ms", label: t("made_at"), width: "120px", sort: true, down: true, render: (r) => <Ago ms={r.made_ms} /> },
	];
	return (
		<>
			<List<MadeReport> key={turn} name="reports" label={t("kept")} path="/reports" columns={columns} sort="-made_ms" rowKey={(r) => String(r.id)} open="open" topics={["reports"]}
				facets={[{ key: "kind", label: t("what"), kind: "values", word: (k) => t(`k_${k}` as "k_findings") }, { key: "scope", label: t("of"), kind: "values", word: (s) => t(`s_${s}` as "s_all") }, { key: "mail", label: t("mail"), kind: "values" }]}
				empty={{ icon: "doc", title: t("kept_none"), text: t("kept_none_text") }} />
			{open && (
				<Drawer title={d?.name ?? "…"} sub={d && of(d)} close={close}
					actions={d && (
						<>
							<a className="button button-main" href={documentOf(d.id)} download><Icon name="download" />{t("download")}</a>
							{may("integrations.write") && <Remove path={`/reports/${d.id}`} name={d.name} done={() => { close(); again(); }} />}
						</>
					)}>
					<Loaded read={read}>
						{(x) => (
							<>
								{x.mail_error && <p className="callout callout-bad"><strong>{t("mail_error")}</strong> {said(x.mail_error)}</p>}
								<Facts columns={1} rows={[
									[t("what"), t(`k_${x.kind}`)], [t("of"), of(x)], [t("format"), formatName(x.kind, x.format)], [t("size"), f.bytes(x.bytes)], [t("made_at"), <When key="m" ms={x.made_ms} />],
									[t("asked_by"), x.asked_by || t("the_clock")], ["SHA-256", <Id key="h" value={x.sha256.replace("sha256:", "")} length={20} copy />],
									[t("mail"), x.mail ? <State key="s" value={x.mail} /> : t("not_sent")], ...(x.mail ? [[t("recipients"), x.recipients || t("recipients_own")], [t("tries"), f.number(x.tries)], [t("mail_said"), said(x.mail_said)]] as [string, string][] : []),
								]} />
							</>
						)}
					</Loaded>
				</Drawer>
			)}
		</>
	);
}
