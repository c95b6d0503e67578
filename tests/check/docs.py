#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What the documents say of us is so: files and folders in backquotes are there, each folder of src/ has its floor in
docs/ARCHITECTURE.md, and the README counts right. CHANGELOG.md and decisions speak of their own day."""
import pathlib
import re
import subprocess
import sys

root, program = pathlib.Path(sys.argv[1]), sys.argv[2]
# What the README says there is so many of, the command that lists them, and a line of one.
COUNTS = [
    (r"(\d+) rules of ours", ["rules", "list"], r"(on|off) "),
    (r"(\d+) attacks acted out", ["simulate", "list"], r"  \S"),
    (r"(\d+) re-enactments, by tactic", ["simulate", "list"], r"  \S"),
    (r"(\d+) checks with evidence", ["baselines", "list"], r" +(info|low|medium|high|critical) "),
    (r"Dockerfiles, (\d+) checks", ["lint", "--list"], r"DF\d+ "),
    (r"Kubernetes manifests, (\d+) checks", ["lint", "--list"], r"K8S\d+ "),
    (r"Compose files, (\d+) checks", ["lint", "--list"], r"DC\d+ "),
]
TOPS = ("api", "bpf", "content", "deploy", "docs", "src", "tests", "tools", "web")
files = {str(p.relative_to(root)) for top in TOPS for p in (root / top).rglob("*") if "node_modules" not in p.parts} | {p.name for p in root.iterdir()}
ends = {"/".join(parts[i:]) for f in files for parts in [f.split("/")] for i in range(len(parts))}
documents = [p for p in sorted([*root.glob("*.md"), *root.glob("docs/**/*.md"), *root.glob("deploy/**/*.md")])
             if p.name != "CHANGELOG.md" and "decisions" not in p.parts]
bad = []


def is_path(word):
    """A source file, or something below one of our folders; NAME stands for whatever somebody adds."""
    return not re.search(r"\b[A-Z]{3,}\b", word) and (re.search(r"\w\.(c|h|py)$", word) or word.split("/")[0] in TOPS and "/" in word)


def is_there(word):
    word = word.rstrip("/")
    return word in ends or word + ".c" in ends  # of a program, its source


for path in documents:
    for n, line in enumerate(path.read_text().splitlines(), 1):
        named = [w for w in re.findall(r"`([\w./-]+)`", line) if is_path(w) and not is_there(w)]
        bad += [f"{path.relative_to(root)}:{n}: there is no {w}" for w in named]

rooms = {p.name for p in (root / "src").iterdir() if p.is_dir()}
law = {line.split(":")[0] for line in (root / "src/LAYERS").read_text().splitlines() if ":" in line and not line.startswith("#")}
floors = {w for line in (root / "docs/ARCHITECTURE.md").read_text().splitlines() if re.match(r"\| \d \|", line) for w in re.findall(r"`(\w+)`", line.split("|")[2])}
for name, there in (("src/LAYERS", law), ("docs/ARCHITECTURE.md, Floors", floors)):
    bad += [f"{name}: not a word of src/{room}" for room in sorted(rooms - there)] + [f"{name}: there is no src/{room}" for room in sorted(there - rooms)]

readme = (root / "README.md").read_text()
for said, command, line in COUNTS:
    there = len(re.findall(rf"^{line}", subprocess.run([program, *command], capture_output=True, text=True, check=True).stdout, re.M))
    told = re.findall(said, readme)
    if told != [str(there)]:
        bad.append(f"README.md: {said} is {', '.join(told) or 'not there'}; `bulkhead {' '.join(command)}` lists {there}")
print("\n".join(bad))
sys.exit(bool(bad) or not documents)
