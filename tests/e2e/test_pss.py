# SPDX-License-Identifier: Apache-2.0
"""The Pod Security Standards against Kubernetes' own admission policy (k8s.io/pod-security-admission, built here through
the Go module proxy): pods made at random, every version, both levels, the very same controls.

BULKHEAD_LONG=1 makes fifty times as many."""
import difflib
import json
import os
import random

import pytest

import go_build
from conftest import BUILD, ROOT, run

ORACLE = go_build.of_folder(ROOT / "tests/e2e/pss", ".", BUILD / "pss-oracle")
BUILDS = (ORACLE,)
PODS = 100_000 if os.environ.get("BULKHEAD_LONG") else 2_000
CAPABILITIES = ["ALL", "AUDIT_WRITE", "CHOWN", "NET_BIND_SERVICE", "NET_RAW", "SYS_ADMIN", "MKNOD", "CAP_CHOWN", "chown", "SETPCAP", "SYS_CHROOT"]
SYSCTLS = ["kernel.shm_rmid_forced", "net.ipv4.ip_local_port_range", "net.ipv4.tcp_syncookies", "net.ipv4.ping_group_range",
           "net.ipv4.ip_unprivileged_port_start", "net.ipv4.ip_local_reserved_ports", "net.ipv4.tcp_keepalive_time", "net.ipv4.tcp_fin_timeout",
           "net.ipv4.tcp_keepalive_intvl", "net.ipv4.tcp_keepalive_probes", "net.ipv4.tcp_rmem", "net.ipv4.tcp_wmem",
           "net.ipv4.tcp_slow_start_after_idle", "net.ipv4.tcp_notsent_lowat", "kernel.msgmax", "net.core.somaxconn", ""]
VOLUMES = {"configMap": {"name": "c"}, "csi": {"driver": "d"}, "downwardAPI": {}, "emptyDir": {}, "ephemeral": {}, "image": {"reference": "i"},
           "persistentVolumeClaim": {"claimName": "p"}, "projected": {"sources": []}, "secret": {"secretName": "s"}, "hostPath": {"path": "/"},
           "gcePersistentDisk": {"pdName": "x"}, "awsElasticBlockStore": {"volumeID": "x"}, "gitRepo": {"repository": "x"}, "nfs": {"server": "x", "path": "/"},
           "iscsi": {"targetPortal": "x", "iqn": "x", "lun": 0}, "flexVolume": {"driver": "x"}, "rbd": {"monitors": [], "image": "x"}, "fc": {}}
ANNOTATIONS = ["seccomp.security.alpha.kubernetes.io/pod", "container.seccomp.security.alpha.kubernetes.io/c0", "container.seccomp.security.alpha.kubernetes.io/c1",
               "container.seccomp.security.alpha.kubernetes.io/nobody", "container.apparmor.security.beta.kubernetes.io/c0",
               "container.apparmor.security.beta.kubernetes.io/nobody", "example.org/other"]
PROFILES = ["runtime/default", "docker/default", "localhost/x", "unconfined", "", "localhost", "Runtime/Default"]


