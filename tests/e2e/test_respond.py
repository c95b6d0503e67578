# SPDX-License-Identifier: Apache-2.0
"""Every response on real containers, by hand: done, seen from outside, undone, audited."""
import hashlib
import json
import pathlib
import subprocess
import tarfile
import time

import conftest
import guard_help as g
import pytest


@pytest.fixture
def box(engine):
    """A container of three processes."""
    c = engine.start(g.IMAGE, "/bin/sh", "-c", "sleep 1000 & sleep 1001 & while :; do sleep 1; done")
    yield c
    engine.remove(c)


@pytest.fixture
def respond(build, engine, tmp_path):
    """respond(...) with a state directory of its own; .state"""
    def call(*args, code=0):
        r = conftest.run(*call.under, g.program(build), "respond", *args, "--state", call.state, check=False, env=engine.env)
        assert r.returncode == code, r.stdout + r.stderr
        return r.stdout + r.stderr
    call.state, call.under = tmp_path / "state", ()
    return call


def the_id(text):
    return text.split()[0]


def frozen(pid):
    """What the kernel says of the groups of a process, of either version."""
    for line in pathlib.Path(f"/proc/{pid}/cgroup").read_text().splitlines():
        _, controllers, path = line.split(":", 2)
        for top in ("/sys/fs/cgroup/unified", "/sys/fs/cgroup") if not controllers else ("/sys/fs/cgroup/freezer",):
            for name, word in (("cgroup.events", "frozen 1"), ("freezer.state", "FROZEN")):
                file = pathlib.Path(top + path) / name
                if (controllers in ("", "freezer")) and file.exists() and word in file.read_text():
                    return True
    return False


def test_a_container_stands_still_and_goes_on(engine, box, respond):
    pid = engine.pid(box)
    said = respond("do", "pause", f"container:{box}", "--for", "1h", "--reason", "a test")
    assert "stands still" in said
    assert frozen(pid)
    assert respond("list").startswith(the_id(said))
    assert "stood still already" in respond("do", "pause", f"container:{box}")
    assert "goes on" in respond("undo", the_id(said))
    assert not frozen(pid)
    assert respond("list") == "nothing is active\n"
    assert engine("exec", box, "/bin/echo", "alive") == "alive"
    assert [e["what"] for e in g.audit(respond.state)] == ["done", "done", "undone"]
    assert g.audit(respond.state)[0]["cause"] == "a test"
    assert "3 lines" in respond("audit", "--verify")


def test_a_container_ends_at_once(engine, box, respond):
    respond("do", "kill-container", f"container:{box[:12]}")
    conftest.wait_for("its end", lambda: not engine.running(box))


def test_a_container_is_asked_to_end(engine, respond):
    c = engine.start("--init", g.IMAGE, "/bin/sleep", "1000")
    try:
        said = respond("do", "stop-container", f"container:{c}")
        assert "stopped" in said
        assert not engine.running(c)
        assert engine("inspect", "-f", "{{.State.ExitCode}}", c) == "143"  # by SIGTERM, not by SIGKILL
    finally:
        engine.remove(c)


def test_a_process_in_a_container_is_killed_with_its_children(engine, box, respond):
    engine("exec", "-d", box, "/bin/sh", "-c", "sleep 2000 & sleep 2001 & wait")
    conftest.wait_for("its processes", lambda: engine("top", box, "-o", "pid,args").count("sleep 200") >= 2)
    line = next(l for l in engine("top", box, "-o", "pid,args").splitlines() if "wait" in l)
    said = respond("do", "kill-tree", f"pid:{line.split()[0]}")
    assert "killed 3 processes" in said
    assert "sleep 200" not in engine("top", box, "-o", "pid,args")
    assert engine.running(box)


def test_the_first_process_of_this_machine_is_never_touched(respond):
    assert "never-list" in respond("do", "kill", "pid:1", code=1)
    assert g.audit(respond.state)[0]["what"] == "refused"


def can_talk(engine, a, port):
    return engine("exec", a, "/bin/sh", "-c", f"echo hi | nc -w 2 127.0.0.1 {port}", check=False)


@pytest.mark.parametrize("less", [(), ("sys_admin",)], ids=["root", "an agent's rights"])
def test_a_container_loses_its_network_and_gets_it_back(engine, respond, bpf_fs, less):
    """In the host's network, where no firewall of the container's could help."""
    respond.under = ("setpriv", *(f"--bounding-set=-{right}" for right in less)) if less else ()
    port = conftest.free_port()
    listener = subprocess.Popen(["python3", "-c", f"""
import socket
s = socket.create_server(("127.0.0.1", {port}))
while True:
    c, _ = s.accept()
    c.sendall(b"hello\\n")
    c.close()
"""])
    c = engine.start(g.IMAGE, "/bin/sleep", "1000", network="host")
    try:
        conftest.wait_for("the listener", lambda: can_talk(engine, c, port) == "hello")
        said = respond("do", "isolate", f"container:{c}", "--for", "1h")
        assert "has no network" in said
        assert can_talk(engine, c, port) == ""
        host = conftest.run("python3", "-c", f"import socket; print(socket.create_connection(('127.0.0.1', {port})).recv(9))")
        assert "hello" in host.stdout  # the host itself still talks
        assert "again" in respond("undo", the_id(said))
        assert can_talk(engine, c, port) == "hello"
    finally:
        engine.remove(c)
        conftest.stop(listener)


