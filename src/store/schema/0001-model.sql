-- SPDX-License-Identifier: Apache-2.0
-- The model, as the server keeps it. Times are milliseconds since 1970 (…_ms), 0 or NULL when not known.
-- The SQL is what SQLite and PostgreSQL share. Lists that may be filtered or sorted have an index here.

CREATE TABLE setting(name TEXT PRIMARY KEY, value TEXT NOT NULL);

CREATE TABLE host(
	id TEXT PRIMARY KEY,              -- the machine's own id (/etc/machine-id), else what its agent made up
	name TEXT NOT NULL DEFAULT '',
	os TEXT NOT NULL DEFAULT '', os_version TEXT NOT NULL DEFAULT '', kernel TEXT NOT NULL DEFAULT '', arch TEXT NOT NULL DEFAULT '',
	address TEXT NOT NULL DEFAULT '', -- where its agent last called from
	cpus INTEGER NOT NULL DEFAULT 0, memory_bytes INTEGER NOT NULL DEFAULT 0, boot_ms INTEGER NOT NULL DEFAULT 0,
	environment TEXT NOT NULL DEFAULT '', -- '', 'dev', 'prod'
	labels TEXT NOT NULL DEFAULT '{}',
	first_ms INTEGER NOT NULL, seen_ms INTEGER NOT NULL, gone_ms INTEGER,
	risk REAL NOT NULL DEFAULT 0, n_findings INTEGER NOT NULL DEFAULT 0, n_alerts INTEGER NOT NULL DEFAULT 0
);

CREATE TABLE image(
	id TEXT PRIMARY KEY,              -- digest of its configuration, "sha256:..."
	name TEXT NOT NULL DEFAULT '',    -- the newest of its references
	os TEXT NOT NULL DEFAULT '', arch TEXT NOT NULL DEFAULT '', distro TEXT NOT NULL DEFAULT '', -- "debian 12"
	end_of_life INTEGER NOT NULL DEFAULT 0,
	user_name TEXT NOT NULL DEFAULT '', created_ms INTEGER NOT NULL DEFAULT 0, bytes INTEGER NOT NULL DEFAULT 0, n_layers INTEGER NOT NULL DEFAULT 0,
	base_name TEXT NOT NULL DEFAULT '', base_layers INTEGER NOT NULL DEFAULT 0,
	is_base INTEGER NOT NULL DEFAULT 0,      -- operations marked it
	first_ms INTEGER NOT NULL, scanned_ms INTEGER, matched_ms INTEGER, -- matched: against which day's advisories
	risk REAL NOT NULL DEFAULT 0, n_packages INTEGER NOT NULL DEFAULT 0,
	n_critical INTEGER NOT NULL DEFAULT 0, n_high INTEGER NOT NULL DEFAULT 0, n_findings INTEGER NOT NULL DEFAULT 0, n_fixable INTEGER NOT NULL DEFAULT 0,
	n_containers INTEGER NOT NULL DEFAULT 0, -- running now
	detail TEXT NOT NULL DEFAULT '{}'        -- labels, environment, history, gaps, what to do first: the report's other parts
);

-- A name that points, or pointed, to an image: of an engine (host_id) or of a registry.
CREATE TABLE image_ref(
	id INTEGER PRIMARY KEY,
	ref TEXT NOT NULL,                -- "registry.example:5000/team/app:1.4"
	registry TEXT NOT NULL DEFAULT '', repository TEXT NOT NULL DEFAULT '', tag TEXT NOT NULL DEFAULT '',
	digest TEXT NOT NULL DEFAULT '',  -- of the manifest
	image_id TEXT NOT NULL, host_id TEXT NOT NULL DEFAULT '', registry_id INTEGER,
	first_ms INTEGER NOT NULL, seen_ms INTEGER NOT NULL, gone_ms INTEGER,
	UNIQUE(ref, image_id, host_id)
);
CREATE INDEX image_ref_image ON image_ref(image_id);

CREATE TABLE image_layer(
	image_id TEXT NOT NULL, position INTEGER NOT NULL, diff_id TEXT NOT NULL, digest TEXT NOT NULL DEFAULT '',
	side TEXT NOT NULL DEFAULT 'unknown', owner TEXT NOT NULL DEFAULT '', instruction TEXT NOT NULL DEFAULT '',
	bytes INTEGER NOT NULL DEFAULT 0, created_ms INTEGER NOT NULL DEFAULT 0,
	PRIMARY KEY(image_id, position)
);
CREATE INDEX image_layer_diff ON image_layer(diff_id);

