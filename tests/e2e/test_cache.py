# SPDX-License-Identifier: Apache-2.0
"""The cache: what was read once is not read again, by anybody, and no state of its file harms a scan."""
import json
import os
import pathlib
import shutil
import subprocess
import tarfile
import time

import pytest

from conftest import Image, add_file, debian_like, layer, need, run, sha256


@pytest.fixture
def target(tmp_path):
    image = Image(debian_like(("a", "1"), ("zlib1g", "1")), layer({"srv/big": os.urandom(3 << 20)}),
                  layer({f"srv/node_modules/m{n}/package.json": b'{"name":"m%d","version":"1.0.%d"}' % (n, n) for n in range(50)}),
                  debian_like(("a", "1"), ("b", "2")))
    return f"oci:{image.write_layout(tmp_path / 'image')}"


def workers_started(build, tmp_path, target, cache, *options):
    """How many layers were opened, as the kernel saw it."""
    need("strace")
    log = tmp_path / "strace"
    r = run("strace", "-f", "-e", "trace=openat2,openat", "-o", log, build / "bulkhead", "scan", target, "--cache", cache, "--no-db", "-q",
            "-o", "json", *options, env={**os.environ, "HOME": str(tmp_path)})
    opened = [l for l in log.read_text().splitlines() if "blobs/sha256/" in l and "= -1" not in l]
    return r.stdout, len(opened)


def test_a_second_scan_reads_no_layer(build, tmp_path, target):
    first, opened = workers_started(build, tmp_path, target, tmp_path / "c.db")
    assert opened == 4 + 2, "four layers, a manifest, a configuration"
    second, opened = workers_started(build, tmp_path, target, tmp_path / "c.db")
    assert opened == 2 and second == first


def test_layers_are_shared_between_images(build, tmp_path, target):
    workers_started(build, tmp_path, target, tmp_path / "c.db")
    base = debian_like(("a", "1"), ("zlib1g", "1"))
    other = Image(base, layer({"x": b"y"})).write_layout(tmp_path / "other")
    _, opened = workers_started(build, tmp_path, f"oci:{other}", tmp_path / "c.db")
    assert opened == 1 + 2


def test_no_more_is_kept_than_was_agreed(build, tmp_path):
    layers = [layer({f"{name}/{n}": b"" for n in range(80000)}) for name in "ab"]
    target = f"oci:{Image(*layers).write_layout(tmp_path / 'image')}"
    for size, read in (("0", 2), ("0", 0), ("1", 0), ("1", 1)):  # of two results of 640 KB, one fits
        _, opened = workers_started(build, tmp_path, target, tmp_path / "c.db", "--cache-size", size)
        assert opened == read + 2, f"--cache-size {size}"


def write_archive(path, *packages):
    plain = debian_like(*packages)
    config = json.dumps({"architecture": "amd64", "os": "linux", "config": {}, "rootfs": {"type": "layers", "diff_ids": [sha256(plain)]}}).encode()
    with tarfile.open(path, "w") as tar:
        add_file(tar, "c.json", config)
        add_file(tar, "l/layer.tar", plain)
        add_file(tar, "manifest.json", json.dumps([{"Config": "c.json", "RepoTags": ["x:1"], "Layers": ["l/layer.tar"]}]).encode())


def test_an_archive_that_stands_still_needs_no_worker_again(build, tmp_path):
    need("strace")
    archive, log = tmp_path / "a.tar", tmp_path / "strace"

    def scan():
        r = run("strace", "-f", "-e", "trace=execve", "-o", log, build / "bulkhead", "scan", f"archive:{archive}", "--cache", tmp_path / "c.db",
                "--no-db", "-q", "-o", "json", env={**os.environ, "HOME": str(tmp_path)})
        report = json.loads(r.stdout)
        return sorted(p["name"] for p in report.get("reports", [report])[0]["packages"]), log.read_text().count('bulkhead-worker"')

    write_archive(archive, ("a", "1"))
    assert scan() == (["a"], 2), "one looks the archive over, one reads the layer"
    time.sleep(3.5)  # so long it could have changed unseen
    assert scan() == (["a"], 1) and scan() == (["a"], 0)
    size, times = archive.stat().st_size, (archive.stat().st_atime_ns, archive.stat().st_mtime_ns)
    write_archive(archive, ("b", "1"))
    os.utime(archive, ns=times)
    assert archive.stat().st_size == size
    assert scan() == (["b"], 2)


