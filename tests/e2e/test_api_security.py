# SPDX-License-Identifier: Apache-2.0
"""What the API must refuse, whoever asks: every operation of its description with every role, with nobody, with what is
over; foreign sites, broken and slow requests, old TLS; and what may never be in an answer or in the log."""
import json
import re
import socket
import ssl
import subprocess
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from platform_help import PASSWORD, PROGRAM, Refused, Server

ROLES = ("security", "operations", "developer", "auditor")
# As in src/serve/roles.c, written down again on purpose: a change there must be meant.
MAY = {
    "security": {"read", "findings.write", "alerts.write", "respond", "policy.write", "registry.write", "scan", "integrations.write", "audit.read"},
    "operations": {"read", "findings.write", "registry.write", "scan", "agents.write"},
    "developer": {"read", "findings.write", "scan"},
    "auditor": {"read", "audit.read"},
}
METHODS = ("get", "post", "put", "patch", "delete")


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with Server(tmp_path_factory.mktemp("security")) as s:
        yield s


@pytest.fixture(scope="module")
def admin(server):
    return server.login()


@pytest.fixture(scope="module")
def unhurried(tmp_path_factory):
    """One that lets an address ask as often as it likes: for tests of what is asked, not of how often."""
    with Server(tmp_path_factory.mktemp("unhurried"), "--rate", "1000000") as s:
        yield s


@pytest.fixture(scope="module")
def people(server, admin):
    return {role: server.person(admin, f"a-{role}", role) for role in ROLES}


@pytest.fixture(scope="module")
def operations():
    """(method, path with its parts filled, permission, operationId) of all that is served."""
    rows = subprocess.run([PROGRAM, "routes"], capture_output=True, text=True, check=True).stdout.splitlines()
    return [(m, re.sub(r"{\w+}", "999999", path), permission, name) for m, path, name, permission in (r.split("\t") for r in rows)]


def described(server, admin):
    api = admin.get("/api/v1/openapi.json")
    return {(m.upper(), path) for path, item in api["paths"].items() for m in item if m in METHODS}


def patient(client, method, path, body=None, headers=None):
    """The rate limit is meant for others."""
    while True:
        answer = client.call(method, path, body, headers)
        if answer[0] != 429 or "requests a second" not in answer[2].decode():
            return answer
        time.sleep(float(answer[1]["Retry-After"]))


def body_for(method):
    return None if method in ("GET", "DELETE") else {}


# ---- who may do what ----

def test_every_route_is_described(server, admin):
    rows = subprocess.run([PROGRAM, "routes"], capture_output=True, text=True, check=True).stdout.splitlines()
    served = {tuple(r.split("\t")[:2]) for r in rows}
    assert served <= described(server, admin)


def test_nobody_gets_in(server, operations):
    open_, walked = set(), 0
    for method, path, permission, name in operations:
        status = patient(server.client(), method, path, body_for(method))[0]
        walked += 1
        if permission == "none":
            open_.add(name)
            assert status != 500
        elif permission == "agent":
            assert status == 404, (method, path)  # is not on this port at all
        else:
            assert status == 401, (method, path)
    assert walked > 20
    # What is open to everybody is written here, so that a further one is meant.
    assert open_ <= {"getHealth", "logIn", "getLoginMethods", "beginOidc", "endOidc", "enrolAgent", "getAgentCa", "tellPush"}, open_


@pytest.mark.parametrize("role", ROLES)
def test_each_role_does_what_is_its_own(server, people, operations, role):
    client, walked = people[role], 0
    for method, path, permission, name in operations:
        if permission in ("none", "agent", "self"):
            continue
        if name == "watchLive":
            continue  # does not end; see test_live.py
        status, _, data = patient(client, method, path, body_for(method))
        walked += 1
        if permission in MAY[role]:
            assert status not in (401, 500) and not (status == 403 and b"permission" in data), (method, path, status, data)
        else:
            assert status == 403, (method, path, status, data)
    assert walked > 10


def test_tokens_have_their_scope_and_no_more(server, admin, operations):
    token = admin.post("/api/v1/tokens", {"name": "reader", "scope": ["read"]})["token"]
    for method, path, permission, name in operations:
        if permission in ("none", "agent", "self", "read"):
            continue
        assert patient(server.client(token), method, path, body_for(method))[0] == 403, (method, path)


