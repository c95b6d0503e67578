# SPDX-License-Identifier: Apache-2.0
"""Everyday work under watch: our rules have nothing of Warning or above to say about it.

Each piece of work runs in a container of a real engine, with the real sensor and all rules. It ends with a marker, one
read of /etc/shadow that must be told: a sensor that sleeps cannot make these tests green, and an alert about the work
cannot come in later than the marker's. What others do on the machine meanwhile is no business of ours.
"""
import json
import os
import pathlib
import signal
import subprocess
import time

import pytest

from conftest import need, need_root, run, wait_for
from test_simulate import engine  # noqa: F401  a fixture

IMAGE = f"bulkhead-benign:{os.getpid()}"
CERTS = pathlib.Path("/etc/ssl/certs/ca-certificates.crt")
NPM = pathlib.Path("/usr/lib/node_modules")
GRAVE = ["Emergency", "Alert", "Critical", "Error", "Warning"]
PACKAGES = ("gcc make libc6-dev python3-pip python3-venv nodejs cron logrotate rsync openssh-server openssh-client "
            "redis-server nginx postgresql default-jre-headless curl procps netcat-openbsd ca-certificates")

WORK = {
    "a newer package": "apt-get install -y -q --reinstall coreutils bash login libpam-modules && apt-get upgrade -y -q",
    "a package less": "apt-get purge -y -q netcat-openbsd && apt-get autoremove -y -q && apt-get clean && rm -rf /var/lib/apt/lists/*",
    "a build in C": r"""
        mkdir -p /src && cd /src
        for f in a b c d e f g h; do printf 'int %s(void) { return 1; }\n' $f > $f.c; done
        printf '#include <stdio.h>\nint main(void) { puts("built"); return 0; }\n' > main.c
        printf 'OBJ := $(patsubst %%.c,%%.o,$(wildcard *.c))\napp: $(OBJ)\n\tgcc -o $@ $^\ncheck: app\n\t./app\ninstall: app\n\tinstall -m 755 app /usr/local/bin/app\n' > Makefile
        make -j2 && make check install && app && rm -f *.o""",
    "packages of Python": "python3 -m venv /opt/venv && /opt/venv/bin/pip install -q six requests && /opt/venv/bin/python -c 'import requests'",
    "packages of Node": "mkdir -p /app && cd /app && node /usr/lib/node_modules/npm/bin/npm-cli.js install left-pad esbuild && node -e 'require(\"left-pad\")'",
    "a web server": """
        nginx -t && nginx && sleep 0.5 && curl -fs http://localhost:80/ > /dev/null
        for i in 1 2 3 4 5; do curl -fs http://localhost:80/ > /dev/null; done
        nginx -s reload && sleep 0.5 && nginx -s quit""",
    "a database": r"""
        service postgresql start && sleep 2
        su postgres -c "psql -c 'create table t(a int)' -c 'insert into t select generate_series(1, 10000)' -c 'select count(*) from t'"
        su postgres -c "pg_dump postgres" > /root/dump.sql
        service postgresql restart && service postgresql stop""",
    "a key store": """
        redis-server --daemonize yes --dir /tmp && sleep 0.5
        redis-cli set a 1 && redis-cli get a && redis-cli save && redis-cli bgsave && sleep 1 && redis-cli shutdown""",
    "a start of Java": """
        java -version
        rm -f /tmp/keys && keytool -genkeypair -alias a -keyalg RSA -dname CN=a -keystore /tmp/keys -storepass changeit
        keytool -list -keystore /tmp/keys -storepass changeit""",
    "jobs by the clock": """
        service cron start && sleep 2  # cron tells a new table by the second: one that comes while it reads is never seen
        echo '* * * * * echo done >> /root/cron.out; /usr/sbin/logrotate /etc/logrotate.conf' | crontab -
        for job in dpkg logrotate; do [ ! -x /etc/cron.daily/$job ] || /etc/cron.daily/$job || true; done
        for i in $(seq 70); do [ -s /root/cron.out ] && break; sleep 1; done
        cat /root/cron.out && service cron stop""",
    "logs turned and a backup": """
        logrotate -f /etc/logrotate.conf
        mkdir -p /backup && tar czf /backup/etc.tgz -C / etc && rsync -a /etc/ /backup/etc/ && tar tzf /backup/etc.tgz > /dev/null""",
    "people logging in": """
        mkdir -p /run/sshd && /usr/sbin/sshd -p 2222 -o ListenAddress=127.0.0.1 && sleep 0.5
        o='-p 2222 -o StrictHostKeyChecking=accept-new -o LogLevel=ERROR'
        ssh $o localhost uptime && ssh -tt $o localhost 'bash -lc "id; exit"' && echo 'ls /' | ssh $o localhost bash -s
        scp -q -P 2222 -o StrictHostKeyChecking=accept-new /etc/hosts localhost:/tmp/hosts
        rsync -a -e "ssh $o" /usr/share/bash-completion/ localhost:/tmp/there/
        pkill -F /run/sshd.pid""",
    "new users": "useradd -m -s /bin/bash alice && echo alice:secret | chpasswd && su alice -c id && usermod -aG users alice && userdel -r alice",
    "a look around by people": """
        ps aux && ls -la / /etc /root && cat /etc/passwd /etc/hosts /etc/os-release && df -h && uname -a && id && env && netstat -ltn
        find /etc -name '*.conf' | head && grep -r root /etc/passwd && du -sh /usr/share; mount | head; true""",
}


@pytest.fixture(scope="module")
def docker_(engine):
    return lambda *args, **options: run("docker", *args, env={**engine, "DOCKER_BUILDKIT": "0"}, **{"timeout": 600, **options}).stdout.strip()


class Watch:
    """bulkhead watch with all of our rules; what it told, read anew each time."""

    def __init__(self, build, engine, directory):
        self.file, self.log = directory / "alerts.json", directory / "watch.log"
        with open(self.log, "w") as log:
            self.process = subprocess.Popen(
                [build / "bulkhead", "watch", "--all-matches", "--stats", "--state", directory / "state", "-o", f"file:{self.file}"],
                stdout=log, stderr=log, env=engine)
        wait_for("the sensor", lambda: "watching by" in self.log.read_text(), 60, self.process)

    def alerts(self):
        lines = self.file.read_text().splitlines() if self.file.exists() else []
        return [json.loads(line) for line in lines]

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(30)


def text_of(alert):
    return f"{alert['priority']} {alert['rule']}: {alert['output']}"


@pytest.fixture(scope="module")
def watch(build, engine, tmp_path_factory):
    w = Watch(build, engine, tmp_path_factory.mktemp("watch"))
    yield w
    w.stop()


@pytest.fixture(scope="module")
def grave(watch, docker_):
    """What was said, of Warning or above, about our containers since it was asked last: a marker is set and waited for."""
    n = before = 0
    ours = {IMAGE, f"container_image_tag={IMAGE.split(':')[1]}"}

    def call(container):
        nonlocal n, before
        n += 1
        marker = f"/marker-{os.getpid()}-{n}"
        docker_("exec", "-u", "0", container, "cat", "/etc/shadow", marker, check=False)
        wait_for(f"the alert about {marker}", lambda: any(marker in a["output"] for a in watch.alerts()), 30, watch.process)
        time.sleep(0.5)
        ours.add(container[:12])
        told = watch.alerts()
        new, before = told[before:], len(told)
        return [text_of(a) for a in new if a["priority"] in GRAVE and "/marker-" not in a["output"] and any(w in a["output"] for w in ours)]
    return call


