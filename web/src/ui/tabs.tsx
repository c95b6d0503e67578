// SPDX-License-Identifier: Apache-2.0
/* Tabs that are links: each has an address of its own. */
import { navigate, useParam, usePath, useSearch, withParams, Link } from "../lib/router";
import { clearListParams } from "../list/list";
import { useFormats } from "../i18n";

export interface Tab {
	key: string;
	label: string;
	count?: number | undefined;
}

/* Within a page: ?tab=. Filters belong to the list of one tab, and go with it. */
export function useTab(tabs: Tab[]): [string, (key: string) => void] {
	const [tab, set] = useParam("tab", tabs[0]?.key ?? "");
	const known = tabs.some((t) => t.key === tab) ? tab : (tabs[0]?.key ?? "");
	return [known, set];
}

export function Tabs({ tabs, current, label }: { tabs: Tab[]; current: string; label: string }) {
	const f = useFormats();
	const path = usePath();
	const search = useSearch();
	const first = tabs[0]?.key;
	const to = (key: string) => withParams(path, search, { ...clearListParams(search), open: null, tab: key === first ? null : key });
	return (
		<nav className="tabs" aria-label={label}>
			{tabs.map((t) => (
				<Link key={t.key} to={to(t.key)} className="tab" aria-current={t.key === current ? "page" : undefined}
					onKeyDown={(e) => {
						const step = e.key === "ArrowRight" ? 1 : e.key === "ArrowLeft" ? -1 : 0;
						if (!step) return;
						const next = tabs[(tabs.findIndex((x) => x.key === t.key) + step + tabs.length) % tabs.length];
						if (!next) return;
						navigate(to(next.key));
						requestAnimationFrame(() => document.querySelector<HTMLElement>(".tabs [aria-current=page]")?.focus());
					}}>
					{t.label}
					{t.count !== undefined && <span className="tab-count">{f.short(t.count)}</span>}
				</Link>
			))}
		</nav>
	);
}

/* Pages side by side under one heading: each a path. */
export function PathTabs({ tabs, label }: { tabs: { to: string; label: string }[]; label: string }) {
	const path = usePath();
	return (
		<nav className="tabs" aria-label={label}>
			{tabs.map((t) => (
				<Link key={t.to} to={t.to} className="tab" aria-current={path === t.to || path.startsWith(`${t.to}/`) ? "page" : undefined}>{t.label}</Link>
			))}
		</nav>
	);
}
