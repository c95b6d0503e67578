# SPDX-License-Identifier: Apache-2.0
"""Re-enactments against a real engine: they act as meant, their rules fire, and nothing of them is left."""
import io
import json
import os
import pathlib
import signal
import subprocess
import tarfile
import threading
import time
import xml.etree.ElementTree

import pytest

from conftest import need, need_root, run, wait_for

STAGE = pathlib.Path("/run/bulkhead-simulate")
LABEL = "label=bulkhead.simulation"


@pytest.fixture(scope="module")
def engine(request):
    """The environment of an engine: the one that runs on this machine already, else one of our own."""
    need("docker")
    need_root()
    if run("docker", "info", check=False).returncode == 0:
        return dict(os.environ)
    return request.getfixturevalue("docker").env


@pytest.fixture
def simulate(bulkhead, engine):
    return lambda *args, **options: bulkhead("simulate", *args, env=engine, **{"timeout": 1500, **options})


@pytest.fixture
def docker_do(build, engine):
    return lambda *args, **options: run(build / "tests/lib/docker_do", *args, env=engine, **options).stdout.strip()


def left(engine):
    """What a run that is over has left: containers, images, files."""
    found = run("docker", "ps", "-aq", "--filter", LABEL, env=engine).stdout.split()
    found += run("docker", "images", "-q", "localhost/bulkhead-simulation", env=engine).stdout.split()
    return found + ([p.name for p in STAGE.iterdir()] if STAGE.exists() else [])


def scenario(directory, name, script, where="container", expects="[]", more=""):
    (directory / f"{name}.yaml").write_text(
        f"- name: {name}\n  title: made for a test\n  tactic: impact\n  techniques: [T1496]\n  where: {where}\n"
        f"  expects: {expects}\n{more}  script: |\n" + "".join(f"    {line}\n" for line in script.splitlines()))
    return directory


# ---- the engine's calls ----

def tiny_tar():
    """A root with a shell of this machine's: busybox would do, but may not be here, so it is bash and its libraries."""
    out = io.BytesIO()
    needed = {"/bin/sh", "/usr/bin/sleep"}
    for program in list(needed):
        for line in run("ldd", program).stdout.splitlines():
            needed |= {word for word in line.split() if word.startswith("/")}
    with tarfile.open(fileobj=out, mode="w") as tar:
        for path in sorted(needed):
            info = tarfile.TarInfo(path.lstrip("/"))
            data = pathlib.Path(path).read_bytes()
            info.size, info.mode = len(data), 0o755
            tar.addfile(info, io.BytesIO(data))
    return out.getvalue()


def test_the_engine_does_what_each_call_says(docker_do, build, engine):
    name = f"bulkhead-test-engine:{os.getpid()}"
    r = subprocess.run([build / "tests/lib/docker_do", "import", name], input=tiny_tar(), capture_output=True, env=engine)
    assert r.returncode == 0 and r.stdout.startswith(b"sha256:"), r.stderr
    container = None
    try:
        assert docker_do("image", name) == r.stdout.decode().strip()
        container = docker_do("create", name, "bulkhead.test=engine", "/bin/sh", "-c", "echo out; echo err >&2; sleep 60")
        assert docker_do("inspect", container) == f"created 0 {name}"
        assert docker_do("start", container) == "0"
        assert docker_do("start", container) == "1", "it runs already"
        wait_for("its output", lambda: "err" in docker_do("logs", container), 10)
        assert docker_do("logs", container) == "0|out\n|err"
        assert docker_do("exec", container, "/bin/sh", "-c", "echo a; echo b >&2; exit 3") == "3|a\n|b"
        docker_do("pause", container)
        assert docker_do("inspect", container).startswith("paused ")
        docker_do("unpause", container)
        assert docker_do("list", "bulkhead.test=engine") == container
        r = run(build / "tests/lib/docker_do", "wait", container, "300", env=engine, check=False)
        assert r.returncode == 1 and "wait for container" in r.stderr, "it goes on for a minute"
        docker_do("kill", container)
        assert docker_do("wait", container, "10000") == "137"
        assert docker_do("inspect", container).startswith("exited 137 ")
        r = run(build / "tests/lib/docker_do", "pause", container, env=engine, check=False)
        assert r.returncode == 1 and "the docker engine answers 409" in r.stderr
    finally:
        if container:
            docker_do("remove", container)
        docker_do("rmi", name)
    assert docker_do("list", "bulkhead.test=engine") == ""
    r = run(build / "tests/lib/docker_do", "inspect", container, env=engine, check=False)
    assert r.returncode == 1 and "answers 404" in r.stderr


