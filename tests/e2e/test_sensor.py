# SPDX-License-Identifier: Apache-2.0
"""The BPF back end on this kernel: what really happened is in its records, whatever way it was done."""
import ctypes
import os
import pathlib
import signal
import socket
import subprocess
import sys
import time

import pytest

import sensor as records
from conftest import ROOT, need_root, run
from sensor import Sensor

PROC_STDIN_SOCKET, PROC_MEMFD, PROC_NO_LINK = 0x20, 0x04, 0x08
FD_STDIO = 0x80


@pytest.fixture(scope="module")
def programs(build):
    need_root()
    if not pathlib.Path("/sys/kernel/btf/vmlinux").exists():
        pytest.skip("this kernel has no BTF")
    found = build / "tests/lib/sensor_dump", build / "tests/lib/odd_calls"
    if not all(p.is_file() for p in found):
        pytest.skip("sensor_dump is not built")
    return found


@pytest.fixture
def watch(programs):
    """watch(*what): the back end, running; ended whatever comes."""
    running = []

    def start(*what):
        running.append(Sensor(programs[0], ROOT, *map(str, what)))
        return running[-1]

    yield start
    for s in running:
        s.child.kill()


@pytest.fixture
def odd(programs):
    return programs[1]


def of(found, pid, type_=None):
    return [r for r in found if r.pid == pid and (type_ is None or r.type == type_)]


def start(*command, **options):
    p = subprocess.Popen([str(c) for c in command], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **options)
    p.wait()
    return p.pid


def test_an_exec_is_told_whole(watch, tmp_path):
    s = watch("--env")
    pid = start("/bin/true", "one", "two words", cwd=tmp_path, env={"SECRET": "42"}, executable="/usr/bin/true")
    found = s.stop()
    [e] = [r for r in of(found, pid, "execve") if r.res == 0]
    assert e.str("exepath") == os.path.realpath("/usr/bin/true").encode()
    assert e.str("args") == b"/bin/true\0one\0two words\0"
    assert e.str("env") == b"SECRET=42\0"
    assert e.str("comm") == b"true" and e.str("cwd") == str(tmp_path).encode()
    st = os.stat("/usr/bin/true")
    assert e.proc["exe_ino"] == st.st_ino and e.proc["exe_mode"] == st.st_mode and e.proc["exe_uid"] == 0
    assert e.proc["exe_mtime_ns"] == st.st_mtime_ns and e.proc["exe_ctime_ns"] == st.st_ctime_ns
    assert (e.proc["pid"], e.proc["ppid"]) == (pid, os.getpid())
    assert e.proc["ns_mnt"] == os.stat("/proc/self/ns/mnt").st_ino and e.proc["ns_pid"] == os.stat("/proc/self/ns/pid").st_ino
    [born] = [r for r in found if r.type == "clone" and r.res == pid]
    assert born.pid == os.getpid() and born.proc["pid"] == pid
    [gone] = of(found, pid, "procexit")
    assert gone.nums[0] == 0 and born.ktime_ns < e.ktime_ns < gone.ktime_ns


def test_nothing_is_hidden_behind_a_long_command_line(watch):
    args = ["x" * 50000, "y" * 50000, "the end"]
    s = watch()
    pid = start("/bin/true", *args)
    [e] = [r for r in of(s.stop(), pid, "execve") if r.res == 0]
    assert e.str("args").split(b"\0")[1:-1] == [a.encode() for a in args]
    assert not e.flags & records.CUT


def test_a_deep_directory_has_a_path(watch, tmp_path):
    where, name = tmp_path, "d" * 60
    for _ in range(50):
        where = where / name
    where.mkdir(parents=True)
    (where / "program").write_bytes(pathlib.Path("/bin/true").read_bytes())
    (where / "program").chmod(0o755)
    (where / "data").write_text("x")
    assert len(str(where)) > 3000
    s = watch("openat:s:~data")
    pid = start("/bin/sh", "-c", f"cd {where} && ./program; cat < data")
    found = s.stop()
    assert any(r.str("exepath") == f"{where}/program".encode() for r in found if r.type == "execve" and r.res == 0)
    assert f"{where}/data".encode() in [r.strs[0] for r in of(found, pid, "openat")]


