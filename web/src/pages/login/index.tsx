// SPDX-License-Identifier: Apache-2.0
/* The door: name and password, the second step where there is one, and a password of one's own at the first visit. */
import { useEffect, useState, type FormEvent } from "react";
import { post, Problem } from "../../api/client";
import { LanguageSwitch } from "../../app/shell";
import { keepCsrf, useSession } from "../../app/session";
import { useCommon, useWords } from "../../i18n";
import { Button, useProblemText } from "../../ui/basic";
import { Field, FormProblem, useSend } from "../../ui/form";
import { Icon, Mark } from "../../ui/icon";
import { words } from "./words";

interface Entered {
	csrf?: string;
}

/* A 401 that asks for the second step says so in its body. */
function wantsCode(e: unknown): boolean {
	return e instanceof Problem && e.status === 401 && e.body["code_needed"] === true;
}

function Door() {
	const t = useWords(words);
	const c = useCommon();
	const problemText = useProblemText();
	const { enter } = useSession();
	const [name, setName] = useState("");
	const [password, setPassword] = useState("");
	const [code, setCode] = useState("");
	const [second, setSecond] = useState(false);
	const [busy, setBusy] = useState(false);
	const [error, setError] = useState("");

	useEffect(() => {
		document.title = `${t("title")} · Bulkhead`;
	}, [t]);

	const submit = async (e: FormEvent) => {
		e.preventDefault();
		setBusy(true);
		setError("");
		try {
			const answer = await post<Entered>("/session", { name, password, ...(second ? { code: code.replace(/\s/g, "") } : {}) });
			keepCsrf(answer.csrf);
			await enter();
		} catch (failed) {
			if (!second && wantsCode(failed)) setSecond(true);
			else if (failed instanceof Problem) setError(failed.status === 401 ? t("wrong") : failed.status === 429 ? t("locked") : problemText(failed));
			else throw failed;
		} finally {
			setBusy(false);
		}
	};

	return (
		<form className="door-form" onSubmit={(e) => void submit(e)}>
			<h1>{second ? t("code_title") : t("title")}</h1>
			{!second && (
				<>
					<Field label={t("name")} name="username" autoComplete="username" autoFocus required value={name} onChange={(e) => setName(e.target.value)} />
					<Field label={t("password")} name="password" type="password" autoComplete="current-password" required value={password} onChange={(e) => setPassword(e.target.value)} />
				</>
			)}
			{second && (
				<Field label={t("code")} hint={t("code_hint")} inputMode="numeric" autoComplete="one-time-code" autoFocus required maxLength={12} value={code} onChange={(e) => setCode(e.target.value)} />
			)}
			{error && <p className="form-problem" role="alert"><Icon name="warn" />{error}</p>}
			<Button kind="main" type="submit" busy={busy}>{t("log_in")}</Button>
			{second && <Button kind="bare" icon="left" onClick={() => setSecond(false)}>{c("back")}</Button>}
		</form>
	);
}

function FirstPassword() {
	const t = useWords(words);
	const { enter } = useSession();
	const { busy, problem, send } = useSend();
	const [old, setOld] = useState("");
	const [fresh, setFresh] = useState("");
	const [again, setAgain] = useState("");
	const [tried, setTried] = useState(false);
	const short = fresh.length < 12;
	const differ = fresh !== again;

	const submit = (e: FormEvent) => {
		e.preventDefault();
		setTried(true);
		if (short || differ) return;
		void send(async () => {
			await post("/me/password", { old, new: fresh });
			await enter();
		});
	};
	return (
		<form className="door-form" onSubmit={submit}>
			<h1>{t("first_title")}</h1>
			<p className="lead">{t("first_text")}</p>
			<Field label={t("old")} type="password" autoComplete="current-password" autoFocus required value={old} onChange={(e) => setOld(e.target.value)} />
			<Field label={t("fresh")} type="password" autoComplete="new-password" required hint={t("fresh_hint")} error={tried && short ? t("short") : undefined} value={fresh} onChange={(e) => setFresh(e.target.value)} />
			<Field label={t("again")} type="password" autoComplete="new-password" required error={tried && differ ? t("differ") : undefined} value={again} onChange={(e) => setAgain(e.target.value)} />
			<FormProblem problem={problem} />
			<Button kind="main" type="submit" busy={busy}>{t("set")}</Button>
		</form>
	);
}

export function Login() {
	const t = useWords(words);
	const { me } = useSession();
	return (
		<main className="door">
			<section className="door-side">
				<div className="door-brand"><Mark size={44} /><span>Bulkhead</span></div>
				<p className="door-claim">{t("claim")}</p>
			</section>
			<section className="door-main">
				<div className="door-tools"><LanguageSwitch /></div>
				{me ? <FirstPassword /> : <Door />}
			</section>
		</main>
	);
}
