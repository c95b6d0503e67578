#!/usr/bin/env python3
"""Reads src/LAYERS and says which #include leans the wrong way."""
import pathlib
import re
import sys

root = pathlib.Path(sys.argv[1])
may = {}
for line in (root / "src/LAYERS").read_text().splitlines():
    if ":" in line and not line.startswith("#"):
        folder, _, under = line.partition(":")
        may[folder.strip()] = set(under.split()) | {folder.strip()}

bad = 0
for path in sorted(root.glob("src/*/**/*.[ch]")):
    folder = path.relative_to(root / "src").parts[0]
    if folder not in may:
        print(f"src/{folder}: a folder that src/LAYERS does not know")
        bad += 1
        continue
    for n, line in enumerate(path.read_text().splitlines(), 1):
        m = re.match(r'\s*#\s*include\s*"([^"/]+)/', line)
        if m and m.group(1) not in may[folder]:
            print(f"{path.relative_to(root)}:{n}: {folder}/ leans on {m.group(1)}/, which stands above or beside it")
            bad += 1
sys.exit(bool(bad))
