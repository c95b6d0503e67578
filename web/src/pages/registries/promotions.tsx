// SPDX-License-Identifier: Apache-2.0
/* What may go from one registry to the next. */
import { useState } from "react";
import { post } from "../../api/client";
import { useGet } from "../../api/use";
import { useSession } from "../../app/session";
import { useCommon, useSaid, useWords } from "../../i18n";
import { List, type Column } from "../../list/list";
import { Ago, Button, State } from "../../ui/basic";
import { FormDialog } from "../../ui/dialogs";
import { Choice, Field, Text } from "../../ui/form";
import type { Registry } from "./registries";
import { words } from "./words";

interface Promotion {
	id: number;
	from?: string;
	to?: string;
	repository: string;
	tag: string;
	digest: string;
	image_id?: string;
	allowed: boolean;
	reasons?: { text: string }[] | null;
	why?: string;
	who: string;
	at_ms: number;
	seen_ms?: number;
}

function Promote({ close, done }: { close: () => void; done: () => void }) {
	const t = useWords(words);
	const registries = useGet<{ items: Registry[] }>("/registries?limit=200");
	const list = registries.data?.items ?? [];
	const [from, setFrom] = useState("");
	const [to, setTo] = useState("");
	const [repository, setRepository] = useState("");
	const [tag, setTag] = useState("");
	const [why, setWhy] = useState("");
	const options = (stage: string): [string, string][] => [["", "–"], ...list.filter((r) => !stage || r.stage !== stage).map((r): [string, string] => [String(r.id), r.name])];
	const send = async () => {
		await post("/promotions", { from_id: Number(from), to_id: Number(to), repository, tag, why });
		done();
	};
	return (
		<FormDialog title={t("promote")} close={close} send={send} label={t("ask_gate")}>
			<div className="form-row">
				<Choice label={t("from")} required value={from} onChange={(e) => setFrom(e.target.value)} options={options("production")} />
				<Choice label={t("to")} required value={to} onChange={(e) => setTo(e.target.value)} options={options("test")} />
			</div>
			<div className="form-row">
				<Field label={t("repository")} required value={repository} onChange={(e) => setRepository(e.target.value)} />
				<Field label={t("tag")} required value={tag} onChange={(e) => setTag(e.target.value)} />
			</div>
			<Text label={t("reason")} value={why} onChange={(e) => setWhy(e.target.value)} />
		</FormDialog>
	);
}

export function Promotions() {
	const t = useWords(words);
	const said = useSaid();
	const c = useCommon();
	const { may } = useSession();
	const [making, setMaking] = useState(false);
	const [turn, setTurn] = useState(0);
	const reasons = (r: Promotion) => r.reasons?.map((x) => said(x.text)).join("; ") ?? "";
	const columns: Column<Promotion>[] = [
		{ key: "repository", label: t("image"), width: "minmax(200px, 2fr)", render: (r) => `${r.repository}:${r.tag}` },
		{ key: "allowed", label: t("verdict"), width: "110px", render: (r) => <State value={r.allowed ? "allowed" : "refused"} /> },
		{ key: "from", label: t("from"), width: "minmax(110px, 1fr)" },
		{ key: "to", label: t("to"), width: "minmax(110px, 1fr)" },
		{ key: "reasons", label: t("reasons"), width: "minmax(240px, 3fr)", render: (r) => <span title={reasons(r)}>{reasons(r) || r.why || "–"}</span> },
		{ key: "who", label: t("who"), width: "110px" },
		{ key: "at_ms", label: c("time"), width: "104px", sort: true, down: true, render: (r) => <Ago ms={r.at_ms} /> },
		{ key: "seen_ms", label: t("seen_in_goal"), width: "110px", render: (r) => <Ago ms={r.seen_ms} /> },
	];
	return (
		<>
			<List<Promotion> key={turn} name="promotions" label={t("promotions")} path="/promotions" columns={columns} sort="-at_ms" rowKey={(r) => String(r.id)} topics={["scans"]}
				tools={may("registry.write") && <Button small kind="main" icon="up" onClick={() => setMaking(true)}>{t("promote")}</Button>} empty={{ icon: "up", title: t("empty_promotions"), text: t("empty_promotions_text") }} />
			{making && <Promote close={() => setMaking(false)} done={() => setTurn((n) => n + 1)} />}
		</>
	);
}
