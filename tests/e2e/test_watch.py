# SPDX-License-Identifier: Apache-2.0
"""bulkhead watch on this kernel, with real containers: alerts, answers, changes while it runs. One watch for all: in order."""
import hashlib
import os
import re
import shutil
import signal
import subprocess
import time

import conftest
import guard_help as g
import pytest
import watching

RULES = """
- list: odd_programs
  items: [odd1]
- rule: Odd program
  desc: x
  condition: evt.type in (execve, execveat) and evt.rawres >= 0 and proc.name in (odd_programs)
  output: Odd (cmd=%proc.cmdline pid=%proc.pid)
  priority: WARNING
  tags: [odd]
- rule: Evil program
  desc: x
  condition: evt.type in (execve, execveat) and evt.rawres >= 0 and proc.name startswith evil
  output: Evil (cmd=%proc.cmdline pid=%proc.pid)
  priority: CRITICAL
- rule: Written secret
  desc: x
  condition: evt.type in (open, openat, openat2, creat) and evt.is_open_write = true and fd.name startswith /tmp/secret
  output: Written (file=%fd.name)
  priority: NOTICE
"""
RESPONSES = """
mode: act
responses:
  - name: evil ends
    rules: ['Evil*']
    when: proc.name = evil1
    scope: { image: 'bulkhead-test/*' }
    do: [capture, kill-tree, quarantine]
  - name: evil sleeps
    rules: ['Evil*']
    when: proc.name = evil2
    do: [pause]
    scope: { host: false }
    for: 3s
  - name: evil is only watched
    rules: ['Evil*']
    when: proc.name = evil3
    do: [kill]
    mode: dry-run
  - name: not in that image
    rules: ['Evil*']
    when: proc.name = evil4
    scope: { image: 'other/*' }
    do: [kill]
"""


@pytest.fixture(scope="module")
def top(tmp_path_factory):
    top = tmp_path_factory.mktemp("watch")
    (top / "rules").mkdir()
    (top / "rules/rules.yaml").write_text(RULES)
    (top / "responses.yaml").write_text(RESPONSES)
    shutil.copy("/bin/busybox", top / "listed")
    with open(top / "listed", "ab") as f:
        f.write(b"one byte more")
    (top / "bad.txt").write_text(hashlib.sha256((top / "listed").read_bytes()).hexdigest() + ";a test of ours\n")
    return top


@pytest.fixture(scope="module")
def watch(build, engine, top):
    w = g.Watch(g.program(build), "--rules", top / "rules", "--responses", top / "responses.yaml", "--state", top / "state", "--hashes", top / "bad.txt",
                "--stats")
    yield w
    assert w.stop() == 0, "".join(w.said)
    print("".join(w.said))


@pytest.fixture
def box(engine):
    c = engine.start("--name", f"bulkhead-test-{os.getpid()}", g.IMAGE, "/bin/sh", "-c", "while :; do sleep 1; done")
    yield c
    engine.remove(c)


def run_as(engine, box, name):
    """A shell script by that name: what runs is called so, lives on, and has a child."""
    engine("exec", box, "/bin/sh", "-c", f"printf '#!/bin/sh\nsleep 1000\nsleep 1001\n' > /tmp/{name}; chmod 755 /tmp/{name}")
    engine("exec", "-d", box, f"/tmp/{name}")


def test_the_first_event_of_a_container_knows_it_whole(engine, watch):
    """The program is the first thing that ever runs in it, and is over at once."""
    c = engine.start("--name", "bulkhead-first", "--entrypoint", "/bin/sh", g.IMAGE, "-c", "cp /bin/busybox /tmp/odd1; /tmp/odd1; true")
    try:
        a = watch.wait_alert("Odd program")
        f = a["output_fields"]
        assert f["container.id"] == c[:12] and f["container.name"] == "bulkhead-first"
        assert f["container.image.repository"] == "bulkhead-test/guard" and f["container.image.tag"] == "1"
    finally:
        engine.remove(c)


def processes(engine, box):
    return engine("top", box, "-o", "pid,args")


