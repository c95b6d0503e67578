# SPDX-License-Identifier: Apache-2.0
"""How hosts are set up, from a real agent's own run to the server's lists, exceptions and reports."""
import http.client
import json
import os
import pathlib
import time

import pytest

import conftest
import platform_help
import uplink_help as u
from platform_agent import Agent as Told
from platform_help import Refused
from test_agent import Agent

CHECKS = """
benchmarks:
  - {{ id: ours, version: "7", title: {{ en: Our own, zh: 自有基准 }} }}
checks:
  - id: host-distribution-ours
    title: {{ en: The distribution is ours, zh: 发行版符合要求 }}
    on: host
    pass: host.distribution = {distribution}
    severity: high
    refs: {{ ours: "1.1" }}
    evidence: [host.distribution, host.kernel]
    why: {{ en: It is what we know., zh: 我们熟悉它。 }}
    mend: {{ en: "Install it on %host.name.", zh: "在 %host.name 上安装它。" }}
    cases: {{ pass: [{{ distribution: {distribution} }}], fail: [{{ distribution: hannah }}] }}
  - id: host-named
    title: {{ en: The host has a name, zh: 主机有名称 }}
    on: host
    pass: host.name exists
    severity: low
    category: health
    evidence: [host.name]
    why: {{ en: Reports name it., zh: 报告以此称呼它。 }}
    mend: {{ en: hostnamectl set-hostname NAME, zh: hostnamectl set-hostname NAME }}
    cases: {{ pass: [{{ name: a }}], fail: [{{ distribution: debian }}] }}
  - id: host-asked
    title: {{ en: Somebody looks after the host, zh: 主机有人负责 }}
    on: host
    ask: {{ en: Who looks after it?, zh: 谁负责它？ }}
    severity: medium
    why: {{ en: Else nobody does., zh: 否则无人负责。 }}
    cases: {{ }}
"""
MINE = next(line.split("=")[1].strip().strip('"') for line in pathlib.Path("/etc/os-release").read_text().splitlines() if line.startswith("ID="))


def until(what, ask, seconds=60):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        got = ask()
        if got:
            return got
        time.sleep(0.1)
    raise AssertionError(f"{what}: not within {seconds} s")


class World:
    def __init__(self, top, server):
        self.top, self.server, self.admin = top, server, server.login()
        self.content = top / "content"
        (self.content / "baselines").mkdir(parents=True)
        for name in ("rules",):
            os.symlink(pathlib.Path(__file__).resolve().parents[2] / "content" / name, self.content / name)
        self.write(MINE)
        token = self.admin.post("/api/v1/enrolment-tokens", {"name": "test", "environment": "test"})["token"]
        self.agent = Agent(top / "agent", "--no-scans", "--no-inventory", "--no-comply", "--content", self.content, env=dict(os.environ))
        conftest.run(u.AGENT, "enrol", "--state", self.agent.state, "--token", token, timeout=60)
        self.agent.start()
        (agent,) = until("the agent is here", lambda: self.admin.items("/api/v1/agents?f.state=here"))
        self.host_id = agent["host_id"]

    def write(self, distribution):
        (self.content / "baselines/ours.yaml").write_text(CHECKS.format(distribution=distribution))

    def run(self):
        """Has the agent check its host, and waits for what came of it."""
        assert self.admin.post("/api/v1/compliance/run", {"host_id": self.host_id}) == {"agents": 1}
        who = u.agent_id(self.agent.state)
        done = until("the run", lambda: [c for c in self.admin.get(f"/api/v1/agents/{who}/commands?limit=1")["items"] if c["state"] in ("done", "failed")])
        assert done[0]["state"] == "done", done
        return done[0]["text"]

    def results(self, query=""):
        return self.admin.items("/api/v1/compliance/results" + query)

    def one(self, check):
        (row,) = self.results(f"?f.check={check}")
        return self.admin.get(f"/api/v1/compliance/results/{row['id']}")


@pytest.fixture(scope="module")
def world(build, tmp_path_factory):
    conftest.need_root()
    top = tmp_path_factory.mktemp("comply")
    with platform_help.Server(top) as server:
        w = World(top, server)
        yield w
        w.agent.stop()


