// SPDX-License-Identifier: Apache-2.0
/* One host, and everything on it. */
import { patch } from "../../api/client";
import { useGet } from "../../api/use";
import { useSession } from "../../app/session";
import { useCommon, useFormats, useServerWord, useWords } from "../../i18n";
import { enc, Link, useParam, usePath } from "../../lib/router";
import { Ago, Badge, Facts, Id, Loaded, Page, Panel, Stat, When } from "../../ui/basic";
import { useAct } from "../../ui/dialogs";
import { useNote } from "../../ui/float";
import { Choice } from "../../ui/form";
import { Risk } from "../../ui/severity";
import { Tabs, useTab } from "../../ui/tabs";
import { ResultList } from "../compliance/results";
import { HostSetup } from "../compliance/setup";
import { FindingList } from "../vulns/findings";
import { KINDS, useKindName } from "./attrs";
import { AssetList, ChangeList, ContainerList } from "./lists";
import type { Host } from "./types";
import { words } from "./words";

function About({ host: h, reload }: { host: Host; reload: () => void }) {
	const t = useWords(words);
	const c = useCommon();
	const f = useFormats();
	const word = useServerWord();
	const say = useNote();
	const { may } = useSession();
	const act = useAct();
	const set = (environment: string) => act(patch(`/hosts/${enc(h.id)}`, { environment }), () => { say(t("saved")); reload(); });
	return (
		<>
			<div className="stats">
				<Stat label={c("risk")} value={<Risk value={h.risk} />} />
				<Stat label={t("findings")} value={f.number(h.n_findings ?? 0)} to={`/hosts/${enc(h.id)}?tab=findings`} />
				<Stat label={t("running")} value={f.number(h.n_containers ?? 0)} to={`/hosts/${enc(h.id)}?tab=containers`} />
				<Stat label={t("alerts")} value={f.number(h.n_alerts ?? 0)} to={`/alerts?f.host_id=${enc(h.id)}`} tone={h.n_alerts ? "bad" : ""} />
				<Stat label={t("seen")} value={<Ago ms={h.seen_ms} />} />
			</div>
			<div className="grid-2">
				<Panel title={t("facts")}>
					<Facts columns={1} rows={[
						[t("os"), `${h.os ?? ""} ${h.os_version ?? ""}`], [t("kernel"), h.kernel], [t("arch"), h.arch], [t("address"), h.address], [t("cpus"), h.cpus], [t("memory"), h.memory_bytes ? f.bytes(h.memory_bytes) : null],
						[t("boot"), <When key="b" ms={h.boot_ms} />], [c("first_seen"), <When key="f" ms={h.first_ms} />], ["ID", <Id key="i" value={h.id} length={32} copy />],
						[t("labels"), h.labels && Object.keys(h.labels).length > 0 && <span className="line">{Object.entries(h.labels).map(([k, v]) => <Badge key={k}>{k}={v}</Badge>)}</span>],
					]} />
				</Panel>
				<div className="stack">
					<Panel title={t("env_set")}>
						{may("agents.write")
							? <Choice label={c("environment")} hint={t("env_text")} value={h.environment ?? ""} onChange={(e) => set(e.target.value)} options={[["", t("env_none")], ["prod", word("prod")], ["dev", word("dev")]]} />
							: <p>{word(h.environment) || t("env_none")}</p>}
					</Panel>
					<HostSetup id={h.id} />
				</div>
			</div>
		</>
	);
}

export default function OneHost({ params }: { params: Record<string, string> }) {
	const t = useWords(words);
	const id = params["id"] ?? "";
	const name = useKindName();
	const path = usePath();
	const [kind] = useParam("kind");
	const read = useGet<Host>(`/hosts/${enc(id)}`, ["agents"]);
	const tabs = [{ key: "overview", label: t("overview") }, { key: "containers", label: t("containers"), count: read.data?.n_containers }, { key: "assets", label: t("has") }, { key: "findings", label: t("findings"), count: read.data?.n_findings }, { key: "setup", label: t("setup") }, { key: "changes", label: t("changes") }];
	const [tab] = useTab(tabs);
	return (
		<Page title={read.data?.name || id} full={tab !== "overview"} lead={read.data && `${read.data.os ?? ""} ${read.data.os_version ?? ""} · ${read.data.kernel ?? ""}`}>
			<Tabs tabs={tabs} current={tab} label={t("views")} />
			{tab === "overview" && <Loaded read={read} lines={8}>{(h) => <About host={h} reload={read.reload} />}</Loaded>}
			{tab === "containers" && <ContainerList name="host-containers" fixed={{ "f.host_id": id }} without={["host"]} />}
			{tab === "findings" && <FindingList name="host-findings" fixed={{ "f.subject": `host:${id}` }} without={["image", "side"]} />}
			{tab === "setup" && <ResultList name="host-setup" fixed={{ "f.host_id": id }} without={["host"]} />}
			{tab === "changes" && <ChangeList name="host-changes" fixed={{ "f.host_id": id }} without={["host"]} />}
			{tab === "assets" && (
				<div className="with-rail">
					<nav className="rail" aria-label={t("has")}>
						<Link to={`${path}?tab=assets`} className="rail-link" aria-current={kind === "" ? "page" : undefined}>{t("kind_any")}</Link>
						{KINDS.filter((k) => k !== "image").map((k) => <Link key={k} to={`${path}?tab=assets&kind=${k}`} className="rail-link" aria-current={kind === k ? "page" : undefined}>{name(k)}</Link>)}
					</nav>
					<AssetList kind={kind} fixed={{ "f.host_id": id }} without={["host"]} />
				</div>
			)}
		</Page>
	);
}
