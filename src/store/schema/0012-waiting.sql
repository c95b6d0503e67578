-- SPDX-License-Identifier: Apache-2.0
-- What the writer looks for by the clock or with each report, without reading a whole table for it.

CREATE INDEX command_waiting ON command(kind, state, until_ms) WHERE state IN ('waits', 'sent');
CREATE INDEX indicator_until ON indicator(until_ms);
CREATE INDEX finding_exception_subject ON finding_exception(subject);
