# SPDX-License-Identifier: Apache-2.0
"""ClamAV's daemon as a second opinion: the real one with signatures of our own, and one that misbehaves."""
import hashlib
import os
import signal
import socket
import socketserver
import struct
import subprocess
import threading

import pytest

from conftest import Image, free_port, layer, need, need_root, run, stop, wait_for

BAD = b"\x7fELF" + b"nothing like this is anywhere else " * 20
MARK = b"a-mark-that-our-own-signature-knows"


@pytest.fixture
def layout(tmp_path):
    image = Image(layer({"usr/bin/bad": BAD, "srv/marked.bin": b"\0" * 99 + MARK, "srv/good": b"good\n", "srv/empty": b""}),
                  layer({"srv/more": b"more\n", "usr/bin/.wh.bad": b""}))
    return f"oci:{image.write_layout(tmp_path / 'layout', '1')}:1"


@pytest.fixture(scope="module")
def clamd(tmp_path_factory):
    """Debian's clamd with two signatures: a digest and a text. Its socket, and its port."""
    need("clamd")
    need_root()
    top = tmp_path_factory.mktemp("clamd")
    (top / "db").mkdir()
    (top / "db/own.hdb").write_text(f"{hashlib.md5(BAD).hexdigest()}:{len(BAD)}:Own.Digest\n")
    (top / "db/own.ndb").write_text(f"Own.Text:0:*:{MARK.hex()}\n")
    port = free_port()
    (top / "clamd.conf").write_text(f"DatabaseDirectory {top}/db\nLocalSocket {top}/sock\nTCPSocket {port}\nTCPAddr 127.0.0.1\nForeground yes\n"
                                    f"LogFile {top}/log\nUser root\n")
    daemon = subprocess.Popen(["clamd", "-c", top / "clamd.conf"], stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT)
    try:
        wait_for("clamd", (top / "sock").exists, 60, daemon)
        yield str(top / "sock"), f"127.0.0.1:{port}", daemon
    finally:
        daemon.send_signal(signal.SIGCONT)
        stop(daemon)


def second(report):
    return {f["path"]: f for f in report["findings"] if f["rule"] == "second-opinion"}


@pytest.mark.parametrize("way", [0, 1], ids=["socket", "TCP"])
def test_what_clamd_knows_is_found_with_its_name(scan, layout, clamd, way):
    report = scan(layout, "--clamd", clamd[way], "--only", "malware").one
    found = second(report)
    assert {p: f["evidence"] for p, f in found.items()} == {"usr/bin/bad": "Own.Digest.UNOFFICIAL", "srv/marked.bin": "Own.Text.UNOFFICIAL"}
    assert found["usr/bin/bad"]["removed_later"] and found["usr/bin/bad"]["author"] == "ClamAV"
    assert found["usr/bin/bad"]["kind"] == "malware"
    assert not report["gaps"]


def test_without_it_nothing_is_asked_and_the_cache_does_not_mix(scan, layout, clamd):
    assert not second(scan(layout).one)
    assert len(second(scan(layout, "--clamd", clamd[0]).one)) == 2
    assert not second(scan(layout).one)
    assert len(second(scan(layout, "--clamd", clamd[0]).one)) == 2


def test_an_archive_from_a_pipe(bulkhead, layout, clamd, tmp_path):
    need("skopeo")
    run("skopeo", "--insecure-policy", "copy", "-q", layout, f"docker-archive:{tmp_path}/app.tar:app:1", timeout=120)
    with open(tmp_path / "app.tar", "rb") as pipe:
        tar = subprocess.run(["cat"], stdin=pipe, capture_output=True).stdout
    for name, target, options in (("file", f"archive:{tmp_path}/app.tar", {}), ("pipe", "archive:-", {"input": tar, "text": False})):
        r = subprocess.run([os.environ.get("BULKHEAD_BUILD", "build") + "/bulkhead", "scan", target, "--clamd", clamd[0], "--no-db", "--no-cache", "-q"],
                           capture_output=True, **options)
        assert b"Own.Digest" in (r.stdout if isinstance(r.stdout, bytes) else r.stdout.encode()), (name, r.stderr)


def test_a_gate_minds_it(scan, layout, clamd):
    assert scan(layout, "--clamd", clamd[0], "--fail-on", "malware").code == 1


@pytest.mark.parametrize("address, says", [("/nonexistent/sock", "No such file"), ("127.0.0.1:1", "refused"), ("nonsense", "neither a path nor HOST:PORT")])
def test_a_daemon_that_is_not_there_is_told_at_once(scan, layout, address, says):
    r = scan(layout, "--clamd", address)
    assert r.code in (2, 3)
    assert f"--clamd {address}" in r.stderr and says in r.stderr


class Odd(socketserver.StreamRequestHandler):
    """Says its version, then does what the test wants."""
    reply = b""

    def handle(self):
        command = b""
        while not command.endswith(b"\0"):
            command += self.rfile.read(1)
        if command == b"zVERSION\0":
            self.wfile.write(b"ClamAV 0/odd\0")
            return
        while self.reply is not None and (n := struct.unpack(">I", self.rfile.read(4))[0]):
            self.rfile.read(n)
        if self.reply:
            self.wfile.write(self.reply)


@pytest.mark.parametrize("reply, says", [
    (b"stream: something ERROR\0", "clamd says: stream: something ERROR"), (b"", "the answer has no end"),
    (b"x" * 10000, "the answer has no end"), (None, None), (b"\x1b[31m FO\0", "clamd says: \\x1b[31m FO")],
    ids=["error", "silence", "endless", "hangs up at once", "control characters"])
def test_a_daemon_that_misbehaves_is_a_gap_and_the_scan_goes_on(scan, layout, reply, says):
    handler = type("H", (Odd,), {"reply": reply})
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        r = scan(layout, "--clamd", f"127.0.0.1:{server.server_address[1]}")
        server.shutdown()
    assert r.code == 0, r.stderr
    assert any("ClamAV" in g and (says is None or says in g) for g in r.gaps), r.gaps
    assert not second(r.one)


def test_files_beyond_the_budget_are_a_gap(scan, clamd, tmp_path):
    image = Image(layer({"srv/large": b"\0" * (26 << 20), "usr/bin/bad": BAD}), pack=lambda b: b)
    image.LAYER = "application/vnd.oci.image.layer.v1.tar"
    r = scan(f"oci:{image.write_layout(tmp_path / 'l', '1')}:1", "--clamd", clamd[0])
    assert list(second(r.one)) == ["usr/bin/bad"]
    assert any("srv/large" in g or "too large" in g for g in r.gaps), r.gaps
