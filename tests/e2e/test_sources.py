# SPDX-License-Identifier: Apache-2.0
"""Where image bytes come from: src/image against real engines and registries, and against a server that misbehaves."""
import json
import os
import pathlib
import subprocess
import tarfile

import pytest

from conftest import need, need_root, run, sha256, wait_for
from fake_registry import INDEX, Fake


@pytest.fixture(scope="session")
def cat(build):
    """Runs source_cat; see tests/lib/source_cat.c for what it shows."""
    program = build / "tests/lib/source_cat"
    if not program.is_file():
        pytest.skip("source_cat is not built")

    def call(*args, env=None, check=True, **options):
        return run(program, *args, check=check, env={**os.environ, "HOME": "/nonexistent", **(env or {})},
                   timeout=120, **options)
    return call


def lines(result, word):
    return [l.split(" ", 1)[1] for l in result.stdout.splitlines() if l.startswith(word + " ")]


# ---- Docker ----

def test_an_image_of_the_engine_comes_as_docker_save_writes_it(cat, docker, docker_app, tmp_path):
    r = cat("-o", tmp_path / "a.tar", f"docker:{docker_app}", env={"DOCKER_HOST": docker.host})
    assert r.stdout.startswith("archive docker ")
    inspected = json.loads(docker("image", "inspect", docker_app))[0]
    assert lines(r, "image") == [f"docker {inspected['Id']}"]
    assert lines(r, "diff") == inspected["RootFS"]["Layers"]
    with tarfile.open(tmp_path / "a.tar") as tar:
        manifest = json.load(tar.extractfile("manifest.json"))
    assert manifest[0]["RepoTags"] == [docker_app]
    assert len(manifest[0]["Layers"]) == len(inspected["RootFS"]["Layers"])


def test_a_bare_word_is_found_in_the_engine(cat, docker, docker_app, tmp_path):
    r = cat("-o", tmp_path / "a.tar", docker_app, env={"DOCKER_HOST": docker.host})
    assert r.stdout.startswith("archive docker ")


def test_images_and_containers_are_listed(cat, docker, docker_app):
    container = docker("run", "-d", "--network", "none", "--name", "listed", docker_app)
    try:
        r = cat("--list", "docker", env={"DOCKER_HOST": docker.host})
        assert any(l.endswith(docker_app) for l in lines(r, "image"))
        assert f"{container} listed" in lines(r, "container")
    finally:
        docker("rm", "-f", container)


def test_a_running_container_is_seen_as_its_processes_see_it(cat, docker, docker_app, tmp_path):
    container = docker("run", "-d", "--network", "none", "--tmpfs", "/scratch", docker_app)
    try:
        docker("exec", container, "sh", "-c", "echo new > /srv/made-at-run-time; echo t > /scratch/in-memory")
        r = cat("-o", tmp_path / "c.tar", f"container:{container[:12]}", env={"DOCKER_HOST": docker.host})
    finally:
        docker("rm", "-f", container)
    assert r.stdout.startswith("tree container ")
    with tarfile.open(tmp_path / "c.tar") as tar:
        names = set(tar.getnames())
    assert {"srv/made-at-run-time", "srv/kept", "scratch/in-memory", "etc/debian_version"} <= names
    assert "srv/removed" not in names
    assert not any(n.startswith(("proc/", "sys/", "dev/")) for n in names)


def test_a_stopped_container_is_exported(cat, docker, docker_app, tmp_path):
    container = docker("create", docker_app)
    try:
        r = cat("-o", tmp_path / "c.tar", f"container:{container}", env={"DOCKER_HOST": docker.host})
    finally:
        docker("rm", "-f", container)
    assert r.stdout.startswith("tree container ")
    with tarfile.open(tmp_path / "c.tar") as tar:
        assert "srv/kept" in tar.getnames()


def test_an_engine_that_does_not_have_it_says_so(cat, docker):
    r = cat("docker:no/such:image", env={"DOCKER_HOST": docker.host}, check=False)
    assert r.returncode == 3
    assert "not-found: image no/such:image: the docker engine answers 404: no such image" in r.stderr


