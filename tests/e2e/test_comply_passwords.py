# SPDX-License-Identifier: Apache-2.0
"""Weak passwords among the checks: on the command line, and from a real agent's run to the server's lists and back to good.

Nowhere may a password, a hash or a place in a public list be: every answer is searched for them."""
import base64
import hashlib
import json
import os
import pathlib
import shutil
import subprocess
import tarfile
import time

import pytest

import conftest
import platform_help
import uplink_help as u
from comply_help import Comply, sleeper_tar
from conftest import need, need_root, run, wait_for
from test_agent import Agent
from test_comply_serve import until
from test_prevent import group_root

REPO = pathlib.Path(__file__).resolve().parents[2]
STRONG = "Vb7-quarx.Nelo#52"
COMMON = "letmein"


def sha(word):
    return "{SHA}" + base64.b64encode(hashlib.sha1(word.encode()).digest()).decode()


def put(root, path, text, mode=0o600):
    p = root / path
    p.parent.mkdir(parents=True, exist_ok=True)
    p.write_text(text)
    p.chmod(mode)
    return p


def fill(root):
    """A weak one of each kind, and one that holds. Hashes are cheap: what is tested is the way, not the schemes."""
    put(root, "etc/nginx/.htpasswd", f"alice:{sha('alice123')}\nbob:{sha(COMMON)}\ncarol:{sha(STRONG)}\nadmin:{sha('admin')}\nodd:$9$unheard.of\n")
    put(root, "etc/redis/redis.conf", "requirepass foobared\nuser eve on nopass\n")
    put(root, "srv/app/.env", "DB_PASSWORD=xQ7z!\n")
    put(root, "etc/shadow", "root::1::::::\nbin:*:1::::::\n")
    return root


HIDDEN = [COMMON, "alice123", "xQ7z!", "foobared", STRONG, sha("alice123")[5:], sha(COMMON)[5:], sha(STRONG)[5:], "$9$unheard.of", "number "]


def tells_nothing(text, words=HIDDEN):
    for secret in words:
        assert secret not in text, f"{secret} is in it"


@pytest.fixture(scope="module")
def content(tmp_path_factory):
    """Our checks of passwords alone, with a short list."""
    top = tmp_path_factory.mktemp("content")
    (top / "baselines").mkdir()
    (top / "passwords").mkdir()
    shutil.copy(REPO / "content/baselines/passwords.yaml", top / "baselines")
    shutil.copy(REPO / "content/passwords/defaults.yaml", top / "passwords")
    (top / "passwords/common.txt").write_text(f"password\n123456\ndragon\n{COMMON}\n")
    (top / "rules").symlink_to(REPO / "content/rules")
    return top


@pytest.fixture
def look(bulkhead, content, tmp_path):
    root = fill(tmp_path / "root")

    def do(*args, form="json", program="comply", passwords="5", **options):
        return bulkhead(program, "--root", root, "--content", content, "--state", tmp_path / "state", "-o", form, "--passwords", passwords,
                        *(["--fail-on", "critical"] if program == "comply" else []), *args, **options)
    do.root = root
    return do


def verdicts(comply):
    """{(check, account): why} of what fails."""
    return {(r["check"], r["subject"]["name"].split(" of ")[0]): next((e["value"] for e in r["evidence"] if e["field"] == "password.why"), "")
            for r in comply.results if r["state"] == "fail"}


# ---- the command line ----

