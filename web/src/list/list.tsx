// SPDX-License-Identifier: Apache-2.0
/*
 * Every table of the console. A page describes columns and facets; this gives
 * it search, filters, sorting, chosen columns, CSV, rows drawn only where one
 * looks, and the keyboard:
 *
 *     /  search        up, down, page up/down, home, end: rows        Enter: open        Escape: leave the search
 */
import { useCallback, useEffect, useMemo, useRef, useState, type KeyboardEvent, type ReactNode } from "react";
import { ROOT } from "../api/client";
import type { Topic } from "../api/live";
import { useCommon, useFormats, useServerWord } from "../i18n";
import { Link, navigate, usePath, useSearch, withParams } from "../lib/router";
import { AsOf, Button, Data, Empty, Failure } from "../ui/basic";
import { Popover } from "../ui/float";
import { Icon, type IconName } from "../ui/icon";
import { FacetMenu, type Facet } from "./facets";
import { isListParam, nextSort, readState, request, sortOf, windowOf, type ListState } from "./query";
import { fitted, leastWidth } from "./tracks";
import { useRows } from "./use";

export interface Column<Row> {
	key: string;
	label: string;
	width: string; /* a track of CSS grid: "minmax(180px, 3fr)" */
	render?: (row: Row) => ReactNode;
	sort?: boolean;
	down?: boolean; /* the first click sorts downwards: risks, counts, times */
	end?: boolean; /* numbers stand at the right */
	hidden?: boolean; /* until chosen */
}

export interface ListProps<Row> {
	name: string; /* for chosen columns, and the file of a CSV */
	label: string;
	path: string;
	columns: Column<Row>[];
	facets?: Facet[];
	fixed?: Record<string, string>;
	sort: string;
	rowKey: (row: Row) => string;
	href?: (row: Row) => string;
	open?: string; /* instead of href: the parameter that takes the row's key, for a drawer */
	search?: boolean;
	topics?: Topic[];
	empty: { icon?: IconName; title: string; text?: ReactNode; action?: ReactNode };
	tools?: ReactNode;
	lead?: boolean;
	local?: boolean; /* the server gives it whole, and knows no questions */
	short?: boolean; /* as high as its rows, for lists within pages */
}

const ROW = 37;

function useChosen(name: string): [string[] | null, (keys: string[] | null) => void] {
	const key = `bh.columns.${name}`;
	const [chosen, set] = useState<string[] | null>(() => {
		try {
			return JSON.parse(localStorage.getItem(key) ?? "null") as string[] | null;
		} catch {
			return null;
		}
	});
	return [chosen, (keys) => {
		set(keys);
		try {
			if (keys) localStorage.setItem(key, JSON.stringify(keys));
			else localStorage.removeItem(key);
		} catch {
			// storage is switched off: for this visit only
		}
	}];
}

export function clearListParams(search: string): Record<string, null> {
	const gone: Record<string, null> = {};
	for (const name of new URLSearchParams(search).keys()) if (isListParam(name)) gone[name] = null;
	return gone;
}

function SearchBox({ value, set, label }: { value: string; set: (q: string) => void; label: string }) {
	const c = useCommon();
	const [text, setText] = useState(value);
	const sent = useRef(value);
	useEffect(() => {
		if (value !== sent.current) setText(value);
		sent.current = value;
	}, [value]);
	useEffect(() => {
		if (text === sent.current) return;
		const t = setTimeout(() => {
			sent.current = text;
			set(text);
		}, 250);
		return () => clearTimeout(t);
	}, [text, set]);
	return (
		<div className="search">
			<Icon name="search" />
			<input type="search" className="input" data-list-search value={text} aria-label={label} placeholder={c("search")} onChange={(e) => setText(e.target.value)}
				onKeyDown={(e) => e.key === "Escape" && (e.currentTarget.value ? setText("") : e.currentTarget.blur())} />
			<kbd aria-hidden="true">/</kbd>
		</div>
	);
}

