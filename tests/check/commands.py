#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Every line in README, docs and deploy that runs one of our programs names a command and options that exist; every link leads to a file.

commands.py ROOT PROGRAM...: the first is bulkhead, the others are told by their names."""
import pathlib
import re
import subprocess
import sys

root = pathlib.Path(sys.argv[1])


def ask(program, *words):
    return subprocess.run([program, *words], capture_output=True, text=True, check=True).stdout


def commands(program):
    """Name -> its options, as --help tells them. "" is what runs without a word."""
    names = re.findall(r"^  (\S+(?: \S+)?)  +\S", ask(program, "--help"), re.M)
    found = {}
    for name in names:
        text = ask(program, *name.split(), "--help")
        options = set(re.findall(r"^\s+(?:-\w, )?(--[a-z-]+)", text, re.M)) | set(re.findall(r"^\s+(-\w), --", text, re.M))
        found[name] = options | {"--help", "-h", "--config"}
        if "also without the word" in text:
            found[""] = found[name]
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


def shipped(path):
    """Every line of what deploy/ ships, flow lists of YAML as words."""
    for n, line in enumerate(path.read_text().splitlines(), 1):
        yield n, re.sub(r"[\[\],{}]", " ", line) if re.search(r"command:|test:|CMD", line) else line


def wrong(program, text, known):
    """What is wrong with what comes after a program's name; None when nothing is."""
    words = [w.strip("[].,") for w in re.split(r"\s[#|>]\s?|\s{4,}|;", text)[0].split()]
    if not words or words[0] in ("help", "--help", "--version"):
        return None
    name = next((" ".join(words[:k]) for k in (2, 1) if " ".join(words[:k]) in known), None)
    if name is None and "" in known and words[0].startswith("-"):
        name = ""
    if name is None:
        group = [k for k in known if k.startswith(words[0] + " ")]
        return None if group and len(words) == 1 else f"{program} has no command {' '.join(words[:2])}"
    for word in words:
        option = word.split("=")[0]
        if re.fullmatch(r"--?[a-z][a-z-]*", option) and option not in known[name] and not re.match(r"-[a-z]{2}", option):
            return f"{program} {name} has no {option}"
    return None


programs = {pathlib.Path(p).name: commands(p) for p in sys.argv[2:]}
# In prose a line begins with it; in what is shipped it stands anywhere, behind a path or a keyword.
TYPED = re.compile(r"(?:\S=\S+ |\$ |sudo |.*\| )?(?:build/)?(bulkhead(?:-\w+)?) ([a-z-].*)")
SHIPPED = re.compile(r".*(?:^|[\s/])(bulkhead(?:-\w+)?) +([a-z-].*)")
bad, seen = [], dict.fromkeys(programs, 0)


def look(where, found, pattern):
    for n, line in found:
        m = pattern.match(line)
        if not m or m.group(1) not in programs or m.group(2).startswith("db/"):
            continue
        seen[m.group(1)] += 1
        what = wrong(m.group(1), m.group(2), programs[m.group(1)])
        if what:
            bad.append(f"{where}:{n}: {what}")


for path in [*root.glob("*.md"), *root.glob("docs/**/*.md"), *root.glob("deploy/**/*.md")]:
    look(path.relative_to(root), lines(path), TYPED)
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", path.read_text()):
        if not (path.parent / target).exists():
            bad.append(f"{path.relative_to(root)}: a link to {target}, which is not there")
for path in [root / "run", *(p for p in root.glob("deploy/**/*") if p.is_file() and p.suffix not in (".md", ".json"))]:
    look(path.relative_to(root), shipped(path), SHIPPED)
print("\n".join(bad))
sys.exit(bool(bad) or min(seen.values()) < 3)
