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
	must_change?: boolean;
	totp?: boolean;
	teams?: { id: number; name: string }[];
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
export function keepCsrf(token: string | undefined): void {
	if (token) setCsrf(token);
}

export function Session({ children }: { children: ReactNode }) {
	const [me, setMe] = useState<Me | null>(null);
	const [ready, setReady] = useState(false);
	const [problem, setProblem] = useState<Problem | null>(null);

	const enter = useCallback(async () => {
		try {
			const session = await get<{ csrf: string }>("/session");
			keepCsrf(session.csrf);
			setMe(await get<Me>("/me"));
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
		void enter();
		return onLoggedOut(() => {
			stopLive();
			forget();
			setMe(null);
		});
	}, [enter]);

	const live = me !== null && !me.must_change;
	useEffect(() => {
		if (!live) return;
		startLive();
		return stopLive;
	}, [live]);

	const value = useMemo(() => {
		const may = (permission: string) => {
			const list = me?.permissions;
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
