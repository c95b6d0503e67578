-- SPDX-License-Identifier: Apache-2.0
-- Packages in use, as agents tell them, and what of it a package's holders know; and what a vulnerability reaches.

-- A package of a container, or of the host itself (container_id empty), whose files were executed or are mapped; eco empty: a file no package brought.
CREATE TABLE package_use(
	id INTEGER PRIMARY KEY,
	host_id TEXT NOT NULL, key TEXT NOT NULL, container_id TEXT NOT NULL DEFAULT '',
	eco TEXT NOT NULL DEFAULT '', name TEXT NOT NULL DEFAULT '',
	path TEXT NOT NULL, executed INTEGER NOT NULL DEFAULT 0,
	first_ms INTEGER NOT NULL, seen_ms INTEGER NOT NULL, gone_ms INTEGER,
	UNIQUE(host_id, key)
);
CREATE INDEX package_use_container ON package_use(container_id);
CREATE INDEX package_use_gone ON package_use(gone_ms) WHERE gone_ms IS NOT NULL;

ALTER TABLE holding ADD COLUMN used_how TEXT NOT NULL DEFAULT '';  -- of one in use: "executed", else "loaded";
ALTER TABLE holding ADD COLUMN used_path TEXT NOT NULL DEFAULT ''; -- the file that told it,
ALTER TABLE holding ADD COLUMN used_in TEXT NOT NULL DEFAULT '';   -- and the container's id

-- What a vulnerability reaches is read from this alone: of one that a thousand images have, a thousand rows lie in as many pages.
DROP INDEX finding_vuln;
CREATE INDEX finding_vuln ON finding(vuln_id, subject, fixed_ms, package_id, risk);
INSERT INTO sqlite_stat1(tbl, idx, stat) VALUES('finding', 'finding_vuln', '1000000 40 1 1 1 1');
ANALYZE sqlite_master;
