// SPDX-License-Identifier: Apache-2.0
/* What there is, by kind. */
import { useGet } from "../../api/use";
import { useFormats, useWords } from "../../i18n";
import { Link, useParam, usePath } from "../../lib/router";
import { Page } from "../../ui/basic";
import { PathTabs } from "../../ui/tabs";
import { KINDS, useKindName } from "./attrs";
import { AssetList, ChangeList, ContainerList, HostList, PackageList } from "./lists";
import { words } from "./words";

interface Kind {
	kind: string;
	about: string;
	count: number;
}

function KindRail({ kind }: { kind: string }) {
	const t = useWords(words);
	const f = useFormats();
	const name = useKindName();
	const read = useGet<{ items: Kind[] }>("/asset-kinds", ["assets"]);
	const count = (k: string) => read.data?.items.find((x) => x.kind === k)?.count;
	return (
		<nav className="rail" aria-label={t("views")}>
			<Link to="/assets" className="rail-link" aria-current={kind === "" ? "page" : undefined}>{t("kind_any")}</Link>
			{KINDS.filter((k) => k !== "image").map((k) => (
				<Link key={k} to={`/assets?kind=${k}`} className="rail-link" aria-current={kind === k ? "page" : undefined}>
					<span>{name(k)}</span>
					{count(k) !== undefined && <span className="menu-count">{f.short(count(k) ?? 0)}</span>}
				</Link>
			))}
		</nav>
	);
}

export default function Assets() {
	const t = useWords(words);
	const path = usePath();
	const [kind] = useParam("kind");
	const tabs: [string, string, string][] = [
		["/hosts", t("hosts"), t("hosts_lead")],
		["/containers", t("containers"), t("containers_lead")],
		["/packages", t("packages"), t("packages_lead")],
		["/assets", t("others"), t("lead")],
		["/changes", t("changes"), t("changes_lead")],
	];
	const lead = tabs.find(([to]) => to === path)?.[2];
	return (
		<Page title={t("title")} lead={lead} full>
			<PathTabs tabs={tabs.map(([to, label]) => ({ to, label }))} label={t("title")} />
			{path === "/hosts" && <HostList />}
			{path === "/containers" && <ContainerList />}
			{path === "/packages" && <PackageList />}
			{path === "/changes" && <ChangeList />}
			{path === "/assets" && (
				<div className="with-rail">
					<KindRail kind={kind} />
					<AssetList kind={kind} />
				</div>
			)}
		</Page>
	);
}
