// SPDX-License-Identifier: Apache-2.0
/* One click and a second thought: a dry run on the host itself, then the real thing. */
import { useEffect, useState } from "react";
import { get, post } from "../../api/client";
import { useLive } from "../../api/live";
import { useSaid, useWords } from "../../i18n";
import { State } from "../../ui/basic";
import { FormDialog } from "../../ui/dialogs";
import { useNote } from "../../ui/float";
import { Choice, Field, Text } from "../../ui/form";
import type { Response } from "./types";
import { words } from "./words";

const ACTIONS = ["isolate", "pause", "kill-process", "quarantine", "evidence", "stop", "kill", "release", "resume"] as const;
const FOR_A_TIME = new Set(["isolate", "pause"]);

export function useActionName(): (action: string) => string {
	const t = useWords(words);
	return (action) => (`ac.${action}` in words.en ? t(`ac.${action}` as "ac.pause") : action);
}

export function useRespondWord(): string {
	return useWords(words)("respond");
}

/* The response as it is now, asked for again until the host has answered. */
function useAnswer(id: number | null): Response | null {
	const [answer, setAnswer] = useState<Response | null>(null);
	const [turn, again] = useState(0);
	useLive(["incidents", "alerts", "agents"], () => again((n) => n + 1));
	useEffect(() => {
		if (id === null) return setAnswer(null);
		let timer = 0;
		let over = false;
		const ask = () => void get<Response>(`/responses/${id}`).then((r) => {
			if (over) return;
			setAnswer(r);
			if (r.state === "asked" || r.state === "sent") timer = window.setTimeout(ask, 1000);
		}, () => { if (!over) timer = window.setTimeout(ask, 3000); });
		ask();
		return () => {
			over = true;
			clearTimeout(timer);
		};
	}, [id, turn]);
	return answer;
}

export function Respond({ host, container, name, incident, pid, close, done }: { host: string; container?: string | undefined; name: string; incident?: number; pid?: number; close: () => void; done?: () => void }) {
	const t = useWords(words);
	const said = useSaid();
	const say = useNote();
	const actionName = useActionName();
	const [action, setAction] = useState<string>(container ? "isolate" : "kill-process");
	const [minutes, setMinutes] = useState("30");
	const [process, setProcess] = useState(pid ? String(pid) : "");
	const [path, setPath] = useState("");
	const [why, setWhy] = useState(incident ? `#${incident}` : "");
	const [tried, setTried] = useState<number | null>(null);
	const answer = useAnswer(tried);
	const ready = answer !== null && answer.state === "done";
	const body = (dry_run: boolean) => ({
		action, host_id: host, ...(container ? { container_id: container } : {}), dry_run, why, ...(incident ? { incident_id: incident } : {}),
		...(action === "kill-process" && process ? { pid: Number(process) } : {}), ...(action === "quarantine" && path ? { path } : {}), ...(FOR_A_TIME.has(action) && minutes ? { minutes: Number(minutes) } : {}),
	});
	const forget = () => setTried(null);
	const send = async () => {
		const asked = await post<Response>("/responses", body(!ready));
		if (!ready) {
			setTried(asked.id);
			return false;
		}
		say(t("asked"));
		done?.();
		return true;
	};
	return (
		<FormDialog title={t("respond_title", { name })} close={close} send={send} label={ready ? t("do_it") : t("try_first")} danger={ready} disabled={tried !== null && !ready && answer?.state !== "failed"}>
			<Choice label={t("action")} value={action} onChange={(e) => { setAction(e.target.value); forget(); }} options={ACTIONS.filter((a) => container || a === "kill-process" || a === "quarantine").map((a) => [a, actionName(a)])} />
			{FOR_A_TIME.has(action) && <Field label={t("minutes")} hint={t("minutes_hint")} type="number" min={1} max={10080} value={minutes} onChange={(e) => { setMinutes(e.target.value); forget(); }} />}
			{action === "kill-process" && <Field label={t("pid")} type="number" min={2} required value={process} onChange={(e) => { setProcess(e.target.value); forget(); }} />}
			{action === "quarantine" && <Field label={t("path")} required value={path} onChange={(e) => { setPath(e.target.value); forget(); }} />}
			<Text label={t("reason")} required value={why} onChange={(e) => setWhy(e.target.value)} />
			{tried === null ? <p className="hint">{t("try_first_text")}</p> : (
				<div className="callout" role="status">
					{answer && answer.state !== "asked" && answer.state !== "sent"
						? <div><p className="line"><strong>{t("tried")}</strong> <State value={answer.state} /></p><p>{said(answer.text) || "–"}</p></div>
						: <><span className="spinner" aria-hidden="true" />{t("waiting")}</>}
				</div>
			)}
		</FormDialog>
	);
}
