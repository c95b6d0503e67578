// SPDX-License-Identifier: Apache-2.0
/* What the server has to say of configurations; while that is nothing, this page says so. */
import { useGet } from "../../api/use";
import { useFormats, useWords } from "../../i18n";
import { Empty, Failure, LinkButton, Loading, Page, Panel, TableBox } from "../../ui/basic";
import { words } from "./words";

interface Baseline {
	id: string;
	name: string;
	passed: number;
	failed: number;
	unknown: number;
	score: number;
	n_hosts: number;
}

export default function Compliance() {
	const t = useWords(words);
	const f = useFormats();
	const read = useGet<{ items: Baseline[] }>("/compliance");
	const missing = read.error?.status === 404 || read.data?.items?.length === 0;
	return (
		<Page title={t("title")} lead={t("lead")}>
			{read.loading && !read.data && <Loading lines={5} />}
			{read.error && !missing && <Failure error={read.error} retry={read.reload} />}
			{missing && (
				<>
					<Panel>
						<Empty icon="clip" title={t("none")}>
							<p>{t("none_text")}</p>
							<ul className="plan">
								{(["will_1", "will_2", "will_3", "will_4"] as const).map((key) => <li key={key}>{t(key)}</li>)}
							</ul>
						</Empty>
					</Panel>
					<Panel title={t("meanwhile")}>
						<p>{t("meanwhile_text")}</p>
						<div className="actions spaced">
							<LinkButton to="/findings?f.kind=config&f.state=open" icon="layers">{t("images_config")}</LinkButton>
							<LinkButton to="/containers?f.privileged=true" icon="box">{t("privileged")}</LinkButton>
						</div>
					</Panel>
				</>
			)}
			{read.data && read.data.items?.length > 0 && (
				<Panel>
					<TableBox label={t("title")}>
						<table className="table">
							<thead><tr><th scope="col">{t("baseline")}</th><th scope="col" className="end">{t("score")}</th><th scope="col" className="end">{t("passed")}</th><th scope="col" className="end">{t("failed")}</th><th scope="col" className="end">{t("unknown")}</th><th scope="col" className="end">{t("hosts")}</th></tr></thead>
							<tbody>{read.data.items.map((b) => <tr key={b.id}><th scope="row">{b.name}</th><td className="end">{f.number(b.score)}</td><td className="end">{f.number(b.passed)}</td><td className="end">{f.number(b.failed)}</td><td className="end">{f.number(b.unknown)}</td><td className="end">{f.number(b.n_hosts)}</td></tr>)}</tbody>
						</table>
					</TableBox>
				</Panel>
			)}
		</Page>
	);
}
