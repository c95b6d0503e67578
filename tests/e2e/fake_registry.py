# SPDX-License-Identifier: Apache-2.0
"""A registry that misbehaves as it is told, and remembers what it was asked."""
import base64
import http.server
import json
import re
import ssl
import threading
import urllib.parse

from conftest import sha256

INDEX = "application/vnd.oci.image.index.v1+json"
MANIFEST = "application/vnd.oci.image.manifest.v1+json"


class Fake:
    """Attributes are the ways to misbehave; all off at first."""

    def __init__(self, tls=None, client_ca=None, ask=None):
        self.images = {}       # (repository, tag or digest) -> manifest bytes
        self.blobs = {}        # digest -> bytes
        self.tokens = False    # Bearer tokens are wanted
        self.login = None      # (user, password) for the token server, or for Basic when tokens is off
        self.refresh = None    # the identity token that the token server takes
        self.token_life = 0    # requests a token is good for; 0: for ever
        self.realm = None      # another token server
        self.busy = []         # answers to give first, to anything below /v2/: (status, headers)
        self.cut_after = []    # blobs: close the connection after so many bytes, one number a request
        self.ranges = "yes"    # "no": 200 and everything; "wrong": a part that was not asked for
        self.short = 0         # blobs: send so many bytes fewer, and say so in Content-Length
        self.longer = 0        # blobs: so many bytes more
        self.stall = {}        # blobs: digest -> (bytes to send first, threading.Event to wait for)
        self.redirect = None   # blobs: the base URL of another place
        self.lie = False       # manifests: other bytes than the digest's
        self.has_referrers = True
        self.referrers = {}    # digest -> index bytes
        self.log = []          # (method, path, headers)
        self.peers = []        # the client's certificate of each GET, or None
        self.issued = {}       # token -> requests left
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), self.handler())
        self.server.daemon_threads = True
        if tls:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*tls)
            if client_ca or ask:  # a certificate must, or may, be shown
                context.verify_mode = ssl.CERT_REQUIRED if client_ca else ssl.CERT_OPTIONAL
                context.load_verify_locations(client_ca or ask)
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.host = f"127.0.0.1:{self.server.server_port}"
        self.url = f"{'https' if tls else 'http'}://{self.host}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    def add(self, image, repository, tag="latest"):
        self.images[repository, tag] = self.images[repository, image.digest] = image.manifest
        self.blobs.update(image.blobs)
        return f"{self.host}/{repository}:{tag}"

    def asked(self, pattern):
        return [(m, p, h) for m, p, h in self.log if re.search(pattern, p)]

    def handler(self):
        fake = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *args):
                pass

            def reply(self, status, body=b"", **headers):
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name.replace("_", "-"), value)
                if "Content_Length" not in headers:
                    self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(body)

            def basic(self):
                scheme, _, text = self.headers.get("Authorization", "").partition(" ")
                return tuple(base64.b64decode(text).decode().split(":", 1)) if scheme == "Basic" else None

            def do_POST(self):
                form = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
                fake.log.append(("POST", f"{self.path}?{form}", dict(self.headers)))
                query = dict(urllib.parse.parse_qsl(form))
                if query.get("grant_type") != "refresh_token" or query.get("refresh_token") != fake.refresh:
                    return self.reply(401)
                self.issue("access_token", query)

            def issue(self, key, query):
                token = f"token-{len(fake.issued)}-{query.get('scope')}"
                fake.issued[token] = fake.token_life or 1 << 30
                self.reply(200, json.dumps({key: token}).encode())

            def do_HEAD(self):
                self.do_GET()

            def do_GET(self):
                fake.log.append((self.command, self.path, dict(self.headers)))
                fake.peers.append(self.connection.getpeercert() if hasattr(self.connection, "getpeercert") else None)
                path, _, query = self.path.partition("?")
                if path == "/token":
                    if fake.refresh or (fake.login and self.basic() != fake.login):
                        return self.reply(401)
                    return self.issue("token", dict(urllib.parse.parse_qsl(query)))
                if fake.busy:
                    status, headers = fake.busy.pop(0)
                    return self.reply(status, b'{"errors":[{"message":"slow \\u001b[31m down"}]}', **headers)
                if not self.allowed(path):
                    return
                found = re.fullmatch(r"/v2/(.+)/(manifests|blobs|referrers)/([^/]+)", path)
                if not found:
                    return self.reply(404)
                getattr(self, found[2])(found[1], found[3])

            def allowed(self, path):
                given = self.headers.get("Authorization", "")
                if fake.tokens:
                    token = given.removeprefix("Bearer ")
                    if fake.issued.get(token, 0) > 0:
                        fake.issued[token] -= 1
                        return True
                    repository = re.match(r"/v2/(.+)/(manifests|blobs|referrers)/", path)[1]
                    self.reply(401, WWW_Authenticate=f'Bearer realm="{fake.realm or fake.url + "/token"}",'
                                                     f'service="fake, service",scope="repository:{repository}:pull"')
                    return False
                if fake.login and self.basic() != fake.login:
                    self.reply(401, WWW_Authenticate='Basic realm="fake"')
                    return False
                return True

            def manifests(self, repository, reference):
                data = fake.images.get((repository, reference))
                if data is None:
                    return self.reply(404, b'{"errors":[{"code":"MANIFEST_UNKNOWN","message":"manifest unknown"}]}')
                digest = sha256(data)
                if fake.lie:
                    data = data.replace(b"schemaVersion", b"schemaVersioN")
                self.reply(200, data, Content_Type=json.loads(data).get("mediaType", MANIFEST) + "; charset=utf-8",
                           Docker_Content_Digest=digest)

            def referrers(self, repository, digest):
                if not fake.has_referrers:
                    return self.reply(404)
                self.reply(200, fake.referrers.get(digest, json.dumps(
                    {"schemaVersion": 2, "mediaType": INDEX, "manifests": []}).encode()), Content_Type=INDEX)

            def blobs(self, repository, digest):
                data = fake.blobs.get(digest)
                if data is None:
                    return self.reply(404)
                if fake.redirect:
                    return self.reply(307, Location=f"{fake.redirect}{self.path}?signed=yes")
                start, status, more = 0, 200, {}
                wanted = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
                if wanted and fake.ranges != "no":
                    start, status = int(wanted[1]) + (7 if fake.ranges == "wrong" else 0), 206
                    more = {"Content_Range": f"bytes {start}-{len(data) - 1}/{len(data)}"}
                body = data[start:] + b"x" * fake.longer
                body = body[:len(body) - fake.short]
                if digest in fake.stall:
                    return self.slowly(body, *fake.stall[digest])
                cut = fake.cut_after.pop(0) if fake.cut_after else None
                if cut is None:
                    return self.reply(status, body, **more)
                self.reply(status, body[:cut], Content_Length=str(len(body)), **more)
                self.close_connection = True
                self.wfile.flush()
                self.connection.close()

            def slowly(self, body, first, go_on):
                self.reply(200, body[:first], Content_Length=str(len(body)))
                self.wfile.flush()
                go_on.wait(60)
                try:
                    self.wfile.write(body[first:])
                except OSError:
                    self.close_connection = True  # nobody wants it any more

        return Handler
