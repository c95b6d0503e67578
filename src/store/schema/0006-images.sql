-- SPDX-License-Identifier: Apache-2.0
-- Images as the server looks after them: what was scanned and matched, exceptions, registries, promotion, scan jobs.

ALTER TABLE holding ADD COLUMN owned_by TEXT NOT NULL DEFAULT '';        -- the distribution's package that brought it
ALTER TABLE holding ADD COLUMN development INTEGER NOT NULL DEFAULT 0;
CREATE INDEX holding_used ON holding(used_ms);

ALTER TABLE finding ADD COLUMN category TEXT NOT NULL DEFAULT '';
ALTER TABLE finding ADD COLUMN status TEXT NOT NULL DEFAULT '';          -- of a vulnerability: enum bh_status's words
ALTER TABLE finding ADD COLUMN due TEXT NOT NULL DEFAULT '';             -- enum bh_due's words
ALTER TABLE finding ADD COLUMN container_id TEXT NOT NULL DEFAULT '';    -- where it is worst; empty: nowhere is it known to run
ALTER TABLE finding ADD COLUMN stamp TEXT NOT NULL DEFAULT '';           -- of all that its scan or match said: the same stamp, nothing to write
ALTER TABLE finding ADD COLUMN detail TEXT NOT NULL DEFAULT '{}';
CREATE INDEX finding_due ON finding(due, risk);

ALTER TABLE vuln ADD COLUMN stamp TEXT NOT NULL DEFAULT '';
ALTER TABLE image ADD COLUMN ports TEXT NOT NULL DEFAULT '';             -- that its configuration says it listens on
ALTER TABLE image ADD COLUMN environment TEXT NOT NULL DEFAULT '';       -- of the registry it came from, where that says it
CREATE INDEX image_risk ON image(risk, id);
CREATE INDEX image_ref_name ON image_ref(registry, repository, tag);

-- What was scanned, and what matching it needs to know. id: as holding.subject.
CREATE TABLE subject(
	id TEXT PRIMARY KEY,
	target TEXT NOT NULL DEFAULT '',          -- as whoever scanned it named it
	os_id TEXT NOT NULL DEFAULT '', os_version TEXT NOT NULL DEFAULT '', os_codename TEXT NOT NULL DEFAULT '', os_like TEXT NOT NULL DEFAULT '',
	space TEXT NOT NULL DEFAULT '', space_known INTEGER NOT NULL DEFAULT 0,
	package_set TEXT NOT NULL DEFAULT '',     -- two with the same have the same packages at the same places
	base_name TEXT NOT NULL DEFAULT '', base_layers INTEGER NOT NULL DEFAULT 0, base_how TEXT NOT NULL DEFAULT '', base_sure INTEGER NOT NULL DEFAULT 0,
	scanned_ms INTEGER NOT NULL, scanned_by TEXT NOT NULL DEFAULT '',
	matched_with TEXT NOT NULL DEFAULT '',    -- the index, by its root; empty: to be matched
	matched_ms INTEGER NOT NULL DEFAULT 0,
	advice TEXT NOT NULL DEFAULT '[]',        -- what to do first
	risk REAL NOT NULL DEFAULT 0
);
CREATE INDEX subject_set ON subject(package_set);
CREATE INDEX subject_matched ON subject(matched_with);

-- What of a container or host its findings' risks were last counted with: another place, and they are counted anew.
ALTER TABLE container ADD COLUMN place TEXT NOT NULL DEFAULT '';
ALTER TABLE container ADD COLUMN place_image TEXT NOT NULL DEFAULT '';
ALTER TABLE host ADD COLUMN place TEXT NOT NULL DEFAULT '';
CREATE INDEX container_place ON container(place_image);

-- What there is to do in one subject for one owner of one side ("base", "application", "host", "unknown"); counted with its risk.
CREATE TABLE work(
	id INTEGER PRIMARY KEY,
	subject TEXT NOT NULL, side TEXT NOT NULL, owner TEXT NOT NULL DEFAULT '', base_name TEXT NOT NULL DEFAULT '',
	risk REAL NOT NULL DEFAULT 0, n_containers INTEGER NOT NULL DEFAULT 0,
	n_findings INTEGER NOT NULL DEFAULT 0, n_fixable INTEGER NOT NULL DEFAULT 0, n_critical INTEGER NOT NULL DEFAULT 0,
	n_exploited INTEGER NOT NULL DEFAULT 0, n_high INTEGER NOT NULL DEFAULT 0, n_medium INTEGER NOT NULL DEFAULT 0,
	n_low INTEGER NOT NULL DEFAULT 0,         -- and what is less
	n_bad INTEGER NOT NULL DEFAULT 0,         -- malware, webshells, what was tampered with
	worst TEXT NOT NULL DEFAULT '', mend TEXT NOT NULL DEFAULT '', -- of its worst finding
	UNIQUE(subject, side, owner)
);
CREATE INDEX work_risk ON work(risk, id);
CREATE INDEX work_base ON work(side, owner, base_name, risk);

-- Vulnerabilities whose sums (where they are, how bad at worst) are to be counted anew.
CREATE TABLE vuln_dirty(id TEXT PRIMARY KEY);

