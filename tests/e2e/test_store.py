# SPDX-License-Identifier: Apache-2.0
"""The server's database as its people meet it: search, retention, storage, backups, a broken page and the way out."""
import sqlite3
import subprocess
import time

import pytest

from platform_help import PROGRAM, Refused, Server

NOW = int(time.time() * 1000)


def fill(state):
    """A few rows, while the server does not run."""
    db = sqlite3.connect(state / "server.db")
    db.executescript(f"""
        INSERT INTO host(id, name, first_ms, seen_ms) VALUES('h1', 'node-1', 1, {NOW}), ('h2', 'shop', 1, {NOW});
        INSERT INTO image(id, name, first_ms, risk) VALUES('sha256:aa', 'registry.example/shop/web:1', 1, 9), ('sha256:bb', 'registry.example/other:1', 1, 5),
            ('sha256:cc', '100%_real:1', 1, 5);
        INSERT INTO container(id, host_id, name, image_id, first_ms, seen_ms, gone_ms) VALUES('c1', 'h1', 'shop-web', 'sha256:aa', 1, 1, NULL),
            ('c2', 'h1', 'shop-old', 'sha256:bb', 1, 1, {NOW});
        INSERT INTO package(id, eco, name, version) VALUES(1, 'deb', 'shopkeeper', '1'), (2, 'deb', 'zlib', '1');
        INSERT INTO holding(subject, package_id) VALUES('sha256:aa', 1), ('sha256:bb', 2);
        INSERT INTO vuln(id, title) VALUES('CVE-2026-1', 'a shop may be robbed');
        INSERT INTO finding(subject, kind, vuln_id, fingerprint, first_ms, seen_ms) VALUES('sha256:bb', 'vulnerability', 'CVE-2026-1', 'x', 1, 1);
        INSERT INTO incident(id, title, level, host_id, image_id, first_ms, last_ms) VALUES(7, 'Shop window broken', 1, 'h1', 'sha256:aa', 1, {NOW});
        WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i+1 FROM n WHERE i<49) INSERT INTO alert(agent_id, epoch, seq, host_id, at_ms, taken_ms, rule, level)
            SELECT 'a', 1, i, 'h1', {NOW} - i * 86400000, 1, 'Shop rule', 1 FROM n;
    """)
    db.commit()
    db.close()


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    s = Server(tmp_path_factory.mktemp("store"))
    s.make()
    fill(s.state)
    s.start()
    yield s
    s.stop()


@pytest.fixture(scope="module")
def admin(server):
    return server.login()


def run(*args):
    return subprocess.run([PROGRAM, *map(str, args)], capture_output=True, text=True, timeout=60)


def found(client, q):
    answer = client.get(f"/api/v1/search?q={q}")
    return {k["kind"]: [i["name"] for i in k["items"]] for k in answer["kinds"] if k["items"]}


def test_search_finds_all_kinds_and_the_best_first(admin):
    assert found(admin, "shop") == {"images": ["registry.example/shop/web:1"], "hosts": ["shop"], "containers": ["shop-web", "shop-old"], "packages": ["shopkeeper"],
                                    "vulnerabilities": ["CVE-2026-1"], "rules": ["Shop rule"], "incidents": ["Shop window broken"]}
    assert found(admin, "cve-2026-1") == {"vulnerabilities": ["CVE-2026-1"]}
    assert found(admin, "100%25_r") == {"images": ["100%_real:1"]}
    assert found(admin, "%25%25") == {}
    assert found(admin, "no+such+thing") == {}
    for q in ("", "a", "x" * 201, "%00%00", "%ff%ff"):
        with pytest.raises(Refused) as e:
            found(admin, q)
        assert e.value.status == 400


def test_people_of_teams_find_what_their_teams_own(server, admin):
    developer = server.person(admin, "dev", "developer")
    assert found(developer, "shop") == {}
    db = sqlite3.connect(server.state / "server.db", timeout=30)
    db.execute("INSERT INTO team(id, name, created_ms) VALUES(90, 'shop', 1)")
    db.execute("INSERT INTO team_member(team_id, person_id) SELECT 90, id FROM person WHERE name='dev'")
    db.execute("INSERT INTO team_image(team_id, image_id) VALUES(90, 'sha256:aa')")
    db.commit()
    db.close()
    assert found(developer, "shop") == {"images": ["registry.example/shop/web:1"], "containers": ["shop-web"], "packages": ["shopkeeper"],
                                        "incidents": ["Shop window broken"]}
    for path in ("/api/v1/system/backup",):
        with pytest.raises(Refused) as e:
            developer.get(path)
        assert e.value.status == 403


