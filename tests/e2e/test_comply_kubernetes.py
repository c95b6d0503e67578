# SPDX-License-Identifier: Apache-2.0
"""bulkhead comply over a node's Kubernetes programs and over a cluster's objects. The programs are stand-ins: processes of
the right name and with real command lines, whose files are real."""
import json
import os
import shutil
import subprocess
import time

import pytest

from conftest import BUILD, need, need_root

SAFE_KUBELET = """
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
authentication: {x509: {clientCAFile: %s/ca.crt}}
rotateCertificates: true
serverTLSBootstrap: true
podPidsLimit: 4096
seccompDefault: true
tlsCipherSuites: [TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256]
"""
POLICY = """
apiVersion: audit.k8s.io/v1
kind: Policy
rules:
- {level: None, resources: [{group: "", resources: [events]}]}
- level: Metadata
  resources:
  - {group: "", resources: [secrets, configmaps, pods/exec, pods/attach, pods/portforward, pods/proxy, services/proxy]}
  - {group: authentication.k8s.io, resources: [tokenreviews]}
"""
ENCRYPTION = """
apiVersion: apiserver.config.k8s.io/v1
kind: EncryptionConfiguration
resources:
- resources: [secrets]
  providers: [%s, {identity: {}}]
"""


class Programs:
    """A copy of perl under another name sleeps with the flags of a program behind its own."""

    def __init__(self, folder):
        self.folder, self.running = folder, []

    def start(self, name, *flags):
        exe = self.folder / name
        if not exe.exists():
            shutil.copy(shutil.which("perl"), exe)
        self.running.append(subprocess.Popen([exe, "-e", "sleep 300", "--", *map(str, flags)]))
        time.sleep(0.2)

    def stop(self):
        for p in self.running:
            p.kill()
            p.wait()
        self.running.clear()


@pytest.fixture
def programs(tmp_path):
    need("perl")
    need_root()
    p = Programs(tmp_path)
    yield p
    p.stop()


def comply(*args):
    r = subprocess.run([BUILD / "bulkhead", "comply", "--forget", "--format", "json", *map(str, args)], capture_output=True, text=True)
    assert r.returncode in (0, 1), r.stderr
    return json.loads(r.stdout)


def states(report, kind=None):
    """By check; the worst where it has several results."""
    found = {}
    order = ["fail", "unknown", "manual", "pass", "not-applicable"]
    for r in report["results"]:
        if kind and (r.get("subject") or {}).get("kind") != kind:
            continue
        if r["check"] not in found or order.index(r["state"]) < order.index(found[r["check"]]):
            found[r["check"]] = r["state"]
    return found


def here(report, folder):
    """Results about the stand-ins of this test only: other programs of these names may run on the machine."""
    return {"results": [r for r in report["results"] if str(folder) in json.dumps(r)]}


def test_a_node_without_kubernetes_is_not_judged_by_it():
    need_root()
    if any(os.path.basename(os.readlink(f"/proc/{p}/exe")) in ("kubelet", "k3s", "kube-apiserver") for p in os.listdir("/proc") if p.isdigit() and os.path.islink(f"/proc/{p}/exe")
           and os.path.exists(f"/proc/{p}/exe")):
        pytest.skip("this machine is a node")
    report = comply("--benchmark", "cis-kubernetes-1.12")
    assert set(states(report).values()) == {"not-applicable"}


