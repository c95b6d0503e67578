# SPDX-License-Identifier: Apache-2.0
"""bulkhead comply over real sshd, nginx, Apache httpd, Tomcat and PHP-FPM of Debian, configured well and badly: what we
say is in effect is compared with what the programs themselves say."""
import pathlib
import re
import shutil
import socket
import subprocess
import tarfile
import time

import pytest

from comply_help import comply
from conftest import OS_RELEASE, add_file, free_port, need, need_root, run, stop, wait_for


class Machine:
    """A folder in place of a machine: .write(path, text), .judge(glob) -> {check: results}, .value(field)."""

    def __init__(self, bulkhead, root):
        self.bulkhead, self.root = bulkhead, root
        self.write("etc/os-release", OS_RELEASE.decode())
        self.write("etc/passwd", "root:x:0:0:root:/root:/bin/bash\nwww-data:x:33:33::/var/www:/usr/sbin/nologin\n")

    def write(self, path, text, mode=0o644):
        path = self.root / path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        path.chmod(mode)

    def judge(self, glob):
        c = comply(self.bulkhead, "--root", self.root, "--check", glob, "--all")
        assert not c.report["gaps"], c.report["gaps"]
        return Judged(c.results)

    def inside(self, folder, *command, check=True):
        """The command, with our folder over the real one of that name in a mount namespace of its own."""
        script = f'mount --bind "$0" /{folder} && mkdir -p /run/sshd && exec "$@"'
        return run("unshare", "-m", "sh", "-c", script, self.root / folder, *command, check=check)


class Judged:
    def __init__(self, results):
        self.results = results

    def state(self, check, name=None):
        found = {r["state"] for r in self.results if r["check"] == check and (not name or r.get("subject", {}).get("name") == name)}
        return found.pop() if len(found) == 1 else sorted(found)

    def failing(self):
        return {r["check"] for r in self.results if r["state"] == "fail"}

    def mend(self, check):
        return next(r["mend"]["en"] for r in self.results if r["check"] == check)

    def value(self, field, name=None):
        """As text: "no", "(a,b)"; None where there is none."""
        for r in self.results:
            for e in r.get("evidence", []):
                if e["field"] == field and (not name or r["subject"]["name"] == name):
                    return None if e["value"] == "<NA>" else e["value"]
        raise AssertionError(f"no evidence of {field}")

    def words(self, field, name=None):
        text = self.value(field, name)
        return text[1:-1].split(",") if text else []


@pytest.fixture
def machine(bulkhead, tmp_path):
    return Machine(bulkhead, tmp_path / "root")


# ---- sshd ----

@pytest.fixture
def ssh(machine):
    need("sshd", "ssh-keygen", "unshare")
    need_root()
    (machine.root / "etc/ssh/sshd_config.d").mkdir(parents=True)
    for kind in ("ed25519", "rsa"):
        run("ssh-keygen", "-q", "-t", kind, "-N", "", "-f", machine.root / f"etc/ssh/ssh_host_{kind}_key")
    machine.write("var/lib/dpkg/status", run("sh", "-c", "dpkg-query -W -f='Package: ${Package}\nVersion: ${Version}\n\n' openssh-server").stdout)
    return machine


SSHD_BAD = """Include /etc/ssh/sshd_config.d/*.conf
PermitRootLogin no
PermitEmptyPasswords yes
MaxAuthTries = 20
LoginGraceTime 0
ClientAliveInterval 2h
Ciphers +3des-cbc,aes128-cbc
MACs hmac-md5,hmac-sha1
KexAlgorithms ^diffie-hellman-group14-sha1
LogLevel QUIET
X11Forwarding yes
GatewayPorts clientspecified
PermitTunnel yes
IgnoreRhosts no
HostbasedAuthentication yes
StrictModes no
PermitUserEnvironment yes
MaxStartups 500:30:1000
MaxSessions 100
AllowUsers ann "bob"
Match User ann
    X11Forwarding no
    PermitRootLogin yes
"""
SSHD_PAIRS = {"permitrootlogin": "root_login", "permitemptypasswords": "empty_passwords", "passwordauthentication": "passwords",
              "kbdinteractiveauthentication": "keyboard", "maxauthtries": "tries", "maxsessions": "sessions", "clientaliveinterval": "alive_s",
              "clientalivecountmax": "alive_count", "logingracetime": "grace_s", "ciphers": "ciphers", "macs": "macs", "kexalgorithms": "kex",
              "loglevel": "log_level", "x11forwarding": "x11", "allowtcpforwarding": "tcp_forwarding", "allowagentforwarding": "agent_forwarding",
              "gatewayports": "gateway_ports", "permittunnel": "tunnel", "ignorerhosts": "ignore_rhosts", "hostbasedauthentication": "host_based",
              "strictmodes": "strict_modes", "permituserenvironment": "user_environment", "banner": "banner"}


