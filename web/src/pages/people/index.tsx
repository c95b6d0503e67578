// SPDX-License-Identifier: Apache-2.0
/* Users, teams, tokens, and the log of what they did. */
import { useSession } from "../../app/session";
import { useWords } from "../../i18n";
import { Page } from "../../ui/basic";
import { Tabs, useTab } from "../../ui/tabs";
import { Audit } from "./audit";
import { Teams } from "./teams";
import { Tokens } from "./tokens";
import { Users } from "./users";
import { words } from "./words";

export default function People() {
	const t = useWords(words);
	const { may } = useSession();
	const all = [{ key: "users", label: t("users"), needs: "audit.read" }, { key: "teams", label: t("teams"), needs: "read" }, { key: "tokens", label: t("tokens"), needs: "self" }, { key: "audit", label: t("audit"), needs: "audit.read" }];
	const tabs = all.filter((x) => x.needs === "self" || may(x.needs));
	const [tab] = useTab(tabs);
	return (
		<Page title={t("title")} lead={t("lead")} full>
			<Tabs tabs={tabs} current={tab} label={t("views")} />
			{tab === "users" && <Users />}
			{tab === "teams" && <Teams />}
			{tab === "tokens" && <Tokens />}
			{tab === "audit" && <Audit />}
		</Page>
	);
}
