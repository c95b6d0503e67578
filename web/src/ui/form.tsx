// SPDX-License-Identifier: Apache-2.0
/* Labelled fields; what is wrong with one is said beside it. */
import { useId, useState, type InputHTMLAttributes, type ReactNode, type SelectHTMLAttributes, type TextareaHTMLAttributes } from "react";
import { Problem } from "../api/client";
import { useProblemText } from "./basic";
import { Icon } from "./icon";

interface Around {
	label: string;
	hint?: ReactNode;
	error?: string | undefined;
}

export function Field({ label, hint, error, ...more }: Around & InputHTMLAttributes<HTMLInputElement>) {
	const id = useId();
	return (
		<div className="field">
			<label htmlFor={id}>{label}</label>
			<input id={id} className="input" aria-describedby={hint || error ? `${id}h` : undefined} aria-invalid={error ? true : undefined} {...more} />
			{(hint || error) && <p id={`${id}h`} className={error ? "hint hint-bad" : "hint"}>{error ?? hint}</p>}
		</div>
	);
}

export function Choice({ label, hint, error, options, ...more }: Around & SelectHTMLAttributes<HTMLSelectElement> & { options: [string, string][] }) {
	const id = useId();
	return (
		<div className="field">
			<label htmlFor={id}>{label}</label>
			<select id={id} className="input" aria-describedby={hint || error ? `${id}h` : undefined} {...more}>
				{options.map(([value, text]) => <option key={value} value={value}>{text}</option>)}
			</select>
			{(hint || error) && <p id={`${id}h`} className={error ? "hint hint-bad" : "hint"}>{error ?? hint}</p>}
		</div>
	);
}

export function Text({ label, hint, error, ...more }: Around & TextareaHTMLAttributes<HTMLTextAreaElement>) {
	const id = useId();
	return (
		<div className="field">
			<label htmlFor={id}>{label}</label>
			<textarea id={id} className="input" aria-describedby={hint || error ? `${id}h` : undefined} {...more} />
			{(hint || error) && <p id={`${id}h`} className={error ? "hint hint-bad" : "hint"}>{error ?? hint}</p>}
		</div>
	);
}

export function Check({ label, ...more }: { label: ReactNode } & InputHTMLAttributes<HTMLInputElement>) {
	return (
		<label className="check">
			<input type="checkbox" {...more} />
			<span>{label}</span>
		</label>
	);
}

/* A form that sends: busy while it does, the problem above its buttons when it failed. */
export function useSend(): { busy: boolean; problem: Problem | null; send: (work: () => Promise<void>) => Promise<boolean>; clear: () => void } {
	const [busy, setBusy] = useState(false);
	const [problem, setProblem] = useState<Problem | null>(null);
	const send = async (work: () => Promise<void>) => {
		setBusy(true);
		setProblem(null);
		try {
			await work();
			return true;
		} catch (e) {
			setProblem(e instanceof Problem ? e : new Problem(0, String(e), ""));
			return false;
		} finally {
			setBusy(false);
		}
	};
	return { busy, problem, send, clear: () => setProblem(null) };
}

export function FormProblem({ problem }: { problem: Problem | null }) {
	const problemText = useProblemText();
	if (!problem) return null;
	return (
		<p className="form-problem" role="alert">
			<Icon name="warn" />
			{problemText(problem)}
		</p>
	);
}