def sshd_says(machine, *args):
    words = {}
    for line in machine.inside("etc/ssh", "/usr/sbin/sshd", "-T", *args).stdout.splitlines():
        key, _, value = line.partition(" ")
        words.setdefault(key.lower(), value)
    return words


@pytest.mark.parametrize("config, drop_in", [
    (None, None),
    ("PermitRootLogin yes\npermitrootlogin no\nPasswordAuthentication no\n", None),
    ("Include /etc/ssh/sshd_config.d/*.conf\nPermitRootLogin no\nMACs -hmac-sha1*,umac-64*\n", "PermitRootLogin forced-commands-only\nCiphers aes256-gcm@openssh.com\n"),
    (SSHD_BAD.split("Match")[0], "LoginGraceTime 1m30s\nBanner /etc/issue.net\n"),
])
def test_sshd_agrees_with_sshd(ssh, config, drop_in):
    ssh.write("etc/ssh/sshd_config", config if config is not None else pathlib.Path("/usr/share/openssh/sshd_config").read_text())
    if drop_in:
        ssh.write("etc/ssh/sshd_config.d/10-site.conf", drop_in)
    theirs, ours = sshd_says(ssh), ssh.judge("sshd*")
    for key, field in SSHD_PAIRS.items():
        mine = ours.value(f"sshd.{field}").strip("()")
        mine = {"quiet": "silent", "prohibit-password": "without-password"}.get(mine, mine)  # as sshd -T calls them
        assert mine.lower() == theirs[key].lower(), f"{key}: {theirs[key]}, and we say {mine}"


def test_a_match_block_is_what_sshd_gives_that_user(ssh):
    ssh.write("etc/ssh/sshd_config", SSHD_BAD)
    ours = ssh.judge("sshd*")
    for user in ("ann", "bob"):
        theirs = sshd_says(ssh, "-C", f"user={user},host=h,addr=10.0.0.1")
        assert theirs["x11forwarding"] in ours.words("sshd.x11") and theirs["permitrootlogin"] in ours.words("sshd.root_login")
    assert sorted(ours.words("sshd.x11")) == ["no", "yes"]
    bad = {"sshd-root-login", "sshd-empty-passwords", "sshd-tries", "sshd-idle", "sshd-grace", "sshd-ciphers", "sshd-macs", "sshd-kex", "sshd-log-level", "sshd-x11",
           "sshd-gateway", "sshd-forwarding", "sshd-host-based", "sshd-strict-modes", "sshd-user-environment", "sshd-startups"}
    assert bad <= ours.failing() and ours.state("sshd-who") == "pass"


def apply(machine, folder, text):
    """The mend as it is printed; services are not ours to reload here."""
    text = re.sub(r" && systemctl (reload|restart) .*$", "", text.split("  # ")[0])
    return machine.inside(folder, "sh", "-c", text, check=False)


def test_mends_turn_sshd_green(ssh):
    ssh.write("etc/ssh/sshd_config", SSHD_BAD.split("Match")[0] + "Protocol 1\n", 0o666)
    (ssh.root / "etc/ssh/ssh_host_rsa_key").chmod(0o644)
    before = ssh.judge("sshd*")
    assert len(before.failing()) > 16
    for check in sorted(before.failing() - {"sshd-who"}):
        apply(ssh, "etc/ssh", before.mend(check))
    assert ssh.judge("sshd*").failing() == set()
    assert sshd_says(ssh)["permitrootlogin"] == "no"


def test_host_keys_count_with_mode_and_strength(ssh):
    ssh.write("etc/ssh/sshd_config", "HostKey /etc/ssh/ssh_host_rsa_key\n")
    assert ssh.judge("sshd-host-key*").failing() == set()
    (ssh.root / "etc/ssh/ssh_host_rsa_key").unlink()
    run("ssh-keygen", "-q", "-t", "rsa", "-b", "1024", "-N", "", "-f", ssh.root / "etc/ssh/ssh_host_rsa_key")
    (ssh.root / "etc/ssh/ssh_host_rsa_key").chmod(0o604)
    judged = ssh.judge("sshd-host-key*")
    assert judged.failing() == {"sshd-host-key-strength", "sshd-host-key-modes"} and judged.value("sshd.host_key_rsa_bits") == "1024"


