// SPDX-License-Identifier: Apache-2.0
/*
 * Two languages, both complete. Each area keeps its words beside its pages:
 *
 *     export const words = both({ title: "Images" }, { title: "镜像" });
 *     const t = useWords(words);  t("title")
 *
 * A key that one language lacks, or has too much, does not compile.
 */
import { createContext, useCallback, useContext, useEffect, useMemo, useState, type ReactNode } from "react";
import { formatsOf, type Formats, type Lang } from "./format";
import { message, type Args } from "./message";
import type { Words } from "./both";
import { common } from "./common";
import type { Say } from "./said";

export { both } from "./both";

export type Translate<K extends string> = (key: K, args?: Args) => string;

interface Tongue {
	lang: Lang;
	setLang: (lang: Lang) => void;
	f: Formats;
	said: Say;
}

const asItIs: Say = (text) => text;
/* Sentences of the server in a language; in English, as they came. Those of a language that cannot be had, too. */
const sayOf = async (lang: Lang): Promise<Say> => (lang === "zh" ? import("./zh").then((m) => m.say, () => asItIs) : asItIs);

const Context = createContext<Tongue | null>(null);

export function I18n({ children }: { children: ReactNode }) {
	const [lang, set] = useState<Lang>(() => (document.documentElement.lang.startsWith("zh") ? "zh" : "en"));
	const [said, setSaid] = useState<{ lang: Lang; say: Say } | null>(lang === "en" ? { lang, say: asItIs } : null);
	const setLang = useCallback((next: Lang) => {
		document.documentElement.lang = next === "zh" ? "zh-CN" : "en";
		try {
			localStorage.setItem("bh.lang", next);
		} catch {
			// storage is switched off: for this visit only
		}
		set(next);
	}, []);
	useEffect(() => {
		let over = false;
		void sayOf(lang).then((say) => over || setSaid({ lang, say }));
		return () => {
			over = true;
		};
	}, [lang]);
	const value = useMemo(() => said && { lang: said.lang, setLang, f: formatsOf(said.lang), said: said.say }, [said, setLang]);
	return value && <Context value={value}>{children}</Context>;
}

export function useTongue(): Tongue {
	const value = useContext(Context);
	if (!value) throw new Error("outside of I18n");
	return value;
}

export function useFormats(): Formats {
	return useTongue().f;
}

export function useWords<K extends string>(words: Words<K>): Translate<K> {
	const { lang, f } = useTongue();
	return useCallback((key: K, args?: Args) => message(words[lang][key], args, f), [words, lang, f]);
}

export type CommonKey = keyof (typeof common)["en"];

/* What every page may need: severities, states, buttons. */
export function useCommon(): Translate<CommonKey> {
	return useWords(common);
}

/* A word that came from the server ("critical", "not-affected"): ours when we know it, else as it came. */
export function useServerWord(): (word: string | null | undefined) => string {
	const { lang } = useTongue();
	return useCallback(
		(word) => {
			if (!word) return "";
			const table = common[lang] as Record<string, string>;
			return table[`w.${word}`] ?? table[`w.${word.toLowerCase()}`] ?? word;
		},
		[lang],
	);
}

/* A sentence that the server worded, in the reader's language. */
export function useSaid(): (text: string | null | undefined) => string {
	const { said } = useTongue();
	return useCallback((text) => (text ? said(text) : ""), [said]);
}
