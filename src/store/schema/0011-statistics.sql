-- SPDX-License-Identifier: Apache-2.0
-- How few values some indexes tell apart. Without this SQLite takes each for as good as any other, and finds what is open
-- of one subject among all that is open: a million rows instead of a thousand. Said once, for every size of database.

ANALYZE host; -- the table of statistics is made by the first use
DELETE FROM sqlite_stat1;
INSERT INTO sqlite_stat1(tbl, idx, stat) VALUES
	('finding', 'finding_state', '1000000 250000 20 1'), ('finding', 'finding_kind', '1000000 110000 20 1'),
	('finding', 'finding_severity', '1000000 200000 20 1'), ('finding', 'finding_due', '1000000 150000 20'),
	('finding', 'sqlite_autoindex_finding_1', '1000000 1000 1'), ('finding', 'finding_vuln', '1000000 40 1'),
	('alert', 'alert_level', '1000000 125000 2 1'), ('alert', 'alert_level_id', '1000000 125000 1'),
	('incident', 'incident_status', '100000 25000 1'), ('container', 'container_image', '20000 20 10 1');
ANALYZE sqlite_master; -- read again
