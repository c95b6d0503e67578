# SPDX-License-Identifier: Apache-2.0
"""`bulkhead scan` as a user runs it: every kind of target, the same answer from each."""
import gzip
import json
import os
import pathlib
import resource
import shutil
import subprocess
import tarfile
import time

import pytest

from conftest import (Image, OS_RELEASE, add_file, debian_like, dpkg, layer, need, need_root, packages_of, run,
                      sha256, write_index)


def verdict(report):
    """What must not depend on where an image came from."""
    packages = [(p["type"], p["name"], p["version"], p.get("architecture"), p.get("source"), p["purl"]) for p in report["packages"]]
    vulns = [(v["id"], v["package_name"], v["installed_version"], v.get("fixed_version")) for v in report["vulnerabilities"]]
    return {"packages": packages, "vulnerabilities": vulns, "distribution": report["distribution"]}


def layered(report):
    """The same, with whose layer brought it and all findings."""
    findings = [(f["kind"], f.get("rule"), f.get("path"), f["layer"], f["removed_later"]) for f in report["findings"]]
    return {**verdict(report), "layers": [l["diff_id"] for l in report["layers"]],
            "whose": [p["layer"] for p in report["packages"]], "findings": findings}


# ---- one image, every source ----

@pytest.fixture(scope="module")
def app(docker, docker_app, podman, registry, tmp_path_factory):
    """docker_app in all its forms: {name: (target, further options, environment)}."""
    need("skopeo")
    top = tmp_path_factory.mktemp("forms")
    saved, form = top / "saved.tar", {}
    docker("save", "-o", saved, docker_app)
    packed = top / "saved.tar.gz"
    with open(packed, "wb") as out:
        subprocess.run(["gzip", "-1", "-c", saved], stdout=out, check=True)
    loaded = podman("load", "-i", saved).rpartition(": ")[2]
    copy = ["skopeo", "--insecure-policy", "copy", "-q", f"docker-archive:{saved}"]
    run(*copy, f"oci:{top}/layout:1", timeout=300)
    run(*copy, f"oci-archive:{top}/oci.tar:1", timeout=300)
    run(*copy, "--dest-tls-verify=false", "--dest-creds", f"{registry.user}:{registry.password}",
        f"docker://{registry.host}/team/app:1", timeout=300)
    login = ["--ca", registry.ca, "--username", registry.user]
    form["docker"] = (f"docker:{docker_app}", [], {"DOCKER_HOST": docker.host})
    form["podman"] = (f"podman:{loaded}", [], {**podman.env, "CONTAINER_HOST": None})
    form["docker save"] = (f"archive:{saved}", [], {})
    form["docker save, gzip"] = (f"archive:{packed}", [], {})
    form["standard input"] = ("archive:-", [], {})
    form["OCI layout"] = (f"oci:{top}/layout:1", [], {})
    form["OCI archive"] = (f"archive:{top}/oci.tar", [], {})
    form["registry"] = (f"registry:{registry.host}/team/app:1", login, {"BULKHEAD_PASSWORD": registry.password})
    form["bare word, docker"] = (docker_app, [], {"DOCKER_HOST": docker.host})
    form["bare word, file"] = (str(saved), [], {})
    form["bare word, layout"] = (f"{top}/layout", [], {})
    form["bare word, registry"] = (f"{registry.host}/team/app:1", login, {"BULKHEAD_PASSWORD": registry.password})
    return saved, form


def test_every_source_gives_the_same_answer(app, scan, database):
    saved, forms = app
    said = {}
    for name, (target, options, env) in forms.items():
        given = {"stdin": open(saved)} if name == "standard input" else {}
        r = scan(target, "--no-cache", "--only", "packages", *options, env=env, db=database, **given)
        assert r.code == 0, f"{name}: {r.stderr}"
        assert all("saw their beginning only" in g for g in r.gaps), f"{name}: {r.gaps}"  # apt's lists are long
        said[name] = layered(r.one)
    first = said["docker save"]
    assert len(first["packages"]) > 80 and len(first["layers"]) == 4
    assert {v[0] for v in first["vulnerabilities"]} == {"CVE-2099-0000", "CVE-2099-0001", "CVE-2099-0002"}
    for name, answer in said.items():
        assert answer == first, name


