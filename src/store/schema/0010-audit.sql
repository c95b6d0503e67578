-- SPDX-License-Identifier: Apache-2.0
-- Lines of the audit log may go when they are old (store/retention.c); the database itself keeps those of a year.

DROP TRIGGER audit_kept;
CREATE TRIGGER audit_kept BEFORE DELETE ON audit WHEN OLD.at_ms > (unixepoch() - 365 * 86400) * 1000 BEGIN
	SELECT RAISE(ABORT, 'the audit log keeps every line for a year');
END;
