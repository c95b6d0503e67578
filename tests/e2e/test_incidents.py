# SPDX-License-Identifier: Apache-2.0
"""Alerts as they come from an agent, incidents as people work on them, responses as agents carry them out."""
import json
import threading
import time

import conftest
import platform_agent
import platform_help
import pytest
from platform_agent import alert


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    conftest.need("openssl")
    if not platform_help.PROGRAM.exists():
        pytest.skip("bulkhead-server is not built")
    with platform_help.Server(tmp_path_factory.mktemp("server")) as s:
        yield s


@pytest.fixture(scope="module")
def admin(server):
    return server.login()


@pytest.fixture(scope="module")
def agent(server, tmp_path_factory):
    return platform_agent.Agent(server, tmp_path_factory.mktemp("agent"))


def eventually(ask, seconds=10):
    until = time.monotonic() + seconds
    while True:
        got = ask()
        if got or time.monotonic() > until:
            assert got
            return got
        time.sleep(0.1)


def incident_of(admin, container):
    return admin.get(f"/api/v1/incidents?f.container_id={container}")["items"]


def test_alerts_of_a_container_become_one_incident_with_a_story(admin, agent):
    c = "1" * 64
    agent.send(alert("Shell in a container", "Notice", c), alert("Reverse shell", "Critical", c, process={
        "pid": 11, "exe": "/bin/bash", "cmdline": "bash -i", "lineage": [{"pid": 8, "exe": "/bin/sh"}, {"pid": 7, "exe": "/usr/sbin/nginx"}]}))
    incident, = incident_of(admin, c)
    assert incident["title"] == "Reverse shell in web-1" and incident["n_alerts"] == 2 and incident["priority"] == "Critical"
    assert incident["tactics"] == ["TA0002"] and incident["techniques"] == ["T1059.004"] and incident["host"] == "node-1"
    story = admin.get(f"/api/v1/incidents/{incident['id']}/timeline")
    assert [i["kind"] for i in story["items"]] == ["alert", "alert"]
    exes = {n["id"]: (n["exe"], n["parent"]) for n in story["tree"]}
    assert [e for e, _ in exes.values()].count("/usr/sbin/nginx") == 1 and len(exes) == 4
    one = admin.get(f"/api/v1/alerts/{story['items'][0]['id']}")
    assert one["fields"]["fd.sport"] == 4444 and one["process"]["lineage"][1]["exe"] == "/usr/sbin/nginx"
    assert one["links"]["incident"] == f"/api/v1/incidents/{incident['id']}"
    assert admin.get(f"/api/v1/alerts?f.incident_id={incident['id']}&count=true")["total"] == 2
    assert admin.get("/api/v1/alerts?f.priority=Critical&sort=-level&facets=rule")["facets"]["rule"]


def test_people_take_an_incident_write_about_it_and_close_it(admin, agent):
    c = "2" * 64
    agent.send(alert(container=c))
    i = incident_of(admin, c)[0]["id"]
    got = admin.patch(f"/api/v1/incidents/{i}", {"status": "working", "assignee": "ann", "note": "looking"})
    assert got["status"] == "working" and got["assignee"] == "ann"
    note = admin.post(f"/api/v1/incidents/{i}/notes", {"text": "harmless?\n中文"})
    assert note["who"] == "admin"
    assert [n["text"] for n in admin.items(f"/api/v1/incidents/{i}/notes?sort=at_ms")] == ["looking", "harmless?\n中文"]
    assert admin.patch(f"/api/v1/incidents/{i}", {"status": "closed"})["status"] == "closed"
    agent.send(alert(container=c))  # what comes after is another
    assert len(incident_of(admin, c)) == 2
    for bad, what in (({"status": "opne"}, "did you mean"), ({"colour": 1}, "colour"), ({}, "nothing to change")):
        with pytest.raises(platform_help.Refused, match=what) as refused:
            admin.patch(f"/api/v1/incidents/{i}", bad)
        assert refused.value.status == 400
    for path in ("/api/v1/incidents/999999", "/api/v1/incidents/x", "/api/v1/incidents/999999/timeline", "/api/v1/alerts/999999"):
        assert admin.call("GET", path)[0] == 404