def test_names_lie_and_files_do_not(watch, tmp_path):
    (tmp_path / "real").mkdir()
    secret = tmp_path / "real/secret"
    secret.write_text("x")
    (tmp_path / "link").symlink_to("real/secret")
    (tmp_path / "dir").symlink_to("real")
    s = watch("openat:s:=" + str(secret), "open", "openat2")
    code = f"""
import os
os.chdir({str(tmp_path)!r})
for name in ("real/secret", "link", "dir/../real/./secret", "/proc/self/cwd/dir/secret"):
    os.open(name, os.O_RDONLY)
d = os.open("dir", os.O_RDONLY)
os.open("secret", os.O_RDONLY, dir_fd=d)
"""
    pid = start(sys.executable, "-I", "-c", code)
    opened = [r for r in of(s.stop(), pid, "openat") if r.strs[0] == str(secret).encode()]
    assert len(opened) == 5
    st = secret.stat()
    assert all(r.fd["ino"] == st.st_ino and r.fd["num"] == r.res and r.fd["kind"] == "f" for r in opened)


def test_a_program_in_memory_is_known(watch, odd):
    s = watch()
    pid = start(odd, "memfd", "/bin/true", "arg")
    execs = [r for r in of(s.stop(), pid, "execve") if r.res == 0]
    e = execs[-1]
    assert e.str("exepath") == b"memfd:hidden" and e.str("args") == b"innocent\0arg\0"
    assert e.proc["flags"] & PROC_MEMFD and e.proc["flags"] & PROC_NO_LINK


def test_a_deleted_program_is_known(watch, tmp_path):
    copy = tmp_path / "gone"
    copy.write_bytes(pathlib.Path("/bin/true").read_bytes())
    copy.chmod(0o755)
    s = watch()
    pid = start(sys.executable, "-I", "-c", f"""
import os
fd = os.open({str(copy)!r}, os.O_RDONLY)
os.unlink({str(copy)!r})
os.execve("/proc/self/fd/%d" % fd, ["x"], {{}})""")
    e = [r for r in of(s.stop(), pid, "execve") if r.res == 0][-1]
    assert e.str("exepath") == str(copy).encode() and e.proc["flags"] & PROC_NO_LINK and not e.proc["flags"] & PROC_MEMFD


def test_failures_tell_what_was_tried(watch, tmp_path):
    s = watch("openat", "execve", "execveat")
    pid = start(sys.executable, "-I", "-c", f"""
import os
os.chdir({str(tmp_path)!r})
for f in (lambda: os.execv("./none", ["none", "-x"]), lambda: os.open("missing", os.O_RDONLY), lambda: os.open("/none/x", os.O_RDONLY)):
    try: f()
    except OSError: pass""")
    found = of(s.stop(), pid)
    [e] = [r for r in found if r.type == "execve" and r.res < 0]
    assert e.res == -2 and e.strs == [str(tmp_path).encode(), b"./none", b"none\0-x\0"] and e.proc is None
    failed = [r.strs for r in found if r.type == "openat" and r.res == -2]
    assert [b"", str(tmp_path).encode(), b"missing"] in failed and [b"", b"", b"/none/x"] in failed


def test_io_uring_is_seen(watch, odd, tmp_path):
    target = tmp_path / "through-a-ring"
    target.write_text("x")
    s = watch("openat", "io_uring_setup")
    direct, slot = start(odd, "uring-open", target), start(odd, "uring-slot", target)
    found = s.stop()
    if not of(found, direct, "io_uring_setup") or of(found, direct, "io_uring_setup")[0].res < 0:
        pytest.skip("no io_uring here")
    [r] = [r for r in of(found, direct, "openat") if r.flags & records.IO_URING]
    assert r.strs[0] == str(target).encode() and r.fd["ino"] == target.stat().st_ino
    [r] = [r for r in of(found, slot, "openat") if r.flags & records.IO_URING]
    assert r.strs[2] == str(target).encode()


