#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The routes the server has are the operations api/ describes: path, method, operationId and x-permission of each."""
import json
import re
import subprocess
import sys

server = sys.argv[1]


def ask(*words):
    return subprocess.run([server, *words], capture_output=True, text=True, check=True).stdout


rows = [line.split("\t") for line in ask("routes").splitlines()]
api = json.loads(ask("openapi"))
METHODS = ("get", "put", "post", "patch", "delete")
described = {(m.upper(), path): op for path, item in api["paths"].items() for m, op in item.items() if m in METHODS}
bad, names = [], {}


def look_up(node):
    """What a $ref leads to; the node itself without one."""
    at = api
    for word in node.get("$ref", "").removeprefix("#/").split("/"):
        at = at.get(word, {}) if word else node
    return at


for method, path, operation, permission in rows:
    op = described.pop((method, path), None)
    names.setdefault(operation, []).append(f"{method} {path}")
    if op is None:
        bad.append(f"{method} {path}: not in api/paths")
        continue
    for key, value in (("operationId", operation), ("x-permission", permission)):
        if op.get(key) != value:
            bad.append(f"{method} {path}: {key} is {op.get(key)} in api/paths, {value} in the server")
    if not op.get("summary") or not op.get("responses"):
        bad.append(f"{method} {path}: no summary, or no responses")
    if (permission == "none") != (op.get("security") == []):
        bad.append(f"{method} {path}: security: [] belongs to what needs no log-in, and to nothing else")
    for part in re.findall(r"{(\w+)}", path):
        given = [look_up(p) for p in [*api["paths"][path].get("parameters", []), *op.get("parameters", [])]]
        if not any(p.get("name") == part and p.get("in") == "path" for p in given):
            bad.append(f"{method} {path}: {{{part}}} is not among its parameters")
bad += [f"{m} {path}: described, and not served" for m, path in described]
bad += [f"{name}: the name of {' and of '.join(where)}" for name, where in names.items() if len(where) > 1]


def references(node):
    """Every $ref, wherever it is."""
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        for value in node.values():
            yield from references(value)
    elif isinstance(node, list):
        for value in node:
            yield from references(value)


for ref in sorted(set(references(api))):
    at = api
    for word in ref.removeprefix("#/").split("/"):
        at = at.get(word, {}) if isinstance(at, dict) else {}
    if not at:
        bad.append(f"{ref}: leads nowhere")
print("\n".join(bad))
sys.exit(bool(bad) or not rows)