def test_a_control_plane_set_up_well_passes_and_badly_fails(programs, tmp_path):
    (tmp_path / "policy.yaml").write_text(POLICY)
    (tmp_path / "encryption.yaml").write_text(ENCRYPTION % "{secretbox: {keys: []}}")
    (tmp_path / "ca.crt").write_text("one")
    (tmp_path / "etcd-ca.crt").write_text("two")
    programs.start("kube-apiserver", "--anonymous-auth=false", "--profiling=false", "--authorization-mode=Node,RBAC", "--audit-log-path=/var/log/a", "--audit-log-maxage", "30",
                   "--audit-log-maxbackup=10", "--audit-log-maxsize=100", f"--audit-policy-file={tmp_path}/policy.yaml",
                   f"--encryption-provider-config={tmp_path}/encryption.yaml", "--enable-admission-plugins=NodeRestriction,DenyServiceExternalIPs,EventRateLimit,AlwaysPullImages",
                   "--kubelet-client-certificate=/a", "--kubelet-client-key=/b", "--kubelet-certificate-authority=/c", "--service-account-key-file=/d", "--etcd-certfile=/e",
                   "--etcd-keyfile=/f", "--etcd-cafile=/g", "--tls-cert-file=/h", "--tls-private-key-file=/i", f"--client-ca-file={tmp_path}/ca.crt",
                   "--service-account-extend-token-expiration=false", "--tls-cipher-suites=TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256")
    programs.start("kube-controller-manager", "--profiling=false", "--use-service-account-credentials=true", "--bind-address=127.0.0.1", "--root-ca-file=/x",
                   "--service-account-private-key-file=/y")
    programs.start("kube-scheduler", "--profiling=false", "--bind-address=127.0.0.1")
    programs.start("etcd", "--cert-file=/var/lib/kubernetes/a", "--key-file=/b", "--client-cert-auth=true", "--peer-cert-file=/c", "--peer-key-file=/d",
                   "--peer-client-cert-auth=true", f"--trusted-ca-file={tmp_path}/etcd-ca.crt")
    good = comply("--benchmark", "cis-kubernetes-1.12")
    for kind in ("apiserver", "controller_manager", "scheduler", "etcd_member"):
        wrong = {c: s for c, s in states(here(good, tmp_path), kind).items() if s != "pass"}
        assert not wrong, wrong
    programs.stop()
    (tmp_path / "encryption.yaml").write_text(ENCRYPTION % "{identity: {}}")
    programs.start("kube-apiserver", "--authorization-mode=AlwaysAllow", "--disable-admission-plugins=ServiceAccount,NamespaceLifecycle,PodSecurity", "--token-auth-file=/t",
                   f"--encryption-provider-config={tmp_path}/encryption.yaml", "--service-account-lookup=false", "--request-timeout=0s", "--enable-admission-plugins=AlwaysAdmit")
    programs.start("kube-scheduler")
    programs.start("kube-controller-manager", "--feature-gates=RotateKubeletServerCertificate=false", "--terminated-pod-gc-threshold=0")
    programs.start("etcd", "--data-dir=/var/lib/kubernetes", "--auto-tls", "--peer-auto-tls")
    bad = here(comply("--benchmark", "cis-kubernetes-1.12"), tmp_path)
    for kind in ("apiserver", "controller_manager", "scheduler", "etcd_member"):
        right = {c: s for c, s in states(bad, kind).items() if s not in ("fail", "not-applicable")}
        assert right == ({"apiserver-encryption": "pass"} if kind == "apiserver" else {}), right  # it is configured, and does nothing: encryption-strength says so


def test_the_kubelets_own_order_of_files_and_flags_is_followed(programs, tmp_path):
    (tmp_path / "ca.crt").write_text("one")
    (tmp_path / "config.yaml").write_text(SAFE_KUBELET % tmp_path)
    os.chmod(tmp_path / "config.yaml", 0o644)
    (tmp_path / "d").mkdir()
    programs.start("kubelet", f"--config={tmp_path}/config.yaml", f"--config-dir={tmp_path}/d")
    good = here(comply("--check", "kubelet-*"), tmp_path)
    assert {c: s for c, s in states(good).items() if s != "pass"} == {}
    files = here(comply("--check", "file-k8s-kubelet-config-mode"), tmp_path)["results"]
    assert [r["state"] for r in files] == ["fail"]  # 644 is wider than 600
    assert f"chmod 600 {tmp_path}/config.yaml" in json.dumps(files)
    (tmp_path / "d/50.conf").write_text("authentication: {anonymous: {enabled: true}}\nreadOnlyPort: 10255\n")
    drop = states(here(comply("--check", "kubelet-*"), tmp_path))
    assert (drop["kubelet-anonymous"], drop["kubelet-read-only-port"], drop["kubelet-authorization"]) == ("fail", "fail", "pass")
    programs.stop()
    programs.start("kubelet", f"--config={tmp_path}/config.yaml", f"--config-dir={tmp_path}/d", "--anonymous-auth=false", "--read-only-port", "0", "--authorization-mode=AlwaysAllow")
    flags = states(here(comply("--check", "kubelet-*"), tmp_path))
    assert (flags["kubelet-anonymous"], flags["kubelet-read-only-port"], flags["kubelet-authorization"]) == ("pass", "pass", "fail")
    programs.stop()
    programs.start("kubelet", "--kubeconfig=/nowhere")  # flags alone: the old defaults
    alone = states(here(comply("--check", "kubelet-*"), tmp_path))
    assert (alone["kubelet-anonymous"], alone["kubelet-authorization"], alone["kubelet-read-only-port"]) == ("fail", "fail", "fail")


