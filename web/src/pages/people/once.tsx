// SPDX-License-Identifier: Apache-2.0
/* A secret that the server shows once. */
import { useCommon, useWords } from "../../i18n";
import { Button, Code } from "../../ui/basic";
import { Dialog } from "../../ui/float";
import { words } from "./words";

export function Once({ secret, close }: { secret: string; close: () => void }) {
	const t = useWords(words);
	const c = useCommon();
	return (
		<Dialog title={t("shown_once")} close={close}>
			<p className="lead">{t("shown_once_text")}</p>
			<Code label={t("shown_once")}>{secret}</Code>
			<div className="form-foot"><Button kind="main" onClick={close}>{c("done")}</Button></div>
		</Dialog>
	);
}
