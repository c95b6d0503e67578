# SPDX-License-Identifier: Apache-2.0
"""bulkhead passwords: stores that the real programs wrote, below a root of our own and in a real container.

Passwords are accounts' own names where a hash is slow: what is tested is that a store is read and its scheme known."""
import base64
import csv
import hashlib
import io
import json
import os
import pathlib
import shutil
import socket
import sqlite3
import subprocess
import time

import pytest

from conftest import need, need_root, run, stop, wait_for

STRONG = "Vb7-quarx.Nelo#52"


class Found:
    def __init__(self, result):
        self.code, self.text, self.stderr = result.returncode, result.stdout, result.stderr
        report = json.loads(result.stdout) if result.stdout.startswith("{") else {"accounts": [], "gaps": [], "summary": {}, "rates": []}
        self.accounts, self.gaps, self.summary, self.rates = report["accounts"], report["gaps"], report["summary"], report["rates"]

    def one(self, account, **wanted):
        rows = [a for a in self.accounts if a["account"] == account and all(a.get(k) == v for k, v in wanted.items())]
        assert len(rows) == 1, f"{account}: {rows}\n{self.text}\n{self.stderr}"
        return rows[0]

    def verdicts(self):
        return {(a["path"], a["account"]): a["verdict"] for a in self.accounts}


@pytest.fixture(scope="session")
def lists(tmp_path_factory):
    """A short list, so that what holds holds soon."""
    d = tmp_path_factory.mktemp("lists")
    (d / "passwords").mkdir()
    (d / "passwords/common.txt").write_text("password\n123456\ndragon\nletmein\n")
    shutil.copy(pathlib.Path(__file__).resolve().parents[2] / "content/passwords/defaults.yaml", d / "passwords")
    return d


@pytest.fixture
def passwords(bulkhead, lists, tmp_path):
    def test(root, *more, content=lists, state=tmp_path / "state", form="json", **options):
        return Found(bulkhead("passwords", "--root", root, "--content", content, "--state", state, "--format", form, *more, **options))
    return test


@pytest.fixture
def root(tmp_path):
    (tmp_path / "root").mkdir()
    return tmp_path / "root"


def put(root, path, text, mode=0o600):
    p = root / path
    p.parent.mkdir(parents=True, exist_ok=True)
    p.write_bytes(text if isinstance(text, bytes) else text.encode())
    p.chmod(mode)
    return p


def mkpasswd(method, word, *more):
    need("mkpasswd")
    return run("mkpasswd", "-m", method, *more, word).stdout.strip()


# ---- stores ----

METHODS = ["yescrypt", "gost-yescrypt", "scrypt", "bcrypt", "bcrypt-a", "sha512crypt", "sha256crypt", "sunmd5", "md5crypt", "bsdicrypt", "descrypt", "nt"]


def test_shadow_with_every_method(passwords, root):
    need_root()
    put(root, "etc/passwd", "root:x:0:0::/root:/bin/sh\n")
    put(root, "etc/group", "")
    put(root, "etc/shadow", "")
    for m in METHODS:
        run("useradd", "-P", root, "-M", "-p", mkpasswd(m, "u" + m.replace("-", "")[:7]), "u" + m.replace("-", "")[:7])
    run("useradd", "-P", root, "-M", "nobodyin")
    run("useradd", "-P", root, "-M", "-p", "", "open")
    f = passwords(root)
    for m in METHODS:
        row = f.one("u" + m.replace("-", "")[:7], store="shadow", path="etc/shadow")
        assert row["verdict"] == "weak" and row["why"] == "the account's own name", row
    assert {a["scheme"] for a in f.accounts if "scheme" in a} == {"yescrypt", "gost-yescrypt", "scrypt", "bcrypt", "sha512crypt", "sha256crypt", "sunmd5", "md5crypt",
                                                                  "bsdicrypt", "descrypt", "nt-crypt"}
    assert f.one("nobodyin")["verdict"] == "locked"
    assert f.one("open")["why"] == "no password at all"


def test_htpasswd_with_every_method(passwords, root):
    need("htpasswd")
    (root / "srv").mkdir()
    for i, a in enumerate("mB2sdp5"):
        run("htpasswd", "-b" + ("c" if i == 0 else "") + a, root / "srv/users", "user" + a, "user" + a)
    put(root, "etc/nginx/sites-enabled/shop", "server { location / {\n auth_basic_user_file /srv/users;\n} }\n")
    put(root, "etc/apache2/sites-enabled/x.conf", '<Location "/">\n  AuthUserFile "/srv/users"\n</Location>\n')
    f = passwords(root)
    assert {a["account"]: a["scheme"] for a in f.accounts if a["verdict"] == "weak" and a["why"] == "the account's own name"} == {
        "userm": "apr1", "userB": "bcrypt", "user2": "sha256crypt", "user5": "sha512crypt", "users": "sha1", "userd": "descrypt", "userp": "plain"}
    assert all(a["path"] == "srv/users" for a in f.accounts)


