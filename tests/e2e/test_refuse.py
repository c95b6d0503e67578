# SPDX-License-Identifier: Apache-2.0
"""What is refused where the kernel asks BPF programs (LSM): on a kernel that does, booted (vm.py). Row 0 holds for all
processes there, so each act is tried before it is there, while it only would, and while it stops."""
import base64
import re

import pytest

import sensor as records
from conftest import ROOT
from vm import boot, first_files

LISTED, FILE_OPEN, FILE_WRITE, KERNEL_FILE, PTRACE, MOUNT, MODULE, RAW_SOCKET = 2, 9, 10, 11, 12, 13, 14, 7
ALL = sum(1 << b for b in (FILE_WRITE, KERNEL_FILE, PTRACE, MOUNT, MODULE, RAW_SOCKET))

# Each act says its name and whether it could be done.
INIT = """
act() { name=$1; shift; if "$@" > /dev/null 2>&1; then echo "$when $name done"; else echo "$when $name refused"; fi; }
readf() { cat $1; }
write() { echo x >> $1; }
core() { echo core > /proc/sys/kernel/core_pattern; }
acts() {
    act open readf /etc/secret; act write write /etc/kept/file; act read readf /etc/kept/file; act other write /tmp/other
    act key core
    act agent write /cg1/release_agent
    act mount mount -t tmpfs none /root; act umount umount /root
    act apart unshare -m /bin/busybox mount -t tmpfs none /root
    act ptrace odd_calls attach; act traceme odd_calls traced; act memory odd_calls reads-memory
    act module insmod /none.ko; act packet odd_calls packet; act udp odd_calls udp
}
mkdir -p /etc/kept /cg1; echo secret > /etc/secret; echo kept > /etc/kept/file
mount -t cgroup -o none,name=old old /cg1
sensor() {
    mkfifo /tmp/in$1
    sensor_dump --prevent $2 unshare < /tmp/in$1 > /tmp/out$1 2> /tmp/said$1 &
    pid=$!
    exec 3> /tmp/in$1
    i=0; while ! grep -q ready /tmp/said$1 && [ $i -lt 600 ]; do sleep 0.2; i=$((i+1)); kill -0 $pid || break; done
}
end() { sleep 1; exec 3>&-; wait $pid; echo "begin $1"; base64 /tmp/out$1; echo "end $1"; sed "s/^/said$1: /" /tmp/said$1; }
echo; when=before; acts
when=would; sensor would 0:0:ALL::/etc/kept/; acts; end would
when=stop; sensor stop 0:ALL:0::/etc/kept/; acts; end stop
when=open; sensor open 0:OPEN:0::/etc/secret; acts; end open
when=after; acts
""".replace("ALL", str(ALL)).replace("OPEN", str(1 << FILE_OPEN))


@pytest.fixture(scope="module")
def machine(build, tmp_path_factory):
    """What the machine said, and the records of each sensor that ran there."""
    programs = {"bin/" + name: build / "tests/lib" / name for name in ("sensor_dump", "odd_calls")}
    applets = "sh cat mount umount mkdir mkfifo grep sed sleep base64 poweroff true echo insmod kill unshare"
    module = b"no module of this kernel, but we are asked before that is known"
    text = boot(tmp_path_factory.mktemp("boot"), first_files(INIT, programs, applets, {"none.ko": module}))
    found = {}
    for name, data in re.findall(r"^begin (\w+)\n(.*?)^end \1$", text, re.M | re.S):
        found[name], rest = records.parse(memoryview(base64.b64decode(data)), records.types(ROOT))
        assert not rest
    assert set(found) == {"would", "stop", "open"}, text[-3000:]
    return text, found


def could(machine, when):
    return dict(re.findall(rf"^{when} (\w+) (done|refused)$", machine[0], re.M))


def denied(machine, when):
    return [r for r in machine[1][when] if r.type == "denied"]


def test_without_it_all_can_be_done(machine):
    for when in ("before", "after"):
        can = could(machine, when)
        assert can.pop("module") == "refused"  # it is none
        assert set(can.values()) == {"done"}, can


def test_would_stops_nothing_and_tells_all(machine):
    assert could(machine, "would") == could(machine, "before")
    found = denied(machine, "would")
    assert {r.nums[0] for r in found} == {FILE_WRITE, KERNEL_FILE, PTRACE, MOUNT, MODULE, RAW_SOCKET}
    assert all(r.flags & records.WOULD and r.res == 0 for r in found)


def test_what_is_asked_for_is_refused(machine):
    refused = {name for name, what in could(machine, "stop").items() if what == "refused"}
    assert refused == {"write", "key", "agent", "mount", "umount", "apart", "ptrace", "traceme", "memory", "module", "packet"}
    assert all(not r.flags & (records.WOULD | records.KILLED) and r.res == -1 for r in denied(machine, "stop"))


@pytest.mark.parametrize("what,objects", [
    (FILE_WRITE, {b"/etc/kept/file"}), (KERNEL_FILE, {b"/proc/sys/kernel/core_pattern", b"/cg1/release_agent"}),
    (MOUNT, {b"/root"}), (MODULE, {b"/none.ko", b"from memory"}), (RAW_SOCKET, {b"packet socket"}), (PTRACE, {b"odd_calls", b"init"})])
def test_it_is_told_of_what(machine, what, objects):
    told = {r.strs[0] for r in denied(machine, "stop") if r.nums[0] == what}
    assert told and told <= objects, told


def test_a_listed_file_is_not_opened_whoever_asks(machine):
    assert {name for name, what in could(machine, "open").items() if what == "refused"} == {"open", "module"}
    assert [r.strs[0] for r in denied(machine, "open")] == [b"/etc/secret"]