def test_no_engine_is_a_sentence(cat):
    r = cat("docker:x", env={"DOCKER_HOST": "unix:///nonexistent.sock"}, check=False)
    assert r.returncode == 3 and r.stderr.startswith("io: image x: docker engine: ")


# ---- Podman ----

def test_podman_without_a_socket_is_asked_through_a_service_of_ours(cat, podman, podman_debian, tmp_path):
    r = cat("-o", tmp_path / "p.tar", f"podman:{podman_debian}", env=podman.env)
    assert r.stdout.startswith("archive podman ")
    assert lines(r, "image") == [f"podman sha256:{podman('image', 'inspect', '-f', '{{.Id}}', podman_debian)}"]
    with tarfile.open(tmp_path / "p.tar") as tar:
        assert json.load(tar.extractfile("manifest.json"))[0]["RepoTags"] == [podman_debian]
    assert not list(pathlib.Path(podman.env["XDG_RUNTIME_DIR"]).glob("bulkhead-podman-*")), "nothing stays behind"


def test_a_container_of_an_engine_we_cannot_ask_is_found_by_its_processes(cat, podman, podman_debian, tmp_path):
    container = podman("run", "-d", "--network", "none", "--ulimit", "host", podman_debian)
    try:
        cgroup = run("cat", f"/proc/{podman('inspect', '-f', '{{.State.Pid}}', container)}/cgroup").stdout
        if container not in cgroup:
            pytest.skip("podman names no control group after the container here")
        podman("exec", container, "sh", "-c", "echo new > /made-at-run-time")
        r = cat("-o", tmp_path / "c.tar", f"container:{container[:12]}")
    finally:
        podman("rm", "-f", "-t", "0", container)
    assert r.stdout.startswith("tree container ")
    with tarfile.open(tmp_path / "c.tar") as tar:
        assert {"made-at-run-time", "etc/debian_version"} <= set(tar.getnames())


def test_a_container_nobody_has_is_a_sentence(cat):
    r = cat("container:0123456789ab", check=False)
    assert r.returncode == 3
    assert r.stderr == "not-found: no engine here has a container 0123456789ab, and no process belongs to one\n"


# ---- a real registry ----

def expect_whole(r, image):
    assert lines(r, "manifest")[-1].startswith(f"{image.digest} ")
    assert lines(r, "blob") == [f"{d} {len(b)} same" for d, b in list(image.blobs.items())[1:]]


def test_an_image_is_pulled_over_tls_with_a_password(cat, registry, small_image):
    name = registry.push(small_image, "team/small")
    r = cat("--ca", registry.ca, "--user", f"{registry.user}:{registry.password}", f"registry:{name}")
    expect_whole(r, small_image)
    r = cat("--ca", registry.ca, "--user", f"{registry.user}:{registry.password}",
            f"registry:{registry.host}/team/small@{small_image.digest}")
    expect_whole(r, small_image)


def test_skopeo_and_we_see_the_same(cat, registry, small_image, tmp_path):
    need("skopeo")
    name = registry.push(small_image, "team/oracle")
    login = f"{registry.user}:{registry.password}"
    run("skopeo", "copy", "--src-creds", login, "--src-tls-verify=false", f"docker://{name}", f"oci:{tmp_path}/l:v1")
    ours = cat("--ca", registry.ca, "--user", login, f"registry:{name}")
    theirs = cat(f"oci:{tmp_path}/l:v1")
    assert lines(ours, "blob") == lines(theirs, "blob") and len(lines(ours, "blob")) == 2
    assert lines(ours, "config") == lines(theirs, "config")


def test_head_asks_for_the_digest_alone(cat, registry, small_image):
    name = registry.push(small_image, "team/head")
    r = cat("--ca", registry.ca, "--user", f"{registry.user}:{registry.password}", "--tag-only", f"registry:{name}")
    assert r.stdout == f"head {small_image.digest} application/vnd.oci.image.manifest.v1+json\n"