def test_redis(passwords, root, tmp_path):
    need("redis-server", "redis-cli")
    home = root / "etc/redis"
    home.mkdir(parents=True)
    (home / "users.acl").touch()
    put(root, "etc/redis/redis.conf", f"port 0\nunixsocket {tmp_path}/s\ndir {home}\naclfile {home}/users.acl\nsave \"\"\n")
    server = subprocess.Popen(["redis-server", home / "redis.conf"], stdout=subprocess.DEVNULL)
    try:
        wait_for("redis", (tmp_path / "s").exists, 10, server)
        said = run("redis-cli", "-s", tmp_path / "s", input=f"""ACL SETUSER alice on >dragon +@all
ACL SETUSER bob on >{STRONG}
ACL SETUSER carol on nopass
ACL SETUSER default >foobared
ACL SAVE
""").stdout
        assert said.split() == ["OK"] * 5
    finally:
        stop(server)
    put(root, "etc/redis/redis.conf", "aclfile /etc/redis/users.acl\nrequirepass redis2024\n")
    f = passwords(root)
    assert f.one("alice", scheme="redis-sha256")["why"] == "number 3 of the list of common ones"
    assert f.one("bob")["verdict"] == "held"
    assert f.one("carol")["why"] == "no password at all"
    assert f.one("default", path="etc/redis/users.acl", scheme="redis-sha256")["why"] == "the vendor's default (redis)"
    assert f.one("default", path="etc/redis/redis.conf")["why"] == "the product's name with a year after it"


def test_mariadb(passwords, root, tmp_path):
    need("mariadbd", "mariadb-install-db")
    need_root()
    data = tmp_path / "my"
    run("mariadb-install-db", "--no-defaults", f"--datadir={data}", "--user=root", "--auth-root-authentication-method=normal", "--skip-test-db")
    run("mariadbd", "--no-defaults", f"--datadir={data}", "--user=root", "--bootstrap", "--plugin-load-add=auth_ed25519",
        input=f"""FLUSH PRIVILEGES;
CREATE USER 'alice'@'localhost' IDENTIFIED BY 'alice123';
CREATE USER 'bob'@'%' IDENTIFIED BY '{STRONG}';
CREATE USER 'gone'@'%' IDENTIFIED BY 'gone';
DROP USER 'gone'@'%';
CREATE USER 'sock'@'localhost' IDENTIFIED VIA unix_socket OR mysql_native_password USING PASSWORD('sock');
CREATE USER 'lock'@'localhost' IDENTIFIED BY 'lock' ACCOUNT LOCK;
CREATE USER 'curve'@'localhost' IDENTIFIED VIA ed25519 USING PASSWORD('curve');
ALTER USER 'root'@'localhost' IDENTIFIED BY 'my-secret-pw';
""")
    (root / "var/lib/mysql/mysql").mkdir(parents=True)
    shutil.copy(data / "mysql/global_priv.MAD", root / "var/lib/mysql/mysql")
    f = passwords(root)
    assert f.one("alice@localhost")["why"] == "the account's own name with digits after it"
    assert f.one("bob@%")["verdict"] == "held"
    assert f.one("sock@localhost")["why"] == "the account's own name"
    assert f.one("lock@localhost")["verdict"] == "locked"
    assert f.one("curve@localhost", scheme="mysql-ed25519")["why"] == "the account's own name"
    assert f.one("root@localhost")["why"] == "the vendor's default (mysql)"
    assert f.one("root@127.0.0.1")["why"] == "no password at all"
    assert not any("gone" in a["account"] for a in f.accounts)
    assert f.gaps == []


def test_postgresql(passwords, root, tmp_path):
    need_root()
    bins = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin"))
    if not bins:
        pytest.skip("PostgreSQL is not installed")
    data = root / "var/lib/postgresql/15/main"
    data.mkdir(parents=True)
    for p in [tmp_path, *root.rglob("*"), root, *list(tmp_path.parents)[:2]]: # pytest's own folders, and not what they are in
        if p.is_dir():
            p.chmod(0o755)
    shutil.chown(data, "postgres", "postgres")
    data.chmod(0o700)
    as_postgres = lambda *a, **kw: run("setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", *a, cwd="/", **kw)
    as_postgres(bins[-1] / "initdb", "-D", data, "-A", "trust", "--no-sync")
    single = lambda sql: as_postgres(bins[-1] / "postgres", "--single", "-D", data, "postgres", input=sql)
    single("create role alice login password 'alice';\ncreate role bob login password 'old';\n"
           f"create role shut password 'shut';\ncreate role strong login password '{STRONG}';\n")
    single("set password_encryption = md5;\n\ncreate role carol login password 'dragon';\nalter role bob password 'bob2025';\nalter role postgres password 'mysecretpassword';\n")
    f = passwords(root)
    assert f.one("alice", scheme="scram-sha256")["why"] == "the account's own name"
    assert f.one("bob", scheme="postgres-md5")["why"] == "the account's own name with a year after it"
    assert f.one("carol", scheme="postgres-md5")["why"] == "number 3 of the list of common ones"
    assert f.one("postgres")["why"] == "the vendor's default (postgres)"
    assert f.one("shut")["verdict"] == "locked"
    assert f.one("strong")["verdict"] in ("held", "partly")
    single("vacuum full pg_authid;\n")
    again = passwords(root)
    assert again.gaps == [] and again.verdicts().keys() != f.verdicts().keys() # another file, by the map
    assert again.one("alice")["why"] == "the account's own name" and "1260" not in again.one("alice")["path"]


