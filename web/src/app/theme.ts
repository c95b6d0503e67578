// SPDX-License-Identifier: Apache-2.0
/* Light, dark, or as the system says; first.js sets it before the first paint, this follows. */
import { useSyncExternalStore } from "react";

export type Theme = "system" | "light" | "dark";

const system = matchMedia("(prefers-color-scheme: dark)");
const watchers = new Set<() => void>();

function chosen(): Theme {
	try {
		const kept = localStorage.getItem("bh.theme");
		return kept === "light" || kept === "dark" ? kept : "system";
	} catch {
		return "system";
	}
}

let theme: Theme = chosen();

function apply(): void {
	document.documentElement.dataset["theme"] = theme === "system" ? (system.matches ? "dark" : "light") : theme;
	for (const told of watchers) told();
}
system.addEventListener("change", apply);

export function setTheme(next: Theme): void {
	theme = next;
	try {
		if (next === "system") localStorage.removeItem("bh.theme");
		else localStorage.setItem("bh.theme", next);
	} catch {
		// storage is switched off: for this visit only
	}
	apply();
}

export function useTheme(): Theme {
	return useSyncExternalStore(
		(told) => {
			watchers.add(told);
			return () => watchers.delete(told);
		},
		() => theme,
	);
}
