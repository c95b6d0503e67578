#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Every `bulkhead ...` line in README and docs names a command and options that exist; every link leads to a file."""
import pathlib
import re
import subprocess
import sys

root, program = pathlib.Path(sys.argv[1]), sys.argv[2]


def ask(*words):
    return subprocess.run([program, *words], capture_output=True, text=True, check=True).stdout


def commands():
    """Name -> its options, as --help tells them."""
    names = re.findall(r"^  (\S+(?: \S+)?)  +\S", ask("--help"), re.M)
    found = {}
    for name in names:
        text = ask(*name.split(), "--help")
        options = set(re.findall(r"^\s+(?:-\w, )?(--[a-z-]+)", text, re.M)) | set(re.findall(r"^\s+(-\w), --", text, re.M))
        found[name] = options | {"--help", "-h", "--config"}
    return found


def lines(path):
    """What a reader would type: lines of code blocks, and code in the text that begins with the program's name."""
    fenced = False
    for n, line in enumerate(path.read_text().splitlines(), 1):
        if line.startswith("```"):
            fenced = not fenced
        elif fenced or line.startswith("    "):
            yield n, line.strip()
        else:
            for code in re.findall(r"`([^`]+)`", line):
                yield n, code


def wrong(line, known):
    """What is wrong with one line; None when nothing is."""
    m = re.match(r"(?:\S=\S+ |\$ |sudo |.*\| )?(?:build/)?bulkhead ([a-z-].*)", line)
    if not m or m.group(1).startswith("db/"):
        return None
    words = re.split(r"\s[#|>]\s?|\s{4,}", m.group(1))[0].split()
    if words[0] in ("help", "--help", "--version"):
        return None
    name = next((" ".join(words[:k]) for k in (2, 1) if " ".join(words[:k]) in known), None)
    if name is None:
        group = [k for k in known if k.startswith(words[0] + " ")]
        return None if group and len(words) == 1 else f"no command {' '.join(words[:2])}"
    for word in words:
        option = word.split("=")[0]
        if re.fullmatch(r"--?[a-z][a-z-]*", option) and option not in known[name] and not re.match(r"-[a-z]{2}", option):
            return f"{name} has no {option}"
    return None


known = commands()
bad, seen = [], 0
for path in [*root.glob("*.md"), *root.glob("docs/**/*.md")]:
    where = path.relative_to(root)
    for n, line in lines(path):
        seen += "bulkhead " in line
        what = wrong(line, known)
        if what:
            bad.append(f"{where}:{n}: {what}")
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", path.read_text()):
        if not (path.parent / target).exists():
            bad.append(f"{where}: a link to {target}, which is not there")
print("\n".join(bad))
sys.exit(bool(bad) or not known or seen < 10)
