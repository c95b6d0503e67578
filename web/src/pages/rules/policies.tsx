// SPDX-License-Identifier: Apache-2.0
/* Files of one's own. */
import { useSession } from "../../app/session";
import { useCommon, useWords } from "../../i18n";
import { List, type Column } from "../../list/list";
import { Ago, Badge, LinkButton } from "../../ui/basic";
import { words } from "./words";

export interface Policy {
	id: number;
	name: string;
	kind: string;
	enabled: boolean;
	description?: string;
	version: number;
	changed_ms: number;
	changed_by?: string;
	text?: string;
}

export function useKind(): (kind: string) => string {
	const t = useWords(words);
	return (kind) => (`k_${kind}` in words.en ? t(`k_${kind}` as "k_rules") : kind);
}

export function PolicyList() {
	const t = useWords(words);
	const c = useCommon();
	const kind = useKind();
	const { may } = useSession();
	const columns: Column<Policy>[] = [
		{ key: "name", label: t("name"), width: "minmax(200px, 2fr)", sort: true },
		{ key: "kind", label: t("kind"), width: "130px", render: (r) => kind(r.kind) },
		{ key: "enabled", label: t("enabled"), width: "96px", render: (r) => (r.enabled ? <Badge tone="good">{t("on")}</Badge> : <Badge>{t("off")}</Badge>) },
		{ key: "description", label: t("about"), width: "minmax(220px, 3fr)" },
		{ key: "version", label: t("version"), width: "80px", end: true },
		{ key: "changed_by", label: t("changed_by"), width: "110px" },
		{ key: "changed_ms", label: t("changed"), width: "110px", sort: true, down: true, render: (r) => <Ago ms={r.changed_ms} /> },
	];
	return (
		<List<Policy> name="policies" label={t("policies")} path="/policies" columns={columns} sort="name" rowKey={(r) => String(r.id)} href={(r) => `/policies/${r.id}`} facets={[{ key: "kind", label: t("kind"), kind: "values", word: kind }]}
			tools={may("policy.write") && <LinkButton to="/policies/new" small kind="main" icon="plus">{t("new_policy")}</LinkButton>}
			empty={{ icon: "book", title: t("empty_policies"), text: t("empty_policies_text"), action: may("policy.write") && <LinkButton to="/policies/new" icon="plus">{c("create")}</LinkButton> }} />
	);
}
