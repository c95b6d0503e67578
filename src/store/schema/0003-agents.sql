-- SPDX-License-Identifier: Apache-2.0
-- Agents: who may enrol, by which certificate they are known, what was taken in from them, what they are asked to do.

CREATE TABLE agent(
	id TEXT PRIMARY KEY, host_id TEXT NOT NULL,
	name TEXT NOT NULL DEFAULT '', version TEXT NOT NULL DEFAULT '', address TEXT NOT NULL DEFAULT '',
	state TEXT NOT NULL DEFAULT 'new',        -- "new", "here", "away", "revoked"
	enrolled_ms INTEGER NOT NULL, seen_ms INTEGER NOT NULL DEFAULT 0, away_ms INTEGER, revoked_ms INTEGER,
	revoked_by TEXT NOT NULL DEFAULT '', revoked_why TEXT NOT NULL DEFAULT '',
	certificate TEXT NOT NULL DEFAULT '',     -- the newest one's digest
	certificate_until_ms INTEGER NOT NULL DEFAULT 0,
	skew_ms INTEGER NOT NULL DEFAULT 0,       -- how far its clock is ahead of ours
	sensor TEXT NOT NULL DEFAULT '', rules INTEGER NOT NULL DEFAULT 0, policy_version INTEGER NOT NULL DEFAULT 0,
	cpu_ms INTEGER NOT NULL DEFAULT 0, rss_bytes INTEGER NOT NULL DEFAULT 0,
	spool_items INTEGER NOT NULL DEFAULT 0, spool_bytes INTEGER NOT NULL DEFAULT 0, -- that wait there
	stored INTEGER NOT NULL DEFAULT 0, dropped INTEGER NOT NULL DEFAULT 0, refused INTEGER NOT NULL DEFAULT 0, -- of all its epochs
	lost INTEGER NOT NULL DEFAULT 0,          -- events that its sensor lost
	status TEXT NOT NULL DEFAULT '{}', status_ms INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX agent_host ON agent(host_id);
CREATE INDEX agent_seen ON agent(seen_ms, id);

-- Every certificate that was given out. One that is not here, or revoked, opens nothing.
CREATE TABLE agent_certificate(
	digest TEXT PRIMARY KEY,                  -- SHA-256 of the whole, hex
	agent_id TEXT NOT NULL, serial TEXT NOT NULL,
	made_ms INTEGER NOT NULL, until_ms INTEGER NOT NULL, revoked_ms INTEGER
);
CREATE INDEX agent_certificate_of ON agent_certificate(agent_id);

CREATE TABLE enrolment_token(
	id INTEGER PRIMARY KEY,
	name TEXT NOT NULL DEFAULT '',
	hash TEXT NOT NULL UNIQUE,                -- SHA-256 of the secret, hex
	environment TEXT NOT NULL DEFAULT '',     -- of the hosts that come by it
	made_by TEXT NOT NULL DEFAULT '', made_ms INTEGER NOT NULL, until_ms INTEGER NOT NULL,
	max_uses INTEGER NOT NULL, uses INTEGER NOT NULL DEFAULT 0, used_ms INTEGER, revoked_ms INTEGER
);

-- sent = stored + dropped, in each epoch, up to acked; what this lacks is missing, and the agent is told.
CREATE TABLE agent_epoch(
	agent_id TEXT NOT NULL, epoch INTEGER NOT NULL,
	acked INTEGER NOT NULL DEFAULT 0, stored INTEGER NOT NULL DEFAULT 0, dropped INTEGER NOT NULL DEFAULT 0,
	refused INTEGER NOT NULL DEFAULT 0,       -- of the stored ones: not understood
	first_ms INTEGER NOT NULL, last_ms INTEGER NOT NULL,
	PRIMARY KEY(agent_id, epoch)
);

CREATE TABLE agent_note(
	id INTEGER PRIMARY KEY, agent_id TEXT NOT NULL, at_ms INTEGER NOT NULL,
	kind TEXT NOT NULL,                       -- "refused", "drop", "skew", "enrolled", "renewed", "revoked", "away", "back"
	text TEXT NOT NULL
);
CREATE INDEX agent_note_of ON agent_note(agent_id, id);

CREATE TABLE command(
	id INTEGER PRIMARY KEY, agent_id TEXT NOT NULL,
	kind TEXT NOT NULL,                       -- "respond", "scan", "policy", "inventory"
	body TEXT NOT NULL,
	made_by TEXT NOT NULL DEFAULT '', made_ms INTEGER NOT NULL, until_ms INTEGER NOT NULL,
	sent_ms INTEGER, done_ms INTEGER,
	state TEXT NOT NULL DEFAULT 'waits',      -- "waits", "sent", "done", "failed", "expired"
	text TEXT NOT NULL DEFAULT '', detail TEXT NOT NULL DEFAULT '{}'
);
CREATE INDEX command_agent ON command(agent_id, state);
CREATE INDEX command_made ON command(made_ms, id);
