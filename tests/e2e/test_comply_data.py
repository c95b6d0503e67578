# SPDX-License-Identifier: Apache-2.0
"""bulkhead comply against real data servers, set up well and badly: what it tells of them is what they say themselves."""
import json
import os
import pathlib
import re
import shutil
import socket
import subprocess
import tempfile

import pytest

from comply_help import comply
from conftest import free_port, need, need_root, run, stop, wait_for

POSTGRES = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin/postgres"))
RABBIT = sorted(pathlib.Path("/usr/lib/rabbitmq/lib").glob("rabbitmq_server-*/sbin/rabbitmq-server"))
RISKS = ["acl", "bgrewriteaof", "bgsave", "client", "cluster", "config", "debug", "eval", "evalsha", "failover", "flushall", "flushdb", "function",
         "keys", "migrate", "module", "monitor", "replicaof", "restore", "save", "script", "shutdown", "slaveof", "swapdb"]
# Words that a command needs before its rights are looked at; of those with parts, a part that counts.
DRY = {"acl": ["SETUSER", "x"], "client": ["KILL", "x"], "cluster": ["RESET"], "config": ["SET", "a", "b"], "debug": ["SLEEP", "0"], "eval": ["x", "0"], "evalsha": ["x", "0"],
       "function": ["FLUSH"], "keys": ["x"], "migrate": ["h", "1", "k", "0", "1"], "module": ["LOAD", "x"], "replicaof": ["h", "1"], "restore": ["k", "0", "x"],
       "script": ["FLUSH"], "slaveof": ["h", "1"], "swapdb": ["0", "1"]}


@pytest.fixture(scope="module")
def fields(bulkhead):
    """{kind: its fields}, those by key left out."""
    need_root()
    kinds = {}
    for word in re.findall(r"^\s*([a-z_]+\.[a-z_0-9]+)(?!\S)", bulkhead("baselines", "fields").stdout, re.M):
        kinds.setdefault(word.split(".")[0], []).append(word)
    return kinds


@pytest.fixture
def told(bulkhead, fields, tmp_path):
    """told(kind): {name of a fact: {field: (value, where)}}, by a check that shows all there is."""
    def call(kind, *args):
        folder = tmp_path / "told"
        folder.mkdir(exist_ok=True)
        names = [f for f in fields[kind] if not f.endswith("_wider") and f != f"{kind}.wider" and f != f"{kind}.setting"]
        (folder / "told.yaml").write_text(f"checks: [{{ id: told, title: {{ en: t }}, on: {kind}, pass: '{names[0]} exists or not {names[0]} exists', severity: info, "
                                          f"why: {{ en: w }}, evidence: [{', '.join(names)}] }}]\n")
        done = comply(bulkhead, "--baselines", folder, "--check", "told", "--all", "--docker", "/nonexistent", *args)
        return {r["subject"]["name"]: {e["field"].split(".")[1]: (e["value"], e.get("where", "")) for e in r["evidence"]} for r in done.results if "subject" in r}
    return call


def truth(value):
    return {"yes": "true", "on": "true", "1": "true", "no": "false", "off": "false", "0": "false"}.get(value.lower(), value.lower())


def words(value):
    return sorted(w for w in re.split(r"[ ,]+", value.strip("()[]")) if w and w != "<NA>")


def mend_of(result):
    return result.get("mend", {}).get("en", "")


def states(done, name, prefix):
    return {r["check"]: r for r in done.results if r["check"].startswith(prefix) and r.get("subject", {}).get("name", "").endswith(name)}


# ---- Redis ----

BAD_REDIS = """port {port}
bind 0.0.0.0
protected-mode no
dir {dir}
include {dir}/conf.d/*.conf
rename-command MONITOR ""
user bob on >secret ~* +@all -@dangerous
user eve on nopass ~app:* +@read +config|set +debug
"""


