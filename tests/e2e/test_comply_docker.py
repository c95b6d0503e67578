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
        docker("exec", "-d", "--user", "0", "bh-nnp-false", "/bin/sleep", "600")
        build_image(docker, top)
        docker("run", "-d", "--name", "bh-good", *adversarial.GOOD, IMAGE, "/bin/sleep", "600")
        yield all_forms
    finally:
        names = docker("ps", "-aq").split()
        if names:
            docker("rm", "-f", *names, check=False)
        docker("volume", "prune", "-f", check=False)


def build_image(docker, top):
    """An image whose build and configuration are as bad as one without a shell can be."""
    (top / "build").mkdir()
    (top / "build/app.tar").write_text("not really\n")
    (top / "build/Dockerfile").write_text(f"FROM {IMAGE}\nARG NPM_TOKEN=abc\nADD app.tar /srv/app\nENV API_SECRET=hunter2\n"
                                          "LABEL logger=binary:///bin/sh\nUSER 0:0\nEXPOSE 80\n")
    docker("build", "--network", "none", "-t", "bulkhead-test/bad:1", top / "build")


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


def test_every_item_of_cis_docker_is_looked_at_and_nearly_all_decide(looked):
    items = {r["refs"]["cis-docker-1.6.0"]: "ask" in r or r["state"] == "manual" for r in looked.results if "cis-docker-1.6.0" in r["refs"]}
    assert len(items) == 117
    assert sum(not by_hand for by_hand in items.values()) >= 112


def test_secrets_are_named_and_never_shown(looked):
    assert "hunter2" not in json.dumps(looked.report)


def test_an_image_is_told_by_its_history_and_configuration(looked):
    bad = looked.failing("image", "bulkhead-test/bad:1")
    assert "ADD" in bad["image-add"] and "API_SECRET" in bad["image-secrets"] and "logger" in bad["image-hostile"] and "0:0" in bad["image-user"]
    assert {"image-healthcheck"} < set(bad) and "image-lone-update" not in bad


def test_a_command_of_root_in_a_container_is_seen_while_it_runs(looked):
    assert "/bin/sleep" in shown(looked.of("container-exec-root", "bh-nnp-false"))
    assert looked.of("container-exec-root", "bh-host-pid")["state"] == "pass"
