// SPDX-License-Identifier: Apache-2.0
/* Ctrl-K: pages by name, everything else by the server's search. */
import { useEffect, useId, useRef, useState, type KeyboardEvent } from "react";
import { get } from "../api/client";
import { useWords } from "../i18n";
import { enc, navigate } from "../lib/router";
import { Icon, type IconName } from "../ui/icon";
import { GROUPS } from "./nav";
import { words } from "./words";

interface Found {
	kinds: { kind: string; path: string; items: { id: string; name: string; detail?: string; gone: boolean }[] }[];
}

interface Hit {
	type: string;
	id: string;
	name: string;
	detail?: string | undefined;
}

interface Row {
	key: string;
	to: string;
	icon: IconName;
	name: string;
	note: string;
}

const ONE: Record<string, string> = { images: "image", hosts: "host", containers: "container", packages: "package", vulnerabilities: "vulnerability", rules: "rule", incidents: "incident" };
const ICONS: Record<string, IconName> = {
	image: "layers", host: "server", container: "box", package: "clip", vulnerability: "bug", vuln: "bug", alert: "bell", incident: "flag", rule: "book", asset: "target", finding: "bug",
};

export function addressOf(type: string, id: string | number): string {
	const e = enc(String(id));
	switch (type) {
		case "image": return `/images/${e}`;
		case "host": return `/hosts/${e}`;
		case "container": return `/containers/${e}`;
		case "package": return `/packages?open=${e}`;
		case "vulnerability":
		case "vuln": return `/vulnerabilities/${e}`;
		case "alert": return `/alerts?open=${e}`;
		case "incident": return `/incidents/${e}`;
		case "rule": return `/rules?q=${e}`;
		case "finding": return `/findings?open=${e}`;
		default: return `/assets?open=${e}`;
	}
}

export function Palette({ close }: { close: () => void }) {
	const t = useWords(words);
	const id = useId();
	const box = useRef<HTMLDialogElement>(null);
	const [q, setQ] = useState("");
	const [hits, setHits] = useState<Hit[]>([]);
	const [asked, setAsked] = useState("");
	const [at, setAt] = useState(0);

	useEffect(() => {
		const node = box.current;
		node?.showModal();
		return () => node?.close();
	}, []);

	useEffect(() => {
		const text = q.trim();
		if (text.length < 2) {
			setHits([]);
			setAsked("");
			return;
		}
		const stop = new AbortController();
		const timer = setTimeout(() => {
			get<Found>(`/search?q=${enc(text)}`, stop.signal).then(
				(found) => {
					setHits(found.kinds.flatMap((k) => k.items.map((i) => ({ type: ONE[k.kind] ?? k.kind, id: i.id, name: i.name || i.id, detail: i.detail }))));
					setAsked(text);
					setAt(0);
				},
				() => {
					if (!stop.signal.aborted) {
						setHits([]);
						setAsked(text);
					}
				},
			);
		}, 150);
		return () => {
			clearTimeout(timer);
			stop.abort();
		};
	}, [q]);

	const typeWord = (type: string) => {
		const key = `t.${type}` as keyof (typeof words)["en"];
		return key in words.en ? t(key) : type;
	};
	const pages: Row[] = GROUPS.flatMap((g) => g.places)
		.map((p) => ({ key: p.to, to: p.to, icon: p.icon, name: t(p.key), note: "" }))
		.filter((p) => q === "" || p.name.toLowerCase().includes(q.trim().toLowerCase()));
	const found: Row[] = hits.map((h) => ({
		key: `${h.type}:${h.id}`, to: addressOf(h.type, h.id), icon: ICONS[h.type] ?? "target", name: h.name,
		note: [typeWord(h.type), h.detail].filter(Boolean).join(" · "),
	}));
	const rows = [...found, ...pages];
	const go = (row: Row | undefined) => {
		if (!row) return;
		close();
		navigate(row.to);
	};
	const key = (e: KeyboardEvent) => {
		const step = e.key === "ArrowDown" ? 1 : e.key === "ArrowUp" ? -1 : 0;
		if (step) {
			e.preventDefault();
			const next = (at + step + rows.length) % Math.max(rows.length, 1);
			setAt(next);
			document.getElementById(`${id}-${next}`)?.scrollIntoView({ block: "nearest" });
		} else if (e.key === "Enter") {
			e.preventDefault();
			go(rows[at]);
		}
	};
	const option = (row: Row, i: number) => (
		<div key={row.key} id={`${id}-${i}`} role="option" aria-selected={i === at} className="palette-row" onClick={() => go(row)} onMouseMove={() => setAt(i)}>
			<Icon name={row.icon} />
			<span className="palette-name">{row.name}</span>
			<span className="palette-note">{row.note}</span>
		</div>
	);

	return (
		<dialog ref={box} className="palette" aria-label={t("search_all")} onCancel={(e) => { e.preventDefault(); close(); }} onClick={(e) => e.target === box.current && close()}>
			<div className="palette-box" onKeyDown={key}>
				<div className="palette-input">
					<Icon name="search" />
					<input autoFocus value={q} onChange={(e) => { setQ(e.target.value); setAt(0); }} role="combobox" aria-expanded="true" aria-controls={`${id}-list`} aria-autocomplete="list"
						aria-activedescendant={rows.length ? `${id}-${at}` : undefined} aria-label={t("search_all")} placeholder={t("palette_hint")} />
				</div>
				<div className="palette-list" id={`${id}-list`} role="listbox" aria-label={t("palette_results")} tabIndex={-1}>
					{found.length > 0 && <div role="group" aria-label={t("palette_results")}><p className="palette-label" aria-hidden="true">{t("palette_results")}</p>{found.map((r, i) => option(r, i))}</div>}
					{pages.length > 0 && <div role="group" aria-label={t("palette_pages")}><p className="palette-label" aria-hidden="true">{t("palette_pages")}</p>{pages.map((r, i) => option(r, found.length + i))}</div>}
				</div>
				<p className="palette-foot" role="status">{asked && found.length === 0 && pages.length === 0 ? t("palette_none", { q: asked }) : t("palette_start")}</p>
			</div>
		</dialog>
	);
}
