// SPDX-License-Identifier: Apache-2.0
/* Scans that wait, run, or are over. */
import { useCommon, useFormats, useSaid, useWords } from "../../i18n";
import { enc, Link } from "../../lib/router";
import { List, type Column } from "../../list/list";
import { Ago, State } from "../../ui/basic";
import { words } from "./words";

interface Job {
	id: number;
	kind: string;
	target: string;
	registry?: string | null;
	image_id?: string;
	state: string;
	reason?: string;
	asked_by?: string;
	asked_ms: number;
	started_ms?: number;
	ended_ms?: number;
	tries?: number;
}

export function Scans() {
	const t = useWords(words);
	const said = useSaid();
	const c = useCommon();
	const f = useFormats();
	const kind = (k: string) => (`job_${k}` in words.en ? t(`job_${k}` as "job_image") : k);
	const columns: Column<Job>[] = [
		{ key: "target", label: t("target"), width: "minmax(260px, 3fr)" },
		{ key: "kind", label: c("kind"), width: "104px", render: (r) => kind(r.kind) },
		{ key: "state", label: c("state"), width: "110px", render: (r) => <State value={r.state} /> },
		{ key: "reason", label: t("reason"), width: "minmax(180px, 2fr)", render: (r) => said(r.reason) || <span className="dim">–</span> },
		{ key: "image_id", label: t("image"), width: "120px", render: (r) => (r.image_id ? <Link to={`/images/${enc(r.image_id)}`} tabIndex={-1}>{r.image_id.slice(7, 19)}</Link> : <span className="dim">–</span>) },
		{ key: "asked_by", label: t("asked_by"), width: "110px" },
		{ key: "ended_ms", label: t("took"), width: "90px", end: true, render: (r) => (r.ended_ms && r.started_ms ? f.span(r.ended_ms - r.started_ms) : "–") },
		{ key: "asked_ms", label: t("asked_ms"), width: "104px", sort: true, down: true, render: (r) => <Ago ms={r.asked_ms} /> },
	];
	return (
		<List<Job> name="scans" label={t("scans")} path="/scans" columns={columns} sort="-asked_ms" rowKey={(r) => String(r.id)} topics={["scans"]} facets={[{ key: "state", label: c("state"), kind: "values" }, { key: "kind", label: c("kind"), kind: "values", word: kind }]}
			empty={{ icon: "search", title: t("empty_scans"), text: t("empty_scans_text") }} />
	);
}
