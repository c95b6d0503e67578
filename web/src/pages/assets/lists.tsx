// SPDX-License-Identifier: Apache-2.0
/* The tables of this area; pages of hosts and containers show them narrowed to one. */
import { useGet } from "../../api/use";
import { useCommon, useFormats, useServerWord, useWords } from "../../i18n";
import { enc, Link, useParam } from "../../lib/router";
import type { Facet } from "../../list/facets";
import { List, type Column } from "../../list/list";
import { Ago, Badge, Facts, Id, ImageName, LinkButton, Loaded, State, When } from "../../ui/basic";
import { Drawer } from "../../ui/float";
import { Risk } from "../../ui/severity";
import { Attr, SHOWN, useAttrName, useKindName } from "./attrs";
import type { Asset, Change, Container, Host, Package } from "./types";
import { words } from "./words";

export function Rights({ of }: { of: Container }) {
	const t = useWords(words);
	const found = [
		of.privileged && <Badge key="p" tone="critical">{t("privileged")}</Badge>,
		of.host_net && <Badge key="n" tone="high">{t("host_net")}</Badge>,
		of.host_pid && <Badge key="i" tone="high">{t("host_pid")}</Badge>,
		of.host_mounts && <Badge key="m" tone="high" title={of.host_mounts}>{t("mounts")}</Badge>,
		of.caps && <Badge key="c" tone="medium" title={of.caps}>{t("caps")}</Badge>,
		of.root && <Badge key="r">{t("root")}</Badge>,
	].filter(Boolean);
	return found.length ? <span className="line">{found}</span> : <span className="dim">{t("no_rights")}</span>;
}

export function HostList() {
	const t = useWords(words);
	const c = useCommon();
	const f = useFormats();
	const word = useServerWord();
	const columns: Column<Host>[] = [
		{ key: "name", label: c("host"), width: "minmax(150px, 1.4fr)", sort: true, render: (r) => r.name || r.id },
		{ key: "risk", label: c("risk"), width: "96px", sort: true, down: true, render: (r) => <Risk value={r.risk} /> },
		{ key: "os", label: t("os"), width: "minmax(140px, 1.2fr)", sort: true, render: (r) => `${r.os ?? ""} ${r.os_version ?? ""}` },
		{ key: "kernel", label: t("kernel"), width: "minmax(120px, 1fr)", sort: true },
		{ key: "arch", label: t("arch"), width: "76px", hidden: true },
		{ key: "address", label: t("address"), width: "120px" },
		{ key: "environment", label: c("environment"), width: "104px", render: (r) => (r.environment ? <Badge>{word(r.environment)}</Badge> : <span className="dim">–</span>) },
		{ key: "n_containers", label: t("running"), width: "84px", end: true, render: (r) => f.number(r.n_containers ?? 0) },
		{ key: "n_findings", label: t("findings"), width: "84px", sort: true, down: true, end: true, render: (r) => f.number(r.n_findings ?? 0) },
		{ key: "n_alerts", label: t("alerts"), width: "76px", sort: true, down: true, end: true, render: (r) => f.number(r.n_alerts ?? 0) },
		{ key: "memory_bytes", label: t("memory"), width: "90px", sort: true, down: true, end: true, hidden: true, render: (r) => f.bytes(r.memory_bytes ?? 0) },
		{ key: "boot_ms", label: t("boot"), width: "100px", sort: true, down: true, hidden: true, render: (r) => <Ago ms={r.boot_ms} /> },
		{ key: "seen_ms", label: t("seen"), width: "104px", sort: true, down: true, render: (r) => <Ago ms={r.seen_ms} /> },
	];
	return (
		<List<Host> name="hosts" label={t("hosts")} path="/hosts" columns={columns} sort="-risk" rowKey={(r) => r.id} href={(r) => `/hosts/${enc(r.id)}`} topics={["agents"]}
			facets={[{ key: "os", label: t("os"), kind: "values" }, { key: "environment", label: c("environment"), kind: "values" }, { key: "arch", label: t("arch"), kind: "values" }, { key: "kernel", label: t("kernel"), kind: "values" }, { key: "risk", label: c("risk"), kind: "min", steps: [15, 40, 70, 90] }]}
			empty={{ icon: "server", title: t("empty_hosts"), text: t("empty_hosts_text"), action: <LinkButton to="/system?tab=enrol" kind="main" icon="plus">{t("enrol")}</LinkButton> }} />
	);
}