class Redis:
    def __init__(self, top, text, *args):
        self.port, self.top = free_port(), top
        (top / "conf.d").mkdir(exist_ok=True)
        (top / "conf.d/a.conf").write_text("enable-debug-command local\nmaxmemory 100mb\n")
        self.conf = top / "redis.conf"
        self.conf.write_text(text.format(port=self.port, dir=top))
        self.args, self.password = args, None
        self.start()

    def start(self):
        # The shell that stays is what remembers the arguments: Redis overwrites its own.
        line = " ".join(["redis-server", str(self.conf), *self.args, "--logfile", str(self.top / "log")])
        self.process = subprocess.Popen(["sh", "-c", f"{line}; true"], stdout=subprocess.DEVNULL)
        wait_for("redis-server", lambda: "PONG" in self("ping"), 20, self.process)

    def __call__(self, *args):
        auth = ["-a", self.password, "--no-auth-warning"] if self.password else []
        return run("redis-cli", "-p", self.port, *auth, *args, check=False).stdout

    def config(self):
        lines = self("config", "get", "*").split("\n")
        return dict(zip(lines[::2], lines[1::2]))

    def stop(self):
        self("shutdown", "nosave")
        self.process.wait(15)


@pytest.fixture
def redis(tmp_path):
    need("redis-server", "redis-cli")
    need_root()
    server = Redis(tmp_path, BAD_REDIS, "--tcp-backlog", "64", "--maxmemory-policy", "allkeys-lru", "--enable-module-command", "yes")
    yield server
    server.stop()


def test_redis_is_told_as_it_tells_itself(redis, told):
    fact, says = told("redis")[str(redis.port)], redis.config()
    for field, name in [("port", "port"), ("protected", "protected-mode"), ("tls_port", "tls-port"), ("enable_debug", "enable-debug-command"), ("enable_module", "enable-module-command"),
                        ("enable_configs", "enable-protected-configs"), ("logfile", "logfile"), ("dbfilename", "dbfilename"), ("aclfile", "aclfile"),
                        ("tls_auth_clients", "tls-auth-clients"), ("tls_replication", "tls-replication"), ("syslog", "syslog-enabled"), ("data", "dir")]:
        value = fact[field][0]
        assert (truth(value) if field not in ("port", "tls_port") else value) in (truth(says[name]), says[name]), field
    assert words(fact["bind"][0]) == words(says["bind"])
    assert says["maxmemory"] == str(100 << 20) and fact["maxmemory"] == ("100mb", f"{redis.top}/conf.d/a.conf:2")
    assert fact["enable_module"][1] == "argument"
    assert fact["config_mode"][0] in ("420", "0644", "644")


def test_users_of_redis_may_what_it_says(redis, told):
    facts = told("redis_user")
    for user in ("default", "bob", "eve"):
        fact = facts[f"{user} of redis {redis.port}"]
        may = {c for c in RISKS if "no permissions" not in redis("acl", "dryrun", user, c, *DRY.get(c, [])).lower()}
        may.discard("monitor")  # it was renamed, so the server does not know it
        assert {w for w in words(fact["dangerous"][0])} - {"monitor"} == may, user
    assert facts[f"eve of redis {redis.port}"]["nopass"][0] == "true"


def test_mends_of_redis_turn_it_green(bulkhead, redis):
    before = states(comply(bulkhead, "--all", "--check", "redis-*", "--docker", "/nonexistent"), str(redis.port), "redis-")
    failing = {c: r for c, r in before.items() if r["state"] == "fail"}
    assert {"redis-bind", "redis-password", "redis-protected-mode", "redis-not-root", "redis-enable-debug", "redis-enable-module", "redis-config-mode"} <= set(failing)
    assert not any("%" in mend_of(r) for r in failing.values()), "a field of a mend was not filled in"
    redis.stop()
    mended = set()
    for check, result in failing.items():
        put = re.match(r"In (\S+) set: (.+?)(?: \(.*?\))?\. Then", mend_of(result)) or re.match(r"Without an ACL file: ()(requirepass \S+) in ", mend_of(result))
        mode = re.match(r"chmod (\d+) (\S+)$", mend_of(result))
        if put and check not in ("redis-tls", "redis-log"):
            name = put[2].split()[0]
            for path in (redis.conf, redis.top / "conf.d/a.conf"):
                path.write_text(re.sub(rf"(?m)^{name} .*\n", "", path.read_text()))
            redis.conf.write_text(redis.conf.read_text() + put[2] + "\n")
            redis.args = [a for a in redis.args if "module" not in a and a != "yes"]
        elif mode:
            run("chmod", mode[1], mode[2])
        else:
            continue
        mended.add(check)
    run("chmod", "640", redis.top / "conf.d/a.conf")
    redis.password = "LONG-RANDOM-WORD"
    redis.start()
    after = states(comply(bulkhead, "--all", "--check", "redis-*", "--docker", "/nonexistent"), str(redis.port), "redis-")
    assert {"redis-bind", "redis-password", "redis-protected-mode", "redis-enable-debug", "redis-enable-module", "redis-config-mode"} <= mended
    assert {c: after[c]["state"] for c in mended} == {c: "pass" for c in mended}


