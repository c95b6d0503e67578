// SPDX-License-Identifier: Apache-2.0
/* What a report is of, and in which form: as it is chosen, and as it is told. */
import { useGet } from "../../api/use";
import { useWords } from "../../i18n";
import { Choice } from "../../ui/form";
import { words } from "./words";

export type Kind = "inspection" | "findings";
export type Scope = "all" | "host" | "image" | "team";
export interface Of {
	scope: Scope;
	scope_id: string;
}

export const KINDS: Kind[] = ["inspection", "findings"];
export const SCOPES: Scope[] = ["all", "host", "image", "team"];
export const FORMATS: Record<Kind, [string, string][]> = {
	inspection: [["html", "HTML"], ["csv", "CSV"], ["json", "JSON"], ["junit", "JUnit"], ["oscal", "OSCAL"]],
	findings: [["html", "HTML"], ["csv", "CSV"], ["json", "JSON"], ["markdown", "Markdown"], ["sarif", "SARIF"], ["junit", "JUnit"]],
};
export const formatName = (kind: Kind, format: string) => FORMATS[kind].find(([f]) => f === format)?.[1] ?? format;

interface Thing {
	id: string | number;
	name?: string;
}
const LISTS: Record<Exclude<Scope, "all">, string> = { host: "/hosts?sort=name&columns=id,name&limit=500", image: "/images?sort=name&columns=id,name&limit=500", team: "/teams?sort=name&columns=id,name&limit=500" };

/* Of all, or of one host, image or team: fields of a row. A thing that is no more stays chosen until another is. */
export function OfChoice({ value, change }: { value: Of; change: (of: Of) => void }) {
	const t = useWords(words);
	const things = useGet<{ items: Thing[] }>(value.scope === "all" ? null : LISTS[value.scope]).data?.items ?? [];
	const options = things.map((x): [string, string] => [String(x.id), x.name || String(x.id)]);
	if (value.scope_id && !options.some(([id]) => id === value.scope_id)) options.unshift([value.scope_id, value.scope_id]);
	return (
		<>
			<Choice label={t("of")} value={value.scope} onChange={(e) => change({ scope: e.target.value as Scope, scope_id: "" })} options={SCOPES.map((s) => [s, t(`s_${s}`)])} />
			{value.scope !== "all" && <Choice label={t("which")} translate="no" required value={value.scope_id} onChange={(e) => change({ ...value, scope_id: e.target.value })} options={[["", t("choose")], ...options]} />}
		</>
	);
}

export function useOf(): (r: Of & { scope_name?: string | null }) => string {
	const t = useWords(words);
	return (r) => (r.scope === "all" ? t("s_all") : t(`of_${r.scope}`, { name: r.scope_name || r.scope_id }));
}
