#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""alerts.py BULKHEAD [--write]: alerts of the story, as text and as JSON, are byte for byte what stands in alerts/.

HOST stands for the name of this machine. In `hostile` one argument of the story is other bytes of the same length: a line
break, a quote, an escape of a terminal, a backslash, a tab, a letter of two bytes and a byte that is no letter."""
import difflib
import os
import pathlib
import subprocess
import sys
import tempfile

here = pathlib.Path(__file__).parent
program = str(pathlib.Path(sys.argv[1]).resolve())
rules, append = here / "alerts/rules.yaml", here / "alerts/append.yaml"
argument, hostile = b"curl\x00203.0.113.9/m", b'curl\x00a"\n\x1b[1m\\\t\xc3\xbc\xff.'
RUNS = {
    "text": ["--format", "text"],
    "json": ["--format", "json"],
    "iso.text": ["--format", "text", "--iso-time"],
    "iso.json": ["--format", "json", "--iso-time", "--message"],
    "append.text": ["--format", "text", "--append-output", append],
    "append.json": ["--format", "json", "--append-output", append],
    "hostile.text": ["--format", "text"],
    "hostile.json": ["--format", "json"],
}


# A watch gives up the right to look at processes, itself too: then a build with sanitizers cannot look for leaks.
ENV = {**os.environ, "TZ": "Asia/Kolkata", "ASAN_OPTIONS": f"{os.environ.get('ASAN_OPTIONS', '')}:detect_leaks=0"}


def alerts(recording, args):
    ran = subprocess.run([program, "watch", "-q", "--login", "none", "--rules", rules, "--replay", recording, *args], capture_output=True,
                         stdin=subprocess.DEVNULL, env=ENV, timeout=60)
    assert ran.returncode == 0, ran.stderr.decode()
    lines = ran.stdout.decode().replace(f'{{"hostname":"{os.uname().nodename}"', '{"hostname":"HOST"').splitlines(True)
    return "".join(line for line in lines if "ents lost" not in line)  # our own, which has the clock of today


story = (here / "story.bhrec").read_bytes()
assert len(argument) == len(hostile) and story.count(argument) == 1
bad = 0
with tempfile.TemporaryDirectory() as folder:
    odd = pathlib.Path(folder) / "hostile.bhrec"
    odd.write_bytes(story.replace(argument, hostile))
    for name, args in RUNS.items():
        page = here / "alerts" / name
        got = alerts(odd if name.startswith("hostile") else here / "story.bhrec", args)
        if name.startswith("hostile"):
            got = "".join(line for line in got.splitlines(True) if "Lists" in line or "Warning" in line)
        if "--write" in sys.argv:
            page.write_text(got)
        want = page.read_text() if page.exists() else ""
        if got != want:
            bad += 1
            sys.stdout.writelines(difflib.unified_diff(want.splitlines(True), got.splitlines(True), str(page), "now"))
sys.exit(bad != 0)
