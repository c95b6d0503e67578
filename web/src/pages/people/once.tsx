// SPDX-License-Identifier: Apache-2.0
/* A secret that the server shows once. */
import { useCommon } from "../../i18n";
import { Button, Code } from "../../ui/basic";
import { Dialog } from "../../ui/float";

export function Once({ title, text, secret, close }: { title: string; text: string; secret: string; close: () => void }) {
	const c = useCommon();
	return (
		<Dialog title={title} close={close}>
			<p className="lead">{text}</p>
			<Code label={title}>{secret}</Code>
			<div className="form-foot"><Button kind="main" onClick={close}>{c("done")}</Button></div>
		</Dialog>
	);
}
