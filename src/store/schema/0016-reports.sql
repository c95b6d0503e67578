-- SPDX-License-Identifier: Apache-2.0
-- Reports made by the clock, and what was made; an image's own results, found by the image.

CREATE TABLE report_schedule(
	id INTEGER PRIMARY KEY,
	name TEXT NOT NULL UNIQUE, enabled INTEGER NOT NULL DEFAULT 1,
	kind TEXT NOT NULL,                       -- "inspection", "findings"
	scope TEXT NOT NULL, scope_id TEXT NOT NULL DEFAULT '', -- "all", or "host", "image", "team" and whose number it is
	format TEXT NOT NULL, lang TEXT NOT NULL,
	every TEXT NOT NULL,                      -- "day", "week", "month"
	day INTEGER NOT NULL DEFAULT 1,           -- of the week, 1 is Monday; of the month, beyond its end: its last
	minute INTEGER NOT NULL DEFAULT 0,        -- of the day
	utc_offset INTEGER NOT NULL DEFAULT 0,    -- minutes that its clock is ahead of UTC
	integration_id INTEGER NOT NULL DEFAULT 0, recipients TEXT NOT NULL DEFAULT '', -- 0: it is kept and not sent; '': whom the integration tells
	next_ms INTEGER,                          -- NULL: it rests
	asked_by TEXT NOT NULL DEFAULT '',        -- somebody wants one now
	last_ms INTEGER, last_report_id INTEGER, last_error TEXT NOT NULL DEFAULT '', last_error_ms INTEGER,
	made_ms INTEGER NOT NULL, changed_ms INTEGER NOT NULL, changed_by TEXT NOT NULL DEFAULT ''
);

-- The document itself lies in reports/ of the state folder, named by its schedule and when it was made.
CREATE TABLE report(
	id INTEGER PRIMARY KEY,
	schedule_id INTEGER NOT NULL, name TEXT NOT NULL, -- of the schedule then
	kind TEXT NOT NULL, scope TEXT NOT NULL, scope_id TEXT NOT NULL DEFAULT '', scope_name TEXT NOT NULL DEFAULT '',
	format TEXT NOT NULL, lang TEXT NOT NULL,
	bytes INTEGER NOT NULL, sha256 TEXT NOT NULL,
	made_ms INTEGER NOT NULL, asked_by TEXT NOT NULL DEFAULT '', -- '': the clock
	mail TEXT NOT NULL DEFAULT '',            -- "waiting", "sent", "failed"; '': it is not to be sent
	integration_id INTEGER NOT NULL DEFAULT 0, recipients TEXT NOT NULL DEFAULT '',
	tries INTEGER NOT NULL DEFAULT 0, try_ms INTEGER NOT NULL DEFAULT 0, sent_ms INTEGER,
	mail_said TEXT NOT NULL DEFAULT '', mail_error TEXT NOT NULL DEFAULT ''
);
CREATE INDEX report_made ON report(made_ms, id);
CREATE INDEX report_of ON report(schedule_id, id);
CREATE INDEX report_waiting ON report(try_ms) WHERE mail = 'waiting';

INSERT INTO retention(name, keep_days, keep_rows) VALUES ('reports', 90, 1000);

CREATE INDEX compliance_result_image ON compliance_result(key, badness, id) WHERE kind = 'image';