@pytest.mark.parametrize("how", ["auth", "helper", "store", "podman"])
def test_saved_logins_are_used(cat, registry, small_image, tmp_path, how):
    name = registry.push(small_image, "team/login")
    env = {"DOCKER_CONFIG": str(tmp_path), "PATH": f"{tmp_path}:{os.environ['PATH']}"}
    import base64
    login = base64.b64encode(f"{registry.user}:{registry.password}".encode()).decode()
    helper = tmp_path / "docker-credential-test"
    helper.write_text(f"""#!/bin/sh
read server
[ "$1 $server" = "get {registry.host}" ] || {{ echo "credentials not found"; exit 1; }}
echo '{{"ServerURL":"'"$server"'","Username":"{registry.user}","Secret":"{registry.password}"}}'
""")
    helper.chmod(0o755)
    config = {"auth": {"auths": {f"https://{registry.host}": {"auth": login}}},
              "helper": {"auths": {registry.host: {}}, "credHelpers": {registry.host: "test"}},
              "store": {"auths": {registry.host: {}}, "credsStore": "test"},
              "podman": {"auths": {f"{registry.host}/team": {"auth": login}, registry.host: {"auth": "d3Jvbmc6eA=="}}},
              }[how]
    if how == "podman":
        env = {"XDG_RUNTIME_DIR": str(tmp_path)}
        (tmp_path / "containers").mkdir()
        (tmp_path / "containers/auth.json").write_text(json.dumps(config))
    else:
        (tmp_path / "config.json").write_text(json.dumps(config))
    expect_whole(cat("--ca", registry.ca, f"registry:{name}", env=env), small_image)


def test_refusals_are_sentences(cat, registry, small_image, tmp_path):
    name = registry.push(small_image, "team/refuse")
    r = cat("--ca", registry.ca, f"registry:{name}", check=False)
    assert r.returncode == 3 and "it wants a user and a password: log in first" in r.stderr
    r = cat("--ca", registry.ca, "--user", "reader:wrong", f"registry:{name}", check=False)
    assert r.returncode == 3 and r.stderr.startswith("denied: ") and "refuses us (401)" in r.stderr
    r = cat("--ca", registry.ca, "--user", f"{registry.user}:{registry.password}", f"registry:{name}-none", check=False)
    assert r.returncode == 3 and r.stderr.startswith("not-found: ") and "manifest unknown" in r.stderr
    r = cat("--retries", "1", f"registry:{name}", check=False)
    assert r.returncode == 3 and r.stderr.startswith("denied: ") and "certificate" in r.stderr
    r = cat("--retries", "1", "--plain-http", "registry:127.0.0.1:1/x", check=False)
    assert r.returncode == 3 and r.stderr.startswith("io: 127.0.0.1:1/x: latest: ")


# ---- a registry that misbehaves ----

@pytest.fixture
def fake():
    f = Fake()
    yield f
    f.close()


@pytest.fixture
def pull(cat):
    """Pulls over plain http; names it as the fake does."""
    return lambda name, *args, **options: cat("--plain-http", *args, f"registry:{name}", **options)


def test_a_token_is_fetched_with_our_login(pull, fake, small_image):
    name = fake.add(small_image, "a/b")
    fake.tokens, fake.login = True, ("me", "secret")
    expect_whole(pull(name, "--user", "me:secret"), small_image)
    _, path, _ = fake.asked("^/token")[0]
    assert path == "/token?service=fake%2C%20service&scope=repository%3Aa%2Fb%3Apull"
    assert len(fake.asked("^/token")) == 1, "one token does for all"
    r = pull(name, "--user", "me:wrong", check=False)
    assert r.returncode == 3 and "token server" in r.stderr and "refuses our credentials (401)" in r.stderr


def test_a_token_is_fetched_as_anybody(pull, fake, small_image):
    name = fake.add(small_image, "a/b")
    fake.tokens = True
    expect_whole(pull(name), small_image)
    assert "Authorization" not in fake.asked("^/token")[0][2]


def test_an_identity_token_is_exchanged(pull, fake, small_image, tmp_path):
    name = fake.add(small_image, "a/b")
    fake.tokens, fake.refresh = True, "long-lived"
    (tmp_path / "config.json").write_text(json.dumps({"auths": {fake.host: {"identitytoken": "long-lived"}}}))
    expect_whole(pull(name, env={"DOCKER_CONFIG": str(tmp_path)}), small_image)


