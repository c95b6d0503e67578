# SPDX-License-Identifier: Apache-2.0
"""What the end-to-end tests stand on: real images, a real engine, a real registry.

Everything is started by the tests, in directories of their own, and stopped by
them. What takes long to make (a Debian root, image archives) is kept under
$BULKHEAD_TEST_CACHE, or ~/.cache/bulkhead-tests. A test whose tool is missing
is skipped with the tool's name.

    BULKHEAD_BUILD          the build directory (default: build)
    BULKHEAD_TEST_STORAGE   how engines of the tests store images: overlay2 or vfs (default: overlay2 where that works)
"""
import hashlib
import io
import json
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import tarfile
import time

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("BULKHEAD_BUILD", ROOT / "build"))
CACHE = pathlib.Path(os.environ.get("BULKHEAD_TEST_CACHE", pathlib.Path.home() / ".cache/bulkhead-tests"))


def pytest_collection_finish(session):
    """What takes minutes to build is begun (go_build.py)."""
    if session.config.option.collectonly:
        return
    for module in dict.fromkeys(item.module for item in session.items):
        for program in getattr(module, "BUILDS", ()):
            program.begin()


def pytest_sessionfinish(session):
    if "go_build" in sys.modules:
        sys.modules["go_build"].end()


def need(*programs):
    for program in programs:
        if not shutil.which(program):
            pytest.skip(f"{program} is not installed")


def need_root():
    if os.geteuid() != 0:
        pytest.skip("needs root")


def run(*command, check=True, **options):
    """A command to its end; its output is shown when it fails."""
    r = subprocess.run([str(c) for c in command], capture_output=True, text=True, **options)
    if check and r.returncode:
        raise AssertionError(f"{' '.join(map(str, command))}: {r.returncode}\n{r.stdout}{r.stderr}")
    return r


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def wait_for(what, condition, seconds=30, process=None):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if process and process.poll() is not None:
            raise AssertionError(f"{what}: ended with {process.returncode}")
        try:
            if condition():
                return
        except OSError:
            pass
        time.sleep(0.05)
    raise AssertionError(f"{what}: not there after {seconds} s")


def stop(process):
    process.terminate()
    try:
        process.wait(15)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def sha256(data):
    return "sha256:" + hashlib.sha256(data).hexdigest()


def cached(name, make):
    """CACHE/name, made once by make(path); half-made files never get the name."""
    path = CACHE / name
    if not path.exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        half = path.with_name(f".{name}.{os.getpid()}")
        make(half)
        half.rename(path)
    return path


@pytest.fixture(scope="session")
def build():
    """The build directory; programs are found by what ninja made."""
    if not (BUILD / "build.ninja").exists():
        pytest.skip(f"nothing is built in {BUILD}")
    return BUILD


@pytest.fixture(scope="session")
def bulkhead(build):
    """Runs `bulkhead ARGS…`; skipped while there is no such program."""
    program = next((p for p in (build / "src/tool/bulkhead", build / "src/tool/bulkhead/bulkhead", build / "bulkhead")
                    if p.is_file()), None)
    if not program:
        pytest.skip("bulkhead is not built")
    return lambda *args, **options: run(program, *args, **{"check": False, "timeout": 300, **options})


class Scan:
    """What `bulkhead scan` said: .code, .stderr, .reports; .one is the only report."""

    def __init__(self, result):
        self.code, self.stderr, self.stdout = result.returncode, result.stderr, result.stdout
        self.reports = json.loads(result.stdout)["reports"] if result.stdout.startswith("{") else []

    @property
    def one(self):
        assert len(self.reports) == 1, f"{self.code}: {self.stderr}"
        return self.reports[0]

    @property
    def packages(self):
        return packages_of(self.one)

    @property
    def gaps(self):
        return [f"{g['where']}: {g['why']}" for g in self.one["gaps"]]


def packages_of(report):
    """{name: (version, layer)}"""
    return {p["name"]: (p["version"], p["layer"]) for p in report["packages"]}


@pytest.fixture
def scan(bulkhead, tmp_path):
    """scan(TARGET, OPTION…) as JSON, without database and with a cache of this test's own."""
    def call(*args, env=None, db=None, **options):
        home = {"HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path / "cache"), "DOCKER_HOST": "unix:///nonexistent",
                "CONTAINER_HOST": "unix:///nonexistent"}
        args = [*args, "-q", "-o", "json"] + ([] if db else ["--no-db"])
        env = {**os.environ, **home, **(env or {}), **(db or {})}
        return Scan(bulkhead("scan", *args, env={k: v for k, v in env.items() if v is not None}, **options))
    return call


