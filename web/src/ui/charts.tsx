// SPDX-License-Identifier: Apache-2.0
/*
 * Charts in SVG of our own. Each can be turned into the table of its numbers,
 * and says its gist to who cannot see it.
 */
import { useId, useRef, useState, type KeyboardEvent, type PointerEvent, type ReactNode } from "react";
import { useCommon, useFormats } from "../i18n";
import { ticksOf } from "../lib/ticks";
import { Button } from "./basic";

export interface Series {
	key: string;
	label: string;
	tone: string; /* a class tone-… */
	values: (number | null)[];
}

const W = 640;
const PAD = { left: 44, right: 12, top: 12, bottom: 26 };

function TwinTable({ label, head, rows }: { label: string; head: string[]; rows: ReactNode[][] }) {
	return (
		<div className="twin" tabIndex={0} role="region" aria-label={label}>
			<table>
				<thead><tr>{head.map((h, i) => <th key={i} scope="col">{h}</th>)}</tr></thead>
				<tbody>{rows.map((r, i) => <tr key={i}>{r.map((cell, j) => (j === 0 ? <th key={j} scope="row">{cell}</th> : <td key={j}>{cell}</td>))}</tr>)}</tbody>
			</table>
		</div>
	);
}

/* Areas that stand on each other (stacked), or lines. */
export function Trend({ label, times, series, stacked, height = 190 }: { label: string; times: number[]; series: Series[]; stacked?: boolean; height?: number }) {
	const c = useCommon();
	const f = useFormats();
	const id = useId();
	const [table, setTable] = useState(false);
	const [at, setAt] = useState<number | null>(null);
	const box = useRef<SVGSVGElement>(null);
	const n = times.length;
	if (n === 0) return null;

	const total = (i: number) => series.reduce((sum, s) => sum + (s.values[i] ?? 0), 0);
	const most = Math.max(...times.map((_, i) => (stacked ? total(i) : Math.max(...series.map((s) => s.values[i] ?? 0)))), 0);
	const ticks = ticksOf(most);
	const top = ticks[ticks.length - 1] ?? 1;
	const x = (i: number) => PAD.left + (n === 1 ? (W - PAD.left - PAD.right) / 2 : (i * (W - PAD.left - PAD.right)) / (n - 1));
	const y = (v: number) => PAD.top + (1 - v / top) * (height - PAD.top - PAD.bottom);
	/* A day alone is as wide as its date, or nothing of it would be seen. */
	const drawn: [number, number][] = n === 1 ? [[0, x(0) - 20], [0, x(0) + 20]] : times.map((_, i) => [i, x(i)]);
	const below = new Array<number>(n).fill(0);
	const shapes = series.map((s) => {
		const low = [...below];
		const high = s.values.map((v, i) => (stacked ? (below[i] = (below[i] ?? 0) + (v ?? 0)) : (v ?? 0)));
		const line = drawn.map(([i, at], k) => `${k ? "L" : "M"}${at.toFixed(1)} ${y(high[i] ?? 0).toFixed(1)}`).join("");
		const back = drawn.map(([i, at]) => `L${at.toFixed(1)} ${y(low[i] ?? 0).toFixed(1)}`).reverse().join("");
		return { s, line, area: stacked ? `${line}${back}Z` : "" };
	}).reverse();
	const marks = Math.min(6, n);
	const dates = n === 1 ? [0] : Array.from({ length: marks }, (_, i) => Math.round((i * (n - 1)) / (marks - 1)));

	const move = (e: PointerEvent) => {
		const r = box.current?.getBoundingClientRect();
		if (!r) return;
		const px = ((e.clientX - r.left) * W) / r.width;
		setAt(Math.max(0, Math.min(n - 1, Math.round(((px - PAD.left) * (n - 1)) / (W - PAD.left - PAD.right)))));
	};
	const keys = (e: KeyboardEvent) => {
		const step = e.key === "ArrowRight" ? 1 : e.key === "ArrowLeft" ? -1 : 0;
		if (!step) return;
		e.preventDefault();
		setAt((had) => Math.max(0, Math.min(n - 1, (had ?? n - 1) + step)));
	};

	return (
		<figure className="chart">
			<figcaption className="chart-head" id={id}>
				<span className="legend">
					{(stacked ? [...series].reverse() : series).map((s) => (
						<span key={s.key} className="legend-item">
							<span className={`swatch tone-${s.tone}`} aria-hidden="true" />
							{s.label}
							{at !== null && <strong>{f.number(s.values[at] ?? 0)}</strong>}
						</span>
					))}
				</span>
				<span className="chart-when" role="status">{at !== null && f.date(times[at] ?? 0)}</span>
				<Button small kind="bare" onClick={() => setTable(!table)} aria-pressed={table}>{table ? c("as_chart") : c("as_table")}</Button>
			</figcaption>
			{table ? (
				<TwinTable label={label} head={[c("time"), ...series.map((s) => s.label)]} rows={times.map((ms, i) => [f.date(ms), ...series.map((s) => f.number(s.values[i] ?? 0))]).reverse()} />
			) : (
				<svg ref={box} className="trend" viewBox={`0 0 ${W} ${height}`} role="img" aria-label={label} tabIndex={0} onPointerMove={move} onPointerLeave={() => setAt(null)} onKeyDown={keys} onBlur={() => setAt(null)}>
					{ticks.map((v) => (
						<g key={v}>
							<line className="tick" x1={PAD.left} x2={W - PAD.right} y1={y(v)} y2={y(v)} />
							<text className="tick-text" x={PAD.left - 8} y={y(v) + 3.5} textAnchor="end">{f.short(v)}</text>
						</g>
					))}
					{dates.map((i) => (
						<text key={i} className="tick-text" x={x(i)} y={height - 8} textAnchor={i === 0 && n > 1 ? "start" : i === n - 1 && n > 1 ? "end" : "middle"}>{f.day(times[i] ?? 0)}</text>
					))}
					{shapes.map(({ s, line, area }) => (
						<g key={s.key} className={`tone-${s.tone}`}>
							{area && <path className="trend-area" d={area} />}
							<path className="trend-line" d={line} />
						</g>
					))}
					{at !== null && <line className="trend-at" x1={x(at)} x2={x(at)} y1={PAD.top} y2={height - PAD.bottom} />}
				</svg>
			)}
		</figure>
	);
}