def test_redis_in_a_container(bulkhead, docker, docker_debian, told, tmp_path):
    """The arguments are known to the engine alone; files are the container's."""
    (tmp_path / "r.conf").write_text("bind 127.0.0.1\naclfile /etc/users.acl\nrequirepass forgotten\nlogfile /tmp/log\n")
    (tmp_path / "users.acl").write_text("user app on >x ~* +@read\n")
    need("redis-server")
    box = docker("run", "-d", "--network", "none", "-v", "/usr:/usr:ro", "-v", f"{tmp_path}/r.conf:/etc/r.conf:ro", "-v", f"{tmp_path}/users.acl:/etc/users.acl:ro", docker_debian,
                 "redis-server", "/etc/r.conf", "--port", "6390", "--maxmemory", "5mb")
    try:
        wait_for("redis in a container", lambda: "PONG" in docker("exec", box, "redis-cli", "-p", "6390", "ping", check=False), 20)
        fact = told("redis", "--docker", docker.host)["6390"]
        lines = docker("exec", box, "redis-cli", "-p", "6390", "config", "get", "*").split("\n")
        says = dict(zip(lines[::2], lines[1::2]))
        assert fact["port"] == (says["port"], "argument") and fact["aclfile"][0] == says["aclfile"] and says["maxmemory"] == str(5 << 20)
        assert fact["default_nopass"][0] == "true" and fact["password"][0] == "false", "an ACL file makes Redis forget requirepass"
        done = comply(bulkhead, "--check", "redis-password", "--docker", docker.host)
        assert [r["state"] for r in done.results if r.get("subject", {}).get("name") == "6390"] == ["fail"]
    finally:
        docker("rm", "-f", box)


# ---- PostgreSQL ----

class Postgres:
    def __init__(self, top, conf, hba):
        self.bin, self.port, self.top, self.data = POSTGRES[-1].parent, free_port(), top, top / "data"
        top.chmod(0o755)
        shutil.chown(top, "postgres")
        run(*self.user, self.bin / "initdb", "-D", self.data, "-A", "trust", cwd="/")
        (self.data / "more").mkdir()
        (self.data / "more/a.conf").write_text("log_connections = no\nLog_Statement 'none' # x\npassword_encryption = md5\n")
        (self.data / "postgresql.conf").open("a").write(f"unix_socket_directories = '{top}'\n{conf}include_dir 'more'\ninclude_if_exists 'nothing.conf'\n")
        (self.data / "pg_hba.conf").open("a").write(hba)
        run("chown", "-R", "postgres", self.data)
        self.start()

    user = ["setpriv", "--reuid", "postgres", "--regid", "postgres", "--clear-groups"]

    def start(self):
        self.process = subprocess.Popen([*self.user, self.bin / "postgres", "-D", self.data, "-p", str(self.port), "-c", "log_disconnections=off", "--shared-buffers=16MB"],
                                        stderr=open(self.top / "log", "w"), cwd="/")
        wait_for("postgres", lambda: "1" in self("select 1"), 30, self.process)

    def __call__(self, sql):
        return run("psql", "-U", "postgres", "-h", self.top, "-p", self.port, "-Atc", f"select to_jsonb(x) from ({sql}) x", check=False).stdout

    def rows(self, sql):
        return [json.loads(line) for line in self(sql).splitlines()]


HBA = """host all,"all" +staff,"a b" 10.1.0.0 255.255.0.0 md5
hostnossl replication all \\
   0.0.0.0/0 scram-sha-256
host all all 0.0.0.0/0 md5 # x
host all all 10.0.0.0/8 scram-sha-256
host "x y",z u 2001:db8::/32 pam pamservice=x
host sameuser all samenet reject
"""


