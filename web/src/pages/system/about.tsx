// SPDX-License-Identifier: Apache-2.0
/* Which version this is, and what it carries of others. */
import { ROOT } from "../../api/client";
import { useGet } from "../../api/use";
import { useFormats, useWords } from "../../i18n";
import { Loaded, Panel, Stat } from "../../ui/basic";
import { words } from "./words";

export function AboutPart() {
	const t = useWords(words);
	const f = useFormats();
	const read = useGet<{ name: string; version: string; agents_port: number; time_ms: number }>("/about");
	return (
		<Loaded read={read}>
			{(a) => (
				<>
					<div className="stats"><Stat label={t("version")} value={a.version} /><Stat label={t("agents_port")} value={String(a.agents_port || "–")} /><Stat label={t("time")} value={f.clock(a.time_ms)} note={f.date(a.time_ms)} /></div>
					<Panel title={t("licence")}><p>{t("licence_text")}</p><p className="spaced actions"><a className="button button-plain" href="/licences.txt">{t("licences")}</a><a className="button button-plain" href={`${ROOT}/openapi.json`}>{t("api")}</a></p></Panel>
				</>
			)}
		</Loaded>
	);
}
