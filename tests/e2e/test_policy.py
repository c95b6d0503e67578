# SPDX-License-Identifier: Apache-2.0
"""What a finding means: whose it is, what is excused, what the gate says, why it is there. On a made image and a made database."""
import json
import os

import pytest

from conftest import Image, layer, sha256

STATUS = b"""Package: zlib1g
Status: install ok installed
Source: zlib
Version: 1:1.2.13.dfsg-1
Architecture: amd64
Maintainer: nobody

"""
RELEASE = b'ID=debian\nVERSION_ID="12"\nVERSION_CODENAME=bookworm\n'
LOCK = json.dumps({"name": "app", "version": "1.0.0", "lockfileVersion": 3, "packages": {
    "": {"name": "app", "version": "1.0.0"},
    "node_modules/lodash": {"version": "4.17.20"}}}).encode()
CMD = {"created_by": '/bin/sh -c #(nop)  CMD ["bash"]', "empty_layer": True}


def osv(id, ecosystem, package, fixed, score=None, **more):
    return {"schema_version": "1.6.0", "id": id, "modified": "2026-01-01T00:00:00Z", "summary": f"a made problem of {package}",
            "affected": [{"package": {"ecosystem": ecosystem, "name": package},
                          "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": fixed}]}]}],
            **({"severity": [{"type": "CVSS_V3", "score": score}]} if score else {}), **more}


BAD = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"
RECORDS = [
    osv("CVE-2099-0001", "Debian:12", "zlib", "1:1.2.13.dfsg-2", BAD),
    osv("CVE-2099-0002", "Debian:12", "zlib", "1:1.2.11.dfsg-4", BAD),
    osv("GHSA-aaaa-bbbb-cccc", "npm", "lodash", "4.17.21", BAD, aliases=["CVE-2099-0003"]),
]


@pytest.fixture(scope="module")
def home(bulkhead, tmp_path_factory):
    """A database of three records."""
    top = tmp_path_factory.mktemp("home")
    feed = top / "feed"
    feed.mkdir()
    for r in RECORDS:
        (feed / f"{r['id']}.json").write_text(json.dumps(r))
    r = bulkhead("db", "build", feed, "--home", top / "bulkhead")
    assert r.returncode == 0, r.stderr
    return top


@pytest.fixture(scope="module")
def base():
    return layer({"etc": None, "etc/os-release": RELEASE, "var/lib/dpkg/status": STATUS})


@pytest.fixture(scope="module")
def app(base, tmp_path_factory):
    """A Debian of one package, an application with a lock file upon it."""
    image = Image(base, layer({"app": None, "app/package-lock.json": LOCK}))
    config = json.loads(image.config)
    config["history"] = [{"created_by": "/bin/sh -c #(nop) ADD file:1 in / "}, CMD, {"created_by": "COPY . /app # buildkit"},
                         {"created_by": 'CMD ["node"]', "empty_layer": True}]
    image.config = json.dumps(config).encode()
    manifest = json.loads(image.manifest)
    manifest["config"] = image.descriptor("application/vnd.oci.image.config.v1+json", image.config)
    image.manifest = json.dumps(manifest).encode()
    image.digest = sha256(image.manifest)
    image.blobs = {sha256(b): b for b in [image.config, *image.layers]}
    return f"oci:{image.write_layout(tmp_path_factory.mktemp('app'))}"


@pytest.fixture(scope="module")
def call(bulkhead, home):
    def go(*args, code=0):
        r = bulkhead(*args, "--no-cache", "--quiet", env={**os.environ, "XDG_DATA_HOME": str(home)})
        assert r.returncode == code, f"{r.returncode}\n{r.stdout}{r.stderr}"
        return r
    return go


def report(r):
    return json.loads(r.stdout)["reports"][0]


def hidden(rep):
    return {v["id"]: v["hidden"] for v in rep["vulnerabilities"] if "hidden" in v}


def test_each_finding_is_told_whose_it_is_and_what_mends_it(call, app):
    rep = report(call("scan", app, "-o", "json"))
    whose = {v["id"]: (v["side"], v["mend"]) for v in rep["vulnerabilities"]}
    assert whose == {
        "CVE-2099-0001": ("base", "rebuild on a newer debian:12 that has zlib1g 1:1.2.13.dfsg-2; "
                                  "until there is one: apt-get install --only-upgrade zlib1g=1:1.2.13.dfsg-2"),
        "CVE-2099-0003": ("application", "in app/package-lock.json set lodash to 4.17.21")}
    assert rep["base"]["layers"] == 1 and not rep["base"]["sure"]
    assert {a["text"] for a in rep["advice"]} == {"Rebuild on a newer debian:12: it has fixes for zlib",
                                                  "In app/package-lock.json set lodash to 4.17.21"}


