# SPDX-License-Identifier: Apache-2.0
"""`bulkhead lint`: build files, and the history of images."""
import json

import pytest

from conftest import Image, layer

STEPS = ["/bin/sh -c #(nop) ADD file:0 in /", "RUN /bin/sh -c curl -fsSL https://x.example/i.sh | sh # buildkit", "EXPOSE 22",
         "RUN /bin/sh -c apt-get update && apt-get install -y x # buildkit"]


@pytest.fixture
def layout(tmp_path):
    """An image of two layers whose history has four steps."""
    image = Image(layer({"a": b"a"}), layer({"b": b"b"}), layer({"c": b"c"}))
    config = json.loads(image.config)
    config["history"] = [{"created_by": s, "empty_layer": s.startswith("EXPOSE")} for s in STEPS]
    image.config = json.dumps(config).encode()
    manifest = json.loads(image.manifest)
    manifest["config"] = Image.descriptor(manifest["config"]["mediaType"], image.config)
    image.manifest = json.dumps(manifest).encode()
    image.__dict__.update(digest=Image.descriptor("", image.manifest)["digest"], config_digest=manifest["config"]["digest"])
    image.blobs[image.config_digest] = image.config
    return image.write_layout(tmp_path / "layout", "1")



def test_a_file_is_judged_by_its_lines(bulkhead, tmp_path):
    (tmp_path / "Dockerfile").write_text("FROM debian:12\nRUN curl -fsSL https://x.example/i.sh | sh\nUSER 1000\n")
    r = bulkhead("lint", tmp_path / "Dockerfile")
    assert r.returncode == 1
    assert f"{tmp_path}/Dockerfile:2: high DF025: " in r.stdout


def test_an_image_is_judged_by_its_steps(bulkhead, layout):
    r = bulkhead("lint", f"oci:{layout}:1")
    assert r.returncode == 1, r.stderr
    assert f"oci:{layout}:1:2: high DF025: " in r.stdout
    assert f"oci:{layout}:1:3: medium DF036: " in r.stdout
    assert f"oci:{layout}:1:4: low DF012: " in r.stdout


def test_with_history_a_bare_word_is_an_image(bulkhead, layout):
    assert bulkhead("lint", layout).returncode == 3 # a directory is no build file
    r = bulkhead("lint", "--history", layout, "-o", "json")
    assert r.returncode == 1, r.stderr
    report = json.loads(r.stdout)["reports"][0]
    assert {(f["rule"], f["line"]) for f in report["findings"]} >= {("DF025", 2), ("DF036", 3)}


@pytest.mark.parametrize("target, code, says", [
    ("host", 2, "host is no image, so it has no history"),
    ("rootfs:/", 2, "rootfs is no image"),
    ("archive:/nonexistent.tar", 3, "No such file"),
    ("nothing-here", 3, "No such file"),
])
def test_what_has_no_history_is_refused(bulkhead, target, code, says):
    r = bulkhead("lint", target)
    assert (r.returncode, r.stdout) == (code, "")
    assert says in r.stderr


def test_a_scan_says_what_is_grave_with_its_layer(scan, layout):
    found = {f["rule"]: f for f in scan(f"oci:{layout}:1").one["findings"] if f["path"].startswith("config:History")}
    assert found["DF025"]["path"] == "config:History:2"
    assert found["DF025"]["layer"] == 1
    assert found["DF025"]["kind"] == "config"
    assert "DF036" not in found and "DF012" not in found # the port has a rule of its own, the lists do no harm to what runs


POD = "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec:\n  hostPID: true\n  containers: [{name: a, image: nginx}]\n"
COMPOSE = "services:\n  web:\n    image: nginx\n    privileged: true\n"


def test_manifests_and_compose_files_are_known_by_themselves(bulkhead, tmp_path):
    (tmp_path / "pod.yaml").write_text(POD)
    (tmp_path / "compose.yaml").write_text(COMPOSE)
    (tmp_path / "values.yaml").write_text("replicas: 3\n")
    r = bulkhead("lint", tmp_path / "pod.yaml", tmp_path / "compose.yaml")
    assert r.returncode == 1
    assert f"{tmp_path}/pod.yaml:5: high K8S003: " in r.stdout and f"{tmp_path}/compose.yaml:4: critical DC001: " in r.stdout
    folder = bulkhead("lint", tmp_path)
    assert folder.returncode == 1 and "K8S003" in folder.stdout and "DC001" in folder.stdout and not folder.stderr
    alone = bulkhead("lint", tmp_path / "values.yaml")
    assert alone.returncode == 3 and "neither an object of Kubernetes" in alone.stderr


def test_manifests_come_by_a_pipe_and_go_out_as_sarif(bulkhead, tmp_path):
    r = bulkhead("lint", "-o", "sarif", "-", input="# Source: x.yaml\n" + POD)
    assert r.returncode == 1, r.stderr
    results = json.loads(r.stdout)["runs"][0]["results"]
    assert {x["ruleId"] for x in results} >= {"K8S003", "K8S101"}
    assert {x["locations"][0]["physicalLocation"]["region"]["startLine"] for x in results if x["ruleId"] == "K8S003"} == {6}


def test_the_version_of_the_cluster_decides(bulkhead, tmp_path):
    (tmp_path / "p.yaml").write_text(POD.replace("  hostPID: true\n", "  securityContext: {sysctls: [{name: net.ipv4.tcp_rmem, value: '1'}]}\n"))
    assert "K8S011" in bulkhead("lint", "--kubernetes-version", "1.31", tmp_path / "p.yaml").stdout
    assert "K8S011" not in bulkhead("lint", "--kubernetes-version", "1.32", tmp_path / "p.yaml").stdout
    assert bulkhead("lint", "--kubernetes-version", "x", tmp_path / "p.yaml").returncode == 2
