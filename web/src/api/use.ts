// SPDX-License-Identifier: Apache-2.0
/*
 * What a page reads: the last answer at once (if there was one), a fresh one
 * after it, and again when the server says that something of `topics` changed.
 */
import { useCallback, useEffect, useRef, useState } from "react";
import { get, Problem } from "./client";
import { useLive, type Topic } from "./live";

interface Kept {
	data: unknown;
	at: number;
}

const kept = new Map<string, Kept>();
const KEEP = 200;

export function forget(): void {
	kept.clear();
}

function keep(path: string, data: unknown): number {
	const at = Date.now();
	kept.delete(path);
	kept.set(path, { data, at });
	if (kept.size > KEEP) kept.delete(kept.keys().next().value as string);
	return at;
}

export interface Read<T> {
	data: T | undefined;
	error: Problem | null;
	loading: boolean;
	at: number; /* when `data` was read; 0: never */
	reload: () => void;
}

/* path null: nothing is read (yet). */
export function useGet<T>(path: string | null, topics: Topic[] = []): Read<T> {
	const [, turn] = useState(0);
	const [error, setError] = useState<Problem | null>(null);
	const [loading, setLoading] = useState(false);
	const [asked, ask] = useState(0);
	const reload = useCallback(() => ask((n) => n + 1), []);
	const timer = useRef<number>(0);

	useEffect(() => {
		if (path === null) return;
		const stop = new AbortController();
		setLoading(true);
		setError(null);
		get<T>(path, stop.signal).then(
			(data) => {
				keep(path, data);
				setLoading(false);
				turn((n) => n + 1);
			},
			(e: unknown) => {
				if (stop.signal.aborted) return;
				setLoading(false);
				setError(e instanceof Problem ? e : new Problem(0, String(e), ""));
			},
		);
		return () => stop.abort();
	}, [path, asked]);

	/* A burst of events is one reload. */
	useLive(topics, () => {
		clearTimeout(timer.current);
		timer.current = window.setTimeout(reload, 400);
	});
	useEffect(() => () => clearTimeout(timer.current), []);

	const have = path === null ? undefined : kept.get(path);
	return { data: have?.data as T | undefined, error, loading, at: have?.at ?? 0, reload };
}
