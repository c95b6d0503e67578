-- SPDX-License-Identifier: Apache-2.0
-- Where news goes, and where knowledge of attackers comes from.

-- What waits for a receiver is what stands in `alert` and `finding` beyond its marks: nothing is copied, and a
-- receiver that is added costs nothing while alerts come in.
CREATE TABLE integration(
	id INTEGER PRIMARY KEY,
	name TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, enabled INTEGER NOT NULL DEFAULT 1,
	config TEXT NOT NULL DEFAULT '{}',
	secrets BLOB,                          -- a JSON object, sealed by the server's key
	least_level INTEGER NOT NULL DEFAULT 7, -- alerts of this level or worse
	condition TEXT NOT NULL DEFAULT '',     -- of the source "alert"
	alerts INTEGER NOT NULL DEFAULT 1,
	findings INTEGER NOT NULL DEFAULT 0,    -- 0: none; else those of this severity or worse (5: critical)
	alert_mark INTEGER NOT NULL DEFAULT 0, finding_mark INTEGER NOT NULL DEFAULT 0, -- all up to there is done with
	n_sent INTEGER NOT NULL DEFAULT 0, n_refused INTEGER NOT NULL DEFAULT 0, n_dropped INTEGER NOT NULL DEFAULT 0, n_failures INTEGER NOT NULL DEFAULT 0,
	last_sent_ms INTEGER, last_error TEXT NOT NULL DEFAULT '', last_error_ms INTEGER,
	made_ms INTEGER NOT NULL, changed_ms INTEGER NOT NULL, changed_by TEXT NOT NULL DEFAULT ''
);

CREATE TABLE intel_source(
	id INTEGER PRIMARY KEY,
	name TEXT NOT NULL UNIQUE, format TEXT NOT NULL,  -- "plain", "csv", "stix", "misp"
	url TEXT NOT NULL DEFAULT '',                     -- '': a file that somebody uploaded
	column_name TEXT NOT NULL DEFAULT '',             -- of CSV: its name, or its number from 1
	enabled INTEGER NOT NULL DEFAULT 1, every_minutes INTEGER NOT NULL DEFAULT 1440, expire_days INTEGER NOT NULL DEFAULT 30,
	etag TEXT NOT NULL DEFAULT '', secrets BLOB,
	n_indicators INTEGER NOT NULL DEFAULT 0, n_refused INTEGER NOT NULL DEFAULT 0,
	tried_ms INTEGER, fetched_ms INTEGER, changed_ms INTEGER, -- changed: what it says
	error TEXT NOT NULL DEFAULT '', made_ms INTEGER NOT NULL, made_by TEXT NOT NULL DEFAULT ''
);

CREATE TABLE indicator(
	id INTEGER PRIMARY KEY,
	source_id INTEGER NOT NULL, kind TEXT NOT NULL,   -- "ip", "net", "domain", "url", "md5", "sha1", "sha256"
	value TEXT NOT NULL, comment TEXT NOT NULL DEFAULT '',
	first_ms INTEGER NOT NULL, seen_ms INTEGER NOT NULL, until_ms INTEGER NOT NULL,
	n_hits INTEGER NOT NULL DEFAULT 0, hit_ms INTEGER,
	UNIQUE(source_id, kind, value)
);
CREATE INDEX indicator_value ON indicator(value);