def test_a_running_sshd_is_told_with_its_arguments(ssh, bulkhead, tmp_path):
    ssh.write("etc/ssh/sshd_config", f"HostKey {ssh.root}/etc/ssh/ssh_host_ed25519_key\nPermitRootLogin no\nPidFile none\n")
    pathlib.Path("/run/sshd").mkdir(exist_ok=True)
    config, port = ssh.root / "etc/ssh/sshd_config", free_port()
    daemon = subprocess.Popen(["/usr/sbin/sshd", "-D", "-f", config, "-o", "PermitRootLogin=yes", "-o", f"ListenAddress=127.0.0.1:{port}"])
    try:
        wait_for("sshd", lambda: socket.create_connection(("127.0.0.1", port), 1).close() is None, 20, daemon)
        found = [r for r in comply(bulkhead, "--check", "sshd-root-login", "--all").results if r["subject"]["key"] == str(config)]
        assert [r["state"] for r in found] == ["fail"]
        assert found[0]["evidence"][0] == {"field": "sshd.root_login", "value": "(yes)", "where": "its arguments"}
    finally:
        stop(daemon)


# ---- nginx ----

NGINX = """user www-data;
error_log {top}/error.log;
pid {top}/pid;
events {{ }}
http {{
	access_log {top}/access.log;
	client_body_temp_path {top}/b; proxy_temp_path {top}/p; fastcgi_temp_path {top}/f; uwsgi_temp_path {top}/u; scgi_temp_path {top}/s;
	include conf.d/*.conf;
	include sites-enabled/*;
}}
"""
SITE = """add_header X-Outer 1 always;
server {
	listen 127.0.0.1:PORT default_server;
	server_name a.example;
	root /srv/www;
	server_tokens off;
	add_header X-Frame-Options DENY always;
	location /kept { return 404; }
	location /lost { add_header X-Other 1 always; }
	location /loud { server_tokens on; }
	location /static { alias /srv/files/; autoindex on; }
	location /go { proxy_pass http://$arg_to/; }
	location /redirect { return 302 http://a.example$uri; }
	location /status { stub_status; }
	location /inner { stub_status; allow 127.0.0.1; deny all; }
	location /silent { access_log off; }
}
"""


@pytest.fixture
def nginx(machine, tmp_path):
    need("nginx", "unshare")
    need_root()
    machine.port = free_port()
    machine.write("etc/nginx/nginx.conf", NGINX.format(top=tmp_path))
    machine.write("etc/nginx/conf.d/limits.conf", "client_max_body_size 0;\n")
    machine.write("etc/nginx/sites-enabled/a", SITE.replace("PORT", str(machine.port)))
    return machine


def start_nginx(machine):
    daemon = subprocess.Popen(["unshare", "-m", "sh", "-c", 'mount --bind "$0" /etc/nginx && exec nginx -g "daemon off;"', machine.root / "etc/nginx"])
    wait_for("nginx", lambda: socket.create_connection(("127.0.0.1", machine.port), 1).close() is None, 20, daemon)
    return daemon


def ask(port, path):
    with socket.create_connection(("127.0.0.1", port), 10) as s:
        s.sendall(f"GET {path} HTTP/1.0\r\nHost: a.example\r\n\r\n".encode())
        answer = b""
        while data := s.recv(65536):
            answer += data
    return answer.decode(errors="replace").split("\r\n\r\n")[0].lower()


def test_nginx_files_are_those_nginx_reads(nginx):
    nginx.write("etc/nginx/sites-enabled/b", "server { listen 127.0.0.1:1; }\n", 0o666)
    theirs = re.findall(r"^# configuration file (\S+):", nginx.inside("etc/nginx", "nginx", "-T").stdout, re.M)
    assert len(theirs) == 4
    for path in theirs:
        (nginx.root / path.lstrip("/")).chmod(0o666)
    assert sorted(nginx.judge("nginx-config-modes").words("nginx.config_stray")) == sorted(theirs)