# ---- acting ----

def test_every_scenario_does_what_it_acts_out(simulate, engine):
    r = simulate("all", "--no-watch", "--format", "json")
    seen = json.loads(r.stdout)
    broken = [(s["name"], s["why"], s.get("output", "")) for s in seen["scenarios"] if s["outcome"] == "broken"]
    assert not broken
    assert seen["summary"]["acted"] >= 200 and r.returncode == 0
    assert left(engine) == []


def test_a_dry_run_does_nothing(simulate, engine):
    r = simulate("run", "--dry-run", "docker-sock", "shadow-read")
    assert r.returncode == 0 and "cat /etc/shadow" in r.stdout and "with the engine's socket" in r.stdout
    assert left(engine) == []


def test_what_is_missing_is_named(simulate, tmp_path):
    scenario(tmp_path, "x-one", "true", more='  needs: [no-such-program-at-all]\n')
    scenario(tmp_path, "x-two", 'skip "not on Tuesdays"')
    r = simulate("run", "x-one", "x-two", "--no-watch", "--scenarios", tmp_path)
    assert "needs the program no-such-program-at-all" in r.stdout and "not on Tuesdays" in r.stdout
    assert "2 scenarios: 2 skipped" in r.stdout and r.returncode == 0


def test_a_script_that_fails_is_broken(simulate, tmp_path, engine):
    scenario(tmp_path, "x-fails", "echo so it goes\nfalse")
    scenario(tmp_path, "x-slow", "sleep 60", more="  seconds: 1\n")
    scenario(tmp_path, "x-host", "echo on the host\nfalse", where="host")
    r = simulate("run", "x-fails", "x-slow", "x-host", "--no-watch", "--scenarios", tmp_path)
    assert r.returncode == 3
    assert "its script ended with 1" in r.stdout and "| so it goes" in r.stdout and "| on the host" in r.stdout
    assert "not ready after 1 seconds" in r.stdout
    assert left(engine) == []


def test_a_wrong_name_gets_the_nearest(simulate):
    r = simulate("run", "reverse-shel", "--no-watch")
    assert r.returncode == 2 and "did you mean reverse-shell" in r.stderr


def test_run_may_be_left_out(simulate):
    assert simulate("reverse-shell", "--dry-run").stdout == simulate("run", "reverse-shell", "--dry-run").stdout != ""


def test_the_host_is_put_back_also_when_the_script_was_killed(simulate, tmp_path, engine):
    mark = tmp_path / "mark"
    (tmp_path / "s").mkdir()
    scenario(tmp_path / "s", "x-host", f"echo was here > {mark}\nsleep 60", where="host", more=f"  seconds: 1\n  cleanup: rm {mark}\n")
    r = simulate("run", "x-host", "--no-watch", "--scenarios", tmp_path / "s")
    assert r.returncode == 3 and not mark.exists()
    assert left(engine) == []


def begin(build, engine, *args):
    return subprocess.Popen([build / "bulkhead", "simulate", *map(str, args)], env=engine, stdout=subprocess.PIPE, text=True)


def container_runs(engine):
    return run("docker", "ps", "-q", "--filter", LABEL, env=engine).stdout.strip()


def test_ctrl_c_leaves_nothing(build, engine, tmp_path):
    scenario(tmp_path, "x-long", "sleep 60", more="  seconds: 90\n")
    p = begin(build, engine, "run", "x-long", "--no-watch", "--scenarios", tmp_path)
    wait_for("the container", lambda: container_runs(engine), 20, p)
    p.send_signal(signal.SIGINT)
    out = p.communicate(timeout=30)[0]
    assert p.returncode == 3 and "interrupted" in out
    assert left(engine) == []


