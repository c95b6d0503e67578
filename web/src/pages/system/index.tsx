// SPDX-License-Identifier: Apache-2.0
/* What keeps the product itself running. */
import { useWords } from "../../i18n";
import { Page } from "../../ui/basic";
import { Tabs, useTab } from "../../ui/tabs";
import { AboutPart } from "./about";
import { Agents } from "./agents";
import { Backup } from "./backup";
import { Enrol } from "./enrol";
import { Retention } from "./retention";
import { StoragePart } from "./storage";
import { words } from "./words";

export default function System() {
	const t = useWords(words);
	const tabs = (["agents", "enrol", "storage", "retention", "backup", "about"] as const).map((key) => ({ key, label: t(key) }));
	const [tab] = useTab(tabs);
	return (
		<Page title={t("title")} lead={t("lead")} full={tab === "agents"}>
			<Tabs tabs={tabs} current={tab} label={t("views")} />
			{tab === "agents" && <Agents />}
			{tab === "enrol" && <Enrol />}
			{tab === "storage" && <StoragePart />}
			{tab === "retention" && <Retention />}
			{tab === "backup" && <Backup />}
			{tab === "about" && <AboutPart />}
		</Page>
	);
}
