// SPDX-License-Identifier: Apache-2.0
/* A text with numbered lines; lines with mistakes are marked, and named below with their place. */
import { useEffect, useRef, useState, type KeyboardEvent } from "react";

export interface Mistake {
	line?: number;
	column?: number;
	text: string;
}

export function Editor({ value, set, label, mistakes }: { value: string; set: (text: string) => void; label: string; mistakes: Mistake[] }) {
	const area = useRef<HTMLTextAreaElement>(null);
	const gutter = useRef<HTMLDivElement>(null);
	const [top, setTop] = useState(0);
	const lines = value.split("\n").length;
	const bad = new Set(mistakes.map((m) => m.line));
	useEffect(() => {
		if (gutter.current) gutter.current.scrollTop = top;
	}, [top, lines]);
	/* Tab writes two blanks; Escape first lets it leave the field again. */
	const leaving = useRef(false);
	const keys = (e: KeyboardEvent<HTMLTextAreaElement>) => {
		if (e.key === "Escape") leaving.current = true;
		else if (e.key === "Tab" && !e.shiftKey && !leaving.current) {
			e.preventDefault();
			const { selectionStart: a, selectionEnd: b } = e.currentTarget;
			set(`${value.slice(0, a)}  ${value.slice(b)}`);
			requestAnimationFrame(() => area.current?.setSelectionRange(a + 2, a + 2));
		} else leaving.current = false;
	};
	return (
		<div className="editor">
			<div className="editor-gutter" ref={gutter} aria-hidden="true">
				{Array.from({ length: lines }, (_, i) => <span key={i} className={bad.has(i + 1) ? "editor-bad" : undefined}>{i + 1}</span>)}
			</div>
			<textarea ref={area} className="editor-text" aria-label={label} aria-invalid={mistakes.length > 0 || undefined} spellCheck={false} wrap="off" value={value} onChange={(e) => set(e.target.value)} onScroll={(e) => setTop(e.currentTarget.scrollTop)} onKeyDown={keys} />
		</div>
	);
}

/* The caret to that place, counted from 1. */
export function goTo(area: HTMLTextAreaElement | null, line: number, column: number): void {
	if (!area) return;
	const lines = area.value.split("\n");
	const at = lines.slice(0, line - 1).reduce((sum, l) => sum + l.length + 1, 0) + Math.max(column - 1, 0);
	area.focus();
	area.setSelectionRange(at, at + 1);
	area.scrollTop = Math.max(0, (line - 5) * 19);
}
