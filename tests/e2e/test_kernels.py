# SPDX-License-Identifier: Apache-2.0
"""The sensor on another kernel (vm.py), older than most and with LSM hooks for BPF programs: what its records say, and
what a watch makes of them."""
import base64
import json
import re

import pytest

import sensor as records
from conftest import ROOT
from vm import boot, first_files

INIT = """
echo "kernel: $(uname -r)"
mkfifo /tmp/in
sensor_dump --prevent 0:0x10:0x4:/bin/odd_calls openat:s:=/etc/hostname execve connect mount setuid unshare signaldeliver < /tmp/in > /tmp/out 2> /tmp/said &
exec 3> /tmp/in
i=0; while ! grep -q ready /tmp/said && [ $i -lt 600 ]; do sleep 0.1; i=$((i+1)); kill -0 $! || break; done
cat /etc/hostname > /dev/null
(cd /etc && cat ./../etc/hostname) > /dev/null
/bin/none 2>/dev/null
odd_calls memfd /bin/busybox true
odd_calls int80-open /etc/hostname
odd_calls uring-open /etc/hostname
echo '|/evil' > /proc/sys/kernel/core_pattern || echo "core_pattern: refused"
unshare -m true
sleep 1
exec 3>&-
wait
sed 's/^/said: /' /tmp/said
echo "begin"; base64 /tmp/out; echo "end"
"""


WATCH = r"""
watch() {
    bulkhead watch --state /tmp/state --content /content --responses /responses.yaml --mode act --format json --stats
}
watch > /tmp/alerts 2> /tmp/log &
i=0; while ! grep -q 'watching by' /tmp/log && [ $i -lt 240 ]; do sleep 1; i=$((i+1)); done
cp /bin/busybox /tmp/busybox-bad
cp /bin/busybox /tmp/busybox-good
/tmp/busybox-bad true
echo "BAD $?"
/tmp/busybox-good cat /etc/shadow > /dev/null
echo "GOOD $?"
sleep 3
kill -TERM $(pidof bulkhead)
wait
echo "=== log"; cat /tmp/log
echo "=== alerts"; cat /tmp/alerts
echo "=== end"
"""
RESPONSES = b"""mode: act
prevent:
  - { name: no such program here, stop: [exec-listed], paths: [/tmp/busybox-bad] }
"""


@pytest.fixture(scope="module")
def sensed(build, tmp_path_factory):
    """What the machine said, and the records."""
    programs = {"bin/" + name: build / "tests/lib" / name for name in ("sensor_dump", "odd_calls")}
    applets = "sh cat mount mkdir mkfifo grep sed sleep base64 uname poweroff unshare true echo"
    text = boot(tmp_path_factory.mktemp("boot"), first_files(INIT, programs, applets, {"etc/hostname": b"box\n"}))
    data = re.search(r"^begin\n(.*?)^end$", text, re.M | re.S)
    assert data, text[-3000:]
    found, rest = records.parse(memoryview(base64.b64decode(data.group(1))), records.types(ROOT))
    assert not rest
    return text, found


@pytest.fixture(scope="module")
def watched(build, tmp_path_factory):
    """What the machine said, what the watch said, and its alerts."""
    more = {f"content/rules/{p.name}": p.read_bytes() for p in (ROOT / "content/rules").glob("*.yaml")}
    more |= {"responses.yaml": RESPONSES, "etc/passwd": b"root:x:0:0:root:/root:/bin/sh\n", "etc/shadow": b"root:*:20000:0:99999:7:::\n"}
    programs = {"bin/bulkhead": build / "bulkhead", "bin/bulkhead-worker": build / "bulkhead-worker"}
    text = boot(tmp_path_factory.mktemp("watch"), first_files(WATCH, programs, "sh cat mount grep sleep cp kill pidof poweroff true echo", more))
    assert "=== end" in text, text[-3000:]
    log, alerts = text.split("=== log\n")[1].split("=== end")[0].split("=== alerts\n")
    return text, log, [json.loads(line) for line in alerts.splitlines() if line.startswith("{")]


def test_it_starts_and_names_what_it_has(sensed):
    text, _ = sensed
    have = dict(re.findall(r"^said: capability\t([^\t]+)\t([^\t\n]*)", text, re.M))
    assert have["exec"] == "tp_btf/sched_process_exec" and have["open"] == "tp_btf/sys_exit"
    assert all(have.values()), have


def test_what_happens_is_seen(sensed):
    _, found = sensed
    opened = [r for r in found if r.type in ("open", "openat") and r.strs[0] == b"/etc/hostname"]
    assert len([r for r in opened if not r.flags & records.IO_URING]) >= 2
    assert [r for r in found if r.type == "execve" and r.res == -2]
    memory = [r for r in found if r.type == "execve" and r.res == 0 and r.str("exepath") == b"memfd:hidden"]
    assert memory and memory[0].str("args") == b"innocent\0true\0"
    assert [r for r in found if r.type == "unshare"] and [r for r in found if r.type == "alive"]


def test_a_denial_denies(sensed):
    text, found = sensed
    assert "core_pattern: refused" in text
    assert [r.strs for r in found if r.type == "denied" and not r.flags & records.WOULD] == [[b"kernel/core_pattern"]]


def test_what_only_would_be_stopped_is_told_once(sensed):
    """Two programs of ours judge an exec there: the one that can refuse it, and the one that could kill."""
    _, found = sensed
    ran = [r for r in found if r.type == "execve" and r.res == 0 and r.str("exepath") == b"/bin/odd_calls"]
    told = [r for r in found if r.type == "denied" and r.flags & records.WOULD]
    assert len(ran) == 3 and [r.strs for r in told] == [[b"/bin/odd_calls"]] * len(ran)


def test_a_watch_sees_all_there(watched):
    _, log, _ = watched
    assert re.search(r"watching by \d+ rules through ebpf", log) and "cannot see" not in log, log


def test_an_alert_knows_its_process(watched):
    _, log, alerts = watched
    read = [a for a in alerts if a["rule"] == "Password hashes read"]
    assert read, (log, alerts)
    assert read[0]["output_fields"]["proc.exepath"] == "/tmp/busybox-good"


def test_a_listed_program_is_refused_not_killed(watched):
    text, log, alerts = watched
    assert re.search(r"busybox-bad: (Operation not permitted|Permission denied)", text), text
    assert "BAD 126" in text and "GOOD 0" in text, text
    assert any(a["rule"] == "Prevention at work" for a in alerts), (log, alerts)
