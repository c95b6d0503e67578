#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Our reading of package URLs against the packageurl-python library: purl_agree.py PURL_ECHO

Purls are made of parts, by the library; then read and printed by both.
"""
import random
import subprocess
import sys

try:
    from packageurl import PackageURL
except ImportError:
    print("skipped: no packageurl library (pip install packageurl-python)")
    sys.exit(77)

rng = random.Random(20261121)
TYPES = ["deb", "rpm", "apk", "npm", "pypi", "maven", "golang", "cargo", "gem", "composer", "nuget", "generic", "hackage", "conda"]
WORDS = ["zlib1g", "Foo_Bar", "libstdc++6", "@angular", "org.apache", "a b", "x%y", "c:d", "~tilde", "Ünï", "github.com", "1.0", "q?r", "s#t"]


def word():
    return rng.choice(WORDS)


def made():
    kind = rng.choice(TYPES)
    namespace = "/".join(word() for _ in range(rng.randint(1 if kind == "maven" else 0, 3))) or None
    version = rng.choice([None, "1.2.3", "1:2.36-9+deb12u14", "v2.0.0+incompatible", "1.0@x", "~1"])
    qualifiers = {k: word() for k in rng.sample(["arch", "distro", "epoch", "upstream", "repository_url"], rng.randint(0, 3))}
    subpath = rng.choice([None, None, "src/lib", "./a/../b"])
    return PackageURL(kind, namespace, word(), version, qualifiers, subpath).to_string()


made_ones = [made() for _ in range(5000)]
out = subprocess.run([sys.argv[1]], input="\n".join(made_ones) + "\n", capture_output=True, text=True, check=True).stdout.splitlines()
bad = 0
for purl, ours in zip(made_ones, out, strict=True):
    want = PackageURL.from_string(purl).to_string()
    if ours.startswith("error") or PackageURL.from_string(ours) != PackageURL.from_string(want):
        bad += 1
        if bad <= 20:
            print(f"{purl}: the library says {want}, we say {ours}")
print(f"{len(made_ones)} purls, {bad} disagreements")
sys.exit(1 if bad else 0)
