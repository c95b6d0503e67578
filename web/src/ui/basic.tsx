// SPDX-License-Identifier: Apache-2.0
/* The small parts that pages are made of. */
import { useEffect, useId, useState, type ButtonHTMLAttributes, type ReactNode } from "react";
import { Problem } from "../api/client";
import { useCommon, useFormats, useSaid, useServerWord } from "../i18n";
import { Link } from "../lib/router";
import { Icon, type IconName } from "./icon";

type ButtonProps = ButtonHTMLAttributes<HTMLButtonElement> & {
	icon?: IconName | undefined;
	kind?: "plain" | "main" | "danger" | "bare";
	small?: boolean;
	busy?: boolean;
};

export function Button({ icon, kind = "plain", small, busy, children, className, disabled, ...more }: ButtonProps) {
	const names = ["button", `button-${kind}`, small && "button-small", !children && "button-icon", className];
	return (
		<button type="button" className={names.filter(Boolean).join(" ")} disabled={disabled || busy} aria-busy={busy || undefined} {...more}>
			{busy ? <span className="spinner" aria-hidden="true" /> : icon && <Icon name={icon} />}
			{children}
		</button>
	);
}

export function LinkButton({ to, icon, kind = "plain", small, children }: { to: string; icon?: IconName; kind?: "plain" | "main"; small?: boolean; children: ReactNode }) {
	return (
		<Link to={to} className={`button button-${kind}${small ? " button-small" : ""}`}>
			{icon && <Icon name={icon} />}
			{children}
		</Link>
	);
}

export function Page({ title, lead, actions, full, children }: { title: string; lead?: ReactNode; actions?: ReactNode; full?: boolean; children: ReactNode }) {
	useEffect(() => {
		document.title = `${title} · Bulkhead`;
	}, [title]);
	return (
		<div className={full ? "page page-full" : "page"}>
			<header className="page-head">
				<div className="page-title">
					<h1 tabIndex={-1}>{title}</h1>
					{lead && <p className="lead">{lead}</p>}
				</div>
				{actions && <div className="actions">{actions}</div>}
			</header>
			{children}
		</div>
	);
}

/* What is shown as it came: names, paths, texts of others. Nobody translates it, neither we nor the browser. */
export function Data({ children }: { children: ReactNode }) {
	return <span translate="no">{children}</span>;
}

export function Panel({ title, aside, children, className, flush }: { title?: ReactNode; aside?: ReactNode; children: ReactNode; className?: string; flush?: boolean }) {
	const id = useId();
	return (
		<section className={`panel ${className ?? ""}`} aria-labelledby={title ? id : undefined}>
			{(title || aside) && (
				<div className="panel-head">
					{title && <h2 id={id}>{title}</h2>}
					{aside && <div className="panel-aside">{aside}</div>}
				</div>
			)}
			<div className={flush ? "panel-body panel-flush" : "panel-body"}>{children}</div>
		</section>
	);
}

export function Badge({ tone = "plain", children, title, icon }: { tone?: string; children: ReactNode; title?: string; icon?: IconName }) {
	return (
		<span className={`badge badge-${tone}`} title={title}>
			{icon && <Icon name={icon} size={12} />}
			{children}
		</span>
	);
}

const STATE_TONES: Record<string, string> = {
	open: "high", working: "low", closed: "good", "false-alarm": "plain", accepted: "plain", "not-affected": "plain", fixed: "good",
	running: "good", paused: "medium", exited: "plain", here: "good", ok: "good", away: "bad", revoked: "bad", disabled: "plain", failed: "bad",
	done: "good", waiting: "low", queued: "low", active: "good", expired: "medium", error: "bad", blocked: "bad", allowed: "good", promoted: "good", refused: "bad",
	new: "low", changed: "medium", gone: "plain", succeeded: "good", late: "medium", never: "plain", stale: "medium", sent: "low", asked: "low", undone: "plain", pending: "low", cancelled: "plain",
	pass: "good", fail: "bad", excepted: "low", manual: "medium", "not-applicable": "plain", unknown: "medium", ended: "plain",
};

