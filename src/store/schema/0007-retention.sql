-- SPDX-License-Identifier: Apache-2.0
-- How long what is kept, what was deleted so far, and a few numbers a day that outlive what they were counted from.

CREATE TABLE retention(
	name TEXT PRIMARY KEY,                 -- a row of store/retention.c
	keep_days INTEGER NOT NULL DEFAULT 0,  -- 0: whatever its age
	keep_rows INTEGER NOT NULL DEFAULT 0,  -- 0: as many as there are
	deleted INTEGER NOT NULL DEFAULT 0,    -- rows, since ever
	last_deleted INTEGER NOT NULL DEFAULT 0, last_ms INTEGER -- of the last time there was something
);
INSERT INTO retention(name, keep_days, keep_rows) VALUES
	('alerts', 90, 2000000), ('alert_hours', 400, 0), ('incidents', 365, 0),
	('asset_changes', 30, 2000000), ('gone_assets', 30, 0), ('gone_containers', 30, 0), ('fixed_findings', 90, 1000000), ('audit', 730, 0), ('trends', 1100, 0);

-- One row a day and number: "findings.severity.critical" (open ones), "alerts.level.2" (that day's), "risk.hosts" (their mean), ...
-- (store/trend.c); others may add names of their own.
CREATE TABLE trend(
	day INTEGER NOT NULL,                  -- since 1970, UTC
	name TEXT NOT NULL, value REAL NOT NULL,
	PRIMARY KEY(day, name)
);

CREATE INDEX asset_gone ON asset(gone_ms) WHERE gone_ms IS NOT NULL;
CREATE INDEX container_gone ON container(gone_ms) WHERE gone_ms IS NOT NULL;
CREATE INDEX finding_fixed ON finding(fixed_ms) WHERE fixed_ms IS NOT NULL;
