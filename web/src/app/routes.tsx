// SPDX-License-Identifier: Apache-2.0
/* Which page an address shows. Each area is loaded when it is first opened. */
import { Component, lazy, Suspense, type ComponentType, type ReactNode } from "react";
import { useWords } from "../i18n";
import { match, usePath } from "../lib/router";
import { Empty, Loading, Page } from "../ui/basic";
import { words } from "./words";

type PageOf = ComponentType<{ params: Record<string, string> }>;
const page = (load: () => Promise<{ default: PageOf }>) => lazy(load);

const ROUTES: [string, PageOf][] = [
	["/", page(() => import("../pages/overview"))],
	["/images", page(() => import("../pages/images"))],
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
					<Show params={params} key={path} />
				</Suspense>
			</Guard>
		);
	}
	return <Page title={t("notfound")}><Empty icon="search" title={t("notfound")}>{t("notfound_text", { path })}</Empty></Page>;
}