def test_a_32_bit_call_is_seen(watch, odd, tmp_path):
    target = tmp_path / "old"
    target.write_text("x")
    s = watch("open:s:=" + str(target))
    p = subprocess.run([odd, "int80-open", target], capture_output=True, text=True)
    found = [r for r in s.stop() if r.type == "open"]
    if p.returncode:
        pytest.skip("this kernel runs no 32-bit calls")
    assert [r.strs[0] for r in found] == [str(target).encode()]


def test_a_shell_on_a_socket_has_its_tuple(watch):
    with socket.create_server(("127.0.0.1", 0)) as server:
        s = watch()
        client = socket.create_connection(server.getsockname())
        end, _ = server.accept()
        pid = start("/bin/sh", "-c", "true", stdin=end.fileno())
        e = [r for r in of(s.stop(), pid, "execve") if r.res == 0][-1]
        assert e.proc["flags"] & PROC_STDIN_SOCKET
        assert e.fd["num"] == 0 and e.fd["flags"] & FD_STDIO and e.fd["kind"] == "4"
        assert (e.fd["lport"], e.fd["rport"]) == (server.getsockname()[1], client.getsockname()[1])
        assert e.fd["rip"][:4] == bytes([127, 0, 0, 1])


def test_connections_have_both_ends(watch):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        s = watch("connect", "socket", "sendto")
        pid = start(sys.executable, "-I", "-c", f"""
import socket
s = socket.create_connection(("127.0.0.1", {port}))
u = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
u.sendto(b"hello", ("127.0.0.1", {port}))""")
        found = of(s.stop(), pid)
    [c] = [r for r in found if r.type == "connect" and r.fd["rport"] == port]
    assert c.res == 0 and c.fd["l4"] == socket.IPPROTO_TCP and c.fd["rip"][:4] == bytes([127, 0, 0, 1]) and c.fd["lport"]
    [d] = [r for r in found if r.type == "sendto" and r.fd["l4"] == socket.IPPROTO_UDP]
    assert d.fd["rport"] == port and d.res == 5


CONNECTS = """
import socket as s
for family, kind, to in ((s.AF_INET, s.SOCK_DGRAM, "127.0.0.1"), (s.AF_INET, s.SOCK_DGRAM, "127.9.8.7"), (s.AF_INET6, s.SOCK_DGRAM, "::1"),
                         (s.AF_INET6, s.SOCK_DGRAM, "::ffff:127.0.0.1"), (s.AF_INET, s.SOCK_DGRAM, "192.0.2.7"), (s.AF_INET, s.SOCK_STREAM, "127.0.0.2"), (s.AF_UNIX, s.SOCK_STREAM, "")):
    try:
        s.socket(family, kind).connect((to, 9) if to else "/nowhere")
    except OSError:
        pass
"""


@pytest.mark.parametrize("flags, left", [("w", 5), ("r", 6), ("wr", 4), ("wri", 3), ("l", 1), ("x", 0)])
def test_connections_within_the_machine_can_be_left_out(watch, flags, left):
    """w: not to 127.0.0.0/8, r: not to ::1, i: of IPv4 and IPv6, l: of others, x: through io_uring. A connection that failed is told by the caller's words, and not left out."""
    if not pathlib.Path("/proc/net/if_inet6").exists():
        pytest.skip("this kernel has no IPv6")
    s = watch(f"connect:{flags}")
    pid = start(sys.executable, "-I", "-c", CONNECTS)
    found = of(s.stop(), pid, "connect")
    assert len(found) == left
    assert [r.res for r in found if r.fd["l4"] == socket.IPPROTO_TCP] == ([] if flags in "lx" else [-111])


SOCKETS = """
import socket as s
for family, kind, protocol in ((s.AF_UNIX, s.SOCK_STREAM, 0), (s.AF_INET, s.SOCK_STREAM, 0), (s.AF_INET6, s.SOCK_DGRAM, 0), (s.AF_INET, s.SOCK_RAW, 1),
                               (s.AF_NETLINK, s.SOCK_RAW, 0), (s.AF_PACKET, s.SOCK_DGRAM, 0), (s.AF_INET6, s.SOCK_RAW | s.SOCK_NONBLOCK, 58)):
    s.socket(family, kind, protocol).close()
"""


