#!/usr/bin/env python3
"""Every header stands alone: compiles by itself, names its licence, guards itself."""
import pathlib
import subprocess
import sys

root, compiler = pathlib.Path(sys.argv[1]), sys.argv[2:]
bad = 0
headers = sorted(root.glob("src/**/*.h"))
for path in headers:
    name = path.relative_to(root / "src")
    text = path.read_text()
    if "SPDX-License-Identifier: " not in text.splitlines()[0]:
        print(f"src/{name}:1: no licence line")
        bad += 1
    guard = "BH_" + str(name).replace("/", "_").replace(".", "_").replace("-", "_").upper()
    if f"#ifndef {guard}\n#define {guard}\n" not in text:
        print(f"src/{name}: its guard should be {guard}")
        bad += 1
for path in headers:
    one = f'#include "{path.relative_to(root / "src")}"\n'
    r = subprocess.run([*compiler, "-std=gnu17", "-fsyntax-only", "-D_GNU_SOURCE", f"-I{root}/src", f"-I{root}", "-xc", "-"],
                       input=one, text=True, capture_output=True)
    if r.returncode:
        print(r.stderr)
        bad += 1
for path in sorted(root.glob("src/**/*.c")):
    own = path.with_suffix(".h")
    if own.exists():
        first = next((l for l in path.read_text().splitlines() if l.startswith("#include")), "")
        if first != f'#include "{own.relative_to(root / "src")}"':
            print(f"{path.relative_to(root)}: includes its own header first, to prove that it stands alone")
            bad += 1
sys.exit(bool(bad))
