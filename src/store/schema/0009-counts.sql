-- SPDX-License-Identifier: Apache-2.0
-- What lists of a million rows need (docs/STORE.md says why): an index for each filter with the order that is mostly asked for,
-- and counts by the values people choose from, kept as rows change.

DROP INDEX finding_severity;
CREATE INDEX finding_severity ON finding(severity, risk, id);
CREATE INDEX finding_state ON finding(state, risk, id);
CREATE INDEX finding_kind ON finding(kind, risk, id);
DROP INDEX alert_level;
CREATE INDEX alert_level ON alert(level, at_ms, id);
CREATE INDEX alert_level_id ON alert(level, id);
-- What a vulnerability touches is read from indexes alone.
DROP INDEX finding_vuln;
CREATE INDEX finding_vuln ON finding(vuln_id, subject);
DROP INDEX container_image;
CREATE INDEX container_image ON container(image_id, gone_ms, host_id);

-- fix, container_id: 'yes' or ''.
CREATE TABLE finding_count(
	kind TEXT NOT NULL, category TEXT NOT NULL, severity INTEGER NOT NULL, state TEXT NOT NULL, status TEXT NOT NULL, due TEXT NOT NULL,
	side TEXT NOT NULL, owner TEXT NOT NULL, fix TEXT NOT NULL, container_id TEXT NOT NULL,
	n INTEGER NOT NULL,
	PRIMARY KEY(kind, category, severity, state, status, due, side, owner, fix, container_id)
);
CREATE TRIGGER finding_counted AFTER INSERT ON finding BEGIN
	INSERT INTO finding_count VALUES(NEW.kind, NEW.category, NEW.severity, NEW.state, NEW.status, NEW.due, NEW.side, NEW.owner, iif(NEW.fix='', '', 'yes'), iif(NEW.container_id='', '', 'yes'), 1)
		ON CONFLICT DO UPDATE SET n=n+1;
END;
CREATE TRIGGER finding_discounted AFTER DELETE ON finding BEGIN
	UPDATE finding_count SET n=n-1 WHERE kind=OLD.kind AND category=OLD.category AND severity=OLD.severity AND state=OLD.state AND status=OLD.status AND due=OLD.due AND side=OLD.side AND owner=OLD.owner
		AND fix=iif(OLD.fix='', '', 'yes') AND container_id=iif(OLD.container_id='', '', 'yes');
END;
CREATE TRIGGER finding_recounted AFTER UPDATE OF kind, category, severity, state, status, due, side, owner, fix, container_id ON finding
	WHEN OLD.kind<>NEW.kind OR OLD.category<>NEW.category OR OLD.severity<>NEW.severity OR OLD.state<>NEW.state OR OLD.status<>NEW.status OR OLD.due<>NEW.due OR OLD.side<>NEW.side OR OLD.owner<>NEW.owner
		OR (OLD.fix='')<>(NEW.fix='') OR (OLD.container_id='')<>(NEW.container_id='') BEGIN
	UPDATE finding_count SET n=n-1 WHERE kind=OLD.kind AND category=OLD.category AND severity=OLD.severity AND state=OLD.state AND status=OLD.status AND due=OLD.due AND side=OLD.side AND owner=OLD.owner
		AND fix=iif(OLD.fix='', '', 'yes') AND container_id=iif(OLD.container_id='', '', 'yes');
	INSERT INTO finding_count VALUES(NEW.kind, NEW.category, NEW.severity, NEW.state, NEW.status, NEW.due, NEW.side, NEW.owner, iif(NEW.fix='', '', 'yes'), iif(NEW.container_id='', '', 'yes'), 1)
		ON CONFLICT DO UPDATE SET n=n+1;
END;
INSERT INTO finding_count SELECT kind, category, severity, state, status, due, side, owner, iif(fix='', '', 'yes'), iif(container_id='', '', 'yes'), count(*) FROM finding
	GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10;

-- suppressed: 1 or NULL.
CREATE TABLE alert_count(
	rule TEXT NOT NULL, level INTEGER NOT NULL, source TEXT NOT NULL, hidden INTEGER NOT NULL, suppressed INTEGER,
	n INTEGER NOT NULL,
	PRIMARY KEY(rule, level, source, hidden)
);
CREATE TRIGGER alert_counted AFTER INSERT ON alert BEGIN
	INSERT INTO alert_count VALUES(NEW.rule, NEW.level, NEW.source, NEW.suppressed IS NOT NULL, iif(NEW.suppressed IS NULL, NULL, 1), 1)
		ON CONFLICT DO UPDATE SET n=n+1;
END;
CREATE TRIGGER alert_discounted AFTER DELETE ON alert BEGIN
	UPDATE alert_count SET n=n-1 WHERE rule=OLD.rule AND level=OLD.level AND source=OLD.source AND hidden=(OLD.suppressed IS NOT NULL);
END;
CREATE TRIGGER alert_recounted AFTER UPDATE OF rule, level, source, suppressed ON alert
	WHEN OLD.rule<>NEW.rule OR OLD.level<>NEW.level OR OLD.source<>NEW.source OR (OLD.suppressed IS NULL)<>(NEW.suppressed IS NULL) BEGIN
	UPDATE alert_count SET n=n-1 WHERE rule=OLD.rule AND level=OLD.level AND source=OLD.source AND hidden=(OLD.suppressed IS NOT NULL);
	INSERT INTO alert_count VALUES(NEW.rule, NEW.level, NEW.source, NEW.suppressed IS NOT NULL, iif(NEW.suppressed IS NULL, NULL, 1), 1)
		ON CONFLICT DO UPDATE SET n=n+1;
END;
INSERT INTO alert_count SELECT rule, level, source, suppressed IS NOT NULL, iif(suppressed IS NULL, NULL, 1), count(*) FROM alert GROUP BY 1, 2, 3, 4, 5;
