#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Scenarios: every rule they expect is one of ours, the table in the docs is theirs, and nothing in them leaves the machine."""
import ipaddress
import json
import pathlib
import re
import subprocess
import sys

root, program = pathlib.Path(sys.argv[1]), sys.argv[2]
LEAST = 80
HERE = [ipaddress.ip_network(n) for n in ("127.0.0.0/8", "0.0.0.0/32")]
# Only in a container without a network: documentation's own, and the metadata service's.
APART = [ipaddress.ip_network(n) for n in ("198.51.100.0/24", "169.254.169.254/32")]
NETWORKS = {None, "none"}


def listed(form):
    return subprocess.run([program, "simulate", "list", "--content", str(root / "content"), "--format", form],
                          capture_output=True, text=True, check=True).stdout


def rules():
    """The names of all our rules: a line `- rule: NAME`, quoted or not."""
    names = set()
    for path in sorted((root / "content/rules").glob("*.yaml")):
        if not path.name.endswith(".test.yaml"):
            for name in re.findall(r"^- rule: *(.+?) *$", path.read_text(), re.M):
                names.add(name[1:-1].replace("''", "'") if name[0] in "'\"" else name)
    return names


def scripts():
    """(file, name, everything of it) of each scenario, as text."""
    for path in sorted((root / "content/simulations").glob("*.yaml")):
        for part in re.split(r"^- name: ", path.read_text(), flags=re.M)[1:]:
            yield path.name, part.splitlines()[0], part


def wrong_addresses(text):
    apart = "where: host" not in text and "network:" not in text
    for found in re.findall(r"(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?![\d.])", text):
        address = ipaddress.ip_address(found)
        if not any(address in n for n in HERE + (APART if apart else [])):
            yield found


bad = []
ours = rules()
scenarios = json.loads(listed("json"))
for s in scenarios:
    bad += [f"{s['place']}: {s['name']}: no rule \"{e}\"" for e in s["expects"] if e not in ours]
if len(scenarios) < LEAST:
    bad.append(f"only {len(scenarios)} scenarios, not {LEAST}")
for file, name, text in scripts():
    bad += [f"{file}: {name}: {a} is beyond this machine" for a in wrong_addresses(text)]
page = (root / "docs/SIMULATE.md").read_text()
table = page.partition("<!-- bulkhead simulate list --format markdown -->\n")[2]
if table != listed("markdown"):
    bad.append("docs/SIMULATE.md: its table is not what `bulkhead simulate list --format markdown` prints")
print("\n".join(bad))
sys.exit(bool(bad) or not ours)
