# SPDX-License-Identifier: Apache-2.0
"""What the sensor knows of containers that live a moment, and of this machine where BPF is refused; read with sense_tell."""
import os
import subprocess
import threading
import time

import conftest
import guard_help as g
import pytest


class Teller:
    def __init__(self, build, *args):
        self.lines = []
        self.proc = subprocess.Popen([str(build / "tests/lib/sense_tell"), "--stats", *args], stdin=subprocess.PIPE,
                                     stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.said = []
        for line in self.proc.stderr:
            if line.startswith("ready"):
                break
            self.said.append(line)
        else:
            pytest.skip("no sensor here: " + "".join(self.said))
        self.reader = threading.Thread(target=lambda: self.lines.extend(self.proc.stdout), daemon=True)
        self.reader.start()

    def stop(self):
        time.sleep(1)
        self.proc.stdin.close()
        said = self.proc.stderr.read()
        assert self.proc.wait(30) == 0, said
        self.reader.join(10)
        return [line.rstrip("\n").split("\t") for line in self.lines], said


@pytest.fixture(scope="module")
def engine(request, tmp_path_factory):
    conftest.need_root()
    conftest.need("docker")
    if conftest.run("docker", "info", check=False).returncode == 0:
        e = g.Engine(dict(os.environ))
    else:
        e = g.Engine(request.getfixturevalue("docker").env)
    g.make_image(e, tmp_path_factory.mktemp("image"))
    return e


@pytest.mark.parametrize("backend,runs", [("ebpf", 25), ("proc", 3)])
def test_the_first_event_of_a_container_has_its_image(build, engine, backend, runs):
    t = Teller(build, "--backend", backend, "--type", "execve", "proc.args", "container.name", "container.image",
               "container.privileged", "container.known", "user.name")
    word = f"word-{os.getpid()}-"
    for i in range(runs):
        engine("run", "--rm", "--network", "none", "--name", f"bulkhead-sense-{os.getpid()}-{i}", g.IMAGE, "/bin/sh", "-c",
               f"echo {word}{i}" + ("; sleep 0.5" if backend == "proc" else ""))
    rows, said = t.stop()
    mine = [r for r in rows if r[0].startswith(f"-c echo {word}")]
    assert len(mine) == runs, said
    assert all(r[1:] == [f"bulkhead-sense-{os.getpid()}-{i}", g.IMAGE, "false", "true", "root"] for i, r in enumerate(mine)), mine


def test_without_bpf_files_and_users_are_seen(build, engine, tmp_path):
    t = Teller(build, "--backend", "proc", "--type", "openat", "--type", "setresuid", "evt.type", "proc.name", "fd.name",
               "evt.is_open_write", "user.uid")
    conftest.run("sh", "-c", f"echo x > {tmp_path}/written; sleep 0.3; cat {tmp_path}/written; sleep 0.3")
    conftest.run("setpriv", "--reuid", "1234", "--clear-groups", "sleep", "0.3")
    rows, _ = t.stop()
    assert ["openat", "sh", f"{tmp_path}/written", "true", "0"] in rows
    assert ["openat", "cat", f"{tmp_path}/written", "false", "0"] in rows
    assert any(r[0] == "setresuid" and r[4] == "1234" for r in rows)


def test_a_recording_tells_the_same_as_the_machine(build, engine, tmp_path):
    fields = ["evt.type", "proc.name", "proc.cmdline", "proc.aname", "container.name", "container.image", "evt.res"]
    t = Teller(build, "--record", str(tmp_path / "r.bhrec"), "--type", "execve", "--type", "container", *fields)
    engine("run", "--rm", "--network", "none", "--label", "a=b", g.IMAGE, "/bin/sh", "-c", "echo recorded")
    live, _ = t.stop()
    again = subprocess.run([str(build / "tests/lib/sense_tell"), "--replay", str(tmp_path / "r.bhrec"), "--type", "execve", "--type",
                            "container", *fields], capture_output=True, text=True, stdin=subprocess.DEVNULL, check=True)
    assert [line.split("\t") for line in again.stdout.splitlines()] == live
    assert any(r[1] == "sh" and r[5] == g.IMAGE for r in live)
