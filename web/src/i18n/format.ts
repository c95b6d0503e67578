// SPDX-License-Identifier: Apache-2.0
/* Numbers, sizes and times as a person of this language writes them. */
export type Lang = "en" | "zh";

export interface Formats {
	locale: string;
	number: (n: number) => string;
	short: (n: number) => string;
	fixed: (n: number, digits: number) => string;
	percent: (part: number) => string;
	bytes: (n: number) => string;
	date: (ms: number) => string;
	time: (ms: number) => string;
	clock: (ms: number) => string;
	day: (ms: number) => string;
	ago: (ms: number, now: number) => string;
	span: (ms: number) => string;
	list: (words: string[]) => string;
}

const UNITS: [Intl.RelativeTimeFormatUnit, number][] = [
	["year", 31_557_600_000],
	["month", 2_629_800_000],
	["day", 86_400_000],
	["hour", 3_600_000],
	["minute", 60_000],
	["second", 1000],
];

/* The largest unit of which there is at least one. */
export function unitOf(ms: number): [Intl.RelativeTimeFormatUnit, number] {
	const size = Math.abs(ms);
	for (const [unit, of] of UNITS) if (size >= of) return [unit, Math.trunc(ms / of)];
	return ["second", 0];
}

const SIZES = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];

export function bytesOf(n: number, number: (n: number, digits: number) => string): string {
	let unit = 0;
	let size = n;
	while (Math.abs(size) >= 1024 && unit < SIZES.length - 1) {
		size /= 1024;
		unit++;
	}
	return `${number(size, unit === 0 || size >= 100 ? 0 : 1)} ${SIZES[unit]}`;
}

export function formatsOf(lang: Lang): Formats {
	const locale = lang === "zh" ? "zh-CN" : "en-GB";
	const number = new Intl.NumberFormat(locale);
	const short = new Intl.NumberFormat(locale, { notation: "compact", maximumFractionDigits: 1 });
	const percent = new Intl.NumberFormat(locale, { style: "percent", maximumFractionDigits: 1 });
	const date = new Intl.DateTimeFormat(locale, { dateStyle: "medium" });
	const time = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "medium" });
	const clock = new Intl.DateTimeFormat(locale, { timeStyle: "medium" });
	const day = new Intl.DateTimeFormat(locale, { month: "short", day: "numeric" });
	const relative = new Intl.RelativeTimeFormat(locale, { numeric: "auto", style: "short" });
	const words = new Intl.ListFormat(locale, { type: "conjunction", style: "narrow" });
	const fixed = (n: number, digits: number) =>
		n.toLocaleString(locale, { minimumFractionDigits: digits, maximumFractionDigits: digits });
	return {
		locale,
		number: (n) => number.format(n),
		short: (n) => (Math.abs(n) < 10_000 ? number.format(n) : short.format(n)),
		fixed,
		percent: (part) => percent.format(part),
		bytes: (n) => bytesOf(n, fixed),
		date: (ms) => date.format(ms),
		time: (ms) => time.format(ms),
		clock: (ms) => clock.format(ms),
		day: (ms) => day.format(ms),
		ago: (ms, now) => {
			const [unit, n] = unitOf(ms - now);
			return relative.format(n, unit);
		},
		span: (ms) => {
			const [unit, n] = unitOf(ms);
			return new Intl.NumberFormat(locale, { style: "unit", unit, unitDisplay: "short" }).format(n);
		},
		list: (many) => words.format(many),
	};
}
