# SPDX-License-Identifier: Apache-2.0
"""A site for the console to show: a real server, an agent that is this test, a scanned image, an alert.

    python3 tests/e2e/browser/console_site.py [--assets web/dist]     serves it until Enter, for looking at pages by hand
"""
import json
import os
import pathlib
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

import conftest  # noqa: E402
import platform_help  # noqa: E402
import console_checks  # noqa: E402
from platform_agent import Agent, alert  # noqa: E402

CONTAINER = "c" * 64
FIXED = {"bash": "99", "perl": "1:99"}  # of these there is a fix


def database(top):
    """A small vulnerability database, and the scanner's environment that finds it."""
    (top / "feed").mkdir()
    for n, name in enumerate(["zlib", "bash", "perl", "openssl"]):
        events = [{"introduced": "0"}] + ([{"fixed": FIXED[name]}] if name in FIXED else [])
        (top / f"feed/{n}.json").write_text(json.dumps({
            "schema_version": "1.6.0", "id": f"DEBIAN-CVE-2099-000{n}", "upstream": [f"CVE-2099-000{n}"], "modified": "2025-01-01T00:00:00Z",
            "published": "2025-01-01T00:00:00Z", "details": "Made up for a test.",
            "affected": [{"package": {"ecosystem": "Debian:12", "name": name}, "ranges": [{"type": "ECOSYSTEM", "events": events}]}]}))
    conftest.run(platform_help.BUILD / "bulkhead", "db", "build", "--home", top / "data/bulkhead", top / "feed")
    return top / "data/bulkhead/vuln.db"


def report(top):
    """What the scanner says of an image with a base and an application, and the image's id."""
    image = conftest.Image(conftest.debian_like(("zlib", "1.2.13"), ("bash", "5.2"), ("perl", "5.36"), ("openssl", "3.0.9")),
                           conftest.layer({"srv/app.py": b"print('hello')\n", "root/.ssh/id_rsa": b"-----BEGIN OPENSSH PRIVATE KEY-----\n" + b"b3BlbnNzaC1rZXktdjEA" * 20 + b"\n-----END OPENSSH PRIVATE KEY-----\n"}))
    image.write_layout(top / "image", "1.4")
    env = {**os.environ, "HOME": str(top), "XDG_CACHE_HOME": str(top / "cache")}
    out = conftest.run(platform_help.BUILD / "bulkhead", "scan", f"oci:{top / 'image'}", "--no-db", "-q", "-o", "json", env=env, check=False).stdout
    return json.loads(out)["reports"][0], conftest.sha256(image.config)


def seen(image_id, rule="Reverse shell"):
    """An alert of the container that runs this image."""
    kind, body = alert(rule=rule, container=CONTAINER, name="cart-1")
    body["container"] |= {"image": "registry.example:5000/shop/cart:1.4", "image_id": image_id}
    return kind, body


def tell(agent, scan, image_id):
    """A host with one container that runs the image, what it has, and an alert."""
    name = "registry.example:5000/shop/cart:1.4"
    agent.send(
        ("asset", {"kind": "host", "key": agent.host_id, "op": "put", "name": "node-1", "container": "", "attrs": {"os": "debian", "os_version": "12", "kernel": "6.1.0-18-amd64", "arch": "x86_64", "cpus": 4, "memory_bytes": 8 << 30}}),
        ("asset", {"kind": "container", "key": CONTAINER, "op": "put", "name": "cart-1", "container": CONTAINER,
                   "attrs": {"image_id": image_id, "image_ref": name, "runtime": "docker", "state": "running", "root": True, "privileged": True, "exposed": "0.0.0.0:80->8080/tcp", "created_ms": 1764000000000, "started_ms": 1764000000000}}),
        ("asset", {"kind": "port", "key": "tcp/0.0.0.0:8080", "op": "put", "name": "python3", "container": CONTAINER, "attrs": {"protocol": "tcp", "address": "0.0.0.0", "port": 8080, "exe": "/usr/bin/python3"}}),
        ("asset", {"kind": "user", "key": "root", "op": "put", "name": "root", "container": "", "attrs": {"uid": 0, "shell": "/bin/bash", "may_log_in": True, "password": "set"}}),
        ("asset", {"kind": "port", "op": "whole", "keys": ["tcp/0.0.0.0:8080"]}),
        ("asset", {"kind": "port", "key": "tcp/0.0.0.0:4444", "op": "put", "name": "nc", "container": CONTAINER, "attrs": {"protocol": "tcp", "address": "0.0.0.0", "port": 4444, "exe": "/bin/nc"}}),
        ("scan", {"subject": "image", "id": image_id, "refs": [name], "report": scan}),
        console_checks.run(1, CONTAINER, privileged=False, image=image_id),
        console_checks.run(2, CONTAINER, image=image_id),
        seen(image_id),
        ("status", {"version": "0.1.0", "sensor": {"backend": "ebpf"}, "rules": 118, "losses": [], "cpu_ms": 1200, "rss_bytes": 18 << 20, "spool": {"items": 0, "bytes": 0, "dropped": 0}, "gaps": []}),
    )


class Site:
    """Use as a context: .server, .agent, .admin, .url, .ids."""

    def __init__(self, top, *args):
        top = pathlib.Path(top)
        db = database(top)
        self.server = platform_help.Server(top, "--db", db, *args)
        self.top = top

    def __enter__(self):
        self.server.__enter__()
        self.url = f"https://localhost:{self.server.port}"
        self.admin = self.server.login()
        self.agent = Agent(self.server, self.top)
        scan, self.image = report(self.top)
        tell(self.agent, scan, self.image)
        conftest.wait_for("findings", lambda: self.admin.get(f"/api/v1/images/{self.image}/findings?count=true")["total"] > 0, 30)
        return self

    def __exit__(self, *_):
        self.server.__exit__()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder, Site(folder, *sys.argv[1:]) as site:
        print(f"{site.url}  admin / {platform_help.PASSWORD}", flush=True)
        try:
            sys.stdin.readline()
        except KeyboardInterrupt:
            time.sleep(0)
