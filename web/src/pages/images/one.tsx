// SPDX-License-Identifier: Apache-2.0
/* One image: its layers and whose they are, what is in it, what is wrong with it, where it runs. */
import { get, patch, post, ROOT } from "../../api/client";
import { useGet } from "../../api/use";
import { useSession } from "../../app/session";
import { useCommon, useFormats, useSaid, useServerWord, useTongue, useWords } from "../../i18n";
import { enc, Link } from "../../lib/router";
import { List, type Column } from "../../list/list";
import { Ago, AsOf, Badge, Button, Facts, Id, ImageName, Loaded, Page, Panel, Side, Stat, State, TableBox, When } from "../../ui/basic";
import { Bars, Split } from "../../ui/charts";
import { useAct } from "../../ui/dialogs";
import { Popover, useNote } from "../../ui/float";
import { Icon } from "../../ui/icon";
import { Counts, Risk, TONES, toneOf, type Tone } from "../../ui/severity";
import { Tabs, useTab } from "../../ui/tabs";
import { ResultList } from "../compliance/results";
import { documentPath } from "../reports/documents";
import type { Of } from "../reports/of";
import { FindingList } from "../vulns/findings";
import type { Image } from "./index";
import { words } from "./words";

interface Layer {
	position: number;
	diff_id: string;
	digest?: string;
	side: string;
	owner?: string;
	instruction?: string;
	bytes: number;
	n_packages?: number;
	n_images?: number;
}
interface Advice {
	text: string;
	owner?: string;
	mends?: number;
}
interface Ref {
	ref: string;
	registry: string;
	repository?: string;
	tag?: string;
	host_id?: string;
	registry_id?: number | null;
	seen_ms: number;
	gone_ms?: number | null;
}
interface OneImage extends Image {
	user?: string;
	created_ms?: number;
	n_layers?: number;
	matched_ms?: number | null;
	ports?: string;
	scanned_by?: string;
	advice?: Advice[] | unknown;
	refs?: Ref[];
	layers?: Layer[];
	containers?: { id: string; name: string; host_id: string; host: string; state: string }[];
	by_side?: { side: string; severity: string; count: number }[];
	by_kind?: { kind: string; count: number; risk: number }[];
}
interface Held {
	id: number;
	type: string;
	name: string;
	version: string;
	licence?: string;
	location?: string;
	layer: number;
	side?: string;
	in_use: boolean;
	used_path?: string;
	n_findings: number;
}

function Owners({ image }: { image: OneImage }) {
	const t = useWords(words);
	const word = useServerWord();
	const rows = image.by_side ?? [];
	const of = (side: string) => Object.fromEntries(TONES.map((tone) => [tone, rows.filter((r) => r.side === side && toneOf(r.severity) === tone).reduce((a, r) => a + r.count, 0)])) as Record<Tone, number>;
	const sum = (side: string) => rows.filter((r) => r.side === side).reduce((a, r) => a + r.count, 0);
	const sides = ["base", "application", "unknown"].filter((s) => sum(s) > 0);
	return (
		<div className="stack-s">
			<Split label={t("owners")} parts={sides.map((s) => ({ key: s, label: word(s), value: sum(s), tone: s === "base" ? "base" : s === "application" ? "app" : "info" }))} />
			<ul>{sides.map((s) => <li key={s} className="line between owner-row"><Side value={s} /><Counts of={of(s)} /></li>)}</ul>
			<p className="hint">{t("owners_note")}</p>
		</div>
	);
}