export function ContainerList({ fixed, without = [], name = "containers" }: { fixed?: Record<string, string>; without?: string[]; name?: string }) {
	const t = useWords(words);
	const c = useCommon();
	const f = useFormats();
	const columns: Column<Container>[] = [
		{ key: "name", label: c("container"), width: "minmax(150px, 1.4fr)", sort: true, render: (r) => r.name || <Id value={r.id} /> },
		{ key: "risk", label: c("risk"), width: "96px", sort: true, down: true, render: (r) => <Risk value={r.risk} /> },
		{ key: "state", label: c("state"), width: "108px", sort: true, render: (r) => <State value={r.gone_ms ? "gone" : r.state} /> },
		{ key: "image", label: c("image"), width: "minmax(190px, 2fr)", sort: true, render: (r) => <ImageName value={r.image} id={r.image_id} /> },
		{ key: "host", label: c("host"), width: "minmax(110px, 1fr)", render: (r) => r.host ?? r.host_id },
		{ key: "rights", label: t("rights"), width: "minmax(150px, 1.4fr)", render: (r) => <Rights of={r} /> },
		{ key: "exposed", label: t("exposed"), width: "minmax(130px, 1fr)" },
		{ key: "listening", label: t("listening"), width: "100px", hidden: true },
		{ key: "namespace", label: c("namespace"), width: "110px", hidden: true },
		{ key: "pod", label: t("pod"), width: "minmax(120px, 1fr)", hidden: true },
		{ key: "runtime", label: t("runtime"), width: "96px", hidden: true },
		{ key: "n_alerts", label: t("alerts"), width: "76px", sort: true, down: true, end: true, render: (r) => f.number(r.n_alerts) },
		{ key: "started_ms", label: t("started"), width: "104px", sort: true, down: true, render: (r) => <Ago ms={r.started_ms} /> },
	];
	const facets: Facet[] = [
		{ key: "state", label: c("state"), kind: "values" }, { key: "host", label: c("host"), kind: "values" }, { key: "namespace", label: c("namespace"), kind: "values" }, { key: "pod", label: t("pod"), kind: "values" }, { key: "runtime", label: t("runtime"), kind: "values" },
		{ key: "privileged", label: t("privileged"), kind: "flag" }, { key: "host_net", label: t("host_net"), kind: "flag" }, { key: "root", label: t("root"), kind: "flag" },
	];
	return (
		<List<Container> name={name} label={t("containers")} path="/containers" columns={columns.filter((x) => !without.includes(x.key))} facets={facets.filter((x) => !without.includes(x.key))} {...(fixed ? { fixed } : {})} sort="-risk"
			rowKey={(r) => r.id} href={(r) => `/containers/${enc(r.id)}`} topics={["assets"]} empty={{ icon: "box", title: t("empty_containers"), text: t("empty_containers_text") }} />
	);
}

