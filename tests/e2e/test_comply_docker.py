# SPDX-License-Identifier: Apache-2.0
"""`bulkhead comply` on a real Docker: every adversarial form is found with evidence, a well set-up container passes."""
import json

import pytest

import adversarial
from comply_help import comply, shown, sleeper_tar
from conftest import need_root, run

IMAGE = "bulkhead-test/sleeper:1"


@pytest.fixture(scope="module")
def top(tmp_path_factory):
    return tmp_path_factory.mktemp("adversarial")


@pytest.fixture(scope="module")
def made(docker, top):
    """All forms and the good one, in the order they depend on each other; taken away at the end."""
    need_root()
    docker("import", sleeper_tar(), IMAGE)
    (top / ".ssh").mkdir()
    all_forms = adversarial.forms(top, docker.sock)
    for name, options in adversarial.VOLUMES:
        docker("volume", "create", *[w for o in options for w in ("--opt", o)], name)
    try:
        for f in all_forms:
            docker("run" if f.run else "create", *(["-d"] if f.run else []), "--name", f"bh-{f.name}", *f.args, IMAGE, *f.command)
        docker("run", "-d", "--name", "bh-good", *adversarial.GOOD, IMAGE, "/bin/sleep", "600")
        yield all_forms
    finally:
        names = docker("ps", "-aq").split()
        if names:
            docker("rm", "-f", *names, check=False)
        docker("volume", "prune", "-f", check=False)


@pytest.fixture(scope="module")
def looked(bulkhead, docker, made):
    return comply(bulkhead, "--all", "--docker", docker.host, "--podman", "unix:///nonexistent")


def test_every_form_is_found_with_its_evidence(looked, made):
    missed = []
    for f in made:
        r = looked.of(f.check, f"bh-{f.name}")
        if r["state"] != "fail" or f.shows not in shown(r):
            missed.append(f"{f.name}: {f.check} is {r['state']}: {shown(r)}")
    assert not missed, "\n".join(missed)
    assert len(made) >= 60


def test_each_that_fails_says_why_and_what_to_do(looked):
    for r in looked.results:
        if r["state"] == "fail":
            assert r["why"]["en"] and r["why"]["zh"] and r["mend"]["en"] and r["mend"]["zh"], r["check"]
            assert "<NA>" not in r["mend"]["en"], r["mend"]["en"]


def test_a_careful_container_passes(looked):
    assert looked.failing("container", "bh-good") == {}


def test_secrets_are_named_and_never_shown(looked):
    assert "hunter2" not in json.dumps(looked.report)
