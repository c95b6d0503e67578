// SPDX-License-Identifier: Apache-2.0
/*
 * Where we are is the address, and nothing else: pages, filters, open drawers
 * and tabs all stand in it, so that every view can be sent to somebody.
 */
import { useCallback, useMemo, useSyncExternalStore, type AnchorHTMLAttributes, type MouseEvent } from "react";

const MOVED = "bh:moved";

export function navigate(to: string, replace = false): void {
	if (to === location.pathname + location.search) return;
	history[replace ? "replaceState" : "pushState"](null, "", to);
	dispatchEvent(new Event(MOVED));
}

function subscribe(told: () => void): () => void {
	addEventListener("popstate", told);
	addEventListener(MOVED, told);
	return () => {
		removeEventListener("popstate", told);
		removeEventListener(MOVED, told);
	};
}

export function usePath(): string {
	return useSyncExternalStore(subscribe, () => location.pathname);
}

export function useSearch(): string {
	return useSyncExternalStore(subscribe, () => location.search);
}

/* {id: "7"} when the path fits "/images/:id"; parts are decoded. */
export function match(pattern: string, path: string): Record<string, string> | null {
	const want = pattern.split("/").filter(Boolean);
	const have = path.split("/").filter(Boolean);
	if (want.length !== have.length) return null;
	const found: Record<string, string> = {};
	for (const [i, part] of want.entries()) {
		const given = have[i] as string;
		if (part.startsWith(":")) {
			try {
				found[part.slice(1)] = decodeURIComponent(given);
			} catch {
				return null;
			}
		} else if (part !== given) return null;
	}
	return found;
}

/* The address with these parameters set (or, with null, taken away). */
export function withParams(path: string, search: string, change: Record<string, string | null | undefined>): string {
	const params = new URLSearchParams(search);
	for (const [name, value] of Object.entries(change)) {
		if (value === null || value === undefined || value === "") params.delete(name);
		else params.set(name, value);
	}
	const text = params.toString().replaceAll("%2C", ",").replaceAll("%3A", ":").replaceAll("%2F", "/");
	return text ? `${path}?${text}` : path;
}

export function useParam(name: string, fallback = ""): [string, (value: string | null, replace?: boolean) => void] {
	const search = useSearch();
	const value = useMemo(() => new URLSearchParams(search).get(name) ?? fallback, [search, name, fallback]);
	const set = useCallback(
		(next: string | null, replace = false) =>
			navigate(withParams(location.pathname, location.search, { [name]: next === fallback ? null : next }), replace),
		[name, fallback],
	);
	return [value, set];
}

export function Link({ to, onClick, ...more }: AnchorHTMLAttributes<HTMLAnchorElement> & { to: string }) {
	const follow = (e: MouseEvent<HTMLAnchorElement>) => {
		onClick?.(e);
		if (e.defaultPrevented || e.button !== 0 || e.metaKey || e.ctrlKey || e.shiftKey || e.altKey) return;
		e.preventDefault();
		navigate(to);
	};
	return <a href={to} onClick={follow} {...more} />;
}

export const enc = encodeURIComponent;
