// SPDX-License-Identifier: Apache-2.0
/* Words and small parts that several views of this area share. */
import { useCallback } from "react";
import { useFormats, useServerWord, useTongue, useWords } from "../../i18n";
import { Badge, State } from "../../ui/basic";
import type { Texts } from "./types";
import { words } from "./words";

export const CATEGORIES = ["security", "network", "images", "resources", "health"] as const;

/* The text in the reader's language; the other one when that is all there is. */
export function useText(): (en: string | null | undefined, zh: string | null | undefined) => string {
	const { lang } = useTongue();
	return useCallback((en, zh) => (lang === "zh" ? zh || en : en || zh) ?? "", [lang]);
}

export function useTexts(): (of: Texts) => string {
	const text = useText();
	return useCallback((of) => text(of.en, of.zh), [text]);
}

export function useCategory(): (category: string) => string {
	const t = useWords(words);
	return (category) => (`c_${category}` in words.en ? t(`c_${category}` as "c_health") : category);
}

/* What a check is about: ours when we know it, else the collector's own word ("redis"). */
export function useKind(): (kind: string) => string {
	const t = useWords(words);
	return (kind) => (`k_${kind}` in words.en ? t(`k_${kind}` as "k_host") : kind.replace(/[-_]/g, " "));
}

const saysKind = (kind: string, name: string) => name === kind || name.startsWith(`${kind} `);

/* "container cart-1"; where the name says its kind already, the name alone: "sshd", "redis 6379". */
export function About({ kind, name }: { kind: string; name: string }) {
	const word = useKind()(kind);
	if (!name) return <>{word}</>;
	return saysKind(kind, name) ? <>{name}</> : <><span className="dim">{word}</span> {name}</>;
}

export function useAbout(): (kind: string, name: string) => string {
	const word = useKind();
	return (kind, name) => (!name ? word(kind) : saysKind(kind, name) ? name : `${word(kind)} ${name}`);
}

export function toneOfScore(score: number): string {
	return score >= 90 ? "good" : score >= 70 ? "medium" : "critical";
}

export function Score({ value }: { value: number | null | undefined }) {
	const f = useFormats();
	if (value === null || value === undefined) return <span className="dim">–</span>;
	return (
		<span className="risk">
			<svg className={`riskbar tone-${toneOfScore(value)}`} width="44" height="6" viewBox="0 0 44 6" aria-hidden="true" focusable="false">
				<rect className="riskbar-bed" width="44" height="6" rx="3" />
				<rect className="riskbar-value" width={Math.max((value * 44) / 100, value > 0 ? 2 : 0)} height="6" rx="3" />
			</svg>
			<span className="risk-number">{f.fixed(value, 0)}</span>
		</span>
	);
}

/* How much better or worse than the run before, when there was one and it differs. */
export function Delta({ now, before, brief }: { now: number | null | undefined; before: number | null | undefined; brief?: boolean }) {
	const t = useWords(words);
	const f = useFormats();
	if (now === null || now === undefined || before === null || before === undefined) return null;
	const by = Math.round((now - before) * 10) / 10;
	const said = by === 0 ? t("same") : t(by > 0 ? "better" : "worse", { n: f.fixed(Math.abs(by), 1) });
	const tone = by === 0 ? "dim" : by > 0 ? "ink-good" : "ink-bad";
	if (!brief) return <span className={tone}>{said}</span>;
	return <span className={tone} title={said}><span aria-hidden="true">{by === 0 ? "=" : `${by > 0 ? "+" : "−"}${f.fixed(Math.abs(by), 1)}`}</span><span className="hide">{said}</span></span>;
}

export function Verdict({ of }: { of: { state: string; excepted?: boolean; new?: boolean } }) {
	const t = useWords(words);
	return (
		<span className="line">
			{of.excepted ? <State value="excepted" /> : <State value={of.state} />}
			{of.new && !of.excepted && <Badge tone="high">{t("new")}</Badge>}
		</span>
	);
}

export function Step({ before, after }: { before: string; after: string }) {
	const t = useWords(words);
	const word = useServerWord();
	return (
		<span className="line">
			<span className="dim">{before ? word(before) : t("not_there")}</span>
			<span aria-hidden="true">→</span><span className="hide">{t("then")}</span>
			<State value={after} />
		</span>
	);
}
