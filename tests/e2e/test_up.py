# SPDX-License-Identifier: Apache-2.0
"""bulkhead up, status and down: server and agent on this machine, kept running, and gone again."""
import json
import os
import pathlib
import re
import shutil
import signal
import socket
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
