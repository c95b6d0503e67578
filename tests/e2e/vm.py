# SPDX-License-Identifier: Apache-2.0
"""Another kernel: Debian's, booted (QEMU, no KVM) with our programs in its first file system.

The kernel is $BULKHEAD_TEST_KERNEL, or what `apt-get download` has."""
import os
import pathlib
import re
import shutil
import stat
import subprocess
import tempfile

import pytest

from conftest import cached, need, need_root, run

MOUNTS = """#!/bin/sh
export PATH=/bin
mount -t proc proc /proc; mount -t sysfs sys /sys; mount -t devtmpfs dev /dev; mount -t tmpfs tmp /tmp
mount -t bpf bpf /sys/fs/bpf; mount -t cgroup2 cg /sys/fs/cgroup; mount -t securityfs security /sys/kernel/security
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


def file(data, mode=0o644):
    return (stat.S_IFREG | mode, data)


def folder_of(files, name):
    """The folders that lead to a file, before it."""
    parts = name.split("/")[:-1]
    for n in range(1, len(parts) + 1):
        files.setdefault("/".join(parts[:n]), (stat.S_IFDIR | 0o755, b""))


def first_files(init, programs, applets, more):
    """busybox under the names of `applets`, programs with the libraries they need, `more` files, and /init."""
    files = {d: (stat.S_IFDIR | 0o755, b"") for d in ("bin", "etc", "proc", "sys", "dev", "tmp", "root")}
    busybox = next((p for p in ("/bin/busybox", "/usr/bin/busybox") if os.path.exists(p)), None) or pytest.skip("busybox is not installed")
    needed = set()
    for name, path in {"bin/busybox": busybox, **programs}.items():
        folder_of(files, name)
        files[name] = file(pathlib.Path(path).read_bytes(), 0o755)
        if b"not a dynamic" not in subprocess.run(["ldd", path], capture_output=True).stderr:
            needed.update(libraries(path))
    for library in needed:
        name = library.lstrip("/")
        folder_of(files, name)
        files[name] = file(pathlib.Path(library).read_bytes(), 0o755)
    for applet in applets.split():
        files["bin/" + applet] = (stat.S_IFLNK | 0o777, b"busybox")
    for name, data in more.items():
        folder_of(files, name)
        files[name] = file(data)
    files["init"] = file((MOUNTS + init + "\npoweroff -f\n").encode(), 0o755)
    return cpio(files)


def boot(where, first, seconds=600):
    """What the machine said. It is emulated: all takes many times as long."""
    need_root()
    need("qemu-system-x86_64", "ldd")
    (where / "root").write_bytes(first)
    r = subprocess.run(["qemu-system-x86_64", "-accel", "tcg", "-cpu", "max", "-m", "1024", "-smp", "1", "-nographic", "-no-reboot", "-nic", "none",
                        "-kernel", kernel(), "-initrd", where / "root",
                        "-append", "console=ttyS0 quiet panic=-1 lsm=lockdown,capability,landlock,yama,bpf"],
                       capture_output=True, timeout=seconds, stdin=subprocess.DEVNULL)
    return r.stdout.decode(errors="replace").replace("\r", "")
