// SPDX-License-Identifier: Apache-2.0
/* The pages, as the navigation and the palette list them. */
import type { IconName } from "../ui/icon";
import type { words } from "./words";

type Key = keyof (typeof words)["en"];

export interface Place {
	to: string;
	key: Key;
	icon: IconName;
	within: string[]; /* further beginnings of paths that belong to it */
}

export const GROUPS: { key: Key | null; places: Place[] }[] = [
	{ key: null, places: [{ to: "/", key: "overview", icon: "gauge", within: [] }] },
	{
		key: "g_risk",
		places: [
			{ to: "/vulnerabilities", key: "vulns", icon: "bug", within: ["/findings", "/worklists"] },
			{ to: "/images", key: "images", icon: "layers", within: [] },
			{ to: "/registries", key: "registries", icon: "box", within: ["/promotions", "/scans"] },
		],
	},
	{
		key: "g_watch",
		places: [
			{ to: "/incidents", key: "incidents", icon: "flag", within: [] },
			{ to: "/alerts", key: "alerts", icon: "bell", within: ["/attack", "/suppressions", "/responses"] },
			{ to: "/assets", key: "assets", icon: "server", within: ["/hosts", "/containers", "/packages", "/changes"] },
		],
	},
	{
		key: "g_rules",
		places: [
			{ to: "/rules", key: "rules", icon: "book", within: ["/policies"] },
			{ to: "/compliance", key: "compliance", icon: "clip", within: [] },
			{ to: "/reports", key: "reports", icon: "doc", within: [] },
		],
	},
	{
		key: "g_run",
		places: [
			{ to: "/integrations", key: "integrations", icon: "plug", within: ["/intel"] },
			{ to: "/people", key: "people", icon: "people", within: [] },
			{ to: "/system", key: "system", icon: "gear", within: ["/agents"] },
		],
	},
];

export function isWithin(place: Place, path: string): boolean {
	if (place.to === "/") return path === "/";
	return [place.to, ...place.within].some((at) => path === at || path.startsWith(`${at}/`));
}
