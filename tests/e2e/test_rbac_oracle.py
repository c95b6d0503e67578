# SPDX-License-Identifier: Apache-2.0
"""Who may do what, against the authorizer of Kubernetes' API server (built here through the Go module proxy): roles and
bindings made at random, each subject, each namespace, each power of our graph of rights, with and without names.

BULKHEAD_LONG=1 makes ten times as many."""
import json
import os
import random

import pytest

import kubernetes_help
from conftest import BUILD, run

WORLDS = 2_500 if os.environ.get("BULKHEAD_LONG") else 250
NAMESPACES = ["shop", "kube-system", "default"]
NAMES = ["x", "alice", "system:masters", "cluster-admin"]
VERBS = ["get", "list", "watch", "create", "update", "patch", "delete", "deletecollection", "impersonate", "escalate", "bind", "approve", "sign", "*", "use", "GET", ""]
GROUPS = ["", "apps", "batch", "rbac.authorization.k8s.io", "certificates.k8s.io", "admissionregistration.k8s.io", "discovery.k8s.io", "events.k8s.io",
          "coordination.k8s.io", "*", "example.org"]
ODD_RESOURCES = ["*", "*/exec", "*/token", "*/status", "*/proxy", "pods/*", "*/", "pods", "secrets/", "Pods", "serviceaccounts"]
GROUPS_OF_PEOPLE = ["system:authenticated", "system:unauthenticated", "system:serviceaccounts", "system:serviceaccounts:shop", "team", "system:masters"]
USERS = ["alice", "system:anonymous", "system:serviceaccount:shop:x", "system:serviceaccount:kube-system:x"]
API = "rbac.authorization.k8s.io"
ORACLE = kubernetes_help.program("rbac-oracle")
BUILDS = (ORACLE,)


class Maker:
    def __init__(self, seed, rights):
        self.r = random.Random(seed)
        self.rights = [line.split("\t") for line in rights.splitlines()]

    def some(self, words, most=3):
        return [self.r.choice(words) for _ in range(self.r.randrange(1, most + 1))]

    def rule(self):
        if self.r.random() < 0.05:
            return {"nonResourceURLs": ["*"], "verbs": ["*"]}
        near = self.r.choice(self.rights)  # mostly what matters, one word off at times
        made = {"apiGroups": [near[2]], "resources": [near[3]], "verbs": [self.r.choice(near[4].split(","))]}
        for key, words in (("apiGroups", GROUPS), ("resources", ODD_RESOURCES + [r[3] for r in self.rights]), ("verbs", VERBS)):
            if self.r.random() < 0.25:
                made[key] = self.some(words)
            elif self.r.random() < 0.1:
                made[key] = ["*"]
        if self.r.random() < 0.03:
            made = {"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]}
        if self.r.random() < 0.25:
            made["resourceNames"] = self.some(NAMES, 2)
        if self.r.random() < 0.03:
            made["resourceNames"] = []
        return made

    def role(self, kind, name, namespace=None):
        meta = {"name": name} | ({"namespace": namespace} if namespace else {})
        return {"apiVersion": f"{API}/v1", "kind": kind, "metadata": meta, "rules": [self.rule() for _ in range(self.r.randrange(4))]}

    def subject(self):
        kind = self.r.choice(["User", "Group", "ServiceAccount", "ServiceAccount"])
        if kind == "User":
            return {"kind": kind, "name": self.r.choice(USERS), "apiGroup": API}
        if kind == "Group":
            return {"kind": kind, "name": self.r.choice(GROUPS_OF_PEOPLE), "apiGroup": API}
        made = {"kind": kind, "name": self.r.choice(["x", "y"])}
        if self.r.random() < 0.8:
            made["namespace"] = self.r.choice(NAMESPACES)
        return made

    def binding(self, i, roles):
        ref = self.r.choice(roles)["metadata"]["name"] if self.r.random() < 0.95 else "gone"
        made = {"apiVersion": f"{API}/v1", "kind": self.r.choice(["ClusterRoleBinding", "RoleBinding", "RoleBinding"]), "metadata": {"name": f"b{i}"},
                "roleRef": {"apiGroup": API, "kind": self.r.choice(["Role", "ClusterRole"]), "name": ref}, "subjects": [self.subject() for _ in range(self.r.randrange(4))]}
        if made["kind"] == "RoleBinding":
            made["metadata"]["namespace"] = self.r.choice(NAMESPACES)
        return made

    def world(self):
        roles = [self.role("ClusterRole", f"r{i}") for i in range(3)] + [self.role("Role", f"r{i % 3}", self.r.choice(NAMESPACES)) for i in range(3)]
        roles = list({(r["kind"], r["metadata"].get("namespace"), r["metadata"]["name"]): r for r in roles}.values())
        bindings = [self.binding(i, roles) for i in range(self.r.randrange(1, 7))]
        accounts = [{"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": n, "namespace": ns}} for n in ("x", "y") for ns in NAMESPACES]
        return {"objects": {"apiVersion": "v1", "kind": "List", "items": roles + bindings + accounts}, "subjects": subjects_of(bindings), "namespaces": ["", *NAMESPACES],
                "names": NAMES}


def subjects_of(bindings):
    """Whoever is bound, and every account there is. A user by an account's long name is that account."""
    found = {("ServiceAccount", ns, n) for ns in NAMESPACES for n in ("x", "y")}
    for b in bindings:
        for s in b["subjects"]:
            if s["kind"] != "ServiceAccount" and not s["name"].startswith("system:serviceaccount:"):
                found.add((s["kind"], "", s["name"]))
    return [{"kind": k, "name": n} | ({"namespace": ns} if ns else {}) for k, ns, n in sorted(found)]


@pytest.fixture(scope="module")
def oracle():
    return ORACLE.path()


@pytest.fixture(scope="module")
def asked(oracle, tmp_path_factory):
    """Worlds, what the API server's authorizer says, what we say, and how many decisions that is."""
    judge = BUILD / "tests/e2e/rbac_judge"
    rights = tmp_path_factory.mktemp("rbac") / "rights"
    rights.write_text(run(judge, "--rights").stdout)
    maker = Maker(20261130, rights.read_text())
    worlds = [json.dumps(maker.world()) for _ in range(WORLDS)]
    text = "\n".join(worlds) + "\n"
    theirs = run(oracle, rights, input=text)
    return worlds, theirs.stdout.splitlines(), run(judge, input=text).stdout.splitlines(), int(theirs.stderr)


def test_who_may_do_what_is_what_the_api_server_decides(asked):
    worlds, theirs, ours, decisions = asked
    assert decisions >= 100_000
    assert len(theirs) == len(ours)
    for a, b in zip(theirs, ours):
        n, subject = map(int, a.split()[:2])
        assert a == b, f"{json.loads(worlds[n])['subjects'][subject]}\n{worlds[n]}"
    print(f"{decisions} decisions, no difference")


def test_the_worlds_reach_every_power(asked):
    """So that the comparison above can fail."""
    _, theirs, _, _ = asked
    seen = {p for line in theirs for p in line.partition(":")[2].split() if not line.partition(":")[0].endswith(" ")}
    powers = {line.split("\t")[0] for line in run(BUILD / "tests/e2e/rbac_judge", "--rights").stdout.splitlines()} | {"ALL"}
    assert powers <= seen, powers - seen
    assert {f"{p}/{n}" for p in ("BE_ACCOUNT", "TOKEN_MAKE", "BIND") for n in NAMES} <= seen
    assert sum(line.endswith(":") for line in theirs) > 100
