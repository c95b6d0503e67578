#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""agents.py BUILD [AGENTS [SECONDS [ITEMS [DATABASE]]]]: what a server takes from many agents at once.

A server of its own, AGENTS of bench_agents enrolled with it, each with a batch of ITEMS alerts under way all the time.
DATABASE: a file that bench_store filled, copied to begin with. Meanwhile somebody looks at the lists. Each step says how long it took,
and none may take longer than five minutes.
Prints events a second that were acknowledged (durable), what the lists took beside it, that all of it is stored
afterwards, and the server's memory.
"""
import contextlib
import json
import os
import pathlib
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time

build = pathlib.Path(sys.argv[1]).resolve()
os.environ["BULKHEAD_BUILD"] = str(build)
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))
from platform_help import Server  # noqa: E402

agents, seconds, items = (int(a) for a in (sys.argv[2:5] + ["1000", "20", "20"][len(sys.argv[2:5]):]))
database = sys.argv[5] if len(sys.argv) > 5 else None
bench = build / "tests/bench/bench_agents"
LISTS = ["/api/v1/alerts", "/api/v1/alerts?limit=1&facets=level,rule&count=true", "/api/v1/findings", "/api/v1/incidents", "/api/v1/alerts?q=nginx"]


def memory(pid):
    text = pathlib.Path(f"/proc/{pid}/status").read_text()
    return {name: int(re.search(rf"{name}:\s+(\d+)", text).group(1)) // 1024 for name in ("VmHWM", "VmRSS")}


def watch(client, took, ending):
    """A person at the console."""
    while not ending.is_set():
        for path in LISTS:
            begin = time.monotonic()
            client.get(path)
            took.append(time.monotonic() - begin)
        time.sleep(0.2)


began = time.monotonic()


def step(what):
    global began
    print(f"{what}: {time.monotonic() - began:.1f} s", file=sys.stderr, flush=True)
    began = time.monotonic()


with tempfile.TemporaryDirectory(prefix="bulkhead-bench-") as folder:
    server = Server(folder)
    server.make()
    if database:
        shutil.copy(database, server.state / "with.db")
        os.replace(server.state / "with.db", server.state / "server.db")
        subprocess.run([build / "bulkhead-server", "init", "--state", server.state, "--admin-password-file", server.state.parent / "password"], check=True, timeout=300)
        step("the database")
    keys = pathlib.Path(folder) / "agents.pem"
    subprocess.run([bench, "enrol", server.state, str(agents), keys], check=True, timeout=300)
    step("enrolling")
    server.start()
    step("the server's start")
    try:
        admin = server.login()
        begun_ms = int(time.time() * 1000)
        took, ending = [], threading.Event()
        watcher = threading.Thread(target=watch, args=(server.login(), took, ending))
        watcher.start()
        sent = json.loads(subprocess.run([bench, "send", keys, str(server.agents_port), str(seconds), str(items)], check=True, stdout=subprocess.PIPE, timeout=seconds + 300).stdout)
        step("sending")
        with contextlib.closing(sqlite3.connect(f"file:{server.state}/server.db?mode=ro", uri=True)) as db:  # by count: of the old ones, retention takes some away meanwhile
            (stored,) = db.execute("SELECT count(*) FROM alert WHERE taken_ms >= ?", (begun_ms,)).fetchone()
        ending.set()
        watcher.join()
        took.sort()
        ticks = pathlib.Path(f"/proc/{server.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        server_cpu = (int(ticks[11]) + int(ticks[12])) / os.sysconf("SC_CLK_TCK")
        print(f"{sent['agents']} agents, batches of {items}: {sent['acked'] / sent['seconds']:.0f} events/s acknowledged in {sent['seconds']} s"
              f" ({sent['refused']} put off), a batch p50 {sent['batch_p50_ms']} ms, p99 {sent['batch_p99_ms']} ms")
        print(f"acknowledged {sent['acked']}, stored {stored}{'' if stored == sent['acked'] else ': NOT THE SAME'}")
        print(f"lists beside it: {len(took)} questions, p50 {took[len(took) // 2] * 1000:.0f} ms, p99 {took[len(took) * 99 // 100] * 1000:.0f} ms, worst {took[-1] * 1000:.0f} ms")
        print(f"server: {server_cpu:.1f} s of processor time ({server_cpu / max(sent['acked'], 1) * 1e6:.0f} us an event), memory {memory(server.process.pid)} MiB")
        if stored != sent["acked"]:
            sys.exit(1)
    finally:
        server.stop()
