# SPDX-License-Identifier: Apache-2.0
"""bulkhead rbac, as a person runs it: over files, folders, standard input, with an audit log."""
import json
import subprocess

import pytest

from conftest import BUILD

OBJECTS = """
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: deploy, namespace: kube-system}
rules:
- {apiGroups: [apps], resources: [deployments], verbs: [get, list, create, patch]}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: ci, namespace: kube-system}
roleRef: {kind: Role, name: deploy, apiGroup: rbac.authorization.k8s.io}
subjects: [{kind: ServiceAccount, name: deployer, namespace: ci}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: cluster-admin}
rules:
- {apiGroups: ['*'], resources: ['*'], verbs: ['*']}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: operator}
roleRef: {kind: ClusterRole, name: cluster-admin, apiGroup: rbac.authorization.k8s.io}
subjects: [{kind: ServiceAccount, name: operator, namespace: kube-system}]
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: runner, namespace: ci}
spec: {template: {spec: {serviceAccountName: deployer, containers: [{name: a, image: b}]}}}
"""


def rbac(*args, text=None):
    return subprocess.run([BUILD / "bulkhead", "rbac", *map(str, args)], input=text, capture_output=True, text=True)


def event(verb, resource, code=200, user="system:serviceaccount:ci:deployer", stage="ResponseComplete", **ref):
    return json.dumps({"kind": "Event", "apiVersion": "audit.k8s.io/v1", "stage": stage, "verb": verb, "user": {"username": user}, "responseStatus": {"code": code},
                       "objectRef": {"resource": resource, "namespace": "kube-system", "apiGroup": "apps"} | ref})


def test_a_chain_names_each_right_and_its_line():
    r = rbac("-", text=OBJECTS)
    assert r.returncode == 0, r.stderr
    assert "Who can become cluster administrator: 1\n" in r.stdout
    assert "makes pods or workloads that run as any account in kube-system -> any account of kube-system" in r.stdout
    assert "by RoleBinding kube-system/ci (Role deploy), standard input:8" in r.stdout
    assert "Deployment ci/runner as deployer: become cluster administrator" in r.stdout


def test_json_says_the_same(tmp_path):
    (tmp_path / "objects.yaml").write_text(OBJECTS)
    (tmp_path / "values.json").write_text('{"replicas": 3}')
    (tmp_path / "broken.yaml").write_text("a: [")
    said = json.loads(rbac(tmp_path, "--format", "json").stdout)
    assert [s["subject"] for s in said["subjects"]] == ["ServiceAccount ci/deployer"]
    chain = said["subjects"][0]["reaches"]["admin"]
    assert [step["to"] for step in chain] == ["any account of kube-system", "ServiceAccount kube-system/operator", "cluster administrator"]
    assert said["workloads"][0]["reaches"] == ["admin", "secrets", "code"]
    assert [g["where"] for g in said["gaps"]] == [str(tmp_path / "broken.yaml")]


def test_the_least_role_holds_what_was_used_and_is_itself_read(tmp_path):
    log = tmp_path / "audit.log"
    log.write_text("\n".join([event("patch", "deployments"), event("get", "deployments"), event("get", "deployments", stage="RequestReceived"),
                              event("list", "deployments", code=403), event("get", "deployments", user="stranger"), "not json"]))
    (tmp_path / "objects.yaml").write_text(OBJECTS)
    r = rbac(tmp_path / "objects.yaml", "--audit", log, "--format", "json")
    said = json.loads(r.stdout)["subjects"][0]
    assert said["requests"] == 2
    assert (said["bindings"][0]["used"], said["bindings"][0]["granted"]) == (2, 4)
    again = rbac("-", "--format", "json", text=said["least"])
    assert 'verbs: ["get", "patch"]' in said["least"] and "list" not in said["least"]
    assert json.loads(again.stdout)["subjects"][0]["subject"] == "ServiceAccount ci/deployer"


@pytest.mark.parametrize("args, text, code, words", [
    ([], None, 2, "which file or folder"),
    (["-"], "a: [", 3, "line"),
    (["-"], "replicas: 3", 3, "no object of Kubernetes"),
    (["-"], "{{- if .Values.x }}\na: {{ .Values.y }}\n", 3, "helm template"),
    (["/nowhere"], None, 3, "No such file"),
    (["-", "--goal", "world"], OBJECTS, 2, "admin, secrets, code"),
    (["-", "--fail-on", "critical"], OBJECTS, 1, ""),
    (["-", "--audit", "/dev/null"], OBJECTS, 3, "no event"),
])
def test_it_says_what_is_wrong(args, text, code, words):
    r = rbac(*args, text=text)
    assert (r.returncode, words in r.stderr) == (code, True), r.stderr


def crowd(n):
    """So many subjects with a binding each to cluster-admin."""
    return "---\n".join([OBJECTS] + [f"""apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {{name: b{i}}}
roleRef: {{kind: ClusterRole, name: cluster-admin, apiGroup: rbac.authorization.k8s.io}}
subjects: [{{kind: User, name: user{i}, apiGroup: rbac.authorization.k8s.io}}]
""" for i in range(n)])


def test_a_crowd_is_cut_off_and_counted():
    few, all_of_them = rbac("-", text=crowd(100)), rbac("-", "--all", text=crowd(100))
    assert few.returncode == all_of_them.returncode == 0
    assert "Who can become cluster administrator: 101\n" in few.stdout
    assert few.stdout.count("may do everything -> cluster administrator\n") == 20  # one of them is the operator, at the end of another chain
    assert "  ... and 81 more who can (--all shows them)\n" in few.stdout
    assert "  ... and 52 more risks (--all shows them)\n" in few.stdout and few.stdout.count("  critical ") == 50
    assert "more who can" not in all_of_them.stdout and all_of_them.stdout.count("\n  User user") == 100
    assert "  ... " not in all_of_them.stdout
    assert len(json.loads(rbac("-", "--format", "json", text=crowd(100)).stdout)["subjects"]) == 101
    assert "  ... " not in rbac("-", text=crowd(19)).stdout.partition("Risks")[0]  # twenty with the deployer


def test_names_of_files_do_not_move_the_cursor():
    r = rbac("-", text=OBJECTS.replace("name: ci, namespace", 'name: "c\\x1b[2Ji", namespace'))
    assert "\x1b" not in r.stdout
