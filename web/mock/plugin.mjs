// SPDX-License-Identifier: Apache-2.0
/*
 * A server of straw for `npm run dev`: the contract of the real one over the
 * site of data.mjs. Name "admin", any password; "first" must choose one, and
 * "totp" is asked for a code. Nothing of this is in the build.
 */
import { answer, csv } from "./list.mjs";
import * as site from "./data.mjs";
import { routes } from "./routes.mjs";

const streams = new Set();
export function publish(topic, data) {
	for (const s of streams) s.write(`event: ${topic}\ndata: ${JSON.stringify(data)}\n\n`);
}

function send(res, status, body, type = "application/json") {
	res.statusCode = status;
	res.setHeader("Content-Type", type);
	res.setHeader("Cache-Control", "no-store");
	res.end(body === undefined ? "" : typeof body === "string" ? body : JSON.stringify(body));
}
const problem = (res, status, title, detail, more = {}) => send(res, status, { type: "about:blank", title, status, detail, ...more }, "application/problem+json");

async function bodyOf(req) {
	let text = "";
	for await (const part of req) text += part;
	return text ? JSON.parse(text) : {};
}

let session = process.env.BH_MOCK_IN === "yes" ? "admin" : null;

async function handle(req, res) {
	const url = new URL(req.url, "http://x");
	const path = decodeURI(url.pathname.replace(/^\/api\/v1/, ""));
	if (path === "/session" && req.method === "POST") {
		const { name, password, code } = await bodyOf(req);
		if (!name || password === "wrong") return problem(res, 401, "not logged in", "Name or password is wrong.");
		if (name === "totp" && !code) return problem(res, 401, "not logged in", "A code is needed.", { code_needed: true });
		session = name;
		return send(res, 200, { csrf: "straw" });
	}
	if (path === "/about") return send(res, 200, { version: "0.1.0", name: "straw", agents_port: 8444, time_ms: Date.now() });
	if (!session) return problem(res, 401, "not logged in", "Log in first.");
	if (path === "/session" && req.method === "DELETE") {
		session = null;
		return send(res, 204);
	}
	if (path === "/me/password") {
		session = "admin";
		return send(res, 200, { csrf: "straw" });
	}
	if (path === "/session") return send(res, 200, { csrf: "straw", me: { id: 1, name: session } });
	if (path === "/me" && req.method === "GET") return send(res, 200, { id: 1, name: session, role: "administrator", must_change: session === "first", permissions: ["self", "read", "findings.write", "alerts.write", "respond", "policy.write", "registry.write", "scan", "agents.write", "integrations.write", "users.write", "audit.read", "system.write"] });
	if (path === "/live") {
		res.writeHead(200, { "Content-Type": "text/event-stream", "Cache-Control": "no-store" });
		res.write(": here\n\n");
		streams.add(res);
		req.on("close", () => streams.delete(res));
		return undefined;
	}
	for (const [method, pattern, make, options] of routes) {
		const found = req.method === method && pattern.exec(path);
		if (!found) continue;
		const args = found.slice(1).map(decodeURIComponent);
		const body = method === "GET" ? {} : await bodyOf(req);
		const made = make({ args, query: url.searchParams, body, publish, site });
		if (made === null) return problem(res, 404, "not found", `There is nothing at ${path}.`);
		if (made?.problem) return problem(res, made.problem, made.title, made.detail, made.more);
		if (!Array.isArray(made)) return send(res, method === "POST" && made === undefined ? 204 : 200, made);
		if (url.searchParams.get("format") === "csv") return send(res, 200, csv(made), "text/csv; charset=utf-8");
		return send(res, 200, answer(made, url.searchParams, options));
	}
	return problem(res, 404, "not found", `There is no ${req.method} ${path}.`);
}

export function mock() {
	return {
		name: "bulkhead-mock",
		configureServer(server) {
			if (process.env.BH_SERVER) return; // a real one is behind the proxy
			server.middlewares.use((req, res, next) => {
				if (!req.url.startsWith("/api/v1")) return next();
				handle(req, res).catch((e) => problem(res, 500, "straw broke", String(e.stack)));
				return undefined;
			});
			const timer = setInterval(() => {
				const a = site.makeAlert(Date.now());
				site.alerts.unshift(a);
				publish("alerts", { id: a.id, rule: a.rule });
				publish("incidents", { id: a.incident_id });
			}, Number(process.env.BH_MOCK_EVERY ?? 15000));
			timer.unref();
		},
	};
}
