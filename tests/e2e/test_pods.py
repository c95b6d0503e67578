# SPDX-License-Identifier: Apache-2.0
"""Pods and their containers: of a real containerd, told apart by the annotations that Kubernetes' plugin gives, and of a real dockerd by the kubelet's labels."""
import json
import os
import pathlib
import shutil
import subprocess

import conftest
import pytest

RUN = pathlib.Path("/run/containerd")
SANDBOX, BOX, PLAIN = "a1" * 32, "b2" * 32, "c3" * 32
UID = "11111111-2222-3333-4444-555555555555"
POD = {"sandbox-name": "web-7d9", "sandbox-namespace": "shop", "sandbox-uid": UID, "sandbox-id": SANDBOX}


def things(bulkhead, env=None):
    done = bulkhead("inventory", "--format", "json", "--kind", "pod", "--kind", "container", env=env)
    assert done.returncode == 0, done.stderr
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    return {r["key"]: r for r in rows if r["op"] == "put"}


class Containerd:
    """With a root and a socket of its own; its state is where everybody's is, for that is where it is looked for."""

    def __init__(self, top):
        self.top, self.socket = top, top / "c.sock"
        root = top / "rootfs"
        for d in ("bin", "proc", "etc"):
            (root / d).mkdir(parents=True)
        shutil.copy(shutil.which("busybox"), root / "bin/busybox")
        (root / "bin/sleep").symlink_to("busybox")
        (top / "config.toml").write_text(f'version = 2\nroot = "{top}/root"\nstate = "{RUN}"\ndisabled_plugins = ["io.containerd.grpc.v1.cri"]\n'
                                         f'[grpc]\n  address = "{self.socket}"\n')
        self.process = subprocess.Popen(["containerd", "-c", top / "config.toml"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        conftest.wait_for("containerd", self.socket.exists, 20, self.process)
        self.made = []

    def ctr(self, *args, check=True):
        return conftest.run("ctr", "-a", self.socket, "-n", "k8s.io", *args, check=check, timeout=60)

    def start(self, name, *more, **annotations):
        said = [x for k, v in annotations.items() for x in ("--annotation", f"io.kubernetes.cri.{k.replace('_', '-')}={v}")]
        self.ctr("run", "-d", "--rootfs", *said, *more, self.top / "rootfs", name, "/bin/sleep", "600")
        self.made.append(name)

    def remove(self, name):
        self.ctr("task", "kill", "-s", "9", name, check=False)
        conftest.wait_for("its end", lambda: self.ctr("task", "rm", name, check=False).returncode == 0, 20)
        self.ctr("container", "rm", name, check=False)
        self.made.remove(name)

    def end(self):
        for name in list(self.made):
            self.remove(name)
        self.process.terminate()
        self.process.wait(20)


@pytest.fixture(scope="module")
def containerd(tmp_path_factory):
    conftest.need_root()
    conftest.need("containerd")
    conftest.need("ctr")
    conftest.need("busybox")
    if (RUN / "containerd.sock").exists():
        pytest.skip("a containerd of somebody else's may be running")
    c = Containerd(tmp_path_factory.mktemp("containerd"))
    pod = {k.replace("-", "_"): v for k, v in POD.items()}
    c.start(SANDBOX, container_type="sandbox", **pod)
    c.start(BOX, "--cap-add", "CAP_NET_ADMIN", container_type="container", container_name="nginx", image_name="docker.io/library/nginx:1.27", **pod)
    c.start(PLAIN)
    yield c
    c.end()


def test_a_container_of_a_pod_is_told_with_it(bulkhead, containerd):
    box = things(bulkhead)[BOX]
    assert box["name"] == "nginx"
    wanted = {"runtime": "containerd", "image_ref": "docker.io/library/nginx:1.27", "pod": "web-7d9", "namespace": "shop", "root": True, "privileged": False,
              "caps": "CAP_NET_ADMIN", "state": "running"}
    assert {k: box["attrs"][k] for k in wanted} == wanted


def test_a_pod_is_its_containers_and_its_sandbox_is_none_of_them(bulkhead, containerd):
    there = things(bulkhead)
    assert there[UID]["name"] == "web-7d9" and SANDBOX not in there
    assert there[UID]["attrs"] == {"namespace": "shop", "uid": UID, "sandbox": SANDBOX, "runtime": "containerd", "host_network": False, "containers": ["nginx"]}


def test_a_container_that_is_in_no_pod_makes_none(bulkhead, containerd):
    there = things(bulkhead)
    assert there[PLAIN]["attrs"]["runtime"] == "containerd" and "pod" not in there[PLAIN]["attrs"]
    assert [t["key"] for t in there.values() if t["kind"] == "pod"] == [UID]


def test_what_ended_is_told_no_more(bulkhead, containerd):
    containerd.remove(PLAIN)
    assert PLAIN not in things(bulkhead)


def test_the_kubelets_labels_make_pods_of_dockers_containers(bulkhead, docker, docker_debian):
    label = lambda **kv: [x for k, v in kv.items() for x in ("--label", f"io.kubernetes.{k.replace('_', '.')}={v}")]
    ours = dict(pod_name="db-0", pod_namespace="data", pod_uid="99999999-0000-0000-0000-000000000000")
    boxes = [docker("run", "-d", "--network", "none", *label(**ours, docker_type=kind, container_name=name), docker_debian, "sleep", "600")
             for kind, name in (("podsandbox", "POD"), ("container", "postgres"))]
    try:
        there = things(bulkhead, env={**os.environ, "DOCKER_HOST": docker.host})
        pod = there[ours["pod_uid"]]
        assert pod["name"] == "db-0" and pod["attrs"]["containers"] == ["postgres"] and pod["attrs"]["runtime"] == "docker"
        assert there[boxes[1]]["attrs"]["pod"] == "db-0"
    finally:
        docker("rm", "-f", *boxes)
