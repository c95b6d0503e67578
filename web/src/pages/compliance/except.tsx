// SPDX-License-Identifier: Apache-2.0
/* Bearing with what fails: how much of it, who answers for that, why, and until which day. */
import { useState } from "react";
import { post } from "../../api/client";
import { useGet } from "../../api/use";
import { useSession } from "../../app/session";
import { useCommon, useWords } from "../../i18n";
import { FormDialog } from "../../ui/dialogs";
import { useNote } from "../../ui/float";
import { Choice, Field, Text } from "../../ui/form";
import { useAbout } from "./parts";
import type { Result } from "./types";
import { words } from "./words";

const DAY = 86_400_000;
const day = (ms: number) => new Date(ms - new Date(ms).getTimezoneOffset() * 60_000).toISOString().slice(0, 10);

export function Except({ of, close, made }: { of?: Result; close: () => void; made: () => void }) {
	const t = useWords(words);
	const c = useCommon();
	const about = useAbout();
	const say = useNote();
	const { me } = useSession();
	const hosts = useGet<{ items: { host_id: string; host?: string | null }[] }>(of ? null : "/compliance/hosts?limit=500&sort=host");
	const [scope, setScope] = useState("this");
	const [check, setCheck] = useState(of?.check ?? "");
	const [subject, setSubject] = useState("");
	const [host, setHost] = useState("");
	const [owner, setOwner] = useState(me?.name ?? "");
	const [reason, setReason] = useState("");
	const [until, setUntil] = useState(day(Date.now() + 90 * DAY));
	const send = async () => {
		const place = of
			? { subject: scope === "this" || scope === "name" ? `${of.kind} ${of.name}`.trim() : "", host_id: scope === "this" || scope === "host" ? of.host_id : "" }
			: { subject, host_id: host };
		const r = await post<{ n_results: number }>("/compliance/exceptions", { check, ...place, owner, reason, expires_ms: new Date(`${until}T23:59:59`).getTime() });
		say(t("exception_made", { n: r.n_results }));
		made();
	};
	return (
		<FormDialog title={t("except_title")} close={close} send={send} label={t("except")}>
			<p className="lead">{t("except_text")}</p>
			{of ? (
				<Choice label={t("scope")} value={scope} onChange={(e) => setScope(e.target.value)} options={[
					["this", t("scope_this", { what: about(of.kind, of.name), host: of.host || of.host_id })], ["name", t("scope_name", { what: about(of.kind, of.name) })],
					["host", t("scope_host", { host: of.host || of.host_id })], ["all", t("scope_all")],
				]} />
			) : (
				<>
					<div className="form-row">
						<Field label={t("check_id")} hint={t("glob_hint")} required maxLength={500} value={check} onChange={(e) => setCheck(e.target.value)} />
						<Field label={t("about")} hint={t("subject_hint")} maxLength={500} value={subject} onChange={(e) => setSubject(e.target.value)} />
					</div>
					<Choice label={c("host")} value={host} onChange={(e) => setHost(e.target.value)} options={[["", t("every_host")], ...(hosts.data?.items ?? []).map((h): [string, string] => [h.host_id, h.host || h.host_id])]} />
				</>
			)}
			<div className="form-row">
				<Field label={c("owner")} required maxLength={255} value={owner} onChange={(e) => setOwner(e.target.value)} />
				<Field label={t("until")} type="date" required min={day(Date.now())} max={day(Date.now() + 3 * 365 * DAY)} value={until} onChange={(e) => setUntil(e.target.value)} />
			</div>
			<Text label={t("reason")} required value={reason} onChange={(e) => setReason(e.target.value)} />
		</FormDialog>
	);
}
