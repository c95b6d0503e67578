// SPDX-License-Identifier: Apache-2.0
/* The rows of a list, page after page as they are scrolled to. */
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { get, Problem } from "../api/client";
import { useLive, type Topic } from "../api/live";
import { answerHere } from "./local";
import { request, type ListState } from "./query";

export interface FacetValue {
	value: string | number | boolean | null;
	count: number;
}

export interface Answer<Row> {
	items: Row[];
	next?: string | null;
	total?: number;
	facets?: Record<string, FacetValue[]>;
}

export interface Rows<Row> {
	rows: Row[];
	total: number | undefined;
	facets: Record<string, FacetValue[]>;
	loading: boolean;
	error: Problem | null;
	at: number;
	whole: boolean;  /* all rows are here */
	stale: boolean;  /* something changed on the server since */
	more: () => void;
	reload: () => void;
}

const LIMIT = 100;
const NOTHING = { items: [] as never[] };

export function useRows<Row>(path: string, state: ListState, fixed: Record<string, string>, facets: string[], topics: Topic[], holdStill: () => boolean, local = false): Rows<Row> {
	const [answer, setAnswer] = useState<Answer<Row>>(NOTHING);
	const [loading, setLoading] = useState(true);
	const [error, setError] = useState<Problem | null>(null);
	const [at, setAt] = useState(0);
	const [stale, setStale] = useState(false);
	const [asked, ask] = useState(0);
	const fetching = useRef<AbortController | null>(null);
	const timer = useRef(0);
	const first = local ? path : request(path, state, fixed, { limit: String(LIMIT), count: "true", ...(facets.length ? { facets: facets.join(",") } : {}) });
	const shown = useRef("");

	useEffect(() => {
		const stop = new AbortController();
		fetching.current?.abort();
		fetching.current = stop;
		setLoading(true);
		setError(null);
		if (shown.current.split("?")[0] !== first.split("?")[0]) setAnswer(NOTHING);
		get<Answer<Row>>(first, stop.signal).then(
			(got) => {
				shown.current = first;
				setAnswer({ ...got, items: got?.items ?? [] });
				setAt(Date.now());
				setStale(false);
				setLoading(false);
			},
			(e: unknown) => {
				if (stop.signal.aborted) return;
				setError(e instanceof Problem ? e : new Problem(0, String(e), ""));
				setLoading(false);
			},
		);
		return () => stop.abort();
	}, [first, asked]);

	const more = useCallback(() => {
		if (loading || !answer.next || shown.current !== first) return;
		const stop = new AbortController();
		fetching.current = stop;
		setLoading(true);
		get<Answer<Row>>(request(path, state, fixed, { limit: String(LIMIT * 2), cursor: answer.next }), stop.signal).then(
			(got) => {
				if (stop.signal.aborted) return;
				setAnswer((had) => ({ ...had, items: [...had.items, ...got.items], next: got.next ?? null }));
				setLoading(false);
			},
			(e: unknown) => {
				if (stop.signal.aborted) return;
				setError(e instanceof Problem ? e : new Problem(0, String(e), ""));
				setLoading(false);
			},
		);
	}, [loading, answer.next, first]); // eslint-disable-line

	const reload = useCallback(() => ask((n) => n + 1), []);
	useLive(topics, () => {
		clearTimeout(timer.current);
		timer.current = window.setTimeout(() => (holdStill() ? setStale(true) : reload()), 500);
	});
	useEffect(() => () => clearTimeout(timer.current), []);

	const shownAnswer = useMemo(() => (local ? answerHere(answer.items, state, facets) : answer), [local, answer, state, facets]);
	return { rows: shownAnswer.items, total: shownAnswer.total, facets: shownAnswer.facets ?? {}, loading, error, at, whole: !answer.next, stale, more, reload };
}
