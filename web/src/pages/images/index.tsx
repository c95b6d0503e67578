// SPDX-License-Identifier: Apache-2.0
/* All images. */
import { useCommon, useFormats, useWords } from "../../i18n";
import { enc } from "../../lib/router";
import { List, type Column } from "../../list/list";
import { Ago, Badge, ImageName, LinkButton, Page } from "../../ui/basic";
import { Counts, Risk } from "../../ui/severity";
import { words } from "./words";

export interface Image {
	id: string;
	name: string;
	distro?: string;
	arch?: string;
	end_of_life?: boolean;
	is_base?: boolean;
	base_name?: string;
	bytes?: number;
	risk?: number;
	n_packages?: number;
	n_critical?: number;
	n_high?: number;
	n_findings?: number;
	n_fixable?: number;
	n_containers?: number;
	scanned_ms?: number | null;
}

export default function Images() {
	const t = useWords(words);
	const c = useCommon();
	const f = useFormats();
	const columns: Column<Image>[] = [
		{ key: "name", label: c("image"), width: "minmax(210px, 3fr)", sort: true, render: (r) => <ImageName value={r.name} id={r.id} /> },
		{ key: "risk", label: c("risk"), width: "96px", sort: true, down: true, render: (r) => <Risk value={r.risk} /> },
		{ key: "n_critical", label: t("findings"), width: "minmax(104px, 1fr)", sort: true, down: true, render: (r) => <Counts of={{ critical: r.n_critical, high: r.n_high }} /> },
		{ key: "n_fixable", label: t("fixable"), width: "76px", sort: true, down: true, end: true, render: (r) => f.number(r.n_fixable ?? 0) },
		{ key: "distro", label: t("distro"), width: "minmax(176px, 1.4fr)", render: (r) => <span className="line">{r.distro}{r.end_of_life && <Badge tone="high">{t("eol")}</Badge>}</span> },
		{ key: "base_name", label: t("base"), width: "minmax(110px, 1fr)", render: (r) => (r.is_base ? <Badge tone="base">{t("is_base")}</Badge> : r.base_name) },
		{ key: "n_packages", label: t("packages"), width: "80px", sort: true, down: true, end: true, hidden: true, render: (r) => f.number(r.n_packages ?? 0) },
		{ key: "n_containers", label: t("containers"), width: "80px", sort: true, down: true, end: true, render: (r) => f.number(r.n_containers ?? 0) },
		{ key: "bytes", label: t("size"), width: "84px", sort: true, down: true, end: true, render: (r) => f.bytes(r.bytes ?? 0) },
		{ key: "scanned_ms", label: t("scanned"), width: "100px", sort: true, down: true, render: (r) => <Ago ms={r.scanned_ms} /> },
	];
	return (
		<Page title={t("title")} lead={t("lead")} full>
			<List<Image> name="images" label={t("title")} path="/images" columns={columns} sort="-risk" rowKey={(r) => r.id} href={(r) => `/images/${enc(r.id)}`} topics={["scans"]}
				facets={[
					{ key: "distro", label: t("distro"), kind: "values" },
					{ key: "arch", label: t("cpu"), kind: "values" },
					{ key: "risk", label: c("risk"), kind: "min", steps: [15, 40, 70, 90] },
					{ key: "running", label: t("running"), kind: "flag" },
					{ key: "is_base", label: t("is_base"), kind: "flag" },
					{ key: "end_of_life", label: t("eol"), kind: "flag" },
				]}
				empty={{ icon: "layers", title: t("empty"), text: t("empty_text"), action: <LinkButton to="/registries" icon="plus">{t("add_registry")}</LinkButton> }} />
		</Page>
	);
}
