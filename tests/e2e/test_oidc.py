# SPDX-License-Identifier: Apache-2.0
"""Logging in at a real identity provider: npm's oidc-provider, which is certified, run on this machine and driven as a
browser would drive it."""
import html
import http.cookiejar
import json
import os
import pathlib
import re
import shutil
import socket
import ssl
import subprocess
import urllib.error
import urllib.parse
import urllib.request

import pytest

from platform_help import BUILD, Refused, Server

HERE = pathlib.Path(__file__).parent
PACKAGES = BUILD / "oidc"
SECRET = "a secret/with+odd:signs"


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


@pytest.fixture(scope="module")
def packages():
    if not shutil.which("npm"):
        pytest.skip("no npm here")
    if not (PACKAGES / "node_modules/oidc-provider").is_dir():
        PACKAGES.mkdir(exist_ok=True)
        for name in ("package.json", "package-lock.json"):
            shutil.copy(HERE / "oidc" / name, PACKAGES)
        made = subprocess.run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=PACKAGES, capture_output=True, text=True)
        if made.returncode:
            pytest.skip("oidc-provider could not be installed: " + made.stderr[-300:])
    return PACKAGES


def provider(packages, port, callback, **env):
    p = subprocess.Popen(["node", HERE / "oidc/provider.mjs", packages, str(port), callback], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                         env=os.environ | env)
    for line in p.stdout:
        if line.strip() == "ready":
            return p
    raise RuntimeError("the provider did not start")


@pytest.fixture(scope="module")
def world(tmp_path_factory, packages):
    """A server, its administrator, and a provider that knows it."""
    with Server(tmp_path_factory.mktemp("oidc")) as server:
        port, url = free_port(), f"https://localhost:{server.port}"
        running = provider(packages, port, url + "/api/v1/session/oidc/callback")
        admin = server.login()
        admin.put("/api/v1/oidc", {"enabled": True, "title": "Example login", "issuer": f"http://127.0.0.1:{port}", "client_id": "bulkhead", "client_secret": SECRET,
                                   "url": url, "claim": "groups", "roles": [{"value": "sec-team", "role": "security"}, {"value": "staff", "role": "developer"}]})
        yield server, admin, port
        running.terminate()
        running.wait()


class Browser:
    """Follows redirects, keeps cookies, and fills in the forms of the provider's development pages."""

    def __init__(self, server):
        self.jar = http.cookiejar.CookieJar(policy=http.cookiejar.DefaultCookiePolicy(secure_protocols=("https", "http")))
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.jar), urllib.request.HTTPSHandler(context=server.tls()))
        self.base, self.visited = f"https://localhost:{server.port}", []

    def open(self, url, form=None):
        data = urllib.parse.urlencode(form).encode() if form is not None else None
        try:
            with self.opener.open(urllib.request.Request(url, data), timeout=30) as answer:
                return answer.geturl(), answer.read().decode()
        except urllib.error.HTTPError as e:  # the console may not be built in: / is a 404 then, and that is fine
            return e.geturl(), e.read().decode()

    def log_in(self, name):
        """Where it ended."""
        url, page = self.open(self.base + "/api/v1/session/oidc")
        for _ in range(4):
            action = re.search(r'<form[^>]*action="([^"]+)"', page)
            if not action or not url.startswith("http://127.0.0.1"):
                break
            fields = dict(re.findall(r'<input[^>]*type="hidden"[^>]*name="([^"]+)"[^>]*value="([^"]*)"', page))
            if 'name="login"' in page:
                fields |= {"login": name, "password": "anything"}
            url, page = self.open(html.unescape(action.group(1)), fields)
        return url

    def cookie(self, name):
        return next((c.value for c in self.jar if c.name == name), None)


def client_of(server, browser):
    client = server.client()
    client.cookie = browser.cookie("bh_session")
    session = client.get("/api/v1/session")
    client.csrf = session["csrf"]
    return client, session["me"]


def test_the_page_knows_of_it(world):
    server, _, _ = world
    methods = json.loads(server.call("GET", "/api/v1/session/methods")[2])
    assert methods["oidc"] == {"title": "Example login", "url": "/api/v1/session/oidc"}


def test_a_person_arrives_with_the_role_of_a_group(world):
    server, admin, _ = world
    browser = Browser(server)
    assert browser.log_in("olga") == browser.base + "/"
    client, me = client_of(server, browser)
    assert (me["name"], me["role"], me["oidc"], me["local"], me["full_name"]) == ("olga", "security", True, False, "Olga O.")
    client.post("/api/v1/tokens", {"name": "hers", "scope": ["respond"]})
    again = Browser(server)
    again.log_in("olga")
    assert client_of(server, again)[1]["id"] == me["id"]
    assert [l["after"] for l in admin.items("/api/v1/audit?f.action=session.begin&f.object=olga")] == ["identity provider"] * 2