def test_a_token_that_runs_out_is_renewed(pull, fake, small_image):
    name = fake.add(small_image, "a/b")
    fake.tokens, fake.token_life = True, 1
    expect_whole(pull(name), small_image)
    assert len(fake.issued) > 2


def test_a_busy_registry_is_asked_again_when_it_said(pull, fake, small_image):
    name = fake.add(small_image, "a/b")
    fake.busy = [(429, {"Retry_After": "2"}), (503, {}), (500, {})]
    import time
    start = time.monotonic()
    expect_whole(pull(name), small_image)
    assert time.monotonic() - start > 2


def test_a_registry_that_stays_busy_is_given_up(pull, fake, small_image):
    name = fake.add(small_image, "a/b")
    fake.busy = [(429, {})] * 20
    r = pull(name, "--retries", "2", check=False)
    assert r.returncode == 3 and "come back later (429): slow \\x1b[31m down" in r.stderr
    assert len(fake.log) == 3
    fake.busy, fake.log = [(429, {"Retry_After": "86400"})], []
    r = pull(name, check=False)
    assert r.returncode == 3 and len(fake.log) == 1, "nobody waits a day"


def test_a_broken_blob_goes_on_where_it_ended(pull, fake, small_image):
    name = fake.add(small_image, "a/b")
    first = list(small_image.blobs)[1]
    fake.cut_after = [None, 1000, 100_000, 0]  # the first is the configuration
    expect_whole(pull(name), small_image)
    ranges = [h.get("Range") for _, p, h in fake.asked(first)]
    assert ranges == [None, "bytes=1000-", "bytes=101000-", "bytes=101000-"]


def test_a_server_without_ranges_is_read_again(pull, fake, small_image):
    name = fake.add(small_image, "a/b")
    fake.cut_after, fake.ranges = [None, 1000, 2000], "no"
    expect_whole(pull(name), small_image)


def test_the_wrong_part_is_refused(pull, fake, small_image):
    name = fake.add(small_image, "a/b")
    fake.cut_after, fake.ranges = [None, 1000], "wrong"
    r = pull(name, check=False)
    assert r.returncode == 3 and "the server sent another part than was asked for" in r.stderr


def test_too_few_and_too_many_bytes_are_noticed(pull, fake, small_image):
    name = fake.add(small_image, "a/b")
    config = small_image.config
    fake.short = 5
    r = pull(name, "--retries", "1", check=False)
    assert r.returncode == 3 and "other bytes than their digest says" in r.stderr
    del fake.images["a/b", "latest"]
    fake.short, fake.longer = 0, 9
    name = fake.add(small_image, "a/b")
    r = pull(name, "--retries", "1", check=False)
    assert r.returncode == 3
    assert len(config)


def test_a_blob_longer_than_its_descriptor_ends(cat, fake, small_image):
    name = fake.add(small_image, "a/b")
    first = list(small_image.blobs)[1]
    fake.blobs[first] = fake.blobs[first] + b"more"
    r = cat("--plain-http", f"registry:{name}", check=False)
    assert r.returncode == 3 and "limit: blob sha256:" in r.stderr and "the answer is longer than" in r.stderr


def test_a_manifest_must_have_its_digest(pull, fake, small_image):
    fake.add(small_image, "a/b")
    fake.lie = True
    for name in (f"{fake.host}/a/b@{small_image.digest}", f"{fake.host}/a/b:latest"):
        r = pull(name, check=False)
        assert r.returncode == 3 and "other bytes than their digest says" in r.stderr


def test_a_redirect_elsewhere_carries_no_authorization(pull, fake, small_image):
    other = Fake()
    try:
        name = fake.add(small_image, "a/b")
        other.add(small_image, "a/b")
        fake.login, fake.redirect = ("me", "secret"), other.url
        expect_whole(pull(name, "--user", "me:secret"), small_image)
        assert len(other.log) == 3 and all("signed=yes" in p for _, p, _ in other.log)
        assert all("Authorization" not in h for _, _, h in other.log)
        assert all("Authorization" in h for _, _, h in fake.asked("/blobs/")[:1])
    finally:
        other.close()