def test_tomcat(passwords, root):
    digest = pathlib.Path("/usr/share/tomcat10/bin/digest.sh")
    if not digest.exists():
        pytest.skip("tomcat10-common is not installed")
    need("java")
    made = lambda *a: run("sh", digest, *a).stdout.strip().splitlines()[-1].partition(":")[2]
    users = {"md": made("-a", "SHA-256", "-i", "100", "-s", "16", "md"), "bare": made("-a", "SHA-1", "-i", "1", "-s", "0", "bare"),
             "key": made("-h", "org.apache.catalina.realm.SecretKeyCredentialHandler", "-i", "500", "key"), "plain": "s3cret"}
    put(root, "etc/tomcat10/tomcat-users.xml", "<?xml version='1.0' encoding='utf-8'?>\n<tomcat-users xmlns='http://tomcat.apache.org/xml' version='1.0'>\n" +
        "".join(f'  <user username="{u}" password="{p}" roles="manager-gui"/>\n' for u, p in users.items()) + "</tomcat-users>\n")
    f = passwords(root)
    assert {a["account"]: (a["scheme"], a["why"]) for a in f.accounts} == {
        "md": ("tomcat-salted", "the account's own name"), "bare": ("tomcat-digest", "the account's own name"),
        "key": ("tomcat-salted", "the account's own name"), "plain": ("tomcat-plain", "the vendor's default (tomcat)")}
    assert f.one("plain")["line"] == 6


def test_snmp(passwords, root):
    need("snmpd")
    state = root / "var/lib/snmp"
    state.mkdir(parents=True)
    put(root, "var/lib/snmp/snmpd.conf", 'createUser alicealice SHA "alicealice" AES\ncreateUser bob MD5 "password" DES\n')
    put(root, "etc/snmp/snmpd.conf", "rocommunity public default\nrwcommunity Kd82-kdwq.K\ncom2sec me 10.0.0.0/8 private\nrouser alicealice\n")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.bind(("127.0.0.1", 0))
        port = s.getsockname()[1]
    server = subprocess.Popen(["snmpd", "-f", "-Lf", root / "log", f"127.0.0.1:{port}"], stderr=subprocess.DEVNULL,
                              env={**os.environ, "SNMP_PERSISTENT_DIR": str(state), "SNMPCONFPATH": f"{root}/etc/snmp:{state}", "MIBS": ""})
    wait_for("snmpd", lambda: "NET-SNMP version" in (root / "log").read_text(), 20, server)
    stop(server)
    kept = [line.split()[0] for line in (state / "snmpd.conf").read_text().splitlines() if line]
    assert kept.count("usmUser") == 2 and "createUser" not in kept # as localised keys
    f = passwords(root)
    assert f.one("rocommunity")["why"] == "the vendor's default (snmp)"
    assert f.one("rwcommunity")["verdict"] == "held"
    assert f.one("me")["why"] == "the vendor's default (snmp)"
    assert f.one("alicealice", scheme="snmp-sha1")["why"] == "the account's own name"
    assert f.one("bob", scheme="snmp-md5")["why"] == "number 1 of the list of common ones"


def test_vnc(passwords, root):
    need("tigervncpasswd")
    run("sh", "-c", f"mkdir -p {root}/root/.vnc && printf 'password\\nview-2me\\n' | tigervncpasswd -f > {root}/root/.vnc/passwd")
    f = passwords(root)
    assert f.one("vnc")["why"] == "the vendor's default (vnc)"


def test_ftp(passwords, root):
    need("ftpasswd", "htpasswd")
    (root / "etc/proftpd").mkdir(parents=True)
    for i, method in enumerate(["--md5", "--sha256", "--sha512"]):
        run("ftpasswd", "--passwd", method, f"--name=ftp{i}", f"--uid={1000 + i}", "--home=/srv", "--shell=/bin/false", "--stdin", f"--file={root}/etc/proftpd/ftpd.passwd",
            input=f"ftp{i}\n")
    (root / "etc/vsftpd").mkdir()
    run("htpasswd", "-cdb", root / "etc/vsftpd/ftpd.passwd", "upload", "upload") # what pam_pwdfile reads
    f = passwords(root)
    assert {a["account"]: a["scheme"] for a in f.accounts if a["verdict"] == "weak"} == {"ftp0": "md5crypt", "ftp1": "sha256crypt", "ftp2": "sha512crypt", "upload": "descrypt"}


