#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Rules of the house that a machine can see: a licence line, files of a bearable size, nothing left to be done, no
path of anybody's own machine."""
import pathlib
import re
import sys

root = pathlib.Path(sys.argv[1])
LINES = 600
# Longer, with the reason.
LONG = {}

bad = []


def note(path, n, what):
    bad.append(f"{path.relative_to(root)}:{n}: {what}")


sources = sorted(p for folder in ("src", "tests") for ending in ("[ch]", "inc") for p in root.glob(f"{folder}/**/*.{ending}"))
for path in sources:
    text = path.read_text()
    if "SPDX-License-Identifier: Apache-2.0" not in text.split("\n", 1)[0]:
        note(path, 1, "no licence line")
for path in sorted(root.glob("content/**/*.yaml")):
    if "SPDX-License-Identifier: " not in path.read_text().split("\n", 1)[0]:
        note(path, 1, "no licence line")
for path in (p for p in sources if p.is_relative_to(root / "src")):
    n = path.read_text().count("\n")
    if n > LINES and str(path.relative_to(root)) not in LONG:
        note(path, n, f"longer than {LINES} lines: give the second noun a room of its own, or say in tests/check/house.py why not")
for path in sources + sorted(root.glob("docs/**/*.md")) + sorted(root.glob("*.md")) + sorted(root.glob("tools/*")):
    for n, line in enumerate(path.read_text().splitlines(), 1):
        if re.search(r"\b(TODO|FIXME)\b", line):
            note(path, n, "something is left to be done; an issue is the place for it")
        if re.search(r"(?<![\w.])/(work|home/\w+)/", line):
            note(path, n, "a path of somebody's own machine")
print("\n".join(bad))
sys.exit(bool(bad) or not sources)
