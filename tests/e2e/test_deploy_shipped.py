# SPDX-License-Identifier: Apache-2.0
"""The agent exactly as compose.yaml ships it: every option is read from that file, under an engine that knows all its capabilities."""
import json
import os
import pathlib
import re
import subprocess
import time

import conftest
import platform_help
import pytest
from conftest import free_port, need_root, wait_for

yaml = pytest.importorskip("yaml")

DEPLOY = conftest.ROOT / "deploy"
SERVICE = yaml.safe_load((DEPLOY / "compose/compose.yaml").read_text())["services"]["agent"]
ELSE = ("ID=elsewhere\nPRETTY_NAME=Elsewhere\n", "root:x:0:0::/root:/bin/sh\nsomebody-of-the-image:x:4711:4711::/:/bin/sh\n")


# ---- from the file to a command line ----

def security(text):
    key, _, value = text.replace(":", "=", 1).partition("=") if text.startswith("no-new") else text.partition("=")
    if key == "seccomp":
        value = (DEPLOY / "compose" / value).resolve()
    return key if value == "true" else f"{key}={value}"


ONE = {"pid": "--pid", "cgroup": "--cgroupns", "network_mode": "--network", "mem_limit": "--memory", "cpus": "--cpus", "pids_limit": "--pids-limit"}
MANY = {"tmpfs": ("--tmpfs", str), "cap_drop": ("--cap-drop", str), "cap_add": ("--cap-add", str), "security_opt": ("--security-opt", security),
        "volumes": ("--volume", str)}
ELSEWHERE = {"image", "depends_on", "environment", "secrets", "healthcheck", "restart"}


def options(service):
    """What the file says as podman takes it; a key that nobody here knows is an error."""
    out = ["--read-only"] if service["read_only"] else []
    for key, value in service.items():
        if key in ONE:
            out.append(f"{ONE[key]}={value}")
        elif key in MANY:
            word, form = MANY[key]
            out += [f"{word}={form(v)}" for v in value]
        else:
            assert key in ELSEWHERE or key == "read_only", key
    return out


# ---- both as containers ----

@pytest.fixture(scope="module")
def engine(podman_bulkhead, bpf_fs):
    return podman_bulkhead


class Console:
    """What platform_help.Client talks to."""

    def __init__(self, port, ca):
        self.port, self.ca = port, ca

    def tls(self):
        return platform_help.ssl.create_default_context(cadata=self.ca)


def logs(engine, name):
    done = subprocess.run(["podman", "logs", name], env={**os.environ, **engine.env}, capture_output=True, text=True, timeout=60)
    return done.stdout + done.stderr


@pytest.fixture(scope="module")
def admin(engine, tmp_path_factory):
    """The administrator of a server in a container."""
    port, agents = free_port(), free_port()
    password = tmp_path_factory.mktemp("password") / "password"
    password.write_text(platform_help.PASSWORD + "\n")
    engine("run", "-d", "--name", "bh-server", "--network", "host", "--ulimit", "host", "--read-only", "--tmpfs", "/tmp", "--cap-drop", "ALL", "--security-opt",
           "no-new-privileges", "-v", f"{password}:/run/password:ro", "-e", "BULKHEAD_ADMIN_PASSWORD_FILE=/run/password", "-e", "BULKHEAD_NAME=localhost",
           "localhost/bulkhead-server:test", "server", "--listen", f"127.0.0.1:{port}", "--agents", f"127.0.0.1:{agents}")
    try:
        wait_for("the server", lambda: "ready: console" in logs(engine, "bh-server"), 60)
        yield platform_help.Client(Console(port, engine("exec", "bh-server", "cat", "/var/lib/bulkhead/server/tls/ca.pem"))).login("admin", platform_help.PASSWORD)
    finally:
        engine("rm", "-f", "-v", "-t", "0", "bh-server")


@pytest.fixture(scope="module")
def agent(engine, admin, tmp_path_factory):
    """The first process of the agent that the file describes."""
    top = tmp_path_factory.mktemp("agent")
    (top / "token").write_text(admin.post("/api/v1/enrolment-tokens", {"name": "test", "environment": "test"})["token"])
    engine("run", "-d", "--name", "bh-agent", "--ulimit", "host", *options(SERVICE), "-v", f"{top}/token:/run/secrets/token:ro",
           "-e", f"BULKHEAD_SERVER=https://127.0.0.1:{admin.server.port}",
           "-e", f"BULKHEAD_TOKEN_FILE={SERVICE['environment']['BULKHEAD_TOKEN_FILE']}", "localhost/bulkhead-agent:test", "agent", "--no-scans", "--no-comply")
    try:
        wait_for("the agent", lambda: "watching, by" in logs(engine, "bh-agent"), 90)
        yield int(engine("inspect", "-f", "{{.State.Pid}}", "bh-agent"))
    except AssertionError as e:
        raise AssertionError(f"{e}\n{logs(engine, 'bh-agent')}") from None
    finally:
        engine("rm", "-f", "-v", "-t", "10", "bh-agent")


@pytest.fixture
def named(tmp_path):
    """An image that calls itself another system, with an account of its own."""
    (tmp_path / "os-release").write_text(ELSE[0])
    (tmp_path / "passwd").write_text(ELSE[1])
    return ["-v", f"{tmp_path}/os-release:/etc/os-release:ro", "-v", f"{tmp_path}/passwd:/etc/passwd:ro"]


@pytest.fixture
def box(engine, podman_debian, agent):
    container = engine("run", "-d", "--network", "host", "--ulimit", "host", podman_debian)
    yield container
    engine("rm", "-f", "-t", "0", container)