def test_keys_of_ssh(passwords, root):
    need("ssh-keygen")
    (root / "root/.ssh").mkdir(parents=True)
    for name, kind, phrase, mode in [("id_ed25519", ["ed25519"], "", 0o600), ("id_rsa", ["rsa", "-m", "PEM"], "", 0o644), ("id_ecdsa", ["ecdsa"], "hello world", 0o644),
                                     ("id_old", ["ecdsa", "-m", "PEM"], "hello world", 0o644), ("id_p8", ["ecdsa", "-m", "PKCS8"], "hello world", 0o600)]:
        run("ssh-keygen", "-q", "-t", *kind, "-N", phrase, "-f", root / "root/.ssh" / name)
        (root / "root/.ssh" / name).chmod(mode)
    f = passwords(root)
    assert {a["account"]: a["verdict"] for a in f.accounts} == {"id_ed25519": "held", "id_rsa": "weak", "id_ecdsa": "untested", "id_old": "untested", "id_p8": "untested"}
    assert f.one("id_rsa")["why"].startswith("a key without a passphrase, and its mode")


def test_env_and_compose(passwords, root):
    put(root, "srv/shop/.env", f"DB_USER=shop\nDB_PASSWORD=shop2025\nJWT_SECRET={STRONG}\nSHORT_PASSWORD=k!7x\nDATABASE_URL=postgres://app:app@db/x\n")
    put(root, "srv/shop/other.env", "ROOT_PASSWORD=root\n")
    put(root, "srv/shop/compose.yaml", "services:\n  db:\n    env_file: [.env, other.env, ../../../../../../etc/hostname]\n    environment:\n      MARIADB_ROOT_PASSWORD: example\n"
        "  cache:\n    command: redis-server --requirepass letmein\n")
    f = passwords(root)
    assert f.one("DB_PASSWORD")["why"] == "the name beside it in the file with a year after it"
    assert f.one("JWT_SECRET")["verdict"] == "held"
    assert f.one("SHORT_PASSWORD")["why"] == "shorter than 8 characters"
    assert f.one("DATABASE_URL")["why"] == "the name beside it in the file"
    assert f.one("ROOT_PASSWORD", path="srv/shop/other.env")["verdict"] == "weak"
    assert f.one("MARIADB_ROOT_PASSWORD", line=5)["why"] == "the vendor's default (app)"
    assert f.one("--requirepass")["why"] == "number 4 of the list of common ones"


def test_grafana(passwords, root):
    db = put(root, "var/lib/grafana/grafana.db", b"")
    with sqlite3.connect(db) as c:
        c.execute("CREATE TABLE user (id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, version INTEGER NOT NULL, login TEXT NOT NULL, email TEXT NOT NULL, name TEXT NULL, "
                  "password TEXT NULL, salt TEXT NULL, rands TEXT NULL, company TEXT NULL, org_id INTEGER NOT NULL, is_admin INTEGER NOT NULL)")
        for login, word in [("admin", "admin"), ("bob", STRONG)]:
            key = hashlib.pbkdf2_hmac("sha256", word.encode(), b"YIIkjZVcKR", 10000, 50).hex()
            c.execute("INSERT INTO user (version, login, email, name, password, salt, org_id, is_admin) VALUES (0, ?, 'x', '', ?, 'YIIkjZVcKR', 1, 1)", (login, key))
    f = passwords(root, "--cpu-seconds", "1")
    assert f.one("admin")["why"] == "the vendor's default (grafana)"
    assert f.one("bob")["verdict"] == "partly"


def test_gitea(passwords, root):
    """Its table as it grew: the algorithm's column was added later, so it stands last."""
    need("argon2")
    db = put(root, "data/gitea/gitea.db", b"")
    salt = "0123456789"
    pbkdf2 = lambda word, rounds: hashlib.pbkdf2_hmac("sha256", word.encode(), salt.encode(), rounds, 50).hex()
    argon2 = lambda word: run("argon2", salt, "-id", "-t", "2", "-k", "1024", "-p", "2", "-l", "50", "-r", input=word).stdout.strip()
    with sqlite3.connect(db) as c:
        c.execute('CREATE TABLE `user` (`id` INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, `lower_name` TEXT NOT NULL, `name` TEXT NOT NULL, '
                  "`email_notifications_preference` TEXT DEFAULT 'enabled, of course (mostly)' NOT NULL, `passwd` TEXT NOT NULL, \"salt\" TEXT NULL, `prohibit_login` INTEGER DEFAULT 0 NOT NULL)")
        add = lambda name, key, barred=0: c.execute("INSERT INTO user (lower_name, name, passwd, salt, prohibit_login) VALUES (?, ?, ?, ?, ?)", (name.lower(), name, key, salt, barred))
        add("Old", pbkdf2("old", 10000))
        add("Team", "")
        c.execute("ALTER TABLE `user` ADD `passwd_hash_algo` TEXT DEFAULT 'argon2' NOT NULL")
        rows = [("gitea_admin", pbkdf2("r8sA8CPHD9!bt6d", 50000), "pbkdf2$50000$50"), ("Ann", argon2("Ann1234"), "argon2$2$1024$2$50"),
                ("Bea", mkpasswd("bcrypt", "bea"), "bcrypt$10"), ("Kim", "ab" * 50, "scrypt$65536$16$2$50"), ("Ina", pbkdf2(STRONG, 320000), "pbkdf2$320000$50")]
        for name, key, algorithm in rows:
            add(name, key)
            c.execute("UPDATE user SET passwd_hash_algo = ? WHERE name = ?", (algorithm, name))
        c.execute("UPDATE user SET passwd_hash_algo = '' WHERE name = 'Old'")
        add("Gone", pbkdf2("gone", 10000), 1)
    f = passwords(root, "--cpu-seconds", "4")
    assert {a["account"]: (a["verdict"], a.get("scheme")) for a in f.accounts} == {
        "Old": ("weak", "gitea-pbkdf2"), "gitea_admin": ("weak", "gitea-pbkdf2"), "Ann": ("weak", "gitea-argon2"), "Bea": ("weak", "bcrypt"), "Kim": ("untested", None),
        "Ina": ("partly", "gitea-pbkdf2"), "Gone": ("locked", None)}
    assert f.one("gitea_admin")["why"] == "the vendor's default (gitea)"


