# SPDX-License-Identifier: Apache-2.0
"""Containers that somebody started by hand: `runc run NAME`, `crun run NAME`. No engine knows them, and their names are no ids of
64 digits; are they containers all the same, from their first event on, and is nothing else one?"""
import contextlib
import json
import os
import pathlib
import shutil
import subprocess
import time

import pytest

from conftest import need_root
from guard_help import program
from watching import Watch

OWN = f"plain-group-{os.getpid()}"
RULES = """- rule: Ran
  desc: x
  condition: evt.type = execve and evt.rawres = 0 and proc.args contains "plain-" and not proc.name in (runc, crun)
  output: >
    args=%proc.args id=%container.id full=%container.full_id type=%container.type name=%container.name known=%container.known
    privileged=%container.privileged mount=%container.mount.source[/data]
  priority: WARNING
- rule: Opened by a shell
  desc: x
  condition: evt.type in (open, openat) and fd.name endswith plain-opened
  output: id=%container.id type=%container.type
  priority: WARNING
- rule: In the box
  desc: x
  condition: container.id = plain-from-the-start and not proc.name startswith runc
  output: type=%evt.type id=%container.id name=%proc.name
  priority: NOTICE
"""


class Bundle:
    """A root with busybox in it, and runc or crun to start it."""

    def __init__(self, top, runtime="runc"):
        self.top, self.runtime, self.names = top, runtime, []
        (top / "rootfs/bin").mkdir(parents=True)
        shutil.copy(shutil.which("busybox"), top / "rootfs/bin/busybox")
        (top / "rootfs/bin/sh").symlink_to("busybox")
        (top / "data").mkdir()
        subprocess.run([runtime, "spec"], cwd=top, check=True)
        self.config = json.loads((top / "config.json").read_text())
        self.config["process"]["terminal"] = False
        self.config["root"]["readonly"] = False
        self.config["mounts"].append({"destination": "/data", "type": "none", "source": str(top / "data"), "options": ["rbind", "ro"]})

    def start(self, name, *command, group=None, wait=True):
        self.config["process"]["args"] = list(command)
        if group:
            self.config["linux"]["cgroupsPath"] = group
        (self.top / "config.json").write_text(json.dumps(self.config))
        self.names.append(name)
        child = subprocess.Popen([self.runtime, "run", "-b", self.top, name], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                 stderr=subprocess.PIPE, text=True)
        if wait:
            said = child.communicate(timeout=60)[1]
            assert child.returncode == 0, said
        return child

    def run_in(self, name, *command):
        subprocess.run([self.runtime, "exec", name, *command], check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)

    def pid(self, name):
        return json.loads(subprocess.run([self.runtime, "state", name], check=True, capture_output=True).stdout)["pid"]

    def close(self):
        for name in self.names:
            subprocess.run([self.runtime, "delete", "--force", name], capture_output=True)
        for group in {g for top in pathlib.Path("/sys/fs/cgroup").glob("*/") for g in (top / OWN, top.parent / OWN) if g.exists()}:
            group.rmdir()  # which runc leaves: the one around the container's


@contextlib.contextmanager
def bundle_of(runtime, tmp_path):
    need_root()
    for p in (runtime, "busybox"):
        if not shutil.which(p):
            pytest.skip(f"{p} is not installed")
    b = Bundle(tmp_path / runtime, runtime)
    try:
        yield b
    finally:
        b.close()


@pytest.fixture
def bundle(tmp_path):
    with bundle_of("runc", tmp_path) as b:
        yield b


@pytest.fixture
def rules(tmp_path):
    (tmp_path / "rules.yaml").write_text(RULES)
    return tmp_path / "rules.yaml"


@pytest.fixture
def watch(build, rules, tmp_path):
    need_root()
    w = Watch(program(build), "--rules", rules, "--login", "none", "--record", tmp_path / "events.bhrec")
    yield w
    w.stop()


def ran(alerts, word):
    return [a.fields for a in alerts if a.rule == "Ran" and word in a.fields["proc.args"]]


def until_ran(watch, word, n=1):
    assert watch.wait(lambda alerts: len(ran(alerts, word)) >= n), [a.fields for a in watch.alerts]
    return ran(watch.alerts, word)


@pytest.mark.parametrize("runtime", ["runc", "crun"])
def test_it_is_known_by_its_whole_name(watch, runtime, tmp_path):
    name = f"plain-{runtime}-with-a-long-name"
    with bundle_of(runtime, tmp_path) as bundle:
        child = bundle.start(name, "/bin/busybox", "sh", "-c", "busybox true plain-inner; busybox sleep 60", wait=False)
        fields = until_ran(watch, "plain-inner", 2)
        for f in fields:
            assert (f["container.id"], f["container.full_id"], f["container.name"], f["container.type"]) == (name, name, name, runtime)
            assert f["container.known"] is True and f["container.privileged"] is False
            assert f["container.mount.source[/data]"] == str(bundle.top / "data")
        bundle.run_in(name, "/bin/busybox", "true", "plain-second")
        assert until_ran(watch, "plain-second")[0]["container.id"] == name
        bundle.close()
        child.wait()


