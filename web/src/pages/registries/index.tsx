// SPDX-License-Identifier: Apache-2.0
/* Registries, what may go from one to the next, and the scans. */
import { useWords } from "../../i18n";
import { usePath } from "../../lib/router";
import { Page } from "../../ui/basic";
import { PathTabs } from "../../ui/tabs";
import { Promotions } from "./promotions";
import { Registries } from "./registries";
import { Scans } from "./scans";
import { words } from "./words";

export default function RegistriesPage() {
	const t = useWords(words);
	const path = usePath();
	const tabs = [{ to: "/registries", label: t("title") }, { to: "/promotions", label: t("promotions") }, { to: "/scans", label: t("scans") }];
	const lead = { "/promotions": t("promotions_lead"), "/scans": t("scans_lead") }[path] ?? t("lead");
	return (
		<Page title={t("title")} lead={lead} full>
			<PathTabs tabs={tabs} label={t("views")} />
			{path === "/registries" && <Registries />}
			{path === "/promotions" && <Promotions />}
			{path === "/scans" && <Scans />}
		</Page>
	);
}