def test_a_run_by_order_is_in_the_lists(world):
    assert world.run() == "3 results, 3 of them told"
    rows = {r["check"]: r for r in world.results()}
    assert {c: r["state"] for c, r in rows.items()} == {"host-distribution-ours": "pass", "host-named": "pass", "host-asked": "manual"}
    assert [r["check"] for r in world.results()][0] == "host-asked", "what a person must decide comes before what passes"
    assert not any(r["new"] for r in rows.values()), "of the first run nothing is news"
    assert rows["host-distribution-ours"]["benchmarks"] == "ours" and rows["host-distribution-ours"]["refs"] == {"ours": "1.1"}
    summary = world.admin.get("/api/v1/compliance/summary")
    assert summary["score"] == 100 and summary["hosts_checked"] == 1 and summary["hosts_unchecked"] == 0 and summary["manual"] == 1
    assert summary["benchmarks"] == [{"id": "ours", "version": "7", "title": {"en": "Our own", "zh": "自有基准"}, "checks": 1, "checks_failing": 0, "score": 100,
                                      "pass": 1, "fail": 0, "excepted": 0, "manual": 0, "unknown": 0, "not_applicable": 0}]
    (host,) = world.admin.items("/api/v1/compliance/hosts")
    assert host["score"] == 100 and host["pass"] == 2 and host["host"] == os.uname().nodename


def test_one_result_has_its_evidence_and_both_languages(world):
    one = world.one("host-distribution-ours")
    assert {e["field"]: e["value"] for e in one["evidence"]} == {"host.distribution": MINE, "host.kernel": os.uname().release}
    assert all(e["where"] for e in one["evidence"])
    assert one["title"]["zh"] == "发行版符合要求" and one["why"]["en"] == "It is what we know."
    assert world.one("host-asked")["ask"] == {"en": "Who looks after it?", "zh": "谁负责它？"}


def test_what_changed_is_news_and_only_that_is_told(world):
    world.write("hannah")
    assert world.run() == "3 results, 1 of them told"
    one = world.one("host-distribution-ours")
    assert one["state"] == "fail" and one["new"] and one["before"] == "pass" and one["mend"]["en"] == f"Install it on {os.uname().nodename}."
    assert [(s["before"], s["after"]) for s in one["history"]] == [("pass", "fail")]
    summary = world.admin.get("/api/v1/compliance/summary")
    assert summary["score"] < 20 and summary["score_before"] == 100 and summary["new"] == 1 and summary["severities"] == [{"severity": "high", "fail": 1, "excepted": 0}]
    assert world.admin.items("/api/v1/compliance/changes")[0]["after"] == "fail"
    facets = world.admin.get("/api/v1/compliance/results?facets=state,severity,check,host&limit=1")["facets"]
    assert {f["value"]: f["count"] for f in facets["state"]} == {"fail": 1, "pass": 1, "manual": 1}


def test_what_is_gone_is_told_and_the_fourth_run_tells_all_of_it(world):
    text = (world.content / "baselines/ours.yaml").read_text()
    (world.content / "baselines/ours.yaml").write_text(text[:text.index("  - id: host-asked")])
    assert world.run() == "2 results, 0 of them told"
    assert {r["check"] for r in world.results()} == {"host-distribution-ours", "host-named"}
    assert world.admin.items("/api/v1/compliance/changes?f.check=host-asked")[0]["after"] == "gone"
    world.write("hannah")
    assert world.run() == "3 results, 1 of them told", "what came back is told again"
    assert world.run() == "3 results, 3 of them told", "each fourth time after one that was whole"
    who = u.agent_id(world.agent.state)
    world.admin.post(f"/api/v1/agents/{who}/commands", {"kind": "compliance", "body": {"whole": True}})
    until("the whole run", lambda: world.admin.get(f"/api/v1/agents/{who}/commands?limit=1")["items"][0]["text"] == "3 results, 3 of them told")


