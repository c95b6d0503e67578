// SPDX-License-Identifier: Apache-2.0
/* Which page an address shows. Each area is loaded when it is first opened. */
import { Component, lazy, Suspense, type ComponentType, type ReactNode } from "react";
import { useWords } from "../i18n";
import { match, usePath } from "../lib/router";
import { Empty, Loading, Page } from "../ui/basic";
import { words } from "./words";

type PageOf = ComponentType<{ params: Record<string, string> }>;
const page = (load: () => Promise<{ default: PageOf }>) => lazy(load);

const ALERTS = page(() => import("../pages/alerts"));
const ASSETS = page(() => import("../pages/assets"));
const INTEGRATIONS = page(() => import("../pages/integrations"));
const REGISTRIES = page(() => import("../pages/registries"));
const RULES = page(() => import("../pages/rules"));
const SYSTEM = page(() => import("../pages/system"));
const VULNS = page(() => import("../pages/vulns"));

const ROUTES: [string, PageOf][] = [
	["/", page(() => import("../pages/overview"))],
	["/vulnerabilities", VULNS],
	["/findings", VULNS],
	["/worklists/operations", VULNS],
	["/worklists/developers", VULNS],
	["/vulnerabilities/:id", page(() => import("../pages/vulns/one"))],
	["/images", page(() => import("../pages/images"))],
	["/images/:id", page(() => import("../pages/images/one"))],
	["/incidents", page(() => import("../pages/alerts/incidents"))],
	["/incidents/:id", page(() => import("../pages/alerts/incident"))],
	["/alerts", ALERTS],
	["/attack", ALERTS],
	["/suppressions", ALERTS],
	["/responses", ALERTS],
	["/assets", ASSETS],
	["/hosts", ASSETS],
	["/containers", ASSETS],
	["/packages", ASSETS],
	["/changes", ASSETS],
	["/hosts/:id", page(() => import("../pages/assets/host"))],
	["/containers/:id", page(() => import("../pages/assets/container"))],
	["/registries", REGISTRIES],
	["/promotions", REGISTRIES],
	["/scans", REGISTRIES],
	["/rules", RULES],
	["/policies", RULES],
	["/policies/:id", RULES],
	["/compliance", page(() => import("../pages/compliance"))],
	["/reports", page(() => import("../pages/reports"))],
	["/integrations", INTEGRATIONS],
	["/intel", INTEGRATIONS],
	["/people", page(() => import("../pages/people"))],
	["/account", page(() => import("../pages/people/account"))],
	["/system", SYSTEM],
	["/agents", SYSTEM],
];

class Guard extends Component<{ children: ReactNode; shown: (text: string) => ReactNode }, { text: string | null }> {
	override state = { text: null };
	static getDerivedStateFromError(e: unknown) {
		return { text: String(e) };
	}
	override render() {
		return this.state.text === null ? this.props.children : this.props.shown(this.state.text);
	}
}

export function Routes() {
	const path = usePath();
	const t = useWords(words);
	for (const [pattern, Show] of ROUTES) {
		const params = match(pattern, path);
		if (!params) continue;
		return (
			<Guard key={pattern} shown={(text) => <Page title={t("crash")}><Empty icon="warn" title={t("crash")}>{t("crash_text", { text })}</Empty></Page>}>
				<Suspense fallback={<div className="page"><Loading lines={6} /></div>}>
					<Show params={params} />
				</Suspense>
			</Guard>
		);
	}
	return <Page title={t("notfound")}><Empty icon="search" title={t("notfound")}>{t("notfound_text", { path })}</Empty></Page>;
}
