# SPDX-License-Identifier: Apache-2.0
"""The sensor on another kernel: Debian's, booted for it with our programs in its first file system (QEMU, no KVM).

The kernel is $BULKHEAD_TEST_KERNEL, or what `apt-get download` has."""
import base64
import os
import pathlib
import re
import shutil
import stat
import subprocess
import tempfile

import pytest

import sensor as records
from conftest import ROOT, cached, need, need_root, run

COMMAND_LINE = "console=ttyS0 quiet panic=-1 lsm=lockdown,yama,bpf"

INIT = """#!/bin/sh
export PATH=/bin
mount -t proc proc /proc; mount -t sysfs sys /sys; mount -t devtmpfs dev /dev
mkdir -p /sys/fs/bpf /tmp; mount -t bpf bpf /sys/fs/bpf; mount -t tmpfs tmp /tmp
mkdir -p /cg; mount -t cgroup2 cg /sys/fs/cgroup
echo "kernel: $(uname -r)"
mkfifo /tmp/in
sensor_dump --prevent 0:0x10:0 openat:s:=/etc/hostname execve connect mount setuid unshare signaldeliver < /tmp/in > /tmp/out 2> /tmp/said &
exec 3> /tmp/in
i=0; while ! grep -q ready /tmp/said && [ $i -lt 600 ]; do sleep 0.1; i=$((i+1)); kill -0 $! || break; done
cat /etc/hostname > /dev/null
(cd /etc && cat ./../etc/hostname) > /dev/null
/bin/none 2>/dev/null
odd_calls memfd /bin/busybox true
odd_calls int80-open /etc/hostname
odd_calls uring-open /etc/hostname
echo '|/evil' > /proc/sys/kernel/core_pattern || echo "core_pattern: refused"
unshare -m true
sleep 1
exec 3>&-
wait
sed 's/^/said: /' /tmp/said
echo "begin"; base64 /tmp/out; echo "end"
poweroff -f
"""


def kernel():
    given = os.environ.get("BULKHEAD_TEST_KERNEL")
    if given:
        return pathlib.Path(given)
    need("apt-get", "apt-cache", "dpkg-deb")

    def fetch(path):
        with tempfile.TemporaryDirectory() as d:
            depends = run("apt-cache", "depends", "linux-image-cloud-amd64", check=False).stdout
            package = re.search(r"Depends: (linux-image-\S+)", depends)
            if not package or run("apt-get", "download", package.group(1), cwd=d, check=False).returncode:
                pytest.skip("no kernel to boot: set BULKHEAD_TEST_KERNEL")
            run("dpkg-deb", "-x", next(pathlib.Path(d).glob("*.deb")), d + "/x")
            shutil.copy(next(pathlib.Path(d + "/x/boot").glob("vmlinuz-*")), path)

    return cached("kernel-cloud", fetch)


def cpio(files):
    """A "newc" archive of {name: (mode, bytes)}."""
    out = bytearray()
    for i, (name, (mode, data)) in enumerate([*files.items(), ("TRAILER!!!", (0, b""))]):
        n = name.encode() + b"\0"
        head = [i + 1, mode, 0, 0, 1, 0, len(data), 0, 0, 0, 0, len(n), 0]
        out += b"070701" + b"".join(b"%08X" % v for v in head) + n
        out += b"\0" * (-len(out) % 4) + data
        out += b"\0" * (-len(out) % 4)
    return bytes(out)


def libraries(program):
    return sorted(set(re.findall(r"(/\S+)", run("ldd", program).stdout.replace("=>", " "))))


def initramfs(build):
    files = {d: (stat.S_IFDIR | 0o755, b"") for d in ("bin", "etc", "proc", "sys", "dev", "tmp", "root")}
    busybox = next((p for p in ("/bin/busybox", "/usr/bin/busybox") if os.path.exists(p)), None) or pytest.skip("busybox is not installed")
    programs = {"sensor_dump": build / "tests/lib/sensor_dump", "odd_calls": build / "tests/lib/odd_calls", "busybox": busybox}
    needed = set()
    for name, path in programs.items():
        files["bin/" + name] = (stat.S_IFREG | 0o755, pathlib.Path(path).read_bytes())
        if b"not a dynamic" not in subprocess.run(["ldd", path], capture_output=True).stderr:
            needed.update(libraries(path))
    for lib in needed:
        parts = pathlib.Path(lib).parts[1:]
        for n in range(1, len(parts)):
            files.setdefault("/".join(parts[:n]), (stat.S_IFDIR | 0o755, b""))
        files["/".join(parts)] = (stat.S_IFREG | 0o755, pathlib.Path(lib).read_bytes())
    for applet in ("sh", "cat", "mount", "mkdir", "mkfifo", "grep", "sed", "sleep", "base64", "uname", "poweroff", "unshare", "true", "echo"):
        files["bin/" + applet] = (stat.S_IFLNK | 0o777, b"busybox")
    files["etc/hostname"] = (stat.S_IFREG | 0o644, b"box\n")
    files["init"] = (stat.S_IFREG | 0o755, INIT.encode())
    return cpio(files)


@pytest.fixture(scope="module")
def boot(build, tmp_path_factory):
    """What the machine said, and the records."""
    need_root()
    need("qemu-system-x86_64", "ldd")
    where = tmp_path_factory.mktemp("boot")
    (where / "root").write_bytes(initramfs(build))
    r = subprocess.run(["qemu-system-x86_64", "-accel", "tcg", "-cpu", "max", "-m", "1024", "-smp", "1", "-nographic", "-no-reboot",
                        "-kernel", kernel(), "-initrd", where / "root", "-append", COMMAND_LINE],
                       capture_output=True, timeout=300, stdin=subprocess.DEVNULL)
    text = r.stdout.decode(errors="replace").replace("\r", "")
    data = re.search(r"^begin\n(.*?)^end$", text, re.M | re.S)
    assert data, text[-3000:]
    found, rest = records.parse(memoryview(base64.b64decode(data.group(1))), records.types(ROOT))
    assert not rest
    return text, found


def test_it_starts_and_names_what_it_has(boot):
    text, _ = boot
    have = dict(re.findall(r"^said: capability\t([^\t]+)\t([^\t\n]*)", text, re.M))
    assert have["exec"] == "tp_btf/sched_process_exec" and have["open"] == "tp_btf/sys_exit"
    assert all(have.values()), have


def test_what_happens_is_seen(boot):
    _, found = boot
    opened = [r for r in found if r.type in ("open", "openat") and r.strs[0] == b"/etc/hostname"]
    assert len([r for r in opened if not r.flags & records.IO_URING]) >= 2
    assert [r for r in found if r.type == "execve" and r.res == -2]
    memory = [r for r in found if r.type == "execve" and r.res == 0 and r.str("exepath") == b"memfd:hidden"]
    assert memory and memory[0].str("args") == b"innocent\0true\0"
    assert [r for r in found if r.type == "unshare"] and [r for r in found if r.type == "alive"]


def test_a_denial_denies(boot):
    text, found = boot
    assert "core_pattern: refused" in text
    assert [r.strs for r in found if r.type == "denied"] == [[b"kernel/core_pattern"]]
