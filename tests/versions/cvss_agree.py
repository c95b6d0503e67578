#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Our CVSS scores against Red Hat's `cvss` library: cvss_agree.py CVSS_SCORE

Every base vector of 3.0 and 3.1, and random ones of all versions with
optional metrics: BULKHEAD_CVSS_VECTORS of each (5,000 unless told).
"""
import itertools
import os
import random
import subprocess
import sys

try:
    from cvss import CVSS2, CVSS3, CVSS4
    from cvss import constants2, constants3, constants4
except ImportError:
    print("skipped: no cvss library (pip install cvss)")
    sys.exit(77)

N = int(os.environ.get("BULKHEAD_CVSS_VECTORS", "5000"))
rng = random.Random(os.environ.get("BULKHEAD_SEED", "20261121"))


def bases(prefix):
    metrics = [("AV", "NALP"), ("AC", "LH"), ("PR", "NLH"), ("UI", "NR"), ("S", "UC"), ("C", "HLN"), ("I", "HLN"), ("A", "HLN")]
    for values in itertools.product(*(v for _, v in metrics)):
        yield prefix + "/".join(f"{m}:{v}" for (m, _), v in zip(metrics, values))


def values(constants):
    table = getattr(constants, "METRICS_VALUE_NAMES")
    return {m: list(v) for m, v in table.items()}


def randoms(prefix, constants):
    table = values(constants)
    for _ in range(N):
        share = rng.choice([0, 0.2, 0.6, 1])
        chosen = [m for m in table if m in constants.METRICS_MANDATORY or rng.random() < share]
        yield prefix + "/".join(f"{m}:{rng.choice(table[m])}" for m in chosen)


def theirs(vector):
    if vector.startswith("CVSS:4"):
        return None, None, float(CVSS4(vector).base_score)
    c = CVSS3(vector) if vector.startswith("CVSS:3") else CVSS2(vector)
    base, temporal, environmental = c.scores()
    return tuple(None if s is None else float(s) for s in (base, temporal, environmental))


vectors = list(bases("CVSS:3.0/")) + list(bases("CVSS:3.1/"))
vectors += list(randoms("", constants2)) + list(randoms("CVSS:3.0/", constants3)) + list(randoms("CVSS:3.1/", constants3))
vectors += list(randoms("CVSS:4.0/", constants4))
out = subprocess.run([sys.argv[1]], input="\n".join(vectors) + "\n", capture_output=True, text=True, check=True).stdout.splitlines()
bad = 0
for vector, ours in zip(vectors, out, strict=True):
    want = theirs(vector)
    got = [None] * 3 if ours.startswith("error") else [float(x) for x in ours.split()]
    if ours.startswith("error") or any(w is not None and w != g for w, g in zip(want, got)):
        bad += 1
        if bad <= 20:
            print(f"{vector}: the library says {want}, we say {ours}")
print(f"{len(vectors)} vectors, {bad} disagreements")
sys.exit(1 if bad else 0)