def test_a_401_from_elsewhere_does_not_get_our_login(pull, fake, small_image):
    other = Fake()
    try:
        name = fake.add(small_image, "a/b")
        other.add(small_image, "a/b")
        other.login = ("x", "y")
        fake.login, fake.redirect = ("me", "secret"), other.url
        r = pull(name, "--user", "me:secret", check=False)
        assert r.returncode == 3 and "refuses us (401)" in r.stderr
        assert all("Authorization" not in h for _, _, h in other.log)
    finally:
        other.close()


def test_a_redirect_from_https_to_http_is_refused(cat, ca, small_image):
    safe, open_ = Fake(tls=ca.issue("fake")), Fake()
    try:
        name = safe.add(small_image, "a/b")
        open_.add(small_image, "a/b")
        safe.redirect = open_.url
        r = cat("--ca", ca.pem, f"registry:{name}", check=False)
        assert r.returncode == 3 and "a redirect leads from https to something else" in r.stderr
        assert not open_.log
    finally:
        safe.close()
        open_.close()


def test_redirects_end(pull, fake, small_image):
    name = fake.add(small_image, "a/b")
    fake.redirect = fake.url
    r = pull(name, check=False)
    assert r.returncode == 3 and "more than 10 redirects" in r.stderr


def test_a_token_server_over_plain_http_gets_nothing(cat, ca, small_image):
    safe, open_ = Fake(tls=ca.issue("realm")), Fake()
    try:
        name = safe.add(small_image, "a/b")
        safe.tokens, safe.realm = True, open_.url + "/token"
        r = cat("--ca", ca.pem, "--user", "me:secret", f"registry:{name}", check=False)
        assert r.returncode == 3 and "token server http://" in r.stderr
        assert not open_.log
    finally:
        safe.close()
        open_.close()


def test_certificates_of_a_host_are_found(cat, ca, small_image, tmp_path):
    safe = Fake(tls=ca.issue("certs"))
    try:
        name = safe.add(small_image, "a/b")
        certs = tmp_path / ".config/containers/certs.d" / safe.host
        certs.mkdir(parents=True)
        (certs / "own.crt").write_bytes(ca.pem.read_bytes())
        expect_whole(cat(f"registry:{name}", env={"HOME": str(tmp_path)}), small_image)
    finally:
        safe.close()


def test_our_certificate_is_shown_to_its_registry_alone(cat, ca, small_image, tmp_path):
    first, second = Fake(tls=ca.issue("first"), client_ca=ca.pem), Fake(tls=ca.issue("second"), ask=ca.pem)
    try:
        name = first.add(small_image, "a/b")
        second.add(small_image, "a/b")
        certs = tmp_path / ".config/containers/certs.d" / first.host
        certs.mkdir(parents=True)
        r = cat("--ca", ca.pem, f"registry:{name}", env={"HOME": str(tmp_path)}, check=False)
        assert r.returncode == 3 and not first.log, "the registry wants a certificate"
        cert, key = ca.issue("client")
        (certs / "client.cert").write_bytes(cert.read_bytes())
        (certs / "client.key").write_bytes(key.read_bytes())
        expect_whole(cat("--ca", ca.pem, f"registry:{name}", env={"HOME": str(tmp_path)}), small_image)
        assert all(first.peers)
        first.redirect = second.url
        expect_whole(cat("--ca", ca.pem, f"registry:{name}", env={"HOME": str(tmp_path)}), small_image)
        assert second.peers and not any(second.peers)
    finally:
        first.close()
        second.close()


def test_progress_is_told_as_it_goes(pull, fake, small_image):
    name = fake.add(small_image, "a/b")
    r = pull(name, "--progress")
    first = list(small_image.blobs)[1]
    told = [l.split()[-1] for l in r.stderr.splitlines() if first in l]
    size = len(small_image.blobs[first])
    assert told[-1] == f"{size}/{size}"


