# SPDX-License-Identifier: Apache-2.0
"""Objects from an API server: a small one that speaks lists, pages and client certificates, over TLS."""
import base64
import http.server
import json
import ssl
import subprocess
import threading
import urllib.parse

import pytest

from conftest import BUILD, need

PODS = [{"metadata": {"name": f"p{i}", "namespace": "shop"}, "spec": {"hostPID": True, "containers": [{"name": "a", "image": "x:1"}]}} for i in range(1200)]
LISTS = {
    "/api/v1/pods": ("v1", "PodList", PODS),
    "/api/v1/namespaces": ("v1", "NamespaceList", [{"metadata": {"name": n}} for n in ("kube-system", "shop")]),
    "/apis/rbac.authorization.k8s.io/v1/clusterroles": ("rbac.authorization.k8s.io/v1", "ClusterRoleList", [
        {"metadata": {"name": "cluster-admin"}, "rules": [{"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]}]}]),
    "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings": ("rbac.authorization.k8s.io/v1", "ClusterRoleBindingList", [
        {"metadata": {"name": "b"}, "roleRef": {"kind": "ClusterRole", "name": "cluster-admin"}, "subjects": [{"kind": "User", "name": "eve"}]}]),
}


class Api(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        url = urllib.parse.urlsplit(self.path)
        query = urllib.parse.parse_qs(url.query)
        self.server.asked.append(self.path)
        code, body = 200, None
        if self.server.token and self.headers.get("Authorization") != f"Bearer {self.server.token}":
            code, body = 401, {"kind": "Status", "message": "Unauthorized"}
        elif url.path.endswith("/nodes") or any(url.path.endswith(end) for end in self.server.refused):
            code, body = 403, {"kind": "Status", "message": f"{url.path.rpartition('/')[2]} is forbidden"}
        elif url.path in LISTS:
            api, kind, items = LISTS[url.path]
            start, limit = int(query.get("continue", ["0"])[0]), int(query.get("limit", ["500"])[0])
            more = str(start + limit) if start + limit < len(items) else ""
            body = {"apiVersion": api, "kind": kind, "metadata": {"continue": more}, "items": items[start:start + limit]}
        else:
            body = {"apiVersion": "v1", "kind": "List", "metadata": {}, "items": []}
        data = json.dumps(body).encode()
        self.send_response(code)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *args):
        pass


def openssl(folder, *args):
    subprocess.run(["openssl", *map(str, args)], cwd=folder, check=True, capture_output=True)


@pytest.fixture
def cluster(tmp_path):
    need("openssl")
    openssl(tmp_path, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "ca.key", "-out", "ca.crt", "-subj", "/CN=ca", "-days", "1")
    for name, extra in (("server", "subjectAltName=IP:127.0.0.1"), ("client", "extendedKeyUsage=clientAuth")):
        openssl(tmp_path, "req", "-newkey", "rsa:2048", "-nodes", "-keyout", f"{name}.key", "-out", f"{name}.csr", "-subj", f"/CN={name}")
        (tmp_path / f"{name}.ext").write_text(extra)
        openssl(tmp_path, "x509", "-req", "-in", f"{name}.csr", "-CA", "ca.crt", "-CAkey", "ca.key", "-CAcreateserial", "-out", f"{name}.crt", "-days", "1", "-extfile", f"{name}.ext")
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Api)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "server.crt", tmp_path / "server.key")
    context.load_verify_locations(tmp_path / "ca.crt")
    context.verify_mode = ssl.CERT_REQUIRED
    server.socket = context.wrap_socket(server.socket, server_side=True)
    server.asked, server.token, server.folder, server.refused = [], None, tmp_path, []
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()


def kubeconfig(server, **user):
    def data(name):
        return base64.b64encode((server.folder / name).read_bytes()).decode()
    config = {"apiVersion": "v1", "kind": "Config", "current-context": "c",
              "clusters": [{"name": "k", "cluster": {"server": f"https://127.0.0.1:{server.server_port}", "certificate-authority-data": data("ca.crt")}}],
              "users": [{"name": "u", "user": {"client-certificate-data": data("client.crt"), "client-key-data": data("client.key")} | user}],
              "contexts": [{"name": "c", "context": {"cluster": "k", "user": "u"}}]}
    path = server.folder / "kubeconfig"
    path.write_text(json.dumps(config))
    path.chmod(0o600)
    return path


def bulkhead(*args):
    return subprocess.run([BUILD / "bulkhead", *map(str, args)], capture_output=True, text=True, timeout=120)


def test_rights_are_asked_of_the_cluster_itself(cluster):
    r = bulkhead("rbac", "--kubeconfig", kubeconfig(cluster), "--format", "json")
    assert r.returncode == 0, r.stderr
    said = json.loads(r.stdout)
    assert [s["subject"] for s in said["subjects"]] == ["User eve"] and "admin" in said["subjects"][0]["reaches"]
    assert any(g["where"].endswith("/api/v1/nodes") for g in said["gaps"])
    assert not any("secrets" in path for path in cluster.asked)


def test_every_page_of_a_list_is_judged(cluster):
    r = bulkhead("comply", "--kubeconfig", kubeconfig(cluster), "--check", "pod-host-pid", "--format", "json", "--all")
    assert r.returncode == 1, r.stderr
    said = json.loads(r.stdout)
    assert sum(x["state"] == "fail" for x in said["results"]) == len(PODS)
    assert sum("/api/v1/pods" in path for path in cluster.asked) == 3


def test_who_is_not_let_in_is_told_so(cluster):
    cluster.token = "right"
    r = bulkhead("rbac", "--kubeconfig", kubeconfig(cluster, token="wrong"))
    assert r.returncode == 3 and "nothing may be listed there: /api/v1/namespaces: the API server answers 401: Unauthorized" in r.stderr, r.stderr
    assert bulkhead("rbac", "--kubeconfig", kubeconfig(cluster, token="right")).returncode == 0


def test_whoever_may_list_nothing_is_told_so(cluster):
    cluster.refused = [""]
    for command in (["rbac"], ["comply"]):
        r = bulkhead(*command, "--kubeconfig", kubeconfig(cluster))
        assert r.returncode == 3 and r.stderr.count("\n") == 1, r.stderr
        assert "nothing may be listed there: /api/v1/namespaces: the API server answers 403: namespaces is forbidden" in r.stderr


def test_nothing_is_said_of_rights_without_all_bindings(cluster):
    cluster.refused = ["/rolebindings"]
    r = bulkhead("rbac", "--kubeconfig", kubeconfig(cluster))
    assert r.returncode == 3 and "nothing can be said without all roles and bindings" in r.stderr and not r.stdout