function About({ image: d }: { image: OneImage }) {
	const said = useSaid();
	const t = useWords(words);
	const c = useCommon();
	const f = useFormats();
	const word = useServerWord();
	const advice = Array.isArray(d.advice) ? (d.advice as Advice[]) : [];
	const here = `/images/${enc(d.id)}`;
	return (
		<>
			<div className="stats">
				<Stat label={c("risk")} value={<Risk value={d.risk} />} />
				<Stat label={t("findings")} value={f.number(d.n_findings ?? 0)} to={`${here}?tab=findings`} note={<Counts of={{ critical: d.n_critical, high: d.n_high }} />} />
				<Stat label={t("fixable")} value={f.number(d.n_fixable ?? 0)} to={`${here}?tab=findings&f.fixable=true`} />
				<Stat label={t("packages")} value={f.number(d.n_packages ?? 0)} to={`${here}?tab=packages`} />
				<Stat label={t("containers")} value={f.number(d.n_containers ?? 0)} />
				<Stat label={t("size")} value={f.bytes(d.bytes ?? 0)} note={`${d.n_layers ?? 0} ${t("n_layers")}`} />
			</div>
			<div className="grid-2">
				<Panel title={t("first_do")}>
					{advice.length === 0 && <p className="hint">{t("nothing_first")}</p>}
					<ol className="advice">{advice.map((a, i) => <li key={i}><span>{said(a.text)}</span><span className="dim">{[word(a.owner), a.mends ? t("mends", { n: a.mends }) : ""].filter(Boolean).join(" · ")}</span></li>)}</ol>
				</Panel>
				<Panel title={t("owners")}><Owners image={d} /></Panel>
				<Panel title={t("facts")}>
					<Facts columns={1} rows={[
						[t("distro"), <span key="d" className="line">{d.distro}{d.end_of_life && <Badge tone="high">{t("eol")}</Badge>}</span>], [t("cpu"), d.arch], [t("base"), d.base_name], [t("user"), d.user || "root"], [t("ports"), d.ports],
						[t("created"), <When key="c" ms={d.created_ms} />], [t("scanned"), <When key="s" ms={d.scanned_ms} />], [t("matched"), <When key="m" ms={d.matched_ms} />], [t("scanned_by"), d.scanned_by], ["ID", <Id key="i" value={d.id} length={20} copy />],
					]} />
				</Panel>
				<Panel title={t("kinds")}>
					<Bars label={t("kinds")} bars={(d.by_kind ?? []).map((k) => ({ key: k.kind, label: <Link to={`${here}?tab=findings&f.kind=${k.kind}`}>{word(k.kind)}</Link>, value: k.count }))} />
				</Panel>
				<Panel title={t("runs")}>
					{(d.containers ?? []).length === 0 ? <p className="hint">{t("runs_none")}</p> : (
						<TableBox label={t("runs")}>
							<table className="table">
								<thead><tr><th scope="col">{c("container")}</th><th scope="col">{c("host")}</th><th scope="col">{c("state")}</th></tr></thead>
								<tbody>{d.containers?.map((x) => <tr key={x.id}><th scope="row"><Link to={`/containers/${enc(x.id)}`}>{x.name || x.id.slice(0, 12)}</Link></th><td><Link to={`/hosts/${enc(x.host_id)}`}>{x.host || x.host_id}</Link></td><td><State value={x.state} /></td></tr>)}</tbody>
							</table>
						</TableBox>
					)}
				</Panel>
				<Panel title={t("names")}>
					<TableBox label={t("names")}>
						<table className="table">
							<thead><tr><th scope="col">{c("name")}</th><th scope="col">{c("last_seen")}</th></tr></thead>
							<tbody>{(d.refs ?? []).map((r, i) => <tr key={i}><th scope="row">{r.ref}</th><td>{r.gone_ms ? <State value="gone" /> : <Ago ms={r.seen_ms} />}</td></tr>)}</tbody>
						</table>
					</TableBox>
				</Panel>
			</div>
		</>
	);
}

function Layers({ id }: { id: string }) {
	const t = useWords(words);
	const c = useCommon();
	const f = useFormats();
	const word = useServerWord();
	const columns: Column<Layer>[] = [
		{ key: "position", label: t("layer"), width: "64px", sort: true, end: true, render: (r) => f.number(r.position) },
		{ key: "side", label: c("side"), width: "120px", render: (r) => <Side value={r.side} /> },
		{ key: "instruction", label: t("instruction"), width: "minmax(320px, 4fr)", render: (r) => <code title={r.instruction}>{r.instruction}</code> },
		{ key: "owner", label: c("owner"), width: "minmax(100px, 1fr)", render: (r) => word(r.owner) || <span className="dim">–</span> },
		{ key: "bytes", label: t("size"), width: "90px", sort: true, down: true, end: true, render: (r) => f.bytes(r.bytes) },
		{ key: "n_packages", label: t("packages"), width: "84px", end: true, render: (r) => f.number(r.n_packages ?? 0) },
		{ key: "n_images", label: t("shared"), width: "104px", end: true, render: (r) => t("n_images", { n: r.n_images ?? 1 }) },
		{ key: "diff_id", label: "diff ID", width: "120px", render: (r) => <Id value={r.diff_id} /> },
	];
	return <List<Layer> name="layers" label={t("layers")} path={`/images/${enc(id)}/layers`} columns={columns} sort="position" rowKey={(r) => String(r.position)} facets={[{ key: "side", label: c("side"), kind: "values" }]} empty={{ icon: "layers", title: t("empty_layers") }} />;
}

function Packages({ id }: { id: string }) {
	const t = useWords(words);
	const c = useCommon();
	const f = useFormats();
	const columns: Column<Held>[] = [
		{ key: "name", label: c("package"), width: "minmax(170px, 2fr)", sort: true },
		{ key: "version", label: c("version"), width: "minmax(120px, 1fr)" },
		{ key: "type", label: t("type"), width: "80px", sort: true },
		{ key: "side", label: c("side"), width: "120px", render: (r) => <Side value={r.side} /> },
		{ key: "layer", label: t("layer"), width: "64px", sort: true, end: true },
		{ key: "n_findings", label: t("findings"), width: "84px", end: true, render: (r) => f.number(r.n_findings) },
		{ key: "in_use", label: t("in_use"), width: "116px", render: (r) => (r.in_use ? <span title={r.used_path}><Badge tone="good">{t("in_use")}</Badge></span> : <span className="dim">{t("not_used")}</span>) },
		{ key: "licence", label: t("licence"), width: "minmax(110px, 1fr)" },
		{ key: "location", label: t("location"), width: "minmax(160px, 1.4fr)" },
	];
	return (
		<List<Held> name="image-packages" label={t("packages")} path={`/images/${enc(id)}/packages`} columns={columns} sort="name" rowKey={(r) => `${r.id}|${r.location ?? ""}`} href={(r) => `/images/${enc(id)}?tab=findings&f.package_id=${r.id}`}
			facets={[{ key: "type", label: t("type"), kind: "values" }, { key: "side", label: c("side"), kind: "values" }, { key: "layer", label: t("layer"), kind: "values" }, { key: "licence", label: t("licence"), kind: "values" }, { key: "in_use", label: t("in_use"), kind: "flag" }]} empty={{ icon: "clip", title: t("empty_packages") }} />
	);
}