class Maker:
    """Pods with a little of everything, mostly near a border between allowed and not."""

    def __init__(self, seed):
        self.r = random.Random(seed)
        self.rare = 0.3

    def maybe(self, into, key, *values):
        if self.r.random() < self.rare:
            into[key] = self.r.choice(values)

    def profile(self):
        return {} if self.r.random() < 0.1 else {"type": self.r.choice(["RuntimeDefault", "Localhost", "Unconfined", "", "runtimedefault"])}

    def capabilities(self):
        made = {}
        self.maybe(made, "add", *[[c] for c in CAPABILITIES], [], None, CAPABILITIES[1:4], ["NET_BIND_SERVICE", "NET_BIND_SERVICE"])
        self.maybe(made, "drop", ["ALL"], ["ALL"], ["ALL"], ["NET_RAW"], ["all"], ["NET_RAW", "ALL"], [], None)
        return made

    def selinux(self):
        made = {}
        self.maybe(made, "type", "container_t", "container_init_t", "container_kvm_t", "container_engine_t", "spc_t", "")
        if self.r.random() < 0.2:
            self.maybe(made, "user", "system_u", "")
            self.maybe(made, "role", "system_r", "")
        self.maybe(made, "level", "s0")
        return made

    def security(self, pod):
        made = {}
        self.maybe(made, "seccompProfile", self.profile(), {"type": "RuntimeDefault"}, None)
        self.maybe(made, "appArmorProfile", self.profile(), {"type": "RuntimeDefault"}, None)
        self.maybe(made, "seLinuxOptions", self.selinux(), None)
        self.maybe(made, "windowsOptions", {"hostProcess": True}, {"hostProcess": False}, {}, None)
        self.maybe(made, "runAsNonRoot", True, True, False, None)
        self.maybe(made, "runAsUser", 0, 1, 1000, None)
        if pod:
            if self.r.random() < 0.3:
                made["sysctls"] = [{"name": self.r.choice(SYSCTLS), "value": "1"} for _ in range(self.r.randrange(4))]
            return made
        self.maybe(made, "privileged", True, False, None)
        self.maybe(made, "allowPrivilegeEscalation", False, False, False, True, None)
        self.maybe(made, "procMount", "Default", "Unmasked", "", None)
        self.maybe(made, "capabilities", self.capabilities(), {"drop": ["ALL"]}, None, {})
        return made

    def handler(self):
        return self.r.choice([{"httpGet": {"port": 80, "host": h}} for h in ("", "127.0.0.1", "example.org")] +
                             [{"tcpSocket": {"port": 80, "host": h}} for h in ("", "10.0.0.1")] + [{"exec": {"command": ["true"]}}, {}, None])

    def container(self, i):
        made = {"name": f"c{i}", "image": "i"}
        if self.r.random() < 0.9:
            made["securityContext"] = self.security(False) if self.r.random() < 0.95 else None
        if self.r.random() < 0.2:
            made["ports"] = [self.r.choice([{"containerPort": 80}, {"containerPort": 80, "hostPort": 0}, {"containerPort": 80, "hostPort": 8080}]) for _ in range(2)]
        for probe in ("livenessProbe", "readinessProbe", "startupProbe"):
            if self.r.random() < 0.08:
                made[probe] = self.handler()
        if self.r.random() < 0.08:
            made["lifecycle"] = {self.r.choice(["postStart", "preStop"]): self.handler()}
        return made

    def pod(self):
        self.rare = self.r.choice([0.02, 0.1, 0.3, 0.6])
        spec = {"containers": [self.container(0)]}
        if self.r.random() < 0.3:
            spec["containers"].append(self.container(1))
        if self.r.random() < 0.25:
            spec["initContainers"] = [self.container(2)]
        if self.r.random() < 0.25:
            spec["ephemeralContainers"] = [self.container(3)]
        if self.r.random() < 0.7:
            spec["securityContext"] = self.security(True) if self.r.random() < 0.95 else None
        if self.r.random() < 0.4:  # as a careful person writes it
            for c in spec["containers"]:
                c["securityContext"] = {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}} | (c.get("securityContext") or {})
            spec["securityContext"] = {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}} | (spec.get("securityContext") or {})
        for field in ("hostNetwork", "hostPID", "hostIPC"):
            if self.r.random() < 0.1:
                spec[field] = self.r.choice([True, False])
        self.maybe(spec, "hostUsers", True, False, False, None)
        if self.r.random() < 0.2:
            spec["os"] = {"name": self.r.choice(["windows", "windows", "linux", ""])}
        if self.r.random() < 0.4:
            spec["volumes"] = [self.volume(i) for i in range(self.r.randrange(3))]
        meta = {"name": "p"}
        if self.r.random() < 0.3:
            meta["annotations"] = {self.r.choice(ANNOTATIONS): self.r.choice(PROFILES) for _ in range(3)}
        return {"apiVersion": "v1", "kind": "Pod", "metadata": meta, "spec": spec}

    def volume(self, i):
        kind = self.r.choice(list(VOLUMES))
        made = {"name": f"v{i}", kind: VOLUMES[kind]}
        if self.r.random() < 0.1:
            made["configMap"] = None
        return {"name": f"v{i}"} if self.r.random() < 0.05 else made


@pytest.fixture(scope="module")
def oracle():
    return ORACLE.path()


def first_difference(theirs, ours, pods):
    for line in difflib.unified_diff(theirs.splitlines(), ours.splitlines(), "kubernetes", "bulkhead", lineterm="", n=0):
        if line[0] in "+-" and line[1].isdigit():
            return f"{line}\n{pods[int(line[1:].split()[0])]}"
    return "?"


def test_every_pod_is_judged_as_kubernetes_judges_it(oracle):
    maker = Maker(20261129)
    pods = [json.dumps(maker.pod()) for _ in range(PODS)]
    text = "\n".join(pods) + "\n"
    theirs = run(oracle, input=text).stdout
    ours = run(BUILD / "tests/e2e/pss_judge", input=text).stdout
    assert theirs.count("\n") >= 2 * PODS  # a line for each level of each pod at least
    assert theirs == ours, first_difference(theirs, ours, pods)


def test_the_pods_reach_every_control_and_both_verdicts(oracle):
    """So that the comparison above can fail."""
    maker = Maker(20261129)
    lines = run(oracle, input="\n".join(json.dumps(maker.pod()) for _ in range(2_000)) + "\n").stdout.splitlines()
    seen = {c for line in lines for c in line.partition(": ")[2].split()}
    assert len(seen) == 19, sorted(seen)
    assert sum(line.endswith(": ") for line in lines if " restricted " in line) > 20
    assert sum(line.endswith(": ") for line in lines if " baseline " in line) > 200
