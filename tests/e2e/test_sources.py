# SPDX-License-Identifier: Apache-2.0
"""Where image bytes come from: src/image against real engines and registries, and against a server that misbehaves."""
import hashlib
import json
import os
import subprocess
import tarfile

import pytest

from conftest import Registry, need, need_root, run


@pytest.fixture(scope="session")
def cat(build):
    """Runs source_cat; see tests/lib/source_cat.c for what it shows."""
    program = build / "tests/lib/source_cat"
    if not program.is_file():
        pytest.skip("source_cat is not built")

    def call(*args, env=None, check=True, **options):
        return run(program, *args, check=check, env={**os.environ, "HOME": "/nonexistent", **(env or {})},
                   timeout=120, **options)
    return call


def lines(result, word):
    return [l.split(" ", 1)[1] for l in result.stdout.splitlines() if l.startswith(word + " ")]


# ---- Docker ----

def test_an_image_of_the_engine_comes_as_docker_save_writes_it(cat, docker, docker_app, tmp_path):
    r = cat("-o", tmp_path / "a.tar", f"docker:{docker_app}", env={"DOCKER_HOST": docker.host})
    assert r.stdout.startswith("archive docker ")
    inspected = json.loads(docker("image", "inspect", docker_app))[0]
    assert lines(r, "image") == [f"docker {inspected['Id']}"]
    assert lines(r, "diff") == inspected["RootFS"]["Layers"]
    with tarfile.open(tmp_path / "a.tar") as tar:
        manifest = json.load(tar.extractfile("manifest.json"))
    assert manifest[0]["RepoTags"] == [docker_app]
    assert len(manifest[0]["Layers"]) == len(inspected["RootFS"]["Layers"])


def test_a_bare_word_is_found_in_the_engine(cat, docker, docker_app, tmp_path):
    r = cat("-o", tmp_path / "a.tar", docker_app, env={"DOCKER_HOST": docker.host})
    assert r.stdout.startswith("archive docker ")


def test_images_and_containers_are_listed(cat, docker, docker_app):
    container = docker("run", "-d", "--network", "none", "--name", "listed", docker_app)
    try:
        r = cat("--list", "docker", env={"DOCKER_HOST": docker.host})
        assert any(l.endswith(docker_app) for l in lines(r, "image"))
        assert f"{container} listed" in lines(r, "container")
    finally:
        docker("rm", "-f", container)


def test_a_running_container_is_seen_as_its_processes_see_it(cat, docker, docker_app, tmp_path):
    container = docker("run", "-d", "--network", "none", "--tmpfs", "/scratch", docker_app)
    try:
        docker("exec", container, "sh", "-c", "echo new > /srv/made-at-run-time; echo t > /scratch/in-memory")
        r = cat("-o", tmp_path / "c.tar", f"container:{container[:12]}", env={"DOCKER_HOST": docker.host})
    finally:
        docker("rm", "-f", container)
    assert r.stdout.startswith("tree container ")
    with tarfile.open(tmp_path / "c.tar") as tar:
        names = set(tar.getnames())
    assert {"srv/made-at-run-time", "srv/kept", "scratch/in-memory", "etc/debian_version"} <= names
    assert "srv/removed" not in names
    assert not any(n.startswith(("proc/", "sys/", "dev/")) for n in names)


def test_a_stopped_container_is_exported(cat, docker, docker_app, tmp_path):
    container = docker("create", docker_app)
    try:
        r = cat("-o", tmp_path / "c.tar", f"container:{container}", env={"DOCKER_HOST": docker.host})
    finally:
        docker("rm", "-f", container)
    assert r.stdout.startswith("tree container ")
    with tarfile.open(tmp_path / "c.tar") as tar:
        assert "srv/kept" in tar.getnames()


def test_an_engine_that_does_not_have_it_says_so(cat, docker):
    r = cat("docker:no/such:image", env={"DOCKER_HOST": docker.host}, check=False)
    assert r.returncode == 3
    assert "not-found: image no/such:image: the docker engine answers 404: no such image" in r.stderr


def test_no_engine_is_a_sentence(cat):
    r = cat("docker:x", env={"DOCKER_HOST": "unix:///nonexistent.sock"}, check=False)
    assert r.returncode == 3 and r.stderr.startswith("io: image x: docker engine: ")
