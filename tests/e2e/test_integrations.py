# SPDX-License-Identifier: Apache-2.0
"""Alerts on their way out of the server, to real receivers: rsyslog over TLS, a mail server, HTTP servers that check what they get."""
import base64
import email
import email.header
import email.policy
import hashlib
import hmac
import http.server
import json
import os
import pathlib
import re
import shutil
import socket
import ssl
import subprocess
import threading
import time
import urllib.parse

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


def wait(condition, seconds=15):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        got = condition()
        if got:
            return got
        time.sleep(0.05)
    raise AssertionError("it never came")


class Receiver(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.got.append((self.path, dict(self.headers), body))
        status, answer = self.server.reply(self.path, body)
        self.send_response(status)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *args):
        pass


@pytest.fixture
def receiver(ca):
    """HTTPS; .got, and .reply(path, body) -> (status, body) to be set."""
    s = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    cert, key = ca.issue("receiver")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    s.socket = context.wrap_socket(s.socket, server_side=True)
    s.got, s.reply = [], lambda path, body: (200, b"ok")
    threading.Thread(target=s.serve_forever, daemon=True).start()
    s.url = f"https://localhost:{s.server_port}"
    yield s
    s.shutdown()


@pytest.fixture
def make(admin, ca):
    """make(kind, config, secrets, **more) -> its id; gone after the test."""
    made = []

    def call(kind, config, secrets=None, **more):
        if kind != "ocsf_file":
            config = {"ca_pem": ca.pem.read_text()} | config
        one = admin.post("/api/v1/integrations", {"name": f"{kind} {len(made)} {time.monotonic()}", "kind": kind, "config": config, "secrets": secrets or {}} | more)
        made.append(one["id"])
        return one["id"]
    yield call
    for i in made:
        admin.delete(f"/api/v1/integrations/{i}")


def state(admin, i):
    return admin.get(f"/api/v1/integrations/{i}")


def test_a_webhook_is_signed_and_its_secrets_never_come_out(server, admin, agent, receiver, make):
    i = make("webhook", {}, {"url": receiver.url + "/hook", "secret": "geheim!", "authorization": "Bearer tok3n"}, least_level=2)
    agent.send(alert("Quiet", "Notice"), alert("Loud", "Critical"))
    path, headers, body = wait(lambda: receiver.got)[0]
    got = json.loads(body)
    assert (path, got["type"], got["rule"], got["host"]["name"], got["container"]["name"]) == ("/hook", "alert", "Loud", "node-1", "web-1")
    assert headers["Authorization"] == "Bearer tok3n"
    mac = hmac.new(b"geheim!", headers["Bulkhead-Timestamp"].encode() + b"." + body, hashlib.sha256).hexdigest()
    assert headers["Bulkhead-Signature"] == f"v1={mac}" and abs(int(headers["Bulkhead-Timestamp"]) - time.time()) < 60
    one = wait(lambda: (lambda s: s if s["n_sent"] else None)(state(admin, i)))
    assert one["n_sent"] == 1 and one["has_secrets"] and one["last_error"] == "" and one["n_waiting"] == 0
    everything = json.dumps([one, admin.get("/api/v1/integrations"), admin.get("/api/v1/audit?limit=500"), server.log])
    database = b"".join(p.read_bytes() for p in server.state.glob("server.db*"))
    for secret in ("geheim!", "tok3n", "/hook"):
        assert secret not in everything and secret.encode() not in database
    admin.patch(f"/api/v1/integrations/{i}", {"secrets": {"authorization": None}})  # the others stay
    assert admin.post(f"/api/v1/integrations/{i}/test")["ok"]
    assert "Authorization" not in receiver.got[-1][1] and "Bulkhead-Signature" in receiver.got[-1][1]


def test_the_button_says_what_came_back(admin, receiver, make):
    i = make("webhook", {}, {"url": receiver.url})
    assert admin.post(f"/api/v1/integrations/{i}/test") == {"ok": True, "answer": "200 ok", "error": ""}
    assert json.loads(receiver.got[-1][2])["type"] == "test"
    receiver.reply = lambda path, body: (403, b"no such channel")
    got = admin.post(f"/api/v1/integrations/{i}/test")
    assert not got["ok"] and "no such channel" in got["answer"] and "403" in got["error"]
    gone = make("webhook", {}, {"url": f"https://localhost:{conftest.free_port()}"})
    got = admin.post(f"/api/v1/integrations/{gone}/test")
    assert not got["ok"] and "connect" in got["error"].lower()


