// SPDX-License-Identifier: Apache-2.0
/* All incidents. */
import { useCommon, useFormats, useWords } from "../../i18n";
import { List, type Column } from "../../list/list";
import { Ago, ImageName, Page, State } from "../../ui/basic";
import { Level } from "../../ui/severity";
import { useIncidentTitle } from "./title";
import type { Incident } from "./types";
import { words } from "./words";

export default function Incidents() {
	const title = useIncidentTitle();
	const t = useWords(words);
	const c = useCommon();
	const f = useFormats();
	const columns: Column<Incident>[] = [
		{ key: "title", label: t("incident"), width: "minmax(210px, 2fr)", render: (r) => title(r) },
		{ key: "level", label: c("level"), width: "112px", sort: true, render: (r) => <Level value={r.level} /> },
		{ key: "status", label: t("status"), width: "112px", sort: true, render: (r) => <State value={r.status} /> },
		{ key: "container", label: c("container"), width: "minmax(120px, 1fr)", render: (r) => r.container || <span className="dim">–</span> },
		{ key: "host", label: c("host"), width: "minmax(120px, 1fr)", render: (r) => r.host ?? r.host_id },
		{ key: "image", label: c("image"), width: "minmax(150px, 1.4fr)", render: (r) => <ImageName value={r.image} id={r.image_id} /> },
		{ key: "n_alerts", label: t("n_alerts"), width: "76px", sort: true, down: true, end: true, render: (r) => f.number(r.n_alerts) },
		{ key: "assignee", label: t("assignee"), width: "110px", render: (r) => r.assignee || <span className="dim">{t("nobody")}</span> },
		{ key: "first_ms", label: t("first"), width: "104px", sort: true, down: true, hidden: true, render: (r) => <Ago ms={r.first_ms} /> },
		{ key: "last_ms", label: t("last"), width: "104px", sort: true, down: true, render: (r) => <Ago ms={r.last_ms} /> },
	];
	return (
		<Page title={t("incidents")} lead={t("incidents_lead")} full>
			<List<Incident> name="incidents" label={t("incidents")} path="/incidents" columns={columns} sort="-last_ms" rowKey={(r) => String(r.id)} href={(r) => `/incidents/${r.id}`} topics={["incidents"]}
				facets={[{ key: "status", label: t("status"), kind: "values" }, { key: "priority", label: c("level"), kind: "values" }, { key: "host", label: c("host"), kind: "values" }, { key: "namespace", label: c("namespace"), kind: "values" }, { key: "assignee", label: t("assignee"), kind: "values" }, { key: "last_ms", label: t("last"), kind: "since" }]}
				empty={{ icon: "shield", title: t("empty_incidents"), text: t("empty_incidents_text") }} />
		</Page>
	);
}
