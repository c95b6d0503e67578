-- SPDX-License-Identifier: Apache-2.0
-- Alerts: what people say of them, what hides them, what is done about them, and by which rules nodes are watched.

ALTER TABLE incident ADD COLUMN rule TEXT NOT NULL DEFAULT '';      -- the gravest of its alerts'
ALTER TABLE incident ADD COLUMN updated_ms INTEGER NOT NULL DEFAULT 0;
ALTER TABLE incident ADD COLUMN closed_ms INTEGER;
ALTER TABLE alert ADD COLUMN intel TEXT NOT NULL DEFAULT '';        -- whose indicator it meets: "feed: 203.0.113.9"
CREATE INDEX incident_status ON incident(status, last_ms);

CREATE TABLE incident_note(
	id INTEGER PRIMARY KEY, incident_id INTEGER NOT NULL,
	who TEXT NOT NULL DEFAULT '',         -- '': the server itself
	text TEXT NOT NULL, at_ms INTEGER NOT NULL
);
CREATE INDEX incident_note_of ON incident_note(incident_id, at_ms);

-- How often each rule fired, by hour: the ATT&CK matrix and trends ask this, not every alert.
CREATE TABLE alert_hour(
	hour_ms INTEGER NOT NULL, rule TEXT NOT NULL, tags TEXT NOT NULL DEFAULT '[]', level INTEGER NOT NULL,
	n INTEGER NOT NULL DEFAULT 0, last_ms INTEGER NOT NULL DEFAULT 0,
	PRIMARY KEY(hour_ms, rule)
);

-- All that is not empty must fit; at least one of them is not.
CREATE TABLE suppression(
	id INTEGER PRIMARY KEY,
	condition TEXT NOT NULL DEFAULT '', rule TEXT NOT NULL DEFAULT '', image TEXT NOT NULL DEFAULT '', container TEXT NOT NULL DEFAULT '',
	namespace TEXT NOT NULL DEFAULT '',
	reason TEXT NOT NULL, owner TEXT NOT NULL, made_by TEXT NOT NULL DEFAULT '',
	made_ms INTEGER NOT NULL, until_ms INTEGER NOT NULL, ended_ms INTEGER,
	n_hidden INTEGER NOT NULL DEFAULT 0, last_ms INTEGER
);

-- What was asked of a node: asked -> sent -> done or failed -> undone.
CREATE TABLE response(
	id INTEGER PRIMARY KEY,
	host_id TEXT NOT NULL, agent_id TEXT NOT NULL, container_id TEXT NOT NULL DEFAULT '', pid INTEGER, path TEXT NOT NULL DEFAULT '',
	action TEXT NOT NULL, dry_run INTEGER NOT NULL DEFAULT 0, minutes INTEGER, why TEXT NOT NULL DEFAULT '',
	incident_id INTEGER, undoes INTEGER,
	state TEXT NOT NULL DEFAULT 'asked', command_id TEXT NOT NULL DEFAULT '',
	asked_by TEXT NOT NULL, asked_ms INTEGER NOT NULL, sent_ms INTEGER, done_ms INTEGER, until_ms INTEGER, undone_ms INTEGER,
	text TEXT NOT NULL DEFAULT '', detail TEXT NOT NULL DEFAULT '{}'
);
CREATE INDEX response_incident ON response(incident_id);
CREATE INDEX response_asked ON response(asked_ms, id);
CREATE INDEX response_command ON response(command_id);

CREATE TABLE policy(
	id INTEGER PRIMARY KEY,
	name TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, -- "rules", "allow", "responses"
	enabled INTEGER NOT NULL DEFAULT 1, description TEXT NOT NULL DEFAULT '',
	version INTEGER NOT NULL DEFAULT 1,             -- the newest of policy_version
	made_ms INTEGER NOT NULL, changed_ms INTEGER NOT NULL, changed_by TEXT NOT NULL DEFAULT '', gone_ms INTEGER
);
CREATE TABLE policy_version(
	policy_id INTEGER NOT NULL, version INTEGER NOT NULL, text TEXT NOT NULL,
	made_ms INTEGER NOT NULL, made_by TEXT NOT NULL DEFAULT '', why TEXT NOT NULL DEFAULT '',
	PRIMARY KEY(policy_id, version)
);
-- Rules that are switched against their default, by name.
CREATE TABLE rule_switch(
	rule TEXT PRIMARY KEY, enabled INTEGER NOT NULL, reason TEXT NOT NULL DEFAULT '', changed_ms INTEGER NOT NULL, changed_by TEXT NOT NULL DEFAULT ''
);
