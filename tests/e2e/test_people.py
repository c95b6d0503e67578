# SPDX-License-Identifier: Apache-2.0
"""Accounts, sessions, tokens, teams and the audit log, as people and programs meet them."""
import base64
import hashlib
import hmac
import sqlite3
import struct
import time

import pytest

from platform_help import PASSWORD, Refused, Server


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with Server(tmp_path_factory.mktemp("people")) as s:
        yield s


@pytest.fixture(scope="module")
def admin(server):
    return server.login()


def refused(status, fn, *args):
    with pytest.raises(Refused) as e:
        fn(*args)
    assert e.value.status == status, e.value
    return e.value


def code(secret, at=None):
    """RFC 6238, by the book."""
    counter = int((at or time.time()) // 30)
    mac = hmac.new(base64.b32decode(secret), struct.pack(">Q", counter), hashlib.sha1).digest()
    o = mac[-1] & 15
    return f"{(struct.unpack('>I', mac[o:o + 4])[0] & 0x7fffffff) % 1000000:06d}"


def test_log_in_and_out(server):
    me = server.login()
    assert me.me["role"] == "administrator"
    assert me.get("/api/v1/session")["csrf"] == me.csrf
    assert "users.write" in me.get("/api/v1/me")["permissions"]
    assert len(me.items("/api/v1/sessions")) >= 1
    me.delete("/api/v1/session")
    refused(401, me.get, "/api/v1/me")


def test_log_out_everywhere(server):
    one, two = server.login(), server.login()
    one.delete("/api/v1/sessions")
    refused(401, two.get, "/api/v1/me")


def test_a_made_up_password_is_changed_first(server, admin):
    made = admin.post("/api/v1/users", {"name": "Newcomer", "role": "operations"})
    assert made["name"] == "newcomer" and made["must_change"]
    first = server.client().login("newcomer", made["password"])
    assert first.me["must_change"]
    assert "password" in refused(403, first.get, "/api/v1/teams").problem["detail"]
    assert refused(422, first.post, "/api/v1/me/password", {"old": made["password"], "new": "short"}).problem
    refused(403, first.post, "/api/v1/me/password", {"old": "wrong", "new": PASSWORD})
    first.post("/api/v1/me/password", {"old": made["password"], "new": PASSWORD})
    first.get("/api/v1/teams")
    refused(401, server.client().login, "newcomer", made["password"])


def test_totp_from_enrolment_to_recovery(server, admin):
    bob = server.person(admin, "bob", "auditor")
    password = PASSWORD + " of auditor"
    begun = bob.post("/api/v1/me/totp", {"password": password})
    assert begun["uri"].startswith("otpauth://totp/Bulkhead:bob?secret=" + begun["secret"])
    server.client().login("bob", password)  # not asked for before it is confirmed
    refused(403, bob.put, "/api/v1/me/totp", {"code": "000000"})
    codes = bob.put("/api/v1/me/totp", {"code": code(begun["secret"], time.time() - 30)})["recovery_codes"]
    assert len(codes) == len(set(codes)) == 10

    assert refused(401, server.client().login, "bob", password).problem["code_needed"]
    right = code(begun["secret"])
    server.client().login("bob", password, right)
    refused(401, server.client().login, "bob", password, right)  # once
    server.client().login("bob", password, codes[3])
    refused(401, server.client().login, "bob", password, codes[3])
    bob.delete("/api/v1/me/totp", {"password": password})
    server.client().login("bob", password)


def test_wrong_passwords_make_it_wait(server, admin):
    server.person(admin, "carol", "developer")
    for _ in range(5):
        refused(401, server.client().login, "carol", "not the password")
    late = refused(429, server.client().login, "carol", PASSWORD + " of developer")
    assert 1 <= int(late.headers["Retry-After"]) <= 15
    for _ in range(5):  # nobody learns from it who exists
        refused(401, server.client().login, "nobody-at-all", "not the password")
    refused(429, server.client().login, "nobody-at-all", "not the password")


def test_a_token_is_narrower_than_its_person(server, admin):
    made = admin.post("/api/v1/tokens", {"name": "ci", "scope": ["read"]})
    assert made["token"].startswith("bht_")
    ci = server.client(made["token"])
    assert ci.get("/api/v1/me")["permissions"] == ["read"]
    ci.get("/api/v1/teams")
    refused(403, ci.get, "/api/v1/users")
    refused(403, ci.post, "/api/v1/tokens", {"name": "more", "scope": ["read"]})
    row = next(t for t in admin.items("/api/v1/tokens") if t["id"] == made["id"])
    assert row["used_ms"] > 0 and "token" not in row and "hash" not in row
    admin.delete(f"/api/v1/tokens/{made['id']}")
    refused(401, ci.get, "/api/v1/me")


def test_no_token_with_more_than_one_has(server, admin):
    dave = server.person(admin, "dave", "developer")
    refused(403, dave.post, "/api/v1/tokens", {"name": "x", "scope": ["users.write"]})
    refused(400, dave.post, "/api/v1/tokens", {"name": "x", "scope": ["agent"]})
    refused(400, dave.post, "/api/v1/tokens", {"name": "x", "scope": []})
    refused(400, dave.post, "/api/v1/tokens", {"name": "x", "scope": ["read"], "expires_ms": 1})


def test_a_token_ends(server, admin):
    made = admin.post("/api/v1/tokens", {"name": "short", "scope": ["read"], "expires_ms": int(time.time() * 1000) + 1500})
    program = server.client(made["token"])
    program.get("/api/v1/me")
    time.sleep(1.7)
    refused(401, program.get, "/api/v1/me")


def test_a_changed_role_ends_sessions(server, admin):
    erin = server.person(admin, "erin", "security")
    token = erin.post("/api/v1/tokens", {"name": "erin's", "scope": ["respond", "read"]})["token"]
    admin.patch(f"/api/v1/users/{erin.me['id']}", {"role": "auditor"})
    refused(401, erin.get, "/api/v1/me")
    assert server.client(token).get("/api/v1/me")["permissions"] == ["read"]  # never more than the person
    admin.patch(f"/api/v1/users/{erin.me['id']}", {"disabled": True})
    refused(401, server.client(token).get, "/api/v1/me")
    refused(401, server.client().login, "erin", PASSWORD + " of security")


def test_the_last_administrator_stays(server, admin):
    refused(409, admin.patch, f"/api/v1/users/{admin.me['id']}", {"role": "auditor"})
    refused(409, admin.patch, f"/api/v1/users/{admin.me['id']}", {"disabled": True})
    refused(409, admin.delete, f"/api/v1/users/{admin.me['id']}")


def test_accounts_are_checked(server, admin):
    refused(422, admin.post, "/api/v1/users", {"name": "a b", "role": "auditor"})
    refused(400, admin.post, "/api/v1/users", {"name": "ab", "role": "king"})
    refused(400, admin.post, "/api/v1/users", {"name": "ab", "role": "auditor", "password": "passwordpassword"})
    admin.post("/api/v1/users", {"name": "ab", "role": "auditor"})
    refused(409, admin.post, "/api/v1/users", {"name": "AB", "role": "auditor"})
    refused(404, admin.get, "/api/v1/users/999999")


def put_images(server):
    """Rows as a scan would make them; the store is SQLite, and lets another process write."""
    db = sqlite3.connect(server.state / "server.db", timeout=20)
    with db:
        for name, image in (("shop/web", "sha256:aa"), ("shop/api", "sha256:bb"), ("bank/core", "sha256:cc")):
            db.execute("INSERT INTO image(id, name, first_ms) VALUES(?, ?, 1)", (image, f"reg.example/{name}:1"))
            db.execute("INSERT INTO image_ref(ref, registry, image_id, first_ms, seen_ms) VALUES(?, 'reg.example', ?, 1, 1)", (f"reg.example/{name}:1", image))
        db.execute("INSERT INTO image_layer(image_id, position, diff_id) VALUES('sha256:cc', 0, 'sha256:0123')")
        db.execute("INSERT INTO container(id, host_id, image_id, namespace, first_ms, seen_ms) VALUES('c1', 'h', 'sha256:bb', 'prod', 1, 1)")
    db.close()


def test_teams_own_by_pattern(server, admin):
    put_images(server)
    frank = server.person(admin, "frank", "developer")
    team = admin.post("/api/v1/teams", {"name": "shop", "members": [frank.me["id"]], "owns": [{"kind": "image", "pattern": "reg.example/shop/*"}]})
    assert team["n_images"] == 2 and [m["name"] for m in team["members"]] == ["frank"]
    for kind, pattern, n in (("registry", "reg.*", 3), ("namespace", "pro?", 1), ("layer", "sha256:01*", 1), ("image", "nothing*", 0)):
        assert admin.patch(f"/api/v1/teams/{team['id']}", {"owns": [{"kind": kind, "pattern": pattern}]})["n_images"] == n, kind
    other = admin.post("/api/v1/teams", {"name": "bank"})
    assert [t["name"] for t in frank.items("/api/v1/teams")] == ["shop"]
    refused(404, frank.get, f"/api/v1/teams/{other['id']}")
    refused(403, frank.patch, f"/api/v1/teams/{team['id']}", {"owns": []})
    refused(409, admin.post, "/api/v1/teams", {"name": "bank"})
    refused(400, admin.post, "/api/v1/teams", {"name": "x", "owns": [{"kind": "moon", "pattern": "*"}]})
    admin.delete(f"/api/v1/teams/{other['id']}")
    refused(404, admin.get, f"/api/v1/teams/{other['id']}")


def test_the_audit_log_tells_and_holds(server, admin):
    admin.post("/api/v1/users", {"name": "gone", "role": "auditor"})
    lines = admin.items("/api/v1/audit?f.action=user.new&limit=5")
    assert lines[0]["object"] == "gone" and lines[0]["person"] == "admin" and '"role":"auditor"' in lines[0]["after"]
    assert admin.items("/api/v1/audit?f.action=session.refused")
    whole = admin.get("/api/v1/audit/verify")
    assert whole["whole"] and whole["lines"] > 10 and len(whole["head"]) == 64

    db = sqlite3.connect(server.state / "server.db", timeout=20, isolation_level=None)
    for sql in ("UPDATE audit SET person = 'x' WHERE id = 3", "DELETE FROM audit WHERE id = 3"):
        with pytest.raises(sqlite3.IntegrityError, match="only added to|keeps every line"):
            db.execute(sql)
    db.execute("DROP TRIGGER audit_kept")
    db.execute("DELETE FROM audit WHERE id = 1")  # as retention does, years later
    shorter = admin.get("/api/v1/audit/verify")
    assert shorter["whole"] and shorter["first"] == 2
    db.execute("DROP TRIGGER audit_unchanged")  # who has the file can do anything; it is seen
    db.execute("UPDATE audit SET object = 'somebody' WHERE id = 3")
    broken = admin.get("/api/v1/audit/verify")
    assert not broken["whole"] and broken["first_bad"] == 3
    db.close()


def test_what_was_stored_is_no_key(server):
    """Neither passwords, nor tokens, nor sessions can be read out of the database."""
    bytes_ = b"".join(p.read_bytes() for p in server.state.glob("server.db*"))
    assert PASSWORD.encode() not in bytes_ and b"bht_" not in bytes_
    me = server.login()
    bytes_ = b"".join(p.read_bytes() for p in server.state.glob("server.db*"))
    assert me.cookie.encode() not in bytes_ and me.csrf.encode() not in bytes_