def test_k3s_is_judged_by_what_it_sets_itself(programs, tmp_path):
    exe = tmp_path / "k3s"
    shutil.copy(shutil.which("perl"), exe)
    (tmp_path / "server").write_text("sleep 300;\n")
    programs.running.append(subprocess.Popen([exe, "server", "--kube-apiserver-arg=audit-log-path=/var/log/a", "--kubelet-arg", "read-only-port=10255"], cwd=tmp_path))
    time.sleep(0.2)
    seen = here(comply("--benchmark", "cis-kubernetes-1.12"), tmp_path)
    api, kubelet = states(seen, "apiserver"), states(seen, "kubelet")
    assert (api["apiserver-anonymous"], api["apiserver-profiling"], api["apiserver-audit-log"], api["apiserver-audit-age"]) == ("pass", "pass", "pass", "fail")
    assert (kubelet["kubelet-anonymous"], kubelet["kubelet-read-only-port"]) == ("pass", "fail")
    assert not states(seen, "etcd_member")


def objects(**more):
    return [{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "kube-system"}},
            {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop", "labels": more.get("labels", {})}},
            {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web", "namespace": "shop"}, "spec": {"template": {"spec": more["spec"]}}}]


def judged(tmp_path, items, *args):
    (tmp_path / "cluster.json").write_text(json.dumps({"apiVersion": "v1", "kind": "List", "items": items}))
    return comply("--kubernetes", tmp_path / "cluster.json", *args)


def test_objects_are_judged_without_a_machine(tmp_path):
    bad = states(judged(tmp_path, objects(spec={"hostPID": True, "containers": [{"name": "a", "image": "nginx", "securityContext": {"privileged": True}}]})))
    for check in ("pod-privileged", "pod-host-pid", "pod-escalation", "pod-loose-image", "pod-pss-privileged", "namespace-enforces", "cluster-pod-policy", "namespace-network-policy"):
        assert bad[check] == "fail", check
    assert bad["host-distribution-known"] == "not-applicable"
    assert bad["cluster-image-policy"] == "unknown"  # webhooks were not given: they may be there
    good = states(judged(tmp_path, objects(labels={"pod-security.kubernetes.io/enforce": "restricted"}, spec={
        "automountServiceAccountToken": False, "securityContext": {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}},
        "containers": [{"name": "a", "image": "r.example/nginx:1.27", "resources": {"limits": {"memory": "64Mi", "cpu": "1"}}, "livenessProbe": {"httpGet": {"port": 80}},
                        "securityContext": {"allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True, "capabilities": {"drop": ["ALL"]}}}]})))
    assert {c: s for c, s in good.items() if c.startswith("pod-") and s != "pass"} == {}
    assert good["namespace-enforces"] == "pass" and good["cluster-pod-policy"] == "pass"


def test_the_version_decides(tmp_path):
    spec = {"securityContext": {"sysctls": [{"name": "net.ipv4.tcp_rmem", "value": "1"}]}, "containers": [{"name": "a", "image": "x:1"}]}
    assert states(judged(tmp_path, objects(spec=spec), "--kubernetes-version", "1.31"))["pod-pss-sysctls"] == "fail"
    assert states(judged(tmp_path, objects(spec=spec), "--kubernetes-version", "v1.32"))["pod-pss-sysctls"] == "pass"


def test_wrong_words_are_told(tmp_path):
    r = subprocess.run([BUILD / "bulkhead", "comply", "--kubernetes", "/nowhere"], capture_output=True, text=True)
    assert r.returncode == 3 and "/nowhere" in r.stderr
    (tmp_path / "a.yaml").write_text("a: 1")
    r = subprocess.run([BUILD / "bulkhead", "comply", "--kubernetes", tmp_path / "a.yaml"], capture_output=True, text=True)
    assert r.returncode == 3 and "no object of Kubernetes" in r.stderr
    r = subprocess.run([BUILD / "bulkhead", "comply", "--kubernetes", tmp_path, "--kubernetes-version", "two"], capture_output=True, text=True)
    assert r.returncode == 2 and "1.30" in r.stderr
