// SPDX-License-Identifier: Apache-2.0
/* What lies above the page: popovers, drawers, dialogs, passing notes. */
import { createContext, useCallback, useContext, useEffect, useId, useRef, useState, type ReactNode } from "react";
import { createPortal } from "react-dom";
import { useCommon } from "../i18n";
import { Button } from "./basic";
import { Icon, type IconName } from "./icon";

export function Popover({ label, icon, children, active, align = "start", bare, tall, title }: {
	label: ReactNode; icon?: IconName; children: (close: () => void) => ReactNode; active?: boolean; align?: "start" | "end"; bare?: boolean; tall?: boolean; title: string;
}) {
	const [open, setOpen] = useState(false);
	const box = useRef<HTMLDivElement>(null);
	const button = useRef<HTMLButtonElement>(null);
	const id = useId();
	const close = useCallback(() => {
		setOpen(false);
		button.current?.focus();
	}, []);

	useEffect(() => {
		if (!open) return;
		const outside = (e: PointerEvent) => {
			if (!box.current?.contains(e.target as Node)) setOpen(false);
		};
		const left = (e: FocusEvent) => {
			if (e.relatedTarget && !box.current?.contains(e.relatedTarget as Node)) setOpen(false);
		};
		const node = box.current;
		document.addEventListener("pointerdown", outside);
		node?.addEventListener("focusout", left);
		node?.querySelector<HTMLElement>(".popover input, .popover button, .popover a")?.focus();
		return () => {
			document.removeEventListener("pointerdown", outside);
			node?.removeEventListener("focusout", left);
		};
	}, [open]);

	return (
		<div className="popover-box" ref={box} onKeyDown={(e) => {
			if (e.key === "Escape" && open) {
				e.stopPropagation();
				close();
			}
		}}>
			<button ref={button} type="button" className={`button ${bare ? "button-bare" : "button-plain"}${tall ? "" : " button-small"}${active ? " button-active" : ""}`}
				aria-expanded={open} aria-haspopup="dialog" aria-controls={open ? id : undefined} onClick={() => setOpen(!open)} title={bare ? title : undefined}
				aria-label={typeof label === "string" && label ? undefined : title}>
				{icon && <Icon name={icon} />}
				{label}
				{!bare && <Icon name="down" size={12} />}
			</button>
			{open && (
				<div id={id} className={`popover popover-${align}`} role="dialog" aria-label={title}>
					{children(close)}
				</div>
			)}
		</div>
	);
}

/* Beside the page, not above it: what stands behind stays usable. Escape closes. */
export function Drawer({ title, sub, close, children, actions }: { title: ReactNode; sub?: ReactNode; close: () => void; children: ReactNode; actions?: ReactNode }) {
	const c = useCommon();
	const id = useId();
	const box = useRef<HTMLDivElement>(null);
	useEffect(() => {
		const before = document.activeElement as HTMLElement | null;
		box.current?.focus();
		return () => before?.focus?.();
	}, []);
	useEffect(() => {
		const key = (e: KeyboardEvent) => {
			if (e.key === "Escape" && !document.querySelector("dialog[open], .popover")) close();
		};
		addEventListener("keydown", key);
		return () => removeEventListener("keydown", key);
	}, [close]);
	return (
		<div className="drawer" role="dialog" aria-labelledby={id} ref={box} tabIndex={-1}>
			<header className="drawer-head">
				<div>
					<h2 id={id}>{title}</h2>
					{sub && <div className="drawer-sub">{sub}</div>}
				</div>
				<Button kind="bare" icon="close" aria-label={c("close")} onClick={close} />
			</header>
			<div className="drawer-body" tabIndex={0} role="region" aria-labelledby={id}>{children}</div>
			{actions && <footer className="drawer-foot">{actions}</footer>}
		</div>
	);
}

/* In the document's body, and deaf to what it lies above: a click in it is none of the row that opened it. */
export function Dialog({ title, close, children }: { title: string; close: () => void; children: ReactNode }) {
	const c = useCommon();
	const id = useId();
	const box = useRef<HTMLDialogElement>(null);
	useEffect(() => {
		const node = box.current;
		node?.showModal();
		return () => node?.close();
	}, []);
	return createPortal(
		<dialog ref={box} className="dialog" aria-labelledby={id} onClick={(e) => e.stopPropagation()} onKeyDown={(e) => e.stopPropagation()} onCancel={(e) => {
			e.preventDefault();
			close();
		}}>
			<header className="dialog-head">
				<h2 id={id}>{title}</h2>
				<Button kind="bare" icon="close" aria-label={c("close")} onClick={close} />
			</header>
			<div className="dialog-body">{children}</div>
		</dialog>,
		document.body,
	);
}

interface Note {
	id: number;
	text: string;
	tone: "good" | "bad";
}
const Notes = createContext<(text: string, tone?: "good" | "bad") => void>(() => undefined);
export const useNote = () => useContext(Notes);

export function NoteBoard({ children }: { children: ReactNode }) {
	const [notes, setNotes] = useState<Note[]>([]);
	const next = useRef(1);
	const say = useCallback((text: string, tone: "good" | "bad" = "good") => {
		const id = next.current++;
		setNotes((all) => [...all.slice(-3), { id, text, tone }]);
		setTimeout(() => setNotes((all) => all.filter((n) => n.id !== id)), tone === "bad" ? 9000 : 4500);
	}, []);
	return (
		<Notes value={say}>
			{children}
			<div className="notes" role="status" aria-live="polite">
				{notes.map((n) => (
					<div key={n.id} className={`note note-${n.tone}`}>
						<Icon name={n.tone === "good" ? "check" : "warn"} />
						<span>{n.text}</span>
					</div>
				))}
			</div>
		</Notes>
	);
}