def test_the_matrix_counts_by_tactic_and_technique(admin, agent):
    agent.send(alert("Cron", "Error", "3" * 64, tags=("mitre_persistence", "T1053.003")))
    matrix = admin.get("/api/v1/attack")
    persistence = next(t for t in matrix["tactics"] if t["id"] == "TA0003")
    assert len(matrix["tactics"]) == 14
    assert [(t["id"], t["name"], t["count"]) for t in persistence["techniques"]] == [("T1053.003", "Cron", 1)]
    assert admin.get("/api/v1/attack?to_ms=1000")["total"] == 0
    assert admin.call("GET", "/api/v1/attack?from_ms=x")[0] == 400


def test_a_suppression_says_first_what_it_would_hide(admin, agent):
    c, until = "4" * 64, int(time.time() * 1000) + 3600_000
    agent.send(alert("Noisy", "Notice", c), alert("Grave", "Critical", c))
    body = {"rule": "Noisy", "container": "web-*", "condition": "proc.name = nc", "reason": "our own tool", "until_ms": until}
    tried = admin.post("/api/v1/suppressions", body | {"dry_run": True})
    assert tried["hidden"] == 1 and "id" not in tried
    assert incident_of(admin, c)[0]["n_alerts"] == 2
    made = admin.post("/api/v1/suppressions", body)
    assert made["hidden"] == 1 and incident_of(admin, c)[0]["n_alerts"] == 1
    agent.send(alert("Noisy", "Notice", c))
    assert incident_of(admin, c)[0]["n_alerts"] == 1
    hidden = admin.get(f"/api/v1/alerts?f.container_id={c}&f.suppressed=true")["items"]
    assert len(hidden) == 2 and all(a["incident_id"] is None for a in hidden)
    row = next(s for s in admin.items("/api/v1/suppressions") if s["id"] == made["id"])
    assert row["n_hidden"] == 2 and row["owner"] == "admin" and row["active"]
    admin.delete(f"/api/v1/suppressions/{made['id']}")
    agent.send(alert("Noisy", "Notice", c))
    assert incident_of(admin, c)[0]["n_alerts"] == 2
    for bad, what in ((body | {"condition": "proc.nmae = x"}, "proc.name"), ({"reason": "r", "until_ms": until}, "say which alerts"),
                      (body | {"until_ms": 5}, "until_ms")):
        with pytest.raises(platform_help.Refused, match=what) as refused:
            admin.post("/api/v1/suppressions", bad)
        assert refused.value.status == 400


def test_a_suppression_ends_by_itself(admin, agent):
    c = "5" * 64
    made = admin.post("/api/v1/suppressions", {"container": "c" + c[:11], "rule": "Short*", "reason": "r", "until_ms": int(time.time() * 1000) + 1500})
    eventually(lambda: not next(s for s in admin.items("/api/v1/suppressions") if s["id"] == made["id"])["active"])


def test_news_comes_live(server, admin, agent):
    lines, ready = [], threading.Event()

    def listen():
        s = server.socket()
        s.sendall(f"GET /api/v1/live?topics=alerts,incidents HTTP/1.1\r\nHost: localhost\r\nCookie: bh_session={admin.cookie}\r\n\r\n".encode())
        ready.set()
        with s.makefile("rb") as f:
            for line in f:
                lines.append(line.decode().strip())
                if "Live in web-1" in lines[-1]:
                    return
    t = threading.Thread(target=listen, daemon=True)
    t.start()
    ready.wait(10)
    time.sleep(0.3)
    begun = time.monotonic()
    agent.send(alert("Live", "Critical", "6" * 64))
    t.join(10)
    assert not t.is_alive() and time.monotonic() - begun < 2
    assert any("event: alerts" in line for line in lines) and any('"rule":"Live"' in line for line in lines)