def test_odd_sockets_are_told_from_everyday_ones(watch):
    s = watch("socket:sx")
    pid = start(sys.executable, "-I", "-c", SOCKETS)
    found = [(r.nums[0], r.nums[1] & 0xf) for r in of(s.stop(), pid, "socket")]
    assert found == [(socket.AF_INET, 3), (socket.AF_NETLINK, 3), (socket.AF_PACKET, 2), (socket.AF_INET6, 3)]


def test_a_unix_socket_has_its_name(watch, tmp_path):
    path = str(tmp_path / "s")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(path)
        server.listen()
        s = watch("connect")
        pid = start(sys.executable, "-I", "-c", f"import socket; socket.socket(socket.AF_UNIX).connect({path!r})")
        [r] = of(s.stop(), pid, "connect")
    assert r.strs[0] == path.encode() and r.fd["kind"] == "u"


def test_rights_and_rooms_that_change(watch):
    s = watch("setuid", "unshare", "setns", "ptrace", "mount", "credjump", "capset")
    mine = os.stat("/proc/self/ns/uts").st_ino
    user = start(sys.executable, "-I", "-c", "import os; os.setuid(65534)")
    rooms = start(sys.executable, "-I", "-c", f"""
import ctypes, os
libc = ctypes.CDLL(None)
here = os.open("/proc/self/ns/uts", os.O_RDONLY)
libc.unshare(0x04000000)
libc.setns(here, 0x04000000)
libc.unshare(0x00020000)
libc.mount(b"none", b"/", None, 0x44000, None)
libc.ptrace(0, 0, 0, 0)""")
    found = s.stop()
    [u] = of(found, user, "setuid")
    assert u.nums[0] == 65534 and u.nums[6:10] == [0, 0, 65534, 65534] and u.euid == 65534
    [back] = of(found, rooms, "setns")
    assert back.nums[7] == mine and back.nums[6] not in (0, mine)
    assert len(of(found, rooms, "unshare")) == 2 and len(of(found, rooms, "ptrace")) == 1
    [m] = of(found, rooms, "mount")
    assert m.strs == [b"none", b"", b"/", b""] and m.nums[3] == 0x44000
    assert not [r for r in found if r.type == "credjump" and r.pid in (user, rooms)]


def test_rights_that_programs_get_lawfully_are_no_jump(watch, tmp_path):
    """A set-user-id program started by a user; a user namespace, where one has all rights; root that gives up and starts anew."""
    tool = tmp_path / "suid"
    tool.write_bytes(pathlib.Path("/usr/bin/id").read_bytes())
    tool.chmod(0o4755)
    for p in (tmp_path, *tmp_path.parents):
        if p != pathlib.Path("/"):
            p.chmod(p.stat().st_mode | 0o011)
    s = watch("credjump", "setuid")
    start(sys.executable, "-I", "-c", f"import os; os.setuid(65534); os.execv({str(tool)!r}, ['suid'])")
    start(sys.executable, "-I", "-c", "import os, ctypes; os.setuid(65534); ctypes.CDLL(None).unshare(0x10000000); os.execv('/bin/true', ['t'])")
    start("/bin/sh", "-c", "exec setpriv --bounding-set -all --inh-caps -all /bin/true")
    found = s.stop()
    assert [r for r in found if r.type == "execve" and r.res == 0 and r.str("exepath") == str(tool).encode() and r.euid == 0]
    assert not [r for r in found if r.type == "credjump"]


def test_signals_have_a_sender(watch):
    s = watch("signaldeliver", "kill")
    p = subprocess.Popen(["sleep", "60"])
    os.kill(p.pid, signal.SIGTERM)
    p.wait()
    found = [r for r in s.stop() if r.type == "signaldeliver" and r.nums[:2] == [signal.SIGTERM, p.pid]]
    assert [(r.pid, r.nums[2]) for r in found] == [(os.getpid(), 0)]


def test_who_was_there_is_told_first(watch):
    p = subprocess.Popen(["sleep", "61"])
    try:
        s = watch()
        found = s.stop()
    finally:
        p.kill()
        p.wait()
    [alive] = of(found, p.pid, "alive")
    assert alive.str("args") == b"sleep\00061\0" and alive.proc["ppid"] == os.getpid()
    assert alive.str("exepath") == os.path.realpath("/bin/sleep").encode()
    assert of(found, os.getpid(), "alive") and of(found, 2, "alive")