def test_a_proxy_of_the_environment_is_used(pull, fake, small_image):
    """The fake takes a proxied request for what it is not: it sees the whole URL."""
    fake.add(small_image, "a/b")
    r = pull("registry.test/a/b", "--retries", "1", env={"http_proxy": fake.url, "no_proxy": ""}, check=False)
    assert r.returncode == 3 and fake.log[0][1] == "http://registry.test/v2/a/b/manifests/latest"


def test_referrers_come_from_the_api_or_from_the_tag(pull, fake, small_image):
    name = fake.add(small_image, "a/b")
    config = sha256(small_image.config)  # source_cat asks for what refers to the configuration: any digest will do
    index = json.dumps({"schemaVersion": 2, "mediaType": INDEX, "manifests": [], "annotations": {"by": "api"}})
    fake.referrers[config] = index.encode()
    assert lines(pull(name), "referrers") == [index]
    fake.has_referrers = False
    assert '"manifests":[]' in lines(pull(name), "referrers")[0]
    index = index.replace("api", "tag")
    fake.images["a/b", config.replace(":", "-")] = index.encode()
    assert lines(pull(name), "referrers") == [index]


# ---- layouts and files ----

def test_a_layout_is_read(cat, small_image, tmp_path):
    directory = small_image.write_layout(tmp_path / "layout", "v1")
    expect_whole(cat(f"oci:{directory}:v1"), small_image)
    expect_whole(cat(directory), small_image)


def test_a_layout_cannot_lead_outside(cat, small_image, tmp_path):
    directory = small_image.write_layout(tmp_path / "layout")
    digest = list(small_image.blobs)[1]
    blob = directory / "blobs/sha256" / digest.removeprefix("sha256:")
    outside = tmp_path / "outside"
    blob.rename(outside)
    blob.symlink_to(outside)
    r = cat(f"oci:{directory}", check=False)
    assert r.returncode == 3 and "link" in r.stderr
    blob.unlink()
    os.mkfifo(blob)
    r = cat(f"oci:{directory}", check=False)
    assert r.returncode == 3 and "not a regular file" in r.stderr


def test_files_are_told_apart_by_how_they_begin(cat, tmp_path):
    (tmp_path / "a").write_bytes(b'\n {"bomFormat":"CycloneDX"}')
    (tmp_path / "b").write_bytes(b"SPDXVersion: SPDX-2.3\n")
    (tmp_path / "c").write_bytes(b"\0" * 1024)
    assert cat(tmp_path / "a").stdout.startswith("sbom sbom ")
    assert cat(tmp_path / "b").stdout.startswith("sbom sbom ")
    assert cat(tmp_path / "c").stdout == "archive archive 1024\n"
    assert cat("-", input="x").stdout == "archive archive 1\n"
    assert "there is no such file" in cat(tmp_path / "d", check=False).stderr


# ---- directories ----

def tree_of(cat, *args, tmp_path, **options):
    r = cat("-o", tmp_path / "tree.tar", *args, **options)
    tar = tarfile.open(tmp_path / "tree.tar")
    return r, tar


def test_a_debian_root_becomes_the_same_tar(cat, debian_rootfs, tmp_path):
    """GNU tar lists what we wrote, and unpacked again it is what we read."""
    need_root()
    r, tar = tree_of(cat, f"rootfs:{debian_rootfs}", tmp_path=tmp_path)
    assert not lines(r, "gap")
    names = tar.getnames()
    assert names == sorted(names, key=lambda n: n.encode().split(b"/"))
    run("tar", "-C", debian_rootfs, "--compare", "--xattrs", "-f", tmp_path / "tree.tar")
    walked = sum(len(d) + len(f) for _, d, f in os.walk(debian_rootfs))
    assert len(names) == walked > 5000


