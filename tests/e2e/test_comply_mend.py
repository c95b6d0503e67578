# SPDX-License-Identifier: Apache-2.0
"""What `bulkhead comply` says of a dockerd, and that its mends turn it green: the file is changed as told, dockerd started again."""
import json
import os
import subprocess

import pytest

from comply_help import comply
from conftest import need, need_root, run, stop, wait_for


class Daemon:
    """A dockerd with a file of its own, started again at will."""

    def __init__(self, top):
        self.top, self.sock, self.config, self.process = top, top / "docker.sock", top / "daemon.json", None

    def start(self, config, *more):
        """With that file; flags only for where things are."""
        self.config.write_text(json.dumps(config) if isinstance(config, dict) else config)
        self.stop()
        flags = ["--config-file", self.config, "--data-root", self.top / "data", "--exec-root", self.top / "exec", "--host", f"unix://{self.sock}",
                 "--pidfile", self.top / "pid", "--storage-driver", "vfs", "--ip6tables=false", "--bridge=none", *more]
        self.process = subprocess.Popen(["dockerd", *map(str, flags)], stdout=open(self.top / "log", "w"), stderr=subprocess.STDOUT,
                                        env={**os.environ, "DOCKER_RAMDISK": "1"})
        env = {**os.environ, "DOCKER_HOST": f"unix://{self.sock}"}
        try:
            wait_for("dockerd", lambda: run("docker", "version", env=env, check=False).returncode == 0, 60, self.process)
        except AssertionError as e:
            raise AssertionError(f"{e}\n{(self.top / 'log').read_text()[-2000:]}") from None

    def stop(self):
        if self.process:
            stop(self.process)
            self.process = None


@pytest.fixture(scope="module")
def daemon(tmp_path_factory):
    need("dockerd", "docker")
    need_root()
    d = Daemon(tmp_path_factory.mktemp("mend"))
    yield d
    d.stop()
    for mount in ("exec/netns/default", "data"):
        run("umount", d.top / mount, check=False)


def look(bulkhead, daemon):
    return comply(bulkhead, "--all", "--docker", f"unix://{daemon.sock}", "--podman", "unix:///nonexistent")


# What a mend says to set: "Set "icc": false in /etc/docker/daemon.json, ..."
def told(mend):
    key, rest = mend.removeprefix('Set "').split('": ', 1)
    value, _ = json.JSONDecoder().raw_decode(rest)
    return key, value


MENDED = ["engine-icc", "engine-log-level", "engine-no-new-privileges", "engine-live-restore", "engine-userland-proxy", "engine-default-ulimits"]
BAD = {"log-level": "error", "icc": True, "insecure-registries": ["10.1.0.0/16"], "iptables": False}


def test_mends_turn_failing_checks_green(bulkhead, daemon):
    daemon.start(BAD)
    before = look(bulkhead, daemon)
    for check in [*MENDED, "engine-insecure-registries", "engine-iptables"]:
        assert before.of(check, "docker")["state"] == "fail", check
    good = {}
    for check in MENDED:
        key, value = told(before.of(check, "docker")["mend"]["en"])
        good[key] = value
    daemon.start(good)
    after = look(bulkhead, daemon)
    for check in [*MENDED, "engine-insecure-registries"]:
        assert after.of(check, "docker")["state"] == "pass", check
    assert after.report["total"]["weight_lost"] < before.report["total"]["weight_lost"]


def test_where_a_value_was_told_is_shown(bulkhead, daemon):
    daemon.start({"icc": False}, "--log-level", "warn")
    looked = look(bulkhead, daemon)
    level, icc, proxy = (looked.of(c, "docker")["evidence"][0] for c in ("engine-log-level", "engine-icc", "engine-userland-proxy"))
    assert (level["value"], level["where"]) == ("warn", "--log-level")
    assert (icc["value"], icc["where"]) == ("false", f"{daemon.config}:1")
    assert (proxy["value"], proxy["where"]) == ("true", "default")


def test_a_port_without_certificates_is_critical(bulkhead, daemon):
    daemon.start({}, "--host", "tcp://127.0.0.1:0", "--tls=false")
    r = look(bulkhead, daemon).of("engine-tcp-tls", "docker")
    assert (r["state"], r["severity"]) == ("fail", "critical")
    assert "tcp://127.0.0.1:0" in json.dumps(r["evidence"])


def test_a_file_it_would_not_start_with_again_is_found(bulkhead, daemon):
    daemon.start({})
    daemon.config.write_text('{"log-level": "info", "pidfile": "/x"}')
    r = look(bulkhead, daemon).of("engine-config-starts", "docker")
    assert r["state"] == "fail" and "pidfile" in json.dumps(r["evidence"])
    daemon.config.write_text('{"log-level": "info",}')
    assert look(bulkhead, daemon).of("engine-config-starts", "docker")["state"] == "fail"


def test_files_by_mode_and_owner(bulkhead, daemon):
    daemon.start({})
    daemon.config.chmod(0o666)
    os.chown(daemon.config, 1, 0)
    looked = look(bulkhead, daemon)
    assert looked.of("file-docker-config-mode", str(daemon.config))["state"] == "fail"
    assert looked.of("file-docker-config-owner", str(daemon.config))["state"] == "fail"
    mend = looked.of("file-docker-config-mode", str(daemon.config))["mend"]["en"]
    run(*mend.split())
    run(*looked.of("file-docker-config-owner", str(daemon.config))["mend"]["en"].split())
    looked = look(bulkhead, daemon)
    assert looked.of("file-docker-config-mode", str(daemon.config))["state"] == "pass"
    assert looked.of("file-docker-config-owner", str(daemon.config))["state"] == "pass"


SWARM = {"engine-swarm-off": "docker swarm leave", "engine-swarm-address": "0.0.0.0", "engine-swarm-autolock": "autolock", "engine-swarm-planes": ""}


def test_a_swarm_is_looked_at(bulkhead, daemon):
    daemon.start({})
    env = {**os.environ, "DOCKER_HOST": f"unix://{daemon.sock}"}
    assert looked_states(look(bulkhead, daemon), SWARM) == {c: "pass" if c == "engine-swarm-off" else "not-applicable" for c in SWARM}
    run("docker", "swarm", "init", "--advertise-addr", "127.0.0.1", env=env)
    try:
        run("docker", "network", "create", "--driver", "overlay", "plain", env=env)
        looked = look(bulkhead, daemon)
        assert looked_states(looked, SWARM) == {c: "fail" for c in SWARM}
        assert "plain" in json.dumps(looked.of("engine-swarm-networks", "docker")["evidence"])
        assert looked.of("engine-swarm-ca", "docker")["state"] == "pass"
        assert looked.of("engine-swarm-node-certificates", "docker")["state"] == "pass"
        run("docker", "swarm", "update", "--autolock=true", env=env)
        assert look(bulkhead, daemon).of("engine-swarm-autolock", "docker")["state"] == "pass"
    finally:
        run("docker", "swarm", "leave", "--force", env=env)


def looked_states(looked, checks):
    return {c: looked.of(c, "docker")["state"] if any(r["check"] == c and "subject" in r for r in looked.results) else looked.states(c)[0] for c in checks}