/* From the registry, or by the host's agent from the engine there that keeps it. */
async function scanAgain(id: string, ref: Ref): Promise<void> {
	if (ref.registry_id) return post("/scans", { registry_id: ref.registry_id, target: `${ref.repository ?? ""}:${ref.tag ?? "latest"}` });
	const kept = await get<{ items: { attrs?: { runtime?: string } }[] }>(`/assets?f.kind=image&f.gone=false&f.host_id=${enc(ref.host_id ?? "")}&f.key=${enc(id)}&limit=1`);
	return post("/scans", { host_id: ref.host_id, target: `${kept.items[0]?.attrs?.runtime === "podman" ? "podman" : "docker"}:${ref.ref}` });
}

export default function ImagePage({ params }: { params: Record<string, string> }) {
	const t = useWords(words);
	const say = useNote();
	const { may } = useSession();
	const id = params["id"] ?? "";
	const read = useGet<OneImage>(`/images/${enc(id)}`, ["scans"]);
	const d = read.data;
	const tabs = [{ key: "overview", label: t("overview") }, { key: "layers", label: t("layers"), count: d?.n_layers }, { key: "packages", label: t("packages"), count: d?.n_packages }, { key: "findings", label: t("findings"), count: d?.n_findings }, { key: "setup", label: t("setup") }];
	const [tab] = useTab(tabs);
	const done = (text: string) => () => { say(text); read.reload(); };
	const act = useAct();
	/* Where it can be had: a registry we look after, else a host that keeps it. */
	const ref = d?.refs?.find((r) => !r.gone_ms && r.registry_id) ?? d?.refs?.find((r) => !r.gone_ms && r.host_id);
	const { lang } = useTongue();
	const of: Of = { scope: "image", scope_id: id };
	const sbom = `${ROOT}/images/${enc(id)}/sbom`;
	return (
		<Page title={d?.name ? d.name.replace(/^[^/]*[.:][^/]*\//, "") : id.replace("sha256:", "").slice(0, 12)} full={tab !== "overview"} lead={d && <span className="line"><ImageName value={d.name} id={d.id} />{d.is_base && <Badge tone="base">{t("is_base")}</Badge>}</span>}
			actions={d && (
				<>
					<AsOf at={read.at} reload={read.reload} loading={read.loading} />
					<Popover label={t("report")} icon="doc" title={t("report")} align="end" tall>
						{(close) => (
							<div className="menu">
								{(["html", "csv"] as const).map((format) => <a key={format} className="menu-item" href={documentPath("findings", of, format, lang)} download onClick={close}><Icon name="download" />{t("report_findings")} · {format.toUpperCase()}</a>)}
								{(["html", "csv"] as const).map((format) => <a key={format} className="menu-item" href={documentPath("inspection", of, format, lang)} download onClick={close}><Icon name="download" />{t("report_setup")} · {format.toUpperCase()}</a>)}
							</div>
						)}
					</Popover>
					<Popover label={t("sbom")} icon="download" title={t("sbom")} align="end" tall>
						{(close) => (
							<div className="menu">
								<a className="menu-item" href={`${sbom}?format=cyclonedx`} download={`${id.slice(7, 19)}.cdx.json`} onClick={close}><Icon name="doc" />{t("sbom_cdx")}</a>
								<a className="menu-item" href={`${sbom}?format=spdx`} download={`${id.slice(7, 19)}.spdx.json`} onClick={close}><Icon name="doc" />{t("sbom_spdx")}</a>
							</div>
						)}
					</Popover>
					{may("registry.write") && <Button icon="layers" onClick={() => act(patch(`/images/${enc(id)}`, { is_base: !d.is_base }), done(t("marked")))}>{d.is_base ? t("unmark_base") : t("mark_base")}</Button>}
					{may("scan") && ref && <Button icon="reload" onClick={() => act(scanAgain(id, ref), done(t("rescanned")))}>{t("rescan")}</Button>}
				</>
			)}>
			<Tabs tabs={tabs} current={tab} label={t("views")} />
			{tab === "overview" && <Loaded read={read} lines={8}>{(data) => <About image={data} />}</Loaded>}
			{tab === "layers" && <Layers id={id} />}
			{tab === "packages" && <Packages id={id} />}
			{tab === "findings" && <FindingList name="image-findings" path={`/images/${enc(id)}/findings`} without={["image"]} />}
			{tab === "setup" && <ResultList name="image-setup" path={`/images/${enc(id)}/compliance`} />}
		</Page>
	);
}