def order(admin, body, seconds=60):
    (who,) = admin.items("/api/v1/agents")
    made = admin.post(f"/api/v1/agents/{who['id']}/commands", {"kind": "respond", "body": body})
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        row = next(c for c in admin.get(f"/api/v1/agents/{who['id']}/commands?limit=50")["items"] if c["id"] == made["id"])
        if row["state"] not in ("waits", "sent"):
            return row
        time.sleep(0.1)
    raise AssertionError(f"no result: {row}")


def numbers_of(names):
    header = pathlib.Path("/usr/include/linux/capability.h").read_text()
    known = dict(re.findall(r"^#define CAP_(\w+)\s+(\d+)", header, re.M))
    return sum(1 << int(known[n]) for n in names)


# ---- what comes of it ----

def test_it_has_the_capabilities_of_the_file_and_needs_each(agent):
    """What a watch does not need it gives up: docs/PRIVSEP.md."""
    status = dict(re.findall(r"^(\w+):\s*(.*)$", pathlib.Path(f"/proc/{agent}/status").read_text(), re.M))
    for name in ("CapEff", "CapPrm", "CapBnd"):
        assert int(status[name], 16) == numbers_of(SERVICE["cap_add"]), name
    assert status["NoNewPrivs"] == "1" and status["Seccomp"] == "2"


def test_the_sensor_sees_all_it_can(engine, agent, admin):
    assert "watching, by ebpf" in logs(engine, "bh-agent")
    (who,) = admin.items("/api/v1/agents")
    wait_for("its state", lambda: admin.get(f"/api/v1/agents/{who['id']}")["status"].get("sensor"), 90)
    status = admin.get(f"/api/v1/agents/{who['id']}")["status"]
    sensor = status["sensor"]
    assert sensor["backend"] == "ebpf", sensor
    assert sensor["sees"] == sensor["of"], status["gaps"]


def test_who_reads_events_goes_before_others(agent):
    """SYS_NICE is for this alone."""
    nice = {int(p.read_text().rpartition(") ")[2].split()[16]) for p in pathlib.Path(f"/proc/{agent}/task").glob("*/stat")}
    assert -10 in nice, nice


def test_the_container_is_well(engine, agent):
    assert "alive" in engine("exec", "bh-agent", *SERVICE["healthcheck"]["test"][1:])


def test_images_are_read_within_what_each_container_allows(engine, agent):
    """Who reads them has to be able to jail itself."""
    for name in ("bh-server", "bh-agent"):
        assert "0 findings" in engine("exec", name, "bulkhead", "scan", "rootfs:/etc", "--no-db", "--no-cache"), name


# In a process namespace of our own, whose first process stands on this machine's root: the one of this machine may be nobody's to look at.
MACHINE = ["unshare", "--pid", "--fork", "--mount-proc", "podman"]


def test_the_files_are_the_hosts(engine, named):
    said = conftest.run(*MACHINE, "run", "--rm", "--ulimit", "host", *options(SERVICE), *named, "localhost/bulkhead-agent:test", "bulkhead", "inventory",
                        "--kind", "host", "--kind", "user", "--format", "json", env={**os.environ, **engine.env}).stdout
    told = [json.loads(line) for line in said.splitlines()]
    here = dict(re.findall(r'^(\w+)="?([^"\n]*)', pathlib.Path("/etc/os-release").read_text(), re.M))
    (host,) = [i["attrs"] for i in told if i["kind"] == "host" and i["op"] == "put"]
    assert host["os_name"] == here["PRETTY_NAME"] and host["machine_id"] == pathlib.Path("/etc/machine-id").read_text().strip()
    accounts = {i["name"] for i in told if i["kind"] == "user" and i["op"] == "put" and not i["container"]}
    assert accounts == {line.split(":")[0] for line in pathlib.Path("/etc/passwd").read_text().splitlines()}


def test_who_may_not_see_the_hosts_files_says_so(engine, agent):
    try:
        os.stat("/proc/1/root/")
        hidden = False
    except PermissionError:
        hidden = True
    assert ("name it in BULKHEAD_HOST_ROOT" in logs(engine, "bh-agent")) is hidden


def test_a_read_of_the_password_hashes_is_an_alert_at_the_server(engine, agent, admin, box):
    engine("exec", box, "cat", "/etc/shadow")
    mine = lambda: [a for a in admin.get("/api/v1/alerts?limit=200")["items"] if a["rule"] == "Password hashes read" and box[:12] in str(a)]
    wait_for("the alert", mine, 15)


def test_a_container_loses_its_network_and_gets_it_back(engine, admin, box):
    port = admin.server.port
    talks = lambda: conftest.run("podman", "exec", box, "timeout", "3", "bash", "-c", f"exec 3<>/dev/tcp/127.0.0.1/{port}", check=False,
                                 env={**os.environ, **engine.env}).returncode == 0
    assert talks()
    row = order(admin, {"action": "isolate", "container": box, "why": "a test"})
    assert row["state"] == "done" and row["detail"]["what"] == "done", row
    assert not talks()
    row = order(admin, {"action": "release", "container": box})
    assert row["state"] == "done" and row["detail"]["what"] == "undone", row
    assert talks()


def test_nothing_is_left_of_a_container_that_ended_isolated(engine, admin, box, bpf_fs):
    names = lambda: set(bpf_fs.glob("bh_isolate_*"))
    before = names()
    row = order(admin, {"action": "isolate", "container": box, "why": "a test"})
    assert row["state"] == "done", row
    mine = names() - before
    assert len(mine) == 2
    engine("rm", "-f", "-t", "0", box)
    wait_for("its programs to go", lambda: not mine & names(), 10)
