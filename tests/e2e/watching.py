# SPDX-License-Identifier: Apache-2.0
"""`bulkhead watch`, running beside a test or a bench: its alerts as they arrive, and what it said at the end."""
import json
import re
import subprocess
import threading
import time


class Alert:
    def __init__(self, line, arrived_ns):
        self.arrived_ns, self.json = arrived_ns, json.loads(line)
        self.rule, self.fields = self.json["rule"], self.json["output_fields"]


class Watch:
    """From the moment it greets; stop() waits for its end. Everything it wrote is kept."""

    def __init__(self, program, *args):
        self.command = [str(a) for a in (program, "watch", "--format", "json", "--stats", *args)]
        self.child = subprocess.Popen(self.command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.alerts, self.said = [], []
        self.out = threading.Thread(target=self._read)
        self.out.start()
        for line in self.child.stderr:
            self.said.append(line)
            if "watching by" in line:
                self.err = threading.Thread(target=lambda: self.said.extend(self.child.stderr))
                self.err.start()
                return
        self.child.wait()
        raise RuntimeError("".join(self.said))

    def _read(self):
        for line in self.child.stdout:
            self.alerts.append(Alert(line, time.time_ns()))

    def wait(self, enough, seconds=20):
        """True as soon as enough(alerts) holds."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if enough(list(self.alerts)):
                return True
            time.sleep(0.01)
        return False

    def status(self, name):
        with open(f"/proc/{self.child.pid}/status") as f:
            return int(re.search(rf"^{name}:\s+(\d+)", f.read(), re.M).group(1))

    def cpu(self):
        """Seconds of processor time until now."""
        with open(f"/proc/{self.child.pid}/stat") as f:
            user, system = f.read().rsplit(")", 1)[1].split()[11:13]
        return (int(user) + int(system)) / 100

    def stop(self):
        if self.child.poll() is None:
            self.child.terminate()
        self.out.join()
        self.err.join()
        self.code = self.child.wait()
        return "".join(self.said)

    @staticmethod
    def lanes(said):
        """{lane: (seen, lost)} of what --stats says."""
        return {lane: (int(seen), int(lost)) for lane, seen, lost in re.findall(r"^  (processes|files|network)\s+(\d+) seen, (\d+) lost", said, re.M)}


class Openers:
    """Two processes that open and close a file as fast as they can; stop() tells how often, all together."""

    def __init__(self, build, path, n=2):
        self.began = time.monotonic()
        self.children = [subprocess.Popen([str(build / "tests/lib/opener"), str(path)], stdout=subprocess.PIPE, text=True) for _ in range(n)]

    def stop(self):
        for c in self.children:
            c.terminate()
        self.opened = sum(int(c.communicate()[0]) for c in self.children)
        self.seconds = time.monotonic() - self.began
        assert all(c.returncode == 0 for c in self.children)
        return self.opened