def test_a_named_base_is_sure_and_a_wrong_one_is_noted(call, app, base, tmp_path):
    parent = f"oci:{Image(base).write_layout(tmp_path / 'parent')}"
    assert report(call("scan", app, "--base", parent, "-o", "json"))["base"] == {
        "layers": 1, "name": parent, "how": "named by --base", "sure": True}
    assert report(call("scan", app, "--base", sha256(base), "-o", "json"))["base"]["sure"]
    other = f"oci:{Image(layer({'x': b'y'})).write_layout(tmp_path / 'other')}"
    rep = report(call("scan", app, "--base", other, "-o", "json"))
    assert not rep["base"]["sure"] and any("is not built upon" in n for n in rep["notes"])


def test_the_gate_decides_the_exit_code(call, app, tmp_path):
    call("scan", app, "--fail-on", "kev,malware", code=0)
    r = call("scan", app, "--fail-on", "fixable:critical", "-o", "json", code=1)
    gate = report(r)["gate"]
    assert not gate["passed"] and gate["reasons"][0]["count"] == 2
    call("scan", app, "--fail-on", "secret", "--only", "packages", code=1)  # not looked for: cannot pass
    r = call("scan", app, "--fail-on", "fixabel", code=2)
    assert 'did you mean "fixable"' in r.stderr
    (tmp_path / "p.yaml").write_text("rules:\n  - { name: ours, when: [critical], side: application, action: warn }\n")
    r = call("scan", app, "--policy", tmp_path / "p.yaml", "-o", "json")
    assert report(r)["gate"]["passed"] and report(r)["gate"]["reasons"][0]["action"] == "warn"


def test_an_exception_hides_until_it_expires(call, app, tmp_path):
    file = tmp_path / "e.yaml"
    row = "exceptions:\n  - {{ id: GHSA-aaaa-bbbb-cccc, package: lodash, reason: not used, owner: ann, expires: {} }}\n"
    file.write_text(row.format("2999-12-31"))
    rep = report(call("scan", app, "--exceptions", file, "-o", "json"))
    assert hidden(rep) == {"CVE-2099-0003": "exception"}
    assert rep["summary"]["vulnerabilities"]["total"] == 1 and rep["summary"]["vulnerabilities"]["hidden"] == 1
    file.write_text(row.format("2001-01-01"))
    rep = report(call("scan", app, "--exceptions", file, "-o", "json"))
    assert hidden(rep) == {} and any("expired on 2001-01-01" in n and "ann" in n for n in rep["notes"])
    file.write_text(row.format("2999-12-31").replace("expires", "expire"))
    r = call("scan", app, "--exceptions", file, code=3)
    assert f"{file}:2:" in r.stderr and 'did you mean "expires"' in r.stderr


@pytest.mark.parametrize("format", ["openvex", "cyclonedx", "csaf"])
def test_what_we_say_in_vex_is_what_we_hear_from_it(call, app, tmp_path, format):
    (tmp_path / "e.yaml").write_text(
        "exceptions:\n  - { id: CVE-2099-0003, reason: not used, justification: vulnerable_code_not_in_execute_path, expires: 2999-12-31 }\n"
        "  - { id: CVE-2099-0001, reason: borne with, expires: 2999-12-31 }\n")
    call("vex", app, "--exceptions", tmp_path / "e.yaml", "--format", format, "-o", tmp_path / "v.json")
    rep = report(call("scan", app, "--vex", tmp_path / "v.json", "-o", "json"))
    assert hidden(rep) == {"CVE-2099-0003": "vex"}
    notes = {v["id"]: v.get("note", "") for v in rep["vulnerabilities"]}
    assert notes["CVE-2099-0001"].startswith("affected: ") or format == "cyclonedx" and "borne with" in notes["CVE-2099-0001"]


def test_explain_says_why_and_why_not(call, app):
    yes = call("explain", "CVE-2099-0003", app).stdout
    assert "lodash 4.17.20 (npm) in app/package-lock.json: VULNERABLE" in yes
    assert "4.17.20 against 4.17.21" in yes and "COPY . /app" in yes and "in app/package-lock.json set lodash to 4.17.21" in yes
    no = call("explain", "CVE-2099-0002", app).stdout
    assert "not vulnerable" in no and "the version already has the fix (1:1.2.13.dfsg-1 against 1:1.2.11.dfsg-4)" in no
    assert call("explain", "CVE-1999-9999", app, code=3).stdout == ""
