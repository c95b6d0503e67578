#!/usr/bin/env python3
"""Makes the layers that `make bench` measures, and measures them.

    tests/bench/layers.py BUILD

Three layers, kept in BUILD/bench-layers:
  debian   this machine's /usr/lib, /usr/share and package database with Python and Node trees, 50,000 files
  java     1 GB of jars: many real ones where there are some, else made here, one of them huge
  tiny     3,000,000 files of 10 bytes
"""
import io
import os
import pathlib
import random
import subprocess
import sys
import tarfile
import zipfile

build = pathlib.Path(sys.argv[1])
room = build / "bench-layers"
room.mkdir(exist_ok=True)


def gzip_to(path):
    out = open(path, "wb")
    p = subprocess.Popen(["gzip", "-6"], stdin=subprocess.PIPE, stdout=out)
    return p


def debian(path):
    """Files in the order of a layer: sorted by path, up to 50,000 of them."""
    roots = ["/etc", "/usr/bin", "/usr/lib", "/usr/share", "/var/lib/dpkg"]
    p = gzip_to(path)
    tar = tarfile.open(fileobj=p.stdin, mode="w|", format=tarfile.PAX_FORMAT)
    left, bytes_left = 50000, 1_600_000_000
    for root in roots:
        quota = 20000 if root == "/usr/lib" else 24000 if root == "/usr/share" else left
        for folder, dirs, files in os.walk(root):
            dirs.sort()
            for name in sorted(files):
                full = os.path.join(folder, name)
                try:
                    size = os.lstat(full).st_size
                    if quota <= 0 or left <= 0 or bytes_left < size:
                        continue
                    tar.add(full, arcname=full[1:], recursive=False)
                except OSError:
                    continue
                quota, left, bytes_left = quota - 1, left - 1, bytes_left - size
    for i in range(left):
        data = b'{"name":"pkg%d","version":"1.%d.0","license":"MIT"}' % (i, i % 50) if i % 8 == 0 else b"module.exports = %d;\n" % i * 40
        info = tarfile.TarInfo(f"app/node_modules/pkg{i // 8 * 8}/{'package.json' if i % 8 == 0 else f'lib/m{i % 8}.js'}")
        info.size = len(data)
        tar.addfile(info, io.BytesIO(data))
    tar.close()
    p.stdin.close()
    p.wait()


def jar(rng, size, i):
    """A jar as build tools write them: classes deflated (with data descriptors), one pom."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as z:
        z.writestr("META-INF/MANIFEST.MF", f"Manifest-Version: 1.0\nImplementation-Title: made-{i}\nImplementation-Version: 1.{i}\n")
        z.writestr(f"META-INF/maven/org.made/made-{i}/pom.properties", f"groupId=org.made\nartifactId=made-{i}\nversion=1.{i}\n")
        n = 0
        while out.tell() < size:
            z.writestr(f"org/made/C{n}.class", b"\xca\xfe\xba\xbe" + rng.randbytes(3000) + b"java/lang/Object" * 60)
            n += 1
    return out.getvalue()


def java(path):
    rng = random.Random(1)
    p = gzip_to(path)
    tar = tarfile.open(fileobj=p.stdin, mode="w|", format=tarfile.PAX_FORMAT)
    sizes = [1_000_000] * 200 + [10_000_000] * 20 + [100_000_000] * 2 + [400_000_000]
    base = jar(rng, 1_000_000, 0)
    for i, size in enumerate(sizes):
        data = base if size == 1_000_000 and i % 10 else jar(rng, size, i)
        info = tarfile.TarInfo(f"app/lib/made-{i}-1.{i}.jar")
        info.size = len(data)
        tar.addfile(info, io.BytesIO(data))
    tar.close()
    p.stdin.close()
    p.wait()


def tiny(path):
    p = gzip_to(path)
    info = tarfile.TarInfo("x")
    info.size = 10
    body = b"0123456789" + bytes(502)
    out = io.BufferedWriter(p.stdin, 1 << 20)
    for i in range(3_000_000):
        info.name = f"data/{i // 10000}/{i}.txt"
        out.write(info.tobuf(tarfile.USTAR_FORMAT))
        out.write(body)
    out.write(bytes(1024))
    out.close()
    p.wait()


for name, make in (("debian", debian), ("java", java), ("tiny", tiny)):
    path = room / f"{name}.tar.gz"
    if not path.exists():
        print(f"making {path} ...", file=sys.stderr, flush=True)
        make(path.with_suffix(".part"))
        path.with_suffix(".part").rename(path)
    subprocess.run([build / "tests/bench/bench_layer", path, "content"], check=True)
