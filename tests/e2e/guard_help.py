# SPDX-License-Identifier: Apache-2.0
"""What the tests of watching and responding share: an engine, a small image, a running bulkhead watch."""
import json
import os
import pathlib
import shutil
import signal
import subprocess
import threading
import time

import conftest
import pytest

IMAGE = "bulkhead-test/guard:1"
APPLETS = ["sh", "sleep", "cat", "echo", "ls", "touch", "cp", "chmod", "wget", "nc", "mkdir", "rm", "ps", "true", "ping", "ip", "ln", "kill"]


class Engine:
    """docker(...) against an engine that runs already, or one of our own."""

    def __init__(self, env):
        self.env = env

    def __call__(self, *args, check=True, **options):
        return conftest.run("docker", *args, env=self.env, check=check, timeout=120, **options).stdout.strip()

    def start(self, *args, network="none"):
        return self("run", "-d", "--network", network, *args)

    def pid(self, container):
        return int(self("inspect", "-f", "{{.State.Pid}}", container))

    def running(self, container):
        return self("inspect", "-f", "{{.State.Running}}", container, check=False) == "true"

    def remove(self, *containers):
        self("rm", "-f", *containers, check=False)


def make_image(engine, top):
    busybox = next((p for p in ("/bin/busybox", "/usr/bin/busybox") if os.path.exists(p)), None)
    if not busybox:
        pytest.skip("busybox (static) is not installed")
    root = top / "root"
    for d in ("bin", "etc", "tmp", "proc", "dev", "sys"):
        (root / d).mkdir(parents=True, exist_ok=True)
    shutil.copy(busybox, root / "bin/busybox")
    for a in APPLETS:
        (root / "bin" / a).symlink_to("busybox")
    (root / "etc/passwd").write_text("root:x:0:0::/:/bin/sh\n")
    tar = top / "root.tar"
    conftest.run("tar", "-C", root, "-cf", tar, ".")
    engine("import", tar, IMAGE)


class Watch:
    """A bulkhead watch with JSON alerts; .alerts grows, .said is its standard error."""

    def __init__(self, program, *args, ready=90):
        self.process = subprocess.Popen([str(program), "watch", "--format", "json", *map(str, args)], stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE, text=True)
        self.alerts, self.said = [], []
        self.threads = [threading.Thread(target=self.read_alerts), threading.Thread(target=self.read_said)]
        for t in self.threads:
            t.start()
        self.wait(lambda: any("watching by" in s for s in self.said), ready, "the sensor")

    def read_alerts(self):
        for line in self.process.stdout:
            self.alerts.append(json.loads(line))

    def read_said(self):
        for line in self.process.stderr:
            self.said.append(line)

    def wait(self, condition, seconds=20, what="it"):
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if condition():
                return
            if self.process.poll() is not None:
                break
            time.sleep(0.05)
        if not condition():
            self.stop()
            raise AssertionError(f"{what} did not happen in {seconds} s\n{''.join(self.said)}\n{self.alerts}")

    def wait_alert(self, rule, seconds=20, **fields):
        def fits(a):
            return a["rule"] == rule and all(a["output_fields"].get(k.replace("__", ".")) == v for k, v in fields.items())
        self.wait(lambda: any(fits(a) for a in self.alerts), seconds, f"an alert of {rule}")
        return next(a for a in self.alerts if fits(a))

    def stop(self, how=signal.SIGTERM):
        if self.process.poll() is None:
            self.process.send_signal(how)
        try:
            code = self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise
        for t in self.threads:
            t.join(10)
        return code


def program(build):
    for p in (build / "bulkhead", build / "src/tool/bulkhead/bulkhead"):
        if p.is_file():
            return p
    pytest.skip("bulkhead is not built")


def audit(state):
    path = pathlib.Path(state) / "audit.jsonl"
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []
