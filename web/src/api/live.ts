// SPDX-License-Identifier: Apache-2.0
/* One stream of server-sent events for the whole console. */
import { useEffect, useRef, useSyncExternalStore } from "react";
import { ROOT } from "./client";

export type Topic = "alerts" | "incidents" | "scans" | "agents" | "assets" | "compliance" | "reports";
export type LiveState = "off" | "connecting" | "on";
type Told = (topic: Topic, data: unknown) => void;

const TOPICS: Topic[] = ["alerts", "incidents", "scans", "agents", "assets", "compliance", "reports"];
const listeners = new Set<Told>();
const watchers = new Set<() => void>();
let source: EventSource | null = null;
let state: LiveState = "off";
let retry = 0;
let wait = 1000;

function become(next: LiveState): void {
	if (state === next) return;
	state = next;
	for (const told of watchers) told();
}

function arrived(topic: Topic, text: string): void {
	let data: unknown = null;
	try {
		data = JSON.parse(text);
	} catch {
		data = text; // told all the same: something of this topic changed
	}
	for (const told of listeners) told(topic, data);
}

export function startLive(): void {
	stopLive();
	become("connecting");
	source = new EventSource(`${ROOT}/live`);
	source.onopen = () => {
		wait = 1000;
		become("on");
	};
	source.onerror = () => {
		become("connecting");
		if (source?.readyState !== EventSource.CLOSED) return; // it tries again by itself
		retry = window.setTimeout(startLive, wait);
		wait = Math.min(wait * 2, 30_000);
	};
	for (const topic of TOPICS) source.addEventListener(topic, (e) => arrived(topic, (e as MessageEvent<string>).data));
}

export function stopLive(): void {
	clearTimeout(retry);
	source?.close();
	source = null;
	become("off");
}

export function useLiveState(): LiveState {
	return useSyncExternalStore(
		(told) => {
			watchers.add(told);
			return () => watchers.delete(told);
		},
		() => state,
	);
}

export function useLive(topics: Topic[], told: Told): void {
	const latest = useRef(told);
	useEffect(() => {
		latest.current = told;
	});
	const key = topics.join();
	useEffect(() => {
		if (!key) return;
		const wanted = new Set(key.split(","));
		const listen: Told = (topic, data) => {
			if (wanted.has(topic)) latest.current(topic, data);
		};
		listeners.add(listen);
		return () => {
			listeners.delete(listen);
		};
	}, [key]);
}
