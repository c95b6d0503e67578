# SPDX-License-Identifier: Apache-2.0
"""bulkhead comply: one folder in place of a machine, and this machine itself."""
import json
import os

import pytest

from conftest import OS_RELEASE, dpkg

OURS = """
checks:
  - id: host-is-debian
    title: { en: The host is Debian, zh: 主机使用 Debian }
    on: host
    pass: host.distribution = %s
    severity: %s
    evidence: [host.distribution, host.version]
    why: { en: We know it best. }
    mend: { en: "install %%host.version of it", zh: "安装它" }
"""


@pytest.fixture
def machine(tmp_path):
    """A folder that looks like a small Debian."""
    root = tmp_path / "root"
    (root / "etc").mkdir(parents=True)
    (root / "etc/os-release").write_bytes(OS_RELEASE)
    (root / "var/lib/dpkg").mkdir(parents=True)
    return root


@pytest.fixture
def comply(bulkhead, machine, tmp_path):
    """Runs the checks over the folder; ours are in `ours`, whose distribution and severity may be chosen."""
    def call(*args, distribution="debian", severity="high", **options):
        folder = tmp_path / "ours"
        folder.mkdir(exist_ok=True)
        (folder / "ours.yaml").write_text(OURS % (distribution, severity))
        return bulkhead("comply", "--root", machine, "--baselines", folder, "--check", "host-is-debian", *args, **options)
    return call


def results(done):
    assert done.stdout.startswith("{"), done.stderr
    return json.loads(done.stdout)["results"]


def test_what_passes_and_what_fails(comply):
    assert comply().returncode == 0
    done = comply(distribution="alpine")
    assert done.returncode == 1 and "HIGH" in done.stdout
    assert "seen   host.distribution = debian  (/etc/os-release)" in done.stdout and "mend   install 12 of it" in done.stdout
    assert "score 0 / 100: 0 passed, 1 failed" in done.stdout


def test_what_is_low_refuses_nothing_unless_asked_to(comply):
    assert comply(distribution="alpine", severity="low").returncode == 0
    assert comply("--fail-on", "low", distribution="alpine", severity="low").returncode == 1
    assert comply("--fail-on", "never", distribution="alpine").returncode == 0
    assert comply("--fail-on", "lots").returncode == 2


def test_it_speaks_chinese(comply):
    done = comply("--language", "zh", distribution="alpine")
    assert "主机使用 Debian" in done.stdout and "整改  安装它" in done.stdout


def test_an_exception_is_told_and_runs_out(comply, tmp_path):
    row = "exceptions:\n  - { check: host-*, subject: host*, owner: ops, reason: being replaced, expires: %s }\n"
    (tmp_path / "e.yaml").write_text(row % "2099-01-31")
    done = comply("--exceptions", tmp_path / "e.yaml", distribution="alpine")
    assert done.returncode == 0 and "ops: being replaced (until 2099-01-31)" in done.stdout and "score 100" in done.stdout
    (tmp_path / "e.yaml").write_text(row % "2020-01-31")
    done = comply("--exceptions", tmp_path / "e.yaml", distribution="alpine")
    assert done.returncode == 1 and "the exception of ops for host-* ran out on 2020-01-31" in done.stdout
    (tmp_path / "e.yaml").write_text("exceptions:\n  - { check: a, onwer: ops }\n")
    done = comply("--exceptions", tmp_path / "e.yaml")
    assert done.returncode == 3 and 'e.yaml:2' in done.stderr and 'did you mean "owner"' in done.stderr


def test_a_mistake_in_a_check_has_its_place(comply, bulkhead, tmp_path):
    done = comply(distribution="debian and host.nmae exists")
    assert done.returncode == 3 and "ours.yaml:6" in done.stderr and "host.nmae" in done.stderr
    done = bulkhead("baselines", "check", tmp_path / "ours")
    assert done.returncode == 3 and "ours.yaml:6" in done.stderr
    (tmp_path / "ours/ours.yaml").write_text(OURS % ("debian", "low") + "    cases: { pass: [{ distribution: alpine }], fail: [{ name: x }] }\n")
    done = bulkhead("baselines", "check", tmp_path / "ours")
    assert done.returncode == 1 and 'is "fail", and should be "pass"' in done.stdout


def test_several_reports_at_once(comply, tmp_path):
    done = comply("-o", "table", "-o", f"json={tmp_path}/r.json", distribution="alpine")
    assert "HIGH" in done.stdout
    report = json.loads((tmp_path / "r.json").read_text())
    (result,) = report["results"]
    assert result["state"] == "fail" and result["title"]["zh"] == "主机使用 Debian" and result["subject"] == {"kind": "host", "key": "host", "name": "this machine"}
    assert report["total"]["score"] == 0 and report["categories"]["security"]["fail"] == 1


def test_a_file_that_is_no_file_is_told(comply, machine):
    (machine / "etc/os-release").unlink()
    (machine / "etc/os-release").mkdir()
    (result,) = results(comply("--format", "json"))
    assert result["state"] == "unknown" and "os-release" in result["cause"]


def test_links_lead_out_of_no_root(comply, machine):
    (machine / "etc/os-release").unlink()
    (machine / "etc/os-release").symlink_to("/../../../../etc/hostname")
    (result,) = results(comply("--format", "json"))
    assert result["state"] in ("fail", "unknown") and not any(e["value"] == os.uname().nodename for e in result["evidence"])


def test_components_are_judged_by_the_database(bulkhead, machine, database):
    (machine / "var/lib/dpkg/status").write_bytes(dpkg(("runc", "1.1.5-1")) + b"Package: containerd\nStatus: deinstall ok config-files\nVersion: 1\n\n")
    ask = ("comply", "--root", machine, "--check", "component-*", "--format", "json")
    judged = results(bulkhead(*ask, env={**os.environ, **database}))
    assert {r["state"] for r in judged} == {"pass"} and {r["subject"]["name"] for r in judged} == {"runc 1.1.5-1"}
    silent = results(bulkhead(*ask, env={**os.environ, "XDG_DATA_HOME": str(machine / "none")}))
    assert {r["state"] for r in silent} == {"unknown"} and all("no vulnerability database" in r["cause"] for r in silent)


def test_the_next_run_says_what_changed(bulkhead, tmp_path):
    """All of this machine, twice; whoever asks sees what is his to see."""
    state = tmp_path / "state"
    first = bulkhead("comply", "--state", state, "--format", "json", "--fail-on", "never")
    assert first.returncode == 0, first.stderr
    record = (state / "comply").read_text()
    assert record.startswith("bulkhead-comply 1\n") and len(record.splitlines()) == len(results(first)) + 1
    (state / "comply").write_text(record + "fail gone-check host/host\n")
    second = bulkhead("comply", "--state", state, "--fail-on", "never")
    assert "[no more]  gone-check host/host" in second.stdout and "[new]" not in second.stdout
    (state / "comply").write_text("#!/bin/sh\n")
    assert "this is no record of an earlier run" in bulkhead("comply", "--state", state, "--fail-on", "never").stdout
