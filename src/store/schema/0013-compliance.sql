-- SPDX-License-Identifier: Apache-2.0
-- How hosts are set up: what each check says of each thing, what changed, what is borne with.

CREATE TABLE compliance_benchmark(
	id TEXT PRIMARY KEY, version TEXT NOT NULL DEFAULT '', title_en TEXT NOT NULL DEFAULT '', title_zh TEXT NOT NULL DEFAULT ''
);

-- Checks as the agents told them, the newest word last.
CREATE TABLE compliance_check(
	id TEXT PRIMARY KEY,
	kind TEXT NOT NULL DEFAULT '',            -- of what it looks at
	severity INTEGER NOT NULL DEFAULT 0,      -- enum bh_comply_severity: 4 critical
	category TEXT NOT NULL DEFAULT '', level INTEGER NOT NULL DEFAULT 1, weight INTEGER NOT NULL DEFAULT 0,
	title_en TEXT NOT NULL DEFAULT '', title_zh TEXT NOT NULL DEFAULT '', why_en TEXT NOT NULL DEFAULT '', why_zh TEXT NOT NULL DEFAULT '',
	ask_en TEXT NOT NULL DEFAULT '', ask_zh TEXT NOT NULL DEFAULT '',
	refs TEXT NOT NULL DEFAULT '{}', benchmarks TEXT NOT NULL DEFAULT '', -- the keys of refs, between commas
	stamp TEXT NOT NULL DEFAULT ''            -- of all that was told: the same, nothing to write
);
CREATE TABLE compliance_ref(
	check_id TEXT NOT NULL, benchmark TEXT NOT NULL, item TEXT NOT NULL,
	PRIMARY KEY(benchmark, check_id)
);

-- What a check says of one thing of one host. What is there no more has no row.
CREATE TABLE compliance_result(
	id INTEGER PRIMARY KEY,
	host_id TEXT NOT NULL, check_id TEXT NOT NULL,
	key TEXT NOT NULL DEFAULT '',             -- of the thing: "container/0123..."; empty: there is none of its kind
	kind TEXT NOT NULL DEFAULT '', name TEXT NOT NULL DEFAULT '',
	container_id TEXT NOT NULL DEFAULT '', namespace TEXT NOT NULL DEFAULT '', workload TEXT NOT NULL DEFAULT '',
	state TEXT NOT NULL,                      -- enum bh_comply_state's words
	severity INTEGER NOT NULL, category TEXT NOT NULL, weight INTEGER NOT NULL, -- as whoever judged it had them
	badness INTEGER NOT NULL,                 -- what lists begin with: fails and nobody bears it, could not be told, ...; then the severity
	cause TEXT NOT NULL DEFAULT '', evidence TEXT NOT NULL DEFAULT '[]',
	mend_en TEXT NOT NULL DEFAULT '', mend_zh TEXT NOT NULL DEFAULT '',
	stamp TEXT NOT NULL DEFAULT '',           -- of all that was told: the same, nothing to write
	run INTEGER NOT NULL,                     -- the last whole run that met it
	before TEXT NOT NULL DEFAULT '',          -- the state before the last change
	first_ms INTEGER NOT NULL, since_ms INTEGER NOT NULL,
	is_new INTEGER NOT NULL DEFAULT 0,        -- it fails since the last run
	excepted INTEGER NOT NULL DEFAULT 0, exception_id INTEGER,
	UNIQUE(host_id, check_id, key)
);
CREATE INDEX compliance_result_bad ON compliance_result(badness, id);
CREATE INDEX compliance_result_host ON compliance_result(host_id, badness, id);
CREATE INDEX compliance_result_check ON compliance_result(check_id, badness, id);
CREATE INDEX compliance_result_container ON compliance_result(container_id, badness, id);
CREATE INDEX compliance_result_exception ON compliance_result(exception_id) WHERE exception_id IS NOT NULL;
CREATE INDEX compliance_result_new ON compliance_result(host_id) WHERE is_new = 1;
CREATE INDEX compliance_result_since ON compliance_result(since_ms, id);

-- How many there are of each, over all hosts.
CREATE TABLE compliance_tally(
	check_id TEXT NOT NULL, kind TEXT NOT NULL, state TEXT NOT NULL, severity INTEGER NOT NULL, category TEXT NOT NULL, weight INTEGER NOT NULL,
	excepted INTEGER NOT NULL, is_new INTEGER NOT NULL,
	n INTEGER NOT NULL,
	PRIMARY KEY(check_id, kind, state, severity, category, weight, excepted, is_new)
);
CREATE TRIGGER compliance_counted AFTER INSERT ON compliance_result BEGIN
	INSERT INTO compliance_tally VALUES(NEW.check_id, NEW.kind, NEW.state, NEW.severity, NEW.category, NEW.weight, NEW.excepted, NEW.is_new, 1)
		ON CONFLICT DO UPDATE SET n=n+1;
END;
CREATE TRIGGER compliance_discounted AFTER DELETE ON compliance_result BEGIN
	UPDATE compliance_tally SET n=n-1 WHERE check_id=OLD.check_id AND kind=OLD.kind AND state=OLD.state AND severity=OLD.severity AND category=OLD.category
		AND weight=OLD.weight AND excepted=OLD.excepted AND is_new=OLD.is_new;