CREATE TABLE container(
	id TEXT PRIMARY KEY, host_id TEXT NOT NULL, name TEXT NOT NULL DEFAULT '',
	image_id TEXT NOT NULL DEFAULT '', image_ref TEXT NOT NULL DEFAULT '',
	runtime TEXT NOT NULL DEFAULT '', state TEXT NOT NULL DEFAULT '',       -- "running", "paused", "exited"
	pod TEXT NOT NULL DEFAULT '', namespace TEXT NOT NULL DEFAULT '', workload TEXT NOT NULL DEFAULT '',
	privileged INTEGER NOT NULL DEFAULT 0, root INTEGER NOT NULL DEFAULT 0, host_net INTEGER NOT NULL DEFAULT 0, host_pid INTEGER NOT NULL DEFAULT 0,
	host_mounts TEXT NOT NULL DEFAULT '',  -- dangerous ones, separated by commas
	caps TEXT NOT NULL DEFAULT '',         -- beyond the runtime's default
	exposed TEXT NOT NULL DEFAULT '',      -- published ports: "0.0.0.0:80->8080/tcp", separated by commas
	listening TEXT NOT NULL DEFAULT '',    -- "8080/tcp", separated by commas
	n_alerts INTEGER NOT NULL DEFAULT 0,   -- of open incidents
	risk REAL NOT NULL DEFAULT 0,
	created_ms INTEGER NOT NULL DEFAULT 0, started_ms INTEGER NOT NULL DEFAULT 0,
	first_ms INTEGER NOT NULL, seen_ms INTEGER NOT NULL, gone_ms INTEGER,
	detail TEXT NOT NULL DEFAULT '{}'
);
CREATE INDEX container_host ON container(host_id);
CREATE INDEX container_image ON container(image_id);

-- Everything else a host has: processes, ports, users, ..., one row a thing. See manage/assets.h for the kinds and their attributes.
CREATE TABLE asset(
	id INTEGER PRIMARY KEY,
	host_id TEXT NOT NULL, container_id TEXT NOT NULL DEFAULT '',
	kind TEXT NOT NULL, key TEXT NOT NULL, name TEXT NOT NULL DEFAULT '',
	attrs TEXT NOT NULL DEFAULT '{}',
	first_ms INTEGER NOT NULL, seen_ms INTEGER NOT NULL, gone_ms INTEGER,
	UNIQUE(host_id, kind, key)
);
CREATE INDEX asset_kind ON asset(kind, name);
CREATE INDEX asset_container ON asset(container_id);

CREATE TABLE asset_change(
	id INTEGER PRIMARY KEY, asset_id INTEGER NOT NULL, host_id TEXT NOT NULL, container_id TEXT NOT NULL DEFAULT '', kind TEXT NOT NULL, name TEXT NOT NULL,
	op TEXT NOT NULL,                 -- "new", "changed", "gone"
	at_ms INTEGER NOT NULL, before TEXT, after TEXT
);
CREATE INDEX asset_change_at ON asset_change(at_ms);
CREATE INDEX asset_change_asset ON asset_change(asset_id);

-- Distinct packages; who has them is in `holding`.
CREATE TABLE package(
	id INTEGER PRIMARY KEY,
	eco TEXT NOT NULL, name TEXT NOT NULL, version TEXT NOT NULL, arch TEXT NOT NULL DEFAULT '',
	source TEXT NOT NULL DEFAULT '', source_version TEXT NOT NULL DEFAULT '', module TEXT NOT NULL DEFAULT '', vendor TEXT NOT NULL DEFAULT '',
	space TEXT NOT NULL DEFAULT '',   -- whose advisories speak of it: "debian:12"
	licence TEXT NOT NULL DEFAULT '', purl TEXT NOT NULL DEFAULT '',
	UNIQUE(eco, name, version, arch, source, source_version, module, vendor, space)
);
CREATE INDEX package_name ON package(name);

-- subject: an image's id, or 'host:' and a host's id.
CREATE TABLE holding(
	id INTEGER PRIMARY KEY,
	subject TEXT NOT NULL, package_id INTEGER NOT NULL, location TEXT NOT NULL DEFAULT '', layer INTEGER NOT NULL DEFAULT 0,
	evidence TEXT NOT NULL DEFAULT '',
	in_use INTEGER NOT NULL DEFAULT 0, used_ms INTEGER NOT NULL DEFAULT 0, -- 1: files of it were executed or mapped, by the sensor
	UNIQUE(subject, package_id, location)
);
CREATE INDEX holding_package ON holding(package_id);

