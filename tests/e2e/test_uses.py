# SPDX-License-Identifier: Apache-2.0
"""Packages in use: a real agent, its sensor on, tells a real server what runs in a container of Debian."""
import json
import os
import shutil

import conftest
import platform_help
import pytest
import uplink_help as u
from test_agent import Agent, order

SLEEPS = "while :; do sleep 1; done"


@pytest.fixture(scope="module")
def world(build, docker, docker_debian, tmp_path_factory):
    """admin, the image's id and the agent; a container runs bash and sleep, and has run perl for a moment."""
    conftest.need_root()
    top = tmp_path_factory.mktemp("uses")
    with platform_help.Server(top) as server:
        admin = server.login()
        token = admin.post("/api/v1/enrolment-tokens", {"name": "test", "environment": "test"})["token"]
        agent = Agent(top / "agent", "--no-scans", "--no-comply", env=docker.env)
        conftest.run(u.AGENT, "enrol", "--state", agent.state, "--token", token, timeout=60)
        agent.start()
        box = docker("run", "-d", "--network", "none", "--name", "uses", docker_debian, "bash", "-c", SLEEPS)
        docker("exec", box, "perl", "-e", "1")
        assert order(admin, agent, "scan", {"target": "docker:" + docker_debian}, 180)["state"] == "done"
        conftest.wait_for("the image", lambda: image_of(admin), 30)
        yield admin, agent, box
        docker("rm", "-f", box)
        agent.stop()


def image_of(admin):
    return next((i["id"] for i in admin.items("/api/v1/images") if "bulkhead-test/debian" in i["name"]), None)


def packages(admin, ask=""):
    return {p["name"]: p for p in admin.items(f"/api/v1/images/{image_of(admin)}/packages?limit=500{ask}")}


def test_what_runs_is_in_use_and_says_by_which_file(world):
    admin, _, box = world
    conftest.wait_for("bash and libc6", lambda: {"bash", "libc6"} <= set(packages(admin, "&f.in_use=true")), 150)
    held = packages(admin)
    assert held["bash"]["used_how"] == "executed" and held["bash"]["used_path"] == "/usr/bin/bash" and held["bash"]["used_in"] == box
    assert held["libc6"]["used_how"] == "loaded" and held["libc6"]["used_path"].endswith("/libc.so.6")


def test_what_ran_for_a_moment_was_seen_by_the_sensor(world):
    admin, _, _ = world
    conftest.wait_for("perl", lambda: packages(admin)["perl-base"]["in_use"], 90)
    assert packages(admin)["perl-base"]["used_how"] == "executed"


def test_what_was_never_run_is_not_in_use(world):
    admin, _, _ = world
    held = packages(admin)
    assert not held["login"]["in_use"]
    assert sum(p["in_use"] for p in held.values()) < len(held) / 2


def test_the_lists_of_the_console_say_so_too(world):
    admin, _, _ = world
    names = {p["name"] for p in admin.items("/api/v1/packages?f.in_use=true&limit=500")}
    assert {"bash", "libc6"} <= names and "login" not in names
    facets = admin.get(f"/api/v1/images/{image_of(admin)}/packages?limit=1&facets=in_use,used_how")["facets"]
    assert {f["value"] for f in facets["in_use"]} == {True, False}
    assert {"executed", "loaded"} <= {f["value"] for f in facets["used_how"]}


def test_how_far_risks_were_counted_outlives_the_server(world):
    admin, _, _ = world
    counted = lambda: [int(v) for (v,) in u.ask(admin.server, "SELECT value FROM setting WHERE name = 'risk_used_ms'")]
    conftest.wait_for("the mark", lambda: counted() == [u.ask(admin.server, "SELECT max(used_ms) FROM holding")[0][0]], 30)


SPEC = """
Name: sleeper
Version: 1
Release: 1
Summary: a test
License: Apache-2.0
AutoReqProv: no
%define __os_install_post %{nil}
%description
It sleeps.
%install
mkdir -p %{buildroot}/usr/sbin
cp @PROGRAM@ %{buildroot}/usr/sbin/busybox
%files
/usr/sbin/busybox
"""


@pytest.mark.parametrize("where", ["/var/lib/rpm", "/usr/lib/sysimage/rpm"])
def test_whose_a_file_is_rpms_own_database_says(bulkhead, docker, tmp_path, where):
    conftest.need("rpm", "rpmbuild", "busybox")
    (tmp_path / "sleeper.spec").write_text(SPEC.replace("@PROGRAM@", shutil.which("busybox")))
    conftest.run("rpmbuild", "-bb", "--quiet", "--define", f"_topdir {tmp_path}/build", tmp_path / "sleeper.spec", timeout=120)
    package, root = next((tmp_path / "build/RPMS").rglob("*.rpm")), tmp_path / "root"
    how = ["--root", root, "--define", f"_dbpath {where}", "--define", "_db_backend sqlite"]
    root.mkdir()
    conftest.run("rpm", *how, "--initdb")
    conftest.run("rpm", *how, "-i", "--nodeps", "--noscripts", "--nosignature", "--ignorearch", "--ignoreos", package)
    (root / "etc").mkdir(exist_ok=True)
    conftest.run("tar", "-C", root, "-cf", tmp_path / "root.tar", ".")
    docker("import", tmp_path / "root.tar", "bulkhead-test/rpm:1")
    box = docker("run", "-d", "--network", "none", "bulkhead-test/rpm:1", "/usr/sbin/busybox", "sleep", "600")
    try:
        done = bulkhead("inventory", "--format", "json", "--kind", "package-use", env={**os.environ, "DOCKER_HOST": docker.host})
        told = [json.loads(line) for line in done.stdout.splitlines()]
        (use,) = [t for t in told if t["op"] == "put" and t["container"] == box]
        assert (use["name"], use["attrs"]) == ("sleeper", {"type": "rpm", "path": "/usr/sbin/busybox", "executed": True})
    finally:
        docker("rm", "-f", box)
