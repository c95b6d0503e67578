# SPDX-License-Identifier: Apache-2.0
"""Rules that people write, checked and given out to agents; indicators of attackers, and alerts that meet them."""
import csv
import http.server
import io
import json
import threading
import time

import conftest
import platform_agent
import platform_help
import pytest
from platform_agent import alert
from test_incidents import admin, agent, eventually, server  # noqa: F401 fixtures

RULE = """
- rule: Own rule
  desc: x
  condition: evt.type = execve and proc.name = ncat
  output: ncat (cmd=%proc.cmdline)
  priority: WARNING
  tags: [mitre_execution, T1059]
"""


def the_set(agent):
    """The newest set that waits for the agent."""
    commands = [c for c in agent.commands() if c["kind"] == "policy"]
    for c in commands:
        agent.send(("result", {"command": c["id"], "ok": True, "text": "in force", "detail": {}}))
    return commands[-1]["body"] if commands else None


def test_a_rule_is_checked_then_given_to_agents(admin, agent):
    bad = admin.post("/api/v1/policy-check", {"text": RULE.replace("proc.name", "proc.nmae")})
    assert not bad["ok"] and bad["notes"][0]["line"] > 0 and bad["notes"][0]["column"] > 0 and "proc.name" in bad["notes"][0]["text"]
    assert admin.post("/api/v1/policy-check", {"text": RULE})["ok"]
    with pytest.raises(platform_help.Refused, match="proc.name") as refused:
        admin.post("/api/v1/policies", {"name": "own", "kind": "rules", "text": RULE.replace("proc.name", "proc.nmae")})
    assert refused.value.status == 400 and admin.get("/api/v1/policies")["items"] == [] and the_set(agent) is None
    made = admin.post("/api/v1/policies", {"name": "own", "kind": "rules", "text": RULE, "description": "d"})
    first = the_set(agent)
    assert [(f["kind"], f["name"]) for f in first["files"]] == [("rules", "own.yaml")] and first["files"][0]["text"] == RULE
    rules = {r["rule"]: r for r in admin.get("/api/v1/rules")["items"]}
    assert not rules["Own rule"]["built_in"] and rules["Own rule"]["techniques"] == ["T1059"] and len(rules) > 100
    assert sum(r["built_in"] for r in rules.values()) == len(rules) - 1
    rows = list(csv.DictReader(io.StringIO(admin.call("GET", "/api/v1/rules?format=csv")[2].decode())))
    assert {r["rule"]: r["condition"].split() for r in rows} == {name: r["condition"].split() for name, r in rules.items()}
    changed = admin.patch(f"/api/v1/policies/{made['id']}", {"text": RULE.replace("ncat", "socat"), "why": "another tool"})
    assert changed["version"] == 2 and "socat" in changed["text"]
    second = the_set(agent)
    assert second["version"] == first["version"] + 1 and "socat" in second["files"][0]["text"]
    assert [(v["version"], v["why"]) for v in admin.items(f"/api/v1/policies/{made['id']}/versions")] == [(2, "another tool"), (1, "")]
    assert admin.get("/api/v1/policy-agents")["items"][0]["answer"] == "in force"
    admin.delete(f"/api/v1/policies/{made['id']}")
    assert the_set(agent)["files"] == []


def test_allowances_and_responses_are_checked_too(admin, agent):
    with pytest.raises(platform_help.Refused, match="exipres|expires"):
        admin.post("/api/v1/policies", {"name": "a", "kind": "allow", "text": "- { rule: Reverse shell, when: proc.name = x, owner: o, reason: r, exipres: 2030-01-01 }\n"})
    with pytest.raises(platform_help.Refused, match="kil"):
        admin.post("/api/v1/policies", {"name": "r", "kind": "responses", "text": "responses:\n  - { name: x, rules: ['*'], do: [kil] }\n"})
    one = admin.post("/api/v1/policies", {"name": "r", "kind": "responses", "text": "mode: dry-run\nresponses:\n  - { name: x, rules: ['*'], do: [kill] }\n"})
    with pytest.raises(platform_help.Refused, match="already"):
        admin.post("/api/v1/policies", {"name": "r2", "kind": "responses", "text": "responses: []\n"})
    assert "responses" in [f["kind"] for f in the_set(agent)["files"]]
    admin.delete(f"/api/v1/policies/{one['id']}")


def test_a_rule_is_switched_off_everywhere(admin, agent):
    rule = next(r["rule"] for r in admin.get("/api/v1/rules")["items"] if r["enabled"] and r["built_in"])
    admin.put("/api/v1/rule-switches", {"rule": rule, "enabled": False, "reason": "noisy here"})
    assert not next(r for r in admin.get("/api/v1/rules")["items"] if r["rule"] == rule)["enabled"]
    assert rule in json.dumps(the_set(agent))
    admin.put("/api/v1/rule-switches", {"rule": rule, "enabled": True})
    assert next(r for r in admin.get("/api/v1/rules")["items"] if r["rule"] == rule)["enabled"]
    assert admin.call("PUT", "/api/v1/rule-switches", {"rule": "No such rule", "enabled": True})[0] == 404