def test_an_exception_is_borne_until_it_ends_and_is_in_the_audit(world):
    admin, soon = world.admin, int(time.time() * 1000) + 86400000
    made = admin.post("/api/v1/compliance/exceptions", {"check": "host-distribution-*", "subject": "host *", "owner": "platform", "reason": "moves in March", "expires_ms": soon})
    assert made["n_results"] == 1
    one = world.one("host-distribution-ours")
    assert one["exception"]["owner"] == "platform" and one["exception"]["reason"] == "moves in March" and one["state"] == "fail"
    assert admin.get("/api/v1/compliance/summary")["score"] == 100
    assert world.results("?f.state=fail&f.excepted=false") == []
    admin.delete(f"/api/v1/compliance/exceptions/{made['id']}")
    assert world.one("host-distribution-ours")["exception"] is None
    assert admin.get("/api/v1/compliance/summary")["score"] < 20
    assert {"compliance.except", "compliance.unexcept", "compliance.run"} <= {a["action"] for a in admin.items("/api/v1/audit")}
    with pytest.raises(Refused, match="404"):
        admin.delete(f"/api/v1/compliance/exceptions/{made['id']}")


@pytest.mark.parametrize("body, status", [({"check": "x", "reason": "y"}, 400), ({"check": "", "reason": "y", "expires_ms": 9999999999999}, 400),
                                          ({"check": "x", "reason": "y", "expires_ms": 1}, 400), ({"check": "x", "reason": "y", "expires_ms": "soon"}, 400)])
def test_an_exception_needs_a_check_a_reason_and_a_day_to_come(world, body, status):
    with pytest.raises(Refused) as e:
        world.admin.post("/api/v1/compliance/exceptions", body)
    assert e.value.status == status


def test_an_exception_of_no_host_is_refused(world):
    with pytest.raises(Refused, match="404"):
        world.admin.post("/api/v1/compliance/exceptions", {"check": "x", "reason": "y", "host_id": "nobody", "expires_ms": int(time.time() * 1000) + 86400000})


def test_who_sees_a_teams_things_sees_its_containers_alone(world):
    """A container's results are its team's, a host's are nobody's."""
    admin, body = world.admin, {"run": 1, "part": 1, "last": True, "whole": True, "distribution": "x"}
    told = Told(world.server, world.top, "node-7")
    weights = {"severity": "high", "category": "security", "weight": 6}
    results = [{"stamp": f"{n:016x}", "check": "container-x", "key": f"container/{c * 64}", "state": "fail", **weights,
                "subject": {"kind": "container", "name": f"box-{c}", "container": c * 64}} for n, c in enumerate("cd", 1)]
    told.send(("compliance", body | {"results": results}))
    for c, image in (("c", "a"), ("d", "b")):
        told.send(("asset", {"kind": "container", "key": c * 64, "op": "put", "name": f"box-{c}", "container": c * 64,
                             "attrs": {"image": f"shop/{image}:1", "image_id": "sha256:" + image * 64, "state": "running"}}),
                  ("asset", {"kind": "image", "key": "sha256:" + image * 64, "op": "put", "name": f"shop/{image}:1", "container": "", "attrs": {"tags": [f"shop/{image}:1"]}}))
    admin.post("/api/v1/users", {"name": "dev", "role": "developer", "password": platform_help.PASSWORD})
    team = admin.post("/api/v1/teams", {"name": "shop"})
    dev_id = next(p["id"] for p in admin.items("/api/v1/users") if p["name"] == "dev")
    admin.patch(f"/api/v1/teams/{team['id']}", {"name": "shop", "members": [dev_id], "owns": [{"kind": "image", "pattern": "*shop/a:1"}]})
    dev = platform_help.Client(world.server).login("dev", platform_help.PASSWORD)
    dev.post("/api/v1/me/password", {"old": platform_help.PASSWORD, "new": platform_help.PASSWORD + " of its own"})
    until("the team's image", lambda: dev.items("/api/v1/compliance/results"), 90)
    assert [r["name"] for r in dev.items("/api/v1/compliance/results")] == ["box-c"]
    assert dev.items("/api/v1/compliance/hosts") == [] and dev.items("/api/v1/compliance/exceptions") == []
    assert [w["container_id"] for w in dev.items("/api/v1/compliance/workloads")] == ["c" * 64]
    assert dev.get("/api/v1/compliance/summary")["fail"] == 1
    theirs = next(r["id"] for r in admin.items("/api/v1/compliance/results?f.host_id=id-node-7") if r["name"] == "box-d")
    assert {r["name"] for r in admin.items(f"/api/v1/compliance/results?f.image_id=sha256:{'b' * 64}")} == {"box-d"}, "an image has the results of what was made of it"
    assert dev.items(f"/api/v1/compliance/results?f.image_id=sha256:{'b' * 64}") == [], "and asking by image shows nobody more"
    with pytest.raises(Refused, match="404"):
        dev.get(f"/api/v1/compliance/results/{theirs}")
    for path, asked in (("exceptions", {"check": "*", "reason": "r", "expires_ms": int(time.time() * 1000) + 86400000}), ("run", {})):
        with pytest.raises(Refused, match="403"):
            dev.post(f"/api/v1/compliance/{path}", asked)