def test_hard_links_long_names_and_capabilities_survive(cat, tmp_path):
    need_root()
    root = tmp_path / "root"
    deep = root / ("d" * 60) / ("e" * 60)
    deep.mkdir(parents=True)
    (deep / ("f" * 200)).write_bytes(b"long")
    (root / "one").write_bytes(b"same")
    os.link(root / "one", root / "two")
    os.symlink("x" * 300, root / "link")
    (root / "ping").write_bytes(b"\x7fELF")
    capability = b"\x01\0\0\x02\0\x20\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
    os.chown(root / "ping", 3_000_000, 3_000_001)  # first: it takes capabilities away
    os.setxattr(root / "ping", "security.capability", capability)
    os.mkfifo(root / "pipe")
    (root / "new\nline").write_bytes(b"")
    r, tar = tree_of(cat, f"rootfs:{root}", tmp_path=tmp_path)
    two = tar.getmember("two")
    assert two.islnk() and two.linkname == "one"
    assert tar.extractfile(f"{'d' * 60}/{'e' * 60}/{'f' * 200}").read() == b"long"
    assert tar.getmember("link").linkname == "x" * 300
    ping = tar.getmember("ping")
    assert (ping.uid, ping.gid) == (3_000_000, 3_000_001)
    assert ping.pax_headers["SCHILY.xattr.security.capability"].encode("utf-8", "surrogateescape") == capability
    assert tar.getmember("pipe").isfifo() and "new\nline" in tar.getnames()


def test_links_are_not_followed_and_large_files_are_gaps(cat, tmp_path):
    root = tmp_path / "root"
    root.mkdir()
    (root / "out").symlink_to("/etc")
    (root / "large").write_bytes(b"x" * 5000)
    (root / "small").write_bytes(b"y" * 5)
    r, tar = tree_of(cat, "--max-file", 4096, f"rootfs:{root}", tmp_path=tmp_path)
    assert tar.getnames() == ["out", "small"]
    assert lines(r, "gap") == ["large: larger than the largest file we agreed to read"]


def test_what_may_not_be_read_is_a_gap(cat, tmp_path, build):
    need_root()
    need("setpriv")
    root = tmp_path / "root"
    (root / "closed").mkdir(parents=True)
    (root / "secret").write_bytes(b"x")
    (root / "open").write_bytes(b"y")
    (root / "secret").chmod(0o600)
    (root / "closed").chmod(0o700)
    for directory in (tmp_path, *tmp_path.parents):
        if directory.stat().st_uid == 0 and directory.is_relative_to("/tmp/pytest-of-root"):
            directory.chmod(0o755)
    program = tmp_path / "source_cat"
    program.write_bytes((build / "tests/lib/source_cat").read_bytes())
    program.chmod(0o755)
    r = run("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", program, f"rootfs:{root}")
    assert lines(r, "gap") == ["closed: cannot be read: Permission denied", "secret: cannot be read: Permission denied"]


def test_a_file_that_shrinks_while_it_is_read_is_filled_up(cat, build, tmp_path):
    root = tmp_path / "root"
    root.mkdir()
    size = 64 << 20
    with open(root / "a", "wb") as f:
        f.truncate(size)
    (root / "b").write_bytes(b"after")
    # Nobody reads the pipe until the file has shrunk: 1 MiB of it fits, the rest is gone.
    p = subprocess.Popen([build / "tests/lib/source_cat", "-o", tmp_path / "fifo.tar", f"rootfs:{root}"],
                         stdout=subprocess.PIPE, text=True, env={**os.environ})
    wait_for("its first bytes", lambda: (tmp_path / "fifo.tar").stat().st_size > 1 << 20, process=p)
    os.truncate(root / "a", 2 << 20)
    out, _ = p.communicate(timeout=60)
    with tarfile.open(tmp_path / "fifo.tar") as tar:
        assert tar.getmember("a").size == size
        assert tar.extractfile("b").read() == b"after"
    if "gap" not in out:
        pytest.skip("the file was read before it could shrink")
    assert "gap a: became shorter while it was read" in out


def test_a_reader_that_stops_is_no_failure(build, debian_rootfs):
    program = build / "tests/lib/source_cat"
    p = subprocess.Popen(f"{program} -o /dev/full rootfs:{debian_rootfs}", shell=True, stdout=subprocess.PIPE,
                         stderr=subprocess.PIPE, text=True)
    out, err = p.communicate(timeout=30)
    assert p.returncode == 3 and "tree" in out
