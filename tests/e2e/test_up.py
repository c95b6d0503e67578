# SPDX-License-Identifier: Apache-2.0
"""bulkhead up, status and down: server and agent on this machine, kept running, and gone again."""
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import sqlite3
import ssl
import subprocess
import time
import urllib.request

import pytest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
BUILD = pathlib.Path(os.environ.get("BULKHEAD_BUILD", ROOT / "build"))
STATE = pathlib.Path("/var/lib/bulkhead-test")  # not below a folder of root alone: the server is another user

pytestmark = [
    pytest.mark.skipif(os.geteuid() != 0, reason="needs root"),
    pytest.mark.skipif(not os.path.exists("/sys/kernel/btf/vmlinux"), reason="needs a kernel with BTF"),
]


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def bulkhead(*words, check=True, timeout=180):
    done = subprocess.run([BUILD / "bulkhead", *map(str, words)], capture_output=True, text=True, timeout=timeout)
    assert not check or done.returncode == 0, f"{words}: {done.stdout}{done.stderr}"
    return done


class Up:
    def __init__(self):
        self.console, self.agents = free_port(), free_port()
        self.words = ["--state", STATE, "--no-systemd"]

    def up(self, *more):
        return bulkhead("up", *self.words, "--listen", f"127.0.0.1:{self.console}", "--agents", f"127.0.0.1:{self.agents}", "--wait", "0", *more)

    def status(self):
        done = bulkhead("status", *self.words, check=False)
        return {line.split()[0]: line for line in done.stdout.splitlines()}, done.returncode

    def pid(self, name):
        return int(re.search(r"process (\d+)", self.status()[0][name]).group(1))

    def health(self):
        trust = ssl.create_default_context(cafile=STATE / "server/tls/ca.pem")
        with urllib.request.urlopen(f"https://localhost:{self.console}/api/v1/health", context=trust, timeout=5) as answer:
            return json.load(answer)


@pytest.fixture(scope="module")
def up():
    shutil.rmtree(STATE, ignore_errors=True)
    u = Up()
    u.first = u.up()
    yield u
    bulkhead("down", *u.words, "--purge", check=False)
    shutil.rmtree(STATE, ignore_errors=True)


def test_the_first_time_it_says_the_password_once_and_where_the_console_is(up):
    said = up.first.stdout + up.first.stderr
    assert re.search(r"password", said, re.I)
    assert f":{up.console}" in up.first.stdout
    assert up.health()["status"] == "ok"
    again = up.up()
    assert "assword" not in again.stdout + again.stderr


def test_what_runs_as_it_should_is_left_alone(up):
    before = up.pid("server"), up.pid("agent")
    up.up()
    assert (up.pid("server"), up.pid("agent")) == before


def test_a_newer_program_takes_the_place_of_an_older_one(up, tmp_path):
    """As make or an installation replaces it: another file under the same name."""
    before = up.pid("server"), up.pid("agent")
    program = BUILD / "bulkhead-agent"
    shutil.copy2(program, tmp_path / "new")
    os.replace(tmp_path / "new", program)
    up.up()
    assert up.pid("server") == before[0] and up.pid("agent") != before[1]


def test_status_names_both_and_ends_with_zero(up):
    lines, code = up.status()
    assert code == 0
    assert "ready" in lines["server"] and "ready" in lines["agent"]


def test_the_server_has_no_rights_of_the_host(up):
    status = pathlib.Path(f"/proc/{up.pid('server')}/status").read_text()
    assert re.search(r"^Uid:\s+(?!0\b)\d+", status, re.M), "it runs as root"
    assert re.search(r"^CapEff:\s+0+$", status, re.M)


@pytest.mark.parametrize("name", ["server", "agent"])
def test_who_is_killed_comes_back(up, name):
    pid = up.pid(name)
    os.kill(pid, signal.SIGKILL)
    for _ in range(100):
        lines, code = up.status()
        if code == 0 and not re.search(rf"process {pid}\b", lines[name]):
            break
        time.sleep(0.1)
    assert code == 0 and not re.search(rf"process {pid}\b", lines[name])
    assert "killed by signal 9" in lines[name], lines
    assert up.health()["status"] == "ok"


# A second machine to the server: another name, another machine-id.
ELSEWHERE = ["unshare", "--mount", "--uts", "sh", "-c", 'mount --make-rprivate / && mount --bind "$1" /etc/machine-id && hostname second && shift && exec "$@"', "-"]


