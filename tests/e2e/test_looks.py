# SPDX-License-Identifier: Apache-2.0
"""What the sensor looks for by itself: processes and ports that are hidden, and containers that ran out of something."""
import array
import os
import pathlib
import signal
import socket
import subprocess
import sys
import time

import pytest

from conftest import need, need_root, wait_for
from guard_help import program
from test_scale import Runtime
from watching import Watch

RULES = """- rule: {type}
  desc: x
  condition: evt.type = {type}
  output: args=%evt.args name=%proc.name container=%container.id box=%container.name lport=%fd.lport kills=%evt.arg.{arg}
  warn_evttypes: false
  priority: WARNING
"""


@pytest.fixture(scope="module")
def watch(build, tmp_path_factory):
    need_root()
    running = []

    def start(type_, arg):
        rules = tmp_path_factory.mktemp(type_) / "rules.yaml"
        rules.write_text(RULES.format(type=type_, arg=arg))
        running.append(Watch(program(build), "--rules", rules, "--login", "none"))
        return running[-1]

    yield start
    for w in running:
        w.stop()


class Covered:
    """A process under a mount, and a sensor that looks for it: in a mount namespace of its own, so that nobody else loses it."""

    def __init__(self, build, tmp_path):
        (tmp_path / "rules.yaml").write_text(RULES.format(type="hidden_process", arg="how"))
        self.sleeper = subprocess.Popen(["sleep", "120"])
        (tmp_path / "empty").mkdir()
        time.sleep(2.5)
        script = f"mount --bind {tmp_path}/empty /proc/{self.sleeper.pid} && exec \"$@\""
        self.sensor = subprocess.Popen(["unshare", "-m", "sh", "-c", script, "sh", program(build), "watch", "--format", "json", "--rules",
                                        tmp_path / "rules.yaml", "--login", "none"], stdout=subprocess.PIPE)
        os.set_blocking(self.sensor.stdout.fileno(), False)
        self.text = ""

    def found(self):
        self.text += (self.sensor.stdout.read() or b"").decode()
        return f"how=1(covered) pid={self.sleeper.pid}" in self.text

    def close(self):
        self.sleeper.kill()
        self.sensor.terminate()
        for p in (self.sensor, self.sleeper):
            p.wait()


def sent_and_not_received(server):
    """The two ends between which the socket is on its way: in no process's descriptors, as good a hiding place as any."""
    a, b = socket.socketpair()
    a.sendmsg([b"x"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [server.fileno()]))])
    server.close()
    return a, b


class Rounds:
    """A sensor looks every ten seconds: all that is hidden here, and what must not be found, waits for the same rounds."""

    def __init__(self, ports, processes, covered):
        hidden, self.somebody_s = (socket.create_server(("127.0.0.1", 0)) for _ in range(2))
        self.hidden_port = hidden.getsockname()[1]
        self.ports, self.processes, self.covered = ports, processes, covered
        self.ends = sent_and_not_received(hidden)
        began = time.monotonic()
        told = None
        while time.monotonic() < began + 40 and not (told and covered.found() and time.monotonic() > max(told + 11, began + 22)):
            subprocess.run(["true"])
            time.sleep(1)
            told = told or (self.told() and time.monotonic())

    def told(self):
        return [a for a in self.ports.alerts if a.fields.get("fd.lport") == self.hidden_port]

    def close(self):
        for s in (self.somebody_s, *self.ends):
            s.close()


@pytest.fixture(scope="module")
def rounds(build, watch, tmp_path_factory):
    need("unshare", "mount")
    covered = Covered(build, tmp_path_factory.mktemp("covered"))
    r = None
    try:
        r = Rounds(watch("hidden_port", "port"), watch("hidden_process", "how"), covered)
        yield r
    finally:
        covered.close()
        if r:
            r.close()


def test_a_socket_on_its_way_belongs_to_nobody(rounds):
    assert len(rounds.told()) == 1, "".join(rounds.ports.said)  # told, and once


def test_what_is_somebody_s_is_not_hidden(rounds):
    assert [a.json for a in rounds.ports.alerts if a.rule == "hidden_port" and a not in rounds.told()] == []


def test_a_process_under_a_mount_is_found(rounds):
    assert rounds.covered.found() and '"proc.name":"sleep"' in rounds.covered.text.replace(" ", ""), rounds.covered.text


def test_nothing_is_hidden_here(rounds):
    assert [a.json for a in rounds.processes.alerts if a.rule == "hidden_process"] == []


class Limited:
    """A container by hand, with limits: in version 1 where that has the controller, else in version 2."""

    def __init__(self, i, controller, file, value):
        self.runtime = Runtime()
        self.runtime.files.joinpath(self.runtime.id(i)).mkdir()
        self.id = self.runtime.id(i)
        self.group = self.runtime.groups / self.id
        self.group.mkdir()
        v1 = pathlib.Path("/sys/fs/cgroup") / controller
        if not v1.is_dir():
            self.close()
            pytest.skip("no such controller of version 1")
        self.v1 = v1 / self.group.relative_to(self.group.parents[2])
        self.v1.mkdir(parents=True)
        (self.v1 / file).write_text(str(value))

    def start(self, *command):
        groups = [str(g / "cgroup.procs") for g in (self.v1, self.group)]
        script = f"echo $$ > {groups[0]} && echo $$ > {groups[1]} && exec \"$@\""
        return subprocess.Popen(["sh", "-c", script, "sh", *command], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def empty(self):
        """Whoever is in it ends."""
        def some():
            return [int(pid) for pid in (self.group / "cgroup.procs").read_text().split()]

        def gone():
            for pid in some():
                os.kill(pid, signal.SIGKILL)
            return not some()
        wait_for("the container's end", gone)

    def close(self):
        v1 = getattr(self, "v1", None)
        while v1 and v1.exists() and v1.name not in ("memory", "pids"):
            try:
                v1.rmdir()
            except OSError:
                break
            v1 = v1.parent
        self.runtime.close()


@pytest.fixture
def limited():
    need_root()
    made = []

    def make(*args):
        made.append(Limited(len(made), *args))
        return made[-1]

    yield make
    for m in made:
        m.close()


def counters(w, box, word):
    return [a for a in w.alerts if a.fields["container.id"] == box.id[:12] and f"{word}=0" not in a.fields["evt.args"]]


def test_a_container_killed_for_memory_is_told_though_it_is_gone(watch, limited):
    box = limited("memory", "memory.limit_in_bytes", 32 << 20)
    w = watch("resource", "oom_kills")
    p = box.start(sys.executable, "-c", "x = []\nwhile True: x.append(bytearray(1 << 20))")
    assert p.wait(60) == -9
    assert w.wait(lambda _: counters(w, box, "oom_kills"), 10), [a.fields for a in w.alerts]


def test_a_container_at_its_limit_of_processes_is_told(watch, limited):
    box = limited("pids", "pids.max", 3)
    w = watch("resource", "pids_hits")
    p = box.start("sh", "-c", "for i in 1 2 3 4 5 6; do sleep 8 & done; sleep 8; wait")
    assert w.wait(lambda _: counters(w, box, "pids_hits"), 15), [a.fields for a in w.alerts]
    box.empty()
    p.wait()
