// SPDX-License-Identifier: Apache-2.0
/* Rules that come with the product, switched here; files of one's own, edited, checked, tried and kept in versions. */
import { useWords } from "../../i18n";
import { usePath } from "../../lib/router";
import { Page } from "../../ui/basic";
import { PathTabs } from "../../ui/tabs";
import { PolicyList } from "./policies";
import { PolicyPage } from "./policy";
import { RuleList } from "./rules";
import { words } from "./words";

export default function Rules({ params }: { params: Record<string, string> }) {
	const t = useWords(words);
	const path = usePath();
	const id = params["id"];
	return (
		<Page title={t("title")} lead={path === "/rules" ? t("rules_lead") : t("policies_lead")} full={!id}>
			<PathTabs tabs={[{ to: "/rules", label: t("rules") }, { to: "/policies", label: t("policies") }]} label={t("views")} />
			{id ? <PolicyPage key={id} id={id} /> : path === "/rules" ? <RuleList /> : <PolicyList />}
		</Page>
	);
}
