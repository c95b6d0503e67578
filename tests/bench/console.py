#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""console.py BUILD DATABASE: how long the console takes to show its first views over many workloads.

DATABASE: a file that bench_store filled, which is copied. Debian's chromium opens each page as a person with an empty
cache would, and once more with a full one: the time from the click until nothing is loading any more, the median of
five. Needs playwright (tests/requirements.txt).
"""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

build, database = pathlib.Path(sys.argv[1]).resolve(), sys.argv[2]
os.environ["BULKHEAD_BUILD"] = str(build)
ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests/e2e"), str(ROOT / "tests/e2e/browser")]
from platform_help import Server  # noqa: E402

try:
    import playwright.sync_api as playwright
    from console_browser import settled
except ModuleNotFoundError as e:
    sys.exit(print(f"console: not measured, {e}"))
if not shutil.which("chromium"):
    sys.exit(print("console: not measured, chromium is not installed"))

PAGES = ["/", "/containers", "/vulnerabilities", "/alerts", "/hosts"]
ROUNDS = 5


def context_of(browser, cookie, url):
    context = browser.new_context(ignore_https_errors=True, viewport={"width": 1440, "height": 900}, reduced_motion="reduce")
    context.add_cookies([{"name": "bh_session", "value": cookie, "url": url, "secure": True, "httpOnly": True, "sameSite": "Strict"}])
    return context


def seconds_to(page, url):
    begin = time.monotonic()
    page.goto(url)
    settled(page)
    return time.monotonic() - begin


def middle(values):
    return sorted(values)[len(values) // 2]


with tempfile.TemporaryDirectory(prefix="bulkhead-bench-") as folder:
    server = Server(folder)
    server.make()
    shutil.copy(database, server.state / "with.db")
    os.replace(server.state / "with.db", server.state / "server.db")
    subprocess.run([build / "bulkhead-server", "init", "--state", server.state, "--admin-password-file", server.state.parent / "password"], check=True, timeout=300)
    server.start()
    try:
        admin = server.login()
        n = {kind: admin.get(f"/api/v1/{kind}?limit=1&count=true")["total"] for kind in ("containers", "hosts", "findings", "alerts")}
        print(", ".join(f"{count} {kind}" for kind, count in n.items()))
        with playwright.sync_playwright() as p:
            browser = p.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
            for path in PAGES:
                empty, full = [], []
                for _ in range(ROUNDS):
                    with context_of(browser, admin.cookie, f"https://localhost:{server.port}") as context:
                        page = context.new_page()
                        empty.append(seconds_to(page, f"https://localhost:{server.port}{path}"))
                        full.append(seconds_to(page, f"https://localhost:{server.port}{path}"))
                print(f"{path:18} first {middle(empty) * 1000:5.0f} ms (worst {max(empty) * 1000:.0f}), again {middle(full) * 1000:5.0f} ms")
            browser.close()
    finally:
        server.stop()