def test_nginx_does_what_we_say_is_in_effect(nginx):
    ours = nginx.judge("nginx*")
    daemon = start_nginx(nginx)
    try:
        kept, lost, loud = (ask(nginx.port, p) for p in ("/nothing", "/lost", "/loud"))
    finally:
        stop(daemon)
    assert "x-frame-options" in kept and "x-outer" not in kept and "x-frame-options" not in lost and "x-other" in lost
    assert "x-frame-options" not in ours.words("nginx_server.headers"), "it is not sent everywhere"
    assert [p.split()[1] for p in ours.words("nginx_server.headers_lost") if "lost" in p] == ["/lost"]
    assert any(p.startswith("server ") for p in ours.words("nginx_server.headers_lost")), "X-Outer of http is lost in the server"
    assert re.search(r"server: nginx/\d", loud) and not re.search(r"server: nginx/\d", kept)
    assert sorted(ours.words("nginx_server.tokens")) == ["off", "on"]


def test_a_bad_nginx_fails_where_it_is_bad(nginx):
    ours = nginx.judge("nginx*")
    for check, field, place in (("nginx-alias", "alias_slash", "/static"), ("nginx-autoindex", "autoindex", "/static"), ("nginx-proxy-by-request", "proxy_by_request", "/go"),
                                ("nginx-split", "split", "/redirect"), ("nginx-status", "status_open", "/status"), ("nginx-access-log", "unlogged", "/silent")):
        assert ours.state(check) == "fail" and [p.split()[1] for p in ours.words(f"nginx_server.{field}")] == [place], check
    assert ours.state("nginx-body-size") == "fail" and ours.state("nginx-plain") == "fail"
    for check in ("nginx-dav", "nginx-worker-root", "nginx-proxy-verify", "nginx-timeouts"):
        assert ours.state(check) == "pass"


def test_mends_turn_nginx_green(nginx):
    top = nginx.root.parent
    nginx.write("etc/nginx/conf.d/tls.conf", "ssl_protocols TLSv1 TLSv1.1 TLSv1.2;\nssl_ciphers ALL:RC4;\nserver_tokens on;\nautoindex on;\nssl_session_tickets on;\n")
    nginx.write("etc/nginx/sites-enabled/a", "server {\n\tlisten 127.0.0.1:1 ssl;\n\tserver_name a;\n\tssl_certificate /etc/nginx/c.pem;\n\tssl_certificate_key /etc/nginx/k.pem;\n\tserver_tokens on;\n}\n")
    run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", "/CN=a", "-keyout", nginx.root / "etc/nginx/k.pem", "-out", nginx.root / "etc/nginx/c.pem")
    (nginx.root / "etc/nginx/k.pem").chmod(0o644)
    (nginx.root / "etc/nginx/nginx.conf").write_text(NGINX.format(top=top).replace("user www-data", "user root").replace(f"error_log {top}/error.log", "error_log /dev/null"))
    (nginx.root / "etc/nginx/nginx.conf").chmod(0o666)
    before = nginx.judge("nginx*")
    mechanical = {"nginx-worker-root", "nginx-config-modes", "nginx-error-log", "nginx-tokens", "nginx-autoindex", "nginx-tls-protocols", "nginx-tls-ciphers", "nginx-tls-tickets",
                  "nginx-key-modes", "nginx-body-size", "nginx-catch-all"}
    assert mechanical <= before.failing()
    for check in sorted(mechanical):
        apply(nginx, "etc/nginx", before.mend(check))
    after = nginx.judge("nginx*")
    assert not mechanical & after.failing()
    nginx.inside("etc/nginx", "nginx", "-t")


def test_hash_kinds_of_a_password_file(nginx):
    nginx.write("etc/nginx/users", "a:$apr1$x$y\nb:$2y$05$abc\nc:secret\n")
    nginx.write("etc/nginx/sites-enabled/a", "server { listen 1; auth_basic x; auth_basic_user_file users; }\n")
    ours = nginx.judge("nginx-auth-hashes")
    assert ours.state("nginx-auth-hashes") == "fail" and ours.words("nginx_server.auth_hashes") == ["apr1", "bcrypt", "plain"]


# ---- Apache httpd ----

@pytest.fixture
def apache(machine):
    need("apache2", "unshare")
    need_root()
    shutil.copytree("/etc/apache2", machine.root / "etc/apache2", symlinks=True)
    machine.write("var/lib/dpkg/status", run("sh", "-c", "dpkg-query -W -f='Package: ${Package}\nVersion: ${Version}\n\n' apache2-bin").stdout)
    return machine


