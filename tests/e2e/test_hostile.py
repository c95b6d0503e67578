# SPDX-License-Identifier: Apache-2.0
"""What strangers make on purpose: each ends in one clear sentence, costs bounded memory, and spares the rest."""
import gzip
import io
import json
import os
import pathlib
import random
import resource
import shutil
import subprocess
import tarfile
import time
import zipfile

import pytest

from conftest import Image, Scan, add_file, debian_like, layer, need, need_root, packages_of, run, sha256
from fake_registry import Fake

GOOD = debian_like(("good", "1"))
MIB = 1 << 20


def scan_layers(scan, tmp_path, *layers, **more):
    image = Image(*layers, **more)
    return image, scan(f"oci:{image.write_layout(tmp_path / 'image')}", "--no-cache")


def spares_the_rest(r, says, layer=1):
    """The good layer below is there, the bad one is a gap that says so, and nothing went wrong at large."""
    assert r.code == 0, r.stderr
    assert r.packages.get("good") == ("1", 0)
    assert any(says in g for g in r.gaps), r.gaps
    assert r.one["layers"][layer]["whole"] is False
    return r


# ---- other bytes than the image names ----

def refused(r):
    tampered = [f for f in r.one["findings"] if f["kind"] == "tamper"]
    assert [(f["severity"], f["layer"]) for f in tampered] == [("critical", 1)]
    return r


EVIL = debian_like(("evil", "1"))


def test_a_wrong_diff_id_is_refused(scan, tmp_path):
    image = Image(GOOD, EVIL)
    config = json.loads(image.config)
    config["rootfs"]["diff_ids"][1] = "sha256:" + "1" * 64
    changed = json.dumps(config).encode()
    image.manifest = image.manifest.replace(sha256(image.config).encode(), sha256(changed).encode()).replace(
        f'"size": {len(image.config)}'.encode(), f'"size": {len(changed)}'.encode())
    image.blobs[sha256(changed)] = changed
    image.digest = sha256(image.manifest)
    r = scan(f"oci:{image.write_layout(tmp_path / 'image')}")
    refused(spares_the_rest(r, "the layer's diff-id is"))
    assert "evil" not in r.packages


def test_a_wrong_blob_is_refused(scan, tmp_path):
    image = Image(GOOD, debian_like(("good", "1"), ("as-named", "1")))
    directory = image.write_layout(tmp_path / "image")
    (directory / "blobs/sha256" / sha256(image.layers[1]).removeprefix("sha256:")).write_bytes(gzip.compress(EVIL))
    r = scan(f"oci:{directory}")
    spares_the_rest(r, "the layer's digest is")
    assert "evil" not in r.packages and any(f["kind"] == "tamper" for f in r.one["findings"])


def test_a_wrong_layer_in_an_archive_is_refused(scan, tmp_path):
    """docker save's form, whole and as a stream."""
    config = json.dumps({"architecture": "amd64", "os": "linux", "rootfs": {"type": "layers", "diff_ids": [sha256(GOOD), "sha256:" + "1" * 64]}})
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        add_file(tar, "c.json", config.encode())
        add_file(tar, "0/layer.tar", GOOD)
        add_file(tar, "1/layer.tar", EVIL)
        add_file(tar, "manifest.json", json.dumps([{"Config": "c.json", "RepoTags": ["x:1"], "Layers": ["0/layer.tar", "1/layer.tar"]}]).encode())
    (tmp_path / "a.tar").write_bytes(out.getvalue())
    for r in (scan(f"archive:{tmp_path}/a.tar"), scan("archive:-", stdin=open(tmp_path / "a.tar"))):
        refused(spares_the_rest(r, "the layer's diff-id is"))
        assert "evil" not in r.packages


def test_a_manifest_with_other_bytes_ends_the_target(scan, tmp_path):
    image = Image(GOOD)
    directory = image.write_layout(tmp_path / "image")
    path = directory / "blobs/sha256" / image.digest.removeprefix("sha256:")
    path.write_bytes(image.manifest.replace(b"schemaVersion", b"schemaVersioN"))
    r = scan(f"oci:{directory}")
    assert r.code == 3 and not r.reports and "has other bytes than its name says" in r.stderr


