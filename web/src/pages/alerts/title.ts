// SPDX-License-Identifier: Apache-2.0
/* What an incident is called: its rule, and where it was. The server joins both by an English word. */
import { useCallback } from "react";
import { useTongue } from "../../i18n";

interface Named {
	title: string;
	container?: string | null | undefined;
	host?: string | null | undefined;
}

export function useIncidentTitle(): (of: Named) => string {
	const { lang } = useTongue();
	return useCallback(
		({ title, container, host }) => {
			const where = lang === "zh" ? [` in ${container}`, ` on ${host}`].find((tail) => title.endsWith(tail)) : undefined;
			return where ? `${title.slice(0, -where.length)}（${where.slice(4)}）` : title;
		},
		[lang],
	);
}
