-- SPDX-License-Identifier: Apache-2.0
-- Of which kinds of a host all has been told once: what comes after that is a change, before it is only the beginning.
CREATE TABLE asset_whole(host_id TEXT NOT NULL, kind TEXT NOT NULL, at_ms INTEGER NOT NULL, PRIMARY KEY(host_id, kind));
