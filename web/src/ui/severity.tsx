// SPDX-License-Identifier: Apache-2.0
/*
 * How bad: always a shape, a colour and a word. Findings speak of severities,
 * alerts of Falco's eight priorities; both fall on the same five tones.
 */
import { useServerWord } from "../i18n";

export type Tone = "critical" | "high" | "medium" | "low" | "info";
export const TONES: Tone[] = ["critical", "high", "medium", "low", "info"];

const SHAPES: Record<Tone, string> = {
	critical: "M5 .500h4L13.500 5v4L9 13.500H5L.500 9V5z", // octagon
	high: "M7 1l6.300 11.500H.700z", // triangle
	medium: "M7 .500L13.500 7 7 13.500 .500 7z", // diamond
	low: "M7 1.500a5.500 5.500 0 1 0 0 11 5.500 5.500 0 0 0 0-11z", // disc
	info: "M7 1.500a5.500 5.500 0 1 0 0 11 5.500 5.500 0 0 0 0-11zM7 4a3 3 0 1 1 0 6 3 3 0 0 1 0-6z", // ring
};

const OF_WORD: Record<string, Tone> = {
	critical: "critical", high: "high", medium: "medium", low: "low", info: "info", unknown: "info", none: "info",
	emergency: "critical", alert: "critical", error: "high", warning: "medium", notice: "low", informational: "info", debug: "info",
};
/* The number of enum bh_severity (5 is the worst). */
const OF_SEVERITY: Tone[] = ["info", "info", "low", "medium", "high", "critical"];
const SEVERITY_WORDS = ["unknown", "info", "low", "medium", "high", "critical"];
/* The number of enum bh_priority (0 is the worst). */
const OF_LEVEL: Tone[] = ["critical", "critical", "critical", "high", "medium", "low", "info", "info"];
const LEVEL_WORDS = ["Emergency", "Alert", "Critical", "Error", "Warning", "Notice", "Informational", "Debug"];

export function toneOf(severity: string | number | null | undefined): Tone {
	if (typeof severity === "number") return OF_SEVERITY[severity] ?? "info";
	return OF_WORD[(severity ?? "").toLowerCase()] ?? "info";
}
export const severityWord = (s: string | number): string => (typeof s === "number" ? (SEVERITY_WORDS[s] ?? "unknown") : s);
export const levelTone = (l: string | number | null | undefined): Tone => (typeof l === "number" ? (OF_LEVEL[l] ?? "info") : toneOf(l));
export const levelWord = (l: string | number): string => (typeof l === "number" ? (LEVEL_WORDS[l] ?? String(l)) : l);

export function Shape({ tone, size = 11 }: { tone: Tone; size?: number }) {
	return (
		<svg className={`shape tone-${tone}`} width={size} height={size} viewBox="0 0 14 14" aria-hidden="true" focusable="false">
			<path d={SHAPES[tone]} fillRule="evenodd" />
		</svg>
	);
}

export function Severity({ value }: { value: string | number | null | undefined }) {
	const word = useServerWord();
	return (
		<span className="severity">
			<Shape tone={toneOf(value)} />
			{word(severityWord(value ?? "unknown"))}
		</span>
	);
}

export function Level({ value }: { value: string | number | null | undefined }) {
	const word = useServerWord();
	return (
		<span className="severity">
			<Shape tone={levelTone(value)} />
			{word(levelWord(value ?? "info"))}
		</span>
	);
}

/* Counts by severity in one line: ⬣ 3 ▲ 12 ◆ 40. */
export function Counts({ of }: { of: Partial<Record<Tone, number | undefined>> }) {
	const word = useServerWord();
	const shown = TONES.filter((tone) => of[tone]);
	if (shown.length === 0) return <span className="dim">0</span>;
	return (
		<span className="counts">
			{shown.map((tone) => (
				<span key={tone} className="count" title={word(tone)}>
					<Shape tone={tone} size={10} />
					<span className="hide">{word(tone)} </span>
					{of[tone]}
				</span>
			))}
		</span>
	);
}

/* 0 to 100, as a short bar and a number. */
export function Risk({ value, low, high }: { value: number | null | undefined; low?: number | undefined; high?: number | undefined }) {
	if (value === null || value === undefined) return <span className="dim">–</span>;
	const tone: Tone = value >= 70 ? "critical" : value >= 40 ? "high" : value >= 15 ? "medium" : value >= 3 ? "low" : "info";
	return (
		<span className="risk">
			<svg className={`riskbar tone-${tone}`} width="44" height="6" viewBox="0 0 44 6" aria-hidden="true" focusable="false">
				<rect className="riskbar-bed" width="44" height="6" rx="3" />
				{low !== undefined && high !== undefined && high > low && (
					<rect className="riskbar-span" x={(low * 44) / 100} width={((high - low) * 44) / 100} height="6" rx="3" />
				)}
				<rect className="riskbar-value" width={Math.max((value * 44) / 100, value > 0 ? 2 : 0)} height="6" rx="3" />
			</svg>
			<span className="number">{value < 10 ? value.toFixed(1) : Math.round(value)}</span>
		</span>
	);
}