export function State({ value }: { value: string | null | undefined }) {
	const word = useServerWord();
	if (!value) return <span className="dim">–</span>;
	return (
		<span className={`state state-${STATE_TONES[value] ?? "plain"}`}>
			<span className="dot" aria-hidden="true" />
			{word(value)}
		</span>
	);
}

/* Whose it is: the base image's (operations) or the application's (developers). */
export function Side({ value }: { value: string | null | undefined }) {
	const word = useServerWord();
	if (value !== "base" && value !== "application" && value !== "app") return <span className="dim">{word(value ?? "unknown")}</span>;
	return <Badge tone={value === "base" ? "base" : "app"}>{word(value)}</Badge>;
}

/* "3 min ago", the whole time on hover and for screen readers. It grows older by itself. */
let now = Date.now();
const clocks = new Set<() => void>();
setInterval(() => {
	now = Date.now();
	for (const tick of clocks) tick();
}, 10_000);

export function Ago({ ms }: { ms: number | null | undefined }) {
	const f = useFormats();
	const [, tick] = useState(0);
	useEffect(() => {
		const told = () => tick((n) => n + 1);
		clocks.add(told);
		return () => {
			clocks.delete(told);
		};
	}, []);
	if (!ms) return <span className="dim">–</span>;
	const current = Math.max(now, ms > now ? Math.min(ms, Date.now()) : now);
	return (
		<time dateTime={new Date(ms).toISOString()} title={f.time(ms)}>
			{f.ago(ms, current)}
		</time>
	);
}

export function When({ ms }: { ms: number | null | undefined }) {
	const f = useFormats();
	if (!ms) return <span className="dim">–</span>;
	return <time dateTime={new Date(ms).toISOString()}>{f.time(ms)}</time>;
}

export function AsOf({ at, reload, loading }: { at: number; reload?: () => void; loading?: boolean }) {
	const c = useCommon();
	const f = useFormats();
	return (
		<span className="as-of">
			{at > 0 && c("as_of", { time: f.clock(at) })}
			{reload && <Button kind="bare" small icon="reload" aria-label={c("reload")} title={c("reload")} onClick={reload} busy={loading ?? false} />}
		</span>
	);
}

export function Empty({ icon = "box", title, children, action }: { icon?: IconName; title: string; children?: ReactNode; action?: ReactNode }) {
	return (
		<div className="empty">
			<span className="empty-icon"><Icon name={icon} size={28} /></span>
			<p className="empty-title">{title}</p>
			{children && <div className="empty-text">{children}</div>}
			{action && <div className="actions">{action}</div>}
		</div>
	);
}

/* Why it did not work, in the reader's language: the console's own words, or what the server says. */
export function useProblemText(): (e: Problem) => string {
	const c = useCommon();
	const said = useSaid();
	return (e) => {
		if (e.status === 0) return c("err_offline");
		return said(e.detail) || (e.status === 403 ? c("err_denied") : e.status === 429 ? c("err_rate") : e.title);
	};
}

export function Failure({ error, retry }: { error: Problem; retry?: () => void }) {
	const c = useCommon();
	const problemText = useProblemText();
	const title = error.status === 404 ? c("err_notfound") : error.status === 0 ? c("err_offline_title") : error.status === 403 ? c("err_denied_title") : c("err_title");
	return (
		<div className="failure" role="alert">
			<Icon name="warn" size={20} />
			<div>
				<p className="failure-title">{title}</p>
				<p className="failure-text">{problemText(error)}</p>
			</div>
			{retry && <Button small icon="reload" onClick={retry}>{c("retry")}</Button>}
		</div>
	);
}