def test_evil_is_captured_killed_and_taken_away(engine, watch, box, top):
    run_as(engine, box, "evil1")
    watch.wait_alert("Evil program")
    watch.wait(lambda: len([e for e in g.audit(top / "state") if e["response"] == "evil ends"]) >= 3, 20, "the answer")
    rows = [e for e in g.audit(top / "state") if e["response"] == "evil ends"]
    assert [(e["action"], e["what"]) for e in rows] == [("capture", "done"), ("kill-tree", "done"), ("quarantine", "done")], rows
    assert all(e["rule"] == "Evil program" and "Evil program" in e["cause"] for e in rows)
    assert "evil1" not in processes(engine, box)
    assert "evil1" not in engine("exec", box, "ls", "/tmp")
    assert engine.running(box)
    assert (top / "state/evidence" / (rows[0]["id"] + ".tar")).exists()
    watch.wait_alert("Response")


def test_evil_sleeps_for_a_while(engine, watch, box, top):
    run_as(engine, box, "evil2")
    watch.wait(lambda: any(e["action"] == "pause" for e in g.audit(top / "state")), 20, "the pause")
    watch.wait(lambda: any(e["action"] == "resume" and e["what"] == "undone" for e in g.audit(top / "state")), 20, "its end")
    assert engine("exec", box, "/bin/echo", "alive") == "alive"


def test_a_dry_run_and_a_scope_that_does_not_fit_touch_nobody(engine, watch, box, top):
    run_as(engine, box, "evil3")
    run_as(engine, box, "evil4")
    watch.wait(lambda: any(e["what"] == "would" for e in g.audit(top / "state")), 20, "the dry run")
    watch.wait(lambda: sum(a["rule"] == "Evil program" for a in watch.alerts) >= 4, 20, "the fourth")
    time.sleep(1)
    rows = [e for e in g.audit(top / "state") if e["action"] == "kill"]
    assert [e["what"] for e in rows] == ["would"]


def odd(engine, box, name, note):
    engine("exec", box, "/bin/sh", "-c", f"cp /bin/busybox /tmp/{name}; /tmp/{name} {note}; true")


def count(watch, rule, note):
    return sum(a["rule"] == rule and note in a["output"] for a in watch.alerts)


def test_what_is_allowed_is_quiet_at_once_and_counted(engine, build, watch, box, top):
    odd(engine, box, "odd1", "before")
    watch.wait(lambda: count(watch, "Odd program", "before"), 20, "the alert")
    allow = [g.program(build), "rules", "allow", "--state", top / "state"]
    conftest.run(*allow, "Odd program", "--rules", top / "rules", "--when", "container.image.repository=bulkhead-test/guard", "--owner", "us", "--reason",
                 "a test", "--expires", "2099-12-31")
    watch.wait(lambda: any(a["rule"] == "Rules reloaded" and "1 allowed" in a["output"] for a in watch.alerts), 20, "the reload")
    odd(engine, box, "odd1", "allowed")
    odd(engine, box, "odd1", "allowed")
    time.sleep(1)
    assert count(watch, "Odd program", "allowed") == 0
    n = sum(a["rule"] == "Rules reloaded" for a in watch.alerts)
    assert "Odd program" in conftest.run(*allow, "--list").stdout
    conftest.run(*allow, "--remove", "1")
    watch.wait(lambda: sum(a["rule"] == "Rules reloaded" for a in watch.alerts) > n, 20, "the reload")
    odd(engine, box, "odd1", "after")
    watch.wait(lambda: count(watch, "Odd program", "after"), 20, "the alert")


def test_a_changed_list_holds_at_once_and_a_bad_one_not_at_all(engine, watch, box, top):
    rules = top / "rules/rules.yaml"
    odd(engine, box, "odd2", "none")
    rules.write_text(RULES.replace("items: [odd1]", "items: [odd1, odd2]"))
    n = sum(a["rule"] == "Rules reloaded" for a in watch.alerts)
    watch.wait(lambda: sum(a["rule"] == "Rules reloaded" for a in watch.alerts) > n, 20, "the reload")
    odd(engine, box, "odd2", "some")
    watch.wait(lambda: count(watch, "Odd program", "some"), 20, "the alert")
    assert count(watch, "Odd program", "odd2 none") == 0
    rules.write_text(RULES.replace("proc.name in (odd_programs)", "proc.nmae in (odd_programs)"))
    a = watch.wait_alert("Rules not reloaded")
    assert "proc.name" in a["output"] and a["priority"] == "Error" and a["source"] == "internal"
    odd(engine, box, "odd2", "still")
    watch.wait(lambda: count(watch, "Odd program", "still"), 20, "the alert of the old rules")
    n = sum(a["rule"] == "Rules reloaded" for a in watch.alerts)
    rules.write_text(RULES)
    watch.wait(lambda: sum(a["rule"] == "Rules reloaded" for a in watch.alerts) > n, 20, "the reload")


