# SPDX-License-Identifier: Apache-2.0
"""bulkhead watch --pin: killed, it goes on in the kernel; the next one tells what happened meanwhile, once."""
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import time

import conftest
import pytest
from watching import Openers, Watch

RULES = """
- rule: Marked file
  desc: x
  condition: evt.type in (open, openat, openat2) and evt.rawres >= 0 and fd.name startswith /tmp/bulkhead-pin-
  output: Marked (file=%fd.name exe=%proc.exepath cmd=%proc.cmdline parent=%proc.pname pid=%proc.pid)
  priority: WARNING
- rule: Stopped
  desc: x
  condition: evt.type = denied
  output: Stopped (what=%evt.arg.name exe=%proc.exepath)
  priority: CRITICAL
"""
RESPONSES = """
mode: act
prevent:
  - {{ name: that program, stop: [exec-listed], paths: ['{path}'] }}
"""


@pytest.fixture
def top(tmp_path):
    conftest.need_root()
    if not os.path.ismount("/sys/fs/bpf"):
        pytest.skip("no BPF file system")
    (tmp_path / "rules.yaml").write_text(RULES)
    (tmp_path / "state").mkdir()
    return tmp_path


@pytest.fixture
def pins():
    path = pathlib.Path(f"/sys/fs/bpf/bulkhead-test-{os.getpid()}")
    yield path
    shutil.rmtree(path, ignore_errors=True)  # what is left of a test that failed


@pytest.fixture
def watch(build, top, pins):
    running = []

    def start(*args):
        running.append(Watch(build / "bulkhead", "--rules", top / "rules.yaml", "--state", top / "state", "--login", "none", "--pin", pins, *args))
        return running[-1]

    yield start
    for w in running:
        w.stop()


@pytest.fixture
def marked():
    """marked(name): a file that is there, and that a program of its own opens."""
    made = []

    def read(name):
        path = pathlib.Path(f"/tmp/bulkhead-pin-{os.getpid()}-{name}")
        path.touch()
        made.append(path)
        subprocess.run(["/bin/sh", "-c", f"/bin/cat {path}; true"], check=True)
        return str(path)

    yield read
    for path in made:
        path.unlink(missing_ok=True)


def kill(w):
    w.child.send_signal(signal.SIGKILL)
    w.stop()
    assert w.code == -signal.SIGKILL


def opened(w, path):
    return [a for a in w.alerts if a.rule == "Marked file" and a.fields["fd.name"] == path and a.fields["proc.exepath"].endswith("/cat")]


def names(folder):
    return sorted(str(p.relative_to(folder)) for p in folder.rglob("*"))


def test_what_happened_between_is_told_once(watch, marked, pins):
    first = watch()
    before = marked("before")
    assert first.wait(lambda _: opened(first, before))
    kill(first)
    assert "now/proc_exec" in names(pins) and "now/ring_file0" in names(pins)
    between = [marked(f"between{i}") for i in range(5)]
    second = watch()
    after = marked("after")
    assert second.wait(lambda _: opened(second, after))
    said = second.stop()
    assert [len(opened(second, p)) for p in between] == [1] * 5, said
    assert not opened(second, before) and len(opened(second, after)) == 1
    [a] = opened(second, between[0])
    assert os.path.realpath(a.fields["proc.exepath"]) == os.path.realpath("/bin/cat")
    assert a.fields["proc.cmdline"] == f"cat {between[0]}" and a.fields["proc.pname"] == "sh"
    assert names(pins) == [] and "cannot see what happened" not in said


SLOW_OPENER = """
import sys, time
for i in range(3000):
    open(f"{sys.argv[1]}/{i}").close()
    time.sleep(0.0005)
"""


def test_no_gap_and_nothing_twice_while_the_next_one_takes_over(watch):
    """Opens all the time, each of another file: each is told once, whichever programs told it."""
    many = pathlib.Path(f"/tmp/bulkhead-pin-{os.getpid()}")
    many.mkdir()
    try:
        for i in range(3000):
            (many / str(i)).touch()
        kill(watch())
        opener = subprocess.Popen([sys.executable, "-c", SLOW_OPENER, many])
        second = watch()
        assert opener.poll() is None, "it ended before there was anything to take over"
        opener.wait()
        names_told = lambda: [a.fields["fd.name"] for a in second.alerts if (a.fields.get("fd.name") or "").startswith(f"{many}/")]
        assert second.wait(lambda _: f"{many}/2999" in names_told())
        said = second.stop()
    finally:
        shutil.rmtree(many)
    told = names_told()
    assert (len(told), len(set(told))) == (3000, 3000), said + str([a.json for a in second.alerts if a.rule != "Marked file"])


