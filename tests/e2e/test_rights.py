# SPDX-License-Identifier: Apache-2.0
"""What a watch may do once it has started: what it was asked for needs, and no more, in each of its threads."""
import os
import pathlib
import re
import signal
import time

import pytest

from conftest import need_root
from guard_help import program
from watching import Watch

READ_SEARCH, KILL, OVERRIDE, NET_ADMIN, PTRACE, SYS_ADMIN, PERFMON, BPF = (1 << n for n in (2, 5, 1, 12, 19, 21, 38, 39))
NICE = 1 << 23 & int(re.search(r"CapEff:\s*(\w+)", pathlib.Path("/proc/self/status").read_text()).group(1), 16)  # not every machine gives it
OWNERS = sum(1 << n for n in (0, 3, 4, 31))  # chown, fowner, fsetid, setfcap
FIRST, SECOND = "Opened first", "Renamed second"
RULE = "- rule: {}\n  desc: x\n  condition: {}\n  output: x file=%fd.name to=%evt.args\n  priority: WARNING\n"


@pytest.fixture
def watch(build, tmp_path):
    need_root()
    running = []
    rules = tmp_path / "rules.yaml"
    rules.write_text(RULE.format(FIRST, f"evt.type in (open, openat) and fd.name = {tmp_path}/seen"))

    def start(*args):
        running.append(Watch(program(build), "--rules", rules, "--login", "none", *args))
        return running[-1]

    yield start
    for w in running:
        w.stop()


def status(w, word):
    """The values of all threads."""
    return {re.search(rf"^{word}:\s+(\S+)", p.read_text(), re.M).group(1) for p in pathlib.Path(f"/proc/{w.child.pid}/task").glob("*/status")}


def rights(w):
    sets = {int(v, 16) for word in ("CapEff", "CapPrm", "CapBnd") for v in status(w, word)}
    assert len(sets) == 1 and status(w, "NoNewPrivs") == {"1"} and status(w, "Seccomp") == {"2"}
    assert {int(v, 16) for word in ("CapInh", "CapAmb") for v in status(w, word)} == {0}
    return sets.pop()


def test_looking_needs_little(watch):
    assert rights(watch()) == READ_SEARCH | PTRACE | NICE | BPF | PERFMON


@pytest.mark.skipif(not NICE, reason="needs CAP_SYS_NICE")
def test_only_who_reads_events_goes_first(watch):
    if os.nice(0):
        pytest.skip("who was started politely stays so, and we are")
    w = watch()
    nice = {int(t.name): int((t / "stat").read_text().rpartition(")")[2].split()[16]) for t in pathlib.Path(f"/proc/{w.child.pid}/task").iterdir()}
    assert nice.pop(w.child.pid) == -10
    assert set(nice.values()) <= {0}


def test_answering_needs_more(watch, tmp_path):
    (tmp_path / "r.yaml").write_text("mode: act\nresponses: []\n")
    assert rights(watch("--responses", tmp_path / "r.yaml", "--state", tmp_path / "state")) == (
        READ_SEARCH | PTRACE | NICE | BPF | PERFMON | KILL | OVERRIDE | NET_ADMIN | OWNERS)


def test_without_bpf_files_and_connections_need_the_most(watch):
    assert rights(watch("--backend", "proc")) == READ_SEARCH | PTRACE | NICE | NET_ADMIN | SYS_ADMIN


def test_other_rules_still_attach_other_hooks(watch, tmp_path):
    """The first rule asks for no rename; the reload loads nothing, but it attaches and writes a filter."""
    w = watch()
    (tmp_path / "seen").touch()
    (tmp_path / "seen").read_text()
    assert w.wait(lambda alerts: any(a.rule == FIRST for a in alerts))
    (tmp_path / "rules.yaml").write_text(RULE.format(SECOND, f"evt.type in (rename, renameat2, signaldeliver) and evt.raced exists and evt.args contains {tmp_path}"))
    w.child.send_signal(signal.SIGHUP)
    for i in range(100):
        (tmp_path / "seen").rename(tmp_path / "other")
        (tmp_path / "other").rename(tmp_path / "seen")
        if w.wait(lambda alerts: any(a.rule == SECOND for a in alerts), 0.2):
            break
    assert any(a.rule == SECOND for a in w.alerts), "".join(w.said)
    assert rights(w) == READ_SEARCH | PTRACE | NICE | BPF | PERFMON


def test_a_stranger_s_files_are_still_read(watch, tmp_path):
    """Rules that only their owner may read, and he is somebody else."""
    (tmp_path / "rules.yaml").chmod(0o600)
    os.chown(tmp_path / "rules.yaml", 1234, 1234)
    w = watch()
    (tmp_path / "seen").touch()
    assert w.wait(lambda alerts: any(a.rule == FIRST for a in alerts))
    time.sleep(0.1)


def test_output_goes_where_others_own(watch, tmp_path):
    out = tmp_path / "theirs"
    out.mkdir(mode=0o755)
    os.chown(out, 1234, 1234)
    w = watch("-o", f"file:{out}/alerts.json")
    (tmp_path / "seen").touch()
    until = time.monotonic() + 20
    while time.monotonic() < until and FIRST not in ((out / "alerts.json").read_text() if (out / "alerts.json").exists() else ""):
        time.sleep(0.05)
    assert FIRST in (out / "alerts.json").read_text()
    assert rights(w) == READ_SEARCH | PTRACE | NICE | BPF | PERFMON | OVERRIDE
