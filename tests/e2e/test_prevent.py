# SPDX-License-Identifier: Apache-2.0
"""What the kernel stops for us, in a control group of our own and a root of an overlay: as a container has them."""
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import tempfile

import pytest

from conftest import ROOT, need, need_root
from sensor import KILLED, WOULD, Sensor

DRIFTED, MEMFD, LISTED, SHELL, SYSCTL, DEVICE, METADATA, RAW_SOCKET, NETWORK = range(9)


def group_root():
    for path in ("/sys/fs/cgroup", "/sys/fs/cgroup/unified"):
        if os.path.exists(path + "/cgroup.controllers"):
            return pathlib.Path(path)
    pytest.skip("no control groups of version 2")


class Box:
    """A stand-in for a container; run() is a script in it."""

    def __init__(self, where):
        self.group = group_root() / f"bulkhead-test-{os.getpid()}"
        self.group.mkdir()
        self.where = where
        for name in ("upper", "work", "root"):
            (where / name).mkdir()

    @property
    def id(self):
        return self.group.stat().st_ino

    def run(self, script, group=None):
        set_up = f"""
echo $$ > {group or self.group}/cgroup.procs || exit 90
mount -t overlay o -o lowerdir=/,upperdir={self.where}/upper,workdir={self.where}/work {self.where}/root || exit 91
mount -t proc p {self.where}/root/proc && mount --rbind /dev {self.where}/root/dev || exit 92
exec chroot {self.where}/root /bin/bash -c "$1" box"""
        r = subprocess.run(["unshare", "-m", "-p", "-f", "/bin/bash", "-c", set_up, "box", script], capture_output=True, text=True, timeout=60)
        assert r.returncode not in (90, 91, 92), r.stderr
        return r.stdout + r.stderr

    def close(self):
        for below in self.group.glob("*/cgroup.procs"):
            below.parent.rmdir()
        self.group.rmdir()


@pytest.fixture
def box():
    need_root()
    need("unshare")
    where = pathlib.Path(tempfile.mkdtemp(dir="/dev/shm"))  # an upper layer may not lie on another overlay
    b = Box(where)
    yield b
    b.close()
    shutil.rmtree(where)


@pytest.fixture
def prevent(build, box):
    """prevent(stop=[..], would=[..]): the sensor with a row for the box."""
    running = []

    def start(stop=(), would=(), path="", group=None):
        bits = [sum(1 << b for b in which) for which in (stop, would)]
        spec = f"{box.id if group is None else group}:{bits[0]}:{bits[1]}" + (f":{path}" if path else "")
        running.append(Sensor(build / "tests/lib/sensor_dump", ROOT, "--prevent", spec))
        return running[-1]

    yield start
    for s in running:
        s.child.kill()


def denied(found, what):
    return [r for r in found if r.type == "denied" and r.nums[0] == what]


DRIFT = "cp /bin/true /fresh; /fresh; echo fresh=$?; /bin/true; echo true=$?"


def test_what_was_written_there_does_not_run(box, prevent):
    s = prevent(stop=[DRIFTED])
    out = box.run(DRIFT)
    [d] = denied(s.stop(), DRIFTED)
    assert "fresh=137" in out and "true=0" in out
    assert d.strs == [b"/fresh"] and d.flags & KILLED and d.cgroup_id == box.id


def test_it_may_only_tell(box, prevent):
    s = prevent(would=[DRIFTED])
    out = box.run(DRIFT)
    [d] = denied(s.stop(), DRIFTED)
    assert "fresh=0" in out and d.flags & WOULD and not d.flags & KILLED


def test_no_instruction_of_it_runs(box, prevent):
    s = prevent(stop=[DRIFTED])
    out = box.run("cp /bin/touch /fresh; for i in $(seq 100); do /fresh /ran-$i; done 2>/dev/null; ls / | grep -c ran-")
    assert len(denied(s.stop(), DRIFTED)) == 100
    assert out.splitlines()[-1] == "0"


def test_the_row_is_for_what_is_below_too_and_for_nobody_else(box, prevent):
    s = prevent(stop=[DRIFTED])
    below = box.group / "below"
    below.mkdir()
    assert "fresh=137" in box.run(DRIFT, below)
    beside = group_root() / f"bulkhead-beside-{os.getpid()}"
    beside.mkdir()
    try:
        assert "fresh=0" in box.run("rm -f /fresh; " + DRIFT, beside)
    finally:
        beside.rmdir()
    s.stop()


def test_when_the_sensor_ends_so_does_it(box, prevent):
    prevent(stop=[DRIFTED]).stop()
    assert "fresh=0" in box.run(DRIFT)


def test_a_program_in_memory_does_not_run(box, prevent, build):
    s = prevent(stop=[MEMFD])
    out = box.run(f"{build}/tests/lib/odd_calls memfd /bin/true x; echo memfd=$?")
    [d] = denied(s.stop(), MEMFD)
    assert "memfd=137" in out and d.strs == [b"memfd:hidden"]