def test_each_weakness_has_its_check(look):
    result = look()
    c = Comply(result)
    assert c.code == 1, "no password at all is critical"
    assert verdicts(c) == {
        ("password-none", "root"): "no password at all", ("password-none", "eve"): "no password at all",
        ("password-default", "default"): "the vendor's default (redis)", ("password-default", "admin"): "the vendor's default (web)",
        ("password-weak", "alice"): "the account's own name with digits after it", ("password-weak", "bob"): "on the list of common ones, or made of one",
        ("password-short", "DB_PASSWORD"): "shorter than 8 characters"}
    carol = c.of("password-weak", "carol of /etc/nginx/.htpasswd")
    assert carol["state"] == "pass" and carol["evidence"][0]["where"] == "/etc/nginx/.htpasswd:3"
    odd = c.of("password-weak", "odd of /etc/nginx/.htpasswd")
    assert odd["state"] == "unknown" and "cannot be tested" in odd["cause"]
    assert not any(r.get("subject", {}).get("name", "").startswith("bin ") for r in c.results), "what no password opens is nothing to judge"
    alice = c.of("password-weak", "alice of /etc/nginx/.htpasswd")
    assert alice["mend"]["en"].endswith("htpasswd -B /etc/nginx/.htpasswd alice") and alice["mend"]["zh"].endswith("htpasswd -B /etc/nginx/.htpasswd alice")
    tells_nothing(result.stdout + result.stderr)


def test_without_the_option_nothing_is_guessed_and_that_is_said(look, tmp_path):
    c = Comply(look(passwords="0"))
    assert {r["state"] for r in c.results} == {"not-applicable"} and all("--passwords" in r["cause"] for r in c.results)
    assert c.code == 0 and not (tmp_path / "state/passwords").exists()


def test_no_check_of_passwords_no_guesses(look, tmp_path):
    assert look("--check", "host-*").returncode == 2, "there is none"
    assert not (tmp_path / "state/passwords").exists()


def test_what_was_tested_is_remembered(look, tmp_path):
    first = Comply(look())
    assert sorted(p.name for p in (tmp_path / "state/passwords").iterdir()) == ["key", "tested"]
    assert all(p.stat().st_mode & 0o77 == 0 for p in (tmp_path / "state/passwords").iterdir())
    assert verdicts(Comply(look())) == verdicts(first)
    tells_nothing((tmp_path / "state/passwords/tested").read_text())


def test_a_run_without_guesses_forgets_nothing_of_them(bulkhead, content, tmp_path):
    """Over this machine's own root, for what is compared are whole runs."""
    need_root()
    state = tmp_path / "state"
    (state).mkdir(mode=0o700)
    (state / "comply").write_text("bulkhead-comply 1\nfail password-weak password//etc/shadow/nobodyhere\n")
    (state / "comply").chmod(0o600)
    args = ("comply", "--content", content, "--state", state, "-o", "json", "--fail-on", "never")
    assert "nobodyhere" not in bulkhead(*args).stdout, "it is neither there nor gone"
    assert "fail password-weak password//etc/shadow/nobodyhere" in (state / "comply").read_text()
    assert "nobodyhere" in bulkhead(*args, "--passwords", "1").stdout, "now it is gone"
    assert "nobodyhere" not in (state / "comply").read_text()


@pytest.mark.parametrize("form", ["table", "html", "csv", "junit", "oscal", "lines"])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_report_has_them_and_none_tells_more(look, form, language):
    text = look("--language", language, form=form).stdout
    assert "alice" in text and ("password-weak" in text or form in ("table", "html"))
    tells_nothing(text)
    if form in ("table", "html") and language == "zh":
        assert "没有可被猜中的口令" in text


def test_the_inspection_report_has_them_by_itself(bulkhead, content, look):
    page = bulkhead("report", "--root", look.root, "--content", content, "--state", look.root.parent / "state", "-o", "json")
    report = json.loads(page.stdout)
    weak = [r for r in report["results"] if r["check"] == "password-weak" and r["state"] == "fail"]
    assert len(weak) == 2 and all(r["category"] == "security" for r in weak), page.stderr
    tells_nothing(page.stdout)


@pytest.mark.parametrize("args", [("--passwords", "many"), ("--passwords", "9999999"), ("--passwords", "5", "--passwords-percent", "0"), ("--passwords", "5", "--passwords-percent", "101")])
def test_wrong_use_is_told(bulkhead, content, tmp_path, args):
    r = bulkhead("comply", "--root", tmp_path, "--content", content, *args)
    assert r.returncode == 2 and "--passwords" in r.stderr