WORK = """
import os, socket
os.makedirs("sub", exist_ok=True)
for i in range(30):
    with open("sub/f%d.txt" % (i % 7), "w") as f: f.write("x")
    open("sub/f%d.txt" % (i % 7)).close()
    open("/etc/passwd").close()
    open("/etc/hostname").close()
    try: open("/etc/none")
    except OSError: pass
os.rename("sub/f1.txt", "sub/new.php")
open("sub/new.php", "a").close()
"""


def test_a_filter_takes_nothing_that_was_wanted(watch, tmp_path):
    rows = ["openat:ws:" + str(tmp_path), "openat:rs:=/etc/passwd", "openat:s:$.php", "openat:f:/etc"]

    def seen(*more):
        s = watch(*more, *rows)
        pid = start(sys.executable, "-I", "-c", WORK, cwd=tmp_path)
        return of(s.stop(), pid, "openat"), s

    def wanted(r):
        truth = r.strs[0].decode()
        access = r.nums[2] & 3
        if r.res < 0:
            return True
        return (access != 0 and truth.startswith(str(tmp_path))) or (access != 1 and truth == "/etc/passwd") or truth.endswith(".php")

    def keys(found):
        return sorted((r.strs[0] or r.strs[2], r.nums[2], r.res < 0) for r in found if wanted(r))

    with_filter, _ = seen()
    without, _ = seen("--no-filter")
    assert keys(with_filter) == keys(without)
    assert len(with_filter) < len(without)
    assert all(wanted(r) for r in with_filter), "the kernel sent what nobody asked for"


MOVES = """
import os
os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})  # what is remembered is a CPU's own

def look(where, times=20):
    for _ in range(times):
        os.close(os.open(where, os.O_RDONLY))

os.makedirs("tame/deep"), os.mkdir("over")
for name in ("tame/deep/file", "tame/deep/" + "n" * 100, "over/file"):
    open(name, "w").close()
look("tame/deep/file"), look("tame/deep/" + "n" * 100)
os.rename("tame", "wild")               # the same file, and now it is asked for
look("wild/deep/file"), look("wild/deep/" + "n" * 100)
os.rename("wild", "tame")
look("tame/deep/file")
os.unlink("tame/deep/file")             # another file of that name, and one where it lay in memory
open("tame/deep/file", "w").close()
look("tame/deep/file")
look("over/file")
os.system("mount --bind tame over")     # a mount over it
look("over/deep/file")
if os.fork() == 0:
    os.chroot("tame")                   # it is /deep/file, from here
    look("/deep/file", 7)
    os._exit(0)
os.wait()
os.system("umount over")
"""


def test_what_is_remembered_of_a_path_is_not_of_a_file(watch, tmp_path):
    wild, over, deep = tmp_path / "wild", tmp_path / "over", "/deep/file"
    s = watch(f"openat:rs:{wild}/,{over}/deep/,={deep}")
    p = subprocess.run(["unshare", "-m", sys.executable, "-I", "-c", MOVES], cwd=tmp_path, check=False)
    assert p.returncode == 0
    opened = [r.strs[0].decode() for r in s.stop() if r.type == "openat" and r.res >= 0]
    assert sorted(opened) == sorted([f"{wild}/deep/file"] * 20 + [f"{wild}/deep/{'n' * 100}"] * 20 + [f"{over}/deep/file"] * 20 + [deep] * 7)