-- A finding that somebody decided about. It holds for one image under one name: another team's copy of the same bytes stays as it was.
CREATE TABLE finding_exception(
	id INTEGER PRIMARY KEY,
	finding_id INTEGER NOT NULL, subject TEXT NOT NULL, registry TEXT NOT NULL DEFAULT '', repository TEXT NOT NULL DEFAULT '',
	state TEXT NOT NULL,                      -- "accepted", "not-affected"
	reason TEXT NOT NULL, who TEXT NOT NULL, made_ms INTEGER NOT NULL, until_ms INTEGER,
	UNIQUE(finding_id, registry, repository)
);
CREATE INDEX finding_exception_until ON finding_exception(until_ms);

CREATE TABLE registry(
	id INTEGER PRIMARY KEY,
	name TEXT NOT NULL UNIQUE, address TEXT NOT NULL,      -- "registry.example:5000"
	stage TEXT NOT NULL DEFAULT 'test',                    -- "base", "test", "production"
	environment TEXT NOT NULL DEFAULT '',                  -- '', "dev", "prod"
	username TEXT NOT NULL DEFAULT '', password BLOB NOT NULL DEFAULT x'', -- sealed
	ca_pem TEXT NOT NULL DEFAULT '', plain_http INTEGER NOT NULL DEFAULT 0,
	repositories TEXT NOT NULL DEFAULT '',                 -- globs, separated by commas; empty: all of the catalogue
	every_minutes INTEGER NOT NULL DEFAULT 0,              -- 0: only when asked
	webhook BLOB NOT NULL DEFAULT x'',                     -- its secret, sealed
	policy TEXT NOT NULL DEFAULT '',                       -- of what may be promoted into it
	state TEXT NOT NULL DEFAULT 'new', why TEXT NOT NULL DEFAULT '', -- "new", "ok", "failed"
	looked_ms INTEGER NOT NULL DEFAULT 0, next_ms INTEGER NOT NULL DEFAULT 0, made_ms INTEGER NOT NULL DEFAULT 0,
	n_repositories INTEGER NOT NULL DEFAULT 0, n_tags INTEGER NOT NULL DEFAULT 0
);

-- Where a tag pointed, and when.
CREATE TABLE registry_tag(
	id INTEGER PRIMARY KEY,
	registry_id INTEGER NOT NULL, repository TEXT NOT NULL, tag TEXT NOT NULL, digest TEXT NOT NULL, image_id TEXT NOT NULL DEFAULT '',
	first_ms INTEGER NOT NULL, seen_ms INTEGER NOT NULL, gone_ms INTEGER,
	UNIQUE(registry_id, repository, tag, digest)
);
CREATE INDEX registry_tag_digest ON registry_tag(digest);
CREATE INDEX registry_tag_name ON registry_tag(repository, tag);
CREATE INDEX registry_tag_image ON registry_tag(image_id);

CREATE TABLE promotion(
	id INTEGER PRIMARY KEY,
	from_id INTEGER NOT NULL, to_id INTEGER NOT NULL, repository TEXT NOT NULL, tag TEXT NOT NULL, digest TEXT NOT NULL, image_id TEXT NOT NULL DEFAULT '',
	allowed INTEGER NOT NULL, reasons TEXT NOT NULL DEFAULT '[]', -- of the gate
	why TEXT NOT NULL DEFAULT '', who TEXT NOT NULL, at_ms INTEGER NOT NULL,
	seen_ms INTEGER NOT NULL DEFAULT 0        -- when its digest was first seen at its goal
);
CREATE INDEX promotion_goal ON promotion(to_id, repository, tag);

-- Work that takes long, and survives a restart: whoever works holds a lease, and one that ran out is anybody's again.
CREATE TABLE scan_job(
	id INTEGER PRIMARY KEY,
	kind TEXT NOT NULL,                       -- "image", "catalogue", "agent"
	target TEXT NOT NULL,                     -- "registry:registry.example:5000/app@sha256:..."
	registry_id INTEGER, repository TEXT NOT NULL DEFAULT '', tag TEXT NOT NULL DEFAULT '', digest TEXT NOT NULL DEFAULT '',
	image_id TEXT NOT NULL DEFAULT '', host_id TEXT NOT NULL DEFAULT '',
	state TEXT NOT NULL DEFAULT 'queued',     -- "queued", "running", "done", "failed"
	reason TEXT NOT NULL DEFAULT '', asked_by TEXT NOT NULL DEFAULT '',
	asked_ms INTEGER NOT NULL, started_ms INTEGER NOT NULL DEFAULT 0, ended_ms INTEGER NOT NULL DEFAULT 0,
	lease_ms INTEGER NOT NULL DEFAULT 0, tries INTEGER NOT NULL DEFAULT 0,
	command_id INTEGER                        -- kind "agent": the command its agent was given
);
CREATE INDEX scan_job_state ON scan_job(state, lease_ms);
CREATE INDEX scan_job_asked ON scan_job(asked_ms, id);
CREATE INDEX scan_job_target ON scan_job(target, state);