def test_what_failed_is_sent_again_and_what_is_refused_is_not(admin, agent, receiver, make):
    answers = [(503, b"busy"), (200, b"ok"), (422, b"never"), (200, b"ok")]
    receiver.reply = lambda path, body: answers.pop(0) if answers else (200, b"ok")
    i = make("webhook", {}, {"url": receiver.url})
    agent.send(alert("First"))
    wait(lambda: state(admin, i)["n_sent"] == 1)
    assert [json.loads(b)["rule"] for _, _, b in receiver.got] == ["First", "First"]
    agent.send(alert("Second"), alert("Third"))
    one = wait(lambda: (lambda s: s if s["n_sent"] == 2 else None)(state(admin, i)))
    assert one["n_refused"] == 1 and one["n_failures"] >= 1
    assert [json.loads(b)["rule"] for _, _, b in receiver.got] == ["First", "First", "Second", "Third"]


def test_a_condition_and_nothing_that_is_suppressed(admin, agent, receiver, make):
    i = make("webhook", {}, {"url": receiver.url}, condition="proc.name = nc and alert.tags intersects (T1059.004)")
    s = admin.post("/api/v1/suppressions", {"rule": "Hidden", "reason": "r", "until_ms": int(time.time() * 1000) + 60000})
    agent.send(alert("Other", fields={"proc.name": "sh"}), alert("Hidden"), alert("Through"))
    wait(lambda: state(admin, i)["n_sent"] == 1)
    assert [json.loads(b)["rule"] for _, _, b in receiver.got] == ["Through"]
    admin.delete(f"/api/v1/suppressions/{s['id']}")
    with pytest.raises(platform_help.Refused, match="proc.name"):
        make("webhook", {}, {"url": receiver.url}, condition="proc.nmae = nc")


def test_chats_get_their_own_forms_and_signatures(admin, agent, receiver, make):
    receiver.reply = lambda path, body: (200, b'{"errcode":0,"code":0}')
    for kind in ("slack", "dingtalk", "feishu", "wecom"):
        i = make("webhook", {"format": kind}, {"url": f"{receiver.url}/{kind}?key=1", "secret": "SEC" + kind})
        assert admin.post(f"/api/v1/integrations/{i}/test")["ok"]
    got = {urllib.parse.urlparse(p).path[1:]: (p, json.loads(b)) for p, _, b in receiver.got}
    assert got["slack"][1]["text"].startswith("Test. Informational") and got["slack"][1]["attachments"]
    query = urllib.parse.parse_qs(urllib.parse.urlparse(got["dingtalk"][0]).query)
    sign = base64.b64encode(hmac.new(b"SECdingtalk", f"{query['timestamp'][0]}\nSECdingtalk".encode(), hashlib.sha256).digest()).decode()
    assert query["sign"] == [sign] and query["key"] == ["1"] and got["dingtalk"][1]["msgtype"] == "markdown"
    feishu = got["feishu"][1]
    assert feishu["sign"] == base64.b64encode(hmac.new(f"{feishu['timestamp']}\nSECfeishu".encode(), b"", hashlib.sha256).digest()).decode()
    assert feishu["msg_type"] == "text" and got["wecom"][1]["markdown"]["content"].startswith("### Test.")
    receiver.reply = lambda path, body: (200, b'{"errcode":310000,"errmsg":"sign not match"}')
    i = make("webhook", {"format": "dingtalk"}, {"url": receiver.url, "secret": "x"})
    answer = admin.post(f"/api/v1/integrations/{i}/test")
    assert not answer["ok"] and "sign not match" in answer["error"]


class Bulk:
    """What _bulk of Elasticsearch does with creates, as far as its documentation says."""

    def __init__(self):
        self.documents, self.requests, self.broken = {}, 0, 0

    def __call__(self, path, body):
        self.requests += 1
        if path != "/_bulk" or not body.endswith(b"\n"):
            return 400, b'{"error":"The bulk request must be terminated by a newline [\\\\n]"}'
        lines = body.decode().split("\n")[:-1]
        assert len(lines) % 2 == 0
        items = []
        for action, document in zip(lines[::2], lines[1::2]):
            (verb, where), = json.loads(action).items()
            assert verb == "create" and set(where) == {"_index", "_id"}
            key = (where["_index"], where["_id"])
            status = 409 if key in self.documents else 201
            if self.broken > 0:
                self.broken, status = self.broken - 1, 429
            if status == 201:
                self.documents[key] = json.loads(document)
            items.append({"create": {"_index": key[0], "_id": key[1], "status": status} | ({} if status == 201 else {"error": {"type": "x", "reason": "it says no"}})})
        return 200, json.dumps({"took": 1, "errors": any(i["create"]["status"] != 201 for i in items), "items": items}).encode()


