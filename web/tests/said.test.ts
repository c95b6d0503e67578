// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";
import { LONGEST, putIn, sayer } from "../src/i18n/said";
import { catalogues, say } from "../src/i18n/zh";

const mine = sayer([{
	"there is no %s %s": "没有{1} {2}", "account": "账户", "line %u": "第 {1} 行", "layer %u": "第 {1} 层", "no colon": "没有冒号", "permission denied": "权限不足", "%lld of %lld %s": "{3}：{1}/{2}",
	"containers run as root": "容器以 root 运行", "mends %lld finding%s%.*s": "修复 {1} 个发现项{3}", ", %lld of them exploited": "，其中 {1} 个已被利用", "%.*s in %.*s": "{2} 中的 {1}", "%s since %.10s": "{1}，自 {2} 起",
	"\"%s\" is no word": "“{1}”不是词", "%u%% of it": "其中 {1}%", "old": "旧",
}]);

test("a sentence is known by its format, and what was put in stands where the language wants it", () => {
	assert.equal(mine("there is no account 7"), "没有账户 7");
	assert.equal(mine("3 of 10 containers run as root"), "容器以 root 运行：3/10");
	assert.equal(mine("\"a, b: c\" is no word"), "“a, b: c”不是词");
	assert.equal(mine("7% of it"), "其中 7%");
});

test("a plural's s is nobody's text", () => {
	assert.equal(mine("mends 1 finding"), "修复 1 个发现项");
	assert.equal(mine("mends 2 findings"), "修复 2 个发现项");
	assert.equal(mine("mends 2 findings, 1 of them exploited"), "修复 2 个发现项，其中 1 个已被利用");
});

test("an error is a path of sentences, and what is a name stays one", () => {
	assert.equal(mine("layer 3: var/lib/dpkg/status: line 214: no colon"), "第 3 层：var/lib/dpkg/status：第 214 行：没有冒号");
	assert.equal(mine("/etc/shadow: Permission denied"), "/etc/shadow：权限不足");
});

test("what no catalogue knows stays as it came, whole", () => {
	for (const text of ["nobody ever said this", "key: value of mine", "one, two", "made in China", "12 monkeys", ""]) assert.equal(mine(text), text);
});

test("lists and counts are said when all of them is known", () => {
	assert.equal(mine("2 containers run as root"), "2 容器以 root 运行");
	assert.equal(mine("no colon, permission denied"), "没有冒号，权限不足");
	assert.equal(mine("no colon, whatever"), "no colon, whatever");
});

test("a day is a day", () => {
	assert.equal(mine("old since 2026-01-31"), "旧，自 2026-01-31 起");
	assert.equal(mine("old since yesterday"), "old since yesterday");
});

test("what is too long is told in its parts, and what of it is too long stays", () => {
	const most = "a".repeat(LONGEST - "there is no account ".length);
	assert.equal(mine(`there is no account ${most}`), `没有账户 ${most}`);
	assert.equal(mine(`there is no account ${most}a`), `there is no account ${most}a`);
	const path = `/${"very/long/".repeat(80)}name`;
	assert.equal(mine(`layer 3: ${path}: line 214: no colon`), `第 3 层：${path}：第 214 行：没有冒号`);
	assert.equal(mine(`${path}: permission denied`), `${path}：权限不足`);
});

test("hostile text costs no time", () => {
	const began = performance.now();
	mine(`${"there is no ".repeat(5_000)}x`);
	mine(": ".repeat(20_000));
	mine(`${"there is no account, ".repeat(50)}: ${"there is no account; ".repeat(5_000)}`);
	say(`${"line 1: ".repeat(2_000)}${"a, ".repeat(2_000)}`);
	assert.ok(performance.now() - began < 2_000, `${performance.now() - began} ms`);
});

for (const [path, catalogue] of Object.entries(catalogues))
	test(`${path.replace("./", "")}: wordings are Chinese and say what was put in`, () => {
		assert.ok(Object.keys(catalogue).length > 0);
		for (const [format, wording] of Object.entries(catalogue)) {
			/* Formats, words and products that are the same in both. */
			assert.match(wording, /\p{Script=Han}|^[^a-z]*$|Webshell|ADD|EPSS|\{1\}/u, `${format}: ${wording}`);
			const plurals = new Set([...format.replaceAll("%%", "  ").matchAll(/%[-+ 0#.*\d]*(?:ll|z)?[a-z]/g)].flatMap((m, i) => (/[A-Za-z]/.test(format[m.index - 1] ?? "") ? [i + 1] : [])));
			const used = new Set([...wording.matchAll(/\{(\d)\}/g)].map((m) => Number(m[1])));
			for (let n = 1; n <= putIn(format); n++) assert.ok(used.has(n) || plurals.has(n), `${format}: {${n}} is lost in ${wording}`);
			for (const n of used) assert.ok(n >= 1 && n <= putIn(format), `${format}: there is no {${n}}`);
		}
	});

test("real sentences of the server, as they come", () => {
	const said: Record<string, string> = {
		"too many wrong tries; the next one is looked at in 30 seconds": "错误次数过多，30 秒后可再次尝试",
		"there is no host 0a1b": "没有主机 0a1b",
		"f.x: there is no 'opne'; did you mean 'open'?": "f.x：没有“opne”；是否指“open”？",
		"hosts has no filter 'x'": "hosts没有筛选列“x”",
		"in use: /usr/bin/python3 was executed in container cart-1": "使用中：/usr/bin/python3 曾被执行，位于容器 cart-1",
		"over the network": "可经网络利用",
		"body: \"name\" must be text": "body：“name”必须是文本",
		"Rebuild 2 images on a newer debian:12: mends 14 findings, 3 of them exploited elsewhere": "基于更新的 debian:12 重新构建 2 个镜像：可修复 14 个发现项，其中 3 个已在别处被利用",
		"4 of 9 containers have the host in their hands": "容器可控制主机：4/9",
		"EPSS 0.123 (percentile 95.2) of 2026-11-01; a proof of concept is public; can be automated": "EPSS 0.123（百分位 95.2），日期 2026-11-01；有公开的概念验证；可自动化利用",
		"3 agents run without a sensor: no alerts come from there": "3 个代理没有传感器：不会产生告警",
		"3 vulnerabilities of severity high or worse": "3 个漏洞，严重程度：高危及以上",
		"privileged: the host is its own; root in its container": "特权模式：可控制主机；容器内为 root",
		"layer 3: var/lib/dpkg/status: line 214: no colon after a field name": "第 3 层：var/lib/dpkg/status：第 214 行：字段名之后没有冒号",
		"somebody: too many wrong tries; the next one is looked at in 3 seconds": "somebody：错误次数过多，3 秒后可再次尝试",
		"/etc/docker/daemon.json: Permission denied": "/etc/docker/daemon.json：权限不足",
	};
	for (const [text, zh] of Object.entries(said)) assert.equal(say(text), zh);
});