def test_a_listed_program_does_not_run_whatever_it_is_called(box, prevent):
    truth = os.path.realpath("/usr/bin/id")
    s = prevent(stop=[LISTED], path=truth)
    out = box.run(f"ln -s {truth} /other; /other; echo other=$?; cd {os.path.dirname(truth)}; ./id; echo id=$?; uname; echo uname=$?")
    assert "other=137" in out and "id=137" in out and "uname=0" in out
    assert [d.strs[0].decode() for d in denied(s.stop(), LISTED)] == [truth] * 2


def test_a_shell_on_a_connection_does_not_run(box, prevent):
    s = prevent(stop=[SHELL])
    with socket.create_server(("127.0.0.1", 0)) as server:
        code = f"""
import os, socket, subprocess
s = socket.create_connection(("127.0.0.1", {server.getsockname()[1]}))
for program in ("/bin/sh", "/bin/cat"):
    print(program, subprocess.run([program, "-c", "true"] if program == "/bin/sh" else [program, "/dev/null"], stdin=s.fileno()).returncode)
print("plain", subprocess.run(["/bin/sh", "-c", "true"], stdin=subprocess.DEVNULL).returncode)"""
        out = box.run(f"{sys.executable} -I -c '{code}'".replace("'/", "'/"))
    [d] = denied(s.stop(), SHELL)
    assert "/bin/sh -9" in out and "/bin/cat 0" in out and "plain 0" in out
    assert d.flags & KILLED


def test_keys_that_run_programs_are_not_written(box, prevent):
    before = pathlib.Path("/proc/sys/kernel/core_pattern").read_text()
    s = prevent(stop=[SYSCTL])
    try:
        out = box.run("echo '|/evil' > /proc/sys/kernel/core_pattern; echo wrote=$?; cat /proc/sys/kernel/core_pattern; cat /proc/sys/kernel/hostname")
        assert "wrote=1" in out and before.strip() in out
        [d] = denied(s.stop(), SYSCTL)
        assert d.strs == [b"kernel/core_pattern"]
    finally:
        pathlib.Path("/proc/sys/kernel/core_pattern").write_text(before)


def test_block_devices_are_not_opened(box, prevent):
    disk = next((p for p in ("/dev/vda", "/dev/sda", "/dev/loop0") if os.path.exists(p)), None)
    if not disk:
        pytest.skip("no block device")
    s = prevent(stop=[DEVICE])
    out = box.run(f"head -c 1 {disk} >/dev/null; echo disk=$?; head -c 1 /dev/zero > /dev/null; echo zero=$?")
    found = denied(s.stop(), DEVICE)
    assert "disk=1" in out and "zero=0" in out
    assert found and found[0].nums[1] == (os.major(os.stat(disk).st_rdev) << 32) | os.minor(os.stat(disk).st_rdev)


CONNECT = """
import socket
for name, family, address in (("metadata", 2, ("169.254.169.254", 80)), ("loopback", 2, ("127.0.0.1", 1)), ("other", 2, ("192.0.2.1", 9))):
    s = socket.socket(family)
    s.settimeout(0.2)
    try: s.connect(address); print(name, "connected")
    except OSError as e: print(name, e.errno)
"""


def test_the_metadata_service_cannot_be_asked(box, prevent):
    s = prevent(stop=[METADATA])
    out = box.run(f"{sys.executable} -I -c '{CONNECT}'")
    [d] = denied(s.stop(), METADATA)
    assert "metadata 1\n" in out and "loopback 111" in out and "other 1\n" not in out
    assert d.strs == [b"169.254.169.254"] and d.nums[1] == 80


def test_a_box_without_network_has_none(box, prevent):
    s = prevent(stop=[NETWORK])
    with socket.create_server(("127.0.0.1", 0)) as server:
        # In the host's own network the loopback is everybody's.
        out = box.run(f"{sys.executable} -I -c '{CONNECT}'; {sys.executable} -I -c 'import socket; socket.create_connection((\"127.0.0.1\", {server.getsockname()[1]}))'; echo host=$?")
    found = denied(s.stop(), NETWORK)
    assert "metadata 1\n" in out and "other 1\n" in out and "host=1" in out
    assert b"192.0.2.1" in [d.strs[0] for d in found]


def test_raw_sockets_are_not_made(box, prevent):
    s = prevent(stop=[RAW_SOCKET])
    out = box.run(f"{sys.executable} -I -c 'import socket\ntry: socket.socket(2, 3, 1)\nexcept OSError as e: print(\"raw\", e.errno)\nsocket.socket(2, 2); print(\"udp fine\")'")
    [d] = denied(s.stop(), RAW_SOCKET)
    assert "raw 1" in out and "udp fine" in out and d.strs == [b"raw socket"]
