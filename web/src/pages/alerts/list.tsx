// SPDX-License-Identifier: Apache-2.0
/* Alerts as they come, and one of them beside the list. */
import { useState } from "react";
import { useGet } from "../../api/use";
import { useSession } from "../../app/session";
import { useCommon, useFormats, useWords } from "../../i18n";
import { enc, Link, useParam } from "../../lib/router";
import type { Facet } from "../../list/facets";
import { List, type Column } from "../../list/list";
import { Badge, Button, Code, Facts, ImageName, LinkButton, Loaded, When } from "../../ui/basic";
import { Drawer } from "../../ui/float";
import { Level } from "../../ui/severity";
import { Suppress } from "./suppress";
import { ProcessTree } from "./tree";
import type { Alert, ProcessNode } from "./types";
import { words } from "./words";

/* The eldest first, each started by the one above it; the alert speaks of the last. The server tells parents nearest first. */
function lineOf(process: NonNullable<Alert["process"]>, alert: number): ProcessNode[] {
	const line = [...(process.lineage ?? [])].reverse();
	return [...line, process].map((p, i) => ({ id: i, parent: i === 0 ? null : i - 1, pid: p.pid ?? 0, exe: p.exe ?? "", cmdline: p.cmdline ?? "", alerts: i === line.length ? [alert] : [] }));
}

export function AlertDrawer({ id, close }: { id: string; close: () => void }) {
	const t = useWords(words);
	const c = useCommon();
	const { may } = useSession();
	const read = useGet<Alert>(`/alerts/${enc(id)}`);
	const [hiding, setHiding] = useState(false);
	const d = read.data;
	return (
		<Drawer title={d?.rule ?? t("alert")} sub={d && <span className="line"><Level value={d.level} /><When ms={d.at_ms} /></span>} close={close}
			actions={d && (
				<>
					{d.incident_id && <LinkButton to={`/incidents/${d.incident_id}`} kind="main" icon="flag">{t("open_incident")}</LinkButton>}
					{may("alerts.write") && <Button icon="ban" onClick={() => setHiding(true)}>{t("suppress")}</Button>}
				</>
			)}>
			<Loaded read={read} lines={8}>
				{(a) => (
					<>
						{a.suppressed && <p><Badge>{t("suppressed")}</Badge></p>}
						{a.intel && <p className="callout callout-bad"><strong>{t("intel")}</strong> {a.intel}</p>}
						<section><h3>{t("output")}</h3><Code label={t("output")}>{a.output ?? ""}</Code></section>
						<section>
							<h3>{t("where")}</h3>
							<Facts columns={1} rows={[
								[c("host"), <Link key="h" to={`/hosts/${enc(a.host_id)}`}>{a.host ?? a.host_id}</Link>],
								[c("container"), a.container_id && <Link to={`/containers/${enc(a.container_id)}`}>{a.container ?? a.container_id.slice(0, 12)}</Link>],
								[c("image"), a.image_id && <Link to={`/images/${enc(a.image_id)}`}><ImageName value={a.image} id={a.image_id} /></Link>],
								[c("namespace"), a.namespace],
								[t("source"), a.source],
								[t("tags"), a.tags && a.tags.length > 0 && <span className="line">{a.tags.map((x) => <Badge key={x}>{x}</Badge>)}</span>],
							]} />
						</section>
						{a.process && <section><h3>{t("lineage")}</h3><ProcessTree nodes={lineOf(a.process, a.id)} /></section>}
						{a.fields && (
							<section>
								<h3>{t("fields")}</h3>
								<Facts columns={1} rows={Object.entries(a.fields).map(([k, v]) => [k, <code key={k}>{typeof v === "object" ? JSON.stringify(v) : String(v)}</code>])} />
							</section>
						)}
					</>
				)}
			</Loaded>
			{hiding && d && <Suppress of={d} close={() => setHiding(false)} />}
		</Drawer>
	);
}

export function AlertList({ fixed, without = [], name = "alerts" }: { fixed?: Record<string, string>; without?: string[]; name?: string }) {
	const t = useWords(words);
	const c = useCommon();
	const f = useFormats();
	const [open, setOpen] = useParam("open");
	const columns: Column<Alert>[] = [
		{ key: "rule", label: t("rule"), width: "minmax(190px, 1.6fr)", sort: true },
		{ key: "level", label: c("level"), width: "112px", sort: true, render: (r) => <Level value={r.level} /> },
		{ key: "at_ms", label: c("time"), width: "176px", sort: true, down: true, render: (r) => f.time(r.at_ms) },
		{ key: "container", label: c("container"), width: "minmax(110px, 1fr)", render: (r) => r.container || <span className="dim">–</span> },
		{ key: "host", label: c("host"), width: "minmax(110px, 1fr)", render: (r) => r.host ?? r.host_id },
		{ key: "image", label: c("image"), width: "minmax(150px, 1.4fr)", hidden: true, render: (r) => <ImageName value={r.image} id={r.image_id} /> },
		{ key: "output", label: t("output"), width: "minmax(240px, 3fr)" },
		{ key: "intel", label: t("intel"), width: "minmax(130px, 1fr)", hidden: true },
		{ key: "incident_id", label: t("incident"), width: "80px", render: (r) => (r.incident_id ? <Link to={`/incidents/${r.incident_id}`} tabIndex={-1}>#{r.incident_id}</Link> : <span className="dim">–</span>) },
		{ key: "suppressed", label: t("suppressed"), width: "96px", hidden: true, render: (r) => (r.suppressed ? c("yes") : <span className="dim">{c("no")}</span>) },
	];
	const facets: Facet[] = [
		{ key: "priority", label: c("level"), kind: "values" }, { key: "rule", label: t("rule"), kind: "values" }, { key: "host", label: c("host"), kind: "values" }, { key: "container", label: c("container"), kind: "values" }, { key: "namespace", label: c("namespace"), kind: "values" },
		{ key: "at_ms", label: c("time"), kind: "since" }, { key: "suppressed", label: t("suppressed"), kind: "flag" },
	];
	return (
		<>
			<List<Alert> name={name} label={t("alerts")} path="/alerts" columns={columns.filter((x) => !without.includes(x.key))} facets={facets.filter((x) => !without.includes(x.key))} {...(fixed ? { fixed } : {})} sort="-at_ms" rowKey={(r) => String(r.id)} open="open" topics={["alerts"]}
				empty={{ icon: "bell", title: t("empty_alerts"), text: t("empty_alerts_text") }} />
			{open && <AlertDrawer id={open} close={() => setOpen(null)} />}
		</>
	);
}
