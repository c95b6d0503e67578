# SPDX-License-Identifier: Apache-2.0
"""Classes of licences from end to end: counted always, found when asked, judged by gates and policies."""
import json

import pytest

from conftest import Image, layer

INSTALLED = {"copyleft": "GPL-3.0-or-later", "easy": "MIT", "choice": "(MIT OR AGPL-3.0)", "net": "AGPL-3.0-only", "odd": "see the file",
             "silent": None, "ours": "LicenseRef-acme"}


@pytest.fixture
def target(tmp_path):
    files = {}
    for name, licence in INSTALLED.items():
        files[f"app/node_modules/{name}/package.json"] = json.dumps(
            {"name": name, "version": "1.0.0", **({"license": licence} if licence else {})}).encode()
    image = Image(layer(files))
    return f"oci:{image.write_layout(tmp_path / 'layout', '1')}:1"


def found(report):
    return {f["package_name"]: (f["rule"], f["severity"]) for f in report["findings"] if f["kind"] == "licence" and "hidden" not in f}


def test_classes_are_counted_and_no_finding_is_made_unasked(scan, target):
    report = scan(target).one
    assert {k: n for k, n in report["summary"]["licences"].items() if n} == {
        "permissive": 2, "strong-copyleft": 1, "network-copyleft": 1, "unknown": 3}
    assert {p["name"]: p["licence_class"] for p in report["packages"]}["choice"] == "permissive"
    assert "licences" not in report["looked_for"]
    assert not found(report)


@pytest.mark.parametrize("option", [["--licences"], ["--only", "licences"]])
def test_findings_when_asked(scan, target, option):
    report = scan(target, *option).one
    assert "licences" in report["looked_for"]
    assert found(report) == {"copyleft": ("LICENCE-STRONG-COPYLEFT", "low"), "net": ("LICENCE-NETWORK-COPYLEFT", "medium"),
                             "odd": ("LICENCE-UNKNOWN", "info"), "silent": ("LICENCE-UNKNOWN", "info"), "ours": ("LICENCE-UNKNOWN", "info")}


def test_a_gate_asks_by_itself(scan, target):
    r = scan(target, "--fail-on", "licence:network-copyleft")
    assert r.code == 1
    assert ["net" in x["text"] and x["count"] for x in r.one["gate"]["reasons"]] == [1]
    assert scan(target, "--fail-on", "licence:proprietary").code == 0
    assert scan(target, "--fail-on", "licence:permissive").code == 1
    assert scan(target, "--fail-on", "licence:permisive").code == 2


def test_a_policy_overrides_the_table(scan, target, tmp_path):
    (tmp_path / "p.yaml").write_text("""
licences:
  - { id: LicenseRef-acme, class: permissive }
  - { class: strong-copyleft, severity: high }
  - { package: odd, licence: Apache-2.0 }
  - { class: unknown, severity: none }
exceptions:
  - { id: LICENCE-NETWORK-COPYLEFT, package: net, reason: bought a licence, expires: 2099-01-01 }
""")
    report = scan(target, "--licences", "--policy", tmp_path / "p.yaml").one
    assert found(report) == {"copyleft": ("LICENCE-STRONG-COPYLEFT", "high")}
    assert report["summary"]["licences"]["permissive"] == 4
    assert report["summary"]["findings"]["hidden"] == 1


def test_people_see_the_counts(bulkhead, target):
    r = bulkhead("scan", target, "--no-db", "-q", "--no-cache")
    assert "7 licences" in r.stdout and "1 network-copyleft" in r.stdout
    assert "Licences: 1 network-copyleft, 1 strong-copyleft, 2 permissive, 3 unknown" in \
        bulkhead("scan", target, "--no-db", "-q", "--no-cache", "-o", "markdown").stdout


def test_without_a_table_a_gate_cannot_pass(bulkhead, target, tmp_path):
    (tmp_path / "content/secrets").mkdir(parents=True)
    r = bulkhead("scan", target, "--no-db", "-q", "--no-cache", "--only", "packages", "--content", tmp_path / "content",
                 "--fail-on", "licence:proprietary")
    assert r.returncode == 1
    assert "there was no table of licences to ask" in " ".join(r.stdout.split())