def test_dovecot_with_every_scheme(passwords, root):
    need("doveadm")
    kinds = {"CRYPT": "bcrypt", "SHA512-CRYPT": "sha512crypt", "SHA256-CRYPT": "sha256crypt", "BLF-CRYPT": "bcrypt", "MD5-CRYPT": "md5crypt", "ARGON2ID": "argon2",
             "ARGON2I": "argon2", "SHA": "sha1", "SSHA": "ssha", "SHA256": "sha256", "SSHA256": "ssha256", "SHA512": "sha512", "SSHA512": "ssha512", "SMD5": "smd5",
             "PLAIN-MD5": "plain-md5", "PBKDF2": "dovecot-pbkdf2", "SCRAM-SHA-256": "scram-sha256", "PLAIN": "plain"}
    name = lambda kind: "u" + kind.lower().replace("-", "")
    put(root, "srv/mail/people", "".join(f"{name(k)}@shop:{run('doveadm', 'pw', '-s', k, '-p', name(k)).stdout.strip()}:5000:5000::/mail\n" for k in kinds) +
        f"old:{run('doveadm', 'pw', '-s', 'CRAM-MD5', '-p', 'old').stdout.strip()}:1:1\nfree::1:1::::nopassword=y\n")
    put(root, "etc/dovecot/conf.d/auth-passwdfile.conf.ext", "passdb {\n  driver = passwd-file\n  args = scheme=CRYPT username_format=%u /srv/mail/people\n}\n")
    f = passwords(root, "--cpu-seconds", "20")
    assert {a["account"]: a["scheme"] for a in f.accounts if a["verdict"] == "weak" and a["why"] == "the account's own name"} == {f"{name(k)}@shop": s for k, s in kinds.items()}
    assert f.one("free")["why"] == "no password at all" and f.one("old")["verdict"] == "untested"


def test_argon2_as_programs_write_it(passwords, root):
    need("argon2")
    made = run("argon2", "0123456789abcdef", "-id", "-t", "2", "-k", "1024", "-p", "2", "-e", input="vault").stdout.strip()
    put(root, "data/config.json", json.dumps({"domain": "https://vault", "admin_token": made, "smtp_password": "vault", "signups_allowed": True}))
    put(root, "srv/vault/compose.yml", f"services:\n  vault:\n    environment:\n      ADMIN_TOKEN: {made.replace('$', '$$')}\n      OTHER_PASSWORD: ${{ELSEWHERE}}\n")
    put(root, "srv/vault/.env", f"ADMIN_TOKEN='{made}'\n")
    put(root, "etc/nginx/.htpasswd", f"vault:{made}\n")
    put(root, "config/users_database.yml", f"users:\n  vault:\n    disabled: false\n    password: '{made}'\n")
    put(root, "home/coder/.config/code-server/config.yaml", f'auth: password\nhashed-password: "{made}"\n')
    f = passwords(root)
    assert {(a["path"], a["account"], a["verdict"], a["scheme"]) for a in f.accounts} == {
        ("data/config.json", "admin_token", "weak", "argon2"), ("data/config.json", "smtp_password", "weak", "plain"), ("srv/vault/compose.yml", "ADMIN_TOKEN", "weak", "argon2"),
        ("srv/vault/.env", "ADMIN_TOKEN", "weak", "argon2"), ("etc/nginx/.htpasswd", "vault", "weak", "argon2"), ("config/users_database.yml", "vault", "weak", "argon2"),
        ("home/coder/.config/code-server/config.yaml", "code-server", "weak", "argon2")}
    assert f.one("vault", store="htpasswd")["why"] == "the account's own name" and f.one("admin_token")["why"].startswith("the same as that of ")


