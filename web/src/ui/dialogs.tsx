// SPDX-License-Identifier: Apache-2.0
/* What changes something: a form above the page, a deletion that asks once more, a change of one click. */
import { useState, type FormEvent, type ReactNode } from "react";
import { Problem, remove } from "../api/client";
import { useCommon } from "../i18n";
import { Button, useProblemText } from "./basic";
import { Dialog, useNote } from "./float";
import { FormProblem, useSend } from "./form";

interface FormDialogProps {
	title: string;
	close: () => void;
	send: () => Promise<unknown>; /* false: there is a further step, it stays open */
	label?: string; /* of the button that sends; else "Save" */
	danger?: boolean;
	disabled?: boolean;
	children: ReactNode;
}

export function FormDialog({ title, close, send: work, label, danger, disabled, children }: FormDialogProps) {
	const c = useCommon();
	const { busy, problem, send } = useSend();
	const submit = (e: FormEvent) => {
		e.preventDefault();
		void send(async () => {
			if ((await work()) !== false) close();
		});
	};
	return (
		<Dialog title={title} close={close}>
			<form className="form" onSubmit={submit}>
				{children}
				<FormProblem problem={problem} />
				<div className="form-foot">
					<Button onClick={close}>{c("cancel")}</Button>
					<Button kind={danger ? "danger" : "main"} type="submit" busy={busy} disabled={disabled}>{label ?? c("save")}</Button>
				</div>
			</form>
		</Dialog>
	);
}

/* The button that deletes what is at `path`, once it was asked whether it may. */
export function Remove({ path, name, done, small }: { path: string; name: string; done: () => void; small?: boolean }) {
	const c = useCommon();
	const say = useNote();
	const [asking, setAsking] = useState(false);
	const send = async () => {
		await remove(path);
		say(c("removed"));
		done();
	};
	return (
		<>
			<Button kind={small ? "bare" : "danger"} icon="trash" {...(small ? { small } : {})} onClick={() => setAsking(true)}>{c("remove")}</Button>
			{asking && <FormDialog title={c("sure")} close={() => setAsking(false)} send={send} label={c("remove")} danger><p>{c("remove_sure", { what: name })}</p></FormDialog>}
		</>
	);
}

/* What one click asks for: `then`, when it was taken, or a note why it was not. */
export function useAct(): <T>(work: Promise<T>, then: (made: T) => void) => void {
	const problemText = useProblemText();
	const say = useNote();
	return (work, then) => void work.then(then, (e: unknown) => say(e instanceof Problem ? problemText(e) : String(e), "bad"));
}
