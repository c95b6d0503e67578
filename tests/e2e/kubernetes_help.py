# SPDX-License-Identifier: Apache-2.0
"""A real API server for tests: Kubernetes' own, built here through the Go module proxy (tests/e2e/kubernetes, minutes once,
kept in the build directory), with Debian's etcd. No controllers, no nodes: objects are what the tests make."""
import base64
import concurrent.futures
import json
import os
import ssl
import subprocess
import urllib.error
import urllib.request

import pytest

import go_build
from conftest import BUILD, ROOT, free_port, need, run, stop, wait_for

HERE = ROOT / "tests/e2e/kubernetes"
VERSION = "v1.32.5"
LONG = bool(os.environ.get("BULKHEAD_LONG"))
STAMP = "k8s.io/component-base/version"


def program(name):
    """That of tests/e2e/kubernetes/NAME, under that name."""
    major, minor, _ = VERSION[1:].split(".")
    flags = f"-s -w -X {STAMP}.gitVersion={VERSION} -X {STAMP}.gitMajor={major} -X {STAMP}.gitMinor={minor}"
    return go_build.of_folder(HERE, name, BUILD / "kubernetes" / name, "-ldflags", flags)


class Authority:
    """Certificates by openssl: .issue(name, O=groups) -> (pem, key)."""

    def __init__(self, top):
        self.top, self.pem = top, top / "ca.crt"
        run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", "/CN=test", "-keyout", top / "ca.key", "-out", self.pem)

    def issue(self, name, organization=None):
        pem, key, subject = self.top / f"{name}.crt", self.top / f"{name}.key", (f"/O={organization}" if organization else "") + f"/CN={name}"
        run("openssl", "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", subject, "-keyout", key, "-out", self.top / "csr")
        (self.top / "ext").write_text("subjectAltName=IP:127.0.0.1,DNS:localhost\nextendedKeyUsage=serverAuth,clientAuth\n")
        run("openssl", "x509", "-req", "-days", "2", "-CA", self.pem, "-CAkey", self.top / "ca.key", "-CAcreateserial", "-extfile", self.top / "ext", "-in", self.top / "csr", "-out", pem)
        return pem, key


class Cluster:
    """.make(object), .ask(method, path), .kubeconfig(user)."""

    def __init__(self, top):
        self.top, self.running = top, []
        self.authority = Authority(top)
        self.port = free_port()
        self.url = f"https://127.0.0.1:{self.port}"
        self.pairs = {"admin": self.authority.issue("admin", "system:masters")}

    def spawn(self, name, *argv):
        log = open(self.top / f"{name}.log", "w")
        self.running.append(subprocess.Popen([str(a) for a in argv], stdout=log, stderr=subprocess.STDOUT, cwd=self.top))
        log.close()
        return self.running[-1]

    def start(self, program, *flags):
        store, peers = free_port(), free_port()
        self.spawn("etcd", "etcd", "--data-dir", self.top / "etcd", "--listen-client-urls", f"http://127.0.0.1:{store}", "--advertise-client-urls", f"http://127.0.0.1:{store}",
                   "--listen-peer-urls", f"http://127.0.0.1:{peers}", "--initial-advertise-peer-urls", f"http://127.0.0.1:{peers}", "--initial-cluster", f"default=http://127.0.0.1:{peers}")
        cert, key = self.authority.issue("server")
        run("openssl", "genrsa", "-out", self.top / "accounts.key", "2048")
        api = self.spawn("apiserver", program, f"--etcd-servers=http://127.0.0.1:{store}", "--bind-address=127.0.0.1", f"--secure-port={self.port}", "--advertise-address=192.0.2.1",
                         "--endpoint-reconciler-type=none", "--service-cluster-ip-range=10.0.0.0/24", f"--tls-cert-file={cert}", f"--tls-private-key-file={key}",
                         f"--client-ca-file={self.authority.pem}", "--authorization-mode=Node,RBAC", "--allow-privileged=true", "--service-account-issuer=https://kubernetes.default.svc",
                         f"--service-account-key-file={self.top}/accounts.key", f"--service-account-signing-key-file={self.top}/accounts.key", *flags)
        try:
            wait_for("the API server", lambda: self.ask("GET", "/readyz")[0] == 200, 120, api)
        except AssertionError as e:
            raise AssertionError(f"{e}\n{(self.top / 'apiserver.log').read_text()[-3000:]}") from None
        return api

    def stop(self):
        for p in reversed(self.running):
            stop(p)

    def pair(self, user):
        if user not in self.pairs:
            self.pairs[user] = self.authority.issue(user)
        return self.pairs[user]

    def ask(self, method, path, body=None, user="admin", kind="application/json", **headers):
        """(status, answer)."""
        tls = ssl.create_default_context(cafile=self.authority.pem)
        tls.load_cert_chain(*self.pair(user))
        q = urllib.request.Request(self.url + path, json.dumps(body).encode() if body is not None else None, {"Content-Type": kind, **headers}, method=method)
        try:
            with urllib.request.urlopen(q, context=tls, timeout=30) as r:
                code, text = r.status, r.read()
        except urllib.error.HTTPError as e:
            code, text = e.code, e.read()
        return code, json.loads(text) if text.startswith(b"{") else text.decode()

    def make(self, o):
        code, said = self.ask("POST", path_of(o), o)
        assert code in (200, 201), f"{o['kind']} {o['metadata']}: {code} {said}"

    def make_all(self, objects):
        with concurrent.futures.ThreadPoolExecutor(6) as pool:
            list(pool.map(self.make, objects))

    def kubeconfig(self, user="admin", authority=None, server=None, **other):
        """A file of that user, whose certificate is given in place."""
        def data(path):
            return base64.b64encode(path.read_bytes()).decode()
        cert, key = self.pair(user)
        who = other or {"client-certificate-data": data(cert), "client-key-data": data(key)}
        config = {"apiVersion": "v1", "kind": "Config", "current-context": "c", "users": [{"name": user, "user": who}],
                  "clusters": [{"name": "k", "cluster": {"server": server or self.url, "certificate-authority-data": data(authority or self.authority.pem)}}],
                  "contexts": [{"name": "c", "context": {"cluster": "k", "user": user}}]}
        path = self.top / f"{user}.kubeconfig"
        path.write_text(json.dumps(config))
        path.chmod(0o600)
        return path


PLURALS = {"NetworkPolicy": "networkpolicies"}


def path_of(o):
    group, namespace = o["apiVersion"], o["metadata"].get("namespace")
    plural = PLURALS.get(o["kind"], o["kind"].lower() + "s")
    return ("/api/" if "/" not in group else "/apis/") + group + (f"/namespaces/{namespace}" if namespace else "") + f"/{plural}"


def start(top, flags):
    """A cluster in that folder, with the flags that flags(cluster) gives; the caller stops it."""
    need("etcd", "openssl")
    binary = program("kube-apiserver").path()
    c = Cluster(top)
    try:
        c.start(binary, *flags(c))
    except BaseException:
        c.stop()
        raise
    return c
