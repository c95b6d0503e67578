// SPDX-License-Identifier: Apache-2.0
/* The database: how large, how full, how sound. */
import { useGet } from "../../api/use";
import { useFormats, useSaid, useWords } from "../../i18n";
import { AsOf, Badge, Facts, Loaded, Panel, When } from "../../ui/basic";
import { Bars } from "../../ui/charts";
import { words } from "./words";

interface Stored {
	bytes: number;
	log_bytes: number;
	disk_bytes?: number;
	disk_free_bytes?: number;
	spare_percent: number;
	rows: Record<string, number>;
	retention: { ran_ms: number; deleted: number; error?: string };
	check: { checked_ms: number; sound: boolean; broken?: string };
	at_ms: number;
}

export function StoragePart() {
	const t = useWords(words);
	const said = useSaid();
	const f = useFormats();
	const rowName = (name: string) => (`rows.${name}` in words.en ? t(`rows.${name}` as "rows.hosts") : name.replaceAll("_", " "));
	const read = useGet<Stored>("/system/storage");
	return (
		<Panel title={t("database")} aside={<AsOf at={read.at} reload={read.reload} loading={read.loading} />}>
			<Loaded read={read}>
				{(s) => (
					<>
						<Facts columns={2} rows={[
							[t("size"), f.bytes(s.bytes)], [t("wal"), f.bytes(s.log_bytes)], [t("free"), s.disk_free_bytes !== undefined && `${f.bytes(s.disk_free_bytes)} / ${f.bytes(s.disk_bytes ?? 0)}`], [t("spare"), f.percent(s.spare_percent / 100)],
							[t("checked"), s.check.checked_ms ? <span className="line"><When ms={s.check.checked_ms} />{s.check.sound ? <Badge tone="good">{t("sound")}</Badge> : <Badge tone="critical">{said(s.check.broken) || t("broken")}</Badge>}</span> : t("not_yet")],
							[t("cleaned"), s.retention.ran_ms ? <span className="line"><When ms={s.retention.ran_ms} />{s.retention.error ? <Badge tone="critical">{said(s.retention.error)}</Badge> : t("cleaned_n", { n: s.retention.deleted })}</span> : t("not_yet")],
						]} />
						<h3 className="sub">{t("rows")}</h3>
						<Bars label={t("rows")} bars={Object.entries(s.rows).sort((a, b) => b[1] - a[1]).map(([name, n]) => ({ key: name, label: rowName(name), value: n }))} />
					</>
				)}
			</Loaded>
		</Panel>
	);
}
