# SPDX-License-Identifier: Apache-2.0
"""What tests of agents share: enrolling, certificates of one's own making, the server's books."""
import datetime
import hashlib
import pathlib
import sqlite3
import ssl
import subprocess

import platform_help

LOAD = platform_help.BUILD / "tests/e2e/uplink_load"
AGENT = platform_help.BUILD / "bulkhead-agent"


def token(server, uses=1):
    """An enrolment token by the command line, beside the running server or without it."""
    r = subprocess.run([platform_help.PROGRAM, "token", "--state", server.state, "--server", f"localhost:{server.port or 1}", "--uses", str(uses)],
                       capture_output=True, text=True, timeout=60)
    assert r.returncode == 0, r.stderr
    return r.stdout.strip()


def books(server):
    """{(agent, epoch): (acked, stored, dropped, refused)}"""
    with sqlite3.connect(server.state / "server.db", timeout=30) as db:
        return {(a, e): tuple(rest) for a, e, *rest in db.execute("SELECT agent_id, epoch, acked, stored, dropped, refused FROM agent_epoch")}


def ask(server, sql, *args):
    with sqlite3.connect(server.state / "server.db", timeout=30) as db:
        return db.execute(sql, args).fetchall()


def certify(server, agent_id, folder, start, end):
    """A new key with a certificate of the server's CA for those days from now, known to the server; the PEM of both."""
    folder.mkdir(exist_ok=True)
    (folder / "index").write_text("")
    (folder / "serial").write_text("7f01\n")
    (folder / "conf").write_text(f"""[ca]
default_ca = here
[here]
database = {folder}/index
serial = {folder}/serial
new_certs_dir = {folder}
default_md = sha256
policy = any
unique_subject = no
x509_extensions = agent
[any]
commonName = supplied
[agent]
basicConstraints = critical, CA:false
keyUsage = critical, digitalSignature
extendedKeyUsage = clientAuth
""")
    now = datetime.datetime.now(datetime.timezone.utc)
    day = lambda n: (now + datetime.timedelta(days=n)).strftime("%Y%m%d%H%M%SZ")
    key, csr, pem = (folder / n for n in ("key", "csr", "pem"))
    subprocess.run(["openssl", "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", key, "-out", csr, "-subj",
                    f"/CN={agent_id}"], check=True, capture_output=True)
    subprocess.run(["openssl", "ca", "-batch", "-notext", "-config", folder / "conf", "-cert", server.state / "tls/ca.pem", "-keyfile", server.state / "tls/ca.key",
                    "-in", csr, "-out", pem, "-startdate", day(start), "-enddate", day(end)], check=True, capture_output=True)
    der = ssl.PEM_cert_to_DER_cert(pem.read_text())
    with sqlite3.connect(server.state / "server.db", timeout=30) as db:
        db.execute("INSERT INTO agent_certificate(digest, agent_id, serial, made_ms, until_ms) VALUES(?, ?, '7f01', 1, ?)",
                   (hashlib.sha256(der).hexdigest(), agent_id, int((now.timestamp() + end * 86400) * 1000)))
    return key.read_text() + pem.read_text()


def agent_id(state):
    import json
    return json.loads((pathlib.Path(state) / "agent.json").read_text())["agent"]