export function PackageList() {
	const t = useWords(words);
	const c = useCommon();
	const f = useFormats();
	const [open, setOpen] = useParam("open");
	const columns: Column<Package>[] = [
		{ key: "name", label: c("package"), width: "minmax(160px, 2fr)", sort: true },
		{ key: "version", label: c("version"), width: "minmax(120px, 1fr)", sort: true },
		{ key: "type", label: t("type"), width: "80px", sort: true },
		{ key: "risk", label: c("risk"), width: "96px", render: (r) => <Risk value={r.risk} /> },
		{ key: "n_findings", label: t("findings"), width: "84px", end: true, render: (r) => f.number(r.n_findings) },
		{ key: "n_subjects", label: t("subjects"), width: "70px", end: true, render: (r) => f.number(r.n_subjects) },
		{ key: "in_use", label: t("in_use"), width: "110px", render: (r) => (r.in_use ? <Badge tone="good">{t("in_use")}</Badge> : <span className="dim">{t("not_used")}</span>) },
		{ key: "space", label: t("space"), width: "110px" },
		{ key: "licence", label: t("licence"), width: "minmax(120px, 1fr)" },
		{ key: "source", label: t("source"), width: "minmax(110px, 1fr)", hidden: true },
		{ key: "arch", label: t("arch"), width: "80px", hidden: true },
	];
	return (
		<>
			<List<Package> name="packages" label={t("packages")} path="/packages" columns={columns} sort="name" rowKey={(r) => String(r.id)} href={(r) => `/findings?f.package_id=${r.id}`} topics={["scans"]}
				facets={[{ key: "type", label: t("type"), kind: "values" }, { key: "space", label: t("space"), kind: "values" }, { key: "licence", label: t("licence"), kind: "values" }, { key: "in_use", label: t("in_use"), kind: "flag" }]}
				{...(open ? { fixed: { "f.id": open } } : {})}
				{...(open ? { tools: <button type="button" className="button button-bare button-small" onClick={() => setOpen(null)}>{c("show_all")}</button> } : {})}
				empty={{ icon: "clip", title: t("empty_packages"), text: t("empty_packages_text") }} />
		</>
	);
}

function AssetDrawer({ id, close }: { id: string; close: () => void }) {
	const t = useWords(words);
	const c = useCommon();
	const attrName = useAttrName();
	const kindName = useKindName();
	const read = useGet<Asset>(`/assets/${enc(id)}`);
	const d = read.data;
	return (
		<Drawer title={d?.name ?? t("thing")} sub={d && kindName(d.kind)} close={close}
			actions={d && (
				<>
					<LinkButton to={`/hosts/${enc(d.host_id)}`} icon="server">{t("open_host")}</LinkButton>
					{d.container_id && <LinkButton to={`/containers/${enc(d.container_id)}`} icon="box">{t("open_container")}</LinkButton>}
					<LinkButton to={`/changes?f.asset_id=${d.id}`} icon="clock">{t("history")}</LinkButton>
				</>
			)}>
			<Loaded read={read}>
				{(a) => (
					<>
						<section>
							<h3>{t("attrs")}</h3>
							<Facts columns={1} rows={Object.entries(a.attrs ?? {}).map(([name, value]) => [attrName(name), <Attr key={name} name={name} value={value} />])} />
						</section>
						<section>
							<h3>{t("on")}</h3>
							<Facts columns={1} rows={[
								[c("host"), <Link key="h" to={`/hosts/${enc(a.host_id)}`}>{a.host ?? a.host_id}</Link>],
								[c("container"), a.container_id && <Link to={`/containers/${enc(a.container_id)}`}>{a.container ?? a.container_id.slice(0, 12)}</Link>],
								[c("first_seen"), <When key="f" ms={a.first_ms} />],
								[c("last_seen"), <When key="l" ms={a.seen_ms} />],
								[t("gone_at"), a.gone_ms ? <When ms={a.gone_ms} /> : null],
							]} />
						</section>
					</>
				)}
			</Loaded>
		</Drawer>
	);
}

