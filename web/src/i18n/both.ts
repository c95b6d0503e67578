// SPDX-License-Identifier: Apache-2.0
/*
 * Two languages, both complete: a key that one of them lacks, or has too much, does not compile.
 *
 *     export const words = both({ title: "Images" }, { title: "镜像" });
 */
import type { Lang } from "./format";

export type Words<K extends string> = Record<Lang, Record<K, string>>;

export function both<const E extends Record<string, string>>(en: E, zh: { [K in keyof E]: string }): Words<keyof E & string> {
	return { en, zh } as Words<keyof E & string>;
}