def httpd(machine, *args):
    script = f'mount --bind "$0" /etc/apache2 && . /etc/apache2/envvars && mkdir -p $APACHE_RUN_DIR && exec apache2 "$@"'
    return run("unshare", "-m", "sh", "-c", script, machine.root / "etc/apache2", *args, check=False).stdout


def enable(machine, *names):
    for name in names:
        kind = "mods" if name.endswith(".load") else "conf" if name.endswith(".conf") and (machine.root / "etc/apache2/conf-available" / name).exists() else "sites"
        (machine.root / f"etc/apache2/{kind}-enabled/{name}").symlink_to(f"../{kind}-available/{name}")


def test_httpd_has_the_modules_it_says(apache):
    enable(apache, "info.load", "dav.load", "headers.load")
    theirs = re.findall(r"^ (\w+)_module", httpd(apache, "-t", "-D", "DUMP_MODULES"), re.M)
    assert len(theirs) > 20
    assert set(theirs) == set(apache.judge("apache-modules-risky").words("apache.modules")) - {"http_core"} | {"http"} & set(theirs)


def test_httpd_agrees_about_what_is_in_effect(apache):
    enable(apache, "info.load", "ssl.load", "socache_shmcb.load")
    apache.write("etc/apache2/sites-available/b.conf", """Define tokens Full
<IfDefine tokens>
ServerTokens ${tokens}
</IfDefine>
<IfDefine !tokens>
ServerTokens Prod
</IfDefine>
<IfModule mod_dav.c>
TraceEnable On
</IfModule>
<IfModule ssl_module>
Timeout 77
</IfModule>
<IfVersion >= 2.4>
KeepAliveTimeout 11
</IfVersion>
<IfFile /nonexistent>
KeepAliveTimeout 99
</IfFile>
<VirtualHost *:81>
ServerName b.example
DocumentRoot /srv/b
ServerSignature EMail
ErrorLog ${APACHE_LOG_DIR}/b.log
<Directory /srv/b>
Options Indexes ExecCGI
</Directory>
</VirtualHost>
""")
    enable(apache, "b.conf")
    theirs, ours = httpd(apache, "-t", "-D", "DUMP_CONFIG"), apache.judge("apache*")

    def last(name):
        return re.findall(rf"^\s*{name} (.*)$", theirs, re.M | re.I)[-1].strip()

    assert ours.value("apache.tokens") == last("ServerTokens").lower() == "full"
    assert ours.value("apache.timeout_s") == last("Timeout") == "77" and ours.value("apache.keepalive_s") == last("KeepAliveTimeout") == "11"
    assert ours.words("apache.trace") == [last("TraceEnable").lower()]
    assert ours.value("apache.user") == re.search(r'User: name="(\S+)"', httpd(apache, "-t", "-D", "DUMP_RUN_CFG")).group(1)
    assert set(re.findall(r"namevhost (\S+)|^\*:81\s+(\S+)", httpd(apache, "-t", "-D", "DUMP_VHOSTS"), re.M)[0]) - {""} <= {"b.example"}
    assert ours.value("apache_site.signature", "b.example *:81") == "email" and ours.words("apache_site.indexes", "b.example *:81") == ["/srv/b"]