class Second:
    def __init__(self, folder):
        self.id, self.state = folder / "machine-id", folder / "state"
        self.id.write_text("00112233445566778899aabbccddeeff\n")

    def __call__(self, command, *words):
        done = subprocess.run([*ELSEWHERE, self.id, BUILD / "bulkhead", command, "--state", self.state, "--no-systemd", *words], capture_output=True, text=True, timeout=180)
        return done.returncode, done.stdout + done.stderr


@pytest.fixture(scope="module")
def second(up, tmp_path_factory):
    s = Second(tmp_path_factory.mktemp("second"))
    yield s
    s("down", "--purge")


def token(up, host="127.0.0.1"):
    return subprocess.run([BUILD / "bulkhead-server", "token", "--state", STATE / "server", "--server", f"{host}:{up.console}"], check=True, capture_output=True,
                          text=True).stdout.strip()


def hosts(up):
    return {name for name, in sqlite3.connect(STATE / "server/server.db").execute("SELECT name FROM host")}


def test_a_second_machine_joins_by_a_token_alone(up, second):
    code, said = second("up", "--server", f"https://127.0.0.1:{up.console}")
    assert code == 2 and "give --token too" in said
    code, said = second("up", "--token", "something")
    assert code == 3 and "no enrolment token" in said and "not enrolled" in said
    code, said = second("up", "--token", token(up))
    assert code == 0 and f"reports to 127.0.0.1:{up.agents}" in said and "second" in hosts(up)
    code, said = second("status")
    assert code == 0 and "agent" in said and "server" not in said  # there is none, and none is missed
    code, said = second("up", "--server", f"https://127.0.0.1:{up.console}", "--token", token(up))
    assert code == 0 and "the token was not used" in said


def test_a_machine_is_never_said_to_be_where_it_is_not(up, second):
    code, said = second("up", "--server", f"https://elsewhere.example:{up.console}")
    assert code == 2 and f"enrolled at 127.0.0.1:{up.agents}" in said
    spent = token(up, "localhost")[:-8] + "01234567"
    code, said = second("up", "--server", f"https://localhost:{up.console}", "--token", spent)
    assert code == 3 and f"Until now this machine reported to 127.0.0.1:{up.agents}" in said and "nothing was changed" in said, said
    assert second("status")[0] == 0


def test_what_is_in_force_is_taken_back_before_all_is_forgotten(second):
    ledger = second.state / "agent/active.json"
    row = {"id": "r-0123456789", "action": "suspend", "since": 1, "until": 0, "target": {"process": {"pid": 1}}, "undo": "{}"}
    ledger.write_text(json.dumps({"active": [row]}))
    code, said = second("down", "--purge")
    assert code == 3 and "1 responses are in force" in said and second.state.exists()
    ledger.unlink()
    code, said = second("down", "--purge")
    assert code == 0 and not second.state.exists()


def test_why_a_server_does_not_start_is_said(up):
    bulkhead("down", *up.words)
    database = STATE / "server/server.db"
    good = database.read_bytes()
    try:
        for more in ("-wal", "-shm"):
            pathlib.Path(f"{database}{more}").unlink(missing_ok=True)
        database.write_bytes(b"no database at all" * 1000)
        with pytest.raises(AssertionError, match=r"bulkhead-server run: .*server\.db: .*\n.*the server does not start; its log is"):
            up.up()
    finally:
        bulkhead("down", *up.words)
        database.write_bytes(good)
    up.up()


def test_down_ends_both_and_keeps_what_was_stored(up):
    pids = up.pid("server"), up.pid("agent")
    bulkhead("down", *up.words)
    assert not any(os.path.exists(f"/proc/{pid}") for pid in pids)
    assert up.status()[1] == 1
    assert (STATE / "server/server.db").exists()
    assert "Nothing ran" in bulkhead("down", *up.words).stdout
    up.up()
    assert up.status()[1] == 0


def test_purge_leaves_nothing(up):
    bulkhead("down", *up.words, "--purge")
    assert not STATE.exists()
    refused = bulkhead("down", "--state", "/usr", "--no-systemd", "--purge", check=False)
    assert refused.returncode == 3 and "nothing was taken away" in refused.stderr