export function Loading({ lines = 4 }: { lines?: number }) {
	const c = useCommon();
	return (
		<div className="loading" role="status">
			<span className="hide">{c("loading")}</span>
			{Array.from({ length: lines }, (_, i) => <span key={i} className={`bone bone-${i % 4}`} aria-hidden="true" />)}
		</div>
	);
}

/* The three states of something read, then the thing itself. */
export function Loaded<T>({ read, children, lines }: { read: { data: T | undefined; error: Problem | null; reload: () => void }; children: (data: T) => ReactNode; lines?: number }) {
	if (read.data !== undefined) return <>{children(read.data)}</>;
	if (read.error) return <Failure error={read.error} retry={read.reload} />;
	return <Loading lines={lines ?? 4} />;
}

export function Copy({ text, label }: { text: string; label?: string }) {
	const c = useCommon();
	const [done, setDone] = useState(false);
	const copy = () => {
		navigator.clipboard.writeText(text).then(
			() => {
				setDone(true);
				setTimeout(() => setDone(false), 1500);
			},
			() => setDone(false),
		);
	};
	const says = done ? c("copied") : (label ?? c("copy"));
	return <Button kind="bare" small icon={done ? "check" : "copy"} onClick={copy} aria-label={says} title={says} />;
}

/* A long id: its beginning, the whole on hover, and a button that copies it. */
export function Id({ value, length = 12, copy }: { value: string | number | null | undefined; length?: number; copy?: boolean }) {
	if (value === null || value === undefined || value === "") return <span className="dim">–</span>;
	const text = String(value);
	const bare = text.replace(/^sha256:/, "");
	return (
		<span className="id">
			<code title={text}>{bare.length > length ? bare.slice(0, length) : bare}</code>
			{copy && <Copy text={text} />}
		</span>
	);
}

/* "registry.example:5000/shop/cart:1.4": what one looks for stands first, whose it is after it. */
export function ImageName({ value, id }: { value: string | null | undefined; id?: string | undefined }) {
	if (!value) return <code title={id}>{(id ?? "").replace(/^sha256:/, "").slice(0, 16)}</code>;
	const slash = value.indexOf("/");
	const host = slash > 0 ? value.slice(0, slash) : "";
	const registry = /[.:]/.test(host) || host === "localhost" ? host : "";
	return (
		<span translate="no" title={value}>
			{registry ? value.slice(slash + 1) : value}
			{registry && <span className="dim after">{registry}</span>}
		</span>
	);
}

export function Facts({ rows, columns }: { rows: [string, ReactNode][]; columns?: 1 | 2 }) {
	return (
		<dl className={columns === 1 ? "facts" : "facts facts-2"}>
			{rows.filter(([, value]) => value !== null && value !== undefined && value !== false && value !== "").map(([name, value]) => (
				<div key={name}>
					<dt>{name}</dt>
					<dd>{value}</dd>
				</div>
			))}
		</dl>
	);
}

export function Stat({ label, value, tone, note, to }: { label: string; value: ReactNode; tone?: string; note?: ReactNode; to?: string }) {
	const inner = (
		<>
			<span className="stat-label">{label}</span>
			<span className={`stat-value${tone ? ` ink-${tone}` : ""}`}>{value}</span>
			{note && <span className="stat-note">{note}</span>}
		</>
	);
	return to ? <Link to={to} className="stat stat-link">{inner}</Link> : <div className="stat">{inner}</div>;
}

/* A table that may be wider than its place, and then scrolls by the keyboard too. */
export function TableBox({ label, children }: { label: string; children: ReactNode }) {
	const c = useCommon();
	return <div className="table-box" tabIndex={0} role="region" aria-label={c("table_of", { what: label })}>{children}</div>;
}

export function Code({ children, label }: { children: string; label?: string }) {
	const c = useCommon();
	return (
		<div className="code">
			<pre tabIndex={0} aria-label={label ? c("text_of", { what: label }) : c("text")} role="region">{children}</pre>
			<Copy text={children} />
		</div>
	);
}