@pytest.fixture(scope="module")
def postgres():
    need("psql", "setpriv")
    need_root()
    if not POSTGRES:
        pytest.skip("postgres is not installed")
    with tempfile.TemporaryDirectory(prefix="bulkhead-pg-", dir="/tmp") as top:  # pytest's own folders are for root alone
        server = Postgres(pathlib.Path(top), "listen_addresses = '*'\nlog_line_prefix = 'it''s %m\\t'\nFSYNC off\n", HBA)
        yield server
        stop(server.process)


def test_postgresql_is_told_as_it_tells_itself(postgres, told):
    fact = told("postgresql")[str(postgres.port)]
    says = {r["name"]: r for r in postgres.rows("select name, setting, sourcefile, sourceline from pg_settings")}
    for field, name in [("port", "port"), ("ssl", "ssl"), ("ssl_min", "ssl_min_protocol_version"), ("ssl_ciphers", "ssl_ciphers"), ("password_encryption", "password_encryption"),
                        ("log_connections", "log_connections"), ("log_disconnections", "log_disconnections"), ("log_prefix", "log_line_prefix"), ("logging_collector", "logging_collector"),
                        ("log_file_mode", "log_file_mode"), ("log_statement", "log_statement"), ("log_hostname", "log_hostname"), ("log_min_error", "log_min_error_statement"),
                        ("log_checkpoints", "log_checkpoints"), ("socket_perm", "unix_socket_permissions"), ("ignore_checksums", "ignore_checksum_failure"), ("fsync", "fsync"),
                        ("allow_system_table_mods", "allow_system_table_mods"), ("row_security", "row_security"), ("db_user_namespace", "db_user_namespace"),
                        ("archive_mode", "archive_mode"), ("library_path", "dynamic_library_path"), ("hba", "hba_file"), ("data", "data_directory"), ("config", "config_file")]:
        if name not in says:
            continue  # of another version
        value, where = fact[field]
        assert value == says[name]["setting"] or truth(value) == truth(says[name]["setting"]), field
        if says[name]["sourcefile"] and says[name]["sourcefile"].endswith(".conf"):
            assert where == f"{says[name]['sourcefile']}:{says[name]['sourceline']}", field
    assert words(fact["listen"][0]) == words(says["listen_addresses"]["setting"])
    assert fact["version"][0] == postgres.bin.parent.name


def test_rows_of_pg_hba_are_those_it_loaded(postgres, told):
    facts = {name: f for name, f in told("pg_hba").items() if name.startswith(str(postgres.data))}
    rules = postgres.rows("select * from pg_hba_file_rules where type is not null")
    assert len(facts) == len(rules) >= 12
    for rule in rules:
        fact = facts[f"{postgres.data}/pg_hba.conf:{rule['line_number']}"]
        assert (fact["type"][0], fact["method"][0]) == (rule["type"], rule["auth_method"])
        assert fact["databases"][0].strip("()[]").replace(", ", ",") == ",".join(rule["database"])
        assert fact["users"][0].strip("()[]").replace(", ", ",") == ",".join(u.strip('"') for u in rule["user_name"])
        if rule["address"]:
            assert fact["address"][0].split("/")[0].split()[0] == rule["address"]
        assert words(fact["options"][0]) == sorted(rule["options"] or [])
    last = [f for f in facts.values() if f["address"][0] == "10.0.0.0/8"]
    assert [f["shadowed"][0] for f in last] == ["true"], "a row behind 0.0.0.0/0 is never asked"