def test_a_response_is_tried_first_then_done_then_undone(admin, agent):
    c = "7" * 64
    agent.send(alert(container=c))
    incident = incident_of(admin, c)[0]["id"]
    body = {"action": "pause", "container_id": c, "why": "odd", "incident_id": incident, "minutes": 30}
    with pytest.raises(platform_help.Refused, match="dry run comes first") as refused:
        admin.post("/api/v1/responses", body)
    assert refused.value.status == 403

    def carry_out(asked, ok=True, text="done"):
        command, = agent.commands()
        agent.send(("result", {"command": command["id"], "ok": ok, "text": text, "detail": {"n": 1}}))
        return command, eventually(lambda: (lambda r: r if r["state"] in ("done", "failed") else None)(admin.get(f"/api/v1/responses/{asked['id']}")))

    command, tried = carry_out(admin.post("/api/v1/responses", body | {"dry_run": True}), text="would freeze 3 processes")
    assert command["kind"] == "respond" and command["body"] == {"action": "pause", "container": c, "dry_run": True, "minutes": 30, "why": "odd"}
    assert tried["state"] == "done" and tried["text"] == "would freeze 3 processes" and tried["until_ms"] is None
    asked = admin.post("/api/v1/responses", body)
    assert asked["state"] == "asked" and asked["host_id"] == agent.host_id
    command, done = carry_out(asked)
    assert done["state"] == "done" and done["until_ms"] == done["done_ms"] + 30 * 60000 and done["detail"] == {"n": 1}
    undo = admin.post(f"/api/v1/responses/{asked['id']}/undo")
    assert undo["action"] == "resume" and undo["undoes"] == asked["id"]
    carry_out(undo)
    assert admin.get(f"/api/v1/responses/{asked['id']}")["state"] == "undone"
    _, failed = carry_out(admin.post("/api/v1/responses", {"action": "evidence", "container_id": c, "why": "w", "incident_id": incident}), ok=False, text="no room")
    assert failed["state"] == "failed" and failed["text"] == "no room"
    kinds = [i["kind"] for i in admin.get(f"/api/v1/incidents/{incident}/timeline")["items"]]
    assert kinds.count("response") == 4
    for bad, what in (({"action": "puase", "why": "w", "container_id": c}, "did you mean"), ({"action": "kill-process", "why": "w", "container_id": c}, "needs a pid"),
                      ({"action": "kill", "why": "w", "container_id": c, "minutes": 5}, "cannot be undone"), ({"action": "pause", "container_id": c}, "why"),
                      ({"action": "quarantine", "why": "w", "host_id": agent.host_id, "path": "etc"}, "begin with /")):
        with pytest.raises(platform_help.Refused, match=what) as refused:
            admin.post("/api/v1/responses", bad)
        assert refused.value.status == 400
    actions = [a["action"] for a in admin.get("/api/v1/audit?limit=200")["items"]]
    assert "response.try" in actions and "response.ask" in actions and "response.undo" in actions


def test_who_may_not_does_not(server, admin, agent):
    auditor = server.person(admin, "aud", "auditor")
    assert auditor.get("/api/v1/incidents")["items"]
    incident = auditor.get("/api/v1/incidents")["items"][0]["id"]
    for method, path, body in (("PATCH", f"/api/v1/incidents/{incident}", {"status": "closed"}), ("POST", f"/api/v1/incidents/{incident}/notes", {"text": "x"}),
                               ("POST", "/api/v1/suppressions", {}), ("POST", "/api/v1/responses", {}), ("POST", "/api/v1/integrations", {})):
        assert auditor.call(method, path, body)[0] == 403
    developer = server.person(admin, "dev", "developer")
    assert developer.get("/api/v1/incidents")["items"] == []
    for path in (f"/api/v1/incidents/{incident}", f"/api/v1/incidents/{incident}/timeline", f"/api/v1/incidents/{incident}/notes", "/api/v1/alerts/1"):
        assert developer.call("GET", path)[0] == 404
