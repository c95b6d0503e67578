# SPDX-License-Identifier: Apache-2.0
"""The console in a real browser against a real server: every page in both languages and themes, the keyboard, live alerts.

Needs what console_browser needs, and axe-core from web/node_modules (npm ci in web/).
"""
import os
import urllib.parse

import pytest

import conftest
import platform_help
from console_browser import Watch, chromium, logged_in, settled, site  # noqa: F401
from console_site import CONTAINER, seen

AXE = conftest.ROOT / "web/node_modules/axe-core/axe.min.js"
# Each takes minutes; all four with BULKHEAD_LONG=1 (make test-long).
STYLES = [(lang, theme) for lang in ("en", "zh") for theme in ("light", "dark")] if os.environ.get("BULKHEAD_LONG") else [("en", "light"), ("zh", "dark")]
COMPLIANCE = ["/compliance"] + [f"/compliance?tab={tab}" for tab in ("results", "workloads", "hosts", "checks", "changes", "exceptions")]
PAGES = ["/", "/vulnerabilities", "/findings", "/worklists/operations", "/worklists/developers", "/images", "/registries", "/promotions", "/scans", "/incidents", "/alerts",
         "/attack", "/suppressions", "/responses", "/hosts", "/containers", "/packages", "/assets", "/assets?kind=port", "/changes", "/rules", "/policies", "/policies/new", *COMPLIANCE,
         "/reports", "/reports?tab=schedules", "/reports?tab=made", "/integrations", "/intel", "/people", "/people?tab=teams", "/people?tab=tokens", "/people?tab=audit", "/account", "/system", "/system?tab=enrol", "/system?tab=storage",
         "/system?tab=retention", "/system?tab=backup", "/system?tab=about", "/nowhere"]


@pytest.fixture(scope="module")
def ids(site):
    first = lambda path: site.admin.get(path)["items"][0]["id"]
    return [f"/images/{urllib.parse.quote(site.image, safe='')}{tab}" for tab in ("", "?tab=layers", "?tab=packages", "?tab=findings", "?tab=setup")] + [
        f"/hosts/{site.agent.host_id}", f"/hosts/{site.agent.host_id}?tab=assets", f"/containers/{CONTAINER}", f"/containers/{CONTAINER}?tab=alerts",
        f"/incidents/{first('/api/v1/incidents')}", f"/alerts?open={first('/api/v1/alerts')}", f"/findings?open={first('/api/v1/findings?f.kind=vulnerability')}",
        f"/vulnerabilities/{first('/api/v1/vulnerabilities')}", f"/hosts/{site.agent.host_id}?tab=setup", f"/containers/{CONTAINER}?tab=setup",
        *(f"/compliance?tab=results&open={r['id']}" for r in site.admin.get("/api/v1/compliance/results?f.state=fail,manual,unknown")["items"][:4])]


@pytest.mark.parametrize("lang, theme", STYLES)
def test_every_page_is_whole_and_for_everybody(site, chromium, ids, lang, theme):
    """No axe violation, no error, nothing the policy forbids, nothing from outside."""
    if not AXE.exists():
        pytest.skip("axe-core is not installed: npm ci in web/")
    axe, wrong = AXE.read_text(), []
    with logged_in(chromium, site, lang, theme) as context:
        page = context.new_page()
        watch = Watch(page, site.url)
        page.add_init_script("window.broken = []; addEventListener('securitypolicyviolation', e => broken.push(e.violatedDirective + ' ' + e.blockedURI))")
        for path in PAGES + ids:
            page.goto(site.url + path)
            settled(page)
            assert page.evaluate("document.documentElement.lang") == ("zh-CN" if lang == "zh" else "en")
            assert page.evaluate("document.documentElement.dataset.theme") == theme
            # Injected as a debugger would: the page's own policy does not let it in.
            page.evaluate(axe)
            for v in page.evaluate("axe.run(document)")["violations"]:
                wrong.append(f"{path}: {v['id']}: {[n['target'] for n in v['nodes']][:3]}")
            wrong += [f"{path}: policy: {b}" for b in page.evaluate("broken")]
            wrong += [f"{path}: {b}" for b in watch.bad]
            watch.bad.clear()
    assert not wrong, "\n".join(wrong)


def test_the_policy_is_strict(site):
    _, headers, _ = site.server.call("GET", "/")
    policy = headers["Content-Security-Policy"]
    assert "unsafe" not in policy and "default-src" in policy, policy


@pytest.mark.parametrize("path", [p for p in PAGES if ("tab=" not in p or p in COMPLIANCE) and p not in ("/", "/attack", "/policies/new", "/compliance", "/reports", "/account", "/nowhere")])
def test_columns_sort_by_what_the_server_can(site, chromium, path):
    """Each head that can be clicked gives an order that the server has; each filter, values that it counts."""
    with logged_in(chromium, site) as context:
        page = context.new_page()
        refused = []
        page.on("response", lambda r: refused.append(f"{r.url}: {r.text()}") if r.status == 400 else None)
        page.goto(site.url + path)
        settled(page)
        for n in range(page.locator("[role=columnheader] .sort").count()):
            page.locator("[role=columnheader] .sort").nth(n).click()
            settled(page)
    assert not refused, "\n".join(refused)