def test_mends_of_postgresql_turn_it_green(bulkhead, postgres):
    def look():
        done = comply(bulkhead, "--all", "--check", "postgresql-*", "--docker", "/nonexistent")
        return {(r["check"], r["subject"]["name"]): r for r in done.results if "subject" in r and
                (r["subject"]["name"] == str(postgres.port) or r["subject"]["name"].startswith(str(postgres.data)))}

    before = look()
    failing = {k: r for k, r in before.items() if r["state"] == "fail"}
    names = {c for c, _ in failing}
    assert {"postgresql-bind", "postgresql-password-encryption", "postgresql-log-connections", "postgresql-fsync", "postgresql-hba-trust-network", "postgresql-hba-trust-local",
            "postgresql-hba-md5", "postgresql-hba-anywhere", "postgresql-hba-shadowed", "postgresql-log-statement"} <= names
    assert not any("%" in mend_of(r) for r in failing.values())
    stop(postgres.process)
    conf, hba = postgres.data / "postgresql.conf", (postgres.data / "pg_hba.conf").read_text().split("\n")
    mended = set()
    for (check, name), result in failing.items():
        put = re.match(r"In (\S+) \(or by ALTER SYSTEM SET\) set: (.+?)(?: \(.*?\))?\. (?:Then|$)", mend_of(result))
        change = re.match(r"In that line change (\S+) to (?:peer \(socket file\) or )?(\S+)", mend_of(result))
        if put and re.fullmatch(r"\w+ = [^ ]+", put[2]):
            conf.open("a").write(put[2] + "\n")
        elif change and check != "postgresql-hba-plain":
            line = int(name.rsplit(":", 1)[1]) - 1
            to = "peer" if check == "postgresql-hba-trust-local" else change[2].rstrip(".")
            hba[line] = re.sub(rf"\b{change[1]}\b", to, hba[line])
        else:
            continue
        mended.add((check, name))
    assert {"postgresql-bind", "postgresql-password-encryption", "postgresql-log-connections", "postgresql-fsync", "postgresql-hba-trust-network", "postgresql-hba-md5"} <= {c for c, _ in mended}
    (postgres.data / "pg_hba.conf").write_text("\n".join(hba))
    postgres.process = subprocess.Popen([*postgres.user, postgres.bin / "postgres", "-D", postgres.data, "-p", str(postgres.port), "-c", "log_disconnections=on"],
                                        stderr=open(postgres.top / "log", "w"), cwd="/")
    wait_for("postgres again", lambda: "ready to accept" in (postgres.top / "log").read_text(), 30, postgres.process)
    after = look()
    assert {k: after[k]["state"] for k in mended} == {k: "pass" for k in mended}


# ---- MariaDB ----

def test_mariadb_is_told_as_it_tells_itself(bulkhead, told, tmp_path):
    need("mariadbd", "mariadb-install-db", "mariadb")
    need_root()
    port, data = free_port(), tmp_path / "data"
    (tmp_path / "conf.d").mkdir()
    (tmp_path / "my.cnf").write_text(f"[client]\nport=1\n[mysqld]\ndatadir={data}\nsocket={tmp_path}/s\npid-file={tmp_path}/pid\nuser=root\nport={port}\n"
                                     f"secure-file-priv = {tmp_path}/conf.d/ # kept\n!includedir {tmp_path}/conf.d/\n")
    (tmp_path / "conf.d/a.cnf").write_text('[mariadb-10.11]\nbind-address = "127.0.0.1" # all\nloose-nothing=1\nskip-symbolic-links\ngeneral-log\n[server]\ntls_version=TLSv1.2\n'
                                           "local-infile = ON\n[mysqld-5.5]\nport=1\n[mysqld]\nenable-log-bin=0\nplugin-load-add=simple_password_check\n")
    (tmp_path / "conf.d/z.cnf").write_text("[mysqld]\nbind-address=0.0.0.0\n")
    (tmp_path / "conf.d/z.cnf").chmod(0o666)  # for everybody to write: the server ignores it
    run("mariadb-install-db", "--no-defaults", f"--datadir={data}", "--user=root", "--auth-root-authentication-method=normal", timeout=60)
    process = subprocess.Popen(["mariadbd", f"--defaults-file={tmp_path}/my.cnf", "--local-inf=0", "--require-secure", "--sql-mode", "ANSI"], stderr=open(tmp_path / "log", "w"))
    ask = lambda sql: run("mariadb", "-uroot", "-S", tmp_path / "s", "-BNe", sql, check=False).stdout
    try:
        wait_for("mariadbd", lambda: "1" in ask("select 1"), 30, process)
        says = dict(line.split("\t", 1) for line in ask("show global variables").splitlines() if "\t" in line)
        fact = told("mysql")[str(port)]
        for field, name in [("port", "port"), ("local_infile", "local_infile"), ("tls_required", "require_secure_transport"), ("general_log", "general_log"), ("log_bin", "log_bin"),
                            ("old_passwords", "old_passwords"), ("secure_file_priv", "secure_file_priv"), ("log_error", "log_error")]:
            assert truth(fact[field][0]) == truth(says[name]) or fact[field][0] == says[name], field
        assert (fact["symbolic_links"][0], says["have_symlink"]) == ("false", "DISABLED")
        assert (fact["networking"][0], says["skip_networking"]) == ("true", "OFF")
        assert words(fact["bind"][0]) == [says["bind_address"]] and words(fact["tls_versions"][0]) == words(says["tls_version"])
        assert set(words(fact["sql_mode"][0])) <= set(words(says["sql_mode"])) and fact["sql_mode"][1] == "argument"
        assert words(fact["ignored"][0]) == [f"{tmp_path}/conf.d/z.cnf"] and "World-writable" in (tmp_path / "log").read_text()
        assert (fact["password_policy"][0], ask("select plugin_status from information_schema.plugins where plugin_name like 'simple_p%'").strip()) == ("true", "ACTIVE")
        assert fact["bind"][1] == f"{tmp_path}/conf.d/a.cnf:2" and fact["data"][0] == str(data)
        failing = {c for c, r in states(comply(bulkhead, "--all", "--check", "mysql-*", "--docker", "/nonexistent"), str(port), "mysql-").items() if r["state"] == "fail"}
        assert {"mysql-not-root", "mysql-general-log", "mysql-ignored-files"} <= failing and not {"mysql-bind", "mysql-local-infile", "mysql-password-policy"} & failing
    finally:
        stop(process)