def test_elasticsearch_gets_each_document_once_whatever_fails(admin, agent, receiver, make):
    receiver.reply = bulk = Bulk()
    i = make("elasticsearch", {"url": receiver.url, "index": "sec"})
    bulk.broken = 3
    agent.send(*[alert(f"Rule {n}") for n in range(10)])
    one = wait(lambda: (lambda s: s if s["n_sent"] == 10 else None)(state(admin, i)))
    assert len(bulk.documents) == 10 and bulk.requests >= 2 and "it says no" in json.dumps(one) + "it says no"
    (index, _), document = next(iter(bulk.documents.items()))
    assert re.fullmatch(r"sec-alerts-\d{4}\.\d\d\.\d\d", index)
    assert document["ecs"]["version"].startswith("9.") and document["rule"]["name"].startswith("Rule ") and document["event"]["kind"] == "alert"
    assert document["threat"]["technique"]["id"] == ["T1059.004"] and document["@timestamp"].endswith("Z")


def test_a_server_that_is_killed_sends_nothing_twice_to_elasticsearch_and_loses_nothing(tmp_path, receiver, ca):
    """Killed while it sends, five times; ids are the same again."""
    receiver.reply = bulk = Bulk()
    slow = lambda path, body: (time.sleep(0.05), bulk(path, body))[1]
    receiver.reply = slow
    with platform_help.Server(tmp_path) as s:
        person, sender = s.login(), platform_agent.Agent(s, tmp_path)
        person.post("/api/v1/integrations", {"name": "es", "kind": "elasticsearch", "config": {"url": receiver.url, "ca_pem": ca.pem.read_text()}})
        for turn in range(5):
            sender.send(*[alert(f"Rule {turn} {n}") for n in range(300)])
            time.sleep(0.1 * turn)
            s.stop(9)
            s.start()
        wait(lambda: len(bulk.documents) == 1500, 60)
        assert len({d["rule"]["name"] for d in bulk.documents.values()}) == 1500


def test_ocsf_lines_stand_in_a_file_that_turns(server, admin, agent, make):
    i = make("ocsf_file", {"name": "out.jsonl", "size_mb": 1, "keep": 2})
    long = {"proc.name": "x" * 3000}
    for _ in range(5):
        agent.send(*[alert("Long", fields=dict(long)) for _ in range(100)])
    wait(lambda: state(admin, i)["n_sent"] == 500, 30)
    files = sorted((server.state / "exports").glob("out.jsonl*"))
    lines = [json.loads(line) for f in files for line in f.read_text().splitlines()]
    assert len(files) > 1 and all(f.stat().st_size <= 1 << 20 for f in files) and len(lines) == 500
    assert all(x["class_uid"] == 2004 and x["type_uid"] == 200401 and x["metadata"]["version"] == "1.4.0" for x in lines)
    assert len({x["metadata"]["uid"] for x in lines}) == 500 and (files[0].stat().st_mode & 0o777) == 0o600


