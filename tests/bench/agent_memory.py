#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""How much of the agent is resident when nothing happens, its sensor on, and where it lies. As root.

    agent_memory.py [BUILD] [SECONDS]        prints KiB: all, anonymous, the kernel's rings, libraries and programs

The kernel maps its rings whole. Processes that run, and those that ended within the last half minute, are kept with their words, so on a
busy machine the figure is not that of an idle one.
"""
import collections
import os
import pathlib
import re
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))
if len(sys.argv) > 1:
    os.environ["BULKHEAD_BUILD"] = sys.argv[1]
import platform_help  # noqa: E402
import subprocess  # noqa: E402
import uplink_help as u  # noqa: E402

SECONDS = float(sys.argv[2]) if len(sys.argv) > 2 else 60


def resident(pid):
    """KiB by what is mapped."""
    out, name = collections.Counter(), ""
    for line in open(f"/proc/{pid}/smaps"):
        m = re.match(r"[0-9a-f]+-[0-9a-f]+ \S+ \S+ \S+ \d+\s*(.*)", line)
        if m:
            name = m.group(1)
        elif line.startswith("Rss:"):
            kib = int(line.split()[1])
            out["all"] += kib
            out["rings" if "bpf-map" in name else "files" if name.startswith("/") else "anonymous"] += kib
    return out


with tempfile.TemporaryDirectory() as top, platform_help.Server(top) as server:
    state = pathlib.Path(top) / "agent"
    subprocess.run([u.AGENT, "enrol", "--state", state, "--token", u.token(server)], check=True, stdout=subprocess.DEVNULL)
    agent = subprocess.Popen([u.AGENT, "--state", state, "--quiet"], stderr=subprocess.DEVNULL)
    try:
        time.sleep(SECONDS)
        print(" ".join(f"{k}={v}" for k, v in sorted(resident(agent.pid).items())), f"load={os.getloadavg()[0]:.1f}")
    finally:
        agent.terminate()
        agent.wait(30)
