// SPDX-License-Identifier: Apache-2.0
/* What goes out to others, and what comes from them. */
import { useWords } from "../../i18n";
import { usePath } from "../../lib/router";
import { Page } from "../../ui/basic";
import { PathTabs } from "../../ui/tabs";
import { Intel } from "./intel";
import { Receivers } from "./receivers";
import { words } from "./words";

export default function Integrations() {
	const t = useWords(words);
	const path = usePath();
	return (
		<Page title={t("title")} lead={path === "/intel" ? t("intel_lead") : t("out_lead")} full>
			<PathTabs tabs={[{ to: "/integrations", label: t("out") }, { to: "/intel", label: t("intel") }]} label={t("views")} />
			{path === "/intel" ? <Intel /> : <Receivers />}
		</Page>
	);
}
