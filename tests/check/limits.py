#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Each limit of src/base/limits.h has a row in docs/LIMITS.md with its value, and no row is left of one that went."""
import pathlib
import re
import sys

root = pathlib.Path(sys.argv[1])
UNITS = {"BH_KIB": 1 << 10, "BH_MIB": 1 << 20, "BH_GIB": 1 << 30}


def value(text):
    """What a person would write for "(32 * BH_MIB)"."""
    numbers = [UNITS.get(w) or int(re.sub(r"[uUlL]+$", "", w)) for w in re.findall(r"\w+", text)]
    n = 1
    for factor in numbers:
        n *= factor
    if not re.search(r"BH_[KMG]IB", text):
        return f"{n:,}"
    for unit in ("GIB", "MIB", "KIB"):
        size = UNITS["BH_" + unit]
        if n % size == 0:
            return f"{n // size:,} {unit[0]}iB"
    return f"{n:,}"


header = (root / "src/base/limits.h").read_text()
limits = {m.group(1): value(m.group(2)) for m in re.finditer(r"^#define (BH_LIMIT_\w+)\s+([^/\n]+)", header, re.M)}
page = (root / "docs/LIMITS.md").read_text()
rows = {m.group(1): (m.group(2), m.group(3)) for m in re.finditer(r"^\| `(BH_LIMIT_\w+)` \| ([^|]+?) \| (.+?) \|$", page, re.M)}

bad = []
for name, number in limits.items():
    if name not in rows:
        bad.append(f"docs/LIMITS.md: add a row: | `{name}` | {number} | what it bounds | what you see |")
    elif rows[name][0] != number:
        bad.append(f"docs/LIMITS.md: {name} is {number}, the row says {rows[name][0]}")
bad += [f"docs/LIMITS.md: there is no {name} any more" for name in rows if name not in limits]
print("\n".join(bad))
sys.exit(bool(bad) or not limits)