def test_a_bad_httpd_fails_and_a_good_one_does_not(apache):
    enable(apache, "ssl.load", "socache_shmcb.load", "proxy.load", "dav.load", "headers.load", "cgid.load")
    apache.write("etc/apache2/sites-available/000-default.conf", """ProxyRequests On
ServerTokens OS
<Directory /srv>
  Options Indexes ExecCGI
  AllowOverride All
  Dav On
  Require all granted
</Directory>
<Location /s>
  SetHandler server-status
</Location>
<VirtualHost *:443>
  ServerName a
  DocumentRoot /srv/a
  SSLEngine on
  SSLProtocol all
  SSLCipherSuite ALL:RC4
  CustomLog /dev/null combined
</VirtualHost>
<VirtualHost *:80>
  ServerName a
  DocumentRoot /srv/a
  <Location /admin>
    AuthType Basic
    AuthUserFile /etc/apache2/users
    Require valid-user
  </Location>
</VirtualHost>
""")
    apache.write("etc/apache2/users", "a:{SHA}x\n", 0o666)
    apache.write("etc/apache2/conf-enabled/security.conf", "TraceEnable On\nServerSignature On\n", 0o666)
    bad = apache.judge("apache*")
    assert {"apache-open-proxy", "apache-tokens", "apache-indexes", "apache-cgi", "apache-override", "apache-status", "apache-tls-protocols", "apache-tls-ciphers", "apache-access-log",
            "apache-auth-plain", "apache-auth-hashes", "apache-trace", "apache-signature", "apache-config-modes", "apache-modules-risky", "apache-hsts"} <= bad.failing()
    good = """ServerTokens Prod
ServerSignature Off
TraceEnable Off
Timeout 60
Header always set X-Content-Type-Options nosniff
Header always set X-Frame-Options DENY
Header always set Strict-Transport-Security "max-age=1"
<DirectoryMatch "/\\.">
  Require all denied
</DirectoryMatch>
<Directory /srv>
  Options None
  Require all granted
</Directory>
"""
    apache.write("etc/apache2/conf-enabled/security.conf", good)
    apache.write("etc/apache2/sites-available/000-default.conf", """<VirtualHost *:443>
  ServerName a
  DocumentRoot /srv/a
  SSLEngine on
  SSLProtocol -all +TLSv1.2 +TLSv1.3
  SSLCipherSuite HIGH:!aNULL:!MD5:!3DES
  CustomLog /var/log/apache2/a.log combined
</VirtualHost>
<VirtualHost *:80>
  ServerName a
  Redirect permanent / https://a/
</VirtualHost>
""")
    assert apache.judge("apache*").failing() <= {"apache-modules-risky", "apache-default-site"}


# ---- PHP ----

@pytest.fixture
def php(machine):
    need_root()
    folders = sorted(pathlib.Path("/etc/php").glob("*/fpm")) if pathlib.Path("/etc/php").is_dir() else []
    if not folders:
        pytest.skip("php-fpm is not installed")
    machine.fpm = folders[-1]
    machine.folder = str(machine.fpm.parent)[1:]
    shutil.copytree(machine.fpm.parent, machine.root / machine.folder, symlinks=False)
    machine.program = f"/usr/sbin/php-fpm{machine.fpm.parent.name}"
    return machine


def test_php_agrees_with_php(php):
    php.write(f"{php.folder}/fpm/conf.d/99-site.ini", 'expose_php = On\nmemory_limit = "256M" ; note\nsession.cookie_httponly = Yes\ndisable_functions = exec, system\nallow_url_include = none\n')
    theirs = php.inside(php.folder, php.program, "-i").stdout
    ours = php.judge("php*")

    def said(key):
        text = re.search(rf"^{re.escape(key)} => (.*?) => ", theirs, re.M).group(1)
        return {"On": "true", "Off": "false", "no value": None}.get(text, text)

    for key, field in {"expose_php": "expose", "log_errors": "log_errors", "allow_url_fopen": "url_fopen", "allow_url_include": "url_include", "session.cookie_httponly": "cookie_http_only",
                       "session.cookie_secure": "cookie_secure", "session.use_strict_mode": "strict_mode", "session.use_only_cookies": "only_cookies", "enable_dl": "enable_dl",
                       "display_errors": "display_errors"}.items():
        assert ours.value(f"php.{field}") == {"1": "true", "0": "false", None: "false"}.get(said(key), said(key)), key
    assert int(ours.value("php.memory_bytes")) == int(said("memory_limit").rstrip("M")) << 20 == 256 << 20
    assert ours.words("php.disabled") == [w.strip() for w in said("disable_functions").split(",")] == ["exec", "system"]


def test_a_pool_is_what_php_fpm_makes_of_it(php):
    php.write(f"{php.folder}/fpm/pool.d/bad.conf", """[bad]
user = root
listen = 0.0.0.0:9000
pm = static
pm.max_children = 7
clear_env = no
security.limit_extensions = .php .html
php_admin_value[open_basedir] = /srv:/tmp
php_admin_flag[allow_url_include] = on
""")
    theirs = php.inside(php.folder, php.program, "-R", "-tt", check=False).stderr
    bad = theirs[theirs.index("[bad]"):]
    ours = php.judge("php*")
    for key, field in {"user": "user", "listen": "listen", "pm.max_children": "children"}.items():
        assert ours.value(f"php.{field}", "FPM pool bad") == re.search(rf"\t{re.escape(key)} = (.*)", bad).group(1).strip(), key
    assert {r["check"] for r in ours.results if r["state"] == "fail" and r["subject"]["name"] == "FPM pool bad"} >= {
        "php-pool-root", "php-pool-listen", "php-pool-environment", "php-pool-extensions", "php-url-include"}
    assert ours.state("php-basedir", "FPM pool bad") == "pass" and ours.state("php-url-include", "FPM pool www") == "pass"