def test_jenkins_rabbitmq_samba(passwords, root):
    put(root, "var/lib/jenkins/users/admin_4711/config.xml", "<?xml version='1.1' encoding='UTF-8'?>\n<user>\n  <version>10</version>\n  <id>admin</id>\n  <properties>\n"
        f"    <passwordHash>#jbcrypt:{mkpasswd('bcrypt-a', 'admin')}</passwordHash>\n  </properties>\n</user>\n")
    salt = b"\x01\x02\x03\x04"
    put(root, "etc/rabbitmq/definitions.json", json.dumps({"users": [
        {"name": "guest", "password_hash": base64.b64encode(salt + hashlib.sha256(salt + b"guest").digest()).decode(), "hashing_algorithm": "rabbit_password_hashing_sha256"}]}))
    nt = mkpasswd("nt", "sambauser").rpartition("$")[2].upper()
    put(root, "etc/samba/smbpasswd", f"sambauser:1000:{'X' * 32}:{nt}:[U          ]:LCT-00000000:\n")
    f = passwords(root)
    assert f.one("admin", store="jenkins", scheme="bcrypt")["why"] == "the vendor's default (jenkins)"
    assert f.one("guest", store="rabbitmq")["why"] == "the vendor's default (rabbitmq)"
    assert f.one("sambauser", scheme="nt")["why"] == "the account's own name"


# ---- what it does with them ----

def test_a_password_known_from_plain_text_is_told(passwords, root):
    put(root, "etc/shadow", f"root:{mkpasswd('sha512crypt', STRONG)}:1::::::\n")
    put(root, "opt/app/.env", f"ADMIN_PASSWORD={STRONG}\n")
    f = passwords(root, "--fail-on", "weak")
    assert f.code == 0 and f.one("ADMIN_PASSWORD")["verdict"] == "held"
    row = f.one("root")
    assert row["verdict"] == "known" and row["why"] == "it stands in plain text: ADMIN_PASSWORD in /opt/app/.env"
    assert passwords(root, "--fail-on", "known").code == 1


def test_what_is_known_stays_known_in_a_run_without_time(passwords, root):
    """A hash whose password stands in a file is compared with that one first, and costs no more than that."""
    put(root, "etc/shadow", "".join(f"u{i}:{mkpasswd('md5crypt', STRONG if i == 3 else f'{STRONG}{i}')}:1::::::\n" for i in range(5)))
    put(root, "opt/app/.env", "".join(f"S{i}_PASSWORD={i}{STRONG}\n" for i in range(20)) + f"ADMIN_PASSWORD={STRONG}\nROOT_PASSWORD=root\n")
    args = ("--store", "shadow,env", "--cpu-seconds")
    first = passwords(root, *args, "60")
    assert first.one("u3")["why"] == "it stands in plain text: ADMIN_PASSWORD in /opt/app/.env" and first.summary["held"] == 25
    again = passwords(root, *args, "1")
    assert again.verdicts() == first.verdicts() and again.one("u3")["remembered"]
    assert not any(r["scheme"] == "md5crypt" and r["tried"] for r in again.rates), again.rates


def test_no_password_is_shown_or_kept(passwords, root, tmp_path):
    words = ["dragonfly-77x", "unu-suaL.word9", "K3pt-in-plain"]
    put(root, "etc/shadow", f"root:{mkpasswd('md5crypt', words[0])}:1::::::\nbob:{mkpasswd('md5crypt', words[1])}:1::::::\n")
    put(root, "opt/app/.env", f"X_PASSWORD={words[2]}\nY_PASSWORD={words[0]}\n")
    put(root, "list", "\n".join(words))
    for form in ("table", "json", "csv"):
        f = passwords(root, "--words", root / "list", form=form)
        assert "number 1 of your own list" in f.text and not any(w in f.text + f.stderr for w in words)
    kept = list((tmp_path / "state").iterdir())
    assert sorted(p.name for p in kept) == ["key", "tested"]
    for p in kept:
        assert p.stat().st_mode & 0o777 == 0o600
        text = p.read_bytes()
        for w in words:
            for trace in (w, hashlib.sha256(w.encode()).hexdigest(), hashlib.md5(w.encode()).hexdigest(), (root / "etc/shadow").read_text().split("$")[3][:12]):
                assert trace.encode() not in text
    assert len((tmp_path / "state/tested").read_text().splitlines()) == 3 # a head and the two hashes: none for plain text


def test_only_what_changed_is_tested_again(passwords, root):
    shadow = lambda bob: put(root, "etc/shadow", f"alice:{alice}:1::::::\nbob:{bob}:1::::::\nweak:{weak}:1::::::\n")
    alice, weak = mkpasswd("md5crypt", STRONG), mkpasswd("md5crypt", "dragon")
    shadow(mkpasswd("md5crypt", STRONG + "x"))
    first = passwords(root)
    assert first.one("alice")["verdict"] == "held" and first.summary["guesses"] > 500
    second = passwords(root)
    assert second.verdicts() == first.verdicts() and second.summary["guesses"] == 0
    assert all(a["remembered"] for a in second.accounts)
    assert second.one("weak")["why"] == first.one("weak")["why"] == "number 3 of the list of common ones"
    shadow(mkpasswd("md5crypt", "bob1"))
    third = passwords(root)
    assert third.one("bob")["verdict"] == "weak" and not third.one("bob")["remembered"] and third.one("alice")["remembered"]
    assert passwords(root, "--fresh").summary["guesses"] > 300
    put(root, "words", STRONG + "\n") # the list changed: all is tested again
    assert passwords(root, "--words", root / "words").one("alice")["why"] == "number 1 of your own list"


