# SPDX-License-Identifier: Apache-2.0
"""Debian's own kernel in a virtual machine without any disk: an initial file system of this machine's programs, and a script."""
import gzip
import pathlib
import re
import shutil
import subprocess

import pytest

from conftest import ROOT, need

CACHE = ROOT / "build/vm"


def kernel():
    """The newest kernel for clouds that apt knows, unpacked without being installed."""
    found = sorted(CACHE.glob("boot/vmlinuz-*-cloud-amd64"))
    if found:
        return found[-1]
    CACHE.mkdir(parents=True, exist_ok=True)
    depends = subprocess.run(["apt-cache", "depends", "linux-image-cloud-amd64"], capture_output=True, text=True).stdout
    names = re.findall(r"Depends: (linux-image-\S+)", depends)
    if not names or subprocess.run(["apt-get", "download", "-q", names[0]], cwd=CACHE, capture_output=True).returncode:
        pytest.skip("apt has no linux-image-cloud-amd64 here")
    for package in CACHE.glob("linux-image-*.deb"):
        subprocess.run(["dpkg", "-x", package, CACHE], check=True)
        package.unlink()
    return sorted(CACHE.glob("boot/vmlinuz-*-cloud-amd64"))[-1]


def with_libraries(root, program):
    for library in re.findall(r"(/\S+) \(", subprocess.run(["ldd", program], capture_output=True, text=True).stdout):
        to = root / library.lstrip("/")
        to.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(library, to)  # what a link leads to


def initial(where, script, files):
    """An archive of busybox, bulkhead with its libraries and content, `files`, and /init."""
    root = where / "root"
    for folder in ("bin", "proc", "sys", "dev", "tmp", "etc", "bulkhead"):
        (root / folder).mkdir(parents=True)
    busybox = shutil.which("busybox")
    shutil.copy(busybox, root / "bin/busybox")
    for name in "sh mount cat sleep seq cp grep kill poweroff chmod touch".split():
        (root / "bin" / name).symlink_to("busybox")
    for program in ("bulkhead", "bulkhead-worker"):
        shutil.copy(ROOT / "build" / program, root / "bulkhead" / program)
        with_libraries(root, ROOT / "build" / program)
    shutil.copytree(ROOT / "content/rules", root / "bulkhead/content/rules")
    (root / "etc/passwd").write_text("root:x:0:0:root:/root:/bin/sh\n")
    (root / "etc/shadow").write_text("root:*:20000:0:99999:7:::\n")
    for name, text in files.items():
        (root / name).write_text(text)
    (root / "init").write_text("#!/bin/sh\n" + MOUNTS + script + "\npoweroff -f\n")
    (root / "init").chmod(0o755)
    names = "\n".join(str(p.relative_to(root)) for p in sorted(root.rglob("*")))
    archive = subprocess.run(["cpio", "-o", "-H", "newc", "--quiet"], cwd=root, input=names.encode(), capture_output=True, check=True)
    image = where / "initrd.gz"
    image.write_bytes(gzip.compress(archive.stdout, 1))
    return image


MOUNTS = """
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev
mount -t tmpfs tmp /tmp
mount -t bpf bpf /sys/fs/bpf
mount -t cgroup2 cgroup /sys/fs/cgroup
mount -t securityfs security /sys/kernel/security
"""


def boot(where, script, files=None, lsm="lockdown,capability,landlock,yama,bpf", seconds=600):
    """What the script printed. The machine is emulated: all takes many times as long."""
    need("qemu-system-x86_64")
    need("cpio")
    need("busybox")
    out = subprocess.run(
        ["qemu-system-x86_64", "-accel", "tcg", "-cpu", "max", "-m", "1024", "-nographic", "-no-reboot", "-nic", "none",
         "-kernel", kernel(), "-initrd", initial(where, script, files or {}), "-append", f"console=ttyS0 quiet panic=-1 lsm={lsm}"],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=seconds).stdout
    return out.decode(errors="replace").replace("\r", "")
