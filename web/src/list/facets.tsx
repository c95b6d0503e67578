// SPDX-License-Identifier: Apache-2.0
/* A filter's menu: the values a column has and how many rows each, a least value, or a time. */
import { useState } from "react";
import { useCommon, useFormats, useServerWord } from "../i18n";
import { Popover } from "../ui/float";
import { toggled, valuesOf, type ListState } from "./query";
import type { FacetValue } from "./use";

export interface Facet {
	key: string;
	label: string;
	kind: "values" | "min" | "since" | "flag";
	word?: (value: string) => string;
	steps?: number[]; /* of min */
}

type Change = (what: Record<string, string | null>) => void;

const HOUR = 3_600_000;
const SINCE = [1, 24, 7 * 24, 30 * 24];

export function FacetMenu({ facet, state, counts, change }: { facet: Facet; state: ListState; counts: FacetValue[] | undefined; change: Change }) {
	const c = useCommon();
	const on = state.filters.some((x) => x.column === facet.key);
	if (facet.kind === "flag") {
		return (
			<button type="button" className={`button button-plain button-small${on ? " button-active" : ""}`} aria-pressed={on}
				onClick={() => change({ [`f.${facet.key}`]: on ? null : "true" })}>
				{facet.label}
			</button>
		);
	}
	const n = valuesOf(state, "f", facet.key).length + valuesOf(state, "not", facet.key).length;
	return (
		<Popover label={n > 0 ? `${facet.label} · ${n}` : facet.label} title={c("filter_by", { what: facet.label })} active={on}>
			{(close) => (facet.kind === "values"
				? <Values facet={facet} state={state} counts={counts} change={change} />
				: <Steps facet={facet} state={state} change={change} close={close} />)}
		</Popover>
	);
}

function Values({ facet, state, counts, change }: { facet: Facet; state: ListState; counts: FacetValue[] | undefined; change: Change }) {
	const c = useCommon();
	const f = useFormats();
	const word = useServerWord();
	const [text, setText] = useState("");
	const [op, setOp] = useState<"f" | "not">(valuesOf(state, "not", facet.key).length ? "not" : "f");
	const picked = valuesOf(state, op, facet.key);
	const say = (v: string) => (v === "" ? c("none") : (facet.word ?? word)(v));
	const all = new Map<string, number | undefined>();
	for (const v of picked) all.set(v, undefined);
	for (const v of counts ?? []) all.set(v.value === null ? "" : String(v.value), v.count);
	const rows = [...all].filter(([v]) => !text || say(v).toLowerCase().includes(text.toLowerCase()) || v.toLowerCase().includes(text.toLowerCase()));
	return (
		<div className="menu">
			{all.size > 10 && <input className="input" value={text} onChange={(e) => setText(e.target.value)} aria-label={c("search")} placeholder={c("search")} />}
			<div className="menu-list">
				{rows.map(([v, n]) => (
					<label key={v} className="check menu-item">
						<input type="checkbox" checked={picked.includes(v)} onChange={() => change({ [`${op}.${facet.key}`]: toggled(picked, v).join(",") || null })} disabled={v === ""} />
						<span className="menu-word">{say(v)}</span>
						{n !== undefined && <span className="menu-count">{f.short(n)}</span>}
					</label>
				))}
				{rows.length === 0 && <p className="hint">{c("nothing_fits")}</p>}
			</div>
			<label className="check menu-foot">
				<input type="checkbox" checked={op === "not"} onChange={(e) => {
					const next = e.target.checked ? "not" : "f";
					setOp(next);
					if (picked.length) change({ [`${op}.${facet.key}`]: null, [`${next}.${facet.key}`]: picked.join(",") });
				}} />
				<span>{c("all_but")}</span>
			</label>
		</div>
	);
}

function Steps({ facet, state, change, close }: { facet: Facet; state: ListState; change: Change; close: () => void }) {
	const c = useCommon();
	const f = useFormats();
	const current = valuesOf(state, "min", facet.key)[0];
	const rows: [string, string][] = facet.kind === "since"
		? SINCE.map((h) => [String(Math.floor((Date.now() - h * HOUR) / 60_000) * 60_000), c("last_span", { span: f.span(h * HOUR) })])
		: (facet.steps ?? []).map((n) => [String(n), `≥ ${facet.word ? facet.word(String(n)) : f.number(n)}`]);
	return (
		<div className="menu">
			<button type="button" className="menu-item" onClick={() => { change({ [`min.${facet.key}`]: null }); close(); }}>{c("any")}</button>
			{rows.map(([value, text]) => (
				<button type="button" key={value} className="menu-item" aria-pressed={current === value} onClick={() => { change({ [`min.${facet.key}`]: value }); close(); }}>
					{text}
				</button>
			))}
		</div>
	);
}