def test_what_is_over_or_foreign_is_nobody(server, admin, operations, tmp_path_factory):
    short = admin.post("/api/v1/tokens", {"name": "short", "scope": ["read", "users.write"], "expires_ms": int(time.time() * 1000) + 300})["token"]
    gone = admin.post("/api/v1/tokens", {"name": "gone", "scope": ["read"]})
    admin.delete(f"/api/v1/tokens/{gone['id']}")
    over = server.login()
    cookie = over.cookie
    over.delete("/api/v1/session")
    with Server(tmp_path_factory.mktemp("foreign")) as other:
        foreign = other.login()
        foreign_token = foreign.post("/api/v1/tokens", {"name": "foreign", "scope": ["read"]})["token"]
    time.sleep(0.4)
    tries = [{"Authorization": f"Bearer {t}"} for t in (short, gone["token"], foreign_token, "bht_", "", "x" * 5000, short[:-1])]
    tries += [{"Cookie": f"bh_session={c}"} for c in (cookie, foreign.cookie, "", "x", cookie + "x")]
    tries += [{"Authorization": "Basic YWRtaW46YWRtaW4="}, {"Authorization": short}]
    paths = [(m, p) for m, p, permission, _ in operations if permission not in ("none", "agent")][:12]
    for headers in tries:
        for method, path in paths:
            assert patient(server.client(), method, path, body_for(method), headers)[0] == 401, (headers, method, path)


def test_agents_port_wants_a_certificate(server):
    context = server.tls()
    with pytest.raises((ssl.SSLError, ConnectionError)):
        with context.wrap_socket(socket.create_connection(("127.0.0.1", server.agents_port), timeout=10), server_hostname="localhost") as s:
            s.sendall(b"GET /api/v1/health HTTP/1.1\r\nHost: x\r\n\r\n")
            assert s.recv(100) == b"", "answered without a certificate"
            raise ConnectionError


def test_agents_port_refuses_certificates_of_others(server, tmp_path):
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", tmp_path / "key.pem", "-out",
                    tmp_path / "cert.pem", "-subj", "/CN=agent-1", "-days", "2"], check=True, capture_output=True)
    context = server.tls()
    context.load_cert_chain(tmp_path / "cert.pem", tmp_path / "key.pem")
    with pytest.raises((ssl.SSLError, ConnectionError)):
        with context.wrap_socket(socket.create_connection(("127.0.0.1", server.agents_port), timeout=10), server_hostname="localhost") as s:
            s.sendall(b"GET /agent/v1/commands HTTP/1.1\r\nHost: x\r\n\r\n")
            if s.recv(100) == b"":
                raise ConnectionError


# ---- sessions ----

def test_changes_need_the_token_of_their_session(server, admin):
    other = server.login()
    for csrf in (None, "", "x", other.csrf, admin.csrf + "x"):
        status, _, data = admin.call("POST", "/api/v1/teams", {"name": "forged"}, {"X-CSRF-Token": csrf})
        assert status == 403 and b"CSRF" in data
    assert not [t for t in admin.items("/api/v1/teams") if t["name"] == "forged"]


def test_a_form_of_another_site_is_no_request(server, admin):
    for kind in ("application/x-www-form-urlencoded", "text/plain", "multipart/form-data; boundary=x", None):
        status, _, _ = admin.call("POST", "/api/v1/session", json.dumps({"name": "admin", "password": PASSWORD}).encode(), {"Content-Type": kind})
        assert status == 415


def test_the_cookie_is_for_us_alone(server):
    status, headers, _ = server.call("POST", "/api/v1/session", {"name": "admin", "password": PASSWORD})
    words = headers["Set-Cookie"].split("; ")
    assert {"HttpOnly", "Secure", "SameSite=Strict", "Path=/"} <= set(words)
    assert len(words[0].split("=", 1)[1]) == 43  # 256 bits


def test_a_session_is_never_the_one_that_was_brought(server):
    """Session fixation: whatever cookie a browser had, the log-in makes another, and the old one is over."""
    planted = "A" * 43
    client = server.client()
    client.cookie = planted
    status, headers, _ = client.call("POST", "/api/v1/session", {"name": "admin", "password": PASSWORD})
    assert status == 200 and planted not in headers["Set-Cookie"]
    assert patient(client, "GET", "/api/v1/me")[0] == 401
    first = server.login()
    old = first.cookie
    first.login("admin", PASSWORD)
    assert first.cookie != old
    assert patient(server.client(), "GET", "/api/v1/me", None, {"Cookie": f"bh_session={old}"})[0] == 401


