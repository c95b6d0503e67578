# SPDX-License-Identifier: Apache-2.0
"""What another base would mend: named, of the policy, of the local engine. The database has flaws in zlib, bash and perl."""
import json

import pytest

from conftest import Image, debian_like, dpkg, layer, sha256

OLD = debian_like(("bash", "5"), ("zlib", "1"), ("perl", "5"))
APP = layer({"srv/app": b"app"})


@pytest.fixture
def app(tmp_path):
    return f"oci:{Image(OLD, APP).write_layout(tmp_path / 'app')}"


def candidate(tmp_path, name, *packages):
    return f"oci:{Image(debian_like(*packages)).write_layout(tmp_path / name)}"


def moves(report):
    return [(m["target"].rpartition("/")[2], m["mends"], m["of"], m["brings"]) for m in report["base"].get("moves", [])]


def test_a_newer_base_says_what_it_mends_and_brings(scan, app, database, tmp_path):
    newer = candidate(tmp_path, "newer", ("bash", "100"), ("zlib", "1"))
    worse = candidate(tmp_path, "worse", ("bash", "5"), ("zlib", "1"), ("perl", "5"), ("nothing-has-this", "1"))
    r = scan(app, "--base", sha256(OLD), "--newer-base", worse, "--newer-base", newer, db=database)
    assert r.code == 0, r.stderr
    assert moves(r.one) == [("newer", 2, 3, 0), ("worse", 0, 3, 1)]
    first = r.one["advice"][0]
    assert first["text"].startswith("Move from this ") and first["text"].endswith("/newer: mends 2 of 3 vulnerabilities of the base")
    assert first["mends"] == 2


def test_people_see_it(bulkhead, app, database, tmp_path):
    import os
    newer = candidate(tmp_path, "newer", ("bash", "100"), ("zlib", "1"))
    r = bulkhead("scan", app, "--base", sha256(OLD), "--newer-base", newer, "-q", "--no-cache", env={**os.environ, **database})
    said = " ".join(r.stdout.split())
    assert "OTHER BASES" in said and "/newer: mends 2 of 3 vulnerabilities of the base" in said


def test_a_base_that_mends_nothing_is_no_advice(scan, app, database, tmp_path):
    worse = candidate(tmp_path, "worse", ("bash", "5"), ("zlib", "1"), ("perl", "5"), ("nothing-has-this", "1"))
    r = scan(app, "--base", sha256(OLD), "--newer-base", worse, db=database)
    assert moves(r.one) == [("worse", 0, 3, 1)]
    assert not any("Move from" in a["text"] for a in r.one["advice"])


def test_the_policy_knows_bases_of_the_same_repository(scan, app, database, tmp_path):
    newer = candidate(tmp_path, "newer", ("bash", "100"), ("zlib", "1"))
    other = candidate(tmp_path, "other", ("bash", "100"))
    (tmp_path / "p.yaml").write_text(f"bases:\n  - {{ name: 'house/debian:1', layers: '{sha256(OLD)}' }}\n"
                                     f"  - {{ name: 'docker.io/house/debian:2', image: '{newer}' }}\n"
                                     f"  - {{ name: 'house/alpine:2', image: '{other}' }}\n")
    assert moves(scan(app, "--policy", tmp_path / "p.yaml", db=database).one) == [("newer", 2, 3, 0)]


@pytest.mark.parametrize("target, why", [("archive:/nonexistent.tar", "No such file"), ("rootfs:/nonexistent", "No such file"), ("app itself", "already")])
def test_what_cannot_be_weighed_is_a_note_and_the_scan_goes_on(scan, app, database, tmp_path, target, why):
    if target == "app itself":
        target = f"oci:{Image(OLD).write_layout(tmp_path / 'same')}"
    r = scan(app, "--base", sha256(OLD), "--newer-base", target, db=database)
    assert r.code == 0
    assert not moves(r.one)
    assert any("was not weighed" in n and why in n for n in r.one["notes"]), r.one["notes"]


def test_a_base_that_is_not_known_is_said(scan, database, tmp_path):
    flat = f"oci:{Image(OLD).write_layout(tmp_path / 'flat')}"
    r = scan(flat, "--newer-base", flat, db=database)
    assert any("which layers are the base is not known" in n for n in r.one["notes"]), r.one["notes"]


def test_newer_images_of_the_engine(scan, docker, database, tmp_path):
    for n, data in ((1, OLD), (2, debian_like(("bash", "100"), ("zlib", "1")))):
        (tmp_path / f"{n}.tar").write_bytes(data)
    (tmp_path / "context").mkdir()
    (tmp_path / "context/Dockerfile").write_text("FROM rebase-base:1\nCOPY Dockerfile /srv/\n")
    docker("import", tmp_path / "1.tar", "rebase-base:1")
    docker("build", "-t", "rebase-app:1", tmp_path / "context")
    import time
    time.sleep(1.1) # dates of images are of whole seconds
    docker("import", tmp_path / "2.tar", "rebase-base:2")
    r = scan("docker:rebase-app:1", "--base", "docker:rebase-base:1", "--newer-base", "engine", db=database, env={"DOCKER_HOST": docker.host})
    assert r.code == 0, r.stderr
    assert [(m["target"], m["mends"], m["of"]) for m in r.one["base"]["moves"]] == [("docker:rebase-base:2", 2, 3)]