def test_a_crash_is_cleaned_up_after(build, simulate, engine, tmp_path):
    mark = tmp_path / "mark"
    (tmp_path / "s").mkdir()
    scenario(tmp_path / "s", "x-long", "sleep 60", more="  seconds: 90\n")
    scenario(tmp_path / "s", "x-host", f"echo was here > {mark}\nsleep 60", where="host", more=f"  seconds: 90\n  cleanup: rm {mark}\n")
    for name, begun in (("x-long", lambda: container_runs(engine)), ("x-host", mark.exists)):
        p = begin(build, engine, "run", name, "--no-watch", "--scenarios", tmp_path / "s")
        wait_for(name, begun, 20, p)
        assert simulate("run", "x-long", "--no-watch", "--scenarios", tmp_path / "s").returncode == 3, "one at a time"
        p.kill()
        p.communicate()
        assert left(engine)
    r = simulate("clean")
    assert r.returncode == 0 and "removed" in r.stdout
    assert left(engine) == [] and not mark.exists()


# ---- judging ----

def alert(path, rule, container, after):
    time.sleep(after)
    with open(path, "a") as f:
        f.write("no alert\n" + json.dumps({"rule": rule, "output_fields": {"container.id": container}}) + "\n")


def judged(simulate, tmp_path, rule, container, expects):
    """One scenario on the host that lasts a second, while another sensor's alert arrives."""
    (tmp_path / "s").mkdir(exist_ok=True)
    scenario(tmp_path / "s", "x-host", "sleep 1", where="host", expects=expects)
    alerts = tmp_path / "alerts"
    alerts.write_text(json.dumps({"rule": "One", "output_fields": {"container.id": "host"}}) + "\n")  # of before
    t = threading.Thread(target=alert, args=(alerts, rule, container, 0.7))
    t.start()
    r = simulate("run", "x-host", "--alerts", alerts, "--patience", "1", "--scenarios", tmp_path / "s", "--format", "json")
    t.join()
    return r.returncode, json.loads(r.stdout)["scenarios"][0]


def test_an_alert_counts_by_rule_place_and_time(simulate, tmp_path):
    code, s = judged(simulate, tmp_path, "One", "host", "[One]")
    assert code == 0 and s["outcome"] == "fired" and s["fired"] == ["One"] and 0 <= s["first_alert_ms"] < 5000
    code, s = judged(simulate, tmp_path, "Two", "host", "[One]")
    assert code == 1 and s["outcome"] == "missed" and s["missed"] == ["One"] and s["others"] == ["Two"]
    code, s = judged(simulate, tmp_path, "One", "0a1b2c3d4e5f", "[One]")
    assert code == 1 and s["outcome"] == "missed" and s["others"] == []


def test_junit_tells_the_same(simulate, tmp_path):
    scenario(tmp_path, "x-fails", "echo '<&>'; false", where="host")
    out = tmp_path / "out.xml"
    r = simulate("run", "x-fails", "shadow-read", "--no-watch", "--scenarios", tmp_path, "--format", "junit", "-o", out)
    suite = xml.etree.ElementTree.parse(out).getroot()
    assert r.returncode == 3 and suite.get("tests") == "2" and suite.get("errors") == "1"
    assert suite.find("testcase/system-out").text == "<&>"


def test_every_rule_fires(simulate, bulkhead, engine):
    """The sensor, our rules, a real engine: what CI may believe."""
    if "\n  watch " not in bulkhead("--help").stdout:
        pytest.skip("there is no sensor yet")
    r = simulate("all", "--format", "json")
    seen = json.loads(r.stdout)
    bad = [(s["name"], s["outcome"], s.get("missed"), s.get("why"), s.get("others")) for s in seen["scenarios"]
           if s["outcome"] in ("missed", "broken")]
    assert not bad
    assert seen["summary"]["fired"] >= 200 and r.returncode == 0
    assert left(engine) == []


def test_who_has_no_engine_is_told_how_to_get_on(build, tmp_path):
    env = {"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "DOCKER_HOST": f"unix://{tmp_path}/none"}
    said = run(build / "bulkhead", "simulate", "run", "--no-watch", "shadow-read", env=env)
    assert "needs a container engine" in said.stdout
    assert "What needs a container engine is skipped: " in said.stderr and "--podman" in said.stderr and "--where host" in said.stderr