def test_another_group_is_another_role(world):
    server, _, _ = world
    browser = Browser(server)
    browser.log_in("piet")
    assert client_of(server, browser)[1]["role"] == "developer"


def test_who_is_in_no_group_stays_outside(world):
    server, _, _ = world
    browser = Browser(server)
    assert browser.log_in("stranger").endswith("/login?oidc=role")
    assert browser.cookie("bh_session") is None


def test_a_name_of_ours_is_not_theirs(world):
    server, _, _ = world
    browser = Browser(server)
    assert browser.log_in("admin").endswith("/login?oidc=taken")
    assert browser.cookie("bh_session") is None


def test_a_local_password_does_not_open_it(world):
    server, _, _ = world
    for password in ("", "anything"):
        with pytest.raises(Refused) as e:
            server.client().login("olga", password)
        assert e.value.status == 401


def test_who_was_disabled_stays_outside(world):
    server, admin, _ = world
    Browser(server).log_in("piet")
    piet = next(u for u in admin.items("/api/v1/users") if u["name"] == "piet")
    admin.patch(f"/api/v1/users/{piet['id']}", {"disabled": True})
    assert Browser(server).log_in("piet").endswith("/login?oidc=disabled")


def location(server, path, cookie=None):
    status, headers, _ = server.call("GET", path, None, {"Cookie": cookie} if cookie else None)
    assert status == 303
    return headers["Location"]


def test_state_and_code_are_of_this_browser(world):
    """Log-in CSRF: somebody else's code, state or cookie get nobody in."""
    server, _, port = world
    status, headers, _ = server.call("GET", "/api/v1/session/oidc")
    assert status == 303 and headers["Location"].startswith(f"http://127.0.0.1:{port}/auth?")
    cookie = headers["Set-Cookie"].split(";")[0]
    assert "HttpOnly" in headers["Set-Cookie"] and "SameSite=Lax" in headers["Set-Cookie"]
    query = urllib.parse.parse_qs(urllib.parse.urlsplit(headers["Location"]).query)
    assert query["code_challenge_method"] == ["S256"] and len(query["nonce"][0]) == 64
    state, back = query["state"][0], "/api/v1/session/oidc/callback"
    assert location(server, f"{back}?code=x&state={state}") == "/login?oidc=state"
    assert location(server, f"{back}?code=x&state=wrong", cookie) == "/login?oidc=state"
    assert location(server, f"{back}?code=x", cookie) == "/login?oidc=state"
    assert location(server, f"{back}?error=access_denied&state={state}", cookie) == "/login?oidc=denied"
    assert location(server, f"{back}?code=forged&state={state}", cookie) == "/login?oidc=provider"


def test_the_secret_is_not_shown(world):
    server, admin, _ = world
    shown = admin.get("/api/v1/oidc")
    assert shown["client_secret_set"] is True and SECRET not in json.dumps(shown)
    admin.put("/api/v1/oidc", {k: v for k, v in shown.items() if k != "client_secret_set"})
    assert admin.get("/api/v1/oidc")["client_secret_set"] is True  # kept
    assert SECRET not in json.dumps(admin.items("/api/v1/audit")) and SECRET not in "\n".join(server.log)
    assert Browser(server).log_in("olga").endswith(f":{server.port}/")


def test_settings_are_checked(world):
    _, admin, _ = world
    good = admin.get("/api/v1/oidc")
    for bad in ({"issuer": "http://example.org"}, {"url": "javascript:x"}, {"client_id": ""}, {"roles": [{"value": "x", "role": "king"}]}, {"otherwise": "king"}):
        with pytest.raises(Refused) as e:
            admin.put("/api/v1/oidc", good | bad)
        assert e.value.status == 400


def test_es256_and_a_provider_that_is_away(world, packages, tmp_path):
    server, admin, _ = world
    made = subprocess.run(["node", "-e", "const {generateKeyPairSync: g} = require('crypto'); const k = g('ec', {namedCurve: 'P-256'}).privateKey.export({format: 'jwk'});"
                           "console.log(JSON.stringify({keys: [{...k, use: 'sig', alg: 'ES256', kid: 'one'}]}))"], capture_output=True, text=True, check=True)
    port, kept = free_port(), admin.get("/api/v1/oidc")
    callback = f"https://localhost:{server.port}/api/v1/session/oidc/callback"
    running = provider(packages, port, callback, ALG="ES256", JWKS=made.stdout)
    admin.put("/api/v1/oidc", {k: v for k, v in kept.items() if k != "client_secret_set"} | {"issuer": f"http://127.0.0.1:{port}", "otherwise": "auditor"})
    browser = Browser(server)
    assert browser.log_in("quinn") == browser.base + "/"
    assert client_of(server, browser)[1]["role"] == "auditor"
    running.terminate()
    running.wait()
    assert location(server, "/api/v1/session/oidc") == "/login?oidc=provider"
