// SPDX-License-Identifier: Apache-2.0
/*
 * The part of ICU's message format that we use:
 *
 *     "{name} was started"
 *     "{n, plural, one {# image} other {# images}}"
 *     "{state, select, open {still open} other {closed}}"
 *
 * A message that is not well formed is shown as it stands: a broken text is
 * better than a broken page, and tests/messages.test.ts lets none through.
 */
export type Args = Record<string, string | number>;

interface Format {
	locale: string;
	number: (n: number) => string;
}

/* The index after the brace that closes the one at `from`. */
function closing(text: string, from: number): number {
	let depth = 0;
	for (let i = from; i < text.length; i++) {
		if (text[i] === "{") depth++;
		else if (text[i] === "}" && --depth === 0) return i + 1;
	}
	return -1;
}

/* "one {# image} other {# images}" -> {one: "# image", other: "# images"} */
export function branches(text: string): Record<string, string> {
	const found: Record<string, string> = {};
	let at = 0;
	for (;;) {
		const open = text.indexOf("{", at);
		if (open < 0) return found;
		const end = closing(text, open);
		if (end < 0) return found;
		found[text.slice(at, open).trim()] = text.slice(open + 1, end - 1);
		at = end;
	}
}

const rules = new Map<string, Intl.PluralRules>();
function pluralOf(locale: string, n: number): string {
	let r = rules.get(locale);
	if (!r) rules.set(locale, (r = new Intl.PluralRules(locale)));
	return r.select(n);
}

function choose(kind: string, value: string | number, rest: string, format: Format): string {
	const of = branches(rest);
	if (kind === "select") return of[String(value)] ?? of["other"] ?? "";
	const n = Number(value);
	const text = of[`=${n}`] ?? of[pluralOf(format.locale, n)] ?? of["other"] ?? "";
	return text.replaceAll("#", format.number(n));
}

export function message(text: string, args: Args | undefined, format: Format): string {
	if (!args || !text.includes("{")) return text;
	let out = "";
	let at = 0;
	for (;;) {
		const open = text.indexOf("{", at);
		if (open < 0) return out + text.slice(at);
		const end = closing(text, open);
		if (end < 0) return out + text.slice(at);
		out += text.slice(at, open);
		const [name = "", kind, ...rest] = split(text.slice(open + 1, end - 1));
		const value = args[name];
		if (value === undefined) out += text.slice(open, end);
		else if (kind) out += message(choose(kind, value, rest.join(","), format), args, format);
		else out += typeof value === "number" ? format.number(value) : value;
		at = end;
	}
}

/* At most three parts, at the first two commas. */
function split(text: string): string[] {
	const first = text.indexOf(",");
	if (first < 0) return [text.trim()];
	const second = text.indexOf(",", first + 1);
	if (second < 0) return [text.slice(0, first).trim(), text.slice(first + 1).trim()];
	return [text.slice(0, first).trim(), text.slice(first + 1, second).trim(), text.slice(second + 1)];
}

/* The names of a message's arguments, for the test that holds languages together. */
export function names(text: string): string[] {
	const found = new Set<string>();
	let at = 0;
	for (;;) {
		const open = text.indexOf("{", at);
		if (open < 0) break;
		const end = closing(text, open);
		if (end < 0) throw new Error(`a brace stays open: ${text}`);
		const [name = "", kind, ...rest] = split(text.slice(open + 1, end - 1));
		found.add(name);
		if (kind) for (const branch of Object.values(branches(rest.join(",")))) for (const n of names(branch)) found.add(n);
		at = end;
	}
	return [...found].sort();
}
