// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";
import { formatsOf, unitOf } from "../src/i18n/format";
import { message, names } from "../src/i18n/message";
import { ticksOf } from "../src/lib/ticks";

const en = formatsOf("en");
const zh = formatsOf("zh");

test("sizes are binary and carry one digit until a hundred", () => {
	assert.equal(en.bytes(0), "0 B");
	assert.equal(en.bytes(1023), "1,023 B");
	assert.equal(en.bytes(1536), "1.5 KiB");
	assert.equal(en.bytes(5 * 2 ** 30), "5.0 GiB");
	assert.equal(zh.bytes(200 * 2 ** 20), "200 MiB");
});

test("a time is told by the largest unit of which there is one", () => {
	assert.deepEqual(unitOf(-90_000), ["minute", -1]);
	assert.deepEqual(unitOf(0), ["second", 0]);
	assert.deepEqual(unitOf(400 * 86_400_000), ["year", 1]);
	assert.equal(en.ago(0, 3 * 3_600_000), "3 hr ago");
	assert.equal(zh.ago(0, 3 * 3_600_000), "3小时前");
});

test("plurals, choices and numbers inside of messages", () => {
	const text = "{n, plural, =0 {nothing} one {# image of {who}} other {# images of {who}}}";
	assert.equal(message(text, { n: 0, who: "x" }, en), "nothing");
	assert.equal(message(text, { n: 1, who: "x" }, en), "1 image of x");
	assert.equal(message(text, { n: 12_345, who: "x" }, en), "12,345 images of x");
	assert.equal(message("{s, select, open {still open} other {closed}}", { s: "open" }, en), "still open");
	assert.deepEqual(names(text), ["n", "who"]);
});

test("what lacks an argument, or is not well formed, is shown as it stands", () => {
	assert.equal(message("{a} and {b}", { a: "1" }, en), "1 and {b}");
	assert.equal(message("{a and", { a: "1" }, en), "{a and");
});

test("a value that looks like a placeholder is text", () => {
	assert.equal(message("{a}!", { a: "{b}", b: "no" }, en), "{b}!");
});

test("the lines of a chart begin at nothing and reach over the most", () => {
	for (const most of [0, 1, 3, 7, 23, 999, 12_345_678]) {
		const ticks = ticksOf(most);
		assert.equal(ticks[0], 0);
		assert.ok((ticks.at(-1) ?? 0) >= most, `${most}: ${ticks}`);
		assert.ok(ticks.length <= 7, `${most}: ${ticks}`);
	}
});
