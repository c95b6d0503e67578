# SPDX-License-Identifier: Apache-2.0
"""Records of the BPF back end, read with a reader that shares nothing with the program: bpf/shared/event.h in words."""
import re
import struct
import subprocess
import threading
import time
from dataclasses import dataclass, field

HEAD = struct.Struct("<HHIQQIIqIIBBHIQ")
FD = struct.Struct("<iBBHIIQIIHHI16s16s")
PROC = struct.Struct("<" + "I" * 8 + "I" * 6 + "II" + "Q" + "QQQQ" + "QQQ" + "IIII" + "I" * 8 + "QQQ")
PROC_NAMES = ("pid ppid vpid pgid sid vpgid vsid tty uid euid suid fsuid gid egid loginuid flags start_ns cap_inheritable "
              "cap_permitted cap_effective cap_bounding exe_ino exe_ctime_ns exe_mtime_ns exe_dev exe_mode exe_uid exe_magic "
              "ns_mnt ns_pid ns_net ns_user ns_ipc ns_uts ns_cgroup ns_time clone_flags pidns_init_start_ns cgroup_id").split()
FD_NAMES = "num kind l4 family flags dev ino open_flags mode lport rport magic lip rip".split()
HAS_FD, HAS_PROC, IO_URING, CUT, RACED, WOULD, KILLED = (1 << i for i in range(7))
STRS = "exepath args env comm cwd cgroup filename".split()


@dataclass
class Record:
    type: str
    flags: int
    ktime_ns: int
    cgroup_id: int
    pid: int
    tid: int
    res: int
    euid: int
    egid: int
    pidns: int
    cap_effective: int
    nums: list = field(default_factory=list)
    strs: list = field(default_factory=list)
    fd: dict = None
    proc: dict = None

    def str(self, name):
        return self.strs[STRS.index(name)]


def types(root):
    """The names of types, in their order, out of the header itself."""
    text = (root / "bpf/shared/event.h").read_text()
    return re.findall(r'^\s+X\(\w+, "(\w+)"\)', text, re.M)


def parse(data, names):
    """All whole records at the front of data, and what is left."""
    records, at = [], 0
    while len(data) - at >= HEAD.size:
        type_, flags, size, ktime, cgroup, pid, tid, res, euid, egid, n_nums, n_strs, _, pidns, cap = HEAD.unpack_from(data, at)
        assert size >= HEAD.size and size % 8 == 0, f"size {size}"
        if len(data) - at < size:
            break
        r = Record(names[type_], flags, ktime, cgroup, pid, tid, res, euid, egid, pidns, cap)
        o = at + HEAD.size
        if flags & HAS_FD:
            r.fd = dict(zip(FD_NAMES, FD.unpack_from(data, o)))
            r.fd["kind"] = chr(r.fd["kind"])
            o += FD.size
        if flags & HAS_PROC:
            r.proc = dict(zip(PROC_NAMES, PROC.unpack_from(data, o)))
            o += PROC.size
        r.nums = list(struct.unpack_from(f"<{n_nums}Q", data, o))
        o += 8 * n_nums
        lens = struct.unpack_from(f"<{n_strs}I", data, o)
        o += (4 * n_strs + 7) & ~7
        for n in lens:
            r.strs.append(bytes(data[o:o + n]))
            o += n
        assert (o - at + 7) & ~7 == size, f"{r.type}: {o - at} bytes of {size}"
        records.append(r)
        at += size
    return records, data[at:]


class Sensor:
    """The back end, running; stop() gives the records."""

    def __init__(self, program, root, *args):
        self.names = types(root)
        self.child = subprocess.Popen([program, *args], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.data, self.said, self.capabilities, self.lanes = bytearray(), [], {}, {}
        self.reader = threading.Thread(target=self._read)
        self.reader.start()
        for line in self.child.stderr:
            self.said.append(line.decode())
            if line == b"ready\n":
                return
        self.child.wait()
        raise RuntimeError("".join(self.said))

    def _read(self):
        while chunk := self.child.stdout.read1(1 << 20):
            self.data += chunk

    def stop(self):
        time.sleep(0.05)
        self.child.stdin.close()
        for line in self.child.stderr:
            kind, *rest = line.decode().rstrip("\n").split("\t")
            if kind == "capability":
                self.capabilities[rest[0]] = (rest[1], rest[2])
            elif kind == "lane":
                self.lanes[int(rest[0])] = (int(rest[1]), int(rest[2]))
            else:
                self.said.append(line.decode())
        self.reader.join()
        if self.child.wait() != 0:
            raise RuntimeError("".join(self.said))
        records, rest = parse(memoryview(self.data), self.names)
        assert not rest, "half a record at the end"
        return records