def test_a_budget_is_held_and_the_next_run_goes_on(passwords, root):
    put(root, "etc/shadow", f"slow:{mkpasswd('yescrypt', STRONG)}:1::::::\n")
    put(root, "etc/nginx/.htpasswd", f"quick:{{SHA}}{base64.b64encode(hashlib.sha1(STRONG.encode()).digest()).decode()}\n")
    first = passwords(root, "--cpu-seconds", "1")
    row = first.one("slow")
    assert row["verdict"] == "partly" and 0 < row["tried"] < row["guesses"] and first.summary["spent"] is True
    assert first.summary["cpu_seconds"] < 1.3
    assert first.one("quick")["verdict"] == "held" # cheapest first
    second = passwords(root, "--cpu-seconds", "1")
    assert second.one("slow")["tried"] > row["tried"]
    table = passwords(root, "--cpu-seconds", "1", form="table").text
    assert "the processor time was spent" in table and "the next run goes on from here" in table


def test_a_share_of_the_processor_is_held(passwords, root):
    put(root, "etc/shadow", f"slow:{mkpasswd('sha512crypt', STRONG)}:1::::::\n")
    began = time.monotonic()
    f = passwords(root, "--cpu-seconds", "1", "--cpu-percent", "30")
    took = time.monotonic() - began
    assert f.summary["cpu_seconds"] > 0.5 and took > f.summary["cpu_seconds"] * 2.5


def test_the_child_is_jailed(build, lists, root, tmp_path):
    put(root, "etc/shadow", f"slow:{mkpasswd('yescrypt', STRONG)}:1::::::\n")
    p = subprocess.Popen([build / "bulkhead", "passwords", "--root", root, "--content", lists, "--state", tmp_path / "state"], stdout=subprocess.DEVNULL)
    children = lambda: [int(c) for c in pathlib.Path(f"/proc/{p.pid}/task/{p.pid}/children").read_text().split()]
    try:
        wait_for("its child", lambda: any("bulkhead-guess" in os.readlink(f"/proc/{c}/exe") for c in children()), 10, p)
        (child,) = children()
        status = lambda: pathlib.Path(f"/proc/{child}/status").read_text()
        wait_for("its jail", lambda: "Seccomp:\t2" in status() and "NoNewPrivs:\t1" in status(), 10, p)
        wait_for("its work", lambda: int(pathlib.Path(f"/proc/{child}/stat").read_text().split()[13]) > 20, 20, p)
        assert sorted(os.listdir(f"/proc/{child}/fd")) == ["0", "1", "2", "3"]
    finally:
        p.kill()
        p.wait()
    wait_for("its end", lambda: not pathlib.Path(f"/proc/{child}").exists() or "zombie" in status(), 10)


def test_hostile_stores_are_gaps(passwords, root, tmp_path):
    (root / "etc").mkdir()
    os.mkfifo(root / "etc/shadow")
    os.symlink("/" + "../" * 20 + str(tmp_path / "outside"), root / "etc/passwd")
    put(tmp_path, "outside", "intruder::0:0::/:/bin/sh\n")
    with open(put(root, "etc/redis/redis.conf", b""), "wb") as f:
        f.truncate(65 << 20)
    put(root, "var/lib/mysql/mysql/global_priv.MAD", b"x" * 100)
    put(root, "etc/tomcat10/tomcat-users.xml", "<a><b></a>")
    put(root, "etc/redis/include.conf", "include include.conf\ninclude ../../../../../../../../etc/shadow\n")
    put(root, "etc/nginx/.htpasswd", f"bomb:$6$rounds=999999999$salt${'x' * 86}\nodd:$argon2id$v=19$m=65536,t=3,p=4$x$y\n")
    f = passwords(root)
    why = {g["where"]: g["why"] for g in f.gaps}
    assert why["/etc/shadow"] == "it is no regular file"
    assert not any(a["account"] == "intruder" for a in f.accounts)
    assert any(g["code"] == "limit" and g["where"] == "/etc/redis/redis.conf" for g in f.gaps)
    assert "Aria" in why["/var/lib/mysql/mysql/global_priv.MAD"] and "/etc/tomcat10/tomcat-users.xml" in why
    assert f.one("bomb")["verdict"] == "untested" and "rounds" in f.one("bomb")["why"]
    assert f.one("odd")["verdict"] == "untested"
    assert f.code == 0


def test_an_empty_root_has_nothing(passwords, root):
    f = passwords(root, form="table")
    assert f.code == 0 and f.text.startswith("0 accounts in 0 files of 1 place: ")


@pytest.mark.parametrize("args, says", [
    (["--format", "xml"], "--format"), (["--fail-on", "maybe"], "--fail-on"), (["--cpu-percent", "0"], "--cpu-percent"), (["--store", "nosuch"], "there is no store"),
    (["somewhere"], "options only"),
])
def test_wrong_use_is_told(passwords, root, args, says):
    f = passwords(root, *args) if args[0] != "--format" else passwords(root, form="xml")
    assert f.code == 2 and says in f.stderr


