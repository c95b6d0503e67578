-- SPDX-License-Identifier: Apache-2.0
-- People: accounts, sessions, tokens, teams, the audit log. Nothing here can be used to log in: passwords are
-- Argon2id, and of sessions, tokens and recovery codes only digests are kept.

CREATE TABLE person(
	id INTEGER PRIMARY KEY,
	name TEXT NOT NULL UNIQUE,               -- in lower case
	full_name TEXT NOT NULL DEFAULT '', email TEXT NOT NULL DEFAULT '',
	role TEXT NOT NULL,
	password TEXT NOT NULL DEFAULT '',       -- Argon2id's own form; '': logs in by OIDC only
	must_change INTEGER NOT NULL DEFAULT 0,  -- the password was somebody else's: another first
	totp TEXT NOT NULL DEFAULT '',           -- base32; '': none
	totp_on INTEGER NOT NULL DEFAULT 0,      -- 0: enrolment was begun and not confirmed
	totp_step INTEGER NOT NULL DEFAULT 0,    -- the last one used: each code counts once
	recovery TEXT NOT NULL DEFAULT '',       -- digests of the codes not used yet, separated by blanks
	oidc TEXT NOT NULL DEFAULT '',           -- issuer, a blank, subject; '': a local account
	disabled INTEGER NOT NULL DEFAULT 0,
	created_ms INTEGER NOT NULL, password_ms INTEGER NOT NULL DEFAULT 0, seen_ms INTEGER NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX person_oidc ON person(oidc) WHERE oidc <> '';

CREATE TABLE session(
	id INTEGER PRIMARY KEY,
	hash TEXT NOT NULL UNIQUE,               -- SHA-256 of what the cookie holds
	person_id INTEGER NOT NULL,
	created_ms INTEGER NOT NULL, seen_ms INTEGER NOT NULL, expires_ms INTEGER NOT NULL,
	address TEXT NOT NULL DEFAULT '', program TEXT NOT NULL DEFAULT ''
);
CREATE INDEX session_person ON session(person_id);

CREATE TABLE api_token(
	id INTEGER PRIMARY KEY,
	hash TEXT NOT NULL UNIQUE,
	person_id INTEGER NOT NULL,
	name TEXT NOT NULL,
	scope TEXT NOT NULL DEFAULT '',          -- permissions, separated by commas; never more than the person's own
	created_ms INTEGER NOT NULL, expires_ms INTEGER NOT NULL,
	used_ms INTEGER NOT NULL DEFAULT 0, used_address TEXT NOT NULL DEFAULT ''
);
CREATE INDEX api_token_person ON api_token(person_id);

CREATE TABLE team(
	id INTEGER PRIMARY KEY,
	name TEXT NOT NULL UNIQUE, about TEXT NOT NULL DEFAULT '',
	created_ms INTEGER NOT NULL
);
CREATE TABLE team_member(
	team_id INTEGER NOT NULL, person_id INTEGER NOT NULL,
	PRIMARY KEY(team_id, person_id)
);
CREATE INDEX team_member_person ON team_member(person_id);
CREATE TABLE team_pattern(
	id INTEGER PRIMARY KEY,
	team_id INTEGER NOT NULL,
	kind TEXT NOT NULL,                      -- "image", "registry", "namespace", "layer"
	pattern TEXT NOT NULL,                   -- a glob over references, registries, namespaces, diff-ids
	UNIQUE(team_id, kind, pattern)
);
-- What the patterns come to: kept by manage/teams.c.
CREATE TABLE team_image(
	team_id INTEGER NOT NULL, image_id TEXT NOT NULL,
	PRIMARY KEY(team_id, image_id)
);
CREATE INDEX team_image_image ON team_image(image_id);

-- Each line holds the digest of the one before it and of itself: what is changed or missing is seen.
CREATE TABLE audit(
	id INTEGER PRIMARY KEY,
	at_ms INTEGER NOT NULL,
	person TEXT NOT NULL, person_id INTEGER NOT NULL DEFAULT 0,
	by_token INTEGER NOT NULL DEFAULT 0, address TEXT NOT NULL DEFAULT '',
	action TEXT NOT NULL, object TEXT NOT NULL DEFAULT '',
	before TEXT NOT NULL DEFAULT '', after TEXT NOT NULL DEFAULT '',
	hash TEXT NOT NULL
);
CREATE INDEX audit_at ON audit(at_ms, id);
CREATE INDEX audit_person ON audit(person, id);
CREATE INDEX audit_action ON audit(action, id);
CREATE TRIGGER audit_unchanged BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'the audit log is only added to'); END;
CREATE TRIGGER audit_kept BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'the audit log is only added to'); END;
