#!/usr/bin/env python3
"""Scans an image of 500 packages again and again, with all its layers in the cache.

    tests/bench/rescan.py BUILD

The image is made of the first 500 packages of this machine's dpkg that bring less than 10,000 files each, with
their lists and their files up to 64 KB, kept in BUILD/bench-layers; once without what would be a further package
(jars, Python's metadata), once with all of it. The database is $BULKHEAD_BENCH_DB, else the user's own; without one no
vulnerabilities are looked up, and the figure says little.
"""
import gzip
import hashlib
import io
import json
import os
import pathlib
import resource
import subprocess
import sys
import tarfile
import time

build = pathlib.Path(sys.argv[1])
room = build / "bench-layers"
room.mkdir(exist_ok=True)
N_PACKAGES, RUNS, MOST, MOST_FILES = 500, 21, 65536, 10000
FURTHER = (".jar", "/PKG-INFO", "/METADATA")


def add(tar, name, data):
    info = tarfile.TarInfo(name)
    info.size = len(data)
    tar.addfile(info, io.BytesIO(data))


def names_of(stanza):
    """What its files in dpkg's info folder may be called."""
    fields = dict(line.split(": ", 1) for line in stanza.splitlines() if ": " in line and not line.startswith(" "))
    return fields["Package"], f'{fields["Package"]}:{fields["Architecture"]}'


def n_files(stanza):
    paths = [f"/var/lib/dpkg/info/{name}.list" for name in names_of(stanza)]
    return sum(open(p, "rb").read().count(b"\n") for p in paths if os.path.exists(p))


def layer(further):
    out = io.BytesIO()
    tar = tarfile.open(fileobj=out, mode="w")
    stanzas = [s for s in open("/var/lib/dpkg/status", encoding="utf-8", errors="surrogateescape").read().split("\n\n") if s.strip()]
    stanzas = [s for s in stanzas if n_files(s) < MOST_FILES][:N_PACKAGES]
    add(tar, "etc/os-release", open("/etc/os-release", "rb").read())
    add(tar, "var/lib/dpkg/status", ("\n\n".join(stanzas) + "\n").encode(errors="surrogateescape"))
    for stanza in stanzas:
        for name in names_of(stanza):
            for kind in ("list", "md5sums"):
                path = f"/var/lib/dpkg/info/{name}.{kind}"
                if not os.path.exists(path):
                    continue
                add(tar, path[1:], open(path, "rb").read())
                for line in open(path, encoding="utf-8", errors="surrogateescape") if kind == "list" else ():
                    file = line.rstrip("\n")
                    if not further and file.endswith(FURTHER):
                        continue
                    if os.path.isfile(file) and not os.path.islink(file) and os.path.getsize(file) <= MOST:
                        tar.add(file, arcname=file[1:], recursive=False)
    tar.close()
    return out.getvalue()


def image(path, further):
    plain = layer(further)
    config = json.dumps({"architecture": "amd64", "os": "linux", "created": "2026-11-01T00:00:00Z", "config": {"Cmd": ["sh"]},
                         "rootfs": {"type": "layers", "diff_ids": ["sha256:" + hashlib.sha256(plain).hexdigest()]},
                         "history": [{"created_by": "ADD rootfs in /"}]}).encode()
    name = hashlib.sha256(config).hexdigest() + ".json"
    with tarfile.open(path, "w") as tar:
        add(tar, name, config)
        add(tar, "l/layer.tar", gzip.compress(plain, 1))
        add(tar, "manifest.json", json.dumps([{"Config": name, "RepoTags": ["bench:500"], "Layers": ["l/layer.tar"]}]).encode())


def run(args):
    """CPU of the command and all it started, wall clock, and the peak of its largest process."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    began = time.perf_counter()
    p = subprocess.Popen(args, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    out = p.stdout.read()
    _, status, used = os.wait4(p.pid, 0)
    p.returncode = os.waitstatus_to_exitcode(status)
    return used.ru_utime + used.ru_stime, time.perf_counter() - began, used.ru_maxrss / 1024, out


def measure(name, further):
    path, cache = room / f"{name}.tar", room / "rescan.db"
    if not path.exists():
        print(f"making {path} ...", file=sys.stderr, flush=True)
        if os.fork() == 0:  # memory used here would be counted as that of the programs started later
            image(path.with_suffix(".part"), further)
            path.with_suffix(".part").rename(path)
            os._exit(0)
        os.wait()
    command = [str(build / "bulkhead"), "scan", f"archive:{path}", "--cache", str(cache)]
    if "BULKHEAD_BENCH_DB" in os.environ:
        command += ["--db", os.environ["BULKHEAD_BENCH_DB"]]
    for beside in ("", "-wal", "-shm"):
        pathlib.Path(str(cache) + beside).unlink(missing_ok=True)
    first = run(command)
    again = [run(command) for _ in range(RUNS)]
    assert first[3] and all(a[3] == first[3] for a in again), "the same scan gave other bytes, or none"
    report = json.loads(run(command + ["-o", "json"])[3])
    report = report["reports"][0] if "reports" in report else report
    print(f"cached re-scan of {path.name}: {len(report['packages'])} packages, {len(report['vulnerabilities'])} vulnerabilities")
    print(f"  first  {first[0]*1000:6.0f} ms cpu {first[1]*1000:6.0f} ms wall")
    print(f"  again  {min(a[0] for a in again)*1000:6.0f} ms cpu {min(a[1] for a in again)*1000:6.0f} ms wall {max(a[2] for a in again):6.1f} MiB peak"
          f"   (median {sorted(a[0] for a in again)[RUNS//2]*1000:.0f} ms cpu, {sorted(a[1] for a in again)[RUNS//2]*1000:.0f} ms wall)")


measure("packages500-alone", False)
measure("packages500", True)