/* Things of one kind with the columns of that kind; of all kinds without. */
export function AssetList({ kind, fixed = {}, without = [] }: { kind: string; fixed?: Record<string, string>; without?: string[] }) {
	const t = useWords(words);
	const c = useCommon();
	const attrName = useAttrName();
	const kindName = useKindName();
	const [open, setOpen] = useParam("open");
	const shown = SHOWN[kind] ?? [];
	const columns: Column<Asset>[] = [
		{ key: "name", label: c("name"), width: "minmax(150px, 1.4fr)", sort: true, render: (r) => r.name || r.key },
		...(kind ? [] : [{ key: "kind", label: c("kind"), width: "130px", render: (r: Asset) => kindName(r.kind) }]),
		...shown.map(([name, width]): Column<Asset> => ({ key: name, label: attrName(name), width, render: (r) => <Attr name={name} value={r.attrs?.[name]} /> })),
		{ key: "container", label: c("container"), width: "minmax(110px, 1fr)", render: (r) => r.container || <span className="dim">–</span> },
		{ key: "host", label: c("host"), width: "minmax(110px, 1fr)", render: (r) => r.host ?? r.host_id },
		{ key: "first_ms", label: c("first_seen"), width: "104px", sort: true, down: true, render: (r) => <Ago ms={r.first_ms} /> },
		{ key: "gone_ms", label: t("gone"), width: "104px", sort: true, down: true, hidden: true, render: (r) => <Ago ms={r.gone_ms} /> },
	];
	const facets: Facet[] = [
		...(kind ? [] : [{ key: "kind", label: c("kind"), kind: "values" as const, word: kindName }]),
		{ key: "host", label: c("host"), kind: "values" },
		{ key: "container", label: c("container"), kind: "values" },
		{ key: "gone", label: t("gone"), kind: "flag" },
		{ key: "first_ms", label: c("first_seen"), kind: "since" },
	];
	return (
		<>
			<List<Asset> key={kind} name={`assets-${kind || "all"}`} label={kind ? kindName(kind) : t("others")} path="/assets" columns={columns.filter((x) => !without.includes(x.key))} facets={facets.filter((x) => !without.includes(x.key))}
				fixed={{ ...(kind ? { "f.kind": kind } : {}), ...fixed }} sort="name" rowKey={(r) => String(r.id)} open="open" topics={["assets"]} empty={{ icon: "target", title: t("empty_assets"), text: t("empty_assets_text") }} />
			{open && <AssetDrawer id={open} close={() => setOpen(null)} />}
		</>
	);
}

/* Only what is different, name by name. */
function Difference({ of }: { of: Change }) {
	const attrName = useAttrName();
	const before = of.before ?? {};
	const after = of.after ?? {};
	const changed = [...new Set([...Object.keys(before), ...Object.keys(after)])].filter((k) => JSON.stringify(before[k]) !== JSON.stringify(after[k]));
	if (of.op !== "changed") {
		const rows = Object.entries(of.op === "gone" ? before : after).slice(0, 4);
		return <span className="dim">{rows.map(([k, v]) => `${attrName(k)}: ${typeof v === "object" ? JSON.stringify(v) : String(v)}`).join(" · ")}</span>;
	}
	return <span>{changed.slice(0, 4).map((k) => `${attrName(k)}: ${JSON.stringify(before[k]) ?? "–"} → ${JSON.stringify(after[k]) ?? "–"}`).join(" · ")}</span>;
}

export function ChangeList({ fixed, without = [], name = "changes" }: { fixed?: Record<string, string>; without?: string[]; name?: string }) {
	const t = useWords(words);
	const c = useCommon();
	const f = useFormats();
	const kindName = useKindName();
	const columns: Column<Change>[] = [
		{ key: "at_ms", label: c("time"), width: "176px", sort: true, down: true, render: (r) => f.time(r.at_ms) },
		{ key: "op", label: t("op"), width: "104px", render: (r) => <State value={r.op} /> },
		{ key: "kind", label: c("kind"), width: "124px", render: (r) => kindName(r.kind) },
		{ key: "name", label: c("name"), width: "minmax(150px, 1.4fr)", sort: true },
		{ key: "after", label: t("after"), width: "minmax(240px, 3fr)", render: (r) => <Difference of={r} /> },
		{ key: "container", label: c("container"), width: "minmax(110px, 1fr)", render: (r) => r.container || <span className="dim">–</span> },
		{ key: "host", label: c("host"), width: "minmax(110px, 1fr)", render: (r) => r.host ?? r.host_id },
	];
	return (
		<List<Change> name={name} label={t("changes")} path="/asset-changes" columns={columns.filter((x) => !without.includes(x.key))} {...(fixed ? { fixed } : {})} sort="-at_ms" rowKey={(r) => String(r.id)} href={(r) => `/assets?open=${r.asset_id}`} topics={["assets"]}
			facets={([{ key: "op", label: t("op"), kind: "values" }, { key: "kind", label: c("kind"), kind: "values", word: kindName }, { key: "host", label: c("host"), kind: "values" }, { key: "at_ms", label: c("time"), kind: "since" }] satisfies Facet[]).filter((x) => !without.includes(x.key))}
			empty={{ icon: "clock", title: t("empty_changes"), text: t("empty_changes_text") }} />
	);
}
