# SPDX-License-Identifier: Apache-2.0
"""What deploy/ ships: images as they run, units that systemd takes, a chart that Kubernetes takes."""
import json
import os
import pathlib
import re
import shutil
import subprocess
import time

import pytest

import go_build
import kubernetes_help
from conftest import BUILD, free_port, need, need_root, run, wait_for

ROOT = pathlib.Path(__file__).resolve().parents[2]
CHART = ROOT / "deploy/helm/bulkhead"
CONSOLE, AGENTS = free_port(), free_port()


# ---- images ----

@pytest.fixture(scope="module")
def server(docker_bulkhead):
    """A running server, confined as compose.yaml and the chart confine it."""
    docker = docker_bulkhead
    docker("run", "-d", "--name", "bh-server", "--network", "host", "--read-only", "--tmpfs", "/tmp", "--cap-drop", "ALL",
           "--security-opt", "no-new-privileges:true", "-e", "BULKHEAD_NAME=localhost", "bulkhead-server:test",
           "server", "--listen", f"127.0.0.1:{CONSOLE}", "--agents", f"127.0.0.1:{AGENTS}")
    try:
        wait_for("the server", lambda: "ready: console" in logs(docker, "bh-server"), 60)
        yield docker
    except AssertionError as e:
        raise AssertionError(f"{e}\n{logs(docker, 'bh-server')}") from None
    finally:
        docker("rm", "-f", "-v", "bh-server")


@pytest.fixture(scope="module")
def agent(server, tmp_path_factory):
    """A running agent with the named capabilities of the chart."""
    token = server("exec", "bh-server", "bulkhead-server", "token", "--state", "/var/lib/bulkhead/server", "--server", f"127.0.0.1:{CONSOLE}")
    file = tmp_path_factory.mktemp("token") / "token"
    file.write_text(token)
    caps = [f"--cap-add={cap}" for cap in known_here(server)]
    server("run", "-d", "--name", "bh-agent", "--network", "host", "--pid", "host", "--cgroupns", "host", "--read-only", "--tmpfs", "/tmp",
           "--cap-drop", "ALL", *caps, "--security-opt", "no-new-privileges:true", "--security-opt", f"seccomp={ROOT}/deploy/seccomp/agent.json",
           "--memory", "256m",
           "-v", "/sys/fs/bpf:/sys/fs/bpf", "-v", "/sys/fs/cgroup:/sys/fs/cgroup", "-v", f"{file}:/run/token:ro",
           "-e", f"BULKHEAD_SERVER=https://127.0.0.1:{CONSOLE}", "-e", "BULKHEAD_TOKEN_FILE=/run/token", "bulkhead-agent:test")
    try:
        wait_for("the agent", lambda: "watching, by" in logs(server, "bh-agent"), 60)
        yield server
    except AssertionError as e:
        raise AssertionError(f"{e}\n{logs(server, 'bh-agent')}") from None
    finally:
        server("rm", "-f", "-v", "bh-agent")


def logs(docker, name):
    done = subprocess.run(["docker", "logs", name], env=docker.env, capture_output=True, text=True, timeout=60)
    return done.stdout + done.stderr


def status_of(docker, name):
    pid = docker("inspect", "-f", "{{.State.Pid}}", name)
    text = pathlib.Path(f"/proc/{pid}/status").read_text()
    return pid, dict(re.findall(r"^(\w+):\s*(.*)$", text, re.M))


def capabilities():
    """Those of the chart."""
    values = (CHART / "values.yaml").read_text()
    return re.search(r"^  capabilities: \[(.*)\]", values, re.M).group(1).split(", ")


def known_here(docker):
    """Engines before 23 know neither BPF nor PERFMON. With SYS_ADMIN in their place the agent loads its programs all the same."""
    tried = subprocess.run(["docker", "create", "--cap-add", "BPF", "bulkhead-agent:test", "true"], env=docker.env, capture_output=True, text=True, timeout=60)
    if tried.returncode == 0:
        return capabilities()
    assert "CAP_BPF" in tried.stderr, tried.stderr
    return [cap for cap in capabilities() if cap not in ("BPF", "PERFMON")] + ["SYS_ADMIN"]


def numbers_of(names):
    header = pathlib.Path("/usr/include/linux/capability.h").read_text()
    known = dict(re.findall(r"^#define CAP_(\w+)\s+(\d+)", header, re.M))
    return sum(1 << int(known[n]) for n in names)


def test_the_server_is_no_root_and_has_no_rights(server):
    pid, status = status_of(server, "bh-server")
    assert status["Uid"].split()[0] == "10001"
    assert int(status["CapEff"], 16) == 0 and int(status["CapBnd"], 16) == 0
    assert status["NoNewPrivs"] == "1"
    assert status["Seccomp"] == "2"


