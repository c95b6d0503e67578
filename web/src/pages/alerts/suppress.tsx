// SPDX-License-Identifier: Apache-2.0
/* Hiding what is known to be harmless: tried first, then in force until a day that was chosen. */
import { useState } from "react";
import { post } from "../../api/client";
import { useSession } from "../../app/session";
import { useCommon, useWords } from "../../i18n";
import { FormDialog } from "../../ui/dialogs";
import { useNote } from "../../ui/float";
import { Check, Field, Text } from "../../ui/form";
import type { Alert } from "./types";
import { words } from "./words";

interface Made {
	looked_at?: number;
	hidden?: number;
	incidents?: number;
}

const day = (ms: number) => new Date(ms).toISOString().slice(0, 10);

export function Suppress({ of, close, done }: { of?: Partial<Alert>; close: () => void; done?: () => void }) {
	const t = useWords(words);
	const c = useCommon();
	const say = useNote();
	const { me } = useSession();
	const [rule, setRule] = useState(of?.rule ?? "");
	const [image, setImage] = useState("");
	const [container, setContainer] = useState(of?.container ?? "");
	const [condition, setCondition] = useState("");
	const [reason, setReason] = useState("");
	const [until, setUntil] = useState(day(Date.now() + 30 * 86_400_000));
	const [back, setBack] = useState(true);
	const [would, setWould] = useState<Made | null>(null);
	const body = (dry_run: boolean) => ({
		...Object.fromEntries(Object.entries({ rule, image, container, condition }).filter(([, v]) => v !== "")),
		reason, owner: me?.name ?? "", until_ms: new Date(`${until}T23:59:59`).getTime(), apply_back: back, dry_run,
	});
	const change = (set: (v: string) => void) => (e: { target: { value: string } }) => {
		set(e.target.value);
		setWould(null);
	};
	const send = async () => {
		if (!would) {
			setWould(await post<Made>("/suppressions", body(true)));
			return false;
		}
		await post("/suppressions", body(false));
		say(t("sup_made"));
		done?.();
		return true;
	};
	return (
		<FormDialog title={t("sup_title")} close={close} send={send} label={would ? t("sup_do") : t("sup_try")}>
			<p className="lead">{t("sup_text")}</p>
			<div className="form-row">
				<Field label={t("rule")} hint={t("glob_hint")} value={rule} onChange={change(setRule)} />
				<Field label={c("container")} value={container} onChange={change(setContainer)} />
			</div>
			<Field label={t("sup_image")} value={image} onChange={change(setImage)} />
			<Field label={t("sup_condition")} hint={t("sup_condition_hint")} value={condition} onChange={change(setCondition)} />
			<Text label={t("sup_reason")} required value={reason} onChange={(e) => setReason(e.target.value)} />
			<Field label={t("sup_until")} type="date" required min={day(Date.now())} max={day(Date.now() + 365 * 86_400_000)} value={until} onChange={change(setUntil)} />
			<Check label={t("sup_back")} checked={back} onChange={(e) => { setBack(e.target.checked); setWould(null); }} />
			{would && <p className="callout" role="status">{t("sup_would", { looked: would.looked_at ?? 0, hidden: would.hidden ?? 0, incidents: would.incidents ?? 0 })}</p>}
		</FormDialog>
	);
}
