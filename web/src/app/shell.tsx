// SPDX-License-Identifier: Apache-2.0
/* The frame around every page: navigation at the left, search and the person at the top. */
import { useEffect, useRef, useState, type ReactNode } from "react";
import { useLiveState } from "../api/live";
import { useGet } from "../api/use";
import { useFormats, useServerWord, useTongue, useWords } from "../i18n";
import { Link, usePath } from "../lib/router";
import { Popover } from "../ui/float";
import { Icon, Mark, type IconName } from "../ui/icon";
import { GROUPS, isWithin } from "./nav";
import { Palette } from "./palette";
import { useSession } from "./session";
import { setTheme, useTheme, type Theme } from "./theme";
import { words } from "./words";

function Nav({ open, close }: { open: boolean; close: () => void }) {
	const t = useWords(words);
	const f = useFormats();
	const path = usePath();
	const incidents = useGet<{ total?: number }>("/incidents?f.status=open&limit=1&count=true", ["incidents"]);
	const n = incidents.data?.total ?? 0;
	return (
		<nav className={open ? "nav nav-open" : "nav"} aria-label={t("main_nav")}>
			<Link to="/" className="brand" onClick={close}>
				<Mark />
				<span>Bulkhead</span>
			</Link>
			<div className="nav-body">
				{GROUPS.map((group) => (
					<div className="nav-group" key={group.key ?? "first"}>
						{group.key && <p className="nav-label">{t(group.key)}</p>}
						<ul>
							{group.places.map((place) => (
								<li key={place.to}>
									<Link to={place.to} className="nav-link" onClick={close} aria-current={isWithin(place, path) ? "page" : undefined}>
										<Icon name={place.icon} />
										<span className="nav-word">{t(place.key)}</span>
										{place.key === "incidents" && n > 0 && <span className="nav-count">{f.short(n)}</span>}
									</Link>
								</li>
							))}
						</ul>
					</div>
				))}
			</div>
		</nav>
	);
}

function Live() {
	const t = useWords(words);
	const state = useLiveState();
	return (
		<span className={`live live-${state}`} role="status" title={t("live_hint")}>
			<span className="dot" aria-hidden="true" />
			{t(`live_${state}`)}
		</span>
	);
}

function ThemeMenu() {
	const t = useWords(words);
	const theme = useTheme();
	const rows: [Theme, IconName][] = [["system", "screen"], ["light", "sun"], ["dark", "moon"]];
	return (
		<Popover label="" bare icon={theme === "dark" ? "moon" : theme === "light" ? "sun" : "screen"} title={t("theme")} align="end">
			{(close) => (
				<div className="menu">
					{rows.map(([key, icon]) => (
						<button key={key} type="button" className="menu-item" aria-pressed={theme === key} onClick={() => { setTheme(key); close(); }}>
							<Icon name={icon} />
							{t(`theme_${key}`)}
						</button>
					))}
				</div>
			)}
		</Popover>
	);
}

export function LanguageSwitch() {
	const t = useWords(words);
	const { lang, setLang } = useTongue();
	const other = lang === "zh" ? "en" : "zh";
	return (
		<button type="button" className="button button-bare button-small" title={t("language")} lang={other === "zh" ? "zh-CN" : "en"} onClick={() => setLang(other)}>
			{other === "zh" ? "中文" : "English"}
		</button>
	);
}

function Person() {
	const t = useWords(words);
	const word = useServerWord();
	const { me, leave } = useSession();
	if (!me) return null;
	return (
		<Popover label="" bare icon="user" title={`${t("account")}: ${me.name}`} align="end">
			{(close) => (
				<div className="menu">
					<p className="menu-head">
						<strong>{me.full_name || me.name}</strong>
						<span>{word(me.role)}</span>
					</p>
					<Link to="/account" className="menu-item" onClick={close}><Icon name="key" />{t("account")}</Link>
					<button type="button" className="menu-item" onClick={() => void leave()}><Icon name="exit" />{t("log_out")}</button>
				</div>
			)}
		</Popover>
	);
}

export function Shell({ children }: { children: ReactNode }) {
	const t = useWords(words);
	const path = usePath();
	const [nav, setNav] = useState(false);
	const [palette, setPalette] = useState(false);
	const main = useRef<HTMLElement>(null);
	const first = useRef(true);

	useEffect(() => {
		const key = (e: KeyboardEvent) => {
			if ((e.ctrlKey || e.metaKey) && e.key.toLowerCase() === "k") {
				e.preventDefault();
				setPalette(true);
			}
		};
		addEventListener("keydown", key);
		return () => removeEventListener("keydown", key);
	}, []);

	/* Another page: its beginning, for eyes and for screen readers. */
	useEffect(() => {
		if (first.current) {
			first.current = false;
			return;
		}
		main.current?.scrollTo(0, 0);
		const t = setTimeout(() => main.current?.querySelector<HTMLElement>("h1")?.focus({ preventScroll: true }), 30);
		return () => clearTimeout(t);
	}, [path]);

	return (
		<div className="shell">
			<a className="skip" href="#main" onClick={(e) => { e.preventDefault(); main.current?.focus(); }}>{t("skip")}</a>
			<Nav open={nav} close={() => setNav(false)} />
			{nav && <div className="scrim" onClick={() => setNav(false)} />}
			<div className="column">
				<header className="top">
					<button type="button" className="button button-bare button-icon nav-button" aria-label={t("menu")} aria-expanded={nav} onClick={() => setNav(!nav)}>
						<Icon name="menu" />
					</button>
					<button type="button" className="palette-button" onClick={() => setPalette(true)}>
						<Icon name="search" />
						<span>{t("search_all")}</span>
						<kbd>Ctrl K</kbd>
					</button>
					<span className="grow" />
					<Live />
					<LanguageSwitch />
					<ThemeMenu />
					<Person />
				</header>
				<main id="main" className="main" ref={main} tabIndex={-1}>{children}</main>
			</div>
			{palette && <Palette close={() => setPalette(false)} />}
		</div>
	);
}