def test_the_root_of_both_is_read_only(agent):
    for name in ("bh-server", "bh-agent"):
        pid, _ = status_of(agent, name)
        mounts = pathlib.Path(f"/proc/{pid}/mountinfo").read_text().splitlines()
        root = [line.split() for line in mounts if line.split()[4] == "/"]
        assert root and all("ro" in line[5].split(",") for line in root), name


def test_the_agent_has_the_named_capabilities_and_no_other(agent):
    pid, status = status_of(agent, "bh-agent")
    allowed = numbers_of(known_here(agent))
    assert int(status["CapBnd"], 16) & ~allowed == 0
    assert int(status["CapEff"], 16) & ~allowed == 0
    assert status["NoNewPrivs"] == "1"
    assert status["Seccomp"] == "2"
    assert json.loads(agent("inspect", "bh-agent"))[0]["HostConfig"]["Privileged"] is False


def test_the_agent_in_a_container_sees_the_kernel(agent):
    if known_here(agent) != capabilities():
        pytest.skip("this engine does not know CAP_BPF")
    assert "watching, by ebpf" in logs(agent, "bh-agent"), logs(agent, "bh-agent")


def test_the_probe_of_the_chart_finds_it_alive(agent):
    assert "alive" in agent("exec", "bh-agent", "bulkhead-agent", "status")


def test_images_are_read_within_what_each_container_allows(agent):
    """Who reads them has to be able to jail itself."""
    for name in ("bh-server", "bh-agent"):
        assert "0 findings" in agent("exec", name, "bulkhead", "scan", "rootfs:/etc", "--no-db", "--no-cache"), name


def test_a_container_that_ends_is_back_in_seconds(agent):
    before = time.monotonic()
    agent("restart", "-t", "10", "bh-agent")
    wait_for("the agent", lambda: logs(agent, "bh-agent").count("watching, by") > 1, 30)
    assert time.monotonic() - before < 30


# In a process namespace of our own: its first process stands on this machine's root, the program on another.
ELSEWHERE = r"""
mount -t tmpfs elsewhere "$1" && cd "$1" && mkdir etc proc usr tree && printf 'ID=elsewhere\n' > etc/os-release
for d in bin lib lib64 sbin; do [ -L /$d ] && ln -s usr/$d $d || { mkdir $d; mount --bind /$d $d; }; done
mount --bind /usr usr && mount --bind /proc proc && mount --bind "$2" tree && cp /etc/ld.so.cache etc/
chroot . env $3 /tree/bulkhead inventory --kind host --format json
"""


@pytest.mark.parametrize("given, found", [("A=", True), ("BULKHEAD_HOST_ROOT=/", False)])
def test_the_files_of_the_host_are_found_below_its_first_process(tmp_path, given, found):
    need("unshare")
    need_root()
    said = run("unshare", "--pid", "--fork", "--mount", "--mount-proc", "sh", "-c", ELSEWHERE, "-", tmp_path, BUILD, given).stdout
    host = json.loads(said.splitlines()[0])["attrs"]
    here = pathlib.Path("/etc/machine-id").read_text().strip() if os.path.exists("/etc/machine-id") else None
    assert (host["os"] != "elsewhere") is found and host.get("machine_id") == (here if found else None)


# ---- units ----