CHANGES = """
import ctypes, os
libc = ctypes.CDLL(None)
here = os.open(".", os.O_RDONLY)
os.makedirs("kept/deep", exist_ok=True)
os.makedirs("other", exist_ok=True)
def all_ways(name):
    yield name, None
    yield os.path.join(os.getcwd(), name), None
    yield "./" + name, None
    yield "other/../" + name, None
    yield "other//.././" + name, None
    yield name, here
    yield "/" + os.path.join(os.getcwd(), name), None
for name in ("kept/a", "kept/deep/b.php", "other/c", "other/d.php", "other/..e", "kept/.f", "x"):
    for path, fd in all_ways(name):
        os.close(os.open(path, os.O_CREAT | os.O_WRONLY, dir_fd=fd))
        os.chmod(path, 0o600, dir_fd=fd) if fd is None else None
        os.chown(path, 0, 0, dir_fd=fd)
        os.rename(path, name + "-renamed", src_dir_fd=fd)
        os.rename(name + "-renamed", path, dst_dir_fd=fd)
        os.link(path, "other/linked")
        os.symlink("kept/target", path + "-s", dir_fd=fd)
        os.unlink(path + "-s", dir_fd=fd)
        os.unlink("other/linked")
        os.truncate(path, 0) if fd is None else None
        os.unlink(path, dir_fd=fd)
        os.mkdir(path, dir_fd=fd)
        os.rmdir(path, dir_fd=fd)
        try: os.unlink(path + "/", dir_fd=fd)
        except OSError: pass
os.chdir("kept/deep")
for name in ("g", "../h", "../../i", "../../kept/j", "k" * 200 + ".php", "l/" * 3):
    try: os.mkdir(name)
    except OSError: pass
os.chdir("/")
os.mkdir(HERE[1:] + "/kept/n")
os.rmdir("." + HERE + "/kept/n")
"""
CHANGING = ("rename", "renameat", "renameat2", "link", "linkat", "symlink", "symlinkat", "unlink", "unlinkat", "mkdir", "mkdirat", "rmdir", "chmod",
            "fchmodat", "chown", "lchown", "fchownat", "truncate")


def written(r):
    """The paths among a call's strings: from which directory, and what was written."""
    texts = [s.decode() for s in (r.strs[1:] if r.type.startswith("symlink") else r.strs)]
    return list(zip(texts[::2], texts[1::2]))


def shown(base, raw):
    return raw if raw.startswith("/") or not base else os.path.normpath(base.rstrip("/") + "/" + raw)


def is_unclear(base, raw):
    return not raw or (not raw.startswith("/") and any(part in ("", ".") or part.startswith("..") for part in raw.split("/")))


def test_calls_that_change_names_are_asked_for_their_paths(watch, tmp_path):
    """Whatever way a path was written: what is wanted comes, and besides it only what cannot be known."""
    folders = {"": tmp_path / "1", "--no-filter": tmp_path / "2"}
    asked = ",".join(f"{f}/kept,={f}/x" for f in folders.values()) + ",$.php"

    def seen(option):
        folders[option].mkdir()
        s = watch(*option.split(), *(f"{t}:s:{asked}" for t in CHANGING))
        pid = start(sys.executable, "-I", "-c", f"HERE = {str(folders[option])!r}\n" + CHANGES, cwd=folders[option])
        return [r for r in s.stop() if r.pid == pid and r.type in CHANGING]

    def wanted(r, folder):
        paths = [shown(*w) for w in written(r)]
        return r.res >= 0 and any(p.startswith(f"{folder}/kept") or p == f"{folder}/x" or p.endswith(".php") for p in paths)

    def keys(found, folder):
        return sorted((r.type, [s.replace(str(folder)[1:].encode(), b"") for s in r.strs]) for r in found if wanted(r, folder))

    some, all_ = seen(""), seen("--no-filter")
    assert keys(some, folders[""]) == keys(all_, folders["--no-filter"]) != []
    assert len(some) < len(all_) * 0.8
    assert not [r for r in some if not wanted(r, folders[""]) and not any(is_unclear(*w) for w in written(r))]


def test_the_kernel_knows_host_from_container(watch):
    s = watch("openat:cs:=/etc/hostname")
    host = start("/bin/cat", "/etc/hostname")
    room = start("unshare", "-m", "/bin/cat", "/etc/hostname")
    found = s.stop()
    assert len(of(found, room, "openat")) == 1 and not of(found, host, "openat")


HOPS = """
import os, sys
cpus = sorted(os.sched_getaffinity(0))
for i in range(200):
    os.sched_setaffinity(0, {cpus[i % len(cpus)]})
    os.close(os.open(f"{sys.argv[1]}/{i}", os.O_CREAT | os.O_WRONLY))
"""