def test_a_hangup_reloads(watch):
    n = sum(a["rule"] == "Rules reloaded" for a in watch.alerts)
    watch.process.send_signal(signal.SIGHUP)
    watch.wait(lambda: sum(a["rule"] == "Rules reloaded" for a in watch.alerts) > n, 20, "the reload")


def test_a_program_on_a_list_of_digests_is_told(watch, top):
    # Long enough to be looked up; a program that is over before its turn is counted, not told.
    p = subprocess.Popen(["busybox", "sleep", "15"], executable=str(top / "listed"))
    a = watch.wait_alert("Listed program runs")
    assert a["source"] == "hash" and a["priority"] == "Critical" and a["output_fields"]["hash.note"] == "a test of ours"
    assert a["output_fields"]["proc.exepath"] == str(top / "listed")
    p.kill()
    p.wait()


def test_who_lays_hands_on_the_watch_is_told(watch, top):
    os.kill(watch.process.pid, signal.SIGCONT)
    mine = "Bulkhead tampered with"
    watch.wait(lambda: any(a["rule"] == mine and "signal us" in a["output"] and a["priority"] == "Critical" for a in watch.alerts), 20, "the alert")
    with open(top / "state/allow.yaml", "a") as f:
        f.write("\n")
    watch.wait(lambda: any(a["rule"] == "Bulkhead tampered with" and "allow.yaml" in a["output"] for a in watch.alerts), 20, "the alert")


def test_the_audit_of_all_that_holds(build, watch, top):
    r = conftest.run(g.program(build), "respond", "audit", "--verify", "--state", top / "state")
    assert "none changed" in r.stdout


def reloads(said):
    return int(re.search(r"reloads: (\d+)", said).group(1))


def test_folders_beside_a_file_of_rules_are_nobody_s_business(build, tmp_path):
    conftest.need_root()
    rule = "- rule: Never\n  desc: x\n  condition: evt.type = reboot\n  output: x\n  warn_evttypes: false\n  priority: WARNING\n"
    (tmp_path / "rules.yaml").write_text(rule)
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "one.yaml").write_text(rule)
    for rules, made, more in ((tmp_path / "rules.yaml", tmp_path / "beside", 0), (tmp_path / "folder", tmp_path / "folder" / "within", 1)):
        w = watching.Watch(g.program(build), "--rules", rules, "--login", "none")
        made.mkdir()
        time.sleep(2)
        assert reloads(w.stop()) == more, rules


WORDS = """
- rule: Opened
  desc: x
  condition: evt.type in (open, openat) and (fd.name = {dir}/plain or fd.name = {dir}/asked)
  output: o file=%fd.name
  priority: NOTICE
- rule: Opened by a way round
  desc: x
  condition: evt.type in (open, openat) and fd.name = {dir}/asked and fd.nameraw endswith /../asked
  output: o file=%fd.name words=%fd.nameraw
  priority: WARNING
"""


def test_the_caller_s_words_come_where_a_rule_asks_for_them(build, tmp_path):
    """What the kernel looks for is not the same for what is told, and for what is told with words."""
    (tmp_path / "rules.yaml").write_text(WORDS.format(dir=tmp_path))
    (tmp_path / "sub").mkdir()
    for name in ("plain", "asked"):
        (tmp_path / name).touch()
    w = watching.Watch(g.program(build), "--rules", tmp_path / "rules.yaml", "--login", "none", "--all-matches")
    try:
        for _ in range(2):  # found out, and then remembered
            for name in ("plain", "asked"):
                (tmp_path / "sub" / ".." / name).read_text()
        assert w.wait(lambda alerts: sum(a.rule == "Opened by a way round" for a in alerts) == 2), w.alerts
        words = [a.fields["fd.nameraw"] for a in w.alerts if a.rule == "Opened by a way round"]
        assert words == [f"{tmp_path}/sub/../asked"] * 2
        assert sum(a.rule == "Opened" for a in w.alerts) == 4
    finally:
        w.stop()
