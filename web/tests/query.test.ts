// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";
import { nextSort, readState, request, sortOf, toggled, windowOf } from "../src/list/query";
import { answerHere } from "../src/list/local";
import { fitted, leastWidth } from "../src/list/tracks";
import { match, withParams } from "../src/lib/router";

test("a list's state is read from the address and asked of the server in the same words", () => {
	const state = readState("?f.severity=critical,high&not.state=closed&min.risk=50&q=ssl&sort=-risk&tab=x&open=7", "name");
	assert.equal(state.q, "ssl");
	assert.equal(state.sort, "-risk");
	assert.deepEqual(state.filters.map((f) => `${f.op}.${f.column}=${f.values.join("+")}`), ["f.severity=critical+high", "not.state=closed", "min.risk=50"]);
	const asked = new URLSearchParams(request("/findings", state, { "f.image_id": "sha256:0a" }, { limit: "100" }).split("?")[1]);
	assert.equal(asked.get("f.severity"), "critical,high");
	assert.equal(asked.get("f.image_id"), "sha256:0a");
	assert.equal(asked.has("tab"), false);
	assert.equal(asked.has("open"), false);
});

test("an empty address is the list's own order and no filter", () => {
	assert.deepEqual(readState("", "-risk"), { q: "", sort: "-risk", filters: [] });
	assert.equal(request("/hosts", readState("", ""), {}, {}), "/hosts");
});

test("a head clicked three times comes back to the list's own order", () => {
	let sort = "-risk";
	sort = nextSort(sort, "name", false, "-risk");
	assert.equal(sort, "name");
	sort = nextSort(sort, "name", false, "-risk");
	assert.equal(sort, "-name");
	assert.equal(nextSort(sort, "name", false, "-risk"), "-risk");
	assert.equal(nextSort("-risk", "risk", true, "-risk"), "risk");
	assert.equal(nextSort("risk", "risk", true, "-risk"), "-risk");
	assert.equal(sortOf("-risk,name", "risk"), "descending");
	assert.equal(sortOf("-risk,name", "name"), "none");
});

test("rows are drawn in view and a little around, never outside of the list", () => {
	assert.deepEqual(windowOf(0, 370, 37, 1000), [0, 18]);
	assert.deepEqual(windowOf(37_000, 370, 37, 2000), [992, 1018]);
	assert.deepEqual(windowOf(99_999, 370, 37, 5), [5, 5]);
	assert.deepEqual(windowOf(0, 370, 37, 0), [0, 0]);
});

test("values are put in and taken out", () => {
	assert.deepEqual(toggled(["a"], "b"), ["a", "b"]);
	assert.deepEqual(toggled(["a", "b"], "a"), ["b"]);
});

test("paths match by their parts, and broken percent signs match nothing", () => {
	assert.deepEqual(match("/images/:id", "/images/sha256%3Aab"), { id: "sha256:ab" });
	assert.equal(match("/images/:id", "/images"), null);
	assert.equal(match("/images/:id", "/images/%E0%A4%A"), null);
	assert.deepEqual(match("/", "/"), {});
});

test("parameters are set and taken away, the others stay", () => {
	assert.equal(withParams("/a", "?x=1&open=2", { open: null, tab: "b" }), "/a?x=1&tab=b");
	assert.equal(withParams("/a", "?open=2", { open: null }), "/a");
});

test("a list that comes whole is filtered, searched, sorted and counted here as the server would", () => {
	const rows = [{ rule: "a", level: 4, tags: ["x"] }, { rule: "b", level: 2, tags: ["y"] }, { rule: "c", level: 2, tags: [] }];
	const ask = (search: string) => answerHere(rows, readState(search, "rule"), ["level"]);
	assert.deepEqual(ask("?f.level=2&sort=-rule").items.map((r) => r.rule), ["c", "b"]);
	assert.deepEqual(ask("?not.level=2").items.map((r) => r.rule), ["a"]);
	assert.deepEqual(ask("?q=Y").items.map((r) => r.rule), ["b"]);
	assert.deepEqual(ask("?sort=level").items.map((r) => r.level), [2, 2, 4]);
	assert.deepEqual(ask("").facets?.["level"], [{ value: "2", count: 2 }, { value: "4", count: 1 }]);
	assert.equal(ask("?min.level=3").total, 1);
});

test("columns that may grow give way in a narrow list, to a point; the others keep their width", () => {
	const tracks = ["minmax(200px, 2fr)", "100px", "minmax(100px, 1fr)"];
	assert.equal(leastWidth(tracks), 464);
	assert.deepEqual(fitted(tracks, 464), tracks);
	assert.deepEqual(fitted(tracks, 404), ["minmax(160px, 2fr)", "100px", "minmax(80px, 1fr)"]);
	assert.deepEqual(fitted(tracks, 10), ["minmax(120px, 2fr)", "100px", "minmax(60px, 1fr)"]);
	assert.deepEqual(fitted(["100px"], 10), ["100px"]);
});