def test_it_is_a_container_from_its_first_event_on(watch, bundle):
    """The container's own event comes before all others that it causes, and what runs in it is never the host's."""
    bundle.start("plain-from-the-start", "/bin/busybox", "sh", "-c", "echo > /plain-opened; exec busybox true plain-last")
    assert until_ran(watch, "plain-last")[0]["container.id"] == "plain-from-the-start"
    opened = [a.fields for a in watch.alerts if a.rule == "Opened by a shell"]
    assert [f["container.id"] for f in opened] == ["plain-from-the-start"]
    types = [a.fields["evt.type"] for a in watch.alerts if a.rule == "In the box"]
    assert types and types[0] in ("container", "execve"), types


def test_a_group_of_another_name_is_its_own_too(watch, bundle):
    bundle.start("plain-web", "/bin/busybox", "sh", "-c", "busybox true plain-elsewhere; busybox sleep 0.5", group=f"/{OWN}/inner")
    assert until_ran(watch, "true plain-elsewhere", 2)[0]["container.id"] == "plain-web"


def test_those_that_live_a_moment_are_known_by_name(watch, bundle):
    n = 20
    for i in range(n):
        bundle.start(f"plain-short-{i}", "/bin/busybox", "true", f"plain-moment-{i}")
    fields = until_ran(watch, "plain-moment-", n)
    ids = {f["proc.args"].split("plain-moment-")[1]: f["container.id"] for f in fields}
    assert ids == {str(i): f"plain-short-{i}" for i in range(n)}


def test_one_that_was_there_before(build, rules, bundle):
    child = bundle.start("plain-early", "/bin/busybox", "sh", "-c", "while :; do busybox sleep 0.1 plain-loop 2> /dev/null; done", wait=False)
    time.sleep(1)
    w = Watch(program(build), "--rules", rules, "--login", "none")
    try:
        assert until_ran(w, "plain-loop")[0]["container.id"] == "plain-early"
    finally:
        w.stop()
        bundle.close()
        child.wait()


def test_groups_that_are_no_containers_stay_the_hosts(watch, bundle):
    """A service's group, one that is called like a container, and one beside it."""
    child = bundle.start("plain-real", "/bin/busybox", "sleep", "60", wait=False)
    time.sleep(1)
    tops = [p for p in (pathlib.Path("/sys/fs/cgroup/unified"), pathlib.Path("/sys/fs/cgroup")) if (p / "cgroup.controllers").exists()]
    if not tops:
        pytest.skip("no cgroup of version 2")
    made = [tops[0] / f"plain-system.slice-{os.getpid()}" / "plain.service", tops[0] / "plain-realm", tops[0] / f"x-{os.getpid()}" / "plain-real"]
    for i, group in enumerate(made):
        group.mkdir(parents=True)
        subprocess.run(["sh", "-c", f"echo $$ > {group}/cgroup.procs; exec busybox true plain-host-{i}"], check=True)
    try:
        fields = until_ran(watch, "plain-host-", 6)
        assert {f["container.id"] for f in fields} == {"host"}, fields
        assert {f["container.type"] for f in fields} == {"host"}
    finally:
        bundle.close()
        child.wait()
        for group in made:
            group.rmdir()
            if group.parent != tops[0]:
                group.parent.rmdir()


def test_a_replay_tells_the_same(build, watch, rules, bundle, tmp_path):
    bundle.start("plain-from-the-start", "/bin/busybox", "sh", "-c", "echo > /plain-opened; exec busybox true plain-last")
    until_ran(watch, "plain-last")
    watch.stop()
    again = subprocess.run([program(build), "watch", "--format", "json", "--rules", rules, "--replay", tmp_path / "events.bhrec"],
                           check=True, capture_output=True, text=True).stdout
    asked = ("Ran", "Opened by a shell")  # of the runtime itself, which was read from /proc, a recording has no name
    again = [a for a in map(json.loads, again.splitlines()) if a["rule"] in asked]
    assert again and [a["output"] for a in again] == [a.json["output"] for a in watch.alerts if a.rule in asked]


def frozen(group):
    """By either version's freezer."""
    files = {"unified": "cgroup.freeze", ".": "cgroup.freeze", "freezer": "freezer.self_freezing"}
    return any((pathlib.Path("/sys/fs/cgroup") / top / group / f).read_text().strip() == "1" for top, f in files.items()
               if (pathlib.Path("/sys/fs/cgroup") / top / group / f).exists())


def test_a_response_holds_its_group_and_nothing_else(build, rules, bundle, tmp_path):
    """A name of one letter: the group that is paused must be the container's, not the first place where the letter stands."""
    (tmp_path / "responses.yaml").write_text("mode: act\nresponses:\n  - { name: hold, rules: ['Opened by a shell'], do: [pause] }\n")
    w = Watch(program(build), "--rules", rules, "--login", "none", "--responses", tmp_path / "responses.yaml", "--state", tmp_path / "state")
    child = None
    try:
        child = bundle.start("p", "/bin/busybox", "sh", "-c", "echo > /plain-opened; busybox sleep 60", wait=False, group=f"/{OWN}/p")
        assert w.wait(lambda alerts: any(a.rule == "Response" for a in alerts)), w.said
        said = next(a.json["output"] for a in w.alerts if a.rule == "Response")
        assert "container p stands still" in said, said
        assert frozen(f"{OWN}/p") and not frozen(OWN)
    finally:
        w.stop()
        subprocess.run([program(build), "respond", "undo", "--all", "--state", tmp_path / "state"], capture_output=True)
        bundle.close()
        if child:
            child.wait()