CREATE TABLE vuln(
	id TEXT PRIMARY KEY,
	title TEXT NOT NULL DEFAULT '', severity INTEGER NOT NULL DEFAULT 0, -- enum bh_severity: 5 critical
	cvss REAL NOT NULL DEFAULT 0, vector TEXT NOT NULL DEFAULT '',
	epss REAL NOT NULL DEFAULT 0, kev INTEGER NOT NULL DEFAULT 0, kev_ms INTEGER NOT NULL DEFAULT 0,
	exploit TEXT NOT NULL DEFAULT 'none-known', ssvc TEXT NOT NULL DEFAULT '',
	published_ms INTEGER NOT NULL DEFAULT 0, modified_ms INTEGER NOT NULL DEFAULT 0, first_ms INTEGER NOT NULL DEFAULT 0,
	n_images INTEGER NOT NULL DEFAULT 0, n_containers INTEGER NOT NULL DEFAULT 0, n_hosts INTEGER NOT NULL DEFAULT 0, risk REAL NOT NULL DEFAULT 0,
	detail TEXT NOT NULL DEFAULT '{}' -- aliases, cwes, references, why the exploit level is what it is
);
CREATE INDEX vuln_risk ON vuln(risk);

-- One problem of one subject: a vulnerability of a package, or what `kind` says.
CREATE TABLE finding(
	id INTEGER PRIMARY KEY,
	subject TEXT NOT NULL, kind TEXT NOT NULL, -- enum bh_finding_kind's words
	package_id INTEGER, vuln_id TEXT NOT NULL DEFAULT '', rule TEXT NOT NULL DEFAULT '', title TEXT NOT NULL DEFAULT '', path TEXT NOT NULL DEFAULT '',
	line INTEGER NOT NULL DEFAULT 0, evidence TEXT NOT NULL DEFAULT '',
	severity INTEGER NOT NULL DEFAULT 0, fix TEXT NOT NULL DEFAULT '', mend TEXT NOT NULL DEFAULT '',
	layer INTEGER NOT NULL DEFAULT 0, side TEXT NOT NULL DEFAULT 'unknown', owner TEXT NOT NULL DEFAULT '',
	risk REAL NOT NULL DEFAULT 0, risk_low REAL NOT NULL DEFAULT 0, risk_high REAL NOT NULL DEFAULT 0,
	factors TEXT NOT NULL DEFAULT '[]',       -- each with name, value, words, known
	state TEXT NOT NULL DEFAULT 'open',       -- "open", "accepted", "not-affected", "fixed"
	state_why TEXT NOT NULL DEFAULT '', state_by TEXT NOT NULL DEFAULT '', state_until_ms INTEGER,
	fingerprint TEXT NOT NULL,
	first_ms INTEGER NOT NULL, seen_ms INTEGER NOT NULL, fixed_ms INTEGER,
	UNIQUE(subject, fingerprint)
);
CREATE INDEX finding_risk ON finding(risk, id);
CREATE INDEX finding_vuln ON finding(vuln_id);
CREATE INDEX finding_package ON finding(package_id);
CREATE INDEX finding_severity ON finding(severity, id);
CREATE INDEX finding_seen ON finding(first_ms, id);

CREATE TABLE incident(
	id INTEGER PRIMARY KEY,
	title TEXT NOT NULL, level INTEGER NOT NULL,  -- the gravest of its alerts: enum bh_priority, 0 is the worst
	host_id TEXT NOT NULL, container_id TEXT NOT NULL DEFAULT '', image_id TEXT NOT NULL DEFAULT '', lineage TEXT NOT NULL DEFAULT '',
	first_ms INTEGER NOT NULL, last_ms INTEGER NOT NULL, n_alerts INTEGER NOT NULL DEFAULT 0,
	status TEXT NOT NULL DEFAULT 'open',          -- "open", "working", "closed", "false-alarm"
	assignee TEXT NOT NULL DEFAULT '', tactics TEXT NOT NULL DEFAULT '[]', techniques TEXT NOT NULL DEFAULT '[]'
);
CREATE INDEX incident_last ON incident(last_ms, id);
CREATE INDEX incident_open ON incident(host_id, container_id, status);

CREATE TABLE alert(
	id INTEGER PRIMARY KEY,
	agent_id TEXT NOT NULL, epoch INTEGER NOT NULL, seq INTEGER NOT NULL,
	host_id TEXT NOT NULL, container_id TEXT NOT NULL DEFAULT '', image_id TEXT NOT NULL DEFAULT '',
	incident_id INTEGER, at_ms INTEGER NOT NULL, taken_ms INTEGER NOT NULL,
	rule TEXT NOT NULL, level INTEGER NOT NULL, source TEXT NOT NULL DEFAULT '', output TEXT NOT NULL DEFAULT '',
	tags TEXT NOT NULL DEFAULT '[]', fields TEXT NOT NULL DEFAULT '{}', process TEXT NOT NULL DEFAULT '{}',
	suppressed INTEGER,                            -- the suppression that hides it
	UNIQUE(agent_id, epoch, seq)
);
CREATE INDEX alert_at ON alert(at_ms, id);
CREATE INDEX alert_level ON alert(level, id);
CREATE INDEX alert_rule ON alert(rule, at_ms);
CREATE INDEX alert_host ON alert(host_id, at_ms);
CREATE INDEX alert_incident ON alert(incident_id);
CREATE INDEX alert_container ON alert(container_id, at_ms);
