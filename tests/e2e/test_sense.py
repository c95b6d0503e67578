# SPDX-License-Identifier: Apache-2.0
"""What the sensor knows of containers that live a moment, and of this machine where BPF is refused; read with sense_tell."""
import os
import pathlib
import socket
import subprocess
import sys
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


@pytest.mark.parametrize("backend,runs", [("ebpf", 25), ("proc", 3)])
def test_the_first_event_of_a_container_has_its_image(build, engine, backend, runs):
    t = Teller(build, "--backend", backend, "--type", "execve", "proc.args", "container.name", "container.image",
               "container.privileged", "container.known", "user.name")
    word = f"word-{os.getpid()}-"
    for i in range(runs):
        engine("run", "--rm", "--network", "none", "--name", f"bulkhead-sense-{os.getpid()}-{i}", g.IMAGE, "/bin/sh", "-c",
               f"echo {word}{i}" + ("; sleep 0.5; :" if backend == "proc" else ""))
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


def talk(at, family=socket.AF_INET, kind=socket.SOCK_STREAM, inside=()):
    """A server and a client, each a process of its own, that hold their connection for two seconds; the client's port."""
    code = ("import socket, sys, time; s = socket.socket({f}, {k});"
            "s.bind(({at!r}, 0)); s.listen(5); print(s.getsockname()[1], flush=True); time.sleep(1); c = s.accept()[0]; time.sleep(3)")
    server = subprocess.Popen([*inside, sys.executable, "-c", code.format(f=int(family), k=int(kind), at=at)], stdout=subprocess.PIPE,
                              text=True)
    port = int(server.stdout.readline())
    code = f"import socket, time; s = socket.create_connection(({at!r}, {port})); print(s.getsockname()[1], flush=True); time.sleep(3)"
    where = ["nsenter", f"--net=/proc/{server.pid}/ns/net"] if inside else []
    client = subprocess.Popen([*where, sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    own = int(client.stdout.readline())
    pids = server.pid, client.pid
    assert client.wait(30) == 0 and server.wait(30) == 0
    return port, own, *pids


CONNECTIONS = ["--backend", "proc", "--type", "connect", "--type", "accept", "--type", "listen", "--type", "bind", "evt.type",
               "proc.pid", "fd.name", "evt.rawres", "fd.connected"]


def see_connections(build, at, **how):
    conftest.need_root()
    t = Teller(build, *CONNECTIONS)
    port, own, server, client = talk(at, **how)
    rows, said = t.stop()
    if "capability\tconnections\t\t" in said:
        pytest.skip("no sock_diag here: " + said)
    name = f"{at}:{own}->{at}:{port}"
    assert ["connect", str(client), name] in [r[:3] for r in rows], (rows, said)
    assert ["accept", str(server), name] in [r[:3] for r in rows], (rows, said)
    assert {"listen", "bind"} <= {r[0] for r in rows if r[1] == str(server)}, rows
    # each once, and nobody is both
    mine = [r[:2] for r in rows if r[1] in (str(client), str(server))]
    assert len(mine) == 4, rows
    assert "capability\tconnections that are short\t\tno BPF" in said
    return said


def test_without_bpf_connections_are_seen_from_both_ends(build):
    see_connections(build, "127.0.0.1")


def test_without_bpf_connections_of_ipv6_are_seen(build):
    if not pathlib.Path("/proc/net/if_inet6").exists():
        pytest.skip("no IPv6 here")
    see_connections(build, "::1", family=socket.AF_INET6)


def test_without_bpf_connections_in_another_network_namespace_are_seen(build):
    conftest.need("unshare")
    conftest.need("nsenter")
    up = ["unshare", "--net", "sh", "-c", 'ip link set lo up && exec "$@"', "sh"]
    if subprocess.run([*up, "true"], capture_output=True, check=False).returncode:
        pytest.skip("no network namespaces here")
    see_connections(build, "127.0.0.1", inside=up)


def test_without_bpf_datagram_sockets_are_seen(build):
    conftest.need_root()
    t = Teller(build, *CONNECTIONS)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as waits, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asks:
        waits.bind(("127.0.0.1", 0))
        asks.connect(waits.getsockname())
        (_, port), (_, own) = waits.getsockname(), asks.getsockname()
        rows, said = t.stop()
    if "capability\tconnections\t\t" in said:
        pytest.skip("no sock_diag here: " + said)
    mine = sorted(r for r in rows if r[1] == str(os.getpid()))
    assert [r[0] for r in mine] == ["bind", "connect"], (rows, said)
    assert mine[1][2] == f"127.0.0.1:{own}->127.0.0.1:{port}"


def test_without_bpf_a_connection_that_nobody_holds_is_counted_as_lost(build):
    conftest.need_root()
    t = Teller(build, *CONNECTIONS)
    ours, theirs = socket.socketpair()
    with ours, theirs, socket.create_server(("127.0.0.1", 0)) as server:
        client = socket.create_connection(server.getsockname())
        own = client.getsockname()[1]
        socket.send_fds(ours, [b"x"], [client.fileno()])
        client.close()  # now it is on its way, and in nobody's /proc/PID/fd
        rows, said = t.stop()
    if "capability\tconnections\t\t" in said:
        pytest.skip("no sock_diag here: " + said)
    assert not [r for r in rows if f":{own}->" in r[2]], rows
    lane = next(line.split("\t") for line in said.splitlines() if line.startswith("lane\t2\t"))
    assert int(lane[3]) >= 1, said