export function List<Row>(props: ListProps<Row>) {
	const { name, label, path, facets = [], fixed = {}, rowKey } = props;
	const c = useCommon();
	const word = useServerWord();
	const search = useSearch();
	const here = usePath();
	const state = useMemo(() => readState(search, props.sort), [search, props.sort]);
	const scroller = useRef<HTMLDivElement>(null);
	const [view, setView] = useState<[number, number, number]>([0, 800, 1e9]); /* scrolled to, height, width */
	const [active, setActive] = useState(0);
	const [chosen, choose] = useChosen(name);
	const holdStill = useCallback(() => (scroller.current?.scrollTop ?? 0) > ROW, []);
	const facetKeys = useMemo(() => facets.filter((x) => x.kind === "values").map((x) => x.key), [facets]);
	const list = useRows<Row>(path, state, fixed, facetKeys, props.topics ?? [], holdStill, props.local);
	const columns = props.columns.filter((col) => (chosen ? chosen.includes(col.key) : !col.hidden));
	const opened = props.open ? new URLSearchParams(search).get(props.open) : null;

	const change = useCallback((what: Record<string, string | null>) => navigate(withParams(location.pathname, location.search, what), "q" in what), []);

	/* A new question begins at the top. */
	const question = request(path, state, fixed, {});
	useEffect(() => {
		scroller.current?.scrollTo(0, 0);
		setActive(0);
	}, [question]);

	useEffect(() => {
		const node = scroller.current;
		if (!node) return;
		const look = () => setView([node.scrollTop, node.clientHeight, node.clientWidth]);
		look();
		const watch = new ResizeObserver(look);
		watch.observe(node);
		node.addEventListener("scroll", look, { passive: true });
		return () => {
			watch.disconnect();
			node.removeEventListener("scroll", look);
		};
	}, []);

	useEffect(() => {
		const key = (e: globalThis.KeyboardEvent) => {
			const on = e.target as HTMLElement;
			if (e.key !== "/" || e.ctrlKey || e.metaKey || /^(INPUT|TEXTAREA|SELECT)$/.test(on.tagName)) return;
			const box = scroller.current?.closest(".list")?.querySelector<HTMLInputElement>("[data-list-search]");
			if (!box) return;
			e.preventDefault();
			box.focus();
		};
		addEventListener("keydown", key);
		return () => removeEventListener("keydown", key);
	}, []);

	const [from, to] = windowOf(view[0], view[1], ROW, list.rows.length);
	useEffect(() => {
		if (!list.whole && to > list.rows.length - 30 && list.rows.length > 0) list.more();
	}, [to, list.rows.length, list.whole, list.more]); // eslint-disable-line

	const openRow = (row: Row) => {
		if (props.href) navigate(props.href(row));
		else if (props.open) change({ [props.open]: rowKey(row) });
	};

	const goTo = (i: number) => {
		const n = Math.max(0, Math.min(list.rows.length - 1, i));
		const node = scroller.current;
		setActive(n);
		if (!node) return;
		const head = ROW;
		if (n * ROW < node.scrollTop) node.scrollTop = n * ROW;
		else if ((n + 1) * ROW > node.scrollTop + node.clientHeight - head) node.scrollTop = (n + 1) * ROW - node.clientHeight + head;
		requestAnimationFrame(() => node.querySelector<HTMLElement>(`[data-row="${n}"]`)?.focus());
	};

	const keys = (e: KeyboardEvent) => {
		if ((e.target as HTMLElement).closest("[role=columnheader]")) return;
		const page = Math.max(1, Math.floor(view[1] / ROW) - 2);
		const to = { ArrowDown: active + 1, ArrowUp: active - 1, PageDown: active + page, PageUp: active - page, Home: 0, End: list.rows.length - 1 }[e.key];
		if (to !== undefined) {
			e.preventDefault();
			goTo(to);
		} else if (e.key === "Enter" && (e.target as HTMLElement).dataset["row"] !== undefined) {
			const row = list.rows[active];
			if (row) openRow(row);
		}
	};

	const filtered = state.filters.length > 0 || state.q !== "";
	const csv = ROOT + request(path, state, fixed, { format: "csv" });
	const tracks = fitted(columns.map((col) => col.width), view[2]);
	const template = tracks.join(" ");
	const minWidth = leastWidth(tracks);
	const nothing = !list.loading && !list.error && list.rows.length === 0;

	return (
		<div className={props.short ? "list list-short" : "list"}>
			<div className="list-bar">
				{props.search !== false && <SearchBox value={state.q} set={(q) => change({ q: q || null })} label={c("search_in", { what: label })} />}
				{facets.map((facet) => <FacetMenu key={facet.key} facet={facet} state={state} counts={list.facets[facet.key]} change={change} />)}
				<span className="grow" />
				{props.tools}
				<Popover label="" bare icon="columns" title={c("columns")} align="end">
					{() => (
						<div className="menu">
							{props.columns.map((col) => (
								<label key={col.key} className="check menu-item">
									<input type="checkbox" checked={columns.includes(col)} disabled={columns.length === 1 && columns[0] === col}
										onChange={() => choose(props.columns.filter((x) => (x === col ? !columns.includes(col) : columns.includes(x))).map((x) => x.key))} />
									<span>{col.label}</span>
								</label>
							))}
							<Button small kind="bare" onClick={() => choose(null)} disabled={!chosen}>{c("columns_reset")}</Button>
						</div>
					)}
				</Popover>
				{!props.local && <a className="button button-bare button-small button-icon" href={csv} download={`${name}.csv`} aria-label={c("csv")} title={c("csv")}>
					<Icon name="download" />
				</a>}
			</div>
			<Chips state={state} facets={facets} columns={props.columns} change={change} search={search} word={word} />
			<div className="grid" role="grid" aria-label={label} aria-rowcount={list.total !== undefined ? list.total + 1 : -1} aria-colcount={columns.length} aria-busy={list.loading}
				ref={scroller} onKeyDown={keys} tabIndex={list.rows.length === 0 ? 0 : -1}>
				<div className="grid-head" role="rowgroup" style={{ minWidth }}>
					<div className="grid-row" role="row" aria-rowindex={1} style={{ gridTemplateColumns: template }}>
						{columns.map((col) => (
							<div key={col.key} role="columnheader" className={col.end ? "cell cell-end" : "cell"} aria-sort={col.sort ? sortOf(state.sort, col.key) : undefined}>
								{col.sort ? (
									<button type="button" className="sort" onClick={() => change({ sort: ((s) => (s === props.sort ? null : s))(nextSort(state.sort, col.key, col.down ?? false, props.sort)) })}>
										{col.label}
										<span className="sort-mark" aria-hidden="true">{{ ascending: "↑", descending: "↓", none: "" }[sortOf(state.sort, col.key)]}</span>
									</button>
								) : col.label}
							</div>
						))}
					</div>
				</div>
				{list.rows.length > 0 && (
					<div className="grid-body" role="rowgroup" style={{ height: list.rows.length * ROW, minWidth }}>
						{list.rows.slice(from, to).map((row, i) => {
							const n = from + i;
							const key = rowKey(row);
							const link = props.href?.(row) ?? (props.open ? withParams(here, search, { [props.open]: key }) : null);
							return (
								<div key={key} className={`grid-row grid-data${opened === key ? " grid-open" : ""}${link ? " grid-link" : ""}`} role="row" aria-rowindex={n + 2} aria-selected={opened === key || undefined}
									data-row={n} tabIndex={n === Math.min(active, list.rows.length - 1) ? 0 : -1} style={{ gridTemplateColumns: template, transform: `translateY(${n * ROW}px)` }}
									onFocus={() => setActive(n)}
									onClick={(e) => {
										if ((e.target as HTMLElement).closest("a, button, input, label") || getSelection()?.toString()) return;
										openRow(row);
									}}>
									{columns.map((col, j) => {
										const inner = col.render ? col.render(row) : plain((row as Record<string, unknown>)[col.key]);
										return (
											<div key={col.key} role="gridcell" className={col.end ? "cell cell-end" : "cell"}>
												{j === 0 && link ? <Link to={link} className="cell-link" tabIndex={-1}>{inner}</Link> : inner}
											</div>
										);
									})}
								</div>
							);
						})}
					</div>
				)}
				{list.loading && list.rows.length === 0 && !list.error && <Bones template={template} columns={columns.length} />}
			</div>
			{list.error && <div className={list.rows.length === 0 ? "list-failed" : undefined}><Failure error={list.error} retry={list.reload} /></div>}
			{nothing && (filtered
				? <Empty icon="filter" title={c("nothing_fits")} action={<Button onClick={() => change(clearListParams(search))}>{c("clear_filters")}</Button>} />
				: <Empty icon={props.empty.icon ?? "box"} title={props.empty.title} action={props.empty.action}>{props.empty.text}</Empty>)}
			<div className="list-foot">
				<span role="status">
					{list.rows.length > 0 && (list.total !== undefined ? c("rows_of", { shown: list.whole ? list.rows.length : to, total: list.total }) : c("rows", { n: list.rows.length }))}
				</span>
				{list.stale && <Button small kind="plain" icon="up" onClick={() => {
					scroller.current?.scrollTo(0, 0);
					list.reload();
				}}>{c("newer_rows")}</Button>}
				<span className="grow" />
				<AsOf at={list.at} reload={list.reload} loading={list.loading} />
			</div>
		</div>
	);
}