def test_a_missing_layer_is_a_gap(scan, tmp_path):
    image = Image(GOOD, EVIL)
    directory = image.write_layout(tmp_path / "image")
    (directory / "blobs/sha256" / sha256(image.layers[1]).removeprefix("sha256:")).unlink()
    spares_the_rest(scan(f"oci:{directory}"), "No such file")


# ---- broken layers: the digests are right, the bytes were built like this ----

def header(name, size=b"00000000000", kind=b"0"):
    h = bytearray(512)
    h[0:len(name)] = name
    h[100:108], h[108:116], h[116:124] = b"0000644\0", b"0000000\0", b"0000000\0"
    h[124:124 + len(size)], h[136:148], h[156:157], h[257:265] = size, b"00000000000\0", kind, b"ustar\00000"
    h[148:156] = b" " * 8
    h[148:156] = b"%06o\0 " % sum(h)
    return bytes(h)


BROKEN = {
    "noise": (random.Random(1).randbytes(100_000), ""),
    "a size below zero": (header(b"x", b"\xff" * 12) + b"\0" * 1024, ""),
    "a size beyond all": (header(b"x", b"\x80" + b"\x00" * 3 + b"\x7f" + b"\xff" * 7) + b"\0" * 1024, ""),
    "a size of letters": (header(b"x", b"zzzzzzzzzzz") + b"\0" * 1024, ""),
    "an entry without its bytes": (header(b"x", b"00000100000"), ""),
    "a PAX header of a gigabyte": (header(b"x", b"10000000000", b"x") + b"1" * 3 * MIB, ""),
    "a PAX length that lies": (header(b"x", b"00000000040", b"x") + b"999999 path=abc\n".ljust(512, b"\0") + header(b"y") + b"\0" * 1024, ""),
    "a long name of 100 MB": (header(b"x", b"%011o" % (100 * MIB), b"L") + b"a" * 2 * MIB, ""),
}


@pytest.mark.parametrize("what", BROKEN)
def test_a_broken_tar_is_a_gap(scan, tmp_path, what):
    data, says = BROKEN[what]
    _, r = scan_layers(scan, tmp_path, GOOD, data)
    spares_the_rest(r, "layer 1: " + says)
    assert "the worker" not in " ".join(r.gaps), "it is a sentence about the tar, not about us"


@pytest.mark.parametrize("kind", ["gzip", "zstd"])
def test_a_truncated_layer_keeps_what_came(scan, tmp_path, kind):
    need("zstd")
    noise = random.Random(2).randbytes(400_000)
    whole = debian_like(("good", "1"), ("came", "1"), **{"z/noise": noise})
    half = {"gzip": lambda b: gzip.compress(b), "zstd": lambda b: subprocess.run(["zstd", "-qc"], input=b, stdout=subprocess.PIPE).stdout}[kind]
    _, r = scan_layers(scan, tmp_path, GOOD, whole, pack=lambda b: half(b) if b is GOOD else half(b)[:200_000])
    spares_the_rest(r, "layer 1")
    assert "came" in r.packages


def test_a_tar_of_zeros_is_an_empty_layer(scan, tmp_path):
    _, r = scan_layers(scan, tmp_path, GOOD, b"\0" * 10 * MIB)
    assert r.code == 0 and r.packages == {"good": ("1", 0)} and not r.gaps


def test_links_in_circles_end(scan, tmp_path):
    files = {"a": ("->", "b"), "b": ("->", "a"), "etc/os-release": ("->", "../usr/lib/os-release"), "usr/lib/os-release": ("->", "../../etc/os-release"),
             "var/lib/dpkg/status": ("->", "status"), "d/up": ("->", "../../../../../../etc/shadow")}
    _, r = scan_layers(scan, tmp_path, layer(files), layer({"lib/apk/db/installed": b"P:a\nV:1\n\n"}))
    assert r.code == 0 and "root:" not in r.stdout


