# SPDX-License-Identifier: Apache-2.0
"""The sensor on a kernel that this machine does not run: Debian's, which is older and lets BPF programs be asked by LSM
hooks. One boot, several questions."""
import json
import re

import pytest

from vm import boot

RESPONSES = """
mode: act
prevent:
  - { name: no such program here, stop: [exec-listed], paths: [/tmp/busybox-bad] }
"""

SCRIPT = r"""
echo "LSM $(cat /sys/kernel/security/lsm)"
/bulkhead/bulkhead watch --state /tmp/state --content /bulkhead/content --responses /responses.yaml --mode act \
    --format json --stats > /tmp/alerts 2> /tmp/log &
pid=$!
for i in $(seq 240); do grep -q 'watching by' /tmp/log && break; sleep 1; done
cp /bin/busybox /tmp/busybox-bad
cp /bin/busybox /tmp/busybox-good
/tmp/busybox-bad true
echo "BAD $?"
/tmp/busybox-good cat /etc/shadow > /dev/null
echo "GOOD $?"
sleep 3
kill -TERM $pid
wait $pid
echo "ENDED $?"
echo "=== log"
cat /tmp/log
echo "=== alerts"
cat /tmp/alerts
echo "=== end"
"""


@pytest.fixture(scope="module")
def machine(tmp_path_factory):
    out = boot(tmp_path_factory.mktemp("vm"), SCRIPT, {"responses.yaml": RESPONSES})
    assert "=== end" in out, out[-3000:]
    log, alerts = out.split("=== log\n")[1].split("=== end")[0].split("=== alerts\n")
    return out, log, [json.loads(line) for line in alerts.splitlines() if line.startswith("{")]


def test_it_watches_there(machine):
    out, log, _ = machine
    assert re.search(r"watching by \d+ rules through ebpf", log), log
    assert "ENDED 0" in out, log


def test_processes_and_files_are_seen(machine):
    _, log, _ = machine
    for hook in ("exec", "fork", "exit", "open", "processes that were there"):
        assert not re.search(rf"cannot see {hook}:", log), log


def test_an_alert_knows_its_process(machine):
    _, log, alerts = machine
    read = [a for a in alerts if a["rule"] == "Password hashes read"]
    assert read, (log, alerts)
    assert read[0]["output_fields"]["proc.exepath"] == "/tmp/busybox-good"


def test_a_listed_program_is_refused_not_killed(machine):
    out, log, alerts = machine
    if "bpf" not in out.split("LSM ")[1].splitlines()[0]:
        pytest.skip("this kernel has no BPF LSM")
    assert re.search(r"busybox-bad: (Operation not permitted|Permission denied)", out), out
    assert "BAD 126" in out, out
    assert "GOOD 0" in out, out
    assert any(a["rule"] == "Prevention at work" for a in alerts), (log, alerts)
