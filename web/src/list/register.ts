// SPDX-License-Identifier: Apache-2.0
/* A list whose rows open beside it and are edited above it: which is open, which form, and all read anew after a change. */
import { useState } from "react";
import type { Topic } from "../api/live";
import { useGet, type Read } from "../api/use";
import { enc, useParam } from "../lib/router";

export interface Register<T> {
	open: string;
	read: Read<T>;
	row: T | undefined;
	form: "new" | "edit" | null;
	setForm: (form: "new" | "edit" | null) => void;
	turn: number; /* the list's key: another one reads it anew */
	again: () => void;
	close: () => void; /* what lies beside the list */
}

export function useRegister<T>(path: string, topics: Topic[] = []): Register<T> {
	const [open, setOpen] = useParam("open");
	const [form, setForm] = useState<"new" | "edit" | null>(null);
	const [turn, setTurn] = useState(0);
	const read = useGet<T>(open ? `${path}/${enc(open)}` : null, topics);
	const again = () => {
		setTurn((n) => n + 1);
		read.reload();
	};
	return { open, read, row: open ? read.data : undefined, form, setForm, turn, again, close: () => setOpen(null) };
}