def test_what_one_process_opens_on_several_cpus_comes_in_its_order(watch, tmp_path):
    """Each CPU has a ring for files, as far as there are enough."""
    if len(os.sched_getaffinity(0)) < 2:
        pytest.skip("one CPU only")
    s = watch(f"openat:w:{tmp_path}/")
    pid = start(sys.executable, "-I", "-c", HOPS, tmp_path)
    found = [r for r in of(s.stop(), pid, "openat") if r.strs[0].startswith(f"{tmp_path}/".encode())]
    assert [int(r.strs[0].rsplit(b"/", 1)[1]) for r in found] == list(range(200))


def test_a_flood_of_files_costs_no_exec_and_every_loss_is_counted(watch, odd):
    s = watch("openat:s:=/etc/hostname")
    os.kill(s.child.pid, signal.SIGSTOP)  # nobody reads: the lane of files must overflow
    flood = subprocess.Popen([odd, "opens", "100000", "/etc/hostname"])
    pids = [start("/bin/true", str(i)) for i in range(50)]
    flood.wait()
    os.kill(s.child.pid, signal.SIGCONT)
    time.sleep(0.5)
    found = s.stop()
    assert {r.pid for r in found if r.type == "execve" and r.res == 0} >= set(pids)
    told = sum(r.nums[2] for r in found if r.type == "lost")
    opens = len(of(found, flood.pid, "openat"))
    assert s.lanes[0][1] == 0, "a record of a process was lost"
    assert told == s.lanes[1][1] > 0
    assert opens + told >= 100000
    assert s.lanes[1][0] == len([r for r in found if r.type == "openat"]) + told


def links_of(pid):
    """How many BPF programs a process has attached."""
    infos = [p.read_text() for p in pathlib.Path(f"/proc/{pid}/fdinfo").iterdir()]
    return sum("link_type:" in text for text in infos)


def test_no_rule_for_calls_no_hook_on_calls(watch):
    without, with_calls = watch("signaldeliver"), watch("signaldeliver", "openat")
    counts = links_of(without.child.pid), links_of(with_calls.child.pid)
    without.stop()
    with_calls.stop()
    assert counts[1] == counts[0] + 3  # the end of system calls, io_uring's requests and results
    assert without.capabilities["open"][0] == "tp_btf/sys_exit"


def test_capabilities_name_what_is_there(watch):
    s = watch("openat")
    s.stop()
    assert {"exec", "fork", "exit", "open", "system calls", "io_uring requests"} <= set(s.capabilities)
    for name, (how, missing) in s.capabilities.items():
        assert bool(how) != bool(missing), name


def renames(found, pid):
    return [r for r in found if r.pid == pid and r.type == "rename"]


def test_words_that_another_thread_changes_are_marked(watch, odd, tmp_path):
    a, b = tmp_path / "innocent", tmp_path / "evil"
    for path in (a, b):
        path.touch()
    s = watch("--raced", "rename")
    honest = start(odd, "race", 200, a, "")
    pid = start(odd, "race", 20000, a, b)
    found = s.stop()
    raced = [r for r in renames(found, pid) if r.flags & records.RACED]
    assert len(renames(found, honest)) == 200 and not [r for r in renames(found, honest) if r.flags & records.RACED]
    assert len(raced) > 10
    assert s.capabilities["words changed under way"][0] == "tp_btf/sys_enter"


def test_nobody_looks_at_begins_unless_asked(watch, odd, tmp_path):
    a, b = tmp_path / "innocent", tmp_path / "evil"
    a.touch()
    s = watch("rename")
    pid = start(odd, "race", 2000, a, b)
    assert not [r for r in renames(s.stop(), pid) if r.flags & records.RACED]


@pytest.mark.parametrize("call", ["mkdir {}", "ln -s {} {}-2", "mount none {} -t none", "chmod 700 {}", "unlink {}", "rmdir {}", "cat {}", "touch -d now {}"])
def test_honest_calls_are_not_marked(watch, call, tmp_path):
    path = tmp_path / ("long" * 60) / "x"
    s = watch("--raced", "--all")
    pids = [start("/bin/sh", "-c", call.format(path, path)) for _ in range(3)]
    found = s.stop()
    assert [r for r in found if r.pid in pids]
    assert not [r for r in found if r.flags & records.RACED]
    assert s.capabilities["words changed under way"][0]