def test_rules_are_proved_and_conditions_are_tried(admin, agent):
    proof = "- rule: Own rule\n  fires: [ { evt.type: execve, proc.name: ncat } ]\n  quiet: [ { evt.type: execve, proc.name: sh } ]\n"
    got = admin.post("/api/v1/policy-proof", {"text": RULE, "proof": proof})
    assert got["ok"], got
    assert not admin.post("/api/v1/policy-proof", {"text": RULE, "proof": proof.replace("name: sh", "name: ncat")})["ok"]
    agent.send(alert("Tried", fields={"proc.name": "dryrun"}), alert("Tried"))
    got = admin.post("/api/v1/policy-dry-run", {"condition": "proc.name = dryrun"})
    assert got["matched"] == 1 and got["looked_at"] >= 2 and len(got["alerts"]) == 1
    assert admin.call("POST", "/api/v1/policy-dry-run", {"condition": "proc.nmae = x"})[0] == 400


class Feed(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.server.asked.append((self.path, self.headers.get("If-None-Match")))
        body = self.server.files.get(self.path)
        if body is not None and self.headers.get("If-None-Match") == f'"{len(body)}"':
            self.send_response(304)
            self.end_headers()
            return
        self.send_response(200 if body is not None else 404)
        self.send_header("ETag", f'"{len(body or b"")}"')
        self.send_header("Content-Length", str(len(body or b"")))
        self.end_headers()
        self.wfile.write(body or b"")

    def log_message(self, *args):
        pass


@pytest.fixture
def feed():
    s = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Feed)
    s.files, s.asked = {}, []
    threading.Thread(target=s.serve_forever, daemon=True).start()
    s.url = f"http://127.0.0.1:{s.server_port}"
    yield s
    s.shutdown()


def test_an_alert_says_whose_warning_it_meets_and_nodes_get_the_list(admin, agent, feed):
    feed.files["/list.txt"] = b"# bad ones\n203.0.113.77 c2 server\nnonsense\n198.51.100.0/24\n"
    made = admin.post("/api/v1/intel/sources", {"name": "plain feed", "format": "plain", "url": feed.url + "/list.txt"})
    source = eventually(lambda: (lambda s: s if s["fetched_ms"] else None)(admin.get(f"/api/v1/intel/sources/{made['id']}")))
    assert source["n_indicators"] == 2 and source["n_refused"] == 1 and source["error"] == ""
    given = the_set(agent)
    assert given["files"][0]["name"] == "00-intel.yaml" and "203.0.113.77" in given["files"][0]["text"]
    assert admin.post("/api/v1/policy-check", {"text": RULE})["ok"]  # also with what intelligence adds
    assert "Connection to an address of threat intelligence" in {r["rule"] for r in admin.get("/api/v1/rules")["items"]}
    agent.send(alert("Meets", container="9" * 64, fields={"fd.sip": "203.0.113.77"}))
    met, = admin.get(f"/api/v1/alerts?f.container_id={'9' * 64}")["items"]
    assert met["intel"] == "plain feed: 203.0.113.77"
    row, = admin.get("/api/v1/intel/indicators?f.value=203.0.113.77")["items"]
    assert row["n_hits"] == 1 and row["comment"] == "c2 server" and row["source"] == "plain feed"
    admin.post(f"/api/v1/intel/sources/{made['id']}/refresh")
    eventually(lambda: len(feed.asked) == 2)
    assert feed.asked[1][1] == f'"{len(feed.files["/list.txt"])}"'
    admin.delete(f"/api/v1/intel/sources/{made['id']}")
    assert "00-intel.yaml" not in [f["name"] for f in the_set(agent)["files"]]


def test_misp_and_broken_sources(admin, agent, feed):
    uuid = "5c0aa3a4-1b2c-4d5e-8f90-0123456789ab"
    feed.files["/misp/manifest.json"] = json.dumps({uuid: {"info": "x"}}).encode()
    feed.files[f"/misp/{uuid}.json"] = json.dumps({"Event": {"info": "campaign", "Attribute": [{"type": "ip-dst", "value": "203.0.113.78", "to_ids": True}]}}).encode()
    misp = admin.post("/api/v1/intel/sources", {"name": "misp", "format": "misp", "url": feed.url + "/misp/manifest.json"})["id"]
    broken = admin.post("/api/v1/intel/sources", {"name": "broken", "format": "stix", "url": feed.url + "/nothing"})["id"]
    eventually(lambda: admin.get(f"/api/v1/intel/sources/{misp}")["n_indicators"] == 1, 20)
    assert "404" in eventually(lambda: admin.get(f"/api/v1/intel/sources/{broken}")["error"], 20)
    up = admin.post("/api/v1/intel/sources", {"name": "file", "format": "csv", "column": "ip"})["id"]
    status, _, body = admin.call("POST", f"/api/v1/intel/sources/{up}/upload", b"ip,why\n203.0.113.79,x\nbad,y\n", {"Content-Type": "application/octet-stream"})
    assert status == 200 and json.loads(body) == {"indicators": 1, "refused": 1, "first_refused": "bad"}
    assert admin.call("POST", f"/api/v1/intel/sources/{up}/upload", b"x\n1\n", {"Content-Type": "text/csv"})[0] == 400
    for i in (misp, broken, up):
        admin.delete(f"/api/v1/intel/sources/{i}")
