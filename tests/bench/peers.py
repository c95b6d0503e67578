#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Packages, time and memory beside syft, on directories given by hand.

    tests/bench/peers.py BUILD [DIRECTORY...]

Without syft (PATH or $SYFT), GNU time, or a directory (or $BULKHEAD_PEERS,
separated by colons) it says so and measures nothing. Both tools only list
packages; the differences are printed by package URL.
"""
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import urllib.parse

TIME = "/usr/bin/time"


def key(purl):
    m = re.match(r"pkg:([^/]+)/(.+?)@([^?#]*)", purl or "")
    if not m:
        return None
    kind, name, version = (urllib.parse.unquote(x) for x in m.groups())
    if kind == "pypi":
        name = re.sub(r"[-_.]+", "-", name).lower()
    if kind == "golang":
        version = re.sub(r"^(go|v)", "", version)
    return f"{kind} {name} {version}"


def timed(argv, log):
    env = dict(os.environ, SYFT_CHECK_FOR_APP_UPDATE="false")
    subprocess.run([TIME, "-f", "%U %S %M", "-o", log, *argv], check=True, env=env, stdout=subprocess.DEVNULL)
    user, system, kib = open(log).read().split()[-3:]
    return f"{float(user) + float(system):.2f} CPU s, {int(kib) / 1024:.0f} MiB"


def compare(build, syft, folder, room):
    a, b, log = (os.path.join(room, n) for n in ("ours.json", "syft.json", "time"))
    ours = timed([f"{build}/bulkhead", "scan", "rootfs:" + folder, "-q", "--no-cache", "--no-db", "--only", "packages", "-o", "json=" + a], log)
    theirs = timed([syft, "scan", "dir:" + folder, "-q", "-o", "json=" + b], log)
    mine = [key(p["purl"]) for p in json.load(open(a))["reports"][0]["packages"]]
    other = [key(p.get("purl")) for p in json.load(open(b))["artifacts"]]
    print(f"{folder}\n  ours {len(mine)} rows, {len(set(mine))} distinct; {ours}")
    print(f"  syft {len(other)} rows, {len(set(other))} distinct; {theirs}")
    for who, only in (("ours", set(mine) - set(other)), ("syft", set(other) - set(mine))):
        print(f"  only {who}: {len(only)}", *sorted(map(str, only))[:20], sep="\n    ")


def main():
    syft = os.environ.get("SYFT") or shutil.which("syft")
    folders = sys.argv[2:] or [f for f in os.environ.get("BULKHEAD_PEERS", "").split(":") if f]
    if not syft or not os.path.exists(TIME) or not folders:
        print("peers: needs syft, GNU time and a directory to compare on; nothing measured")
        return
    with tempfile.TemporaryDirectory() as room:
        for folder in folders:
            compare(sys.argv[1], syft, folder, room)


main()
