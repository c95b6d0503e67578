// SPDX-License-Identifier: Apache-2.0
/* Reports: to print, as documents, and by the clock. */
import { ROOT } from "../../api/client";
import { useGet } from "../../api/use";
import { useSession } from "../../app/session";
import { useWords } from "../../i18n";
import { Button, Loaded, Page, Panel } from "../../ui/basic";
import { Icon } from "../../ui/icon";
import { Tabs, useTab } from "../../ui/tabs";
import { Documents } from "./documents";
import { Report, type Overview } from "./inspection";
import { Made } from "./made";
import { Schedules } from "./schedules";
import { words } from "./words";

const LISTS = [["hosts", "/hosts"], ["containers", "/containers"], ["images", "/images"], ["findings", "/findings"], ["vulnerabilities", "/vulnerabilities"], ["packages", "/packages"], ["alerts", "/alerts"], ["incidents", "/incidents"], ["assets", "/assets"], ["changes", "/asset-changes"], ["responses", "/responses"], ["compliance", "/compliance/results"], ["audit", "/audit"], ["rules", "/rules"]] as const;

export default function Reports() {
	const t = useWords(words);
	const { may } = useSession();
	const tabs = [{ key: "now", label: t("now") }, { key: "schedules", label: t("schedules") }, { key: "made", label: t("kept") }];
	const [tab] = useTab(tabs);
	const read = useGet<Overview>(tab === "now" ? "/overview" : null);
	return (
		<Page title={t("title")} lead={t(`lead_${tab}` as "lead_now")} full={tab !== "now"} actions={tab === "now" && <Button kind="main" icon="print" onClick={() => print()} disabled={!read.data}>{t("print")}</Button>}>
			<Tabs tabs={tabs} current={tab} label={t("views")} />
			{tab === "schedules" && <Schedules />}
			{tab === "made" && <Made />}
			{tab === "now" && (
				<>
					<Documents />
					<Panel title={t("exports")} className="no-print">
						<p className="hint">{t("exports_text")}</p>
						<ul className="exports">
							{LISTS.filter(([name]) => name !== "audit" || may("audit.read")).map(([name, path]) => <li key={name}><a className="button button-plain button-small" href={`${ROOT}${path}?format=csv`} download={`${name}.csv`}><Icon name="download" />{t(`c_${name}`)}</a></li>)}
						</ul>
					</Panel>
					<Panel><Loaded read={read} lines={10}>{(d) => <Report d={d} />}</Loaded></Panel>
				</>
			)}
		</Page>
	);
}