# ---- what comes in ----

NASTY = ["'", "\"", "' OR 1=1--", "'; DROP TABLE person;--", "1 UNION SELECT password FROM person", "%", "_", "\\", "\x00", "\x7f", "\u0000", "\ud7ff", "../../etc/passwd",
         "${jndi:ldap://x}", "{{7*7}}", "<script>", "*" * 2000, "9" * 400, "-1", "1e309", "NaN", "\r\nX-Injected: yes", "sqlite_master", "a" * 12000, "=cmd|' /C calc'!A0"]


def test_nasty_words_in_every_question(unhurried, operations):
    """In values of known parameters, in names, and in the parts of paths: an answer, and never a failure of ours."""
    from urllib.parse import quote
    admin = unhurried.login()
    lists = [p for m, p, permission, _ in operations if m == "GET" and permission not in ("agent",) and _ != "watchLive"]
    keys = ("q", "sort", "limit", "cursor", "facets", "columns", "count", "format", "f.id", "f.name", "not.name", "like.name", "min.id", "max.id", "f.'", "like.%27")
    for path in lists:
        for i, nasty in enumerate(NASTY):
            key = keys[i % len(keys)]
            for key in (key, keys[(i + 7) % len(keys)]):
                status, headers, data = patient(admin, "GET", f"{path}?{key}={quote(nasty)}")
                assert status in (200, 303, 400, 404, 409, 413, 414, 422, 431), (path, key, nasty, status, data[:200])
                assert "X-Injected" not in headers
                assert b"SQL" not in data[:300] and b"sqlite" not in data[:300].replace(nasty.encode("utf-8", "replace"), b"")
    for nasty in NASTY:
        for base in ("/api/v1/users/", "/api/v1/teams/", "/api/v1/sessions/"):
            assert patient(admin, "GET", base + quote(nasty, safe=""))[0] in (400, 404, 405, 431), nasty
    assert admin.get("/api/v1/users?limit=1000")["items"]


def test_nasty_bodies(unhurried):
    admin, deep = unhurried.login(), "[" * 100000
    for body in ("", "{", "null", "[]", "3", '"x"', deep, '{"name":' + deep, '{"name": "\\ud800"}', b"\xff\xfe", '{"name": 3, "role": []}', "{" * 1000):
        for method, path in (("POST", "/api/v1/users"), ("POST", "/api/v1/teams"), ("POST", "/api/v1/tokens"), ("POST", "/api/v1/session"), ("POST", "/api/v1/me/password")):
            status = patient(admin, method, path, body)[0]
            assert status in (201, 400, 401, 403, 409, 413, 415, 422, 429), (path, body[:20], status)


def test_paths_do_not_climb(server):
    for path in ("/../../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "/assets/../../../etc/passwd", "/assets/%2e%2e%2f%2e%2e%2fetc%2fpasswd", "//etc/passwd",
                 "/assets/..%5c..%5cetc%5cpasswd", "/..;/etc/passwd", "/.git/config.txt", "/server.key.pem", "/tls/server.key", "/%00.html", "/a%00.js"):
        status, _, data = server.call("GET", path)
        assert b"root:" not in data and b"PRIVATE KEY" not in data
        assert status in (400, 404) or data.lower().startswith(b"<!doctype html"), (path, status)


