# SPDX-License-Identifier: Apache-2.0
"""bulkhead db update: a database that somebody else compiled, over HTTP, whole and as a delta; and a line of progress for people."""
import functools
import http.server
import io
import json
import os
import pty
import subprocess
import tarfile
import threading
import time

import pytest

from conftest import BUILD, OS_RELEASE, add_file, sha256


def record(n):
    return json.dumps({"schema_version": "1.6.0", "id": f"DEBIAN-CVE-2099-000{n}", "upstream": [f"CVE-2099-000{n}"], "modified": f"2025-01-0{n}T00:00:00Z",
                       "published": "2025-01-01T00:00:00Z", "details": "Made up for a test.",
                       "affected": [{"package": {"ecosystem": "Debian:12", "name": "zlib"}, "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}]}]}]})


@pytest.fixture(scope="module")
def publisher(bulkhead, tmp_path_factory):
    """Who compiles: monday.db, tuesday.db, and what leads from one to the other, in a folder served over HTTP."""
    top = tmp_path_factory.mktemp("publisher")
    (top / "feed").mkdir()
    (top / "www").mkdir()
    for n, day in ((1, "monday"), (2, "tuesday")):
        (top / f"feed/{n}.json").write_text(record(n))
        done = bulkhead("db", "build", "--home", top / "home", top / "feed")
        assert done.returncode == 0, done.stderr
        (top / f"www/{day}.db").write_bytes((top / "home/vuln.db").read_bytes())
        time.sleep(1.1)  # a database's date has seconds
    done = bulkhead("db", "delta", top / "www/monday.db", top / "www/tuesday.db", "-o", top / "www/delta")
    assert done.returncode == 0, done.stderr
    spoiled = bytearray((top / "www/tuesday.db").read_bytes())
    spoiled[-20] ^= 1
    (top / "www/spoiled.db").write_bytes(spoiled)
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=top / "www")
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield top, f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


@pytest.fixture
def home(publisher, tmp_path):
    """A machine that believes the publisher."""
    (tmp_path / "home/trusted").mkdir(parents=True)
    (tmp_path / "home/trusted/publisher.pub").write_bytes((publisher[0] / "home/db.pub").read_bytes())
    return tmp_path / "home"


def known(bulkhead, home):
    done = bulkhead("db", "search", "zlib", "--space", "debian:12", "--home", home)
    return {n for n in (1, 2) if f"CVE-2099-000{n}" in done.stdout}


def test_whole_then_a_delta(bulkhead, publisher, home):
    done = bulkhead("db", "update", f"{publisher[1]}/monday.db", "--home", home)
    assert done.returncode == 0, done.stderr
    assert known(bulkhead, home) == {1}
    done = bulkhead("db", "update", f"{publisher[1]}/delta", "--home", home)
    assert done.returncode == 0, done.stderr
    assert known(bulkhead, home) == {1, 2}
    assert (home / "vuln.db").read_bytes() == (publisher[0] / "www/tuesday.db").read_bytes()
    assert (home / "vuln.db.old").read_bytes() == (publisher[0] / "www/monday.db").read_bytes()


def test_what_is_spoiled_older_or_a_strangers_changes_nothing(bulkhead, publisher, home):
    assert bulkhead("db", "update", f"{publisher[1]}/tuesday.db", "--home", home).returncode == 0
    before = (home / "vuln.db").read_bytes()
    for name, word in (("spoiled.db", ""), ("monday.db", "older"), ("delta", ""), ("nothing.db", "404")):
        done = bulkhead("db", "update", f"{publisher[1]}/{name}", "--home", home)
        assert done.returncode == 3 and word in done.stderr and (home / "vuln.db").read_bytes() == before, f"{name}: {done.stderr}"
    assert bulkhead("db", "update", f"{publisher[1]}/monday.db", "--older", "--home", home).returncode == 0
    (home / "trusted/publisher.pub").unlink()
    done = bulkhead("db", "update", f"{publisher[1]}/tuesday.db", "--home", home)
    assert done.returncode == 3 and "not among the trusted" in done.stderr


def slow_image():
    """The pieces of an image archive whose one layer takes a while to come."""
    layer = io.BytesIO()
    with tarfile.open(fileobj=layer, mode="w") as tar:
        add_file(tar, "etc/os-release", OS_RELEASE)
        for n in range(24):
            add_file(tar, f"big{n}", bytes(4 << 20))
    config = json.dumps({"os": "linux", "architecture": "amd64", "config": {},
                         "rootfs": {"type": "layers", "diff_ids": [sha256(layer.getvalue())]}}).encode()
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        add_file(tar, "manifest.json", json.dumps([{"Config": "c.json", "RepoTags": None, "Layers": ["l.tar"]}]).encode())
        add_file(tar, "c.json", config)
        add_file(tar, "l.tar", layer.getvalue())
    whole = out.getvalue()
    return [whole[i:i + (1 << 23)] for i in range(0, len(whole), 1 << 23)]


def scan_slowly(stderr):
    with subprocess.Popen([BUILD / "bulkhead", "scan", "archive:-", "--no-db", "--no-cache", "--only", "packages"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
                          stderr=stderr) as p:
        for piece in slow_image():
            p.stdin.write(piece)
            p.stdin.flush()
            time.sleep(0.2)
        p.stdin.close()
        assert p.wait(60) == 0


def test_a_line_of_progress_on_a_terminal_and_none_in_a_pipe(build, tmp_path):
    ours, theirs = pty.openpty()
    said = []

    def listen():
        try:
            while data := os.read(ours, 4096):
                said.append(data)
        except OSError:
            pass
    listener = threading.Thread(target=listen)
    listener.start()
    scan_slowly(theirs)
    os.close(theirs)
    listener.join(10)
    os.close(ours)
    assert b"MiB read" in b"".join(said) and b"".join(said).endswith(b"\r\x1b[K")
    with open(tmp_path / "said", "wb") as pipe:
        scan_slowly(pipe)
    assert b"MiB read" not in (tmp_path / "said").read_bytes()
