# SPDX-License-Identifier: Apache-2.0
"""The units of deploy/systemd, as `make install` lays them down, under a systemd that is the first process of a machine of its own (a container)."""
import os
import pathlib
import re
import time

import conftest
import pytest
from conftest import wait_for

DOCKERFILE = """FROM localhost/bulkhead-server:test
USER root
RUN apt-get update && apt-get install -y --no-install-recommends systemd systemd-sysv dbus login openssh-server
"""
UNITS = ("bulkhead-server", "bulkhead-agent")
STATE = "/var/lib/bulkhead"


class Machine:
    def __init__(self, engine, name):
        self.engine, self.name = engine, name

    def __call__(self, *command, check=True):
        done = conftest.run("podman", "exec", self.name, *command, env={**os.environ, **self.engine.env}, check=check, timeout=120)
        return done.stdout.strip() if check else (done.returncode, done.stdout + done.stderr)

    def show(self, unit, name):
        return self("systemctl", "show", "-P", name, unit)

    def journal(self, unit):
        return self("journalctl", "--no-pager", "-o", "cat", "-u", unit)

    def is_active(self, unit):
        return self("systemctl", "is-active", unit, check=False)[1].strip() == "active"


@pytest.fixture(scope="module")
def booted(podman_bulkhead, bpf_fs, tmp_path_factory):
    """Systemd runs, the units are there and nothing of ours was started."""
    top = tmp_path_factory.mktemp("systemd")
    (top / "Dockerfile").write_text(DOCKERFILE)
    podman_bulkhead("build", "--network", "host", "-t", "localhost/bulkhead-systemd:test", top, timeout=600)
    podman_bulkhead("run", "-d", "--name", "bh-systemd", "--systemd=always", "--privileged", "--cgroupns", "host", "--network", "none", "--ulimit", "host",
                    "--entrypoint", "/sbin/init", "localhost/bulkhead-systemd:test")
    m = Machine(podman_bulkhead, "bh-systemd")
    try:
        wait_for("systemd", lambda: m("systemctl", "is-system-running", check=False)[1].strip() in ("running", "degraded"), 90)
        yield m
    finally:
        podman_bulkhead("rm", "-f", "-t", "10", "bh-systemd")


@pytest.fixture(scope="module")
def machine(booted):
    """Set up as deploy/README.md says."""
    booted("systemd-sysusers")
    booted("systemctl", "daemon-reload")
    booted("systemctl", "enable", "--now", "bulkhead-server")
    booted("systemctl", "start", "bulkhead-agent")
    assert not booted.is_active("bulkhead-agent"), "it is not enrolled"
    booted("sh", "-c", "BULKHEAD_TOKEN=$(setpriv --reuid bulkhead --clear-groups bulkhead-server token --server localhost:8443) bulkhead-agent enrol")
    booted("systemctl", "enable", "--now", "bulkhead-agent")
    return booted


def test_systemd_finds_no_fault_with_the_units(booted):
    code, said = booted("systemd-analyze", "verify", *(u + ".service" for u in UNITS), "bulkhead-report.service", "bulkhead-report.timer", check=False)
    assert not [line for line in said.splitlines() if "'man " not in line], said  # there are no man pages in that container


def test_both_start_and_say_when_they_are_ready(machine):
    for unit in UNITS:
        assert machine.show(unit, "ActiveState") == "active" and machine.show(unit, "Type") == "notify", machine.journal(unit)
    assert re.search(r"^password: +\S", machine.journal("bulkhead-server"), re.M)
    assert "watching by" in machine.journal("bulkhead-agent") and "through ebpf" in machine.journal("bulkhead-agent")
    assert "server ready" in re.sub(" +", " ", machine("bulkhead", "status"))


def test_the_server_has_no_rights_and_the_agent_those_of_its_unit(machine):
    status = {u: dict(re.findall(r"^(\w+):\s*(.*)$", machine("cat", f"/proc/{machine.show(u, 'MainPID')}/status"), re.M)) for u in UNITS}
    server, agent = (status[u] for u in UNITS)
    assert server["Uid"].split()[0] != "0" and int(server["CapEff"], 16) == int(server["CapBnd"], 16) == 0 and server["NoNewPrivs"] == "1"
    names = machine.show("bulkhead-agent", "CapabilityBoundingSet").upper().split()
    header = pathlib.Path("/usr/include/linux/capability.h").read_text()
    numbers = dict(re.findall(r"^#define (CAP_\w+)\s+(\d+)", header, re.M))
    assert int(agent["CapEff"], 16) == int(agent["CapBnd"], 16) == sum(1 << int(numbers[n]) for n in names)
    nice = machine("sh", "-c", f"cut -d' ' -f19 /proc/{machine.show('bulkhead-agent', 'MainPID')}/task/*/stat").split()
    assert "-10" in nice


