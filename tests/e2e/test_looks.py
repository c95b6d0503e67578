# SPDX-License-Identifier: Apache-2.0
"""What the sensor looks for by itself: processes and ports that are hidden, and containers that ran out of something."""
import array
import os
import pathlib
import socket
import subprocess
import sys
import time

import pytest

from conftest import need, need_root
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


@pytest.fixture
def watch(build, tmp_path):
    need_root()
    running = []

    def start(type_, arg):
        (tmp_path / "rules.yaml").write_text(RULES.format(type=type_, arg=arg))
        running.append(Watch(program(build), "--rules", tmp_path / "rules.yaml", "--login", "none"))
        return running[-1]

    yield start
    for w in running:
        w.stop()


def test_a_socket_on_its_way_belongs_to_nobody(watch):
    """Sent over a Unix socket and not received, it is in no process's descriptors: as good a hiding place as any."""
    w = watch("hidden_port", "port")
    server = socket.create_server(("127.0.0.1", 0))
    port = server.getsockname()[1]
    a, b = socket.socketpair()
    a.sendmsg([b"x"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [server.fileno()]))])
    server.close()
    assert w.wait(lambda alerts: [x for x in alerts if x.fields.get("fd.lport") == port], 40), "".join(w.said)
    time.sleep(11)
    assert len([x for x in w.alerts if x.fields.get("fd.lport") == port]) == 1  # told once
    a.close()
    b.close()


def test_what_is_somebody_s_is_not_hidden(watch):
    w = watch("hidden_port", "port")
    with socket.create_server(("127.0.0.1", 0)):
        time.sleep(22)
    assert [a.json for a in w.alerts if a.rule == "hidden_port"] == []


def test_a_process_under_a_mount_is_found(build, tmp_path):
    """In a mount namespace of its own, so that nobody else loses it."""
    need_root()
    need("unshare", "mount")
    (tmp_path / "rules.yaml").write_text(RULES.format(type="hidden_process", arg="how"))
    sleeper = subprocess.Popen(["sleep", "120"])
    empty = tmp_path / "empty"
    empty.mkdir()
    time.sleep(2.5)
    script = f"mount --bind {empty} /proc/{sleeper.pid} && exec \"$@\""
    w = subprocess.Popen(["unshare", "-m", "sh", "-c", script, "sh", program(build), "watch", "--format", "json", "--rules", tmp_path / "rules.yaml",
                          "--login", "none"], stdout=subprocess.PIPE)
    try:
        deadline = time.monotonic() + 40
        os.set_blocking(w.stdout.fileno(), False)
        text = ""
        while time.monotonic() < deadline and f"how=1(covered) pid={sleeper.pid}" not in text:
            text += (w.stdout.read() or b"").decode()
            time.sleep(0.2)
        assert f"how=1(covered) pid={sleeper.pid}" in text and '"proc.name":"sleep"' in text.replace(" ", ""), text
    finally:
        w.terminate()
        w.wait()
        sleeper.kill()
        sleeper.wait()


def test_nothing_is_hidden_here(watch):
    w = watch("hidden_process", "how")
    for _ in range(22):
        subprocess.run(["true"])
        time.sleep(1)
    assert [a.json for a in w.alerts if a.rule == "hidden_process"] == []


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
    p.kill()
    p.wait()
    time.sleep(9)