def test_bodies_have_their_limits(server, admin):
    assert admin.call("POST", "/api/v1/session", b"x" * 9000)[0] == 413
    assert admin.call("POST", "/api/v1/teams", b"x" * (1024 * 1024 + 1))[0] == 413
    with server.socket() as s:  # said to be small, in chunks without end
        s.sendall(b"POST /api/v1/session HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
        try:
            for _ in range(100):
                s.sendall(b"400\r\n" + b"x" * 1024 + b"\r\n")
        except OSError:
            pass
        assert b" 413 " in s.recv(1000)


def raw(server, text, wait=10):
    """All that comes back to these bytes."""
    with server.socket() as s:
        s.settimeout(wait)
        s.sendall(text)
        out = b""
        try:
            while chunk := s.recv(65536):
                out += chunk
        except (TimeoutError, OSError):
            pass
        return out


def all_raw(server, texts):
    """The same for many at once: whom it refuses the server lets read for two seconds before it closes."""
    with ThreadPoolExecutor(len(texts)) as pool:
        return dict(zip(texts, pool.map(lambda text: raw(server, text), texts)))


TWO_WAYS = [
    b"GET /api/v1/health HTTP/1.1\r\n\r\n", b"GET /api/v1/health HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", b"GET /api/v1/health\r\n\r\n",
    b"POST /api/v1/session HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    b"POST /api/v1/session HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcde", b"GET http://other/ HTTP/1.1\r\nHost: x\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: x\r\nA: b\r\n c\r\n\r\n", b"GET /\x01 HTTP/1.1\r\nHost: x\r\n\r\n", b"\x16\x03\x01\x00\x00\r\n\r\n",
]


@pytest.fixture(scope="module")
def answers(server):
    return all_raw(server, TWO_WAYS)


@pytest.mark.parametrize("request_", TWO_WAYS)
def test_what_can_be_read_in_two_ways_is_not_read(answers, request_):
    answer = answers[request_]
    assert re.match(rb"HTTP/1.1 (400|501) ", answer) and b"Connection: close" in answer


def test_heads_have_their_limits(server):
    long, many = b"A: " + b"x" * 40000 + b"\r\n", b"".join(b"A%d: b\r\n" % i for i in range(100))
    for answer in all_raw(server, [b"GET / HTTP/1.1\r\nHost: x\r\n" + head + b"\r\n" for head in (long, many)]).values():
        assert b" 431 " in answer


def test_two_requests_at_once_are_two_answers(server):
    answer = raw(server, b"GET /api/v1/health HTTP/1.1\r\nHost: x\r\n\r\nGET /api/v1/nothing HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    assert answer.count(b"HTTP/1.1 200") == 1 and answer.count(b"HTTP/1.1 404") == 1


# ---- who is slow ----

def test_the_slow_hold_nobody_up(server, admin):
    """A hundred that send a byte a second: others are answered at once, and the slow are let go after ten seconds."""
    slow = [server.socket() for _ in range(100)]
    for s in slow:
        s.sendall(b"GET /api/v1/health HT")
    times = []
    for _ in range(20):
        begun = time.monotonic()
        assert admin.call("GET", "/api/v1/me")[0] == 200
        times.append(time.monotonic() - begun)
    assert sorted(times)[10] < 1
    begun, left = time.monotonic(), set(slow)
    while left and time.monotonic() - begun < 20:
        for s in list(left):
            try:
                s.sendall(b"x")
                s.settimeout(0.001)
                if s.recv(10) == b"":
                    left.discard(s)
            except TimeoutError:
                pass
            except OSError:
                left.discard(s)
        time.sleep(0.5)
    for s in slow:
        s.close()
    assert not left, f"{len(left)} of 100 slow clients are still there after 20 s"


def test_one_address_has_not_all_connections(server):
    sockets = []
    try:
        for _ in range(300):
            sockets.append(socket.create_connection(("127.0.0.1", server.port), timeout=5))
        time.sleep(0.5)
        closed = 0
        for s in sockets:
            s.settimeout(0.01)
            try:
                closed += s.recv(1) == b""
            except TimeoutError:
                pass
            except OSError:
                closed += 1
        assert 20 <= closed <= 120
    finally:
        for s in sockets:
            s.close()
    time.sleep(0.3)
    assert server.call("GET", "/api/v1/health")[0] == 200


def test_too_many_requests_are_told_to_wait(server):
    client = server.client()
    for _ in range(3000):
        status, headers, _ = client.call("GET", "/api/v1/nothing")
        if status == 429:
            assert int(headers["Retry-After"]) >= 1
            break
    else:
        pytest.fail("3000 requests in a row were all answered")
    time.sleep(2)
    assert patient(client, "GET", "/api/v1/health")[0] == 200


# ---- TLS and what answers say ----

def handshake(port, minimum=None, maximum=None, ciphers=None):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.set_ciphers(ciphers or "ALL:@SECLEVEL=0")
    context.minimum_version = minimum or ssl.TLSVersion.MINIMUM_SUPPORTED
    context.maximum_version = maximum or ssl.TLSVersion.MAXIMUM_SUPPORTED
    with context.wrap_socket(socket.create_connection(("127.0.0.1", port), timeout=10)) as s:
        return s.version(), s.cipher()[0]


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_tls_is_new_enough(server):
    v = ssl.TLSVersion
    for old in (v.TLSv1, v.TLSv1_1):
        with pytest.raises((ssl.SSLError, OSError)):
            handshake(server.port, old, old)
    assert handshake(server.port)[0] == "TLSv1.3"
    for weak in ("AES128-SHA", "AES256-GCM-SHA384", "ECDHE-ECDSA-AES128-SHA256", "ECDHE-ECDSA-AES256-SHA", "NULL", "aNULL", "DHE-RSA-AES128-GCM-SHA256"):
        with pytest.raises((ssl.SSLError, OSError)):
            handshake(server.port, v.TLSv1_2, v.TLSv1_2, weak + ":@SECLEVEL=0")
    assert "GCM" in handshake(server.port, v.TLSv1_2, v.TLSv1_2)[1]
    with pytest.raises((ssl.SSLError, OSError)):
        handshake(server.agents_port, v.TLSv1_2, v.TLSv1_2)


def test_another_protocol_is_not_taken_for_ours(server):
    context = server.tls()
    context.set_alpn_protocols(["smtp"])
    with pytest.raises(ssl.SSLError):
        context.wrap_socket(socket.create_connection(("127.0.0.1", server.port), timeout=10), server_hostname="localhost")


def test_every_answer_is_armed(server, admin):
    for path in ("/", "/api/v1/health", "/api/v1/me", "/api/v1/nothing", "/some/page"):
        _, headers, _ = admin.call("GET", path)
        assert headers["X-Content-Type-Options"] == "nosniff" and headers["Referrer-Policy"] == "no-referrer"
        assert "max-age=" in headers["Strict-Transport-Security"]
        policy = headers["Content-Security-Policy"]
        assert "frame-ancestors 'none'" in policy and "unsafe" not in policy and "*" not in policy
        assert "Access-Control-Allow-Origin" not in headers and "Server" not in headers
    for path in ("/api/v1/health", "/api/v1/me"):
        assert admin.call("GET", path)[1]["Cache-Control"] == "no-store"


def test_failures_say_nothing_of_the_inside(server, admin):
    status, headers, data = admin.call("GET", "/api/v1/users/x")
    assert headers["Content-Type"] == "application/problem+json" and set(json.loads(data)) == {"type", "title", "status", "detail"}
    for word in (b".c:", b"/var/", b"sqlite", b"SELECT"):
        assert word not in data


def test_no_secret_in_answers_or_log(server, admin):
    token = admin.post("/api/v1/tokens", {"name": "secret", "scope": ["read"]})["token"]
    made = admin.post("/api/v1/users", {"name": "whisper", "role": "auditor"})
    patient(server.client(), "GET", "/api/v1/me?access_token=in-the-query-string")
    server.client(token).get("/api/v1/me")
    texts = [json.dumps(admin.items(p)) for p in ("/api/v1/users", "/api/v1/tokens", "/api/v1/audit", "/api/v1/sessions", "/api/v1/teams")]
    texts += [json.dumps(admin.get(f"/api/v1/users/{made['id']}")), json.dumps(admin.get("/api/v1/me")), admin.get("/metrics"), "\n".join(server.log)]
    for secret in (PASSWORD, token, made["password"], admin.cookie, admin.csrf, "argon2", "in-the-query-string"):
        for text in texts:
            assert secret not in text


@pytest.mark.parametrize("which", ["server", "unhurried"])
def test_the_server_is_still_whole(request, which):
    """After all of the above."""
    server = request.getfixturevalue(which)
    admin = server.login()
    assert server.process.poll() is None
    assert admin.get("/api/v1/audit/verify")["whole"]
    assert not [line for line in server.log if " error " in line], [line for line in server.log if " error " in line]
    metrics = patient(admin, "GET", "/metrics")[2].decode()
    assert float(re.search(r"^process_resident_memory_bytes (\S+)", metrics, re.M).group(1)) < 512e6
    assert server.stop() == 0
