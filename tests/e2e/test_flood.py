# SPDX-License-Identifier: Apache-2.0
"""Attacks in a flood: what matters is alerted whatever the noise, and what is lost is counted to the last one."""
import os
import pathlib
import shutil
import socket
import struct
import subprocess
import time

import pytest

from conftest import ROOT, need_root
from sensor import HEAD, types
from watching import Openers, Watch

STEPS, READS = 100, 60


@pytest.fixture
def watch(build):
    """watch(*options): bulkhead watch, running; ended whatever comes."""
    need_root()
    if not pathlib.Path("/sys/kernel/btf/vmlinux").exists():
        pytest.skip("this kernel has no BTF")
    if not (build / "tests/lib/opener").is_file():
        pytest.skip("opener is not built")
    running = []

    def start(*options):
        running.append(Watch(build / "bulkhead", *options))
        return running[-1]

    yield start
    for w in running:
        w.child.kill()


@pytest.fixture
def flood(build, tmp_path):
    """flood(name): two openers of a file of that name; ended whatever comes."""
    running = []

    def start(name):
        path = tmp_path / name
        os.mknod(path)  # which opens nothing: each open is counted
        running.append(Openers(build, path))
        return running[-1]

    yield start
    for o in running:
        for c in o.children:
            c.kill()


def rules(tmp_path, noise):
    """Kinds of attack steps, each named by a number; and a rule that wants the noise and never alerts. Opens that fail
    have no path to be asked for: those of all the machine would be sent, and lost among ours."""
    text = f"""
- rule: step exec
  condition: evt.type = execve and proc.exepath startswith {tmp_path}/step-
  desc: d
  output: exec %proc.exepath
  priority: CRITICAL
- rule: step write
  condition: evt.type in (open, openat, creat) and evt.is_open_write = true and evt.rawres >= 0 and fd.name startswith {tmp_path}/written-
  desc: d
  output: write %fd.name
  priority: CRITICAL
- rule: step connect
  condition: evt.type = connect and fd.sport >= 20000 and fd.sport < 20100 and fd.sip = 127.0.0.1
  desc: d
  output: connect %fd.sport
  priority: CRITICAL
"""
    if not noise:  # whose events of all the machine are sent: they would be counted with the noise
        text += f"""
- rule: step delete
  condition: evt.type in (unlink, unlinkat) and fs.path.name startswith {tmp_path}/doomed-
  desc: d
  output: delete %fs.path.name
  priority: CRITICAL
"""
    if noise:
        text += f"""
- rule: noise
  condition: evt.type in (open, openat) and evt.rawres >= 0 and fd.name startswith {tmp_path}/noise and proc.name = nobody-is-called-so
  desc: d
  output: noise
  priority: DEBUG
"""
    path = tmp_path / "steps.yaml"
    path.write_text(text)
    return path


def attack(tmp_path, i):
    """The step of number i; what its alert must say."""
    kind = i % 4
    if kind == 0:
        program = tmp_path / f"step-{i:03}"
        shutil.copy("/bin/true", program)
        subprocess.run([program], check=True)
        return f"exec {program}"
    if kind == 1:
        (tmp_path / f"written-{i:03}").write_text("x")
        return f"write {tmp_path}/written-{i:03}"
    if kind == 2:
        with socket.socket() as s:
            s.connect_ex(("127.0.0.1", 20000 + i))
        return f"connect {20000 + i}"
    doomed = tmp_path / f"doomed-{i:03}"
    doomed.touch()
    os.unlink(doomed)
    return f"delete {doomed}"


def missing(wanted, alerts):
    said = "\n".join(a.json["output"] for a in alerts) + "\n"
    return [w for w in wanted if w not in said]


def test_every_step_of_an_attack_is_alerted_in_noise_that_no_rule_wants(watch, flood, tmp_path):
    w = watch("--rules", rules(tmp_path, noise=False), "--rules", ROOT / "content/rules")
    noise = flood("quiet")
    wanted = [attack(tmp_path, i) for i in range(STEPS)]
    for _ in range(READS):
        pathlib.Path("/etc/shadow").read_bytes()
    of_us = lambda alerts: [a for a in alerts if a.fields.get("fd.name") == "/etc/shadow"]
    all_there = w.wait(lambda alerts: not missing(wanted, alerts) and len(of_us(alerts)) >= READS)
    opened = noise.stop()
    said = w.stop()
    print(f"{STEPS - len(missing(wanted, w.alerts))} of {STEPS} steps and {len(of_us(w.alerts))} of {READS} reads of /etc/shadow alerted"
          f" in {opened / noise.seconds:,.0f} opens and as many closes a second")
    assert all_there, f"missing {missing(wanted, w.alerts)}\n{said}"
    assert all(lost == 0 for _, lost in Watch.lanes(said).values()), said


def counted(recording, paths):
    """Opens of what begins with one of `paths`, by path; and opens that the kernel told us were lost."""
    names, data, at = types(ROOT), recording.read_bytes(), 64
    opens, lost_type = {n for n, name in enumerate(names) if name in ("open", "openat")}, names.index("lost")
    found, lost = dict.fromkeys(paths, 0), 0
    while at < len(data):
        type_, _, size = HEAD.unpack_from(data, at)[:3]
        if type_ in opens:
            for path in paths:
                found[path] += data.find(path, at, at + size) >= 0
        elif type_ == lost_type:
            _, of, n, _ = struct.unpack_from("<4Q", data, at + HEAD.size)
            lost += n if of in opens else 0
        at += size
    return found, lost


def test_noise_that_is_wanted_is_seen_or_counted_and_programs_are_never_lost(watch, flood, tmp_path):
    w = watch("--rules", rules(tmp_path, noise=True), "--record", tmp_path / "all.bhrec")
    noise = flood("noise")
    wanted = [attack(tmp_path, i) for i in range(STEPS) if i % 4 in (0, 2)]
    written = [attack(tmp_path, i) for i in range(STEPS) if i % 4 == 1]
    time.sleep(1)
    opened = noise.stop()
    there = w.wait(lambda alerts: not missing(wanted, alerts))
    time.sleep(0.5)  # what was lost is told a few times a second
    said = w.stop()
    assert there, f"missing {missing(wanted, w.alerts)}\n{said}"
    paths = [f"{tmp_path}/{name}".encode() for name in ("noise", "written-")]
    found, lost = counted(tmp_path / "all.bhrec", paths)
    print(f"{opened:,} opens, {opened / noise.seconds:,.0f} a second: {found[paths[0]]:,} events came, {lost:,} were told lost;"
          f" {len(wanted)} of {len(wanted)} programs and connections alerted")
    assert sum(found.values()) + lost == opened + len(written), said
    lanes = Watch.lanes(said)
    assert lanes["processes"][1] == 0 and lanes["network"][1] == 0, said
