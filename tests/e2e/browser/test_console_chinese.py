# SPDX-License-Identifier: Apache-2.0
"""The console in Chinese: no page shows a run of English, except what is marked as data (translate="no", code).

Walks every page with real data, failures among them: what the server and its agents word is told in Chinese, too.
"""
import socket

import pytest

import conftest
from console_browser import chromium, logged_in, settled, site  # noqa: F401
from console_site import CONTAINER
from test_console import PAGES, ids  # noqa: F401

# Names that Chinese readers write as they are.
ALLOWED = ("Slack, Microsoft Teams", "OpenID Connect", "Apache License")
# Every text that can be seen or is read out, with the page's own controls; three English words in a row.
ENGLISH = """() => {
    const run = /[A-Za-z][A-Za-z'’-]+(?:[ ,;:.()"“”]+[A-Za-z][A-Za-z'’-]+){2,}/;
    const found = [];
    const seen = (text, where) => { const m = run.exec(text); if (m) found.push(`${where}: ${text.slice(Math.max(0, m.index - 30), m.index + 120)}`); };
    const data = (node) => node.closest('[translate=no], code, pre, script, noscript, style, textarea') !== null;
    const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walk.nextNode(); node; node = walk.nextNode())
        if (node.parentElement && !data(node.parentElement)) seen(node.data, node.parentElement.tagName + '.' + node.parentElement.className);
    for (const node of document.querySelectorAll('[title], [aria-label], [placeholder]'))
        if (!data(node)) for (const name of ['title', 'aria-label', 'placeholder']) seen(node.getAttribute(name) ?? '', name);
    return found;
}"""


def english(page, names=ALLOWED):
    settled(page)
    return [text for text in page.evaluate(ENGLISH) if not any(name in text for name in names)]


def closed_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


@pytest.fixture(scope="module")
def troubled(site):
    """What goes wrong on a site: each of it is told in a sentence of ours."""
    nobody = f"127.0.0.1:{closed_port()}"
    admin = site.admin
    registry = admin.post("/api/v1/registries", {"name": "nobody", "address": nobody, "stage": "test", "plain_http": True})
    admin.post(f"/api/v1/registries/{registry['id']}/scan", {})
    hook = admin.post("/api/v1/integrations", {"name": "nobody", "kind": "webhook", "config": {}, "secrets": {"url": f"http://{nobody}/"}, "enabled": True})
    assert not admin.post(f"/api/v1/integrations/{hook['id']}/test", {})["ok"]
    mail = admin.post("/api/v1/integrations", {"name": "mail", "kind": "email", "alerts": False, "config": {"host": "127.0.0.1", "port": int(nobody.split(":")[1]), "tls": "none", "from": "a@example.org",
                                               "to": "b@example.org"}})
    reports = [admin.post("/api/v1/report-schedules", {"name": f"r{n}"} | body) for n, body in enumerate([
        {"every": "day", "integration_id": mail["id"]}, {"every": "week", "kind": "findings", "scope": "host", "scope_id": site.agent.host_id}, {"every": "month", "day": 31, "enabled": False}])]
    for r in reports:
        admin.post(f"/api/v1/report-schedules/{r['id']}/run")
    admin.post("/api/v1/intel/sources", {"name": "nobody", "url": f"http://{nobody}/", "format": "plain"})
    incident = admin.get("/api/v1/incidents")["items"][0]
    admin.post("/api/v1/responses", {"action": "pause", "host_id": site.agent.host_id, "container_id": CONTAINER, "dry_run": True, "why": "#1", "incident_id": incident["id"]})
    for command in site.agent.commands():
        site.agent.send(("result", {"command": command["id"], "ok": True, "text": "container cccccccccccc stands still", "detail": {}}))
    site.agent.send(("status", {"version": "0.1.0", "sensor": {"backend": ""}, "rules": 118, "losses": [{"lane": "memory", "what": "system calls", "count": 7}], "cpu_ms": 1200, "rss_bytes": 18 << 20,
                                "spool": {"items": 0, "bytes": 0, "dropped": 3}, "gaps": ["connections that are short: no BPF: sockets are looked at every 500 ms, more seldom when there are many", "/etc/shadow: Permission denied"]}))
    conftest.wait_for("the registry's trouble", lambda: admin.get(f"/api/v1/registries/{registry['id']}")["why"], 20)
    conftest.wait_for("the report's trouble", lambda: admin.get(f"/api/v1/report-schedules/{reports[0]['id']}")["last_mail_error"] and admin.get(f"/api/v1/report-schedules/{reports[1]['id']}")["last_error"], 20)
    made = admin.get("/api/v1/reports?sort=id")["items"]
    return [*(f"/reports?tab=schedules&open={r['id']}" for r in reports), *(f"/reports?tab=made&open={r['id']}" for r in made), f"/registries?open={registry['id']}", f"/integrations?open={hook['id']}", f"/system?open={site.agent.id}", *(f"/findings?open={f['id']}" for f in admin.get("/api/v1/findings?limit=100")["items"])]