# ---- Tomcat ----

CATALINA = pathlib.Path("/usr/share/tomcat10")


@pytest.fixture
def tomcat(machine):
    if not pathlib.Path("/etc/tomcat10/server.xml").exists():
        pytest.skip("tomcat10 is not installed")
    base = machine.root / "var/lib/tomcat10"
    shutil.copytree("/etc/tomcat10", base / "conf")
    (base / "webapps/ROOT").mkdir(parents=True)
    machine.base = base
    return machine


def edit(path, *pairs):
    text = path.read_text()
    for old, new in pairs:
        assert old in text, old
        text = text.replace(old, new, 1)
    path.write_text(text)


def spoil(base):
    edit(base / "conf/server.xml", ('port="-1"', 'port="8005"'), ("</Service>", '<Connector protocol="AJP/1.3" address="0.0.0.0" port="${ajp.port}" secretRequired="false" allowTrace="true"/>\n</Service>'),
         ('autoDeploy="true"', 'autoDeploy="true" deployOnStartup="true"'), ('connectionTimeout="20000"', 'connectionTimeout="-1" xpoweredBy="true"'),
         ("org.apache.catalina.realm.LockOutRealm", "org.apache.catalina.realm.CombinedRealm"), ("org.apache.catalina.valves.AccessLogValve", "org.apache.catalina.valves.RemoteIpValve"))
    edit(base / "conf/web.xml", ("<param-name>listings</param-name>\n            <param-value>false", "<param-name>listings</param-name>\n            <param-value>true"),
         ("<load-on-startup>1", "<init-param><param-name>readonly</param-name><param-value>false</param-value></init-param><load-on-startup>1"), ("<session-timeout>30", "<session-timeout>-1"))
    (base / "conf/tomcat-users.xml").write_text('<tomcat-users><user username="tomcat" password="s3cret" roles="manager-gui"/></tomcat-users>')
    (base / "conf/tomcat-users.xml").chmod(0o644)
    (base / "conf/catalina.properties").write_text((base / "conf/catalina.properties").read_text() + "\najp.port=8009\n")
    for app in ("examples", "manager"):
        (base / "webapps" / app / "META-INF").mkdir(parents=True)
    (base / "webapps/manager/META-INF/context.xml").write_text('<Context><!-- <Valve className="org.apache.catalina.valves.RemoteAddrValve" allow="127" /> --></Context>')


def test_a_bad_tomcat_fails_where_a_good_one_passes(tomcat):
    good = tomcat.judge("tomcat*")
    spoil(tomcat.base)
    bad = tomcat.judge("tomcat*")
    spoiled = {"tomcat-shutdown-port", "tomcat-ajp", "tomcat-trace", "tomcat-timeout", "tomcat-lockout", "tomcat-access-log", "tomcat-listings", "tomcat-readonly", "tomcat-session-timeout",
               "tomcat-users-weak", "tomcat-users-plain", "tomcat-users-modes", "tomcat-samples", "tomcat-manager"}
    assert spoiled <= bad.failing() and not spoiled & good.failing()
    assert bad.value("tomcat_connector.port", "AJP 8009") == "8009"
    (tomcat.base / "webapps/manager/META-INF/context.xml").write_text('<Context><Valve className="org.apache.catalina.valves.RemoteCIDRValve" allow="127.0.0.1/32"/></Context>')
    assert tomcat.judge("tomcat-manager").state("tomcat-manager") == "pass"


