# SPDX-License-Identifier: Apache-2.0
"""Programs that are refused without BPF, through fanotify: by a watch, on the host and in an overlay as a container has it."""
import shutil
import subprocess

import guard_help as g
import pytest

from conftest import need_root
from test_prevent import box  # noqa: F401  (the fixture)

RESPONSES = """mode: {mode}
prevent:
  - {{ name: not this one, stop: [exec-listed], paths: ['{path}'] }}
  - {{ name: no drift, stop: [exec-drifted] }}
"""
RULES = "- rule: Refused\n  desc: x\n  condition: evt.type = denied\n  output: what=%evt.arg.what object=%evt.arg.object would=%evt.would_deny\n  priority: WARNING\n"
DRIFT = "sleep 1; cp /bin/true /fresh; sleep 0.3; /fresh; echo fresh=$?; /bin/true; echo true=$?"


@pytest.fixture
def watch(build, tmp_path):
    """watch(mode): with a listed program in tmp_path."""
    need_root()
    running = []
    (tmp_path / "rules.yaml").write_text(RULES)
    shutil.copy("/bin/true", tmp_path / "listed")

    def start(mode):
        (tmp_path / "responses.yaml").write_text(RESPONSES.format(mode=mode, path=tmp_path / "listed"))
        running.append(g.Watch(g.program(build), "--backend", "proc", "--rules", tmp_path / "rules.yaml", "--login", "none",
                               "--responses", tmp_path / "responses.yaml", "--state", tmp_path / "state"))
        return running[-1]

    yield start
    for w in running:
        w.stop()


def test_a_listed_program_does_not_start(watch, tmp_path):
    w = watch("act")
    with pytest.raises(PermissionError):
        subprocess.run([tmp_path / "listed"])
    assert subprocess.run(["/bin/true"]).returncode == 0
    a = w.wait_alert("Refused", evt__arg__object=str(tmp_path / "listed"))
    assert a["output_fields"]["evt.arg.what"] == "exec-listed" and a["output_fields"]["evt.would_deny"] is False
    w.stop()
    assert subprocess.run([tmp_path / "listed"]).returncode == 0


def test_a_dry_run_only_tells(watch, tmp_path):
    w = watch("dry-run")
    assert subprocess.run([tmp_path / "listed"]).returncode == 0
    w.wait_alert("Refused", evt__would_deny=True)


def test_what_was_written_in_a_container_does_not_start(watch, box):  # noqa: F811
    w = watch("act")
    out = box.run(DRIFT)
    assert "fresh=126" in out and "true=0" in out, out
    a = w.wait_alert("Refused", evt__arg__object="/fresh")
    assert a["output_fields"]["evt.arg.what"] == "exec-drifted"
    w.stop()
    assert "fresh=0" in box.run("rm /fresh; " + DRIFT)


def test_when_it_is_killed_nobody_waits(watch, tmp_path):
    w = watch("act")
    w.process.kill()
    w.process.wait()
    assert subprocess.run([tmp_path / "listed"], timeout=5).returncode == 0