def test_what_hinders_the_guesses_does_not_hinder_the_checks(bulkhead, content, tmp_path):
    shutil.copytree(content / "baselines", tmp_path / "content/baselines")
    c = Comply(bulkhead("comply", "--root", tmp_path, "--content", tmp_path / "content", "--state", tmp_path / "s", "-o", "json", "--passwords", "1"))
    assert {r["state"] for r in c.results} == {"unknown"} and all("common.txt" in r["cause"] for r in c.results)


def test_a_busy_hash_does_not_hold_up_the_checks(look):
    need("mkpasswd")
    put(look.root, "etc/shadow", "".join(f"u{i}:{run('mkpasswd', '-m', 'yescrypt', STRONG).stdout.strip()}:1::::::\n" for i in range(4)))
    c = Comply(look(passwords="1"))
    states = {r["state"] for r in c.results if r["check"] == "password-weak" and "/etc/shadow" in r["subject"]["name"]}
    assert states == {"unknown"}, "a second is not enough for sixty guesses at each of four"
    assert verdicts(c)[("password-weak", "alice")], "the cheap ones were tested all the same"


# ---- the platform ----

class Box:
    """A container by hand: a group whose name is an id, a mount namespace, a root of its own and one program that sleeps."""

    def __init__(self, root):
        self.id, self.root = f"{os.getpid():08x}".rjust(64, "7"), root
        self.group = group_root() / "kubepods" / "podpw" / self.id
        self.group.mkdir(parents=True)
        with tarfile.open(sleeper_tar()) as tar:
            tar.extractall(root)
        self.process = subprocess.Popen(["sh", "-c", 'echo $$ > "$0/cgroup.procs" && exec unshare -m chroot "$1" /bin/sleep', self.group, root],
                                        env={"API_SECRET": "xQ7z!", "PATH": os.environ["PATH"]})
        wait_for("its program", lambda: os.readlink(f"/proc/{self.process.pid}/root") == str(root), 10, self.process)

    def close(self):
        self.process.kill()
        self.process.wait()
        for group in (self.group, self.group.parent, self.group.parent.parent):
            try:
                group.rmdir()
            except OSError:
                break


class World:
    def __init__(self, top, server, content):
        self.top, self.server, self.admin = top, server, server.login()
        self.box = Box(fill(top / "root"))
        token = self.admin.post("/api/v1/enrolment-tokens", {"name": "test", "environment": "test"})["token"]
        self.agent = Agent(top / "agent", "--no-scans", "--no-inventory", "--no-comply", "--content", content, env=dict(os.environ))
        run(u.AGENT, "enrol", "--state", self.agent.state, "--token", token, timeout=60)
        self.agent.start()
        (agent,) = until("the agent is here", lambda: self.admin.items("/api/v1/agents?f.state=here"))
        self.host_id = agent["host_id"]

    def run(self):
        assert self.admin.post("/api/v1/compliance/run", {"host_id": self.host_id}) == {"agents": 1}
        who = u.agent_id(self.agent.state)
        done = until("the run", lambda: [c for c in self.admin.get(f"/api/v1/agents/{who}/commands?limit=1")["items"] if c["state"] in ("done", "failed")], 120)
        assert done[0]["state"] == "done", done

    def rows(self):
        """{(check, account): row} of the container."""
        rows = [r for r in self.admin.items("/api/v1/compliance/results") if r["container_id"] == self.box.id]
        return {(r["check"], r["name"].split(" of ")[0]): r for r in rows}

    def one(self, check, account):
        return self.admin.get(f"/api/v1/compliance/results/{self.rows()[check, account]['id']}")

    def failing(self):
        return {k for k, r in self.rows().items() if r["state"] == "fail"}