@pytest.fixture(scope="module")
def workshop(watch, docker_, engine, debian_tar, tmp_path_factory):
    """A container with everything installed in it, under watch from its first moment."""
    need("docker")
    need_root()
    docker_("import", "--change", 'CMD ["/bin/bash"]', debian_tar, IMAGE)
    mounts = ["-v", f"{CERTS}:/opt/certs.pem:ro"] if CERTS.exists() else []
    mounts += ["-v", f"{NPM}:{NPM}:ro"] if NPM.exists() else []
    env = sum([["-e", e] for e in ("DEBIAN_FRONTEND=noninteractive", "PIP_CERT=/opt/certs.pem", "NODE_EXTRA_CA_CERTS=/opt/certs.pem")], [])
    box = docker_("run", "-d", "--network", "host", *mounts, *env, IMAGE, "sleep", "3600")
    try:
        keys = tmp_path_factory.mktemp("keys")
        run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", keys / "id_ed25519")
        (keys / "authorized_keys").write_text((keys / "id_ed25519.pub").read_text())
        docker_("exec", box, "mkdir", "-p", "-m", "700", "/root/.ssh")
        for name in ("id_ed25519", "authorized_keys"):
            docker_("cp", "-a", keys / name, f"{box}:/root/.ssh/{name}")
        docker_("exec", box, "chown", "-R", "root:root", "/root/.ssh")
        update = "apt-get update -q && mkdir -p /usr/share/man/man1 /usr/share/man/man7 && apt-get install -y -q --no-install-recommends "
        r = run("docker", "exec", box, "sh", "-c", update + PACKAGES, env=engine, check=False, timeout=900)
        if r.returncode:
            pytest.skip("no packages can be installed here: " + r.stdout[-500:] + r.stderr[-500:])
        yield box
    finally:
        docker_("rm", "-f", box)
        docker_("rmi", "-f", IMAGE, check=False)


def test_packages_are_installed_in_peace(workshop, grave):
    assert grave(workshop) == []


@pytest.mark.parametrize("name", WORK)
def test_work_goes_on_in_peace(name, workshop, grave, engine):
    if name == "packages of Node" and not NPM.exists():
        pytest.skip("no npm here")
    r = subprocess.run(["docker", "exec", workshop, "sh", "-c", WORK[name]], env=engine, capture_output=True, text=True, timeout=600)
    if r.returncode and name.startswith("packages of"):
        pytest.skip("that index cannot be reached")
    assert r.returncode == 0, r.stdout[-2000:] + r.stderr[-2000:]
    assert grave(workshop) == []


def test_containers_come_and_go_in_peace(workshop, grave, docker_, tmp_path):
    (tmp_path / "Dockerfile").write_text(
        f"FROM {IMAGE}\nRUN useradd -m app && mkdir -p /srv/app && chown app /srv/app\nCOPY Dockerfile /srv/app/\n"
        "RUN echo 'ok' > /etc/motd && chmod 755 /srv/app && ln -sf /dev/stdout /var/log/app.log\nUSER app\nCMD [\"true\"]\n")
    for _ in range(8):
        docker_("run", "--rm", IMAGE, "true")
    docker_("build", "-q", "-t", f"{IMAGE}-app", tmp_path)
    try:
        docker_("run", "--rm", f"{IMAGE}-app")
        box = docker_("run", "-d", "--init", f"{IMAGE}-app", "sleep", "600")
        for _ in range(4):
            docker_("exec", box, "sh", "-c", "id; ls /srv/app; cat /etc/passwd > /dev/null")
        docker_("pause", box)
        docker_("unpause", box)
        docker_("restart", "-t", "1", box)
        docker_("cp", f"{box}:/etc/hosts", tmp_path / "hosts")
        docker_("cp", tmp_path / "hosts", f"{box}:/srv/app/hosts")
        docker_("commit", box, f"{IMAGE}-copy")
        docker_("logs", box)
        docker_("exec", "-u", "0", box, "true")
        assert grave(box) == []
        docker_("rm", "-f", box)
    finally:
        docker_("rmi", "-f", f"{IMAGE}-app", f"{IMAGE}-copy", check=False)
    assert grave(workshop) == []


def test_an_attack_in_the_same_container_is_told(workshop, grave, docker_):
    """The other side of peace: were the rules asleep, all of the above would be green too."""
    docker_("exec", workshop, "sh", "-c", "cp /bin/sleep /tmp/xmrig && /tmp/xmrig 0.1; echo '* * * * * root x' > /etc/cron.d/x; rm /etc/cron.d/x")
    told = " ".join(grave(workshop))
    assert "Miner run under its own name" in told and "Cron table written" in told
    if docker_("info", "-f", "{{.Driver}}").startswith("overlay"):  # only there are a container's own files told from its image's
        assert "New program run from a temporary directory" in told