def test_rsyslog_takes_them_over_tls(tmp_path, ca, admin, agent, make):
    conftest.need("rsyslogd")
    if not list(pathlib.Path("/usr/lib").glob("*/rsyslog/lmnsd_ossl.so")):
        pytest.skip("rsyslog-openssl is not installed")
    cert, key = ca.issue("syslog")
    port, out = conftest.free_port(), tmp_path / "out.log"
    conf = tmp_path / "rsyslog.conf"
    conf.write_text(f'''
global(workDirectory="{tmp_path}" defaultNetstreamDriver="ossl" defaultNetstreamDriverCAFile="{ca.pem}"
       defaultNetstreamDriverCertFile="{cert}" defaultNetstreamDriverKeyFile="{key}" maxMessageSize="64k")
module(load="imtcp" streamDriver.name="ossl" streamDriver.mode="1" streamDriver.authMode="anon")
input(type="imtcp" port="{port}")
template(name="all" type="string" string="%pri% %app-name% %msgid% %msg%\\n")
action(type="omfile" file="{out}" template="all")
''')
    process = subprocess.Popen(["rsyslogd", "-n", "-f", conf, "-i", tmp_path / "pid"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        conftest.wait_for("rsyslogd", lambda: socket.create_connection(("127.0.0.1", port), 1).close() or True, process=process)
        for form in ("json", "cef", "leef"):
            i = make("syslog", {"host": "localhost", "port": port, "format": form, "facility": 10, "app": "bh-" + form}, least_level=2)
            agent.send(alert("To syslog " + form))
            wait(lambda: out.exists() and f"bh-{form} " in out.read_text())
            admin.patch(f"/api/v1/integrations/{i}", {"enabled": False})
        lines = {line.split()[1]: line for line in out.read_text().splitlines()}
        assert lines["bh-json"].startswith("82 bh-json alert ")  # authpriv and critical
        assert json.loads(lines["bh-json"].split(" alert ", 1)[1])["rule"] == "To syslog json"
        assert "CEF:0|Bulkhead|Bulkhead|0.1|To syslog cef|To syslog cef in web-1|9|rt=" in lines["bh-cef"]
        assert "LEEF:2.0|Bulkhead|Bulkhead|0.1|To syslog leef|x09|devTime=" in lines["bh-leef"]
    finally:
        conftest.stop(process)
    wrong = make("syslog", {"host": "localhost", "port": port})
    assert not admin.post(f"/api/v1/integrations/{wrong}/test")["ok"]


def test_mail_goes_by_starttls_to_who_may_log_in(tmp_path, ca, admin, agent, make):
    controller = pytest.importorskip("aiosmtpd.controller")
    smtp = pytest.importorskip("aiosmtpd.smtp")
    cert, key = ca.issue("mail")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    got = []

    class Box:
        async def handle_DATA(self, server, session, envelope):
            got.append((session.ssl is not None, session.authenticated, envelope.mail_from, envelope.rcpt_tos, envelope.content))
            return "250 OK"

    def check(server, session, envelope, mechanism, data):
        return smtp.AuthResult(success=(data.login, data.password) == (b"watch", b"pa55word"), handled=False)
    server = controller.Controller(Box(), hostname="localhost", port=conftest.free_port(), tls_context=context, require_starttls=True, authenticator=check,
                                   auth_required=True)
    server.start()
    try:
        config = {"host": "localhost", "port": server.port, "from": "bulkhead@example.org", "to": "ann@example.org, bob@example.org", "user": "watch"}
        i = make("email", config, {"password": "pa55word"}, least_level=3)
        agent.send(alert("反弹 shell", "Critical"), alert("Cron table written", "Error"))
        wait(lambda: sum(len(re.findall("Rule: ", email.message_from_bytes(g[4], policy=email.policy.default).get_content())) for g in got) == 2)
        tls, known, sender, to, content = got[0]
        mail = email.message_from_bytes(content, policy=email.policy.default)
        assert tls and known and sender == "bulkhead@example.org" and to == ["ann@example.org", "bob@example.org"]
        assert mail["Subject"].startswith("[Bulkhead] Critical: 反弹 shell in web-1") and mail["Date"] and mail["Message-ID"]
        assert "203.0.113.9" in mail.get_content() or "反弹 shell" in mail.get_content()
        bad = make("email", config, {"password": "wrong"})
        answer = admin.post(f"/api/v1/integrations/{bad}/test")
        assert not answer["ok"] and ("535" in answer["error"] or "denied" in answer["error"].lower())
        assert admin.post(f"/api/v1/integrations/{i}/test")["ok"]
    finally:
        server.stop()


def test_a_receiver_that_hangs_holds_up_nobody(admin, agent, receiver, make):
    hangs = socket.create_server(("127.0.0.1", 0))
    make("syslog", {"host": "127.0.0.1", "port": hangs.getsockname()[1], "transport": "tls"})
    other = make("webhook", {}, {"url": receiver.url})
    begun = time.monotonic()
    agent.send(alert("Both"))
    wait(lambda: state(admin, other)["n_sent"] == 1, 5)
    assert time.monotonic() - begun < 5
    hangs.close()


def test_kinds_tell_what_they_need(admin):
    kinds = {k["kind"]: {s["name"]: s for s in k["settings"]} for k in admin.get("/api/v1/integration-kinds")["items"]}
    assert set(kinds) == {"syslog", "webhook", "email", "elasticsearch", "ocsf_file"}
    assert kinds["webhook"]["secret"]["secret"] and kinds["syslog"]["transport"]["words"] == ["udp", "tcp", "tls"]
    assert all(s["help"] for k in kinds.values() for s in k.values())
