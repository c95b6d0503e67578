// SPDX-License-Identifier: Apache-2.0
/* Copies of the running store. */
import { post } from "../../api/client";
import { useGet } from "../../api/use";
import { useSession } from "../../app/session";
import { useCommon, useFormats, useWords } from "../../i18n";
import { Button, Empty, Loaded, Panel, TableBox, When } from "../../ui/basic";
import { useNote } from "../../ui/float";
import { FormProblem, useSend } from "../../ui/form";
import { words } from "./words";

export function Backup() {
	const t = useWords(words);
	const c = useCommon();
	const f = useFormats();
	const say = useNote();
	const { may } = useSession();
	const { busy, problem, send } = useSend();
	const read = useGet<{ folder: string; items: { name: string; bytes: number; at_ms: number }[] }>(may("system.write") ? "/system/backup" : null);
	const make = () => void send(async () => {
		const r = await post<{ name: string }>("/system/backup");
		say(t("backup_made", { path: r.name }));
		read.reload();
	});
	return (
		<Panel title={t("backup")}>
			<p className="lead">{t("backup_text")}</p>
			<FormProblem problem={problem} />
			<div className="actions spaced"><Button kind="main" icon="download" busy={busy} onClick={make} disabled={!may("system.write")}>{t("backup_now")}</Button></div>
			<Loaded read={read}>
				{(data) => ((data.items ?? []).length === 0 ? <Empty icon="download" title={t("empty_backups")} /> : (
					<TableBox label={t("backups")}>
						<table className="table">
							<thead><tr><th scope="col">{t("path")}</th><th scope="col" className="end">{t("size")}</th><th scope="col">{c("time")}</th></tr></thead>
							<tbody>{data.items.map((b) => <tr key={b.name}><th scope="row"><code title={`${data.folder}/${b.name}`}>{b.name}</code></th><td className="end">{f.bytes(b.bytes)}</td><td><When ms={b.at_ms} /></td></tr>)}</tbody>
						</table>
					</TableBox>
				))}
			</Loaded>
		</Panel>
	);
}
