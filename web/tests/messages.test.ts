// SPDX-License-Identifier: Apache-2.0
/* The compiler holds the keys of both languages together; this holds what stands in them. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { names } from "../src/i18n/message";

type Table = Record<"en" | "zh", Record<string, string>>;
const found = { ...import.meta.glob("../src/**/words.ts", { eager: true }), ...import.meta.glob("../src/i18n/common.ts", { eager: true }) } as Record<string, Record<string, Table>>;

for (const [path, module] of Object.entries(found)) {
	const words = module["words"] ?? module["common"];
	test(`${path.replace("../src/", "")}: both languages say the same things`, () => {
		assert.ok(words, "exports words");
		assert.deepEqual(Object.keys(words.en).sort(), Object.keys(words.zh).sort());
		for (const [key, en] of Object.entries(words.en)) {
			const zh = words.zh[key] ?? "";
			assert.notEqual(en.trim(), "", `${key} is empty`);
			assert.notEqual(zh.trim(), "", `${key} is empty in Chinese`);
			assert.deepEqual(names(zh), names(en), `${key}: other arguments`);
		}
	});
	test(`${path.replace("../src/", "")}: nothing was left in English`, () => {
		/* Names, formats and words that Chinese readers use as they are. */
		const kept = /^[\s\d\p{P}\p{S}A-Z{}]*$|CVE|EPSS|SBOM|CSV|URL|Webshell|webhook|SSH|DingTalk|cron/iu;
		for (const [key, zh] of Object.entries(words?.zh ?? {})) {
			if (!kept.test(zh) && !zh.includes("{")) assert.match(zh, /\p{Script=Han}/u, `${key}: ${zh}`);
		}
	});
}

const sources = import.meta.glob(["../src/**/*.ts", "../src/**/*.tsx", "!../src/**/words.ts"], { eager: true, query: "?raw", import: "default" }) as Record<string, string>;
const code = Object.values(sources).join("\n");

test("every word is said somewhere, by its key or by a key that is put together", () => {
	const begins = [...code.matchAll(/`([\w.]+)\$\{/g)].map((m) => m[1] ?? "");
	for (const [path, module] of Object.entries(found))
		for (const key of Object.keys((module["words"] ?? module["common"])?.en ?? {}))
			assert.ok(code.includes(`"${key}"`) || begins.some((b) => key.startsWith(b)), `${path}: nobody says ${key}`);
});

test("there are tables at all", () => assert.ok(Object.keys(found).length >= 3));
