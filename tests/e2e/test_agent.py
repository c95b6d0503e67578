# SPDX-License-Identifier: Apache-2.0
"""bulkhead-agent, whole: a sensor in this kernel, a real server, real containers."""
import json
import os
import shutil
import signal
import subprocess
import threading
import time

import conftest
import guard_help as g
import platform_help
import pytest
import uplink_help as u

RULES = """
- rule: Marker program runs
  desc: a test
  condition: evt.type in (execve, execveat) and proc.name = bh-marker
  output: a marker runs (command=%proc.cmdline container=%container.name)
  priority: CRITICAL
  tags: [test]
"""


class Agent:
    def __init__(self, state, *args, env=None):
        self.state, self.args, self.env, self.said, self.process = state, args, env, [], None

    def start(self, ready="watching, by", seconds=90):
        self.process = subprocess.Popen([u.AGENT, "--state", self.state, *map(str, self.args)], stderr=subprocess.PIPE, text=True, env=self.env)
        threading.Thread(target=self.read, args=(self.process,), daemon=True).start()
        conftest.wait_for("the agent", lambda: self.has(ready), seconds, self.process)

    def read(self, process):
        for line in process.stderr:
            self.said.append(line)

    def has(self, text):
        return any(text in line for line in list(self.said))

    def stop(self, how=signal.SIGTERM):
        if self.process and self.process.poll() is None:
            self.process.send_signal(how)
            return self.process.wait(30)
        return None


@pytest.fixture(scope="module")
def world(build, engine, tmp_path_factory):
    """server, admin and agent, the agent with a rule of the test's own."""
    top = tmp_path_factory.mktemp("world")
    rules = top / "rules.yaml"
    rules.write_text(RULES)
    with platform_help.Server(top) as server:
        admin = server.login()
        token = admin.post("/api/v1/enrolment-tokens", {"name": "test", "environment": "test"})["token"]
        agent = Agent(top / "agent", "--rules", rules, "--no-scans", env=engine.env)
        conftest.run(u.AGENT, "enrol", "--state", agent.state, "--token", token, timeout=60)
        agent.start()
        yield server, admin, agent
        agent.stop()


@pytest.fixture
def box(engine):
    c = engine.start(g.IMAGE, "/bin/sh", "-c", "while :; do sleep 1; done")
    yield c
    engine.remove(c)


def run_marker(tmp_path, word):
    program = tmp_path / "bh-marker"
    shutil.copy("/bin/true", program)
    subprocess.run([program, word], check=True)


def alerts_of(admin, word):
    return [a for a in admin.get("/api/v1/alerts?limit=200")["items"] if word in a["output"]]


def order(admin, agent, kind, body, seconds=60):
    """Gives the command and waits for what came of it."""
    who = u.agent_id(agent.state)
    made = admin.post(f"/api/v1/agents/{who}/commands", {"kind": kind, "body": body})
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        row = next(c for c in admin.get(f"/api/v1/agents/{who}/commands?limit=50")["items"] if c["id"] == made["id"])
        if row["state"] not in ("waits", "sent"):
            return row
        time.sleep(0.05)
    raise AssertionError(f"no result: {row}\n{''.join(agent.said[-20:])}")


def test_an_alert_is_at_the_server_within_two_seconds(world, tmp_path):
    _, admin, agent = world
    run_marker(tmp_path, "first-word")
    conftest.wait_for("the alert", lambda: alerts_of(admin, "first-word"), 2)
    alert = alerts_of(admin, "first-word")[0]
    assert alert["priority"] == "Critical" and alert["rule"] == "Marker program runs"
    whole = admin.get(f"/api/v1/alerts/{alert['id']}")
    assert whole["process"]["lineage"] and whole["process"]["exe"].endswith("bh-marker")
    me = admin.get(f"/api/v1/agents/{u.agent_id(agent.state)}")
    assert me["status"]["sensor"]["backend"] and me["rules"] == 1 and me["missing"] == 0


def test_the_host_and_its_container_are_there(world, box):
    _, admin, agent = world
    host = admin.get(f"/api/v1/agents/{u.agent_id(agent.state)}")["host_id"]
    assert admin.get(f"/api/v1/hosts/{host}")["kernel"] == os.uname().release
    conftest.wait_for("the container", lambda: any(c["id"] == box for c in admin.items(f"/api/v1/containers?f.host_id={host}")), 60)