def test_what_cannot_be_opened_is_told(bulkhead, lists, tmp_path):
    assert bulkhead("passwords", "--root", "/nonexistent", "--content", lists, "--state", tmp_path / "s").returncode == 3
    assert "--words" in bulkhead("passwords", "--root", "/", "--content", lists, "--state", tmp_path / "s", "--words", "/nonexistent").stderr


def test_stores_and_forms(passwords, root, bulkhead, tmp_path):
    listed = bulkhead("passwords", "--list").stdout
    assert all(f"  {name} " in listed for name in ("shadow", "redis", "mysql", "postgresql", "tomcat", "htpasswd", "snmp", "vnc", "ftp", "env", "compose", "grafana", "jenkins", "ssh"))
    assert all(f"  {name} " in listed for name in ("yescrypt", "gost-yescrypt", "mysql-sha2", "scram-sha256", "apr1"))
    put(root, "etc/shadow", "=cmd::1::::::\n")
    put(root, "etc/nginx/.htpasswd", "bob:bob\n")
    assert {a["store"] for a in passwords(root, "--store", "htpasswd,vnc").accounts} == {"htpasswd"}
    rows = list(csv.DictReader(io.StringIO(passwords(root, form="csv").text)))
    assert [r["verdict"] for r in rows] == ["weak", "weak"] and {r["account"] for r in rows} == {"'=cmd", "bob"}
    assert passwords(root, "--fail-on", "weak").code == 1
    passwords(root, "-o", tmp_path / "out.json")
    assert json.loads((tmp_path / "out.json").read_text())["summary"]["weak"] == 2


def test_a_real_container_and_its_environment(bulkhead, lists, docker, docker_debian, tmp_path):
    need_root()
    box = docker("run", "-d", "--network", "none", "--name", "shop-db-1", "-e", "POSTGRES_PASSWORD=shop-db-1", docker_debian, "bash", "-c",
                 "echo 'intruder:'$(printf x)':1::::::' > /dev/null; mkdir -p /root/.ssh; echo '-----BEGIN EC PRIVATE KEY-----' > /root/.ssh/id_ecdsa; chmod 600 /root/.ssh/id_ecdsa; "
                 "ln -sf /proc/1/root/etc/shadow /etc/htpasswd; exec sleep 600")
    try:
        env = {**os.environ, "DOCKER_HOST": docker.host}
        test = lambda *a: Found(bulkhead("passwords", "--content", lists, "--state", tmp_path / "state", "--format", "json", "--cpu-seconds", "1", *a, env=env))
        wait_for("the container's key", lambda: "-> /proc" in docker("exec", box, "ls", "-l", "/etc/"), 20)
        f = test("--container", box[:12])
        row = f.one("POSTGRES_PASSWORD")
        assert row["kind"] == "container" and row["name"] == "shop-db-1" and row["id"] == box and row["why"] == "the container's name", row
        assert f.one("id_ecdsa")["why"].startswith("a key without a passphrase in a container")
        everywhere = test("--all", "--store", "env,ssh")
        assert {a["kind"] for a in everywhere.accounts} >= {"container"}
        assert test("--container", "nosuch-box").code == 3
    finally:
        docker("rm", "-f", box)


def beside(build, tmp_path, script):
    """A copy of bulkhead whose child is another program."""
    shutil.copy(build / "bulkhead", tmp_path / "bulkhead")
    if script:
        put(tmp_path, "bulkhead-guess", script, 0o755)
    return tmp_path / "bulkhead"


def test_a_file_that_kills_the_child_is_left_out(build, lists, root, tmp_path):
    need("prlimit")
    program = beside(build, tmp_path, f"#!/bin/sh\nexec prlimit --as=60000000 {build.resolve()}/bulkhead-guess\n")
    put(root, "etc/nginx/.htpasswd", "bob:bob\n")
    put(root, "etc/redis/redis.conf", "requirepass redis\n")
    with open(put(root, "var/lib/grafana/grafana.db", b""), "wb") as f:
        f.truncate(60 << 20)
    f = Found(run(program, "passwords", "--root", root, "--content", lists, "--state", tmp_path / "state", "--format", "json", check=False))
    assert f.code == 0 and f.gaps == [{"where": "/var/lib/grafana/grafana.db", "code": "bug", "why": "the child that reads stores died of it"}], f.stderr
    assert {a["account"] for a in f.accounts if a["verdict"] == "weak"} == {"bob", "default"}


@pytest.mark.parametrize("script, says", [(None, "bulkhead-guess is neither in"), ("#!/bin/sh\nexit 0\n", "the child is gone"), ("#!/bin/sh\nkill -SYS $$\n", "forbidden system call")])
def test_without_its_child_nothing_is_said_to_hold(build, lists, root, tmp_path, script, says):
    put(root, "etc/nginx/.htpasswd", "bob:bob\n")
    r = run(beside(build, tmp_path, script), "passwords", "--root", root, "--content", lists, "--state", tmp_path / "state", check=False)
    assert r.returncode == 3 and r.stdout == "" and says in r.stderr, r.stderr