# ---- etcd ----

@pytest.mark.parametrize("good", [True, False])
def test_etcd_is_told_as_it_tells_itself(bulkhead, told, ca, tmp_path, good):
    need("etcd")
    need_root()
    client, peer, name = free_port(), free_port(), "good" if good else "bad"
    scheme = "https" if good else "http"
    args = ["--name", name, f"--data-dir={tmp_path}/d", "-listen-client-urls", f"{scheme}://0.0.0.0:{client}", "--advertise-client-urls", f"{scheme}://127.0.0.1:{client}",
            "--initial-advertise-peer-urls", f"{scheme}://127.0.0.1:{peer}", "--initial-cluster", f"{name}={scheme}://127.0.0.1:{peer}", "--logger", "zap"]
    env = {**os.environ, "ETCD_LISTEN_PEER_URLS": f"{scheme}://0.0.0.0:{peer}"}
    if good:
        pem, key = ca.issue("etcd")
        key.chmod(0o600)
        args += ["--cert-file", pem, f"--key-file={key}", "--client-cert-auth", f"--trusted-ca-file={ca.pem}", "--peer-cert-file", pem, "--peer-key-file", key,
                 "--peer-client-cert-auth=true", "--peer-trusted-ca-file", ca.pem]
    else:
        args += ["--enable-pprof", "--auto-tls"]
    process = subprocess.Popen(["etcd", *map(str, args)], stderr=open(tmp_path / "log", "w"), stdout=subprocess.DEVNULL, env=env, cwd="/")
    log = lambda: [json.loads(line) for line in (tmp_path / "log").read_text().splitlines() if line.startswith("{")]
    try:
        wait_for("etcd", lambda: any("ready to serve" in line["msg"] or "serving" in line["msg"] for line in log()), 30, process)
        (says,) = [line for line in log() if line["msg"] == "starting an etcd server"]
        fact = told("etcd")[str(client)]
        assert words(fact["listen_client"][0]) == says["listen-client-urls"] and words(fact["listen_peer"][0]) == says["listen-peer-urls"]
        assert fact["listen_peer"][1] == "environment ETCD_LISTEN_PEER_URLS" and fact["data"][0] == says["data-dir"]
        assert fact["force_new_cluster"][0] == str(says["force-new-cluster"]).lower() and [fact["cors"][0]] == says["cors"]
        tls = [line for line in log() if "tls-info" in line or "starting with client TLS" in line["msg"] or "starting with peer TLS" in line["msg"]]
        if good:
            assert any(f"client-cert-auth = {fact['client_cert_auth'][0]}" in line.get("tls-info", "") for line in tls), tls
        assert fact["pprof"][0] == str(any(line["msg"] == "pprof is enabled" for line in log())).lower()
        failing = {c for c, r in states(comply(bulkhead, "--all", "--check", "etcd-*", "--docker", "/nonexistent"), str(client), "etcd-").items() if r["state"] == "fail"}
        bad = {"etcd-client-tls", "etcd-client-cert-auth", "etcd-peer-plain", "etcd-peer-cert-auth", "etcd-pprof", "etcd-own-certificate"}
        assert failing & bad == (set() if good else bad)
        assert ("etcd-separate-ca" in failing) == good
    finally:
        stop(process)