def test_paths_that_climb_stay_names(scan, tmp_path):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        add_file(tar, "../../../../etc/bulkhead-climbed", b"x")
        add_file(tar, "/etc/bulkhead-climbed", b"x")
        add_file(tar, "x/\x1b[31mred\n/package.json", b'{"name":"x","version":"1"')
    _, r = scan_layers(scan, tmp_path, GOOD, out.getvalue())
    assert r.code == 0 and not os.path.exists("/etc/bulkhead-climbed")
    assert "\x1b" not in r.stdout and "\x1b" not in r.stderr


# ---- bombs ----

class Measured:
    """A scan with its time and its largest process."""

    def __init__(self, build, tmp_path, *args, timeout=200):
        code = ("import resource, subprocess, sys; p = subprocess.run(sys.argv[1:]); "
                "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, file=sys.stderr); sys.exit(p.returncode)")
        begun = time.monotonic()
        r = subprocess.run(["python3", "-c", code, str(build / "bulkhead"), "scan", "--no-db", "--no-cache", "-q", "-o", "json", *map(str, args)],
                           capture_output=True, text=True, timeout=timeout, env={**os.environ, "HOME": str(tmp_path)})
        self.took_s = time.monotonic() - begun
        *said, peak = r.stderr.splitlines()
        self.peak_mib = int(peak) / 1024
        r.stderr = "\n".join(said)
        self.scan = Scan(r)


def repeated(block, times, command):
    """`block` so often, packed by `command`; never whole in memory."""
    p = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    import threading

    def feed():
        for _ in range(times):
            p.stdin.write(block)
        p.stdin.close()
    threading.Thread(target=feed, daemon=True).start()
    return p.stdout.read()


def image_of(packed, plain_digest):
    """GOOD and a layer that is known only by what it packs to."""
    image = Image(GOOD, b"")
    image.layers[1] = packed
    config = json.loads(image.config)
    config["rootfs"]["diff_ids"][1] = plain_digest
    image.config = json.dumps(config).encode()
    manifest = json.loads(image.manifest)
    manifest["config"] = image.descriptor(manifest["config"]["mediaType"], image.config)
    manifest["layers"][1] = image.descriptor(Image.LAYER, packed)
    image.manifest = json.dumps(manifest).encode()
    image.digest = sha256(image.manifest)
    image.blobs = {sha256(b): b for b in [image.config, *image.layers]}
    return image