@pytest.fixture(scope="module")
def world(build, content, tmp_path_factory):
    need_root()
    need("unshare", "gcc")
    top = tmp_path_factory.mktemp("passwords")
    with platform_help.Server(top) as server:
        w = World(top, server, content)
        yield w
        w.agent.stop()
        w.box.close()


def test_an_agents_run_tells_them(world):
    world.run()
    assert world.failing() == {("password-none", "root"), ("password-none", "eve"), ("password-default", "default"), ("password-default", "admin"),
                               ("password-weak", "alice"), ("password-weak", "bob"), ("password-short", "DB_PASSWORD"), ("password-short", "API_SECRET")}
    one = world.one("password-weak", "alice")
    assert one["severity"] == "high" and one["category"] == "security" and one["title"]["zh"] == "没有可被猜中的口令"
    assert {e["field"]: e["value"] for e in one["evidence"]} == {"password.store": "htpasswd", "password.scheme": "sha1", "password.verdict": "weak",
                                                                "password.why": "the account's own name with digits after it"}
    assert {e["where"] for e in one["evidence"]} == {"/etc/nginx/.htpasswd:1"} and one["since_ms"] > 0
    assert world.rows()["password-weak", "odd"]["state"] == "unknown" and world.rows()["password-weak", "carol"]["state"] == "pass"


def test_nothing_the_server_has_tells_a_password(world):
    admin = world.admin
    tells_nothing(json.dumps(admin.items("/api/v1/compliance/results")))
    for row in world.rows().values():
        tells_nothing(json.dumps(admin.get(f"/api/v1/compliance/results/{row['id']}")))
    for format in ("html", "json", "csv", "junit", "oscal"):
        tells_nothing(admin.call("GET", f"/api/v1/compliance/report?format={format}&all=true")[2].decode())
    for path in world.server.state.glob("server.db*"):
        tells_nothing(path.read_bytes().decode("latin1"), HIDDEN[:-1])
    for path in (world.agent.state / "spool").rglob("*"):
        if path.is_file():
            tells_nothing(path.read_bytes().decode("latin1"), HIDDEN[:-1])


def test_what_is_mended_passes_and_what_is_gone_is_gone(world):
    root, before = world.box.root, world.one("password-weak", "alice")["since_ms"]
    put(root, "etc/nginx/.htpasswd", f"alice:{sha(STRONG + '-2')}\ncarol:{sha(STRONG)}\n")
    put(root, "etc/redis/redis.conf", f"requirepass {STRONG}-3\nuser eve off\n")
    put(root, "etc/shadow", "root:!:1::::::\n")
    world.run()
    rows = world.rows()
    assert rows["password-weak", "alice"]["state"] == "pass" and ("password-weak", "bob") not in rows and ("password-none", "root") not in rows
    assert rows["password-default", "default"]["state"] == "pass"
    assert world.failing() == {("password-short", "DB_PASSWORD"), ("password-short", "API_SECRET")}
    one = world.one("password-weak", "alice")
    assert [(h["before"], h["after"]) for h in one["history"]] == [("fail", "pass")] and one["since_ms"] >= before
    gone = world.admin.items("/api/v1/compliance/changes?f.check=password-weak")
    assert {c["after"] for c in gone} >= {"gone", "pass"}


def test_an_exception_bears_with_one(world):
    world.admin.post("/api/v1/compliance/exceptions", {"check": "password-short", "subject": "password DB_PASSWORD of *", "owner": "shop", "reason": "moves in March",
                                                       "expires_ms": int(time.time() * 1000) + 86400000})
    assert world.one("password-short", "DB_PASSWORD")["exception"]["owner"] == "shop"


def test_the_agent_keeps_what_it_tested_to_itself(world):
    kept = world.agent.state / "passwords"
    assert sorted(p.name for p in kept.iterdir()) == ["key", "tested"] and kept.stat().st_mode & 0o77 == 0
    assert conftest.run(u.AGENT, "--passwords", "99999", check=False).returncode == 2
