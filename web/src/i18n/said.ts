// SPDX-License-Identifier: Apache-2.0
/*
 * Sentences that the server and its agents word, in another language.
 *
 * A sentence is its own name, as with gettext: a catalogue's key is the format
 * string as it stands in the C source, its value the same in the reader's
 * language, with {1} for the first thing that was put in:
 *
 *     "there is no %s %s": "没有{1}{2}"
 *
 * What comes over the wire is the finished sentence, so it is held against the
 * formats. What was put in may be a sentence itself, and an error is a path of
 * several, "where: where: what". What no catalogue knows stays as it is.
 * tests/check/sentences.py holds catalogues and source together.
 */
export type Catalogue = Record<string, string>;
export type Say = (text: string) => string;

interface Form {
	parts: RegExp;
	rare: string; /* the longest text that it always has: most sentences are told apart by it alone */
	letters: number;
	weak: boolean; /* it begins with what was put in, and has little of its own: only good inside of another */
	names: Set<number>; /* what stands in quotes is a name, and stays one */
	wording: string;
}

const CONVERSION = /%(?:%|[-+ 0#]*(?:\d+|\*)?(?:\.(?:\d+|\*))?(?:hh?|ll?|z|j|t)?([a-zA-Z]))/g;
const WEAK = 6;
const ANY = "[^]*?";
const CLASSES: Record<string, string> = { d: "-?\\d+", i: "-?\\d+", u: "\\d+", x: "[0-9a-f]+", X: "[0-9A-F]+", c: "[^]", f: "-?[\\d.]+", o: "[0-7]+" };
const DEPTH = 8;
const KEEP = 2000;
export const LONGEST = 600; /* what was put in is anybody's, and may be made to fit many forms almost: what is longer is only cut into its parts */

const literal = (text: string) => text.replace(/[.*+?^${}()|[\]\\/-]/g, "\\$&");

/* How many things a format puts in. */
export function putIn(format: string): number {
	return [...format.matchAll(CONVERSION)].filter((m) => m[1]).length;
}

/* "%.10s" is a day; "%s" right behind a letter is the s of a plural. */
function classOf(conversion: string, kind: string, before: string): string {
	if (conversion === "%.10s") return "\\d{4}-\\d\\d-\\d\\d";
	if (conversion === "%s" && /[A-Za-z]$/.test(before)) return "(?:e?s)?";
	return CLASSES[kind] ?? ANY;
}

function formOf(format: string, wording: string): Form {
	let pattern = "";
	let plain = "";
	let at = 0;
	let n = 0;
	let open = true; /* nothing but free text is put in, and none of it in quotes */
	const names = new Set<number>();
	for (const m of format.matchAll(CONVERSION)) {
		const before = format.slice(at, m.index) + (m[1] ? "" : "%");
		const kind = m[1] ? classOf(m[0], m[1], before) : "";
		if (kind) n++;
		if (/["']$/.test(before)) names.add(n);
		if (kind && (kind !== ANY || names.has(n))) open = false;
		pattern += literal(before) + (kind && `(${kind})`);
		plain += before + (m[1] ? "\0" : "");
		at = m.index + m[0].length;
	}
	const rest = format.slice(at);
	const texts = (plain + rest).split("\0");
	const letters = texts.join("").replace(/[^A-Za-z]/g, "").length;
	return {
		parts: new RegExp(`^${pattern}${literal(rest)}$`),
		rare: texts.reduce((most, text) => (text.length > most.length ? text : most), ""),
		letters: texts.join("").length,
		weak: open && /^%[.*]*s/.test(format) && letters < WEAK,
		names,
		wording,
	};
}

/* Where a text may be cut: each ": " and "; " outside of quotes, the first few of them. */
function joints(text: string): number[] {
	const found = [];
	let quoted = false;
	for (let i = 0; i < text.length - 1 && found.length < DEPTH; i++) {
		if (text[i] === '"') quoted = !quoted;
		else if (!quoted && text[i + 1] === " " && (text[i] === ":" || text[i] === ";")) found.push(i);
	}
	return found;
}

export function sayer(catalogues: Catalogue[]): Say {
	const whole = new Map<string, string>();
	const forms: Form[] = [];
	const tails: [string, string][] = []; /* what is only ever put behind another, " twice" */
	const kept = new Map<string, string>();
	for (const catalogue of catalogues)
		for (const [format, wording] of Object.entries(catalogue)) {
			const plain = format.replaceAll("%%", "%").toLowerCase();
			if (putIn(format) === 0) whole.set(plain, wording);
			if (putIn(format) === 0 && format.startsWith(" ")) tails.push([plain, wording]);
			if (putIn(format) === 0 && /^[;,] [a-z]/.test(plain)) whole.set(plain.slice(2), wording.slice(1)); /* the tail of a list */
			if (putIn(format) > 0 && /[A-Za-z]{2}/.test(format.replace(CONVERSION, " "))) forms.push(formOf(format, wording));
		}
	forms.sort((a, b) => b.letters - a.letters);

	const tailed = (text: string, depth: number): string | null => {
		for (const [tail, wording] of tails) if (text.length > tail.length && text.toLowerCase().endsWith(tail)) return say(text.slice(0, -tail.length), depth + 1) + wording;
		return null;
	};
	const formed = (text: string, depth: number): string | null => {
		for (const form of forms) {
			if ((form.weak && depth === 0) || !text.includes(form.rare)) continue;
			const found = form.parts.exec(text);
			if (found) return form.wording.replace(/\{(\d)\}/g, (_, n: string) => {
				const text = found[Number(n)] ?? "";
				return form.names.has(Number(n)) ? text : say(text, depth + 1);
			});
		}
		return null;
	};
	/* The longest head that is known, else the first: a name, or a path. */
	const joined = (text: string, depth: number): string => {
		const all = joints(text);
		const known = all.findLast((at) => at !== all[0] && whole.has(text.slice(0, at).toLowerCase()));
		const at = known ?? all[0];
		if (at === undefined) return text.length > LONGEST ? text : listed(text, depth);
		const [head, tail] = [text.slice(0, at), text.slice(at + 2)];
		const said = [say(head, depth + 1), say(tail, depth + 1)] as const;
		return said[0] === head && said[1] === tail ? text : said.join(text[at] === ":" ? "：" : "；");
	};
	/* "3 agents are away: ..." */
	const counted = (text: string, depth: number): string | null => {
		const [, n, what = ""] = /^(\d[\d.]*) (.*)$/s.exec(text) ?? [];
		const said = n ? say(what, depth + 1) : what;
		return said === what ? null : `${n} ${said}`;
	};
	/* "this, that, the other", when each of them is known. */
	const listed = (text: string, depth: number): string => {
		const parts = text.split(", ");
		const said = parts.map((part) => (parts.length > 1 ? say(part, depth + 1) : part));
		return parts.length > 1 && said.every((part, i) => part !== parts[i]) ? said.join("，") : text;
	};
	const say = (text: string, depth: number): string => {
		if (depth > DEPTH || !/[A-Za-z]/.test(text)) return text;
		if (text.length > LONGEST) return joined(text, depth);
		return whole.get(text.toLowerCase()) ?? formed(text, depth) ?? tailed(text, depth) ?? counted(text, depth) ?? joined(text, depth);
	};
	return (text) => {
		const had = kept.get(text);
		if (had !== undefined) return had;
		if (kept.size >= KEEP) kept.clear();
		const said = say(text, 0);
		kept.set(text, said);
		return said;
	};
}