def test_a_running_tomcat_is_told_by_its_process(tomcat, bulkhead):
    need_root()
    need("java")
    spoil(tomcat.base)
    ports = {"8005": "-1", '"8080"': f'"{free_port()}"', "${ajp.port}": str(free_port())}
    for old, new in ports.items():
        (tomcat.base / "conf/server.xml").write_text((tomcat.base / "conf/server.xml").read_text().replace(old, new))
    for folder in ("logs", "work", "temp"):
        (tomcat.base / folder).mkdir()
    java = ["java", "-Xmx64m", f"-Dcatalina.base={tomcat.base}", f"-Dcatalina.home={CATALINA}", f"-Djava.io.tmpdir={tomcat.base}/temp", "-Dcom.sun.management.jmxremote.port=0",
            "-Dcom.sun.management.jmxremote.authenticate=false", "-Dcom.sun.management.jmxremote.ssl=false", "-cp", f"{CATALINA}/bin/bootstrap.jar:{CATALINA}/bin/tomcat-juli.jar",
            "org.apache.catalina.startup.Bootstrap", "start"]
    daemon = subprocess.Popen(java, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_for("Tomcat's process", lambda: "catalina" in pathlib.Path(f"/proc/{daemon.pid}/cmdline").read_text(), 10, daemon)
        found = {r["check"]: r["state"] for r in comply(bulkhead, "--check", "tomcat*", "--all").results if r.get("subject", {}).get("key", "").startswith(str(tomcat.base))}
    finally:
        stop(daemon)
    assert {c for c in ("tomcat-root", "tomcat-jmx", "tomcat-jmx-tls", "tomcat-readonly") if found.get(c) != "fail"} == set()


# ---- in real containers ----

def program_tar(path, files, *programs):
    """An image's root: programs with the libraries they need, and files {name: (text, mode)}."""
    with tarfile.open(path, "w") as tar:
        added = set()

        def put(name):
            real = pathlib.Path(name).resolve()
            if name not in added:
                added.add(name)
                add_file(tar, name.lstrip("/"), real.read_bytes(), real.stat().st_mode & 0o7777)

        for program in programs:
            put(program)
            for library in re.findall(r"(/\S+)", run("ldd", program, check=False).stdout):
                put(library)
        for name, (text, mode) in files.items():
            add_file(tar, name, text.encode(), mode)
        for name in ("tmp", "run", "run/sshd", "var/log/nginx", "var/lib/nginx", "var/empty"):
            add_file(tar, name, type=tarfile.DIRTYPE, mode=0o755)


PASSWD = {"etc/passwd": ("root:x:0:0::/root:/bin/sh\nwww-data:x:33:33::/:/bin/false\nsshd:x:100:65534::/run/sshd:/bin/false\n", 0o644), "etc/group": ("root:x:0:\nwww-data:x:33:\nnogroup:x:65534:\n", 0o644)}


def test_servers_in_containers_are_told_of(bulkhead, docker, tmp_path):
    need("nginx", "sshd", "ssh-keygen")
    run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", tmp_path / "key")
    web = {**PASSWD, "etc/nginx/nginx.conf": ("pid /tmp/pid; error_log /var/log/nginx/e.log; events {} http { include more/*.conf; }", 0o644),
           "etc/nginx/more/site.conf": ("server { listen 8080; server_name box; location /s { alias /srv/s/; } }", 0o666)}
    shell = {**PASSWD, "etc/ssh/sshd_config": ("PermitRootLogin no\n", 0o600), "etc/ssh/ssh_host_ed25519_key": ((tmp_path / "key").read_text(), 0o600)}
    program_tar(tmp_path / "web.tar", web, "/usr/sbin/nginx")
    program_tar(tmp_path / "shell.tar", shell, "/usr/sbin/sshd")
    docker("import", tmp_path / "web.tar", "bulkhead-test/soft-nginx:1")
    docker("import", tmp_path / "shell.tar", "bulkhead-test/soft-sshd:1")
    boxes = [docker("run", "-d", "--network", "none", "bulkhead-test/soft-nginx:1", "/usr/sbin/nginx", "-g", "daemon off; user root;"),
             docker("run", "-d", "--network", "none", "bulkhead-test/soft-sshd:1", "/usr/sbin/sshd", "-D", "-e", "-o", "PermitRootLogin=yes")]
    try:
        time.sleep(1)
        for box in boxes:
            assert docker("inspect", "-f", "{{.State.Running}}", box) == "true", docker("logs", box)
        seen = {}
        for glob in ("nginx*", "sshd*"):
            for r in comply(bulkhead, "--docker", docker.host, "--check", glob, "--all").results:
                box = r.get("subject", {}).get("container", "")
                if box:
                    seen.setdefault(box[:12], {})[r["check"]] = r
    finally:
        docker("rm", "-f", *boxes)
    web, shell = (seen[b[:12]] for b in boxes)
    assert {c for c, r in web.items() if r["state"] == "fail"} >= {"nginx-worker-root", "nginx-alias", "nginx-config-modes"}
    assert shell["sshd-root-login"]["state"] == "fail" and shell["sshd-root-login"]["evidence"][0]["where"] == "its arguments"
    assert shell["sshd-in-container"]["state"] == "fail"
