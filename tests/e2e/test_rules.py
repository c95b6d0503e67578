# SPDX-License-Identifier: Apache-2.0
"""`bulkhead rules`: what a person types, what comes back, and the exit codes."""
import json

GOOD = """
- list: shells
  items: [sh, bash]
- macro: spawned
  condition: (evt.type in (execve, execveat))
- rule: a shell
  desc: d
  condition: spawned and proc.name in (shells) and proc.pname = nginx
  output: a shell of %proc.pname
  priority: NOTICE
  tags: [t]
"""
PROOF = """
- rule: a shell
  fires: [ { evt.type: execve, proc.name: sh, proc.pname: nginx } ]
  quiet: [ { evt.type: execve, proc.name: sh, proc.pname: sshd } ]
"""


def test_a_good_file_is_fine_and_a_bad_one_is_told_with_its_place(bulkhead, tmp_path):
    (tmp_path / "good.yaml").write_text(GOOD)
    r = bulkhead("rules", "check", "--strict", tmp_path / "good.yaml")
    assert (r.returncode, r.stdout) == (0, "1 rules, 1 of them on; 0 errors, 0 warnings\n")
    (tmp_path / "bad.yaml").write_text(GOOD.replace("proc.pname = nginx", "proc.pnmae = nginx"))
    r = bulkhead("rules", "check", tmp_path / "bad.yaml")
    assert r.returncode == 1
    assert f"{tmp_path}/bad.yaml:8:52: error: a shell: no field 'proc.pnmae' in source syscall; did you mean 'proc.pname'?" in r.stdout


def test_json_says_the_same(bulkhead, tmp_path):
    (tmp_path / "bad.yaml").write_text(GOOD.replace("spawned and", "spawnd and"))
    r = bulkhead("rules", "check", "--format", "json", tmp_path / "bad.yaml")
    notes = json.loads(r.stdout)["notes"]
    assert r.returncode == 1
    assert [n for n in notes if n["level"] == "error"][0]["line"] == 8
    assert "did you mean 'spawned'?" in notes[0]["message"]


def test_folders_are_read_with_their_proofs(bulkhead, tmp_path):
    (tmp_path / "x").mkdir()
    (tmp_path / "x/r.yaml").write_text(GOOD)
    (tmp_path / "x/r.test.yaml").write_text(PROOF)
    r = bulkhead("rules", "test", tmp_path)
    assert (r.returncode, r.stdout) == (0, "1 rules, 2 events, 0 failures\n")
    (tmp_path / "x/r.test.yaml").write_text(PROOF.replace("sshd", "nginx"))
    r = bulkhead("rules", "test", tmp_path)
    assert r.returncode == 1
    assert "fires, and must not" in r.stdout and 'true: proc.pname in ("nginx")' in r.stdout


def test_a_rule_is_listed_and_explained(bulkhead, tmp_path):
    (tmp_path / "good.yaml").write_text(GOOD)
    assert bulkhead("rules", "list", tmp_path / "good.yaml").stdout == "on  Notice        syscall   a shell  [t]\n"
    x = json.loads(bulkhead("rules", "explain", "--format", "json", "a shell", tmp_path / "good.yaml").stdout)
    assert x["events"] == ["execve", "execveat"]
    assert 'proc.name in ("bash", "sh")' in x["compiled"]
    r = bulkhead("rules", "explain", "a shel", tmp_path / "good.yaml")
    assert r.returncode == 2 and 'did you mean "a shell"?' in r.stderr


def test_wrong_use_and_missing_files_have_their_codes(bulkhead, tmp_path):
    assert bulkhead("rules", "check", "--format", "xml", tmp_path).returncode == 2
    assert bulkhead("rules", "check", tmp_path / "none.yaml").returncode == 3
    assert bulkhead("rules", "fields", "--source", "moon").returncode == 2


def test_a_policy_takes_a_condition(bulkhead, tmp_path):
    (tmp_path / "root").mkdir()
    (tmp_path / "root/x.php").write_text("<?php @eval($_POST['x']); ?>")
    for path, code in ((".php", 1), (".txt", 0)):
        (tmp_path / "p.yaml").write_text(f'rules: [ {{ name: shells, when: ["finding.kind = webshell and finding.path endswith {path}"] }} ]\n')
        r = bulkhead("scan", "--no-db", "--no-cache", "--policy", tmp_path / "p.yaml", f"rootfs:{tmp_path}/root")
        assert r.returncode == code, r.stdout + r.stderr
    (tmp_path / "p.yaml").write_text('rules: [ { name: keys, when: ["finding.knd = secret"] } ]\n')
    r = bulkhead("scan", "--no-db", "--no-cache", "--policy", tmp_path / "p.yaml", f"rootfs:{tmp_path}/root")
    assert r.returncode == 2 or r.returncode == 3
    assert "did you mean 'finding.kind'?" in r.stderr