def test_who_gets_the_number_of_the_killed_is_seen(watch, marked):
    first = watch()
    path, pid = marked("number"), first.child.pid
    assert first.wait(lambda _: opened(first, path))
    kill(first)
    script = "for i in $(seq 200); do echo $(($1 - 1)) > /proc/sys/kernel/ns_last_pid; cat $0 & wait; [ $! = $1 ] && exit 0; done; exit 1"
    assert subprocess.run(["/bin/bash", "-c", script, path, str(pid)]).returncode == 0
    second = watch()
    assert second.wait(lambda _: any(a.fields.get("proc.pid") == pid for a in opened(second, path)))


def test_a_clean_end_leaves_nothing(watch, pins):
    w = watch()
    assert "now/stamp" in names(pins)
    w.stop()
    assert w.code == 0 and names(pins) == []


def test_killed_again_and_again(watch, marked, pins):
    for i in range(3):
        kill(watch())
    path = marked("late")
    w = watch()
    assert w.wait(lambda _: opened(w, path))
    w.stop()
    assert len(opened(w, path)) == 1 and names(pins) == []


def test_what_is_of_another_version_is_removed_and_said(watch, marked, pins):
    kill(watch())
    (pins / "now/stamp").unlink()
    path = marked("unread")
    w = watch()
    assert names(pins) and not (pins / "past").exists()
    said = w.stop()
    assert not opened(w, path) and names(pins) == []
    assert "cannot see what happened since the last watch was killed: what it has left is of another version" in said


def test_what_did_not_fit_is_told_once(watch, build):
    kill(watch())
    target = pathlib.Path(f"/tmp/bulkhead-pin-{os.getpid()}-flood")
    target.touch()
    try:
        openers = Openers(build, target)
        time.sleep(1.5)
        n = openers.stop()
    finally:
        target.unlink()
    second = watch()
    told = lambda: sum(1 for a in second.alerts if a.fields.get("fd.name") == str(target))
    lost = lambda w: [a for a in w.alerts if a.rule == "Events lost"]
    assert second.wait(lambda _: lost(second) and told() > 1000)
    kill(second)
    assert told() < n
    third = watch()
    time.sleep(1)
    third.stop()
    assert not lost(third)


def test_prevention_goes_on(watch, top, pins):
    listed = top / "listed"
    shutil.copy("/bin/true", listed)
    (top / "responses.yaml").write_text(RESPONSES.format(path=listed))
    w = watch("--responses", top / "responses.yaml")
    stopped = lambda: subprocess.run([listed]).returncode
    assert stopped() != 0, "".join(w.said)
    assert w.wait(lambda found: any(a.rule == "Stopped" for a in found))
    kill(w)
    assert stopped() != 0
    second = watch("--responses", top / "responses.yaml")
    assert stopped() != 0
    assert second.wait(lambda found: len([a for a in found if a.rule == "Stopped"]) >= 2)
    second.stop()
    assert len([a for a in second.alerts if a.rule == "Stopped"]) == 2
    assert stopped() == 0 and names(pins) == []


def said_by(build, top, *args):
    r = subprocess.run([build / "bulkhead", "watch", "--rules", top / "rules.yaml", "--login", "none", *map(str, args)], capture_output=True, text=True, timeout=30)
    return r.returncode, r.stderr


def test_one_folder_one_watch(build, watch, top, pins):
    watch()
    code, said = said_by(build, top, "--pin", pins)
    assert code == 2 and f"{pins} is in use by another watch" in said
    assert "now/stamp" in names(pins)


def test_where_nothing_can_be_pinned(build, top):
    code, said = said_by(build, top, "--pin", top / "here")
    assert code == 2 and "is not in a BPF file system" in said and not (top / "here").exists()
    code, said = said_by(build, top, "--pin", "/sys/fs/bpf/not/there")
    assert code != 0 and "/sys/fs/bpf/not/there cannot be made: No such file" in said
    code, said = said_by(build, top, "--pin", "/sys/fs/bpf/x", "--backend", "proc")
    assert code == 2 and "--pin" in said
