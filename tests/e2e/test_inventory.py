# SPDX-License-Identifier: Apache-2.0
"""bulkhead inventory: this machine, and what is in a real container of it."""
import json
import os
import pathlib
import socket

import pytest

from conftest import need_root

MADE = r"""
echo 'mallory:x:1234:1234:Mallory:/home/mallory:/bin/bash' >> /etc/passwd
echo 'mallory ALL=(ALL) NOPASSWD: ALL' > /etc/sudoers
mkdir -p /etc/cron.d /etc/nginx/conf.d /home/mallory/.ssh
echo '* * * * * mallory /tmp/beacon' > /etc/cron.d/beacon
printf 'server { listen 8080; server_name shop.example; root /srv/shop; }' > /etc/nginx/conf.d/shop.conf
echo 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEo9mGAEEYiNN0wgf5ZGtUcXD9tiVlc8xs1eEvTCNEY8 m@x' > /home/mallory/.ssh/authorized_keys
ln -sf /../../../../../proc/1/root/etc/hostname /etc/crontab
sleep 600
"""
HUGE = "head -c 5000000 /dev/zero | tr '\\0' 'x' >> /etc/passwd; sleep 600"


@pytest.fixture(scope="module")
def things(bulkhead, docker, docker_debian):
    need_root()
    boxes = [docker("run", "-d", "--cap-add", "NET_ADMIN", "--network", "none", "--name", f"inventory-{name}", docker_debian, "bash", "-c", script)
             for name, script in (("made", MADE), ("huge", HUGE))]
    with socket.create_server(("127.0.0.1", 0)) as server:
        done = bulkhead("inventory", "--format", "json", env={**os.environ, "DOCKER_HOST": docker.host})
        port = server.getsockname()[1]
    assert done.returncode == 0, done.stderr
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    yield {"put": [r for r in rows if r["op"] == "put"], "whole": [r for r in rows if r["op"] == "whole"], "said": done.stderr, "port": port, "boxes": boxes}
    docker("rm", "-f", *boxes)


def find(things, kind, **wanted):
    return [t for t in things["put"] if t["kind"] == kind and all(t.get(k, t["attrs"].get(k)) == v for k, v in wanted.items())]


def test_the_machine_and_its_engine_are_told(things):
    (host,) = find(things, "host")
    assert host["name"] == socket.gethostname() and host["attrs"]["kernel"] == os.uname().release
    (box,) = find(things, "container", key=things["boxes"][0])
    assert box["name"] == "inventory-made" and box["attrs"]["caps"].endswith("NET_ADMIN") and box["attrs"]["root"] is True and box["attrs"]["state"] == "running"
    assert find(things, "image", key=box["attrs"]["image_id"])


def test_a_port_has_its_program(things):
    (port,) = [t for t in find(things, "port", port=things["port"]) if t["attrs"]["address"] == "127.0.0.1"]
    assert port["attrs"]["pid"] == os.getpid()


@pytest.mark.parametrize("kind, wanted", [
    ("user", {"name": "mallory", "uid": 1234, "may_log_in": True}),
    ("sudo-rule", {"name": "mallory", "no_password": True}),
    ("cron", {"name": "/tmp/beacon", "user": "mallory"}),
    ("ssh-key", {"name": "mallory", "fingerprint": "SHA256:ywY1kFHVLCF3DiQFwDkA0VbbXpxy2DJFe/cgMu2AAIg"}),
    ("site", {"name": "shop.example", "listen": "8080", "root": "/srv/shop"}),
])
def test_what_is_in_a_container_is_told_of_it(things, kind, wanted):
    assert find(things, kind, container=things["boxes"][0], **wanted)


def test_a_link_of_a_container_leads_nowhere_outside(things):
    assert socket.gethostname() not in json.dumps([t for t in things["put"] if t["kind"] == "cron"])


def test_one_container_that_cannot_be_read_hides_nobody_else(things):
    assert things["boxes"][1] in things["said"] and "/etc/passwd" in things["said"]
    assert find(things, "user", container="", name="root") and find(things, "user", container=things["boxes"][0], name="root")
    assert "user" in {t["kind"] for t in things["whole"]}, "or nobody would tell what changes from now on"


def test_no_hash_of_a_password_is_told(things):
    shadow = pathlib.Path("/etc/shadow").read_text()
    hashes = [line.split(":")[1] for line in shadow.splitlines() if len(line.split(":")[1]) > 12]
    text = json.dumps(things["put"])
    assert not any(h.lstrip("!*") in text for h in hashes)
