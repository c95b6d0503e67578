# SPDX-License-Identifier: Apache-2.0
"""What tests in a real browser share: a site, Chromium, a session in a language and a theme, and what must not happen meanwhile.

Needs Debian's chromium and playwright from PyPI.

    BULKHEAD_CONSOLE   a folder of built assets instead of those linked into the server
"""
import os
import shutil

import pytest

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")

import conftest  # noqa: E402
import platform_help  # noqa: E402
from console_site import Site  # noqa: E402


FOLDER = os.environ.get("BULKHEAD_CONSOLE")
ASSETS = ["--assets", FOLDER] if FOLDER else []


@pytest.fixture(scope="module")
def site(tmp_path_factory, build):
    conftest.need("openssl")
    if not platform_help.PROGRAM.exists():
        pytest.skip("bulkhead-server is not built")
    with Site(tmp_path_factory.mktemp("site"), *ASSETS) as made:
        yield made


@pytest.fixture(scope="module")
def chromium():
    path = shutil.which("chromium")
    if not path:
        pytest.skip("chromium is not installed")
    with playwright.sync_playwright() as p:
        browser = p.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


class Watch:
    """What must not happen while a page is looked at."""

    def __init__(self, page, url):
        self.bad, self.url = [], url
        page.on("console", lambda m: self.bad.append(f"console: {m.text}") if m.type == "error" else None)
        page.on("pageerror", lambda e: self.bad.append(f"error: {e}"))
        page.on("request", lambda r: None if r.url.startswith((url, "data:", "blob:")) else self.bad.append(f"outside: {r.url}"))
        page.on("requestfailed", lambda r: None if "ERR_ABORTED" in (r.failure or "") else self.bad.append(f"failed: {r.url} {r.failure}"))


def logged_in(browser, site, lang="en", theme="light"):
    context = browser.new_context(ignore_https_errors=True, viewport={"width": 1440, "height": 900}, reduced_motion="reduce")
    context.add_init_script(f"localStorage.setItem('bh.lang', '{lang}'); localStorage.setItem('bh.theme', '{theme}')")
    context.add_cookies([{"name": "bh_session", "value": site.server.login().cookie, "url": site.url, "secure": True, "httpOnly": True, "sameSite": "Strict"}])
    return context


def settled(page):
    page.wait_for_selector("h1")
    # Not wait_for_function: it evaluates text, which the policy of the page forbids.
    page.wait_for_selector(".loading, [aria-busy=true]", state="detached", timeout=30_000)
