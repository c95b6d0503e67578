# SPDX-License-Identifier: Apache-2.0
"""comply, rbac and the audit webhook against a real API server: Kubernetes' own, with Debian's etcd (kubernetes_help.py).

BULKHEAD_LONG=1 only: the first time it is built, which takes minutes; then it is kept in the build directory."""
import json
import subprocess
import urllib.parse

import pytest

import guard_help as g
import kubernetes_help
from conftest import BUILD, free_port, need_root, wait_for

pytestmark = pytest.mark.skipif(not kubernetes_help.LONG, reason="a real API server is built with BULKHEAD_LONG=1 only")

API = "rbac.authorization.k8s.io"
CROWD = 1100  # three pages of a list
BOUND = 620   # two
POLICY = "apiVersion: audit.k8s.io/v1\nkind: Policy\nomitStages: [RequestReceived]\nrules:\n- {level: None, users: ['system:apiserver']}\n- {level: RequestResponse}\n"
GOOD = {"automountServiceAccountToken": False, "securityContext": {"runAsNonRoot": True, "runAsUser": 1000, "seccompProfile": {"type": "RuntimeDefault"}},
        "containers": [{"name": "a", "image": "registry.example/nginx:1.27", "securityContext": {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}}}]}
BAD = {"hostPID": True, "containers": [{"name": "a", "image": "nginx", "securityContext": {"privileged": True}}]}


def thing(api, kind, name, namespace=None, labels=None, **more):
    meta = {"name": name} | ({"namespace": namespace} if namespace else {}) | ({"labels": labels} if labels else {})
    return {"apiVersion": api, "kind": kind, "metadata": meta} | more


def role(name, namespace, *rules):
    return thing(f"{API}/v1", "Role" if namespace else "ClusterRole", name, namespace, rules=[{"apiGroups": a, "resources": r, "verbs": v} for a, r, v in rules])


def binding(name, namespace, to, *who):
    kind, _, ref = to.partition(" ")
    subjects = [{"kind": "User", "name": w, "apiGroup": API} if ":" not in w else dict(zip(("namespace", "name"), w.split(":")), kind="ServiceAccount") for w in who]
    return thing(f"{API}/v1", "RoleBinding" if namespace else "ClusterRoleBinding", name, namespace, roleRef={"apiGroup": API, "kind": kind, "name": ref}, subjects=subjects)


