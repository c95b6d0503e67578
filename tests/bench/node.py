#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What a node's Kubernetes checks cost: processor time and peak memory of `bulkhead comply --benchmark cis-kubernetes-1.12`.

The node is a synthetic one of kubeadm's shape, in a mount namespace of our own: stand-ins of the control plane, the kubelet and kube-proxy
with the flags that kubeadm gives, and the files of a node over /etc and /var/lib. Needs root and overlayfs.

    node.py BUILD [ROUNDS]
"""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

BUILD, ROUNDS = pathlib.Path(sys.argv[1]).resolve(), int(sys.argv[2]) if len(sys.argv) > 2 else 10
BENCHMARK = "cis-kubernetes-1.12"
ROOM = "BULKHEAD_BENCH_NODE"  # set: we are in the namespace, and this folder is for us
PKI = "/etc/kubernetes/pki"
FLAGS = {
    "kube-apiserver": f"""--advertise-address=10.0.0.1 --allow-privileged=true --authorization-mode=Node,RBAC --client-ca-file={PKI}/ca.crt --enable-admission-plugins=NodeRestriction
        --enable-bootstrap-token-auth=true --etcd-cafile={PKI}/etcd/ca.crt --etcd-certfile={PKI}/apiserver-etcd-client.crt --etcd-keyfile={PKI}/apiserver-etcd-client.key
        --etcd-servers=https://127.0.0.1:2379 --kubelet-client-certificate={PKI}/apiserver-kubelet-client.crt --kubelet-client-key={PKI}/apiserver-kubelet-client.key
        --kubelet-preferred-address-types=InternalIP,ExternalIP,Hostname --proxy-client-cert-file={PKI}/front-proxy-client.crt --proxy-client-key-file={PKI}/front-proxy-client.key
        --requestheader-client-ca-file={PKI}/front-proxy-ca.crt --secure-port=6443 --service-account-issuer=https://kubernetes.default.svc.cluster.local
        --service-account-key-file={PKI}/sa.pub --service-account-signing-key-file={PKI}/sa.key --service-cluster-ip-range=10.96.0.0/12 --tls-cert-file={PKI}/apiserver.crt
        --tls-private-key-file={PKI}/apiserver.key --audit-policy-file=/etc/kubernetes/audit.yaml --audit-log-path=/var/log/a""",
    "kube-controller-manager": f"""--authentication-kubeconfig=/etc/kubernetes/controller-manager.conf --bind-address=127.0.0.1 --client-ca-file={PKI}/ca.crt
        --cluster-signing-cert-file={PKI}/ca.crt --cluster-signing-key-file={PKI}/ca.key --controllers=*,bootstrapsigner,tokencleaner --kubeconfig=/etc/kubernetes/controller-manager.conf
        --leader-elect=true --root-ca-file={PKI}/ca.crt --service-account-private-key-file={PKI}/sa.key --use-service-account-credentials=true""",
    "kube-scheduler": "--authentication-kubeconfig=/etc/kubernetes/scheduler.conf --bind-address=127.0.0.1 --kubeconfig=/etc/kubernetes/scheduler.conf --leader-elect=true",
    "etcd": f"""--advertise-client-urls=https://10.0.0.1:2379 --cert-file={PKI}/etcd/server.crt --client-cert-auth=true --data-dir=/var/lib/etcd --key-file={PKI}/etcd/server.key
        --peer-cert-file={PKI}/etcd/peer.crt --peer-client-cert-auth=true --peer-key-file={PKI}/etcd/peer.key --peer-trusted-ca-file={PKI}/etcd/ca.crt --trusted-ca-file={PKI}/etcd/ca.crt""",
    "kubelet": "--bootstrap-kubeconfig=/etc/kubernetes/bootstrap-kubelet.conf --kubeconfig=/etc/kubernetes/kubelet.conf --config=/var/lib/kubelet/config.yaml",
    "kube-proxy": "--config=/var/lib/kube-proxy/config.conf --hostname-override=node",
}
KUBELET = """apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
authentication: {anonymous: {enabled: false}, webhook: {cacheTTL: 0s, enabled: true}, x509: {clientCAFile: /etc/kubernetes/pki/ca.crt}}
authorization: {mode: Webhook, webhook: {cacheAuthorizedTTL: 0s, cacheUnauthorizedTTL: 0s}}
cgroupDriver: systemd
clusterDNS: [10.96.0.10]
clusterDomain: cluster.local
rotateCertificates: true
staticPodPath: /etc/kubernetes/manifests
"""
AUDIT = "apiVersion: audit.k8s.io/v1\nkind: Policy\nrules:\n- {level: Metadata}\n"
UNIT = "[Unit]\nDescription=kubelet: The Kubernetes Node Agent\n[Service]\nExecStart=/usr/bin/kubelet\nRestart=always\n[Install]\nWantedBy=multi-user.target\n"


def shell(*argv):
    subprocess.run([str(a) for a in argv], check=True)


def lay_over(room, place):
    """Changes below that folder are ours alone."""
    up, work = room / ("up" + place.replace("/", "-")), room / ("work" + place.replace("/", "-"))
    up.mkdir()
    work.mkdir()
    shell("mount", "-t", "overlay", "overlay", "-o", f"lowerdir={place},upperdir={up},workdir={work}", place)


def put(path, text="x\n", mode=0o600):
    path = pathlib.Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(mode)


def make_node():
    for name in ("admin", "super-admin", "kubelet", "controller-manager", "scheduler"):
        put(f"/etc/kubernetes/{name}.conf", "apiVersion: v1\nkind: Config\n" + "# certificate\n" * 100)
    for name in ("kube-apiserver", "kube-controller-manager", "kube-scheduler", "etcd"):
        put(f"/etc/kubernetes/manifests/{name}.yaml")
    for name in ("ca", "apiserver", "apiserver-kubelet-client", "apiserver-etcd-client", "front-proxy-ca", "front-proxy-client", "etcd/ca", "etcd/server", "etcd/peer", "etcd/healthcheck-client"):
        put(f"{PKI}/{name}.crt", f"{name}\n", 0o644)
        put(f"{PKI}/{name}.key")
    put("/etc/kubernetes/audit.yaml", AUDIT)
    put("/var/lib/kubelet/config.yaml", KUBELET)
    put("/var/lib/kube-proxy/config.conf", "apiVersion: kubeproxy.config.k8s.io/v1alpha1\nkind: KubeProxyConfiguration\nmetricsBindAddress: ''\n")
    put("/etc/cni/net.d/10-flannel.conflist", "{}")
    put("/etc/systemd/system/kubelet.service", UNIT, 0o644)
    put("/etc/systemd/system/kubelet.service.d/10-kubeadm.conf", "[Service]\nExecStart=\nExecStart=/usr/bin/kubelet $KUBELET_CONFIG_ARGS\n", 0o644)
    os.makedirs("/var/lib/etcd", 0o700, exist_ok=True)


def start(room):
    """A copy of perl under another name sleeps with the flags of a program behind its own."""
    running = []
    for name, flags in FLAGS.items():
        exe = room / name
        shutil.copy(shutil.which("perl"), exe)
        running.append(subprocess.Popen([exe, "-e", "sleep 600", "--", *flags.split()]))
    time.sleep(0.5)
    return running


def spend(*argv):
    said = subprocess.run([BUILD / "tests/bench/spend", BUILD / "bulkhead", *argv], capture_output=True, text=True, check=True).stdout.split()
    user, system, peak, code = map(int, said)
    assert code in (0, 1), f"exit code {code}"
    return user + system, peak / 1024


def say(what, argv):
    rounds = sorted(spend(*argv) for _ in range(ROUNDS))
    print(f"{what}: {rounds[len(rounds) // 2][0]} ms of processor time (median of {ROUNDS}; {rounds[0][0]} to {rounds[-1][0]}), {max(r[1] for r in rounds):.1f} MiB at most", flush=True)


def measure():
    out = subprocess.run([BUILD / "bulkhead", "comply", "--forget", "--benchmark", BENCHMARK, "--format", "json"], capture_output=True, text=True).stdout
    results = json.loads(out)["results"]
    count = {s: sum(r["state"] == s for r in results) for s in ("pass", "fail", "not-applicable", "manual", "unknown")}
    assert count["pass"] > 50 and count["fail"] > 5, count
    processes = sum(p.isdigit() for p in os.listdir("/proc"))
    print(f"a control plane's node, {processes} processes: {len(results)} results of {BENCHMARK} ({', '.join(f'{n} {s}' for s, n in count.items())})")
    say("  its Kubernetes checks (goal: 200 ms, 15 MiB)", ["comply", "--forget", "--benchmark", BENCHMARK, "--format", "json"])
    say("  all checks there are, for comparison", ["comply", "--forget", "--format", "json"])
    say("  floor: bulkhead --version", ["--version"])


def main():
    if os.geteuid() != 0:
        print("node: not measured, for that needs root")
        return
    if ROOM not in os.environ:
        with tempfile.TemporaryDirectory(prefix="bulkhead-node-") as room:
            subprocess.run(["unshare", "-m", "--propagation", "private", sys.executable, *sys.argv], env={**os.environ, ROOM: room}, check=True)
        return
    room = pathlib.Path(os.environ[ROOM])
    shell("mount", "-t", "tmpfs", "node", room)
    for place in ("/etc", "/var/lib"):
        lay_over(room, place)
    make_node()
    running = start(room)
    try:
        measure()
    finally:
        for p in running:
            p.kill()
            p.wait()


if __name__ == "__main__":
    main()
