# SPDX-License-Identifier: Apache-2.0
"""Compiled rules beside the cache: used when only their owner can have written them, else as if they were not there."""
import os
import pathlib

import pytest

from conftest import Image, layer, run


@pytest.fixture
def target(tmp_path):
    image = Image(layer({"app/.env": b"AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI/K7MDENG/bPxRfiCYzzzzzzzKEY\n", "app/a.txt": b"nothing"}))
    return f"oci:{image.write_layout(tmp_path / 'image')}"


def scan(build, target, cache):
    for beside in ("", "-wal", "-shm"):
        pathlib.Path(str(cache) + beside).unlink(missing_ok=True)
    return run(build / "bulkhead", "scan", target, "--cache", cache, "--no-db", "-q", "-o", "json").stdout


def compiled(cache):
    (path,) = cache.parent.glob(cache.name + ".rules-*")
    return path


def test_the_second_worker_finds_them(build, tmp_path, target):
    cache = tmp_path / "c.db"
    first = scan(build, target, cache)
    path = compiled(cache)
    stat = path.stat()
    assert stat.st_mode & 0o777 == 0o600 and stat.st_size > 1000
    assert scan(build, target, cache) == first
    assert path.stat().st_mtime_ns == stat.st_mtime_ns, "they were taken, not made again"


@pytest.mark.parametrize("harm", ["flip", "cut", "empty", "writable", "link", "symlink", "other rules"])
def test_what_cannot_be_believed_is_compiled_anew(build, tmp_path, target, harm):
    cache = tmp_path / "c.db"
    first = scan(build, target, cache)
    path = compiled(cache)
    good = path.read_bytes()
    if harm == "flip":
        path.write_bytes(good[:-100] + bytes([good[-100] ^ 1]) + good[-99:])
    elif harm == "cut":
        path.write_bytes(good[:-1])
    elif harm == "empty":
        path.write_bytes(b"")
    elif harm == "writable":
        path.chmod(0o666)
    elif harm == "link":
        os.link(path, tmp_path / "second name")
    elif harm == "symlink":
        path.rename(tmp_path / "elsewhere")
        path.symlink_to(tmp_path / "elsewhere")
    elif harm == "other rules":
        run(build / "bulkhead", "scan", target, "--cache", tmp_path / "d.db", "--no-db", "-q", "-o", "json", "--only", "packages")
        path.write_bytes(compiled(tmp_path / "d.db").read_bytes())
    assert scan(build, target, cache) == first
    assert not path.is_symlink() and path.stat().st_mode & 0o777 == 0o600 and path.stat().st_nlink == 1
    assert path.read_bytes() == good, "what was made anew is the same"


def test_without_a_cache_nothing_is_kept(build, tmp_path, target):
    run(build / "bulkhead", "scan", target, "--no-cache", "--no-db", "-q", env={**os.environ, "HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path)})
    assert not list(tmp_path.rglob("*.rules-*"))