# ---- RabbitMQ ----

def test_rabbitmq_is_told_as_it_tells_itself(bulkhead, told, tmp_path):
    need("setpriv")
    need_root()
    if not RABBIT:
        pytest.skip("rabbitmq-server is not installed")
    top = pathlib.Path(f"/tmp/bulkhead-rabbit-{os.getpid()}")
    port, page, dist = free_port(), free_port(), free_port()
    node = f"bulkhead{os.getpid()}@localhost"
    as_rabbit = ["setpriv", "--reuid", "rabbitmq", "--regid", "rabbitmq", "--clear-groups"]
    env = {"PATH": os.environ["PATH"], "HOME": str(top), "RABBITMQ_NODENAME": node, "RABBITMQ_CONFIG_FILE": f"{top}/rabbitmq", "RABBITMQ_MNESIA_BASE": f"{top}/mnesia",
           "RABBITMQ_LOG_BASE": f"{top}/log", "RABBITMQ_ENABLED_PLUGINS_FILE": f"{top}/plugins", "RABBITMQ_ADVANCED_CONFIG_FILE": f"{top}/advanced.config",
           "RABBITMQ_CONFIG_FILES": f"{top}/conf.d", "RABBITMQ_DIST_PORT": str(dist), "ERL_EPMD_PORT": str(free_port())}
    try:
        for folder in ("", "mnesia", "log", "conf.d"):
            (top / folder).mkdir()
        (top / "rabbitmq.conf").write_text(f"listeners.tcp.1 = 0.0.0.0:{port}\nmanagement.tcp.port = {page}\ndefault_user = app # x\nauth_mechanisms.1 = PLAIN\n")
        (top / "conf.d/10.conf").write_text("loopback_users.guest = false\n")
        (top / "advanced.config").write_text(f'%% ours\n[{{rabbit, [{{tcp_listeners, [{{"127.0.0.1", {port}}}]}}]}}].\n')
        (top / "plugins").write_text("[rabbitmq_management].\n")
        run("chown", "-R", "rabbitmq", top)
        process = subprocess.Popen([*as_rabbit, RABBIT[-1]], env=env, cwd=top, stdout=open(top / "out", "w"), stderr=subprocess.STDOUT)
        try:
            wait_for("rabbitmq", lambda: "completed with" in (top / "out").read_text(), 60, process)
            says = run(*as_rabbit, RABBIT[-1].parent / "rabbitmqctl", "-n", node, "environment", env=env, cwd=top, timeout=60).stdout
            fact = told("rabbitmq")[str(node)]
            assert f'{{tcp_listeners,[{{"127.0.0.1",{port}}}]}}' in says and words(fact["listen"][0]) == [f"127.0.0.1:{port}"] and fact["listen_all"][0] == "false"
            assert fact["listen"][1].startswith(f"{top}/advanced.config:")
            assert "{loopback_users,[]}" in says and fact["guest_remote"] == ("true", f"{top}/conf.d/10.conf:1")
            assert "{default_user,<<\"app\">>}" in says and fact["default_user"][0] == "app"
            assert "{auth_mechanisms,['PLAIN']}" in says and words(fact["mechanisms"][0]) == ["PLAIN"]
            assert "{ssl_listeners,[]}" in says and words(fact["tls_listen"][0]) == []
            assert words(fact["plugins"][0]) == ["rabbitmq_management"] and fact["management_listen"][0] == f"0.0.0.0:{page}"
            assert fact["cookie_mode"][0] in ("256", "0400", "400") and fact["data"][0] == f"{top}/mnesia"
            failing = {c for c, r in states(comply(bulkhead, "--all", "--check", "rabbitmq-*", "--docker", "/nonexistent"), str(node), "rabbitmq-").items() if r["state"] == "fail"}
            assert "rabbitmq-management-bind" in failing and not {"rabbitmq-bind", "rabbitmq-cookie-mode", "rabbitmq-not-root"} & failing
        finally:
            run(*as_rabbit, RABBIT[-1].parent / "rabbitmqctl", "-n", node, "stop", env=env, cwd=top, check=False, timeout=60)
            stop(process)
            run("epmd", "-port", env["ERL_EPMD_PORT"], "-kill", check=False)
    finally:
        shutil.rmtree(top, ignore_errors=True)