def test_a_person_logs_in_and_out(site, chromium):
    with chromium.new_context(ignore_https_errors=True) as context:
        page = context.new_page()
        watch = Watch(page, site.url)
        page.goto(site.url + "/images")
        page.fill("[name=username]", "admin")
        page.fill("[name=password]", "not the password")
        page.keyboard.press("Enter")
        page.wait_for_selector("[role=alert]")
        page.fill("[name=password]", platform_help.PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_selector("h1:has-text('Images')")
        page.click("[aria-label^='Account']")
        page.click("text=Log out")
        page.wait_for_selector("[name=password]")
        assert not [b for b in watch.bad if "status of 401" not in b]


def test_the_first_password_must_be_changed(site, chromium):
    made = site.admin.post("/api/v1/users", {"name": "newcomer", "role": "auditor"})
    with chromium.new_context(ignore_https_errors=True) as context:
        page = context.new_page()
        page.goto(site.url)
        page.fill("[name=username]", "newcomer")
        page.fill("[name=password]", made["password"])
        page.keyboard.press("Enter")
        page.wait_for_selector("text=Choose a password of your own")
        page.get_by_label("Present password").fill(made["password"])
        page.get_by_label("New password", exact=True).fill("a password of one's own")
        page.get_by_label("New password, again").fill("a password of one's own")
        page.keyboard.press("Enter")
        page.wait_for_selector("h1:has-text('Overview')")


def test_a_list_is_walked_by_keyboard(site, chromium):
    with logged_in(chromium, site) as context:
        page = context.new_page()
        page.goto(site.url + "/findings")
        settled(page)
        page.keyboard.press("/")
        assert page.evaluate("document.activeElement.type") == "search"
        page.keyboard.type("CVE-2099")
        page.wait_for_url("**q=CVE-2099*")
        settled(page)
        page.locator(".grid-data").first.focus()
        page.keyboard.press("ArrowDown")
        page.wait_for_selector("[data-row='1']:focus")
        page.keyboard.press("Home")
        page.wait_for_selector("[data-row='0']:focus")
        page.keyboard.press("Enter")
        page.wait_for_selector(".drawer:has-text('Why this risk')")
        assert "open=" in page.url
        page.keyboard.press("Escape")
        page.wait_for_selector(".drawer", state="detached")
        page.keyboard.press("Control+k")
        page.keyboard.type("cart-1")
        page.wait_for_selector(".palette [role=option]")
        page.keyboard.press("Escape")
        page.wait_for_selector(".palette", state="detached")


def test_an_alert_appears_by_itself(site, chromium):
    with logged_in(chromium, site) as context:
        page = context.new_page()
        page.goto(site.url + "/alerts")
        settled(page)
        page.wait_for_selector(".live-on")
        site.agent.send(seen(site.image, "Seen without a reload"))
        page.wait_for_selector(".grid-data:has-text('Seen without a reload')", timeout=5000)


def test_a_container_is_answered_from_its_incident(site, chromium):
    """Dry run first: the agent is asked, says what it would do, and only then the real thing can be asked."""
    incident = site.admin.get("/api/v1/incidents")["items"][0]["id"]
    with logged_in(chromium, site) as context:
        page = context.new_page()
        page.goto(f"{site.url}/incidents/{incident}")
        settled(page)
        page.click("text=Respond")
        page.get_by_label("Why").fill("it should not do that")
        page.click("text=Dry run first")
        conftest.wait_for("a command", lambda: [c for c in commands(site) if c["body"]["dry_run"]], 10)
        answer(site, "would cut its network")
        page.wait_for_selector("text=would cut its network")
        page.click("button:has-text('Do it')")
        conftest.wait_for("the real command", lambda: [c for c in commands(site) if not c["body"]["dry_run"]], 10)
        answer(site, "its network is cut")
        page.wait_for_selector(".story-item:has-text('its network is cut')", timeout=10_000)


def commands(site):
    site.asked = [c for c in site.agent.commands() if c["kind"] == "respond"] or getattr(site, "asked", [])
    return site.asked


def answer(site, text):
    for c in site.asked:
        site.agent.send(("result", {"command": c["id"], "ok": True, "text": text, "detail": {}}))
    site.asked = []


def test_a_certificate_keeps_its_lines(site, chromium):
    pem = next(site.server.state.glob("tls/*ca*.pem")).read_text()
    with logged_in(chromium, site) as context:
        page = context.new_page()
        page.goto(site.url + "/integrations")
        settled(page)
        page.click("button:has-text('Add a receiver')")
        form = page.locator("dialog form, [role=dialog] form")
        form.get_by_label("Kind").select_option("email")
        for label, text in (("Name", "by mail"), ("host", "mail.example"), ("from", "a@example.org"), ("to", "b@example.org"), ("ca_pem", pem)):
            form.get_by_label(label, exact=True).fill(text)
        form.get_by_role("button", name="Save").click()
        page.wait_for_selector("[role=row]:has-text('by mail')")
    (made,) = site.admin.get("/api/v1/integrations?f.name=by%20mail")["items"]
    assert made["config"]["ca_pem"].strip() == pem.strip()
    site.admin.delete(f"/api/v1/integrations/{made['id']}")
