# SPDX-License-Identifier: Apache-2.0
"""A bulkhead-server of a test's own: made in a temporary folder, on free ports, and talked to as a program would.

    with Server(tmp_path) as server:
        admin = server.login()
        admin.get("/api/v1/users")            # parsed JSON; an answer that is no 2xx raises Refused
        admin.post("/api/v1/teams", {"name": "shop"})
        server.call("GET", "/api/v1/health")  # (status, headers, body) of anybody
"""
import http.client
import json
import os
import pathlib
import re
import signal
import socket
import ssl
import subprocess
import threading
import time

BUILD = pathlib.Path(os.environ.get("BULKHEAD_BUILD", pathlib.Path(__file__).resolve().parents[2] / "build"))
PROGRAM = BUILD / "bulkhead-server"
PASSWORD = "a long enough password"


class Refused(Exception):
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body
        try:
            self.problem = json.loads(body)
        except ValueError:
            self.problem = {}
        super().__init__(f"{status}: {self.problem.get('detail', body[:200])}")


class Client:
    """One person, or one program with a token. Keeps a connection; not for several threads."""

    def __init__(self, server, token=None):
        self.server, self.token, self.cookie, self.csrf, self.me = server, token, None, None, None
        self.connection = None

    def headers(self, method):
        out = {"Accept": "application/json"}
        if self.token:
            out["Authorization"] = f"Bearer {self.token}"
        if self.cookie:
            out["Cookie"] = f"bh_session={self.cookie}"
        if self.csrf and method != "GET":
            out["X-CSRF-Token"] = self.csrf
        return out

    def call(self, method, path, body=None, headers=None):
        """(status, headers, bytes), whatever the status is."""
        wanted = self.headers(method) | (headers or {})
        if body is not None and not isinstance(body, (bytes, str)):
            body = json.dumps(body)
        if body is not None:
            wanted.setdefault("Content-Type", "application/json")
        for again in (True, False):
            fresh = self.connection is None
            if fresh:
                self.connection = http.client.HTTPSConnection("localhost", self.server.port, context=self.server.tls(), timeout=60)
            try:
                self.connection.request(method, path, body, {k: v for k, v in wanted.items() if v is not None})
                answer = self.connection.getresponse()
                data = answer.read()
                break
            except (http.client.HTTPException, OSError):
                self.connection.close()
                self.connection = None
                if fresh or not again:
                    raise
        if answer.getheader("Connection") == "close":
            self.connection.close()
            self.connection = None
        return answer.status, answer.headers, data

    def ask(self, method, path, body=None):
        status, headers, data = self.call(method, path, body)
        if status // 100 != 2:
            raise Refused(status, headers, data)
        if not data:
            return None
        return json.loads(data) if "json" in headers.get("Content-Type", "") else data.decode()

    def get(self, path):
        return self.ask("GET", path)

    def post(self, path, body=None):
        return self.ask("POST", path, {} if body is None else body)

    def put(self, path, body=None):
        return self.ask("PUT", path, {} if body is None else body)

    def patch(self, path, body):
        return self.ask("PATCH", path, body)

    def delete(self, path, body=None):
        return self.ask("DELETE", path, body)

    def login(self, name, password, code=None):
        status, headers, data = self.call("POST", "/api/v1/session", {"name": name, "password": password} | ({"code": code} if code else {}))
        if status != 200:
            raise Refused(status, headers, data)
        answer = json.loads(data)
        self.cookie = re.match(r"bh_session=([^;]+)", headers["Set-Cookie"]).group(1)
        self.csrf, self.me = answer["csrf"], answer["me"]
        return self

    def items(self, path):
        """All rows of a list, page by page."""
        cursor, out = None, []
        while True:
            page = self.get(path + (("&" if "?" in path else "?") + f"cursor={cursor}" if cursor else ""))
            out += page["items"]
            cursor = page["next"]
            if not cursor:
                return out


class Server:
    """Use as a context; `args` go to bulkhead-server as they are."""

    def __init__(self, folder, *args, init=(), env=None):
        self.state = pathlib.Path(folder) / "state"
        self.args, self.init, self.env = args, init, env
        self.log, self.process, self.port, self.agents_port = [], None, 0, 0

    def __enter__(self):
        self.make()
        self.start()
        return self

    def __exit__(self, *_):
        self.stop()

    def make(self):
        password = self.state.parent / "password"
        password.write_text(PASSWORD + "\n")
        subprocess.run([PROGRAM, "init", "--state", self.state, "--admin-password-file", password, *self.init], check=True, timeout=60)

    def start(self):
        self.process = subprocess.Popen([PROGRAM, "--state", self.state, "--listen", f"127.0.0.1:{self.port}", "--agents", f"127.0.0.1:{self.agents_port}",
                                         *self.args], stderr=subprocess.PIPE, text=True, env=os.environ | (self.env or {}))
        ready = threading.Event()
        threading.Thread(target=self._read_log, args=(self.process, ready), daemon=True).start()
        if not ready.wait(30) or self.process.poll() is not None:
            raise RuntimeError("bulkhead-server did not become ready:\n" + "\n".join(self.log))
        self._wait_for_health()

    def _read_log(self, process, ready):
        for line in process.stderr:
            self.log.append(line.rstrip("\n"))
            m = re.search(r"ready: console on port (\d+), agents on port (\d+)", line)
            if m:
                self.port, self.agents_port = int(m.group(1)), int(m.group(2))
                ready.set()
        ready.set()

    def _wait_for_health(self):
        until = time.monotonic() + 30
        while time.monotonic() < until:
            try:
                if self.call("GET", "/api/v1/health")[0] == 200:
                    return
            except OSError:
                pass
            time.sleep(0.05)
        raise RuntimeError("bulkhead-server is not healthy:\n" + "\n".join(self.log))

    def stop(self, how=signal.SIGTERM):
        """The exit code; negative for a signal."""
        if self.process and self.process.poll() is None:
            self.process.send_signal(how)
        return self.process.wait(timeout=30) if self.process else None

    def tls(self):
        return ssl.create_default_context(cafile=self.state / "tls/ca.pem")

    def socket(self):
        """A TLS connection to the console's port, for bytes of one's own."""
        return self.tls().wrap_socket(socket.create_connection(("127.0.0.1", self.port), timeout=30), server_hostname="localhost")

    def call(self, method, path, body=None, headers=None):
        return Client(self).call(method, path, body, headers)

    def login(self, name="admin", password=PASSWORD, code=None):
        return Client(self).login(name, password, code)

    def client(self, token=None):
        return Client(self, token)

    def person(self, admin, name, role):
        """An account with a password of its own choice, logged in."""
        made = admin.post("/api/v1/users", {"name": name, "role": role})
        first = Client(self).login(name, made["password"])
        first.post("/api/v1/me/password", {"old": made["password"], "new": PASSWORD + " of " + role})
        first.me = first.get("/api/v1/me")
        return first
