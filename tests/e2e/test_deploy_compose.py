# SPDX-License-Identifier: Apache-2.0
"""deploy/compose/compose.yaml, brought up and taken down as its head says, by Debian's docker-compose."""
import json
import os
import re
import shutil
import socket
import ssl
import urllib.request

import pytest
from conftest import ROOT, need, run, wait_for

COMPOSE = ROOT / "deploy/compose/compose.yaml"


def for_old_programs(text, engine_knows_bpf):
    """What deploy/README.md says to change for docker-compose 1 and for Docker before 23."""
    text = re.sub(r"^name: .*\n|^ +cgroup: host\n", "", text, flags=re.M)
    return text if engine_knows_bpf else text.replace("[BPF, PERFMON, ", "[SYS_ADMIN, ")


def is_free(port):
    with socket.socket() as s:
        return s.connect_ex(("127.0.0.1", port)) != 0


class Project:
    def __init__(self, docker, folder):
        self.docker, self.folder = docker, folder
        self.env = {**docker.env, "BULKHEAD_VERSION": "test", "COMPOSE_PROJECT_NAME": "bulkhead"}

    def __call__(self, *args, check=True):
        return run("docker-compose", "-f", "compose.yaml", *args, env=self.env, cwd=self.folder, timeout=300, check=check).stdout

    def logs(self, service):
        return run("docker", "logs", f"bulkhead_{service}_1", env=self.env, check=False)

    def said(self, service):
        done = self.logs(service)
        return done.stdout + done.stderr

    def left(self, *kind):
        return self.docker(*kind, "--filter", "label=com.docker.compose.project=bulkhead")

    def state(self, service):
        return json.loads(self.docker("inspect", f"bulkhead_{service}_1"))[0]["State"]


@pytest.fixture(scope="module")
def project(docker_bulkhead, bpf_fs, tmp_path_factory):
    """A copy of deploy/compose with the images beside it, nothing started."""
    need("docker-compose")
    for port in (8443, 8444):
        if not is_free(port):
            pytest.skip(f"port {port} is taken")
    docker = docker_bulkhead
    top = tmp_path_factory.mktemp("deploy")
    shutil.copytree(ROOT / "deploy/seccomp", top / "seccomp")
    (top / "compose").mkdir()
    knows = run("docker", "create", "--cap-add", "BPF", "bulkhead-agent:test", env=docker.env, check=False)
    if knows.returncode == 0:
        docker("rm", knows.stdout.strip())
    (top / "compose/compose.yaml").write_text(for_old_programs(COMPOSE.read_text(), knows.returncode == 0))
    p = Project(docker, top / "compose")
    try:
        yield p
    finally:
        p("down", "-v", "-t", "5", check=False)


def test_the_head_of_the_file_is_followed_word_by_word(project):
    words = re.findall(r"^#   docker compose -f deploy/compose/compose.yaml (.*)$", COMPOSE.read_text(), re.M)
    assert [w.split()[0] for w in words] == ["up", "exec", "up"]
    project(*words[0].split())
    wait_for("the server", lambda: "ready: console" in project.said("server"), 60)
    command, _, file = words[1].partition(" > ")
    token = project("exec", "-T", *command.split()[1:])
    assert token.startswith("bhe1.localhost:8443.") and file == "deploy/compose/token"
    (project.folder / "token").write_text(token)
    project(*words[2].split())
    assert re.search(r"password: +\S", project.said("server"))
    wait_for("the agent", lambda: "watching, by ebpf" in project.said("agent"), 90)


def test_the_console_answers_by_its_own_authority(project, tmp_path):
    ca = project("exec", "-T", "server", "cat", "/var/lib/bulkhead/server/tls/ca.pem")
    trust = ssl.create_default_context(cadata=ca)
    with urllib.request.urlopen("https://localhost:8443/api/v1/health", context=trust, timeout=10) as answer:
        assert json.load(answer)["status"] == "ok"
    with urllib.request.urlopen("https://localhost:8443/", context=trust, timeout=10) as answer:
        assert b"<!doctype html>" in answer.read(200).lower()


def test_both_are_well_by_what_the_engine_asks_them(project):
    wait_for("health", lambda: project.state("agent")["Health"]["Status"] == "healthy", 60)
    assert project.state("server")["Running"]
    assert project.state("agent")["Running"]


def test_what_the_agent_has_to_say_arrives(project):
    wait_for("the host", lambda: "1" in project("exec", "-T", "server", "bulkhead-server", "summary", "--state", "/var/lib/bulkhead/server").split("What to")[0]
             and socket.gethostname() in project("exec", "-T", "server", "bulkhead-server", "summary", "--state", "/var/lib/bulkhead/server"), 60)


def test_who_is_killed_comes_back(project):
    before = project.state("agent")["Pid"]
    os.kill(before, 9)
    wait_for("the agent", lambda: project.state("agent")["Running"] and project.state("agent")["Pid"] not in (0, before), 20)
    wait_for("its sensor", lambda: project.said("agent").count("watching, by") == 2, 60)


def test_it_is_enrolled_once_and_the_server_keeps_what_it_has(project):
    project("down", "-t", "10")
    assert not project.left("ps", "-aq")
    assert is_free(8443) and is_free(8444)
    project("up", "-d")
    wait_for("the agent", lambda: "watching, by" in project.said("agent"), 90)
    wait_for("the server", lambda: "ready: console" in project.said("server"), 60)
    assert "password" not in project.said("server")
    wait_for("the way to it", lambda: "is here" in project.said("agent"), 60)


def test_down_with_volumes_leaves_nothing(project):
    project("down", "-v", "-t", "10")
    for kind in (("ps", "-aq"), ("volume", "ls", "-q"), ("network", "ls", "-q")):
        assert not project.left(*kind), kind