def test_retention_is_set_and_done_at_once(admin):
    before = {r["name"]: r for r in admin.get("/api/v1/system/retention")["items"]}
    assert before["alerts"]["keep_days"] == 90 and before["audit"]["floor_days"] == 365
    after = admin.put("/api/v1/system/retention", {"items": [{"name": "alerts", "keep_days": 10, "keep_rows": 0}]})
    assert {r["name"]: r for r in after["items"]}["alerts"]["keep_days"] == 10
    until = time.monotonic() + 20
    while admin.get("/api/v1/system/storage")["rows"]["alerts"] > 11 and time.monotonic() < until:
        time.sleep(0.1)
    storage = admin.get("/api/v1/system/storage")
    assert storage["rows"]["alerts"] in (10, 11)
    assert storage["retention"].get("error") is None
    assert admin.get("/api/v1/alerts?count=true&limit=1")["total"] == storage["rows"]["alerts"]
    assert any(line["action"] == "retention.set" for line in admin.get("/api/v1/audit")["items"])


@pytest.mark.parametrize("items, says", [
    ([{"name": "audit", "keep_days": 30, "keep_rows": 0}], "365 days"),
    ([{"name": "alert", "keep_days": 30, "keep_rows": 0}], "did you mean 'alerts'"),
    ([{"name": "alerts", "keep_days": -1, "keep_rows": 0}], ""),
    ([{"name": "alerts", "keep_days": 1}], "keep_rows"),
    ([{"name": "alerts", "keep_days": 1, "keep_rows": 0, "x": 1}], "x"),
    ("alerts", "a list"),
])
def test_wrong_settings_change_nothing(admin, items, says):
    before = admin.get("/api/v1/system/retention")
    with pytest.raises(Refused) as e:
        admin.put("/api/v1/system/retention", {"items": [{"name": "incidents", "keep_days": 1, "keep_rows": 0}, *items] if isinstance(items, list) else items})
    assert e.value.status == 400 and says in str(e.value)
    assert admin.get("/api/v1/system/retention") == before


def test_a_backup_is_made_listed_and_restored(server, admin, tmp_path):
    made = admin.post("/api/v1/system/backup")
    listed = admin.get("/api/v1/system/backup")
    assert listed["items"][0] == made and made["bytes"] > 100000
    file = server.state / "backups" / made["name"]
    assert file.stat().st_mode & 0o777 == 0o600
    assert run("check", file).returncode == 0
    # the command does the same beside the running server, and does not restore under it
    assert run("backup", "--state", server.state, tmp_path / "copy.db").returncode == 0
    refused = run("restore", "--state", server.state, file)
    assert refused.returncode == 3 and "stop it first" in refused.stderr
    admin.put("/api/v1/system/retention", {"items": [{"name": "trends", "keep_days": 777, "keep_rows": 0}]})
    server.stop()
    assert run("restore", "--state", server.state, tmp_path / "copy.db").returncode == 0
    server.start()
    rows = {r["name"]: r["keep_days"] for r in server.login().get("/api/v1/system/retention")["items"]}
    assert rows["trends"] == 1100
    assert list(server.state.glob("server.db.set-aside-*"))


def test_a_broken_page_is_told_with_the_way_out(server):
    server.stop()
    good = (server.state / "server.db").read_bytes()
    broken = bytearray(good)
    broken[20 * 4096:24 * 4096] = b"\xa5" * (4 * 4096)
    (server.state / "server.db").write_bytes(broken)
    told = run("run", "--state", server.state, "--listen", "127.0.0.1:0", "--agents", "127.0.0.1:0")
    assert told.returncode == 3
    assert len(told.stderr.splitlines()) == 1
    assert "it is broken" in told.stderr and "bulkhead-server restore FILE" in told.stderr
    assert run("check", "--state", server.state).returncode == 3
    assert run("restore", "--new", "--state", server.state).returncode == 0
    (server.state / "server.db").write_bytes(good)
    assert run("check", "--state", server.state).returncode == 0
    server.start()
