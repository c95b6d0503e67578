// SPDX-License-Identifier: Apache-2.0
/* One container: its rights, what listens, what was found and what happened in it. */
import { useState } from "react";
import { useGet } from "../../api/use";
import { useSession } from "../../app/session";
import { useCommon, useFormats, useWords } from "../../i18n";
import { enc, Link } from "../../lib/router";
import { Ago, Button, Code, Facts, Id, ImageName, Loaded, Page, Panel, Stat, State, When } from "../../ui/basic";
import { Risk } from "../../ui/severity";
import { Tabs, useTab } from "../../ui/tabs";
import { AlertList } from "../alerts/list";
import { Respond, useRespondWord } from "../alerts/respond";
import { ResultList } from "../compliance/results";
import { ContainerSetup } from "../compliance/setup";
import { FindingList } from "../vulns/findings";
import { AssetList, ChangeList, Rights } from "./lists";
import type { Container } from "./types";
import { words } from "./words";

function About({ container: d }: { container: Container }) {
	const t = useWords(words);
	const c = useCommon();
	const f = useFormats();
	return (
		<>
			<div className="stats">
				<Stat label={c("risk")} value={<Risk value={d.risk} />} />
				<Stat label={c("state")} value={<State value={d.gone_ms ? "gone" : d.state} />} />
				<Stat label={t("alerts")} value={f.number(d.n_alerts)} tone={d.n_alerts ? "bad" : ""} />
				<Stat label={t("started")} value={<Ago ms={d.started_ms} />} />
			</div>
			<div className="grid-2">
				<Panel title={t("facts")}>
					<Facts columns={1} rows={[
						[c("image"), <Link key="i" to={`/images/${enc(d.image_id)}`}><ImageName value={d.image} id={d.image_id} /></Link>],
						[c("host"), <Link key="h" to={`/hosts/${enc(d.host_id)}`}>{d.host ?? d.host_id}</Link>],
						[t("runtime"), d.runtime], [c("namespace"), d.namespace], [t("pod"), d.pod], [t("workload"), d.workload],
						[c("created"), <When key="c" ms={d.created_ms} />], [c("last_seen"), <When key="s" ms={d.seen_ms} />], ["ID", <Id key="d" value={d.id} copy />],
					]} />
				</Panel>
				<div className="stack">
					<Panel title={t("rights")}>
						<Rights of={d} />
						<Facts columns={1} rows={[[t("caps"), d.caps], [t("mounts"), d.host_mounts], [t("exposed"), d.exposed], [t("listening"), d.listening]]} />
					</Panel>
					<ContainerSetup id={d.id} />
				</div>
			</div>
			{d.detail && Object.keys(d.detail).length > 0 && <Panel title={t("engine_says")}><Code label={t("engine_says")}>{JSON.stringify(d.detail, null, 2)}</Code></Panel>}
		</>
	);
}

export default function OneContainer({ params }: { params: Record<string, string> }) {
	const t = useWords(words);
	const respond = useRespondWord();
	const { may } = useSession();
	const id = params["id"] ?? "";
	const [responding, setResponding] = useState(false);
	const read = useGet<Container>(`/containers/${enc(id)}`, ["assets", "incidents"]);
	const tabs = [{ key: "overview", label: t("overview") }, { key: "alerts", label: t("alerts"), count: read.data?.n_alerts }, { key: "findings", label: t("findings") }, { key: "setup", label: t("setup") }, { key: "assets", label: t("has") }, { key: "changes", label: t("changes") }];
	const [tab] = useTab(tabs);
	const d = read.data;
	return (
		<Page title={d?.name || id.slice(0, 12)} full={tab !== "overview"} lead={d && <ImageName value={d.image} id={d.image_id} />}
			actions={d && may("respond") && <Button kind="danger" icon="ban" onClick={() => setResponding(true)}>{respond}</Button>}>
			<Tabs tabs={tabs} current={tab} label={t("views")} />
			{tab === "overview" && <Loaded read={read} lines={8}>{(data) => <About container={data} />}</Loaded>}
			{tab === "alerts" && <AlertList name="container-alerts" fixed={{ "f.container_id": id }} without={["container", "host", "image"]} />}
			{tab === "findings" && d && <FindingList name="container-findings" fixed={{ "f.subject": d.image_id }} without={["image"]} />}
			{tab === "setup" && <ResultList name="container-setup" fixed={{ "f.container_id": id }} without={["host"]} />}
			{tab === "assets" && <AssetList kind="" fixed={{ "f.container_id": id }} without={["host", "container"]} />}
			{tab === "changes" && <ChangeList name="container-changes" fixed={{ "f.container_id": id }} without={["host", "container"]} />}
			{responding && d && <Respond host={d.host_id} container={d.id} name={d.name} close={() => setResponding(false)} />}
		</Page>
	);
}