# ---- images ----

def add_file(tar, name, data=b"", mode=0o644, **more):
    info = tarfile.TarInfo(name)
    info.size, info.mode = len(data), mode
    for key, value in more.items():
        setattr(info, key, value)
    tar.addfile(info, io.BytesIO(data) if info.isreg() else None)


def layer(files):
    """A tar layer from {name: bytes, or ("->", target), or None for a directory}."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for name, data in files.items():
            if data is None:
                add_file(tar, name, type=tarfile.DIRTYPE, mode=0o755)
            elif isinstance(data, tuple):
                add_file(tar, name, type=tarfile.SYMTYPE, linkname=data[1])
            else:
                add_file(tar, name, data)
    return out.getvalue()


class Image:
    """An image made here, byte by byte: layers, configuration, manifest."""

    LAYER = "application/vnd.oci.image.layer.v1.tar+gzip"

    def __init__(self, *layers, config=None, pack=None, architecture="amd64"):
        import gzip

        self.plain = list(layers)
        self.layers = [(pack or (lambda b: gzip.compress(b, 6, mtime=0)))(l) for l in layers]
        self.config = json.dumps({
            "architecture": architecture, "os": "linux", "config": config or {"Env": ["PATH=/usr/bin:/bin"]},
            "rootfs": {"type": "layers", "diff_ids": [sha256(l) for l in layers]},
            "history": [{"created_by": f"layer {n}"} for n in range(len(layers))],
        }).encode()
        self.manifest = json.dumps({
            "schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json",
            "config": self.descriptor("application/vnd.oci.image.config.v1+json", self.config),
            "layers": [self.descriptor(self.LAYER, l) for l in self.layers],
        }).encode()
        self.digest = sha256(self.manifest)
        self.blobs = {sha256(b): b for b in [self.config, *self.layers]}

    @staticmethod
    def descriptor(media_type, data, **more):
        return {"mediaType": media_type, "digest": sha256(data), "size": len(data), **more}

    def write_blobs(self, blobs):
        for digest, data in {**self.blobs, self.digest: self.manifest}.items():
            (blobs / digest.removeprefix("sha256:")).write_bytes(data)

    def write_layout(self, directory, tag="latest"):
        """As an OCI layout."""
        directory = pathlib.Path(directory)
        blobs = directory / "blobs/sha256"
        blobs.mkdir(parents=True, exist_ok=True)
        self.write_blobs(blobs)
        (directory / "oci-layout").write_text('{"imageLayoutVersion":"1.0.0"}')
        entry = self.descriptor("application/vnd.oci.image.manifest.v1+json", self.manifest,
                                annotations={"org.opencontainers.image.ref.name": tag})
        (directory / "index.json").write_text(json.dumps({"schemaVersion": 2, "manifests": [entry]}))
        return directory


def write_index(directory, images, nested=False, extra=()):
    """An OCI layout whose one tag is an index of (image, platform); `extra` are further rows."""
    blobs = pathlib.Path(directory) / "blobs/sha256"
    blobs.mkdir(parents=True)
    rows = []
    for image, platform in images:
        image.write_blobs(blobs)
        rows.append(image.descriptor("application/vnd.oci.image.manifest.v1+json", image.manifest, platform=platform))
    index = json.dumps({"schemaVersion": 2, "mediaType": "application/vnd.oci.image.index.v1+json",
                        "manifests": [*rows, *extra]}).encode()
    top = index
    if nested:
        (blobs / sha256(index).removeprefix("sha256:")).write_bytes(index)
        row = Image.descriptor("application/vnd.oci.image.index.v1+json", index,
                               annotations={"org.opencontainers.image.ref.name": "latest"})
        top = json.dumps({"schemaVersion": 2, "manifests": [row]}).encode()
    (pathlib.Path(directory) / "oci-layout").write_text('{"imageLayoutVersion":"1.0.0"}')
    (pathlib.Path(directory) / "index.json").write_bytes(top)
    return index


def dpkg(*packages):
    """A dpkg status file of (name, version)."""
    return "".join(f"Package: {n}\nStatus: install ok installed\nSource: {n}\nArchitecture: amd64\nVersion: {v}\n\n"
                   for n, v in packages).encode()


OS_RELEASE = b'ID=debian\nVERSION_ID="12"\nVERSION_CODENAME=bookworm\nPRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\n'


def debian_like(*packages, **more):
    """The files of a layer that is a small Debian."""
    return layer({"etc/os-release": OS_RELEASE, "var/lib/dpkg/status": dpkg(*packages), **more})


@pytest.fixture(scope="session")
def database(bulkhead, tmp_path_factory):
    """The environment and option of a small database: zlib, bash (fixed in 99) and perl-base of Debian 12 are affected."""
    top = tmp_path_factory.mktemp("db")
    (top / "feed").mkdir()
    for n, (name, fixed) in enumerate([("zlib", None), ("bash", "99"), ("perl", "1:99"), ("nothing-has-this", None)]):
        events = [{"introduced": "0"}] + ([{"fixed": fixed}] if fixed else [])
        (top / f"feed/{n}.json").write_text(json.dumps({
            "schema_version": "1.6.0", "id": f"DEBIAN-CVE-2099-000{n}", "upstream": [f"CVE-2099-000{n}"],
            "modified": "2025-01-01T00:00:00Z", "published": "2025-01-01T00:00:00Z", "details": "Made up for a test.",
            "affected": [{"package": {"ecosystem": "Debian:12", "name": name}, "ranges": [{"type": "ECOSYSTEM", "events": events}]}]}))
    r = bulkhead("db", "build", "--home", top / "data/bulkhead", top / "feed")
    assert r.returncode == 0, r.stderr
    return {"XDG_DATA_HOME": str(top / "data")}


@pytest.fixture(scope="session")
def small_image():
    """Two layers, a few files, no distribution."""
    return Image(layer({"etc": None, "etc/hello": b"hello\n", "big": os.urandom(300_000)}),
                 layer({"etc/hello": b"hello again\n", "etc/link": ("->", "hello")}))


@pytest.fixture(scope="session")
def debian_tar():
    """A Debian 12 root file system (debootstrap, minbase) as a tar, made once a machine."""
    def make(path):
        need("debootstrap")
        need_root()
        root = CACHE / f".root.{os.getpid()}"
        try:
            run("debootstrap", "--variant=minbase", "bookworm", root, timeout=600)
            shutil.rmtree(root / "var/cache/apt", ignore_errors=True)
            run("tar", "-C", root, "--xattrs", "--xattrs-include=security.capability", "--sort=name",
                "--exclude=./dev/*", "-cf", path, ".")
        finally:
            shutil.rmtree(root, ignore_errors=True)
    return cached("debian12-minbase.tar", make)


@pytest.fixture(scope="session")
def debian_rootfs(debian_tar, tmp_path_factory):
    """The same, unpacked."""
    root = tmp_path_factory.mktemp("debian")
    run("tar", "-C", root, "--xattrs", "--xattrs-include=security.capability", "-xpf", debian_tar)
    return root


# ---- Docker ----

class Docker:
    def __init__(self, directory, sock):
        self.directory, self.sock = directory, sock
        self.host = f"unix://{sock}"
        self.env = {**os.environ, "DOCKER_HOST": self.host, "DOCKER_BUILDKIT": "0",
                    "DOCKER_CONFIG": str(directory / "config")}

    def __call__(self, *args, **options):
        options.setdefault("timeout", 300)
        return run("docker", *args, env=self.env, **options).stdout.strip()


def storage_driver(top):
    """overlay2 where that works; else, on an overlay root and in containers, vfs, which copies all of an image for each layer and container."""
    lower, upper, work, merged = (top / "try" / name for name in ("lower", "upper", "work", "merged"))
    for folder in (lower, upper, work, merged):
        folder.mkdir(parents=True)
    options = f"lowerdir={lower},upperdir={upper},workdir={work}"
    works = run("mount", "-t", "overlay", "-o", options, "try", merged, check=False).returncode == 0
    if works:
        run("umount", merged)
    return os.environ.get("BULKHEAD_TEST_STORAGE", "overlay2" if works else "vfs")


@pytest.fixture(scope="session")
def docker(tmp_path_factory):
    """A dockerd of our own: docker("build", …), docker.host. No network, nothing shared with another engine."""
    need("dockerd", "docker")
    need_root()
    top = tmp_path_factory.mktemp("docker")
    sock = top / "docker.sock"
    log = open(top / "log", "w")
    # DOCKER_RAMDISK keeps runc from pivot_root, which a root in memory does not know.
    env = {**os.environ, "DOCKER_RAMDISK": "1"}
    daemon = subprocess.Popen(
        ["dockerd", "--data-root", str(top / "data"), "--exec-root", str(top / "exec"), "--host", f"unix://{sock}",
         "--pidfile", str(top / "pid"), "--storage-driver", storage_driver(top),
         "--iptables=false", "--ip6tables=false", "--bridge=none"],
        stdout=log, stderr=subprocess.STDOUT, env=env)
    try:
        wait_for("dockerd", sock.exists, 60, daemon)
        d = Docker(top, sock)
        wait_for("dockerd's API", lambda: run("docker", "version", env=d.env, check=False).returncode == 0, 60, daemon)
        yield d
    except AssertionError as e:
        raise AssertionError(f"{e}\n{(top / 'log').read_text()[-3000:]}") from None
    finally:
        stop(daemon)
        log.close()
        run("umount", "--lazy", top / "exec/netns/default", check=False)  # the engine leaves it, and nobody could remove the folder


@pytest.fixture(scope="session")
def engine(request, tmp_path_factory):
    """The engine that runs here, else one of our own, with the small image of guard_help.IMAGE."""
    import guard_help

    need_root()
    need("docker")
    here = run("docker", "info", check=False).returncode == 0
    e = guard_help.Engine(dict(os.environ) if here else request.getfixturevalue("docker").env)
    guard_help.make_image(e, tmp_path_factory.mktemp("image"))
    return e


@pytest.fixture(scope="session")
def docker_debian(docker, debian_tar):
    """bulkhead-test/debian:12 in our dockerd: the minbase root as one layer."""
    docker("import", "--change", 'CMD ["/bin/bash"]', debian_tar, "bulkhead-test/debian:12")
    return "bulkhead-test/debian:12"


@pytest.fixture(scope="session")
def docker_bulkhead(docker, docker_debian):
    """bulkhead-server:test and bulkhead-agent:test in our dockerd, built as a person would."""
    run(ROOT / "deploy/images/build", "test", timeout=900, env={**docker.env, "BASE": docker_debian, "NETWORK": "host"})
    return docker


@pytest.fixture(scope="session")
def docker_app(docker, docker_debian, tmp_path_factory):
    """bulkhead-test/app:1: three layers more on that Debian, one of which deletes a file of another."""
    top = tmp_path_factory.mktemp("app")
    (top / "app.py").write_text("print('hello')\n")
    (top / "Dockerfile").write_text(f"""FROM {docker_debian}