def objects():
    yield [thing("v1", "Namespace", n) for n in ("shop", "ci", "crowd")] + [thing("v1", "Namespace", "guarded", labels={"pod-security.kubernetes.io/enforce": "restricted"})]
    yield [thing("v1", "ServiceAccount", "default", n) for n in ("shop", "guarded")] + [thing("v1", "ServiceAccount", n, s) for s, n in (("ci", "deployer"), ("kube-system", "operator"))]
    yield [thing("v1", "ServiceAccount", f"a{i}", "crowd") for i in range(CROWD)]
    yield [role("deploy", "kube-system", (["apps"], ["deployments"], ["get", "create", "patch"])), role("labels", "guarded", ([""], ["namespaces"], ["get", "patch"]), ([""], ["pods"], ["create"]))]
    yield [binding("ci", "kube-system", "Role deploy", "ci:deployer"), binding("operator", None, "ClusterRole cluster-admin", "kube-system:operator"),
           binding("labels", "guarded", "Role labels", "labeler"), binding("editors", "shop", "ClusterRole edit", "editor")]
    yield [binding(f"b{i}", "crowd", "ClusterRole view", f"crowd:a{i}") for i in range(BOUND)]
    yield [thing("v1", "Pod", "good", "guarded", spec=GOOD), thing("v1", "Pod", "bad", "shop", spec=BAD),
           thing("apps/v1", "Deployment", "web", "shop", spec={"selector": {"matchLabels": {"app": "web"}}, "template": {"metadata": {"labels": {"app": "web"}}, "spec": GOOD}})]
    yield [thing("admissionregistration.k8s.io/v1", "ValidatingWebhookConfiguration", "open", webhooks=[
        {"name": "open.example.org", "failurePolicy": "Ignore", "sideEffects": "None", "admissionReviewVersions": ["v1"], "clientConfig": {"url": "https://127.0.0.1:1/"},
         "objectSelector": {"matchLabels": {"never": "there"}}, "rules": [{"apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["pods"]}]}])]


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    top = tmp_path_factory.mktemp("cluster")

    def flags(c):
        c.hook_port, c.hook_token = free_port(), "a token that nobody guesses"
        (top / "token").write_text(c.hook_token)
        (top / "policy.yaml").write_text(POLICY)
        (top / "hook.yaml").write_text(json.dumps({
            "apiVersion": "v1", "kind": "Config", "current-context": "bulkhead", "contexts": [{"name": "bulkhead", "context": {"cluster": "bulkhead", "user": "apiserver"}}],
            "clusters": [{"name": "bulkhead", "cluster": {"server": f"https://127.0.0.1:{c.hook_port}", "certificate-authority": str(c.authority.pem)}}],
            "users": [{"name": "apiserver", "user": {"token": c.hook_token}}]}))
        return [f"--audit-policy-file={top}/policy.yaml", f"--audit-webhook-config-file={top}/hook.yaml", "--audit-webhook-batch-max-wait=1s", "--audit-webhook-initial-backoff=1s",
                "--profiling=false"]

    c = kubernetes_help.start(top, flags)
    try:
        wait_for("its own namespaces", lambda: c.ask("GET", "/api/v1/namespaces/kube-system")[0] == 200)
        wait_for("its own roles", lambda: c.ask("GET", f"/apis/{API}/v1/clusterroles/edit")[0] == 200, 60)
        for some in objects():
            c.make_all(some)
        yield c
    finally:
        c.stop()


def bulkhead(*args):
    return subprocess.run([BUILD / "bulkhead", *map(str, args)], capture_output=True, text=True, timeout=120)


def counted(cluster, path):
    """How many there are, by a list without a limit."""
    return len(cluster.ask("GET", path)[1]["items"])


@pytest.fixture(scope="module")
def rights(cluster):
    r = bulkhead("rbac", "--kubeconfig", cluster.kubeconfig(), "--format", "json", "--all")
    assert r.returncode == 0, r.stderr
    return json.loads(r.stdout)


@pytest.fixture(scope="module")
def checks(cluster):
    r = bulkhead("comply", "--kubeconfig", cluster.kubeconfig(), "--format", "json")
    assert r.returncode == 1, r.stderr
    return json.loads(r.stdout)


def chain(rights, subject, goal):
    return next(s for s in rights["subjects"] if s["subject"] == subject)["reaches"].get(goal, [])


def states(checks, check):
    return {(r["subject"].get("namespace"), r["subject"].get("workload") or r["subject"]["name"]): r["state"] for r in checks["results"] if r["check"] == check and r.get("subject")}


def test_chains_are_those_of_the_clusters_own_objects(rights):
    assert rights["gaps"] == []
    assert [s["to"] for s in chain(rights, "ServiceAccount ci/deployer", "admin")] == ["any account of kube-system", "ServiceAccount kube-system/operator", "cluster administrator"]
    assert chain(rights, "Group system:masters", "admin")
    assert not chain(rights, "ServiceAccount crowd/a0", "code")


def test_every_page_was_read(cluster, rights):
    bound = sum(s["subject"].startswith("ServiceAccount crowd/a") for s in rights["subjects"])
    assert bound == BOUND
    assert counted(cluster, "/api/v1/serviceaccounts") > CROWD  # and none of them was taken for one that is not there
    assert not [r for r in rights["risks"] if r["id"] == "rbac-26" and "crowd/" in r.get("subject", "")]


def test_standard_roles_without_a_controller_are_added_up(rights):
    """Nobody runs here who fills the rules of `edit`: they are those of the roles that it selects."""
    steps = chain(rights, "User editor", "code")
    assert steps and steps[0]["binding"]["role"] == "edit"


def test_a_namespaces_guard_can_be_taken_away_from_within(cluster, rights):
    """What our graph says a RoleBinding over namespaces gives, the API server lets happen."""
    assert chain(rights, "User labeler", "code")[0]["by"] == "takes the namespace's pod security away and makes a privileged pod in guarded"

    def patch(namespace):
        return cluster.ask("PATCH", f"/api/v1/namespaces/{namespace}?dryRun=All", {"metadata": {"labels": {"pod-security.kubernetes.io/enforce": "privileged"}}}, user="labeler",
                           kind="application/merge-patch+json")[0]
    assert (patch("guarded"), patch("shop")) == (200, 403)


def test_objects_are_judged(cluster, checks):
    assert states(checks, "pod-privileged")[("shop", "bad")] == "fail"
    assert {states(checks, c)[("guarded", "good")] for c in ("pod-privileged", "pod-host-pid", "pod-escalation")} == {"pass"}
    assert states(checks, "pod-privileged")[("shop", "web")] == "pass"  # of the Deployment, though no controller made its pods
    enforced = {name: s for (_, name), s in states(checks, "namespace-enforces").items()}
    assert (enforced["guarded"], enforced["shop"]) == ("pass", "fail")
    assert next(iter(states(checks, "cluster-open-webhooks").values())) == "fail"
    assert checks["gaps"] == []


def test_pods_that_the_server_lets_in_are_those_we_let_in(cluster):
    """Its own pod security admission over the guarded namespace."""
    assert cluster.ask("POST", "/api/v1/namespaces/guarded/pods?dryRun=All", thing("v1", "Pod", "other", "guarded", spec=GOOD))[0] == 201
    code, why = cluster.ask("POST", "/api/v1/namespaces/guarded/pods?dryRun=All", thing("v1", "Pod", "other", "guarded", spec=BAD))
    assert code == 403 and "privileged" in why["message"]


def test_its_process_is_judged_by_its_real_flags(cluster):
    need_root()
    r = bulkhead("comply", "--forget", "--check", "apiserver-*", "--format", "json")
    mine = {x["check"]: x["state"] for x in json.loads(r.stdout)["results"] if str(BUILD) in json.dumps(x)}
    assert (mine["apiserver-always-allow"], mine["apiserver-profiling"], mine["apiserver-anonymous"], mine["apiserver-audit-policy"]) == ("pass", "pass", "fail", "pass")


@pytest.mark.parametrize("command", ["rbac", "comply"])
def test_who_is_not_let_in_is_told_why(cluster, tmp_path, command):
    def said(kubeconfig):
        r = bulkhead(command, "--kubeconfig", kubeconfig)
        assert r.returncode == 3 and r.stderr.count("\n") == 1 and not r.stdout, r.stderr
        return r.stderr
    other = kubernetes_help.Authority(tmp_path)
    assert "certificate" in said(cluster.kubeconfig(authority=other.pem))  # the server's, by an authority we do not know
    cluster.pairs["stranger"] = other.issue("stranger")
    assert "401: Unauthorized" in said(cluster.kubeconfig("stranger"))  # ours, by one that it does not know
    assert "401: Unauthorized" in said(cluster.kubeconfig("admin", token="no such token"))
    forbidden = said(cluster.kubeconfig("nobody"))
    assert "nothing may be listed there" in forbidden and 'namespaces is forbidden: User \\"nobody\\" cannot list' in forbidden.replace('\\x22', '\\"').replace('"nobody"', '\\"nobody\\"')
    assert "connect" in said(cluster.kubeconfig(server=f"https://127.0.0.1:{free_port()}"))


def test_one_who_may_list_pods_only_is_no_judge_of_rights(cluster):
    cluster.make(role("pods-only", None, ([""], ["pods", "namespaces"], ["list"])))
    cluster.make(binding("pods-only", None, "ClusterRole pods-only", "podder"))
    wait_for("the binding", lambda: cluster.ask("GET", "/api/v1/pods?limit=1", user="podder")[0] == 200)
    r = bulkhead("rbac", "--kubeconfig", cluster.kubeconfig("podder"))
    assert r.returncode == 3 and "without all roles and bindings" in r.stderr
    r = bulkhead("comply", "--kubeconfig", cluster.kubeconfig("podder"), "--format", "json")
    said = json.loads(r.stdout)
    assert r.returncode == 1 and states(said, "pod-privileged")[("shop", "bad")] == "fail"
    assert any(gap["where"].endswith("/api/v1/nodes") and "403" in gap["why"] for gap in said["gaps"])


def test_a_service_account_sees_what_it_may(cluster):
    """By a token, as a pod has it."""
    cluster.make(binding("watcher", None, "ClusterRole cluster-admin", "ci:deployer"))
    code, said = cluster.ask("POST", "/api/v1/namespaces/ci/serviceaccounts/deployer/token", {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {}})
    assert code == 201
    r = bulkhead("rbac", "--kubeconfig", cluster.kubeconfig("token", token=said["status"]["token"]), "--format", "json")
    assert r.returncode == 0, r.stderr
    assert json.loads(r.stdout)["gaps"] == []


def test_its_audit_webhook_is_taken_and_judged(build, cluster, tmp_path):
    need_root()
    cert, key = cluster.authority.issue("hook")
    watch = g.Watch(g.program(build), "--state", tmp_path / "state", "--login", "none", "--stats", "--k8s-audit-hook",
                    f"127.0.0.1:{cluster.hook_port},cert={cert},key={key},token={cluster.top}/token")
    try:
        cluster.make(thing("v1", "Pod", "miner", "shop", spec=BAD))
        cluster.make(binding("eve", None, "ClusterRole cluster-admin", "eve"))
        cluster.ask("GET", "/api/v1/secrets")
        command = urllib.parse.urlencode({"command": "id", "container": "a", "stdout": "true"})
        cluster.ask("POST", f"/api/v1/namespaces/kube-system/pods/none/exec?{command}", {})
        pod = watch.wait_alert("Privileged pod made", 40)
        watch.wait(lambda: any(a["rule"] == "Somebody made administrator of the cluster" and "eve" in json.dumps(a["output_fields"]) for a in watch.alerts), 40, "eve's binding")
        watch.wait_alert("All secrets listed", 40)
    finally:
        assert watch.stop() == 0, "".join(watch.said)
    assert (pod["output_fields"]["ka.user.name"], pod["output_fields"]["ka.target.namespace"]) == ("admin", "shop")
    said = next(s for s in watch.said if s.startswith("audit by webhook"))
    assert "0 turned away" in said and "0 of strangers, 0 broken, 0 too long" in said, said


def test_a_log_says_what_of_rights_was_used(cluster, tmp_path):
    """The events of the same server, as the webhook sent them, against the rights it gave."""
    cluster.make(role("reader", "shop", ([""], ["configmaps"], ["get", "list"])))
    cluster.make(binding("reader", "shop", "Role reader", "rita"))
    wait_for("the binding", lambda: cluster.ask("GET", "/api/v1/namespaces/shop/configmaps", user="rita")[0] == 200)
    review = {"apiVersion": "authorization.k8s.io/v1", "kind": "SubjectAccessReview",
              "spec": {"user": "rita", "resourceAttributes": {"namespace": "shop", "verb": "get", "resource": "configmaps", "name": "x"}}}
    code, said = cluster.ask("POST", "/apis/authorization.k8s.io/v1/subjectaccessreviews", review)
    assert code == 201 and said["status"]["allowed"] and 'RoleBinding "reader/shop"' in said["status"]["reason"]
    log = tmp_path / "audit.log"
    log.write_text(json.dumps({"kind": "Event", "apiVersion": "audit.k8s.io/v1", "stage": "ResponseComplete", "verb": "list", "user": {"username": "rita"}, "responseStatus": {"code": 200},
                               "objectRef": {"resource": "configmaps", "namespace": "shop", "apiVersion": "v1"},
                               "annotations": {"authorization.k8s.io/decision": "allow", "authorization.k8s.io/reason": said["status"]["reason"]}}) + "\n")
    r = bulkhead("rbac", "--kubeconfig", cluster.kubeconfig(), "--audit", log, "--format", "json")
    rita = next(s for s in json.loads(r.stdout)["subjects"] if s["subject"] == "User rita")
    assert [(b["used"], b["granted"]) for b in rita["bindings"]] == [(1, 2)]
    least = rita["least"]
    assert 'verbs: ["list"]' in least