@pytest.mark.parametrize("name", ["server", "agent", "report"])
def test_systemd_takes_the_unit(tmp_path, name):
    need("systemd-analyze")
    text = (ROOT / f"deploy/systemd/bulkhead-{name}.service").read_text()
    build = os.environ.get("BULKHEAD_BUILD", ROOT / "build")
    unit = tmp_path / f"bulkhead-{name}.service"
    unit.write_text(re.sub(r"^Documentation=.*\n", "", text, flags=re.M).replace("/usr/bin/bulkhead", f"{build}/bulkhead"))
    done = run("systemd-analyze", "verify", unit, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_weekly_report_is_written_as_its_unit_says(tmp_path):
    """What ExecStart says, with systemd's escapes undone, by a database of a server."""
    need("systemd-analyze")
    unit = (ROOT / "deploy/systemd/bulkhead-report.service").read_text()
    command = re.search(r"^ExecStart=/bin/sh -c '(.*)'$", unit, re.M)[1].replace("$$", "$").replace("%%", "%")
    build = os.environ.get("BULKHEAD_BUILD", ROOT / "build")
    run(f"{build}/bulkhead-server", "init", "--state", tmp_path / "server", "--name", "localhost")
    (tmp_path / "reports").mkdir()
    settings = dict(word.split("=", 1) for word in re.search(r"^Environment=(.*)$", unit, re.M)[1].split())
    run("/bin/sh", "-c", command.replace("/usr/bin/bulkhead", f"{build}/bulkhead").replace("/var/lib/bulkhead", str(tmp_path)), env=os.environ | settings)
    (report,) = (tmp_path / "reports").iterdir()
    assert report.suffix == ".html" and report.read_text().startswith("<!doctype html>")
    assert run("systemd-analyze", "calendar", re.search(r"^OnCalendar=(.*)$", (ROOT / "deploy/systemd/bulkhead-report.timer").read_text(), re.M)[1]).returncode == 0


# ---- chart ----

HELM = go_build.released("helm.sh/helm/v3/cmd/helm", "v3.19.0", BUILD / "kubernetes" / "helm")
ORACLE = kubernetes_help.program("manifest-oracle")
BUILDS = (ORACLE,) if shutil.which("helm") else (HELM, ORACLE)
SETTINGS = [
    [],
    ["server.enabled=false", "agent.server=https://guard.example:8443"],
    ["images.registry=registry.example/security", "images.pullSecrets={pull}", "server.adminPasswordSecret=admin", "server.storage.existingClaim=kept",
     "server.names={guard.example}", "networkPolicy.consoleFrom[0].ipBlock.cidr=10.0.0.0/8"],
    ["agent.enabled=false", "networkPolicy.enabled=false", "server.storage.className=fast", "agent.args={--rules,/rules}"],
    ["agent.hostNetwork=false", "agent.appArmorProfile=null", "agent.seLinuxOptions=null", "agent.priorityClassName=", "agent.tolerations=null",
     "agent.seccompProfile.type=Localhost", "agent.seccompProfile.localhostProfile=bulkhead-agent.json", "server.service.type=LoadBalancer",
     "server.service.annotations.example=yes"],
]
KUBERNETES = ["1.25.0", "1.29.0", "1.32.5"]  # the oldest that Chart.yaml names; the last before appArmorProfile; the oracle's


@pytest.fixture(scope="session")
def helm():
    """The one that is installed; else built through the Go module proxy, once a build directory."""
    if shutil.which("helm"):
        return "helm"
    return HELM.path()


def rendered(helm, settings, version=KUBERNETES[-1]):
    words = [word for s in settings for word in ("--set", s)]
    return run(helm, "template", "guard", CHART, "--namespace", "security", "--kube-version", version, *words).stdout


@pytest.mark.parametrize("version", KUBERNETES)
def test_helm_finds_no_fault_with_the_chart(helm, version):
    done = run(helm, "lint", "--strict", "--kube-version", version, CHART, check=False)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("version", KUBERNETES)
@pytest.mark.parametrize("settings", SETTINGS)
def test_kubernetes_takes_what_the_chart_makes(helm, settings, version):
    """Decoded strictly and validated by the API server's own code, which takes nothing privileged here."""
    said = run(ORACLE.path(), input=rendered(helm, settings, version)).stdout.splitlines()
    server, agent = "server.enabled=false" not in settings, "agent.enabled=false" not in settings
    assert ("Deployment guard-server restricted" in said) is server
    assert ("DaemonSet guard-agent privileged" in said) is agent  # the level: it is in the node's namespaces
    assert len(said) == 2 * agent + server * (3 + ("server.storage.existingClaim=kept" not in settings) + ("networkPolicy.enabled=false" not in settings))


def test_the_oracle_can_say_no(helm):
    text = rendered(helm, [])
    for wrong in (text.replace("hostPID", "hostPid", 1), text.replace("privileged: false", "privileged: true", 1), text.replace("port: console", "port: Console!", 1)):
        assert wrong != text
        assert run(ORACLE.path(), input=wrong, check=False).returncode == 1


def test_no_pod_of_the_chart_is_privileged(helm):
    text = rendered(helm, [])
    assert text.count("readOnlyRootFilesystem: true") == text.count("allowPrivilegeEscalation: false") == text.count("livenessProbe:") == 2
    assert "privileged: true" not in text
    assert text.count("drop: [ALL]") == 2
    assert len(re.findall(r"limits:\n(?:\s+cpu: .*\n)?\s+memory:", text)) == 2


def test_compose_chart_and_unit_give_the_agent_the_same():
    compose = (ROOT / "deploy/compose/compose.yaml").read_text()
    unit = (ROOT / "deploy/systemd/bulkhead-agent.service").read_text()
    assert sorted(re.search(r"^CapabilityBoundingSet=(.*)$", unit, re.M)[1].split()) == sorted("CAP_" + c for c in capabilities())
    assert sorted(re.search(r"^    cap_add: \[(.*)\]", compose, re.M)[1].split(", ")) == sorted(capabilities())
    for word in ("pid: host", "network_mode: host", "apparmor=unconfined", "label=type:spc_t", "read_only: true"):
        assert word in compose
    assert "privileged: true" not in compose