def test_a_live_event_tells_of_a_run(world):
    connection = http.client.HTTPSConnection("localhost", world.server.port, context=world.server.tls(), timeout=30)
    connection.request("GET", "/api/v1/live?topics=compliance", headers=world.admin.headers("GET"))
    stream = connection.getresponse()
    world.run()
    for line in stream:
        if line.startswith(b"data:") and b"host_id" in line:
            told = json.loads(line[5:])
            break
    assert told["fail"] == 1 and told["host"] == os.uname().nodename
    connection.close()


@pytest.mark.parametrize("format, type, begins", [("html", "text/html", "<!doctype html>"), ("json", "application/json", "{"), ("csv", "text/csv", "host,kind"),
                                                  ("junit", "application/xml", "<?xml"), ("oscal", "application/json", "{")])
def test_the_report_is_served_in_each_format(world, format, type, begins):
    status, headers, body = world.admin.call("GET", f"/api/v1/compliance/report?format={format}")
    assert status == 200 and headers["Content-Type"].startswith(type) and headers["Content-Disposition"].startswith("attachment; filename=\"inspection-2")
    text = body.decode()
    assert text.startswith(begins) and "host-distribution-ours" in text
    if format in ("json", "oscal"):
        json.loads(text)


def test_the_report_is_in_chinese_and_of_one_host(world):
    (host,) = [h for h in world.admin.items("/api/v1/compliance/hosts") if h["host"] == os.uname().nodename]
    page = world.admin.ask("GET", f"/api/v1/compliance/report?lang=zh&host_id={host['host_id']}")
    assert "安全巡检报告" in page and "发行版符合要求" in page and "box-c" not in page
    assert "box-c" in world.admin.ask("GET", "/api/v1/compliance/report?lang=zh")
    for query, status in (("format=pdf", 400), ("lang=fr", 400), ("host_id=nobody", 404)):
        with pytest.raises(Refused) as e:
            world.admin.get(f"/api/v1/compliance/report?{query}")
        assert e.value.status == status


def test_the_command_line_writes_the_same_report(world):
    program = platform_help.PROGRAM
    made = conftest.run(program, "report", "--state", world.server.state, "--format", "json", "--output", world.top / "all.json", timeout=60)
    assert made.returncode == 0, made.stderr
    report = json.loads((world.top / "all.json").read_text())
    assert {r["check"] for r in report["results"]} >= {"host-distribution-ours", "host-named", "host-asked", "container-x"}
    assert report["total"]["score"] == world.admin.get("/api/v1/compliance/summary")["score"]
    local = conftest.run(platform_help.BUILD / "bulkhead", "report", "--forget", "--content", world.content, "--server-state", world.server.state, "-o", "json", timeout=120)
    assert local.returncode == 0, local.stderr
    told = json.loads(local.stdout)
    assert any(f["label"]["en"].startswith("server: ") for f in told["figures"]) and any(f["label"]["en"] == "accounts" for f in told["figures"])
    assert conftest.run(program, "report", "--state", world.server.state, "--host", "nobody", timeout=60, check=False).returncode == 3