function plain(value: unknown): ReactNode {
	if (value === null || value === undefined || value === "") return <span className="dim">–</span>;
	return <Data>{typeof value === "object" ? JSON.stringify(value) : String(value)}</Data>;
}

function Bones({ template, columns }: { template: string; columns: number }) {
	const c = useCommon();
	return (
		<div role="rowgroup">
			{Array.from({ length: 9 }, (_, i) => (
				<div key={i} className="grid-row" role="row" style={{ gridTemplateColumns: template }}>
					{Array.from({ length: columns }, (_, j) => (
						<div key={j} className="cell" role="gridcell">
							{i + j === 0 && <span className="hide">{c("loading")}</span>}
							<span className={`bone bone-${(i + j) % 4}`} aria-hidden="true" />
						</div>
					))}
				</div>
			))}
		</div>
	);
}

function Chips({ state, facets, columns, change, search, word }: {
	state: ListState; facets: Facet[]; columns: { key: string; label: string }[]; change: (what: Record<string, string | null>) => void; search: string; word: (w: string) => string;
}) {
	const c = useCommon();
	const f = useFormats();
	if (state.filters.length === 0) return null;
	const nameOf = (column: string) => facets.find((x) => x.key === column)?.label ?? columns.find((x) => x.key === column)?.label ?? column;
	const valueOf = (column: string, value: string) => {
		const facet = facets.find((x) => x.key === column);
		return facet?.word ? facet.word(value) : facet?.kind === "since" ? f.time(Number(value)) : word(value);
	};
	const sign = { f: "", not: "≠ ", min: "≥ ", max: "≤ ", like: "~ " };
	return (
		<div className="chips">
			{state.filters.map((x) => (
				<span className="chip" key={`${x.op}.${x.column}`}>
					<span className="chip-name">{nameOf(x.column)}</span>
					<span>{sign[x.op]}{x.values.map((v) => valueOf(x.column, v)).join(", ")}</span>
					<button type="button" onClick={() => change({ [`${x.op}.${x.column}`]: null })} aria-label={c("remove_filter", { what: nameOf(x.column) })}>
						<Icon name="close" size={11} />
					</button>
				</span>
			))}
			<Button small kind="bare" onClick={() => change(clearListParams(search))}>{c("clear_filters")}</Button>
		</div>
	);
}
