#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""run.py TELL STORY: each NAME.tell here holds the arguments for sense_tell in its first line and what it must say in
the others, and is about a recording NAME.bhrec (or the one that the arguments name). The recording of the story is
also made anew, and must be the same."""
import difflib
import os
import pathlib
import shlex
import subprocess
import sys

here = pathlib.Path(__file__).parent
tell, story = (str(pathlib.Path(arg).resolve()) for arg in sys.argv[1:3])
bad = 0
env = {**os.environ, "TZ": "UTC"}
for path in sorted(here.glob("*.tell")):
    first, want = path.read_text().split("\n", 1)
    recording = path.with_suffix(".bhrec")
    ran = subprocess.run([tell, "--replay", recording.name, *shlex.split(first.removeprefix("# "))], capture_output=True,
                         text=True, stdin=subprocess.DEVNULL, cwd=here, env=env, timeout=60)
    got = ran.stdout + "".join(f"error: {line}\n" for line in ran.stderr.splitlines() if line != "ready")
    if got != want:
        bad += 1
        sys.stdout.writelines(difflib.unified_diff(want.splitlines(True), got.splitlines(True), str(path), "now"))
if subprocess.run([story], capture_output=True).stdout != (here / "story.bhrec").read_bytes():
    bad += 1
    print("story.bhrec is not what sense_story writes")
sys.exit(bad != 0 or not list(here.glob("*.tell")))