def test_a_container_is_paused_and_goes_on(world, engine, box):
    _, admin, agent = world
    state = lambda: engine("inspect", "-f", "{{.State.Pid}} {{.State.Status}}", box)
    row = order(admin, agent, "respond", {"action": "pause", "container": box, "dry_run": True, "why": "a test"})
    assert row["state"] == "done" and row["detail"]["what"] == "would", row
    pid = engine.pid(box)
    ticks = lambda: open(f"/proc/{pid}/stat").read().split()[2]
    row = order(admin, agent, "respond", {"action": "pause", "container": box, "why": "a test"})
    assert row["state"] == "done" and row["detail"]["what"] == "done", row
    audit = (agent.state / "audit.jsonl").read_text()
    assert '"by":"server' in audit
    held = json.loads((agent.state / "active.json").read_text())
    assert held, state() + ticks()
    row = order(admin, agent, "respond", {"action": "resume", "container": box})
    assert row["state"] == "done" and row["detail"]["what"] == "undone", row
    row = order(admin, agent, "respond", {"action": "resume", "container": box})
    assert row["state"] == "failed", row
    row = order(admin, agent, "respond", {"action": "dance", "container": box})
    assert row["state"] == "failed" and "dance" in row["text"]


def test_an_image_is_scanned_when_asked(world, engine):
    _, admin, agent = world
    row = order(admin, agent, "scan", {"target": "docker:" + g.IMAGE}, 180)
    assert row["state"] == "done", row
    conftest.wait_for("the image", lambda: any(g.IMAGE.split(":")[0] in i["name"] for i in admin.items("/api/v1/images")), 20)
    assert order(admin, agent, "scan", {"target": "docker:no/such:image"})["state"] == "failed"
    assert order(admin, agent, "scan", {"target": "/etc/passwd"})["state"] == "failed"


def test_a_policy_is_tried_out_before_it_is_in_force(world, tmp_path):
    _, admin, agent = world
    bad = {"version": 3, "files": [{"kind": "rules", "name": "x.yaml", "text": "- rule: Broken\n  desc: x\n  condition: proc.nmae = x\n  output: x\n  priority: ERROR\n"}]}
    row = order(admin, agent, "policy", bad)
    assert row["state"] == "failed" and ":3:14: no field 'proc.nmae'" in row["text"], row
    row = order(admin, agent, "policy", {"version": 4, "files": [{"kind": "rules", "name": "../x.yaml", "text": ""}]})
    assert row["state"] == "failed", row
    good = {"version": 5, "files": [{"kind": "rules", "name": "x.yaml", "text": RULES.replace("Marker program runs", "Second rule").replace("bh-marker", "bh-second")}]}
    row = order(admin, agent, "policy", good)
    assert row["state"] == "done" and "version 5" in row["text"], row
    second = tmp_path / "bh-second"
    shutil.copy("/bin/true", second)

    def seen():
        subprocess.run([second, "by-policy"], check=True)
        return alerts_of(admin, "by-policy")
    conftest.wait_for("the new rule", seen, 20)
    conftest.wait_for("the version", lambda: admin.get(f"/api/v1/agents/{u.agent_id(agent.state)}")["policy_version"] == 5, 20)
    row = order(admin, agent, "inventory", {})
    assert row["state"] == "done"


def test_a_server_that_was_away_hears_of_it_all(world, tmp_path):
    server, admin, agent = world
    server.stop(signal.SIGKILL)
    run_marker(tmp_path, "while-away")
    conftest.wait_for("the agent to notice", lambda: agent.has("is away"), 40)
    server.start()
    conftest.wait_for("the alert", lambda: alerts_of(admin, "while-away"), 45)


def test_a_killed_agent_loses_nothing(world, tmp_path):
    server, admin, agent = world
    server.stop(signal.SIGKILL)
    run_marker(tmp_path, "before-the-kill")
    time.sleep(0.5)
    agent.stop(signal.SIGKILL)
    server.start()
    agent.said.clear()
    agent.start()
    conftest.wait_for("the alert", lambda: alerts_of(admin, "before-the-kill"), 20)
    assert len(alerts_of(admin, "before-the-kill")) == 1


def test_it_holds_no_more_rights_than_it_needs(world):
    _, _, agent = world
    status = open(f"/proc/{agent.process.pid}/status").read()
    caps = int(next(line for line in status.splitlines() if line.startswith("CapEff")).split()[1], 16)
    for name, bit in {"SYS_MODULE": 16, "SYS_RAWIO": 17, "SYS_BOOT": 22, "SYS_TIME": 25, "MKNOD": 27, "MAC_ADMIN": 33, "SYSLOG": 34}.items():
        assert not caps >> bit & 1, name
    assert "NoNewPrivs:\t1" in status and "Seccomp:\t2" in status


def test_a_revoked_agent_stops_and_says_so(world, tmp_path):
    _, admin, agent = world
    admin.post(f"/api/v1/agents/{u.agent_id(agent.state)}/revoke", {"why": "the test is over"})
    conftest.wait_for("the sentence", lambda: agent.has("is refused") and agent.has("revoked"), 20)
    run_marker(tmp_path, "after-all")
    time.sleep(1)
    assert not alerts_of(admin, "after-all")
    assert agent.stop() == 0
