# SPDX-License-Identifier: Apache-2.0
"""Files that are not as their package brought them, on roots that rpm itself made, that apk's database describes, and
that dpkg filled through merged directories."""
import base64
import hashlib
import os
import shutil

import pytest

from conftest import Image, layer, need, need_root, run

ELF = b"\x7fELF\x02\x01\x01" + b"\0" * 9 + b"\x02\0\x3e\0"


def changed(report):
    return {f["path"]: f["severity"] for f in report["findings"] if f["kind"] == "integrity"}


# ---- rpm ----

SPEC = """
Name: tool
Version: 1.0
Release: 1
Summary: made for a test
License: MIT
BuildArch: noarch
%description
Made for a test.
%install
mkdir -p %{buildroot}/usr/bin %{buildroot}/usr/lib/tool %{buildroot}/etc
printf 'the tool\\n' > %{buildroot}/usr/bin/tool
printf 'a library\\n' > %{buildroot}/usr/lib/tool/lib.so
printf 'a = 1\\n' > %{buildroot}/etc/tool.conf
ln -s tool %{buildroot}/usr/bin/also-tool
%files
/usr/bin/tool
/usr/bin/also-tool
/usr/lib/tool/lib.so
%config(noreplace) /etc/tool.conf
"""


@pytest.fixture(scope="module")
def rpm_root(tmp_path_factory):
    """A root with one package, built by rpmbuild and installed by rpm."""
    need("rpm", "rpmbuild")
    need_root()
    top = tmp_path_factory.mktemp("rpm")
    (top / "tool.spec").write_text(SPEC)
    run("rpmbuild", "-bb", "--quiet", "--define", f"_topdir {top}/build", top / "tool.spec", timeout=120)
    package = next((top / "build/RPMS").rglob("*.rpm"))
    root = top / "root"
    (root / "etc").mkdir(parents=True)
    (root / "etc/os-release").write_text('ID=fedora\nVERSION_ID=40\n')
    backend = ["--define", "_dbpath /var/lib/rpm", "--define", "_db_backend sqlite"]
    run("rpm", "--root", root, *backend, "--initdb")
    run("rpm", "--root", root, *backend, "-i", "--nodeps", "--noscripts", package)
    return root


@pytest.fixture
def copy(rpm_root, tmp_path):
    return shutil.copytree(rpm_root, tmp_path / "root", symlinks=True)


def test_what_rpm_installed_is_as_it_was(scan, copy):
    report = scan(f"rootfs:{copy}").one
    assert [p["name"] for p in report["packages"] if p["type"] == "rpm"] == ["tool"]
    assert not changed(report)


def test_what_was_changed_after_rpm_is_found(scan, copy):
    (copy / "usr/bin/tool").write_text("another tool\n")
    (copy / "etc/tool.conf").write_text("a = 2\n")
    report = scan(f"rootfs:{copy}").one
    assert changed(report) == {"usr/bin/tool": "high"}
    assert "tool recorded" in next(f for f in report["findings"] if f["kind"] == "integrity")["evidence"]


def test_a_file_of_rpm_that_a_later_layer_changes(scan, copy, tmp_path):
    run("tar", "-C", copy, "-cf", tmp_path / "base.tar", ".")
    image = Image((tmp_path / "base.tar").read_bytes(), layer({"usr/lib/tool/lib.so": b"a library with a guest\n"}))
    report = scan(f"oci:{image.write_layout(tmp_path / 'l')}").one
    assert changed(report) == {"usr/lib/tool/lib.so": "high"}
    assert next(f for f in report["findings"] if f["kind"] == "integrity")["layer"] == 1


# ---- apk ----

def apk_root(files, altered=()):
    """A layer as apk leaves it: lib/apk/db/installed with SHA-1 of each file ("Q1")."""
    db, out, folder = ["P:tool", "V:1.0-r0", "A:x86_64", "L:MIT", "o:tool"], {}, None
    for path, data in sorted(files.items()):
        directory, _, name = path.rpartition("/")
        if directory != folder:
            db.append(f"F:{directory}")
            folder = directory
        if isinstance(data, tuple): # apk records the digest of a link's target
            digest = hashlib.sha1(data[1].encode()).digest()
        else:
            digest = hashlib.sha1(data).digest()
        db += [f"R:{name}", "a:0:0:755", "Z:Q1" + base64.b64encode(digest).decode()]
        out[path] = b"altered\n" if path in altered else data
    out["lib/apk/db/installed"] = ("\n".join(db) + "\n\n").encode()
    out["etc/os-release"] = b"ID=alpine\nVERSION_ID=3.20.0\n"
    return layer(out)


APK = {"usr/bin/tool": b"the tool\n", "usr/bin/link": ("->", "tool"), "lib/libtool.so.1": b"a library\n", "etc/tool.conf": b"a = 1\n"}


def test_what_apk_installed_is_as_it_was(scan, tmp_path):
    report = scan(f"oci:{Image(apk_root(APK)).write_layout(tmp_path / 'l')}").one
    assert [p["name"] for p in report["packages"] if p["type"] == "apk"] == ["tool"]
    assert not changed(report)


def test_what_was_changed_after_apk_is_found(scan, tmp_path):
    image = Image(apk_root(APK, altered=["usr/bin/tool", "lib/libtool.so.1", "etc/tool.conf"]))
    assert changed(scan(f"oci:{image.write_layout(tmp_path / 'l')}").one) == {"usr/bin/tool": "high", "lib/libtool.so.1": "high"}


# ---- dpkg, merged directories ----

BUSYBOX = ELF + b"\0BusyBox v1.36.1 (Debian 1:1.36.1-1)\0" + b"\0" * 64


def merged(recorded, real, data=BUSYBOX, digest=None):
    """`recorded` is the path in dpkg's lists, `real` where the file lies."""
    status = b"Package: busybox\nStatus: install ok installed\nVersion: 1:1.36.1-1\nArchitecture: amd64\n\n"
    return Image(layer({"etc/os-release": b"ID=debian\nVERSION_ID=12\n", "bin": ("->", "usr/bin"), "lib": ("->", "usr/lib"), "var/lib/dpkg/status": status,
                        "var/lib/dpkg/info/busybox.list": f"/.\n/{recorded}\n".encode(),
                        "var/lib/dpkg/info/busybox.md5sums": f"{digest or hashlib.md5(data).hexdigest()}  {recorded}\n".encode(), real: data}))


def products(report):
    return [p["name"] for p in report["packages"] if p["type"] == "generic"]


def test_the_product_is_seen_where_nobody_owns_it(scan, tmp_path):
    report = scan(f"oci:{merged('usr/bin/other', 'usr/bin/busybox').write_layout(tmp_path / 'l')}").one
    assert products(report) == ["busybox"]


@pytest.mark.parametrize("recorded, real", [("bin/busybox", "usr/bin/busybox"), ("usr/bin/busybox", "usr/bin/busybox")])
def test_a_file_is_owned_by_either_name_of_its_directory(scan, tmp_path, recorded, real):
    report = scan(f"oci:{merged(recorded, real).write_layout(tmp_path / 'l')}").one
    assert products(report) == []
    assert not changed(report)


def test_a_change_is_seen_through_the_merged_directory(scan, tmp_path):
    report = scan(f"oci:{merged('bin/busybox', 'usr/bin/busybox', digest='ab' * 16).write_layout(tmp_path / 'l')}").one
    assert list(changed(report)) == ["bin/busybox"]
