# SPDX-License-Identifier: Apache-2.0
"""bulkhead watch --k8s-audit-hook: lists of audit events over real HTTP, as an API server's webhook sends them (the real one
sends them in test_kubernetes_api.py)."""
import concurrent.futures
import http.client
import json
import re
import ssl
import subprocess
from types import SimpleNamespace

import pytest

import guard_help as g
import platform_help
import uplink_help
from conftest import BUILD, need_root, run, wait_for
from test_agent import Agent

TOKEN = "a token that nobody guesses"


def event(n, **more):
    return {"kind": "Event", "apiVersion": "audit.k8s.io/v1", "level": "RequestResponse", "auditID": f"id-{n}", "stage": "ResponseComplete",
            "requestURI": f"/api/v1/namespaces/shop/pods/p{n}/exec?command=id", "verb": "create", "user": {"username": "eve", "groups": ["system:authenticated"]},
            "sourceIPs": ["192.0.2.7"], "userAgent": "kubectl/v1.32.5", "responseStatus": {"code": 101},
            "objectRef": {"resource": "pods", "namespace": "shop", "name": f"p{n}", "apiVersion": "v1", "subresource": "exec"},
            "requestReceivedTimestamp": "2026-11-30T02:00:00.000000Z", "stageTimestamp": "2026-11-30T02:00:00.100000Z",
            "annotations": {"authorization.k8s.io/decision": "allow"}} | more


def events(*items):
    return json.dumps({"kind": "EventList", "apiVersion": "audit.k8s.io/v1", "metadata": {}, "items": list(items)}).encode()


RULES = """
- rule: Command in a pod
  desc: x
  condition: ka.target.subresource = exec and ka.verb = create
  output: Command (user=%ka.user.name pod=%ka.target.pod.name)
  priority: WARNING
  source: k8s_audit
"""


class Hook:
    def __init__(self, build, top, spec, *more):
        (top / "rules.yaml").write_text(RULES)
        self.watch = g.Watch(g.program(build), "--rules", top / "rules.yaml", "--state", top / "state", "--login", "none", "--stats", "--k8s-audit-hook", spec, *more)
        self.url = re.search(r"audit is taken at (\S+)", "".join(self.watch.said)).group(1)

    def post(self, body, token=TOKEN, method="POST", tls=None):
        scheme, _, place = self.url.partition("://")
        c = http.client.HTTPSConnection(place, context=tls, timeout=30) if scheme == "https" else http.client.HTTPConnection(place, timeout=30)
        try:
            c.request(method, "/", body, {"Authorization": f"Bearer {token}"} if token else {})
            r = c.getresponse()
            return r.status, r.read().decode()
        finally:
            c.close()

    def pods(self):
        return [a["output_fields"]["ka.target.pod.name"] for a in self.watch.alerts if a["rule"] == "Command in a pod"]

    def stop(self):
        assert self.watch.stop() == 0, "".join(self.watch.said)
        return "".join(self.watch.said)


@pytest.fixture
def token(tmp_path):
    path = tmp_path / "token"
    path.write_text(TOKEN + "\n")
    return path


def test_events_are_judged_and_what_is_none_is_refused(build, tmp_path, token):
    need_root()
    hook = Hook(build, tmp_path, f"0,token={token}")
    try:
        assert hook.url.startswith("http://127.0.0.1:")
        assert hook.post(events(event(1), event(2, verb="get"), event(3))) == (200, "")
        assert hook.post(json.dumps(event(4)).encode())[0] == 200
        assert hook.post(b"not json")[0] == 400
        code, why = hook.post(json.dumps({"kind": "PodList", "apiVersion": "v1", "items": []}).encode())
        assert code == 400 and "EventList of audit.k8s.io" in why
        assert hook.post(events(event(5)), token="another token of that length")[0] == 401
        assert hook.post(events(event(5)), token=None)[0] == 401
        assert hook.post(None, method="GET")[0] == 405
        assert hook.post(b" " * (16 << 20) + b"{}")[0] == 413
        hook.watch.wait(lambda: len(hook.pods()) >= 3, what="three alerts")
    finally:
        said = hook.stop()
    assert hook.pods() == ["p1", "p3", "p4"]
    assert "audit by webhook: 2 requests with 4 events; 0 turned away for want of room, 2 of strangers, 3 broken, 1 too long; 0 wait" in said