END;
CREATE TRIGGER compliance_recounted AFTER UPDATE OF kind, state, severity, category, weight, excepted, is_new ON compliance_result
	WHEN OLD.kind<>NEW.kind OR OLD.state<>NEW.state OR OLD.severity<>NEW.severity OR OLD.category<>NEW.category OR OLD.weight<>NEW.weight
		OR OLD.excepted<>NEW.excepted OR OLD.is_new<>NEW.is_new BEGIN
	UPDATE compliance_tally SET n=n-1 WHERE check_id=OLD.check_id AND kind=OLD.kind AND state=OLD.state AND severity=OLD.severity AND category=OLD.category
		AND weight=OLD.weight AND excepted=OLD.excepted AND is_new=OLD.is_new;
	INSERT INTO compliance_tally VALUES(NEW.check_id, NEW.kind, NEW.state, NEW.severity, NEW.category, NEW.weight, NEW.excepted, NEW.is_new, 1)
		ON CONFLICT DO UPDATE SET n=n+1;
END;

-- A host's last run, and its sums.
CREATE TABLE compliance_host(
	host_id TEXT PRIMARY KEY,
	distribution TEXT NOT NULL DEFAULT '',
	run INTEGER NOT NULL DEFAULT 0, parts INTEGER NOT NULL DEFAULT 0, -- the agent's number of it; of it, parts that came
	run_ms INTEGER NOT NULL DEFAULT 0,        -- when its first part came
	done_ms INTEGER NOT NULL DEFAULT 0,       -- when the last one before was complete; 0: none was
	n_pass INTEGER NOT NULL DEFAULT 0, n_fail INTEGER NOT NULL DEFAULT 0, n_excepted INTEGER NOT NULL DEFAULT 0, n_manual INTEGER NOT NULL DEFAULT 0,
	n_unknown INTEGER NOT NULL DEFAULT 0, n_not_applicable INTEGER NOT NULL DEFAULT 0,
	n_critical INTEGER NOT NULL DEFAULT 0, n_high INTEGER NOT NULL DEFAULT 0, -- that fail, and nobody bears them
	n_new INTEGER NOT NULL DEFAULT 0, n_mended INTEGER NOT NULL DEFAULT 0,
	decided INTEGER NOT NULL DEFAULT 0, lost INTEGER NOT NULL DEFAULT 0, -- weights
	decided_before INTEGER NOT NULL DEFAULT 0, lost_before INTEGER NOT NULL DEFAULT 0,
	score REAL,                               -- NULL: nothing was decided
	n_gaps INTEGER NOT NULL DEFAULT 0, gaps TEXT NOT NULL DEFAULT '[]'
);
CREATE INDEX compliance_host_score ON compliance_host(score, host_id);

-- The same of what runs there: containers, and workloads of a cluster. Made anew with the host's sums.
CREATE TABLE compliance_workload(
	host_id TEXT NOT NULL, container_id TEXT NOT NULL, namespace TEXT NOT NULL, workload TEXT NOT NULL,
	n_pass INTEGER NOT NULL, n_fail INTEGER NOT NULL, n_excepted INTEGER NOT NULL, n_critical INTEGER NOT NULL, n_high INTEGER NOT NULL, lost INTEGER NOT NULL,
	PRIMARY KEY(host_id, container_id, namespace, workload)
);
CREATE INDEX compliance_workload_lost ON compliance_workload(lost);
CREATE INDEX compliance_workload_container ON compliance_workload(container_id);

CREATE TABLE compliance_day(
	host_id TEXT NOT NULL, day INTEGER NOT NULL, -- since 1970, UTC
	score REAL, n_fail INTEGER NOT NULL,
	PRIMARY KEY(host_id, day)
);
CREATE INDEX compliance_day_day ON compliance_day(day);

CREATE TABLE compliance_change(
	id INTEGER PRIMARY KEY,
	result_id INTEGER NOT NULL, host_id TEXT NOT NULL, check_id TEXT NOT NULL, severity INTEGER NOT NULL,
	kind TEXT NOT NULL, name TEXT NOT NULL, container_id TEXT NOT NULL DEFAULT '',
	before TEXT NOT NULL, after TEXT NOT NULL, -- states; before '': it was met for the first time; after "gone"
	at_ms INTEGER NOT NULL
);
CREATE INDEX compliance_change_at ON compliance_change(at_ms, id);
CREATE INDEX compliance_change_host ON compliance_change(host_id, at_ms, id);
CREATE INDEX compliance_change_result ON compliance_change(result_id, id);

-- What is borne with. check_glob, subject, host_id: empty fits all.
CREATE TABLE compliance_exception(
	id INTEGER PRIMARY KEY,
	check_glob TEXT NOT NULL, subject TEXT NOT NULL DEFAULT '', host_id TEXT NOT NULL DEFAULT '',
	owner TEXT NOT NULL, reason TEXT NOT NULL, made_by TEXT NOT NULL, made_ms INTEGER NOT NULL, expires_ms INTEGER NOT NULL,
	ended_ms INTEGER, ended_by TEXT NOT NULL DEFAULT ''
);
CREATE INDEX compliance_exception_open ON compliance_exception(expires_ms) WHERE ended_ms IS NULL;

INSERT INTO retention(name, keep_days, keep_rows) VALUES ('compliance_changes', 400, 2000000), ('compliance_days', 400, 0);
