// SPDX-License-Identifier: Apache-2.0
/* Attributes of things (docs/INVENTORY.md): which of them a kind's table shows, and how one is written. */
import type { ReactNode } from "react";
import { useFormats, useServerWord, useWords } from "../../i18n";
import { Ago, Badge } from "../../ui/basic";
import { words } from "./words";

export const KINDS = ["process", "port", "user", "group", "sudo-rule", "ssh-key", "login", "cron", "service", "kernel-module", "mount", "database", "site", "certificate", "framework", "pod", "image"] as const;

/* The columns of each kind beside its name, with their widths. */
export const SHOWN: Record<string, [string, string][]> = {
	process: [["pid", "80px"], ["uid", "80px"], ["exe", "minmax(160px, 1fr)"], ["cmdline", "minmax(200px, 2fr)"], ["started_ms", "110px"]],
	port: [["protocol", "80px"], ["address", "minmax(120px, 1fr)"], ["port", "80px"], ["exe", "minmax(160px, 1fr)"], ["host_network", "120px"]],
	user: [["uid", "80px"], ["may_log_in", "100px"], ["password", "100px"], ["password_hash", "100px"], ["shell", "minmax(120px, 1fr)"], ["password_changed_ms", "120px"]],
	group: [["gid", "80px"], ["members", "minmax(200px, 2fr)"]],
	"sudo-rule": [["rule", "minmax(240px, 2fr)"], ["no_password", "130px"], ["file", "minmax(140px, 1fr)"]],
	"ssh-key": [["type", "110px"], ["fingerprint", "minmax(200px, 2fr)"], ["comment", "minmax(120px, 1fr)"], ["file", "minmax(160px, 1fr)"]],
	login: [["from", "minmax(140px, 1fr)"], ["terminal", "110px"], ["at_ms", "120px"]],
	cron: [["type", "90px"], ["when", "minmax(120px, 1fr)"], ["user", "100px"], ["file", "minmax(180px, 1fr)"]],
	service: [["enabled", "90px"], ["running", "90px"], ["user", "100px"], ["exe", "minmax(160px, 1fr)"], ["about", "minmax(180px, 2fr)"]],
	"kernel-module": [["bytes", "100px"], ["taint", "minmax(120px, 1fr)"]],
	mount: [["type", "90px"], ["source", "minmax(160px, 1fr)"], ["options", "minmax(200px, 2fr)"]],
	database: [["pid", "80px"], ["exe", "minmax(160px, 1fr)"], ["directory", "minmax(160px, 1fr)"]],
	site: [["server", "100px"], ["names", "minmax(160px, 1fr)"], ["listen", "minmax(110px, 1fr)"], ["root", "minmax(140px, 1fr)"], ["proxy", "minmax(140px, 1fr)"]],
	certificate: [["issuer", "minmax(180px, 1fr)"], ["self_signed", "100px"], ["not_after_ms", "140px"], ["file", "minmax(180px, 1fr)"]],
	framework: [["pid", "80px"], ["exe", "minmax(160px, 1fr)"], ["directory", "minmax(160px, 1fr)"]],
	pod: [["namespace", "minmax(110px, 1fr)"], ["containers", "minmax(180px, 2fr)"], ["runtime", "110px"], ["host_network", "120px"]],
	image: [["runtime", "100px"], ["refs", "minmax(220px, 2fr)"], ["bytes", "100px"]],
};

const DAY = 86_400_000;

export function Attr({ name, value }: { name: string; value: unknown }): ReactNode {
	const f = useFormats();
	const word = useServerWord();
	if (value === null || value === undefined || value === "") return <span className="dim">–</span>;
	if (typeof value === "boolean") return value ? word("true") : <span className="dim">{word("false")}</span>;
	if (name === "not_after_ms" && typeof value === "number") {
		const left = value - Date.now();
		return <span className="line"><Ago ms={value} />{left < 30 * DAY && <Badge tone={left < 0 ? "critical" : "medium"}>{f.date(value)}</Badge>}</span>;
	}
	if (name.endsWith("_ms") && typeof value === "number") return <Ago ms={value} />;
	if (/bytes$/.test(name) && typeof value === "number") return f.bytes(value);
	if (Array.isArray(value)) return value.map(String).join(", ");
	if (typeof value === "object") return JSON.stringify(value);
	return String(value);
}

export function useAttrName(): (name: string) => string {
	const t = useWords(words);
	return (name) => (`a.${name}` in words.en ? t(`a.${name}` as "a.pid") : name.replace(/_ms$/, "").replaceAll("_", " "));
}

export function useKindName(): (kind: string) => string {
	const t = useWords(words);
	return (kind) => (`k.${kind}` in words.en ? t(`k.${kind}` as "k.port") : kind);
}