# ---- memcached ----

def test_memcached_is_told_as_it_tells_itself(bulkhead, told):
    need("memcached")
    need_root()
    port = free_port()
    process = subprocess.Popen(["memcached", "-u", "memcache", "-l127.0.0.1", "-rp", str(port), "-m", "8", "-X", "-U", "0"], stderr=subprocess.DEVNULL)
    try:
        wait_for("memcached", lambda: socket.create_connection(("127.0.0.1", port), 1).close() is None, 20, process)
        with socket.create_connection(("127.0.0.1", port), 5) as s:
            s.sendall(b"stats settings\r\nquit\r\n")
            says = dict(line.split(" ", 2)[1:] for line in s.makefile().read().splitlines() if line.startswith("STAT ") and line.count(" ") >= 2)
        fact = told("memcached")[str(port)]
        assert (fact["port"][0], fact["udp_port"][0], words(fact["bind"][0])) == (says["tcpport"], says["udpport"], [says["inter"]])
        assert int(fact["memory"][0]) << 20 == int(says["maxbytes"])
        for field, name in [("auth", "auth_enabled_sasl"), ("flush", "flush_enabled"), ("dump", "dump_enabled")]:
            assert fact[field][0] == truth({"yes": "yes", "no": "no"}[says[name]]), field
        failing = {c for c, r in states(comply(bulkhead, "--all", "--check", "memcached-*", "--docker", "/nonexistent"), str(port), "memcached-").items() if r["state"] == "fail"}
        assert failing == set()
    finally:
        stop(process)


# ---- leaked files ----

def test_secrets_are_told_by_place_and_never_by_value(bulkhead, tmp_path):
    home = tmp_path / "root/root"
    (home / ".docker").mkdir(parents=True)
    (home / ".ssh").mkdir()
    (tmp_path / "root/tmp").mkdir(parents=True)
    (tmp_path / "root/etc/kubernetes").mkdir(parents=True)
    (home / ".docker/config.json").write_text('{"auths": {"r.example": {"auth": "c2VjcmV0LXdvcmQ="}}}')
    run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", home / ".ssh/id_ed25519")
    run("ssh-keygen", "-q", "-t", "ed25519", "-N", "a passphrase", "-f", home / ".ssh/id_other")
    (tmp_path / "root/tmp/k.yaml").write_text("kind: Config\nclusters: []\nusers: [{user: {token: c2VjcmV0LXdvcmQ}}]\n")
    (tmp_path / "root/etc/kubernetes/admin.conf").write_text("kind: Config\nclusters: []\nusers: [{user: {client-key-data: c2VjcmV0LXdvcmQ}}]\n")
    for path in tmp_path.rglob("*"):
        path.chmod(0o755 if path.is_dir() else 0o644)
    (home / ".ssh/id_ed25519").chmod(0o600)
    done = comply(bulkhead, "--root", tmp_path / "root", "--check", "secret-file-*", "--all")
    assert "c2VjcmV0" not in json.dumps(done.report) and "PRIVATE KEY" not in json.dumps(done.report)
    state = lambda check, name: done.of(check, name)["state"]
    assert state("secret-file-open", "/root/.docker/config.json") == "fail" and state("secret-file-open", "/root/.ssh/id_ed25519") == "pass"
    assert state("secret-file-passphrase", "/root/.ssh/id_ed25519") == "fail" and state("secret-file-passphrase", "/root/.ssh/id_other") == "pass"
    assert state("secret-file-shared", "/tmp/k.yaml") == "fail" and state("secret-file-cluster-mode", "/etc/kubernetes/admin.conf") == "fail"
    assert "/root/.ssh/id_ed25519.pub" not in json.dumps(done.report)
