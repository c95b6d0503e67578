#!/usr/bin/env python3
"""The figures of `bulkhead watch`: its start, its memory when idle, how long an alert takes, what a flood costs.

    tests/bench/watching.py BUILD [CONTAINERS]

Needs root and a kernel with BTF. With CONTAINERS, that many are run by Docker, each of which lives but for a moment;
the image is made here. Wall clock on a machine that others use tells of them too: the load is printed with it.
"""
import hashlib
import io
import json
import os
import pathlib
import re
import struct
import subprocess
import sys
import tarfile
import tempfile
import time

root = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(root / "tests/e2e"))
from sensor import HAS_PROC, HEAD, PROC, types  # noqa: E402
from watching import Openers, Watch  # noqa: E402

build = pathlib.Path(sys.argv[1])
program = build / "bulkhead"
SAMPLES, STARTS, FLOOD_S = 200, 5, 5

MARK = """
- rule: mark
  condition: evt.type in (open, openat, creat) and evt.is_open_write = true and fd.name startswith {0}/mark-
  desc: d
  output: mark %fd.name
  priority: CRITICAL
"""
NOISE = """
- rule: noise
  condition: evt.type in (open, openat) and fd.name startswith {0}/noise and proc.name = nobody-is-called-so
  desc: d
  output: noise
  priority: DEBUG
"""


def with_rules(folder, text):
    path = folder / "marks.yaml"
    path.write_text(text.format(folder))
    return Watch(program, "--rules", path, "--rules", root / "content/rules")


def middle(values, share=0.5):
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def load():
    return f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"


def starts():
    walls, cpus, resident = [], [], []
    for _ in range(STARTS):
        w = Watch(program)
        cpus.append(w.cpu())
        walls.append(int(re.search(r"(\d+) ms after the start", "".join(w.said)).group(1)))
        time.sleep(1)
        resident.append(w.status("VmRSS") / 1024)
        w.stop()
    print(f"watch, our rules: ready after {middle(walls)} ms (best {min(walls)}; goal 300), {middle(cpus):.2f} s cpu (best {min(cpus):.2f});"
          f" {middle(resident):.1f} MiB resident a second later (goal 25); {load()}")


def latencies(w, folder, say):
    took, missed = [], 0
    for i in range(SAMPLES):
        path = folder / f"mark-{say}-{i}"
        path.write_text("")
        if not w.wait(lambda alerts: any(a.fields.get("fd.name") == str(path) for a in alerts[-50:]), 2):
            missed += 1
        took += [(a.arrived_ns - a.fields["evt.time"]) / 1e6 for a in w.alerts[-50:] if a.fields.get("fd.name") == str(path)]
        time.sleep(0.01)
    return took, missed


def alerts():
    for noise, rules, goal in ((None, MARK, 5), ("unwanted", MARK, 20), ("noise", MARK + NOISE, 20)):
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            w = with_rules(folder, rules)
            time.sleep(0.5)
            if noise:
                (folder / noise).touch()
                openers = Openers(build, folder / noise)
            took, missed = latencies(w, folder, noise or "idle")
            what = "idle" if not noise else f"two openers that {'no rule wants' if noise == 'unwanted' else 'a rule wants'}"
            if noise:
                what += f", {openers.stop() / openers.seconds:,.0f} opens/s"
            lanes = Watch.lanes(w.stop())
            print(f"alert latency, {what}: median {middle(took):.1f} ms, p99 {middle(took, 0.99):.1f} ms of {len(took)} (goal {goal}), {missed} lost with others;"
                  f" files seen, lost {lanes['files']}; {load()}")


def flood():
    """Processor time of the agent for opens that match nothing, and for opens that are all sent."""
    for noise, rules in (("unwanted", MARK), ("noise", MARK + NOISE)):
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            (folder / noise).touch()
            w = with_rules(folder, rules)
            began = w.cpu()
            openers = Openers(build, folder / noise)
            time.sleep(FLOOD_S)
            opened = openers.stop()
            time.sleep(0.2)
            cpu = w.cpu() - began
            seen, lost = Watch.lanes(w.stop())["files"]
            each = f", {cpu / seen * 1e9:,.0f} ns an event" if noise == "noise" else f", {cpu / opened * 1e6:.2f} s for 1,000,000 (goal 0.1)"
            print(f"flood, {'no rule wants it' if noise == 'unwanted' else 'a rule wants it'}: {opened:,} opens, {opened / openers.seconds:,.0f}/s;"
                  f" agent {cpu:.2f} s cpu{each}; files {seen:,} seen, {lost:,} lost ({100 * lost / max(seen + lost, 1):.1f} %)")


