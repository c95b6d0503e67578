// SPDX-License-Identifier: Apache-2.0
/* Compliance: how hosts, engines, containers and the software in them are set up, and what to change. */
import { post } from "../../api/client";
import { useGet } from "../../api/use";
import { useSession } from "../../app/session";
import { useWords } from "../../i18n";
import { AsOf, Button, Loaded, Page } from "../../ui/basic";
import { useAct } from "../../ui/dialogs";
import { useNote } from "../../ui/float";
import { Tabs, useTab } from "../../ui/tabs";
import { ChangeList, CheckList, ExceptionList, HostList, WorkloadList } from "./lists";
import { ResultList } from "./results";
import { SummaryView } from "./summary";
import type { Summary } from "./types";
import { words } from "./words";

export default function Compliance() {
	const t = useWords(words);
	const say = useNote();
	const act = useAct();
	const { may } = useSession();
	const read = useGet<Summary>("/compliance/summary", ["compliance"]);
	const d = read.data;
	const tabs = [
		{ key: "summary", label: t("summary") }, { key: "results", label: t("results"), ...(d ? { count: d.fail - d.excepted } : {}) }, { key: "workloads", label: t("workloads") }, { key: "hosts", label: t("hosts") },
		{ key: "checks", label: t("checks") }, { key: "changes", label: t("changes") }, { key: "exceptions", label: t("exceptions"), ...(d ? { count: d.exceptions.active } : {}) },
	];
	const [tab] = useTab(tabs);
	const run = () => act(post<{ agents: number }>("/compliance/run", {}), (r) => say(t("asked", { n: r.agents })));
	const start = may("scan") && <Button kind="main" icon="reload" onClick={run}>{t("check_now")}</Button>;
	return (
		<Page title={t("title")} lead={t(`lead_${tab}` as "lead_summary")} full={tab !== "summary"} actions={<>{tab === "summary" && <AsOf at={d?.time_ms ?? 0} reload={read.reload} loading={read.loading} />}{d && d.hosts_checked > 0 && start}</>}>
			<Tabs tabs={tabs} current={tab} label={t("views")} />
			{tab === "summary" && <Loaded read={read} lines={8}>{(data) => <SummaryView of={data} start={start} />}</Loaded>}
			{tab === "results" && <ResultList />}
			{tab === "workloads" && <WorkloadList />}
			{tab === "hosts" && <HostList />}
			{tab === "checks" && <CheckList />}
			{tab === "changes" && <ChangeList />}
			{tab === "exceptions" && <ExceptionList />}
		</Page>
	);
}
