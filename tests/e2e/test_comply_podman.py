# SPDX-License-Identifier: Apache-2.0
"""`bulkhead comply` on a real Podman, by its API: the same checks, and those of dockerd's options do not apply."""
import os
import subprocess

import pytest

from comply_help import comply, shown, sleeper_tar
from conftest import need, need_root, stop, wait_for

IMAGE = "localhost/bulkhead-test/sleeper:1"
FORMS = [
    ("etc", "container-host-mounts", "/etc -> /host", ["-v", "/etc:/host:ro"]),
    ("run", "container-engine-socket", "/run", ["-v", "/run:/host"]),
    ("pid", "container-host-pid", "", ["--pid", "host"]),
    ("net", "container-host-network", "host", ["--network", "host"]),
    ("privileged", "container-privileged", "true", ["--privileged"]),
    ("seccomp", "container-seccomp", "unconfined", ["--security-opt", "seccomp=unconfined"]),
    ("user", "container-user", "0:0", ["--user", "0:0"]),
    ("cap", "container-capabilities", "SYS_ADMIN", ["--cap-add", "sys_admin"]),
    ("port", "container-port-address", "8085", ["-p", "8085:80"]),
    ("restart", "container-restart", "always", ["--restart", "always"]),
    ("unmask", "container-hidden-paths", "/proc", ["--security-opt", "unmask=ALL", "--network", "none"]),
]
# The API does not tell of it: the kernel does.
RUN = {"unmask"}


@pytest.fixture(scope="module")
def looked(bulkhead, podman, tmp_path_factory):
    need("podman")
    need_root()
    sock = tmp_path_factory.mktemp("podman-api") / "podman.sock"
    podman("import", sleeper_tar(), IMAGE)
    for name, _, _, args in FORMS:
        podman(*(["run", "-d"] if name in RUN else ["create"]), "--name", f"bh-{name}", *args, IMAGE, "/bin/sleep", "600")
    service = subprocess.Popen(["podman", "system", "service", "-t", "0", f"unix://{sock}"], env={**os.environ, **podman.env},
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_for("podman's API", sock.exists, 30, service)
        yield comply(bulkhead, "--all", "--docker", "unix:///nonexistent", "--podman", f"unix://{sock}")
    finally:
        stop(service)
        podman("rm", "-fa", "-t", "0", check=False)


def test_forms_are_found_by_podmans_api(looked):
    missed = []
    for name, check, shows, _ in FORMS:
        r = looked.of(check, f"bh-{name}")
        if r["state"] != "fail" or shows not in shown(r):
            missed.append(f"{name}: {check} is {r['state']}: {shown(r)}")
    assert not missed, "\n".join(missed)


def test_options_of_dockerd_do_not_apply(looked):
    for check in ("engine-icc", "engine-userland-proxy", "engine-live-restore"):
        assert not [r for r in looked.results if r["check"] == check and r.get("subject", {}).get("name") == "podman"], check
    assert looked.of("engine-release", "podman")["state"] in ("pass", "fail")
    assert looked.of("engine-seccomp", "podman")["state"] == "pass"
