# SPDX-License-Identifier: Apache-2.0
"""The jail holds: every way out is closed, the running worker is inside, and its death costs one layer only."""
import os
import pathlib
import signal
import subprocess
import threading

import pytest

from conftest import Image, debian_like, layer, packages_of, run, wait_for
from fake_registry import Fake

WAYS = ["open", "openat", "openat2", "creat", "unlink", "stat", "chdir", "socket", "unix-socket", "connect", "execve", "fork",
        "vfork", "clone3", "ptrace", "traceme", "kill", "tgkill", "mmap-exec", "mprotect-exec", "pkey-mprotect", "io-uring",
        "bpf", "unshare", "setns", "mount", "chroot", "process-vm-readv", "memfd", "setuid", "raise-limit", "dumpable", "keyctl",
        "userfaultfd", "perf", "write-file", "ioctl", "dup", "memory", "i386", "x32"]
REFUSED = 1


@pytest.fixture(scope="module")
def escape(build):
    program = build / "tests/lib/escape"
    if not program.is_file():
        pytest.skip("escape is not built")
    return program


def test_what_a_worker_needs_still_works(escape):
    assert run(escape, "compute", stdin=subprocess.DEVNULL).returncode == 0


def test_every_way_is_listed(escape):
    here = set(run(escape, "list").stdout.split()) - {"compute"}
    assert here <= set(WAYS) and set(WAYS) - here <= {"i386", "x32"}


@pytest.mark.parametrize("way", WAYS)
def test_no_way_out(escape, way, tmp_path):
    if way in ("i386", "x32") and os.uname().machine != "x86_64":
        pytest.skip(f"{way} is no way on this processor")
    outside = tmp_path / "outside"
    with open(outside, "wb") as file:
        r = subprocess.run([escape, way], preexec_fn=lambda: os.dup2(file.fileno(), 5), pass_fds=[5], capture_output=True, text=True,
                           stdin=subprocess.DEVNULL, timeout=30)
    if way == "memory":
        assert r.returncode == REFUSED and "Cannot allocate memory" in r.stdout
    elif way == "write-file":
        assert r.returncode == -signal.SIGXFSZ
    else:
        assert r.returncode == -signal.SIGSYS
    assert outside.read_bytes() == b""
    assert not os.path.exists("/tmp/bulkhead-escaped")


def test_landlock_shuts_paths_too(escape):
    said = run(escape, "memory", check=False, stdin=subprocess.DEVNULL).stdout
    if "no Landlock" in said:
        pytest.skip("this kernel has no Landlock; the other walls stand without it")
    assert "refused" in said


# ---- the running worker ----

def children(pid):
    """Of pid, the workers."""
    found = []
    for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
        for child in (task / "children").read_text().split():
            try:
                if os.readlink(f"/proc/{child}/exe").endswith("/bulkhead-worker"):
                    found.append(int(child))
            except OSError:
                pass
    return found


def status(pid):
    return dict(l.split(":\t", 1) for l in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines() if ":\t" in l)


class Slow:
    """A scan of a three-layer image whose middle layer does not come to its end: .pid, .worker, .go_on(), .end()."""

    def __init__(self, build, tmp_path, *options):
        self.fake = Fake()
        image = Image(debian_like(("one", "1")), layer({"srv/big": os.urandom(1 << 20)}),
                      layer({"srv/node_modules/three/package.json": b'{"name":"three","version":"3.0.0"}'}))
        self.event = threading.Event()
        self.digest = list(image.blobs)[2]
        self.fake.stall[self.digest] = (300_000, self.event)
        name = self.fake.add(image, "a/slow")
        self.process = subprocess.Popen(
            [build / "bulkhead", "scan", f"registry:{name}", "--plain-http", "--no-db", "--no-cache", "-q", "-j1", "-o", "json", *options],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={**os.environ, "HOME": str(tmp_path)})

        def reading():
            return self.fake.asked(self.digest) and any(self.stalled(p) for p in children(self.process.pid))
        wait_for("the worker in the middle layer", reading, process=self.process)
        self.worker = next(p for p in children(self.process.pid) if self.stalled(p))

    @staticmethod
    def stalled(pid):
        """In its jail and waiting for bytes."""
        return status(pid).get("Seccomp") == "2" and status(pid)["State"].startswith("S")

    def end(self):
        self.event.set()
        out, err = self.process.communicate(timeout=120)
        self.fake.close()
        from conftest import Scan
        return Scan(subprocess.CompletedProcess([], self.process.returncode, out, err))


@pytest.fixture
def slow(build, tmp_path):
    scans = []

    def begin(*options):
        scans.append(Slow(build, tmp_path, *options))
        return scans[-1]
    yield begin
    for s in scans:
        s.event.set()
        if s.process.poll() is None:
            s.process.kill()
            s.process.wait()


def test_a_worker_is_locked_in_while_it_reads(slow):
    s = slow()
    st = status(s.worker)
    assert (st["Seccomp"], st["NoNewPrivs"]) == ("2", "1")
    assert {int(st[name], 16) for name in ("CapEff", "CapPrm", "CapInh")} == {0}
    limits = pathlib.Path(f"/proc/{s.worker}/limits").read_text().splitlines()
    limit = {l[:26].strip(): l[26:].split()[:2] for l in limits}
    assert limit["Max file size"] == ["0", "0"] and limit["Max processes"] == ["0", "0"] and limit["Max core file size"] == ["0", "0"]
    assert limit["Max address space"] == [str(2 << 30)] * 2
    assert pathlib.Path(f"/proc/{s.worker}/environ").read_bytes() == b""
    fds = {int(p.name): os.readlink(p) for p in pathlib.Path(f"/proc/{s.worker}/fd").iterdir()}
    assert fds.pop(0) == fds.pop(1) == "/dev/null"
    fds.pop(2)  # where it may complain
    assert fds.pop(3).startswith("socket:")
    assert len(fds) == 1 and list(fds.values())[0].startswith(("pipe:", "socket:")), f"nothing but the layer: {fds}"
    r = s.end()
    assert r.code == 0 and set(r.packages) == {"one", "three"}


def test_a_killed_worker_costs_its_layer_and_says_why(slow):
    s = slow()
    os.kill(s.worker, signal.SIGKILL)
    r = s.end()
    assert r.code == 0, r.stderr
    assert r.packages == {"one": ("1", 0), "three": ("3.0.0", 2)}
    assert [l["whole"] for l in r.one["layers"]] == [True, False, True]
    (gap,) = r.gaps
    assert gap == "layer 1: the worker died: Killed"


def test_a_forbidden_call_is_named(slow):
    s = slow()
    os.kill(s.worker, signal.SIGSYS)
    r = s.end()
    assert any("it tried a forbidden system call" in g for g in r.gaps)
    assert set(r.packages) == {"one", "three"}


def test_workers_die_with_their_parent(slow):
    s = slow()
    s.process.kill()
    s.process.wait()
    wait_for("the worker's end", lambda: not os.path.exists(f"/proc/{s.worker}/exe") or status(s.worker)["State"].startswith("Z"))


def test_a_gap_fails_a_gate_that_asks_for_it(slow):
    s = slow("--fail-on", "gap")
    os.kill(s.worker, signal.SIGKILL)
    assert s.end().code == 1
