# SPDX-License-Identifier: Apache-2.0
"""Live events: who watches is told, who is slow is told what was lost, who logged out watches no more; and what the
console's files look like when they are served."""
import hashlib
import re
import signal
import socket
import subprocess
import threading
import time

import pytest

from platform_help import PROGRAM, Server


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    folder = tmp_path_factory.mktemp("live")
    assets = folder / "console"
    (assets / "assets").mkdir(parents=True)
    (assets / "index.html").write_text("<!doctype html><title>console</title>")
    (assets / "assets/index-Bq3x9Kd2.js").write_text("console.log(1)")
    (assets / "assets/index-Bq3x9Kd2.js.br").write_bytes(b"\x0b\x02\x80not really brotli")
    (assets / "plain.txt").write_text("plain")
    with Server(folder, "--assets", assets) as s:
        yield s


@pytest.fixture(scope="module")
def admin(server):
    return server.login()


class Watcher:
    """Reads a stream line by line in a thread."""

    def __init__(self, server, client, query=""):
        self.lines, self.ended = [], threading.Event()
        self.socket = server.socket()
        self.socket.sendall(f"GET /api/v1/live{query} HTTP/1.1\r\nHost: x\r\nCookie: bh_session={client.cookie}\r\n\r\n".encode())
        self.thread = threading.Thread(target=self._read, daemon=True)
        self.thread.start()

    def _read(self):
        rest = b""
        try:
            self.socket.settimeout(60)
            while chunk := self.socket.recv(65536):
                rest += chunk
                *lines, rest = rest.split(b"\n")
                self.lines += [l.decode().rstrip("\r") for l in lines]
        except OSError:
            pass
        self.ended.set()

    def close(self):
        """The thread first: the number of a closed descriptor is soon another connection's."""
        self.socket.shutdown(socket.SHUT_RDWR)
        self.thread.join()
        self.socket.close()

    def wait(self, text, seconds=5):
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if any(text in l for l in self.lines):
                return True
            time.sleep(0.02)
        return False


def test_a_stream_begins_and_beats(server, admin):
    w = Watcher(server, admin)
    assert w.wait("HTTP/1.1 200 OK") and w.wait("Content-Type: text/event-stream")
    assert w.wait(":", 1)
    until = time.monotonic() + 17
    while ":" not in w.lines and time.monotonic() < until:
        time.sleep(0.2)
    assert ":" in w.lines, w.lines  # the heartbeat is a comment
    w.close()


def test_nobody_watches_without_a_session(server):
    assert server.call("GET", "/api/v1/live")[0] == 401


def test_who_logs_out_watches_no_more(server):
    client = server.login()
    w = Watcher(server, client)
    assert w.wait("HTTP/1.1 200 OK")
    client.delete("/api/v1/session")
    assert w.ended.wait(5)


def test_streams_end_with_the_server_and_no_sooner(tmp_path):
    with Server(tmp_path) as own:
        w = Watcher(own, own.login())
        assert w.wait("HTTP/1.1 200 OK")
        begun = time.monotonic()
        assert own.stop() == 0 and time.monotonic() - begun < 5
        assert w.ended.wait(5)


# ---- the console's files ----

def get(server, path, **headers):
    return server.call("GET", path, None, {k.replace("_", "-"): v for k, v in headers.items()})


def test_a_place_in_the_console_is_its_page(server):
    for path in ("/", "/alerts", "/images/sha256:12/layers", "/login?oidc=state"):
        status, headers, data = get(server, path)
        assert status == 200 and data.startswith(b"<!doctype html") and headers["Content-Type"] == "text/html; charset=utf-8", path
        assert headers["Cache-Control"] == "no-cache"
        policy = headers["Content-Security-Policy"]
        assert "default-src 'self'" in policy and "require-trusted-types-for 'script'" in policy and "frame-ancestors 'none'" in policy
    assert get(server, "/missing.js")[0] == 404
    assert get(server, "/api/v1/missing")[1]["Content-Type"] == "application/problem+json"
    assert server.call("POST", "/", {})[0] == 404