@pytest.mark.parametrize("form", ["cyclonedx", "spdx"])
def test_our_own_sbom_of_an_image_has_its_vulnerabilities(app, scan, bulkhead, database, tmp_path, form):
    def found(r):
        assert r.code == 0, r.stderr
        return sorted((v["id"], v["package_name"], v["installed_version"], v["status"]) for v in r.one["vulnerabilities"])

    made = bulkhead("sbom", f"archive:{app[0]}", "--format", form, "-o", tmp_path / "sbom.json")
    assert made.returncode == 0, made.stderr
    image = found(scan(f"archive:{app[0]}", "--only", "packages", db=database))
    assert len(image) >= 3 and found(scan(f"sbom:{tmp_path}/sbom.json", db=database)) == image


def test_a_container_and_its_root_are_what_the_image_is(docker, docker_app, app, scan, database):
    image = scan(f"archive:{app[0]}", "--only", "packages", db=database)
    container = docker("run", "-d", "--network", "none", docker_app)
    try:
        pid = docker("inspect", "-f", "{{.State.Pid}}", container)
        r = scan(f"container:{container[:12]}", "--only", "packages", env={"DOCKER_HOST": docker.host}, db=database)
        root = scan(f"rootfs:/proc/{pid}/root", "--only", "packages", db=database)
    finally:
        docker("rm", "-f", container)
    assert r.code == 0 and verdict(r.one) == verdict(image.one)
    assert root.code == 0 and verdict(root.one) == verdict(image.one)


def test_packages_are_what_dpkg_counts(debian_rootfs, scan):
    counted = run("dpkg-query", "--admindir", debian_rootfs / "var/lib/dpkg", "-W", "-f",
                  "${db:Status-Abbrev}|${Package}|${Version}|${Architecture}\n").stdout.splitlines()
    known = sorted(tuple(l.split("|")[1:]) for l in counted if l.startswith("ii"))
    r = scan(f"rootfs:{debian_rootfs}", "--only", "packages")
    assert r.code == 0
    assert sorted((p["name"], p["version"], p["architecture"]) for p in r.one["packages"] if p["type"] == "deb") == known