def test_no_page_speaks_english(site, chromium, ids, troubled):
    wrong, names = [], (*ALLOWED, *(i["title"] for i in site.admin.get("/api/v1/incidents")["items"]))  # a rule's name and where
    with logged_in(chromium, site, "zh") as context:
        page = context.new_page()
        for path in PAGES + ids + troubled:
            page.goto(site.url + path)
            wrong += [f"{path}: {text}" for text in english(page, names)]
    assert not wrong, "\n".join(sorted(set(wrong)))


def test_the_walk_sees_english(site, chromium):
    """Where nothing is marked and nothing said in Chinese: else the walk proves nothing."""
    with logged_in(chromium, site, "en") as context:
        page = context.new_page()
        for path in ("/", "/findings", "/system"):
            page.goto(site.url + path)
            assert english(page), path


@pytest.mark.parametrize("method, path, body, said", [
    ("GET", "/api/v1/hosts/nobody", None, "没有此主机"),
    ("GET", "/api/v1/hosts?f.x=1", None, "没有筛选列“x”"),
    ("POST", "/api/v1/users", {"name": "a b", "role": "auditor"}, "name：首字符之后可用字母"),
    ("POST", "/api/v1/responses", {"action": "pause", "host_id": "x", "container_id": CONTAINER, "why": "x"}, "该容器在另一台主机上"),
])
def test_what_the_server_refuses_is_told_in_chinese(site, chromium, method, path, body, said):
    """The console's page shows what this request is answered with; the answer itself is English."""
    status, _, answer = site.admin.call(method, path, body)
    assert 400 <= status < 500 and "没有" not in answer.decode(), answer
    with logged_in(chromium, site, "zh") as context:
        page = context.new_page()
        page.route("**/api/v1/compliance/summary", lambda route: route.fulfill(status=status, content_type="application/problem+json", body=answer.decode()))
        page.goto(site.url + "/compliance")
        page.wait_for_selector(f".failure:has-text('{said}')")


def test_a_registry_that_does_not_answer_says_why_in_chinese(site, chromium, troubled):
    with logged_in(chromium, site, "zh") as context:
        page = context.new_page()
        page.goto(site.url + troubled[0])
        page.wait_for_selector(".callout:has-text('无法连接服务器')")


def test_the_language_is_changed_without_a_reload(site, chromium):
    with logged_in(chromium, site, "en") as context:
        page = context.new_page()
        page.goto(site.url + f"/findings?open={site.admin.get('/api/v1/findings?f.kind=vulnerability')['items'][0]['id']}")
        page.wait_for_selector(".factors:has-text('no EPSS score')")
        page.click("button[lang=zh-CN]")
        page.wait_for_selector(".factors:has-text('没有 EPSS 评分')")
        page.click("button[lang=en]")
        page.wait_for_selector(".factors:has-text('no EPSS score')")
