// SPDX-License-Identifier: Apache-2.0
/*
 * The one way to the server. Errors are RFC 9457 problems; a lost session is
 * told to whoever listens, once, and leads back to the log-in.
 */
export const ROOT = "/api/v1";

export class Problem extends Error {
	readonly status: number;
	readonly title: string;
	readonly detail: string;
	readonly body: Record<string, unknown>;

	constructor(status: number, title: string, detail: string, body: Record<string, unknown> = {}) {
		super(detail || title);
		this.status = status;
		this.title = title;
		this.detail = detail;
		this.body = body;
	}
}

let csrf = "";
const leave = new Set<() => void>();

export function setCsrf(token: string): void {
	csrf = token;
}

export function onLoggedOut(told: () => void): () => void {
	leave.add(told);
	return () => leave.delete(told);
}

async function problemOf(answer: Response): Promise<Problem> {
	const text = await answer.text();
	try {
		const body = JSON.parse(text) as Record<string, unknown>;
		return new Problem(answer.status, String(body["title"] ?? answer.statusText), String(body["detail"] ?? ""), body);
	} catch {
		return new Problem(answer.status, answer.statusText || String(answer.status), text.slice(0, 300));
	}
}

async function call(method: string, path: string, body?: unknown, signal?: AbortSignal): Promise<Response> {
	const headers: Record<string, string> = { Accept: "application/json" };
	if (body !== undefined) headers["Content-Type"] = "application/json";
	if (method !== "GET") headers["X-CSRF-Token"] = csrf;
	let answer: Response;
	try {
		answer = await fetch(ROOT + path, {
			method,
			headers,
			credentials: "same-origin",
			...(body !== undefined ? { body: JSON.stringify(body) } : {}),
			...(signal ? { signal } : {}),
		});
	} catch (e) {
		if (signal?.aborted) throw e;
		throw new Problem(0, "offline", "");
	}
	if (answer.ok) return answer;
	const problem = await problemOf(answer);
	if (answer.status === 401 && path !== "/session") for (const told of leave) told();
	throw problem;
}

async function json<T>(answer: Response): Promise<T> {
	if (answer.status === 204) return undefined as T;
	const text = await answer.text();
	if (!text) return undefined as T;
	try {
		return JSON.parse(text) as T;
	} catch {
		throw new Problem(answer.status, "not JSON", text.slice(0, 120));
	}
}

export const get = async <T>(path: string, signal?: AbortSignal): Promise<T> => json<T>(await call("GET", path, undefined, signal));
export const post = async <T>(path: string, body: unknown = {}): Promise<T> => json<T>(await call("POST", path, body));
export const put = async <T>(path: string, body: unknown): Promise<T> => json<T>(await call("PUT", path, body));
export const patch = async <T>(path: string, body: unknown): Promise<T> => json<T>(await call("PATCH", path, body));
export const remove = async <T>(path: string, body?: unknown): Promise<T> => json<T>(await call("DELETE", path, body));
