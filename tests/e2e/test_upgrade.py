# SPDX-License-Identifier: Apache-2.0
"""A server's database as each older program left it, taken over by this one: nothing that was stored is lost, and it ends as a new one begins."""
import shutil
import sqlite3

import pytest

import conftest
import platform_help

STEPS = sorted((conftest.ROOT / "src/store/schema").glob("*.sql"))
STORED = """
    INSERT INTO host(id, name, first_ms, seen_ms) VALUES('h1', 'node-1', 1, 1);
    INSERT INTO image(id, name, first_ms, risk) VALUES('sha256:aa', 'registry.example/shop/web:1', 1, 9);
    INSERT INTO incident(id, title, level, host_id, image_id, first_ms, last_ms) VALUES(7, 'Shop window broken', 1, 'h1', 'sha256:aa', 1, 1);
    INSERT INTO alert(agent_id, epoch, seq, host_id, at_ms, taken_ms, rule, level, incident_id) VALUES('a', 1, 1, 'h1', 1, 1, 'Shop rule', 1, 7);
"""


def shape(db):
    """Tables with their columns, indexes and triggers."""
    names = db.execute("SELECT type, name FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'").fetchall()
    return {(kind, name, *sorted(c[1] for c in db.execute(f"PRAGMA table_info('{name}')"))) for kind, name in names}


@pytest.fixture(scope="module")
def fresh(build, tmp_path_factory):
    """A state folder as init makes it."""
    server = platform_help.Server(tmp_path_factory.mktemp("fresh"))
    server.make()
    return server.state


def older(fresh, folder, n):
    """The same as a program left it that knew the first n steps."""
    shutil.copytree(fresh, folder / "state")
    path = folder / "state/server.db"
    with sqlite3.connect(path) as db:
        applied = db.execute("SELECT number, name, sha256, applied_ms FROM schema_applied ORDER BY number").fetchall()
        ours = db.execute("PRAGMA application_id").fetchone()[0]
        keyed = [line for line in db.iterdump() if line.startswith('INSERT INTO "person"')]
    assert [name for _, name, _, _ in applied] == [s.stem for s in STEPS]
    for more in ("", "-wal", "-shm"):
        (folder / f"state/server.db{more}").unlink(missing_ok=True)
    with sqlite3.connect(path) as db:
        db.executescript(f"PRAGMA journal_mode=WAL; PRAGMA application_id={ours}; CREATE TABLE schema_applied(number INTEGER PRIMARY KEY, name TEXT NOT NULL, "
                         "sha256 TEXT NOT NULL, applied_ms INTEGER NOT NULL);")
        for step in STEPS[:n]:
            db.executescript(step.read_text())
        db.executemany("INSERT INTO schema_applied VALUES(?, ?, ?, ?)", applied[:n])
        db.executescript(STORED + ("".join(keyed) if n >= 2 else ""))
    return path


@pytest.mark.parametrize("n", range(1, len(STEPS)), ids=[s.stem for s in STEPS[:-1]])
def test_an_older_database_is_brought_up_to_date(fresh, tmp_path, n):
    path = older(fresh, tmp_path, n)
    server = platform_help.Server(tmp_path)
    server.start()
    try:
        if n >= 2:
            assert [i["title"] for i in server.login().get("/api/v1/incidents")["items"]] == ["Shop window broken"]
    finally:
        assert server.stop() == 0
    with sqlite3.connect(path) as db, sqlite3.connect(fresh / "server.db") as new:
        assert db.execute("PRAGMA integrity_check").fetchone()[0] == "ok" and not db.execute("PRAGMA foreign_key_check").fetchall()
        assert shape(db) == shape(new)
        assert db.execute("SELECT rule, incident_id FROM alert").fetchall() == [("Shop rule", 7)]
        assert db.execute("SELECT name FROM host").fetchall() == [("node-1",)]


def test_a_newer_database_is_left_as_it_is(fresh, tmp_path):
    """A program that was put back: it says so, and changes nothing."""
    shutil.copytree(fresh, tmp_path / "state")
    path = tmp_path / "state/server.db"
    with sqlite3.connect(path) as db:
        db.execute("INSERT INTO schema_applied VALUES(9999, '9999-of-tomorrow', 'x', 1)")
    done = conftest.run(platform_help.PROGRAM, "run", "--state", tmp_path / "state", "--listen", "127.0.0.1:0", "--agents", "127.0.0.1:0", check=False, timeout=60)
    assert done.returncode == 3 and "written by a newer bulkhead-server (its schema has 9999-of-tomorrow)" in done.stderr
    with sqlite3.connect(path) as db:
        assert db.execute("SELECT max(number) FROM schema_applied").fetchone() == (9999,)