LABEL org.opencontainers.image.title=app
COPY app.py /srv/app.py
RUN ["/bin/sh", "-c", "echo secret > /srv/removed && echo keep > /srv/kept"]
RUN ["/bin/sh", "-c", "rm /srv/removed"]
CMD ["/bin/sleep", "600"]
""")
    docker("build", "--network", "none", "-t", "bulkhead-test/app:1", top)
    return "bulkhead-test/app:1"


# ---- Podman ----

class Podman:
    def __init__(self, top):
        """Storage of its own, for our calls and for those of whom we give .env."""
        (top / "storage.conf").write_text(
            f'[storage]\ndriver = "{storage_driver(top).removesuffix("2")}"\ngraphroot = "{top}/graph"\nrunroot = "{top}/run"\n')
        (top / "containers.conf").write_text(
            '[engine]\nevents_logger = "none"\ncgroup_manager = "cgroupfs"\n[containers]\ndefault_ulimits = []\n')
        (top / "xdg").mkdir()
        self.env = {"CONTAINERS_STORAGE_CONF": str(top / "storage.conf"), "XDG_RUNTIME_DIR": str(top / "xdg"),
                    "CONTAINERS_CONF": str(top / "containers.conf"), "PATH": os.environ["PATH"]}

    def __call__(self, *args, **options):
        options.setdefault("timeout", 300)
        return run("podman", *args, env={**os.environ, **self.env}, **options).stdout.strip()


@pytest.fixture(scope="session")
def podman(tmp_path_factory):
    """podman("run", …) with storage of its own; podman.env for programs that call it."""
    need("podman")
    need_root()
    p = Podman(tmp_path_factory.mktemp("podman"))
    yield p
    p("rm", "-fa", "-t", "0", check=False)


@pytest.fixture(scope="session")
def podman_debian(podman, debian_tar):
    podman("import", "--change", 'CMD=["/bin/sleep","600"]', debian_tar, "localhost/bulkhead-test/debian:12")
    return "localhost/bulkhead-test/debian:12"


@pytest.fixture(scope="session")
def podman_bulkhead(podman, podman_debian):
    """podman with bulkhead-server:test and bulkhead-agent:test, built as a person would."""
    run(ROOT / "deploy/images/build", "test", timeout=900, env={**os.environ, **podman.env, "ENGINE": "podman", "BASE": podman_debian, "NETWORK": "host"})
    return podman


# ---- the kernel ----

@pytest.fixture(scope="session")
def bpf_fs():
    """/sys/fs/bpf, which systemd mounts on its machines when they start, and nobody on others."""
    need_root()
    if not os.path.ismount("/sys/fs/bpf"):
        run("mount", "-t", "bpf", "bpf", "/sys/fs/bpf")
    return pathlib.Path("/sys/fs/bpf")


# ---- certificates and registries ----

@pytest.fixture(scope="session")
def ca(tmp_path_factory):
    """A CA of our own: ca.pem, and ca.issue(name) -> (cert, key) for 127.0.0.1 and localhost."""
    need("openssl")
    top = tmp_path_factory.mktemp("ca")
    run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
        "-subj", "/CN=bulkhead test CA", "-keyout", top / "ca.key", "-out", top / "ca.pem")

    class CA:
        pem = top / "ca.pem"

        @staticmethod
        def issue(name):
            run("openssl", "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                "-subj", f"/CN={name}", "-keyout", top / f"{name}.key", "-out", top / f"{name}.csr")
            (top / f"{name}.ext").write_text("subjectAltName=IP:127.0.0.1,DNS:localhost\n")
            run("openssl", "x509", "-req", "-days", "2", "-CA", CA.pem, "-CAkey", top / "ca.key", "-CAcreateserial",
                "-extfile", top / f"{name}.ext", "-in", top / f"{name}.csr", "-out", top / f"{name}.pem")
            return top / f"{name}.pem", top / f"{name}.key"

    return CA


class Registry:
    """docker-registry over TLS with a password: registry.host, .user, .password, .ca, .push(image, name)."""

    user, password = "reader", "let me in"

    def __init__(self, host, ca_file):
        self.host, self.ca = host, ca_file

    def request(self, method, path, data=None, content_type="application/octet-stream"):
        import base64
        import ssl
        import urllib.request

        login = base64.b64encode(f"{self.user}:{self.password}".encode()).decode()
        url = path if path.startswith("https:") else f"https://{self.host}{path}"
        q = urllib.request.Request(url, data, {"Authorization": f"Basic {login}", "Content-Type": content_type},
                                   method=method)
        return urllib.request.urlopen(q, context=ssl.create_default_context(cafile=self.ca), timeout=60)

    def push_blob(self, repository, data):
        place = self.request("POST", f"/v2/{repository}/blobs/uploads/", b"").headers["Location"]
        self.request("PUT", f"{place}{'&' if '?' in place else '?'}digest={sha256(data)}", data)

    def push(self, image, repository, tag="latest"):
        for data in image.blobs.values():
            self.push_blob(repository, data)
        self.request("PUT", f"/v2/{repository}/manifests/{tag}", image.manifest,
                     "application/vnd.oci.image.manifest.v1+json")
        return f"{self.host}/{repository}:{tag}"


@pytest.fixture(scope="session")
def registry(ca, tmp_path_factory):
    """Debian's docker-registry: TLS by our CA, htpasswd."""
    need("docker-registry", "htpasswd")
    top = tmp_path_factory.mktemp("registry")
    cert, key = ca.issue("registry")
    port = free_port()
    users = run("htpasswd", "-nbB", Registry.user, Registry.password).stdout
    (top / "users").write_text(users)
    (top / "config.yml").write_text(f"""version: 0.1
storage:
  filesystem: {{ rootdirectory: {top}/data }}
http:
  addr: 127.0.0.1:{port}
  secret: not a secret
  tls: {{ certificate: {cert}, key: {key} }}
auth:
  htpasswd: {{ realm: bulkhead, path: {top}/users }}
""")
    log = open(top / "log", "w")
    daemon = subprocess.Popen(["docker-registry", "serve", str(top / "config.yml")], stdout=log, stderr=log)
    try:
        wait_for("docker-registry", lambda: socket.create_connection(("127.0.0.1", port), 1).close() is None, 30, daemon)
        yield Registry(f"127.0.0.1:{port}", ca.pem)
    finally:
        stop(daemon)
        log.close()
