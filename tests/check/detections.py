#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Rules say what they are, and docs/DETECTIONS.md is the table of them.

detections.py ROOT          complains
detections.py ROOT --write  writes the page anew

Rule files are read by their lines, which are as regular as their proofs: whether they are right in the language's
eyes is what `bulkhead rules test` tells.
"""
import pathlib
import re
import sys

TOPICS = {
    "shell": "Reverse and bind shells",
    "webshell": "Webshells, and what comes out of servers",
    "privilege": "More rights",
    "escape": "Ways out of a container",
    "mining": "Mining",
    "persistence": "Ways to come back",
    "accounts": "Accounts",
    "remote": "Remote control and downloads",
    "credentials": "Secrets",
    "discovery": "Looking around",
    "lateral": "To the next machine",
    "tunnel": "Tunnels and proxies",
    "theft": "Theft and ransom",
    "evasion": "Hiding",
    "rootkit": "Signs of rootkits",
    "denial": "Making a machine unusable",
    "drift": "Drift",
    "engine": "Engine, orchestrator, Bulkhead itself",
    "login": "Logins",
    "k8s_audit": "The cluster's audit log",
}
PRIORITIES = ["EMERGENCY", "ALERT", "CRITICAL", "ERROR", "WARNING", "NOTICE", "INFORMATIONAL", "DEBUG"]
PAGE = "docs/DETECTIONS.md"


def unquoted(text):
    return text[1:-1].replace("''", "'") if text.startswith("'") else text


def items(path):
    """The rules of a file: maps of their keys; a folded text is joined."""
    found, key = [], None
    for line in path.read_text().splitlines():
        if m := re.match(r"- (\w+): (.*)", line):
            found.append({"is": m[1], "name": unquoted(m[2])})
            key = None
        elif (m := re.match(r"  ([\w-]+): ?(.*)", line)) and found:
            key = m[1]
            found[-1][key] = "" if m[2] == ">" else unquoted(m[2])
        elif found and key and line.startswith("    "):
            found[-1][key] = (found[-1][key] + " " + line.strip()).strip()
    return found


def tags(rule):
    return re.findall(r"[\w.]+", rule.get("tags", ""))


def techniques(rule):
    ids = [t for t in tags(rule) if re.fullmatch(r"T\d{4}(\.\d{3})?", t)]
    return ", ".join(f"[{t}](https://attack.mitre.org/techniques/{t.replace('.', '/')}/)" for t in ids) or "-"


def page(files):
    out = [
        "# What Bulkhead detects",
        "",
        "Made by `tests/check/detections.py . --write` from `content/rules/`; a check of the build keeps it current.",
        "What a rule means and what to do when it fires stands in its `desc`; [RULES.md](RULES.md) tells how to write, test and tune rules.",
        "",
    ]
    all_rules = [r for rules in files.values() for r in rules]
    counts = [f"{sum(r['priority'] == p for r in all_rules)} {p.capitalize()}" for p in PRIORITIES]
    out += [f"{len(all_rules)} rules: " + ", ".join(c for c in counts if not c.startswith("0 ")) + ".", ""]
    for topic, title in TOPICS.items():
        if topic not in files:
            continue
        out += [f"## {title}", "", f"`{topic}.yaml`", "", "| Rule | Priority | Where | ATT&CK |", "|---|---|---|---|"]
        for r in sorted(files[topic], key=lambda r: PRIORITIES.index(r["priority"])):
            where = ", ".join(t for t in tags(r) if t in ("container", "host", "k8s")) or "-"
            out.append(f"| {r['name']} | {r['priority'].capitalize()} | {where} | {techniques(r)} |")
        out.append("")
    return "\n".join(out)


def complaints(topic, rules, proofs):
    for r in rules:
        at = f"content/rules/{topic}.yaml: {r['name']}"
        for key in ("desc", "condition", "output", "priority", "tags"):
            if not r.get(key):
                yield f"{at}: no {key}"
        if r.get("priority") not in PRIORITIES:
            yield f"{at}: no priority '{r.get('priority')}'"
        if topic not in tags(r) or not any(t.startswith("mitre_") for t in tags(r)):
            yield f"{at}: tags want the topic and a tactic (mitre_...)"
        if not set(tags(r)) & {"container", "host", "k8s"}:
            yield f"{at}: tags do not say where: container, host or k8s"
        if len(r.get("desc", "")) < 80:
            yield f"{at}: the description does not say what it means and what to do"
        if r["name"] not in proofs:
            yield f"{at}: {topic}.test.yaml has no proof"
    for name in proofs - {r["name"] for r in rules}:
        yield f"content/rules/{topic}.test.yaml: there is no rule '{name}'"


def main():
    root = pathlib.Path(sys.argv[1])
    folder = root / "content/rules"
    files, bad, seen = {}, [], {}
    for path in sorted(folder.glob("*.yaml")):
        if path.name.endswith(".test.yaml"):
            continue
        rules = [i for i in items(path) if i["is"] == "rule"]
        test = folder / (path.stem + ".test.yaml")
        proofs = {i["name"] for i in items(test)} if test.exists() else set()
        bad += complaints(path.stem, rules, proofs)
        if rules:
            files[path.stem] = rules
        for r in rules:
            if r["name"] in seen:
                bad.append(f"content/rules/{path.name}: '{r['name']}' is in {seen[r['name']]} too")
            seen[r["name"]] = path.name
    bad += [f"tests/check/detections.py: say what {t}.yaml is about" for t in files if t not in TOPICS]
    if not bad and sys.argv[2:] == ["--write"]:
        (root / PAGE).write_text(page(files))
    elif not bad and (root / PAGE).read_text() != page(files):
        bad.append(f"{PAGE} is old: run tests/check/detections.py . --write")
    print("\n".join(bad) or f"{len(seen)} rules")
    return bool(bad) or len(seen) < 150


sys.exit(main())