def test_other_rules_read_again(build, tmp_path, target):
    content = tmp_path / "content"
    shutil.copytree(pathlib.Path(__file__).parents[2] / "content", content)
    workers_started(build, tmp_path, target, tmp_path / "c.db", "--content", content)
    _, opened = workers_started(build, tmp_path, target, tmp_path / "c.db", "--content", content)
    assert opened == 2
    rules = next((content / "secrets").glob("*.yaml"))
    rules.write_text(rules.read_text() + "\n# a rule was changed\n")
    _, opened = workers_started(build, tmp_path, target, tmp_path / "c.db", "--content", content)
    assert opened == 4 + 2


def test_other_parts_read_again(build, tmp_path, target):
    workers_started(build, tmp_path, target, tmp_path / "c.db", "--only", "packages")
    _, opened = workers_started(build, tmp_path, target, tmp_path / "c.db", "--only", "packages,secrets")
    assert opened == 4 + 2


def test_what_was_not_read_whole_is_not_kept(scan, tmp_path):
    image = Image(debian_like(("a", "1")), b"no tar" * 1000)
    directory = image.write_layout(tmp_path / "image")
    for _ in range(2):
        r = scan(f"oci:{directory}")
        assert r.gaps and r.packages == {"a": ("1", 0)}


def test_four_at_once_on_one_cache(build, tmp_path, target):
    command = [build / "bulkhead", "scan", target, "--cache", tmp_path / "c.db", "--no-db", "-q", "-o", "json"]
    for _ in range(2):
        all4 = [subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) for _ in range(4)]
        said = [p.communicate(timeout=120) for p in all4]
        assert [p.returncode for p in all4] == [0] * 4, [e for _, e in said]
        assert len({out for out, _ in said}) == 1 and {e for _, e in said} == {b""}


@pytest.mark.parametrize("damage", ["noise", "beginning", "middle", "empty", "cut"])
def test_a_broken_cache_costs_nothing_but_time(scan, tmp_path, target, damage):
    cache = tmp_path / "c.db"
    first = scan(target, "--cache", cache)
    data = bytearray(cache.read_bytes())
    if damage == "noise":
        data = os.urandom(20_000)
    elif damage == "beginning":
        data[:16] = b"x" * 16
    elif damage == "middle":
        data[4096:] = b"\xa5" * (len(data) - 4096)
    elif damage == "empty":
        data = b""
    elif damage == "cut":
        data = data[:5000]
    for beside in tmp_path.glob("c.db-*"):
        beside.unlink()
    cache.write_bytes(data)
    r = scan(target, "--cache", cache)
    assert r.code == 0, r.stderr
    assert r.stdout == first.stdout
    again = scan(target, "--cache", cache)
    assert again.code == 0 and again.stdout == first.stdout


def test_a_place_that_cannot_be_written_is_only_a_word(build, scan, tmp_path, target):
    """The usual place; a place that was asked for must work."""
    (tmp_path / "cache").write_bytes(b"a file where the folder should be")
    r = scan(target)
    assert r.code == 0 and "without a cache" in r.stderr and r.packages["a"] == ("1", 0)
    r = scan(target, "--cache", "/proc/none/c.db")
    assert r.code == 3 and r.stderr.count("\n") == 1


def test_a_cache_that_may_only_be_read_is_read(build, tmp_path, target):
    if os.geteuid() == 0:
        need("setpriv")
    top = pathlib.Path("/tmp") / f"bulkhead-cache-{os.getpid()}"
    try:
        shutil.copytree(tmp_path / "image", top / "image")
        for name in ("bulkhead", "bulkhead-worker"):
            shutil.copy(build / name, top / name)
        shutil.copytree(pathlib.Path(__file__).parents[2] / "content", top / "content")
        command = [top / "bulkhead", "scan", f"oci:{top}/image", "--content", top / "content", "--no-db", "-q", "-o", "json"]
        environment = {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "XDG_CACHE_HOME": str(top / "home")}
        first = run(*command, env=environment)
        run("chmod", "-R", "a+rX,a-w", top)
        who = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"] if os.geteuid() == 0 else []
        r = run(*who, *command, env=environment, check=False, cwd="/")
        assert r.returncode == 0 and r.stdout == first.stdout, r.stderr
        assert r.stderr == "" or r.stderr.startswith("bulkhead scan: without a cache: ")
    finally:
        run("chmod", "-R", "u+w", top, check=False)
        shutil.rmtree(top, ignore_errors=True)


# ---- the same bytes, whatever the way ----

def test_one_reader_or_four_give_the_same_bytes(scan, target, database):
    said = {scan(target, "--no-cache", f"-j{n}", db=database).stdout for n in (1, 4, 1, 4)}
    assert len(said) == 1


def test_with_and_without_cache_the_same_bytes(scan, tmp_path, target):
    cache = ("--cache", tmp_path / "c.db")
    assert len({scan(target, "--no-cache").stdout, scan(target, *cache).stdout, scan(target, *cache).stdout}) == 1