@pytest.mark.parametrize("kind", ["gzip", "zstd"])
def test_a_bomb_costs_time_but_no_memory(build, tmp_path, kind):
    """1 GiB in one file of a layer: read through, held nowhere."""
    need("zstd")
    command = {"gzip": ["gzip", "-1"], "zstd": ["zstd", "-qc", "--long=27"]}[kind]
    head = header(b"bomb", b"%011o" % (1 << 30))
    p = subprocess.Popen(["sh", "-c", f"{{ cat; head -c {(1 << 30) + 1024} /dev/zero; }} | {' '.join(command)}"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    packed = p.communicate(head, timeout=120)[0]
    unpack = {"gzip": "gzip -dc", "zstd": "zstd -qdc --long=27"}[kind]
    digest = "sha256:" + subprocess.run(["sh", "-c", f"{unpack} | sha256sum"], input=packed, stdout=subprocess.PIPE).stdout.decode().split()[0]
    m = Measured(build, tmp_path, f"oci:{image_of(packed, digest).write_layout(tmp_path / 'image')}", "--only", "packages")
    assert m.scan.code == 0 and packages_of(m.scan.one) == {"good": ("1", 0)}
    assert m.scan.one["layers"][1]["bytes"] > 1 << 30
    assert m.peak_mib < 700


def test_a_million_entries(build, tmp_path):
    block = b"".join(header(b"d/%05d" % n) for n in range(2000))
    packed = repeated(block, 500, ["gzip", "-1"])
    digest = "sha256:" + subprocess.run(["sh", "-c", "gzip -dc | sha256sum"], input=packed, stdout=subprocess.PIPE).stdout.decode().split()[0]
    m = Measured(build, tmp_path, f"oci:{image_of(packed, digest).write_layout(tmp_path / 'image')}")
    assert m.scan.code == 0 and m.scan.one["layers"][1]["files"] == 1_000_000
    assert m.peak_mib < 700


def test_jars_in_jars_and_deep_documents_are_gaps(build, tmp_path):
    def jar(inner, name="inner.jar"):
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as z:
            z.writestr(name, inner)
        return out.getvalue()
    nested = b"x"
    for _ in range(40):
        nested = jar(nested)
    bomb = jar(b"\0" * (200 * MIB))
    files = {"app/nested.jar": nested, "app/bomb.jar": bomb, "app/package-lock.json": b"[" * 2_000_000, "app/yarn.lock": b"a:\n" * 500_000,
             "app/node_modules/x/package.json": b'{"name":' + b'{"a":' * 200_000, "app/poetry.lock": b"[[package]]\n" * 100_000,
             "var/lib/rpm/rpmdb.sqlite": b"SQLite format 3\0" + b"\xff" * 100_000, "var/lib/rpm/Packages": b"\0" * 12 + b"\x61\x15\x06\0" + b"\xff" * 9000,
             "app/elf": b"\x7fELF\2\1\1" + b"\xff" * 5000}
    m = Measured(build, tmp_path, f"oci:{Image(GOOD, layer(files)).write_layout(tmp_path / 'image')}")
    r = m.scan
    assert r.code == 0 and packages_of(r.one)["good"] == ("1", 0)
    said = " ".join(r.gaps)
    for path in ("nested.jar", "package-lock.json", "rpmdb.sqlite"):
        assert path in said, said
    assert "the worker" not in said and m.peak_mib < 1200 and m.took_s < 120


def test_what_needs_more_memory_than_the_jail_has_is_a_gap(build, tmp_path):
    """A database that is held whole, and is larger than agreed."""
    size = 1_000 * MIB
    head = header(b"var/lib/dpkg/status", b"%011o" % size)
    p = subprocess.Popen(["sh", "-c", f"{{ cat; head -c {size + 1024} /dev/zero | tr '\\0' a; }} | gzip -1"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    packed = p.communicate(head, timeout=120)[0]
    digest = "sha256:" + subprocess.run(["sh", "-c", "gzip -dc | sha256sum"], input=packed, stdout=subprocess.PIPE).stdout.decode().split()[0]
    m = Measured(build, tmp_path, f"oci:{image_of(packed, digest).write_layout(tmp_path / 'image')}", "--only", "packages")
    assert m.scan.code == 0 and m.scan.gaps, "what was not read whole is said"
    assert any("dpkg/status" in g or "layer 1" in g for g in m.scan.gaps)
    assert m.peak_mib < 2048


# ---- targets that are none ----

def fails(r, says, code=3):
    assert r.code == code and not r.reports
    assert says in r.stderr, r.stderr
    assert r.stderr.startswith("bulkhead scan: ") and r.stderr.count("\n") == 1, r.stderr
    assert len(r.stderr) < 500


def test_files_that_are_no_images(scan, tmp_path):
    cases = {"noise": random.Random(3).randbytes(50_000), "empty": b"", "zeros": b"\0" * 20_000, "text": b"hello\n" * 100,
             "half": Image(GOOD).layers[0][:100], "gz": gzip.compress(b"hello")}
    for name, data in cases.items():
        path = tmp_path / f"{name}.tar"
        path.write_bytes(data)
        fails(scan(f"archive:{path}"), f"{name}.tar: ")
        fails(scan("archive:-", stdin=open(path)), "archive:-: ")


def test_places_that_are_something_else(scan, tmp_path):
    (tmp_path / "file").write_bytes(b"x")
    (tmp_path / "dir").mkdir()
    fails(scan(f"archive:{tmp_path}/dir"), "dir", 2)
    fails(scan(f"rootfs:{tmp_path}/file"), "file")
    fails(scan(f"oci:{tmp_path}/dir"), "dir")
    fails(scan(f"archive:{tmp_path}/none"), "none")
    fails(scan(f"rootfs:{tmp_path}/none"), "none")
    fails(scan(f"sbom:{tmp_path}/none"), "none")
    fails(scan("/nonexistent/x"), "no such file")


def test_wrong_use(scan, bulkhead):
    assert bulkhead("scan").returncode == 2
    assert scan("--no-such-option", "x").code == 2
    assert scan("oci:x", "--platform", "nonsense").code == 2
    assert scan("oci:x", "--only", "nonsense").code == 2
    assert scan("oci:x", "--platform", "linux/amd64", "--all-platforms").code == 2


def test_engines_and_registries_that_are_not_there(scan):
    fails(scan("docker:x"), "docker")
    fails(scan("podman:x"), "podman")
    fails(scan("container:0123456789ab"), "container")
    fails(scan("registry:127.0.0.1:1/x/y:1", "--plain-http"), "127.0.0.1")


def test_a_registry_that_refuses_us(scan, registry):
    fails(scan(f"registry:{registry.host}/team/x:1", "--ca", registry.ca), "it wants a user and a password")
    r = scan(f"registry:{registry.host}/team/x:1", "--ca", registry.ca, "--username", "reader", env={"BULKHEAD_PASSWORD": "not-this"})
    fails(r, registry.host)
    assert "not-this" not in r.stderr
    fails(scan(f"registry:{registry.host}/team/x:1"), "ertificate")


def test_a_registry_that_sends_less(scan):
    fake = Fake()
    try:
        name = fake.add(Image(GOOD, layer({"x": os.urandom(100_000)})), "a/b")
        fake.short = 40
        r = scan(f"registry:{name}", "--plain-http")
        assert (r.code == 3 and r.stderr) or (r.gaps and not any(l["whole"] for l in r.one["layers"]))
    finally:
        fake.close()


def test_what_nobody_may_read_is_said(build, tmp_path):
    need_root()
    need("setpriv")
    top = pathlib.Path("/tmp") / f"bulkhead-nobody-{os.getpid()}"
    try:
        (top / "root/etc").mkdir(parents=True)
        (top / "root/var/lib/dpkg").mkdir(parents=True)
        (top / "root/etc/os-release").write_text("ID=debian\nVERSION_ID=12\n")
        (top / "root/var/lib/dpkg/status").write_text("Package: a\nStatus: install ok installed\nVersion: 1\nArchitecture: all\n\n")
        (top / "root/etc/shadow").write_text("x")
        (top / "root/etc/shadow").chmod(0o600)
        (top / "closed.tar").write_bytes(b"x")
        (top / "closed.tar").chmod(0o600)
        for name in ("bulkhead", "bulkhead-worker"):
            shutil.copy(build / name, top / name)
        shutil.copytree(pathlib.Path(__file__).parents[2] / "content", top / "content")
        run("chmod", "-R", "a+rX", top / "content")
        run("chmod", "a+rx", top)

        def nobody(target):
            return Scan(run("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", top / "bulkhead", "scan", target, "--content", top / "content",
                            "--no-db", "--no-cache", "-q", "-o", "json", check=False, cwd="/", env={"PATH": os.environ["PATH"], "HOME": "/nonexistent"}))
        r = nobody(f"rootfs:{top}/root")
        assert r.code == 0 and set(r.packages) == {"a"}
        assert any(g.startswith("etc/shadow: ") and "Permission denied" in g for g in r.gaps)
        fails(nobody(f"archive:{top}/closed.tar"), "Permission denied")
    finally:
        shutil.rmtree(top, ignore_errors=True)
