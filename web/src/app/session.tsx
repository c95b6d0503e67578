// SPDX-License-Identifier: Apache-2.0
/* Who is logged in, and what they may. Without a session there is only the log-in page. */
import { createContext, useCallback, useContext, useEffect, useMemo, useState, type ReactNode } from "react";
import { get, onLoggedOut, Problem, remove, setCsrf } from "../api/client";
import { startLive, stopLive } from "../api/live";
import { forget } from "../api/use";

export interface Me {
	id?: number;
	name: string;
	full_name?: string;
	role: string;
	permissions?: string[];
	may?: string[];
	must_change_password?: boolean;
	totp?: boolean;
	csrf?: string;
	teams?: { id: number; name: string }[] | string[];
}

interface SessionState {
	me: Me | null;
	ready: boolean;
	problem: Problem | null;
	enter: () => Promise<void>;
	leave: () => Promise<void>;
	may: (permission: string) => boolean;
}

const Context = createContext<SessionState | null>(null);
const KEY = "bh.csrf";

export function keepCsrf(token: string | undefined): void {
	if (!token) return;
	setCsrf(token);
	try {
		sessionStorage.setItem(KEY, token);
	} catch {
		// storage is switched off: a reload asks for the log-in again
	}
}

export function Session({ children }: { children: ReactNode }) {
	const [me, setMe] = useState<Me | null>(null);
	const [ready, setReady] = useState(false);
	const [problem, setProblem] = useState<Problem | null>(null);

	const enter = useCallback(async () => {
		try {
			const who = await get<Me>("/me");
			keepCsrf(who.csrf);
			setMe(who);
			setProblem(null);
		} catch (e) {
			setMe(null);
			setProblem(e instanceof Problem && e.status !== 401 ? e : null);
		}
		setReady(true);
	}, []);

	const leave = useCallback(async () => {
		await remove("/session").catch(() => undefined);
		stopLive();
		forget();
		setMe(null);
	}, []);

	useEffect(() => {
		try {
			setCsrf(sessionStorage.getItem(KEY) ?? "");
		} catch {
			setCsrf("");
		}
		void enter();
		return onLoggedOut(() => {
			stopLive();
			forget();
			setMe(null);
		});
	}, [enter]);

	const live = me !== null && !me.must_change_password;
	useEffect(() => {
		if (!live) return;
		startLive();
		return stopLive;
	}, [live]);

	const value = useMemo(() => {
		const may = (permission: string) => {
			const list = me?.permissions ?? me?.may;
			return list ? list.includes(permission) : me?.role === "administrator";
		};
		return { me, ready, problem, enter, leave, may };
	}, [me, ready, problem, enter, leave]);
	return <Context value={value}>{children}</Context>;
}

export function useSession(): SessionState {
	const value = useContext(Context);
	if (!value) throw new Error("outside of Session");
	return value;
}