def test_this_machine_is_a_target(build, tmp_path):
    """What is large and not the system's is hidden, so that the test ends soon on any machine."""
    need_root()
    need("unshare")
    top = pathlib.Path("/run/bulkhead-test")
    shutil.rmtree(top, ignore_errors=True)
    top.mkdir()
    try:
        for name in ("bulkhead", "bulkhead-worker"):
            shutil.copy(build / name, top / name)
        shutil.copytree(pathlib.Path(__file__).parents[2] / "content", top / "content")
        hide = " ".join(f"/{d}" for d in os.listdir("/") if os.path.isdir(f"/{d}") and not os.path.islink(f"/{d}")
                        and d not in ("bin", "sbin", "lib", "lib64", "usr", "etc", "var", "run", "proc", "sys", "dev", "boot"))
        script = (f"set -e; for d in {hide} /usr/local /usr/share /usr/src /var/lib/docker /var/tmp; do "
                  f"[ ! -d $d ] || mount -t tmpfs none $d; done; exec {top}/bulkhead scan host --content {top}/content --only packages --no-db --no-cache -q -o json")
        begun = time.monotonic()
        p = subprocess.Popen(["unshare", "-m", "sh", "-c", script], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        out, err = p.communicate(timeout=280)
        took, peak_kib = time.monotonic() - begun, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    finally:
        shutil.rmtree(top, ignore_errors=True)
    assert p.returncode == 0, err
    report = json.loads(out)["reports"][0]
    assert report["target"]["kind"] == "filesystem"
    assert len(report["packages"]) > 50
    assert took < 280 and peak_kib < 4 << 20


# ---- platforms, several targets ----

@pytest.fixture(scope="module")
def two_platforms():
    return [(Image(debian_like((f"for-{a}", "1")), architecture=a), {"os": "linux", "architecture": a})
            for a in ("amd64", "arm64")]


ATTESTATION = {"mediaType": "application/vnd.oci.image.manifest.v1+json", "digest": "sha256:" + "0" * 64, "size": 2,
               "platform": {"os": "unknown", "architecture": "unknown"},
               "annotations": {"vnd.docker.reference.type": "attestation-manifest"}}


@pytest.mark.parametrize("nested", [False, True])
def test_a_platform_is_chosen(scan, two_platforms, tmp_path, nested):
    write_index(tmp_path / "l", two_platforms, nested, [ATTESTATION])
    for a in ("amd64", "arm64"):
        assert list(scan(f"oci:{tmp_path}/l", "--platform", f"linux/{a}").packages) == [f"for-{a}"]
    r = scan(f"oci:{tmp_path}/l", "--platform", "linux/riscv64")
    assert r.code == 3 and "no image for linux/riscv64; --all-platforms shows what there is" in r.stderr


@pytest.mark.parametrize("nested", [False, True])
def test_all_platforms_are_targets_of_their_own(scan, two_platforms, tmp_path, nested):
    write_index(tmp_path / "l", two_platforms, nested, [ATTESTATION])
    r = scan(f"oci:{tmp_path}/l", "--all-platforms")
    assert r.code == 0, r.stderr
    assert [x["target"]["name"] for x in r.reports] == [f"oci:{tmp_path}/l (linux/amd64)", f"oci:{tmp_path}/l (linux/arm64)"]
    assert [list(packages_of(x)) for x in r.reports] == [["for-amd64"], ["for-arm64"]]


def pack(directory, tar):
    run("tar", "-C", directory, "-cf", tar, ".")
    return tar


@pytest.mark.parametrize("nested", [False, True])
@pytest.mark.parametrize("packed", [False, True])
def test_all_platforms_of_an_archive(scan, two_platforms, tmp_path, nested, packed):
    write_index(tmp_path / "l", two_platforms, nested, [ATTESTATION])
    tar = pack(tmp_path / "l", tmp_path / "l.tar")
    if packed:
        run("gzip", "-1", tar)
        tar = f"{tar}.gz"
    r = scan(f"archive:{tar}", "--all-platforms")
    assert r.code == 0, r.stderr
    assert [list(packages_of(x)) for x in r.reports] == [["for-amd64"], ["for-arm64"]]
    assert [x["target"]["name"].rpartition("(")[2] for x in r.reports] == ["linux/amd64)", "linux/arm64)"]
    assert not any(x["gaps"] for x in r.reports)
    assert list(scan(f"archive:{tar}", "--platform", "linux/arm64").packages) == ["for-arm64"]


def test_what_an_index_names_and_the_archive_lacks_is_no_platform_of_it(scan, two_platforms, tmp_path):
    gone = Image(debian_like(("gone", "1")), architecture="riscv64")
    row = gone.descriptor("application/vnd.oci.image.manifest.v1+json", gone.manifest, platform={"os": "linux", "architecture": "riscv64"})
    write_index(tmp_path / "l", two_platforms, extra=[row])
    r = scan(f"archive:{pack(tmp_path / 'l', tmp_path / 'l.tar')}", "--all-platforms")
    assert r.code == 0, r.stderr
    assert len(r.reports) == 2


def test_all_images_of_docker_save(scan, tmp_path):
    layers = {n: debian_like((n, "1")) for n in ("one", "two")}
    with tarfile.open(tmp_path / "two.tar", "w") as tar:
        rows = []
        for name, l in layers.items():
            config = json.dumps({"architecture": "amd64", "os": "linux", "config": {}, "rootfs": {"type": "layers", "diff_ids": [sha256(l)]}}).encode()
            add_file(tar, f"{name}.json", config)
            add_file(tar, f"{name}/layer.tar", l)
            rows.append({"Config": f"{name}.json", "RepoTags": [f"{name}:1"], "Layers": [f"{name}/layer.tar"]})
        add_file(tar, "manifest.json", json.dumps(rows).encode())
    r = scan(f"archive:{tmp_path}/two.tar", "--all-platforms")
    assert r.code == 0, r.stderr
    assert [x["target"]["name"][len(f"archive:{tmp_path}/two.tar"):] for x in r.reports] == [" (one:1, linux/amd64)", " (two:1, linux/amd64)"]
    assert [list(packages_of(x)) for x in r.reports] == [["one"], ["two"]]
    assert any("--all-platforms scans all" in g for g in scan(f"archive:{tmp_path}/two.tar").gaps)


def test_all_platforms_from_a_pipe_is_one_and_says_so(scan, two_platforms, tmp_path):
    write_index(tmp_path / "l", two_platforms)
    with open(pack(tmp_path / "l", tmp_path / "l.tar"), "rb") as tar:
        cat = subprocess.Popen(["cat"], stdin=tar, stdout=subprocess.PIPE)
        r = scan("archive:-", "--all-platforms", stdin=cat.stdout)
        cat.wait()
    assert list(packages_of(r.one)) == ["for-amd64"]
    assert any("the archive holds 2 images" in g for g in r.gaps)


def test_all_platforms_of_a_registry(scan, registry, two_platforms):
    rows = []
    for image, platform in two_platforms:
        for data in image.blobs.values():
            registry.push_blob("team/many", data)
        registry.request("PUT", f"/v2/team/many/manifests/{image.digest}", image.manifest, "application/vnd.oci.image.manifest.v1+json")
        rows.append(image.descriptor("application/vnd.oci.image.manifest.v1+json", image.manifest, platform=platform))
    index = "application/vnd.oci.image.index.v1+json"
    registry.request("PUT", "/v2/team/many/manifests/1",
                     json.dumps({"schemaVersion": 2, "mediaType": index, "manifests": rows}).encode(), index)
    r = scan(f"registry:{registry.host}/team/many:1", "--all-platforms", "--ca", registry.ca, "--username", registry.user,
             env={"BULKHEAD_PASSWORD": registry.password})
    assert r.code == 0, r.stderr
    assert [list(packages_of(x)) for x in r.reports] == [["for-amd64"], ["for-arm64"]]


def test_all_platforms_of_what_has_but_one(scan, tmp_path):
    directory = Image(debian_like(("a", "1"))).write_layout(tmp_path / "l")
    r = scan(f"oci:{directory}", "--all-platforms")
    assert r.code == 0 and list(packages_of(r.one)) == ["a"]


def test_several_targets_are_several_reports(scan, tmp_path):
    one = Image(debian_like(("a", "1"))).write_layout(tmp_path / "one")
    two = Image(debian_like(("b", "2"))).write_layout(tmp_path / "two")
    r = scan(f"oci:{one}", "archive:/nonexistent.tar", f"oci:{two}")
    assert r.code == 3
    assert [list(packages_of(x)) for x in r.reports] == [["a"], ["b"]]
    assert r.stderr.startswith("bulkhead scan: archive:/nonexistent.tar: ") and r.stderr.count("\n") == 1


def test_a_bare_word_is_a_file_first_and_the_registry_last(scan, docker, docker_app, tmp_path):
    name = docker_app.replace("/", "_")
    r = scan(docker_app, "--only", "packages", env={"DOCKER_HOST": docker.host}, cwd=tmp_path)
    assert len(r.packages) > 80
    (tmp_path / os.path.dirname(docker_app)).mkdir()
    Image(debian_like(("here", "1"))).write_layout(tmp_path / docker_app)
    r = scan(docker_app, "--only", "packages", env={"DOCKER_HOST": docker.host}, cwd=tmp_path)
    assert list(r.packages) == ["here"], name


# ---- what layers may look like ----

def scan_image(scan, tmp_path, *layers, options=(), **more):
    return scan(f"oci:{Image(*layers, **more).write_layout(tmp_path / 'image')}", *options)


def zstd(data, *options):
    return subprocess.run(["zstd", "-q", "-c", *options], input=data, stdout=subprocess.PIPE, check=True).stdout


@pytest.mark.parametrize("pack", ["zstd", "zstd with skippable frames", "plain", "gzip of several members"])
def test_layers_are_unpacked_as_they_were_packed(scan, tmp_path, pack):
    need("zstd")
    skippable = b"\x50\x2a\x4d\x18" + (40).to_bytes(4, "little") + b"x" * 40
    half = lambda b: len(b) // 2
    how = {"zstd": zstd, "plain": lambda b: b,
           "zstd with skippable frames": lambda b: zstd(b[:half(b)]) + zstd(b[half(b):]) + skippable,
           "gzip of several members": lambda b: gzip.compress(b[:half(b)]) + gzip.compress(b[half(b):])}[pack]
    r = scan_image(scan, tmp_path, debian_like(("a", "1")), debian_like(("a", "1"), ("b", "2")), pack=how)
    assert r.code == 0 and not r.gaps
    assert r.packages == {"a": ("1", 0), "b": ("2", 1)}


def unpadded(tar):
    """The tar up to the two blocks of zeros that end it."""
    end = len(tar.rstrip(b"\0"))
    return tar[:(end + 511) // 512 * 512 + 1024]


def test_skopeo_s_zstd_chunked_is_read(scan, debian_tar, tmp_path):
    need("skopeo")
    # Without what Python pads a tar with: some releases of the chunked compressor drop it, and the diff-id with it.
    plain = [unpadded(l) for l in (debian_like(("a", "1"), ("b", "2")), layer({"big": os.urandom(1 << 20)}))]
    directory = Image(*plain).write_layout(tmp_path / "gzip")
    r = run("skopeo", "--insecure-policy", "copy", "-q", "--dest-compress-format", "zstd:chunked", "--dest-compress",
            f"oci:{directory}:latest", f"oci:{tmp_path}/chunked:latest", check=False)
    if r.returncode:
        pytest.skip(f"this skopeo makes no zstd:chunked: {r.stderr.strip()[-120:]}")
    s = scan(f"oci:{tmp_path}/chunked")
    assert s.code == 0 and not s.gaps and s.packages == {"a": ("1", 0), "b": ("2", 0)}


def test_127_layers(scan, tmp_path):
    layers = [debian_like(*[(f"p{i:03}", "1") for i in range(n + 1)]) for n in range(127)]
    r = scan_image(scan, tmp_path, *layers)
    assert r.code == 0 and not r.gaps
    assert r.packages == {f"p{n:03}": ("1", n) for n in range(127)}


def test_an_empty_layer_is_no_gap(scan, tmp_path):
    empty = b"\0" * 1024
    r = scan_image(scan, tmp_path, debian_like(("a", "1")), empty, debian_like(("a", "1"), ("b", "1")))
    assert r.code == 0 and not r.gaps and r.packages == {"a": ("1", 0), "b": ("1", 2)}


JS = b'{"name":"left","version":"1.0.0"}'


def test_whiteouts_and_opaque_directories_hide(scan, tmp_path):
    module = "srv/%s/node_modules/left/package.json"
    below = {module % n: JS.replace(b"left", n.encode()) for n in ("gone", "kept", "opaque", "replaced")}
    above = {"srv/.wh.gone": b"", "srv/opaque/.wh..wh..opq": b"", "srv/replaced": ("->", "kept")}
    r = scan_image(scan, tmp_path, layer(below), layer(above))
    assert r.code == 0 and list(r.packages) == ["kept"]


def test_an_opaque_directory_does_not_hide_its_own_layer(scan, tmp_path):
    path = "srv/node_modules/%s/package.json"
    r = scan_image(scan, tmp_path, layer({path % "old": JS.replace(b"left", b"old")}),
                   layer({path % "new": JS.replace(b"left", b"new"), "srv/.wh..wh..opq": b""}))
    assert r.code == 0 and list(r.packages) == ["new"]


def odd_layer():
    """Duplicate entries, hard links, foreign and huge owners, every kind of file."""
    import io
    import tarfile

    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as tar:
        add_file(tar, "./etc/os-release", OS_RELEASE, uid=3_000_000_000, gid=4_000_000_000)
        add_file(tar, "var/lib/dpkg/status", dpkg(("old", "1")))
        add_file(tar, "/var/lib/dpkg/status", dpkg(("new", "2")), uname="nobody-here")
        add_file(tar, "hard", type=tarfile.LNKTYPE, linkname="var/lib/dpkg/status")
        add_file(tar, "dev/x", type=tarfile.CHRTYPE, devmajor=1, devminor=3)
        add_file(tar, "pipe", type=tarfile.FIFOTYPE)
        add_file(tar, "n\xf6n-utf8/" + "d" * 300 + "/f", b"x")
    return out.getvalue()


def test_odd_entries_are_read(scan, tmp_path):
    r = scan_image(scan, tmp_path, odd_layer())
    assert r.code == 0 and not r.gaps
    assert r.packages == {"new": ("2", 0)}, "the last entry of a name counts"


# ---- whose layer ----

def test_a_rewritten_package_database_blames_who_added(scan, tmp_path):
    r = scan_image(scan, tmp_path, debian_like(("base", "1"), ("soon-gone", "1"), ("raised", "1")),
                   debian_like(("base", "1"), ("soon-gone", "1"), ("raised", "1"), ("added", "1")),
                   debian_like(("base", "1"), ("raised", "2"), ("added", "1")))
    assert r.packages == {"base": ("1", 0), "added": ("1", 1), "raised": ("2", 2)}


def test_a_package_installed_by_dpkg_in_a_second_layer(scan, docker, docker_debian, tmp_path):
    """dpkg itself writes the layers: installs ours, rewrites its status, removes it again."""
    need("dpkg-deb")
    for name in ("ours", "passing"):
        control = tmp_path / name / "DEBIAN/control"
        control.parent.mkdir(parents=True)
        control.write_text(f"Package: {name}\nVersion: 1.2-3\nArchitecture: all\nMaintainer: us <us@example.org>\nDescription: ours\n")
        run("dpkg-deb", "-b", tmp_path / name, tmp_path / f"{name}.deb")
        shutil.rmtree(tmp_path / name)
    (tmp_path / "Dockerfile").write_text(f"""FROM {docker_debian}
COPY *.deb /tmp/
RUN ["/usr/bin/dpkg", "-i", "/tmp/ours.deb"]
RUN ["/usr/bin/dpkg", "-i", "/tmp/passing.deb"]
RUN ["/usr/bin/dpkg", "--purge", "passing"]
""")
    docker("build", "--network", "none", "-t", "bulkhead-test/dpkg:1", tmp_path)
    r = scan("docker:bulkhead-test/dpkg:1", "--only", "packages", env={"DOCKER_HOST": docker.host})
    packages = r.packages
    assert packages["ours"] == ("1.2-3", 2) and "passing" not in packages
    assert {l for n, (_, l) in packages.items() if n != "ours"} == {0}
    assert "ours.deb" in r.one["layers"][2]["instruction"]


def test_a_secret_deleted_later_is_still_told(scan, tmp_path):
    key = run("openssl", "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256").stdout.encode()
    r = scan_image(scan, tmp_path, layer({"root/.ssh/id_ecdsa": key, "srv/key.pem": key}), layer({"root/.ssh/.wh.id_ecdsa": b""}),
                   options=("--only", "secrets"))
    found = {f["path"]: f for f in r.one["findings"] if f["kind"] == "secret"}
    assert set(found) == {"root/.ssh/id_ecdsa", "srv/key.pem"}
    assert found["root/.ssh/id_ecdsa"]["removed_later"] is True and found["srv/key.pem"]["removed_later"] is False
    assert key.decode().splitlines()[1] not in r.stdout, "a report does not carry the secret on"


def test_an_rpm_root_made_by_rpm(scan, tmp_path):
    need("rpmbuild", "rpm")
    (tmp_path / "ours.spec").write_text("""Name: ours
Version: 1.4
Release: 7
Epoch: 2
Summary: ours
License: Apache-2.0
BuildArch: noarch
%description
ours
%files
""")
    run("rpmbuild", "-bb", "--define", f"_topdir {tmp_path}/build", "--target", "noarch", tmp_path / "ours.spec")
    package = next((tmp_path / "build/RPMS").rglob("*.rpm"))
    (tmp_path / "root/etc").mkdir(parents=True)
    (tmp_path / "root/etc/os-release").write_text("ID=fedora\nVERSION_ID=40\n")
    run("rpm", "--root", tmp_path / "root", "--dbpath", "/usr/lib/sysimage/rpm", "-i", "--nodeps", "--nosignature", "--ignorearch",
        package)
    r = scan(f"rootfs:{tmp_path}/root")
    assert r.code == 0 and not r.gaps
    (p,) = r.one["packages"]
    assert (p["type"], p["name"], p["version"], p["licence"]) == ("rpm", "ours", "2:1.4-7", "Apache-2.0")
    assert r.one["distribution"]["id"] == "fedora"


def test_an_alpine_root(scan, tmp_path):
    (tmp_path / "lib/apk/db").mkdir(parents=True)
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc/os-release").write_text("ID=alpine\nVERSION_ID=3.20.1\n")
    (tmp_path / "lib/apk/db/installed").write_text("C:Q1p78yvTLG094tHE1+dToJGbmYzQE=\nP:busybox\nV:1.36.1-r29\nA:x86_64\no:busybox\n"
                                                   "L:GPL-2.0-only\n\nP:ssl_client\nV:1.36.1-r29\nA:x86_64\no:busybox\n\n")
    r = scan(f"rootfs:{tmp_path}")
    assert r.code == 0 and sorted(r.packages) == ["busybox", "ssl_client"]
    assert {p["type"] for p in r.one["packages"]} == {"apk"} and r.one["packages"][1]["source"] == "busybox"
