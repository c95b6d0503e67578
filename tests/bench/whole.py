#!/usr/bin/env python3
"""What a whole scan holds in memory: the command as typed and its worker, added up.

    tests/bench/whole.py BUILD

For each layer of tests/bench/layers.py, as the only one of an image. Both processes' peaks (VmHWM) are read from
/proc every two milliseconds until they end and added, though they need not have come at the same time; and so is
what both hold (VmRSS), for the most they held at once. Pages of libraries that both have mapped count twice.
"""
import hashlib
import json
import os
import pathlib
import subprocess
import sys
import time
import zlib

build = pathlib.Path(sys.argv[1])
room = build / "bench-layers"


def digests(path):
    """Of the blob and of the tar in it."""
    packed, plain, inflate = hashlib.sha256(), hashlib.sha256(), zlib.decompressobj(31)
    with open(path, "rb") as f:
        while data := f.read(1 << 20):
            packed.update(data)
            plain.update(inflate.decompress(data))
    return packed.hexdigest(), plain.hexdigest()


def blob(folder, data):
    name = hashlib.sha256(data).hexdigest()
    (folder / "blobs/sha256" / name).write_bytes(data)
    return {"digest": "sha256:" + name, "size": len(data)}


def layout(layer):
    """An OCI layout whose one layer is that file itself."""
    folder = room / (layer.name.split(".")[0] + ".oci")
    if (folder / "index.json").exists():
        return folder
    packed, plain = digests(layer)
    (folder / "blobs/sha256").mkdir(parents=True, exist_ok=True)
    if not (folder / "blobs/sha256" / packed).exists():
        os.link(layer, folder / "blobs/sha256" / packed)
    kind = "application/vnd.oci.image."
    config = blob(folder, json.dumps({"architecture": "amd64", "os": "linux", "rootfs": {"type": "layers", "diff_ids": ["sha256:" + plain]}}).encode())
    manifest = blob(folder, json.dumps({
        "schemaVersion": 2, "mediaType": kind + "manifest.v1+json", "config": config | {"mediaType": kind + "config.v1+json"},
        "layers": [{"mediaType": kind + "layer.v1.tar+gzip", "digest": "sha256:" + packed, "size": layer.stat().st_size}]}).encode())
    (folder / "oci-layout").write_text('{"imageLayoutVersion": "1.0.0"}')
    (folder / "index.json").write_text(json.dumps({"schemaVersion": 2, "manifests": [manifest | {"mediaType": kind + "manifest.v1+json"}]}))
    return folder


def held_kib(pid):
    """The most a process ever held, and what it holds."""
    held = {"VmHWM:": 0, "VmRSS:": 0}
    try:
        for line in open(f"/proc/{pid}/status"):
            if line[:6] in held:
                held[line[:6]] = int(line.split()[1])
    except OSError:
        pass
    return held["VmHWM:"], held["VmRSS:"]


def children(pid):
    try:
        return [int(c) for t in os.listdir(f"/proc/{pid}/task") for c in open(f"/proc/{pid}/task/{t}/children").read().split()]
    except OSError:
        return []


def is_worker(pid):
    try:
        return "worker" in open(f"/proc/{pid}/comm").read()
    except OSError:
        return False


def run(args):
    began = time.perf_counter()
    p = subprocess.Popen(args, stdout=subprocess.DEVNULL)
    parent, worker, together = 0, 0, 0
    while True:
        peak, now = held_kib(p.pid)
        parent = max(parent, peak)
        for c in children(p.pid):
            peak, more = held_kib(c) if is_worker(c) else (0, 0)
            worker, now = max(worker, peak), now + more
        together = max(together, now)
        pid, status, used = os.wait4(p.pid, os.WNOHANG)
        if pid:
            break
        time.sleep(0.002)
    p.returncode = os.waitstatus_to_exitcode(status)
    assert p.returncode == 0, args
    return used.ru_utime + used.ru_stime, time.perf_counter() - began, parent / 1024, worker / 1024, together / 1024


for layer in sorted(room.glob("*.tar.gz")):
    folder = layout(layer)
    prepare = [build / "bulkhead", "scan", f"rootfs:{room / 'empty'}", "--cache", room / "whole.db", "-q"]
    (room / "empty").mkdir(exist_ok=True)
    for only in ([], ["--only", "packages"]):  # rules are compiled once, and kept beside the cache
        subprocess.run([*prepare, *only], stdout=subprocess.DEVNULL, check=True)
    for name, only in (("packages only", ["--only", "packages"]), ("everything on", [])):
        cache = room / "whole.db"
        for beside in ("", "-wal", "-shm"):
            pathlib.Path(str(cache) + beside).unlink(missing_ok=True)
        cpu, wall, parent, worker, together = run([build / "bulkhead", "scan", f"oci:{folder}", "--cache", cache, "-q", *only])
        print(f"{layer.name}: whole scan, {name}: {cpu:.2f} s cpu {wall:.2f} s wall, worker {worker:.1f} + command {parent:.1f} = {worker + parent:.1f} MiB peak, {together:.1f} at once", flush=True)
        for beside in ("", "-wal", "-shm"):
            pathlib.Path(str(cache) + beside).unlink(missing_ok=True)
