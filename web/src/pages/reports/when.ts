// SPDX-License-Identifier: Apache-2.0
/* When something comes by the clock, in words. */
import { useFormats, useWords } from "../../i18n";
import { words } from "./words";

export interface When {
	every: "day" | "week" | "month";
	day: number;
	hour: number;
	minute: number;
	utc_offset: number;
}

const two = (n: number) => String(n).padStart(2, "0");
export const clockOf = (w: Pick<When, "hour" | "minute">) => `${two(w.hour)}:${two(w.minute)}`;
export const zoneOf = (minutes: number) => `UTC${minutes < 0 ? "−" : "+"}${two(Math.floor(Math.abs(minutes) / 60))}:${two(Math.abs(minutes) % 60)}`;
/* Each whole hour, and those between that a country has. */
export const ZONES = [...Array.from({ length: 27 }, (_, i) => (i - 12) * 60), -570, -210, 210, 270, 330, 345, 390, 525, 570, 630, 765];

export function useWhen(): (w: When) => string {
	const t = useWords(words);
	const f = useFormats();
	return (w) => {
		const at = `${clockOf(w)} (${zoneOf(w.utc_offset)})`;
		if (w.every === "day") return t("w_day", { at });
		if (w.every === "week") return t("w_week", { at, day: new Intl.DateTimeFormat(f.locale, { weekday: "long", timeZone: "UTC" }).format(Date.UTC(2024, 0, w.day)) });
		return w.day === 31 ? t("w_last", { at }) : t("w_month", { at, day: w.day });
	};
}