def test_a_flood_is_slowed_down_and_nothing_is_lost(build, tmp_path, token):
    """Twenty senders at once; whoever is told that there is no room sends again."""
    need_root()
    hook = Hook(build, tmp_path, f"127.0.0.1:0,token={token}")
    filler = "x" * 20_000
    turned = []

    def send(n):
        body = events(*(event(f"{n}-{i}", requestObject={"data": filler}) for i in range(100)))
        while (code := hook.post(body)[0]) == 429:
            turned.append(n)
        assert code == 200

    try:
        with concurrent.futures.ThreadPoolExecutor(20) as pool:
            list(pool.map(send, range(60)))
        hook.watch.wait(lambda: len(hook.pods()) >= 6000, 60, "6,000 alerts")
    finally:
        said = hook.stop()
    assert len(set(hook.pods())) == 6000
    assert f"60 requests with 6000 events; {len(turned)} turned away" in said


def test_what_was_taken_is_judged_before_the_end(build, tmp_path, token):
    need_root()
    hook = Hook(build, tmp_path, f"0,token={token}")
    for n in range(20):
        assert hook.post(events(*(event(f"{n}-{i}") for i in range(400))))[0] == 200
    said = hook.stop()
    assert "20 requests with 8000 events" in said and "; 0 wait" in said, said
    assert len(set(hook.pods())) == 8000


def test_certificates_of_senders(build, tmp_path, token, ca):
    need_root()
    cert, key = ca.issue("hook")
    hook = Hook(build, tmp_path, f"0,cert={cert},key={key},clients={ca.pem}")
    try:
        assert hook.url.startswith("https://127.0.0.1:")
        known = ssl.create_default_context(cafile=ca.pem)
        with pytest.raises((ssl.SSLError, OSError, http.client.HTTPException)):
            hook.post(events(event(1)), tls=known)
        known.load_cert_chain(*ca.issue("sender"))
        assert hook.post(events(event(2)), token=None, tls=known)[0] == 200
        hook.watch.wait(lambda: hook.pods() == ["p2"], what="the alert")
    finally:
        hook.stop()


@pytest.mark.parametrize("spec, words", [
    ("9444", "who may send"),
    ("0.0.0.0:0,token={token}", "not the loopback"),
    ("0,token=/nowhere", "/nowhere"),
    ("0,token={short}", "16 characters"),
    ("here,token={token}", "here"),
    ("0,token={token},cert=/nowhere,key=/nowhere", "/nowhere"),
])
def test_it_says_what_is_wrong(tmp_path, token, spec, words):
    short = tmp_path / "short"
    short.write_text("short")
    r = subprocess.run([BUILD / "bulkhead", "watch", "--backend", "proc", "--state", tmp_path / "state", "--k8s-audit-hook", spec.format(token=token, short=short)],
                       capture_output=True, text=True, timeout=60)
    assert r.returncode in (2, 3) and "--k8s-audit-hook" in r.stderr and words in r.stderr, r.stderr


def test_an_agent_takes_it_too_and_tells_its_server(tmp_path, token):
    need_root()
    rules = tmp_path / "rules.yaml"
    rules.write_text(RULES)
    with platform_help.Server(tmp_path) as server:
        admin = server.login()
        joining = admin.post("/api/v1/enrolment-tokens", {"name": "test", "environment": "test"})["token"]
        agent = Agent(tmp_path / "agent", "--rules", rules, "--no-scans", "--no-comply", "--no-inventory", "--k8s-audit-hook", f"0,token={token}")
        run(uplink_help.AGENT, "enrol", "--state", agent.state, "--token", joining, timeout=60)
        agent.start()
        try:
            url = re.search(r"audit is taken at (\S+)", "".join(agent.said)).group(1)
            assert Hook.post(SimpleNamespace(url=url), events(event("of-an-agent")))[0] == 200
            wait_for("the alert", lambda: any("of-an-agent" in json.dumps(a) for a in admin.items("/api/v1/alerts")), 20)
        finally:
            assert agent.stop() == 0, "".join(agent.said)