def test_isolation_is_undone_whatever_the_group_is_called(engine, respond):
    """As systemd writes a hyphen."""
    c = engine.start("--cgroup-parent", "/bulkhead\\x2dtest", g.IMAGE, "/bin/sleep", "1000")
    try:
        said = respond("do", "isolate", f"container:{c}")
        assert "again" in respond("undo", the_id(said))
        assert respond("list") == "nothing is active\n"
    finally:
        engine.remove(c)
        for group in pathlib.Path("/sys/fs/cgroup").glob("**/bulkhead\\x2dtest"):
            group.rmdir()


@pytest.mark.parametrize("how", ["remove", "restart"])
@pytest.mark.parametrize("by", ["a person", "itself"])
def test_isolation_ends_with_its_container(engine, respond, bpf_fs, how, by):
    """Nothing stays in the ledger or in the kernel; a container that starts anew is another one to the kernel."""
    names = lambda: set(bpf_fs.glob("bh_isolate_*"))
    before = names()
    c = engine.start(g.IMAGE, "/bin/sleep", "1000")
    try:
        said = respond("do", "isolate", f"container:{c}")
        assert len(names() - before) == 2
        assert respond("undo", "--due") == "" and len(names() - before) == 2
        engine(*(["restart", "-t", "0", c] if how == "restart" else ["rm", "-f", c]))
        told = respond("undo", the_id(said)) if by == "a person" else respond("undo", "--due")
        assert "undone" in told and f"container {c[:12]} has ended" in told
        assert names() == before
        assert respond("list") == "nothing is active\n"
    finally:
        engine.remove(c)


def test_a_file_of_a_container_is_taken_away_and_put_back(engine, box, respond):
    engine("exec", box, "/bin/sh", "-c", "cp /bin/busybox /tmp/dropper; chmod 4755 /tmp/dropper; ln /tmp/dropper /tmp/second")
    said = respond("do", "quarantine", "file:/tmp/dropper", "--in", box)
    digest = hashlib.sha256(pathlib.Path("/bin/busybox").read_bytes()).hexdigest()
    assert digest in said and "further names" in said and "quarantine on /tmp/dropper in " in said
    assert "  /tmp/dropper in " in respond("list")
    assert "dropper" not in engine("exec", box, "ls", "/tmp")
    vault = respond.state / "quarantine" / the_id(said)
    assert hashlib.sha256((vault / "content").read_bytes()).hexdigest() == digest
    assert json.loads((vault / "meta.json").read_text())["path"] == "/tmp/dropper"
    assert "is back" in respond("undo", the_id(said))
    assert "-rwsr-xr-x" in engine("exec", box, "ls", "-l", "/tmp/dropper")
    assert not vault.exists()


def test_a_path_of_a_container_never_leads_out_of_it(engine, box, respond, tmp_path):
    victim = tmp_path / "victim"
    victim.write_text("of the host")
    engine("exec", box, "ln", "-s", "/../../../../../../.." + str(tmp_path), "/tmp/link")
    engine("exec", box, "ln", "-s", str(victim), "/tmp/direct")
    respond("do", "quarantine", "file:/tmp/link/victim", "--in", box, code=3)
    respond("do", "quarantine", "file:/tmp/direct", "--in", box, code=3)
    respond("do", "quarantine", "file:/../.." + str(victim), "--in", box, code=3)
    assert victim.read_text() == "of the host"


def test_files_of_the_host_that_it_needs_stay(respond):
    assert "system-files" in respond("do", "quarantine", "file:/usr/bin/env", code=1)


def test_evidence_holds_what_was_there_without_secrets_and_is_signed(engine, respond, tmp_path):
    conftest.need("openssl")
    c = engine.start("-e", "DB_PASSWORD=hunter2", "-e", "PLAIN=visible", g.IMAGE, "/bin/sh", "-c",
                     "echo payload > /tmp/changed; cp /bin/busybox /tmp/gone; /tmp/gone sleep 1000 --token=hunter2 & sleep 1; rm /tmp/gone; sleep 1000")
    try:
        time.sleep(2)
        said = respond("do", "capture", f"container:{c}", "--reason", "a test")
        path = respond.state / "evidence" / (the_id(said) + ".tar")
        with tarfile.open(path) as tar:
            files = {m.name: tar.extractfile(m).read() for m in tar.getmembers()}
        manifest = json.loads(files["manifest.json"])
        for f in manifest["files"]:
            assert "sha256:" + hashlib.sha256(files[f["name"]]).hexdigest() == f["digest"], f
        assert {f["name"] for f in manifest["files"]} == set(files) - {"manifest.json", "manifest.sig"}
        everything = b"".join(files.values())
        assert b"hunter2" not in everything
        environ = [v for k, v in files.items() if k.endswith("/environ")]
        assert any(b"PLAIN=visible" in e and b"DB_PASSWORD=***" in e for e in environ)
        assert manifest["target"]["container"]["id"] == c
        assert b"sleep" in files["processes.txt"]
        if "changed.txt" in files:  # an engine on overlay
            assert files["changed/tmp/changed"] == b"payload\n"
            assert any(k.endswith("/program") and hashlib.sha256(v).digest() == hashlib.sha256(pathlib.Path("/bin/busybox").read_bytes()).digest()
                       for k, v in files.items())  # deleted, and kept all the same
        else:
            assert any("no overlay" in m for m in manifest["missing"])
        (tmp_path / "m").write_bytes(files["manifest.json"])
        (tmp_path / "s").write_bytes(files["manifest.sig"])
        conftest.run("openssl", "pkeyutl", "-verify", "-pubin", "-inkey", respond.state / "evidence.pub", "-rawin", "-in", tmp_path / "m",
                     "-sigfile", tmp_path / "s")
        assert "none changed" in respond("verify", path)
        data = bytearray(path.read_bytes())
        at = data.index(b"sleep")
        data[at] ^= 1
        path.write_bytes(data)
        respond("verify", path, code=3)
    finally:
        engine.remove(c)