/* A score of 0 to 100 on three quarters of a circle. */
export function Ring({ value, label, word, tone, size = 168 }: { value: number; label: string; word: string; tone: string; size?: number }) {
	const f = useFormats();
	const r = 66;
	const length = 2 * Math.PI * r * 0.75;
	const filled = (Math.max(0, Math.min(100, value)) / 100) * length;
	return (
		<svg className={`ring tone-${tone}`} width={size} height={size} viewBox="0 0 160 160" role="img" aria-label={`${label}: ${f.number(Math.round(value))} / 100, ${word}`}>
			<circle className="ring-bed" cx="80" cy="80" r={r} strokeDasharray={`${length} 1000`} transform="rotate(135 80 80)" />
			<circle className="ring-value" cx="80" cy="80" r={r} strokeDasharray={`${filled} 1000`} transform="rotate(135 80 80)" />
			<text className="ring-number" x="80" y="88" textAnchor="middle">{f.number(Math.round(value))}</text>
			<text className="ring-word" x="80" y="108" textAnchor="middle">{word}</text>
		</svg>
	);
}

export interface Bar {
	key: string;
	label: ReactNode;
	value: number;
	text?: ReactNode;
	tone?: string;
}

/* Bars that lie, for a handful of values: the numbers stand beside them, so it is its own table. */
export function Bars({ label, bars, most }: { label: string; bars: Bar[]; most?: number }) {
	const f = useFormats();
	const top = most ?? Math.max(...bars.map((b) => b.value), 1);
	return (
		<table className="bars" aria-label={label}>
			<tbody>
				{bars.map((b) => (
					<tr key={b.key}>
						<th scope="row">{b.label}</th>
						<td className="bars-bar">
							<svg width="100%" height="8" aria-hidden="true" focusable="false" className={`tone-${b.tone ?? "accent"}`}>
								<rect className="bar-bed" width="100%" height="8" rx="4" />
								<rect className="bar-value" width={`${Math.max(top > 0 ? (b.value * 100) / top : 0, b.value > 0 ? 1.5 : 0)}%`} height="8" rx="4" />
							</svg>
						</td>
						<td className="bars-value">{b.text ?? f.number(b.value)}</td>
					</tr>
				))}
			</tbody>
		</table>
	);
}

/* Parts of a whole in one line; its words stand below. */
export function Split({ label, parts }: { label: string; parts: { key: string; label: string; value: number; tone: string }[] }) {
	const f = useFormats();
	const whole = parts.reduce((sum, p) => sum + p.value, 0);
	let at = 0;
	return (
		<div className="split">
			<svg className="split-bar" width="100%" height="10" role="img" aria-label={`${label}: ${parts.map((p) => `${p.label} ${f.number(p.value)}`).join(", ")}`}>
				{whole === 0 && <rect className="bar-bed" width="100%" height="10" rx="2" />}
				{parts.map((p) => {
					if (p.value === 0) return null;
					const from = at;
					at += (p.value * 100) / whole;
					return <rect key={p.key} className={`bar-value tone-${p.tone}`} x={`${from}%`} width={`${Math.max(at - from - 0.4, 0.4)}%`} height="10" rx="2" />;
				})}
			</svg>
			<ul className="legend">
				{parts.map((p) => (
					<li key={p.key} className="legend-item">
						<span className={`swatch tone-${p.tone}`} aria-hidden="true" />
						{p.label} <strong>{f.number(p.value)}</strong>
					</li>
				))}
			</ul>
		</div>
	);
}
