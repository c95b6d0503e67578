# SPDX-License-Identifier: Apache-2.0
"""A thousand containers that live a moment: does each alert know whose it is? They are made by hand, as a runtime makes them: first the
state file, then a control group and namespaces, then the program; and all is gone with it."""
import collections
import ctypes
import json
import os
import pathlib
import shutil
import signal
import time
import traceback

import pytest

from conftest import need_root
from guard_help import program
from test_prevent import group_root
from watching import Watch

STATE = pathlib.Path("/run/containerd/io.containerd.runtime.v2.task")
CLONE3, NEWNS, INTO_CGROUP = 435, 0x00020000, 0x200000000
RULES = """- rule: Ran
  desc: x
  condition: evt.type = execve and evt.rawres = 0 and proc.args startswith "scale-"
  output: args=%proc.args id=%container.id name=%container.name image=%container.image pod=%k8s.pod.name ns=%k8s.ns.name known=%container.known
  priority: WARNING
"""


class Runtime:
    """Its containers have a pod of their own each."""

    def __init__(self):
        self.libc = ctypes.PyDLL(None)  # which keeps the interpreter for the child
        self.pid = os.getpid()
        self.files = STATE / f"bulkhead-test-{self.pid}"
        self.groups = group_root() / "kubepods" / f"pod{self.pid:08x}-0000-0000-0000-000000000000"
        self.own_top = not self.groups.parent.exists()
        self.groups.mkdir(parents=True)
        self.files.mkdir(parents=True)
        self.lived = []

    def id(self, i):
        return f"{self.pid:08x}{i:08x}".rjust(64, "5")

    def born_in(self, group):
        """As fork, and at once in the group: moving there would take longer than all the rest."""
        fd = os.open(group, os.O_RDONLY)
        args = (ctypes.c_uint64 * 11)(INTO_CGROUP | NEWNS, 0, 0, 0, signal.SIGCHLD, 0, 0, 0, 0, 0, fd)
        pid = self.libc.syscall(CLONE3, args, ctypes.sizeof(args))
        if pid != 0:
            os.close(fd)
        assert pid >= 0, "clone3"
        return pid

    def alone(self, work):
        """Of what work returns (JSON), by a process without other threads: a thread that waits for the interpreter is not there in what clone3 makes, and
        would be waited for without end."""
        ours, theirs = os.pipe()
        pid = os.fork()
        if pid == 0:
            try:
                os.write(theirs, json.dumps(work()).encode())
            except BaseException:
                traceback.print_exc()
            finally:
                os._exit(0)
        os.close(theirs)
        with open(ours, "rb") as told:
            said = told.read()
        os.waitpid(pid, 0)
        assert said, "it ended early"
        return json.loads(said)

    def run(self, i):
        """Until it has ended; what is left of it is handed back."""
        files, group = self.files / self.id(i), self.groups / self.id(i)
        files.mkdir()
        (files / "config.json").write_text(json.dumps({"annotations": {
            "io.kubernetes.cri.container-type": "container", "io.kubernetes.cri.container-name": f"box-{i}",
            "io.kubernetes.cri.image-name": f"registry.example/box:{i}", "io.kubernetes.cri.sandbox-name": f"pod-{i}",
            "io.kubernetes.cri.sandbox-namespace": "scale"}}))
        group.mkdir()
        began = time.monotonic()
        pid = self.born_in(group)
        if pid == 0:
            os.execv("/bin/true", ["true", f"scale-{i}"])
        os.waitpid(pid, 0)
        self.lived.append(time.monotonic() - began)
        group.rmdir()
        return files

    def close(self):
        shutil.rmtree(self.files)
        for group in self.groups.iterdir():
            if group.is_dir():
                group.rmdir()
        self.groups.rmdir()
        if self.own_top:
            self.groups.parent.rmdir()


@pytest.fixture
def runtime():
    need_root()
    r = Runtime()
    yield r
    r.close()


@pytest.fixture
def watch(build, tmp_path):
    need_root()
    (tmp_path / "rules.yaml").write_text(RULES)
    w = Watch(program(build), "--rules", tmp_path / "rules.yaml", "--login", "none")
    yield w
    w.stop()


def run_all(runtime, n, clean_after_s):
    """Each one's files are taken away that long after its end. How long each lived."""
    left = collections.deque()
    for i in range(n):
        left.append((time.monotonic() + clean_after_s, runtime.run(i)))
        while left and left[0][0] <= time.monotonic():
            shutil.rmtree(left.popleft()[1])
    return runtime.lived


def of_containers(alerts):
    """Without what the watch says of itself: others on the machine may touch its files meanwhile."""
    return [a for a in alerts if "container.id" in a.fields]


def test_a_thousand_short_lives_are_all_known(watch, runtime):
    n = 1000
    lived = runtime.alone(lambda: run_all(runtime, n, 0.05))
    assert watch.wait(lambda alerts: len(of_containers(alerts)) >= n, 20), f"{len(watch.alerts)} alerts"
    assert sorted(lived)[n // 2] < 0.05, sorted(lived)[n // 2]
    assert len(of_containers(watch.alerts)) == n
    wrong = []
    for a in of_containers(watch.alerts):
        i = a.fields["proc.args"].removeprefix("scale-")
        if (a.fields["container.id"], a.fields["container.name"], a.fields["container.image"], a.fields["k8s.pod.name"],
                a.fields["k8s.ns.name"]) != (runtime.id(int(i))[:12], f"box-{i}", f"registry.example/box:{i}", f"pod-{i}", "scale"):
            wrong.append(a.fields)
    assert not wrong, f"{len(wrong)} of {n}: {wrong[:3]}"


def test_without_any_file_the_id_is_still_there(watch, runtime):
    """Files that went before anybody could look: no name, but never the host's."""
    n = 100
    runtime.alone(lambda: run_all(runtime, n, 0))
    assert watch.wait(lambda alerts: len(of_containers(alerts)) >= n, 20)
    assert [a.fields["container.id"] for a in of_containers(watch.alerts)] == [runtime.id(i)[:12] for i in range(n)]