def words_of(machine, unit):
    """How the unit confines its program, for systemd-run."""
    text = machine("systemctl", "cat", unit).partition("[Service]")[2].partition("[Install]")[0]
    rows = [line for line in text.splitlines() if re.match(r"(Protect|Private|Restrict|SystemCall|Lock|NoNew|Capab|UMask|User)\w*=", line)]
    return [word for row in rows for word in ("-p", row)]


@pytest.mark.parametrize("unit", UNITS)
def test_images_are_read_within_what_the_unit_allows(machine, unit):
    """The server scans registries, the agent what is here: by a worker that has to be able to jail itself."""
    machine("sh", "-c", "mkdir -p /srv/image/etc && cp /etc/os-release /srv/image/etc/")
    code, said = machine("systemd-run", "--wait", "--pipe", "--quiet", *words_of(machine, unit), "bulkhead", "scan", "rootfs:/srv/image", "--no-db", "--no-cache", check=False)
    assert code == 0 and "0 findings" in said, said


GUESS = """mkdir -p /run/sshd; printf 'UsePAM no\\nPasswordAuthentication yes\\nPort 2222\\nMaxAuthTries 20\\n' > /etc/ssh/sshd_config.d/test.conf; systemctl restart ssh
printf '#!/bin/sh\\necho wrong\\n' > /run/ask; chmod 755 /run/ask
for i in 1 2 3 4 5 6; do
    SSH_ASKPASS=/run/ask SSH_ASKPASS_REQUIRE=force ssh -p 2222 -o StrictHostKeyChecking=no -o PreferredAuthentications=password mallory@127.0.0.1 true
done
true
"""


def test_logins_are_read_from_a_real_journal(machine):
    """A real sshd tells journald of guesses; their alert is at the server."""
    code, said = machine("sh", "-c", GUESS, check=False)
    assert code == 0, said
    wait_for("the journal", lambda: machine.journal("ssh").count("Failed password for invalid user mallory") >= 10, 10)
    summary = lambda: machine("setpriv", "--reuid", "bulkhead", "--clear-groups", "bulkhead-server", "summary")
    wait_for("the alert", lambda: "Passwords guessed from one address" in summary(), 30)


def test_who_is_killed_comes_back_however_often(machine):
    for unit in UNITS:
        assert machine.show(unit, "StartLimitIntervalUSec") == "0"  # else five times within ten seconds would be the end
        for _ in range(3):
            before = machine.show(unit, "MainPID")
            machine("kill", "-9", before)
            wait_for(unit, lambda: machine.show(unit, "ActiveState") == "active" and machine.show(unit, "MainPID") not in ("0", before), 20)
    assert int(machine.show("bulkhead-agent", "NRestarts")) == 3


def test_a_program_that_hangs_is_started_anew(machine):
    """Its watchdog is not patted any more."""
    before = machine.show("bulkhead-agent", "MainPID")
    machine("kill", "-STOP", before)
    wait_for("another", lambda: machine.show("bulkhead-agent", "ActiveState") == "active" and machine.show("bulkhead-agent", "MainPID") not in ("0", before), 60)


def test_the_report_of_the_week_is_written(machine):
    machine("systemctl", "start", "bulkhead-report.service")
    (name,) = machine("ls", STATE + "/reports").split()
    assert machine("head", "-c", "15", f"{STATE}/reports/{name}").lower() == "<!doctype html>"
    machine("systemctl", "enable", "--now", "bulkhead-report.timer")
    assert "bulkhead-report.timer" in machine("systemctl", "list-timers", "--no-pager")


def test_both_end_when_told(machine):
    for unit in reversed(UNITS):
        before = time.monotonic()
        machine("systemctl", "stop", unit)
        assert time.monotonic() - before < 15
        assert machine.show(unit, "Result") == "success" and machine.show(unit, "ActiveState") == "inactive", machine.journal(unit)[-2000:]


def test_up_keeps_its_own_units_beside_those_and_down_takes_them_away(machine):
    """bulkhead up on a machine that has the package's units."""
    said = machine("bulkhead", "up", "--wait", "0")
    assert "kept running by systemd" in said
    assert machine.show("bulkhead-server", "FragmentPath") == "/etc/systemd/system/bulkhead-server.service"
    assert machine("bulkhead", "status")
    assert "has ended" in machine("bulkhead", "down")
    assert not any(machine.is_active(u) for u in UNITS)
    assert machine("sh", "-c", f"ls {STATE}/server/server.db")
    assert machine.show("bulkhead-server", "FragmentPath").endswith("lib/systemd/system/bulkhead-server.service")
