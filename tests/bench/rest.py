#!/usr/bin/env python3
"""The other figures: the database (build, size, opening, matching), the feed readers, the rules.

    tests/bench/rest.py BUILD

Publishers' feeds are looked for in $BULKHEAD_BENCH_ADVISORIES and the database in $BULKHEAD_BENCH_DB, else the
user's own; what is not there is said and left out. Files for the rules: this machine's /usr/lib/python3.
"""
import hashlib
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time

build = pathlib.Path(sys.argv[1])
tools = build / "tests/bench"


def run(args, **kw):
    """Output, processor time, wall clock, peak MiB of one command."""
    began = time.perf_counter()
    p = subprocess.Popen(args, stdout=subprocess.PIPE, text=True, **kw)
    out = p.stdout.read()
    _, status, used = os.wait4(p.pid, 0)
    p.returncode = os.waitstatus_to_exitcode(status)
    if p.returncode:
        raise SystemExit(f"{args[0]} failed")
    return out, used.ru_utime + used.ru_stime, time.perf_counter() - began, used.ru_maxrss / 1024


def read_floor(folder):
    """Processor time to read and hash the same bytes as they lie, and how many there are."""
    began, n = time.process_time(), 0
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        with open(path, "rb") as f:
            n += path.stat().st_size
            hashlib.file_digest(f, "sha256")
    return time.process_time() - began, n


def database(feeds, folder):
    floor, n = read_floor(feeds)
    db = folder / "bench.db"
    _, cpu, wall, peak = run([build / "bulkhead", "db", "build", "-q", "-o", db, feeds], env={**os.environ, "XDG_DATA_HOME": str(folder)})
    print(f"db build: {n / 1e6:.0f} MB of feeds, {cpu:.1f} s cpu {wall:.1f} s wall {n / 1e6 / cpu:.0f} MB/s a core {peak:.0f} MiB peak,"
          f" {cpu / floor:.1f} times reading and hashing the bytes as they are packed; {db.stat().st_size / 2**20:.1f} MiB")
    out, cpu, _, peak = run([tools / "bench_feeds", feeds])
    records = sum(int(m) for m in re.findall(r"(\d+) records", out))
    print(f"feed readers alone: {records} records, {cpu:.1f} s cpu {peak:.0f} MiB peak, {cpu / floor:.1f} times the same")
    return db


def index(db):
    runs = [run([tools / "bench_index", db]) for _ in range(9)]
    cold = [[int(x) for x in re.search(r"cold +open +(\d+) us +first match +(\d+) us \((\d+)\) +together +(\d+)", r[0]).groups()] for r in runs]
    best, middle = min(cold, key=lambda c: c[3]), sorted(cold, key=lambda c: c[3])[4]
    print(f"database opened and first match in a fresh process ({best[2]} vulnerabilities of one package): best {best[3] / 1000:.2f} ms"
          f" ({best[0]} + {best[1]} us), median {middle[3] / 1000:.2f} ms of 9")
    for line in runs[0][0].splitlines():
        if "packages/s" in line:
            print(f"  {line}")
    print(f"  {min(r[3] for r in runs):.0f} MiB peak, with all packages of one distribution")


def rules():
    out, cpu, _, peak = run([tools / "bench_content", "content", "/usr/lib/python3"])
    t = {m[0].strip(): float(m[1]) for m in re.findall(r"^(.*?) +([\d.]+) s +\d+ MB/s", out, re.M)}
    work = re.search(r"(\d+ files, [\d.]+ MB, \d+ hits, \d+ findings)", out)[1]
    passed, floor = t["content pass, confirmations and all"], t["SHA-256 (OpenSSL)"]
    print(f"rules over files: {work}: {passed:.3f} s cpu, ratio {passed / floor:.2f} to SHA-256 of the same bytes, {peak:.0f} MiB peak")
    for line in out.splitlines():
        print(f"  {line}")


def main():
    feeds = os.environ.get("BULKHEAD_BENCH_ADVISORIES")
    db = pathlib.Path(os.environ.get("BULKHEAD_BENCH_DB") or
                      pathlib.Path(os.environ.get("XDG_DATA_HOME", pathlib.Path.home() / ".local/share")) / "bulkhead/vuln.db")
    with tempfile.TemporaryDirectory() as folder:
        if feeds:
            db = database(pathlib.Path(feeds), pathlib.Path(folder))
        else:
            print("db build: left out; BULKHEAD_BENCH_ADVISORIES names a folder of publishers' feeds")
        if db.exists():
            index(db)
        else:
            print(f"database: left out; there is no {db}")
    rules()


main()
