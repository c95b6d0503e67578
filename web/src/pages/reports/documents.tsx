// SPDX-License-Identifier: Apache-2.0
/* Documents that need no console, made at once. */
import { useState } from "react";
import { ROOT } from "../../api/client";
import { useWords } from "../../i18n";
import { enc } from "../../lib/router";
import { Panel } from "../../ui/basic";
import { Choice } from "../../ui/form";
import { Icon } from "../../ui/icon";
import { FORMATS, KINDS, OfChoice, type Kind, type Of } from "./of";
import { words } from "./words";

const TONGUES = [["en", "English"], ["zh", "中文"]] as const;

/* Where it is asked for; findings have both languages in one. */
export function documentPath(kind: Kind, of: Of, format: string, lang: string): string {
	const scope = of.scope === "all" ? "" : `&${of.scope}_id=${enc(of.scope_id)}`;
	return kind === "findings" ? `${ROOT}/findings/report?format=${format}${scope}` : `${ROOT}/compliance/report?format=${format}&lang=${lang}${scope}`;
}

export function Documents() {
	const t = useWords(words);
	const [kind, setKind] = useState<Kind>("inspection");
	const [of, setOf] = useState<Of>({ scope: "all", scope_id: "" });
	const ready = of.scope === "all" || of.scope_id !== "";
	return (
		<Panel title={t("documents")} className="no-print">
			<p className="hint">{t(`text_${kind}`)}</p>
			<div className="form-row report-of">
				<Choice label={t("what")} value={kind} onChange={(e) => setKind(e.target.value as Kind)} options={KINDS.map((k) => [k, t(`k_${k}`)])} />
				<OfChoice value={of} change={setOf} />
			</div>
			{!ready && <p className="hint">{t("choose_first")}</p>}
			{ready && TONGUES.slice(0, kind === "findings" ? 1 : 2).map(([lang, tongue]) => (
				<ul key={lang} className="exports">
					{FORMATS[kind].map(([format, name]) => (
						<li key={format}><a className="button button-plain button-small" href={documentPath(kind, of, format, lang)} download><Icon name="download" />{name}{kind === "inspection" && <> · <span lang={lang}>{tongue}</span></>}</a></li>
					))}
				</ul>
			))}
		</Panel>
	);
}