def crowd(processes=100000, boxes=10000):
    """Memory with so many processes alive in so many containers, out of a recording made here."""
    names = types(root)
    start, execve = 1_000_000_000, names.index("execve")
    with tempfile.TemporaryDirectory() as name:
        path = pathlib.Path(name) / "crowd.bhrec"
        with open(path, "wb") as f:
            f.write(struct.pack("<8sIIqq32s", b"BHREC\r\n\0", 1, 64, 1_700_000_000_000_000_000, 1_700_000_000_000_000_000, b"crowd"))
            for i in range(processes):
                pid, box = 1000 + i, i % boxes
                strs = [b"/usr/bin/worker", b"--queue\0mail\0--number\0%d" % i, b"", b"worker", b"/srv", b"/docker/" + hashlib.sha256(b"%d" % box).hexdigest().encode(),
                        b"/usr/bin/worker"]
                proc = PROC.pack(pid, 1, pid, pid, pid, pid, pid, 0, *[0] * 6, 0xffffffff, 0, start + i * 1000, *[0] * 4, *[0] * 3, *[0] * 4, *[box + 2] * 8, 0, 0, box + 2)
                lens = struct.pack("<7I", *map(len, strs)) + bytes(4)
                body = proc + lens + b"".join(strs)
                body += bytes(-len(body) % 8)
                f.write(HEAD.pack(execve, HAS_PROC, HEAD.size + len(body), start + i * 1000, box + 2, pid, pid, 0, 0, 0, 0, 7, 0, box + 2, 0) + body)
        r = subprocess.run([program, "watch", "-q", "--stats", "--replay", path], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    known = re.search(r"processes known: (\d+), forgotten early: (\d+); containers: (\d+), (\d+).*at most: (\d+) KiB", r.stderr)
    if r.returncode or not known:
        raise SystemExit(r.stderr)
    print(f"crowd: {known[1]} processes and {known[3]} containers known ({known[2]} and {known[4]} forgotten for want of room),"
          f" at most {int(known[5]) / 1024:.1f} MiB resident (goal 64)")


def tiny_image():
    """An image that is one program, linked against nothing, which writes a file and ends."""
    with tempfile.TemporaryDirectory() as name:
        source, out = pathlib.Path(name) / "mark.c", pathlib.Path(name) / "mark"
        source.write_text('#include <fcntl.h>\n#include <unistd.h>\nint main(void) { return open("/mark-here", O_CREAT | O_WRONLY, 0600) < 0; }\n')
        subprocess.run(["gcc", "-static", "-O1", "-o", out, source], check=True)
        tar = io.BytesIO()
        with tarfile.open(fileobj=tar, mode="w") as t:
            t.add(out, "mark")
    return subprocess.run(["docker", "import", "-", "bulkhead-bench/moment:1"], input=tar.getvalue(), stdout=subprocess.PIPE, check=True).stdout.decode().strip()


def containers(n):
    if subprocess.run(["docker", "info"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode:
        return print("containers: Docker does not answer")
    image = tiny_image()
    rule = ("- rule: moment\n  condition: evt.type in (open, openat, creat) and fd.name = /mark-here\n  desc: d\n"
            "  output: moment %container.id %container.image.repository %container.image.id\n  priority: CRITICAL\n")
    with tempfile.TemporaryDirectory() as name:
        path = pathlib.Path(name) / "moment.yaml"
        path.write_text(rule)
        w, ids, lived = Watch(program, "--rules", path), [], []
        for _ in range(n):
            ids.append(subprocess.run(["docker", "run", "-d", "--net=none", "bulkhead-bench/moment:1", "/mark"], stdout=subprocess.PIPE, check=True)
                       .stdout.decode().strip())
        subprocess.run(["docker", "wait", *ids], stdout=subprocess.DEVNULL, check=True)
        w.wait(lambda alerts: sum(a.rule == "moment" for a in alerts) >= n, 10)
        for state in json.loads(subprocess.run(["docker", "inspect", *ids], stdout=subprocess.PIPE, check=True).stdout):
            begun, ended = ((lambda t: float(t[17:29].rstrip("Z")) + 60 * int(t[14:16]))(state["State"][k]) for k in ("StartedAt", "FinishedAt"))
            lived.append((ended - begun) % 3600 * 1000)
        w.stop()
        subprocess.run(["docker", "rm", *ids], stdout=subprocess.DEVNULL, check=True)
    ours = [a for a in w.alerts if a.rule == "moment"]
    named = {a.fields.get("container.id") for a in ours} & {i[:12] for i in ids}
    imaged = [a for a in ours if a.fields.get("container.image.repository") == "bulkhead-bench/moment"]
    with_id = [a for a in ours if a.fields.get("container.image.id") == image]
    print(f"{n} containers that live {middle(lived):.0f} ms (median, by Docker's own clock): {len(ours)} alerts, {len(named)} with the container's id,"
          f" {len(imaged)} with its image's name, {len(with_id)} with the image's id; {load()}")


if os.geteuid() or not pathlib.Path("/sys/kernel/btf/vmlinux").exists():
    raise SystemExit("watching: needs root and a kernel with BTF")
starts()
alerts()
flood()
crowd()
if len(sys.argv) > 2:
    containers(int(sys.argv[2]))