def test_what_has_a_hash_in_its_name_is_kept_for_ever(server):
    status, headers, data = get(server, "/assets/index-Bq3x9Kd2.js")
    assert (status, data) == (200, b"console.log(1)") and "immutable" in headers["Cache-Control"]
    assert headers["ETag"] == f'"{hashlib.sha256(data).hexdigest()[:32]}"' and headers["Vary"] == "Accept-Encoding"
    status, headers, data = get(server, "/assets/index-Bq3x9Kd2.js", Accept_Encoding="gzip, br")
    assert headers["Content-Encoding"] == "br" and data.startswith(b"\x0b\x02\x80") and headers["Content-Type"].startswith("text/javascript")
    assert "Content-Encoding" not in get(server, "/assets/index-Bq3x9Kd2.js", Accept_Encoding="br;q=0")[1]
    assert "immutable" not in get(server, "/plain.txt")[1]["Cache-Control"]


def test_what_is_known_is_not_sent_again(server):
    etag = get(server, "/plain.txt")[1]["ETag"]
    status, _, data = get(server, "/plain.txt", If_None_Match=etag)
    assert (status, data) == (304, b"")
    assert get(server, "/plain.txt", If_None_Match='"other"')[0] == 200


def test_head_is_get_without_its_body(server):
    status, headers, data = server.call("HEAD", "/plain.txt")
    assert (status, data, headers["Content-Length"]) == (200, b"", "5")


# ---- a server that ends, and begins again ----

def test_what_was_asked_is_answered_before_the_end(tmp_path):
    """SIGTERM while requests are under way: each is answered whole, or was never taken."""
    with Server(tmp_path) as own:
        admin, results = own.login(), []

        def ask():
            client = own.client()
            client.cookie = admin.cookie
            for _ in range(200):
                try:
                    results.append(client.call("GET", "/api/v1/me")[0])
                except OSError as e:
                    results.append(type(e).__name__)
                    return
                except Exception as e:  # http.client's: a connection that ended between two requests
                    results.append(type(e).__name__)
                    return
        threads = [threading.Thread(target=ask) for _ in range(4)]
        for t in threads:
            t.start()
        time.sleep(0.2)
        assert own.stop() == 0
        for t in threads:
            t.join()
        assert 200 in results and set(results) <= {200, 429, "RemoteDisconnected", "ConnectionRefusedError", "ConnectionResetError", "SSLEOFError", "BrokenPipeError",
                                                   "SSLError", "SSLZeroReturnError"}, set(results)


def test_sessions_outlive_the_server(tmp_path):
    own = Server(tmp_path)
    own.make()
    own.start()
    admin = own.login()
    own.stop(9)
    own.start()
    admin.connection = None
    assert admin.get("/api/v1/me")["name"] == "admin"
    assert admin.get("/api/v1/audit/verify")["whole"]
    own.stop()


def test_a_new_certificate_is_taken_without_an_end(tmp_path):
    with Server(tmp_path) as own:
        watcher = Watcher(own, own.login())
        assert watcher.wait("HTTP/1.1 200 OK")

        def serial():
            with own.socket() as s:
                return s.getpeercert()["serialNumber"]
        first = serial()
        (own.state / "tls/server.pem").unlink()
        subprocess.run([PROGRAM, "init", "--state", own.state], check=True, capture_output=True)
        assert serial() == first
        own.process.send_signal(signal.SIGHUP)
        until = time.monotonic() + 5
        while serial() == first and time.monotonic() < until:
            time.sleep(0.1)
        assert serial() != first and not watcher.ended.is_set()
        (own.state / "tls/server.key").write_text("broken")
        own.process.send_signal(signal.SIGHUP)
        time.sleep(0.5)
        assert own.call("GET", "/api/v1/health")[0] == 200 and any("not read anew" in line for line in own.log)


def test_metrics_count(server, admin):
    admin.get("/api/v1/me")
    text = admin.get("/metrics")
    assert re.search(r'^bulkhead_requests_total{operation="getMe",code="2xx"} [1-9]', text, re.M)
    assert re.search(r'^bulkhead_request_seconds_bucket{operation="getMe",le="\+Inf"} [1-9]', text, re.M)
    for name in ("bulkhead_connections_total", "process_resident_memory_bytes", "process_cpu_seconds_total"):
        assert float(re.search(rf"^{name} (\S+)$", text, re.M).group(1)) > 0
