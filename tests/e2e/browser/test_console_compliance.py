# SPDX-License-Identifier: Apache-2.0
"""The console's Compliance page in a real browser: what was seen and how it is mended, what is borne with, what changes by itself."""
import pytest

import conftest
import console_checks
import platform_help
from console_browser import ASSETS, chromium, logged_in, settled, site  # noqa: F401
from console_site import CONTAINER

ROOT = "Root does not log in by password"
FORMATS = ("html", "csv", "json", "junit", "oscal")


@pytest.fixture
def page(site, chromium):
    with logged_in(chromium, site) as context:
        yield context.new_page()


def go(page, site, path):
    page.goto(site.url + path)
    settled(page)


def found(site, query):
    return site.admin.get(f"/api/v1/compliance/results?{query}")["items"]


def test_a_result_shows_what_was_seen_and_what_to_change(site, page):
    go(page, site, "/compliance?tab=results&f.check=sshd-root-login")
    page.locator(".grid-data").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_selector(f".drawer:has-text('{ROOT}')")
    drawer = page.locator(".drawer")
    assert "PermitRootLogin prohibit-password" in drawer.locator(".code pre").inner_text()
    assert "/etc/ssh/sshd_config:33" in drawer.locator(".evidence").inner_text()
    assert "Who gets in goes further." in drawer.inner_text()
    page.keyboard.press("Escape")
    page.wait_for_selector(".drawer", state="detached")


def test_texts_are_in_the_readers_language(site, chromium):
    with logged_in(chromium, site, "zh", "dark") as context:
        page = context.new_page()
        go(page, site, "/compliance?tab=results&f.check=sshd-root-login")
        page.locator(".grid-data").first.click()
        page.wait_for_selector(".drawer:has-text('入侵者可由此扩大影响。')")
        assert ROOT not in page.locator("body").inner_text()


def test_what_fails_is_borne_with_until_a_day(site, page):
    one = found(site, "f.check=sshd-root-login")[0]["id"]
    go(page, site, f"/compliance?tab=results&open={one}")
    page.click(".drawer button:has-text('Except')")
    page.get_by_label("Reason").fill("the vendor logs in until spring")
    page.click("dialog button[type=submit]")
    page.wait_for_selector("text=It fits 1 result")
    page.wait_for_selector(".drawer:has-text('the vendor logs in until spring')")
    made = site.admin.get("/api/v1/compliance/exceptions?f.active=true")["items"]
    assert [(e["check"], e["subject"], e["host_id"], e["owner"], e["n_results"]) for e in made] == [("sshd-root-login", "sshd /etc/ssh/sshd_config", site.agent.host_id, "admin", 1)]
    assert site.admin.get("/api/v1/compliance/summary")["excepted"] == 1
    page.click(".drawer button:has-text('End it')")
    page.wait_for_selector(".drawer .callout-block", state="detached")
    assert found(site, "f.check=sshd-root-login")[0]["excepted"] is False


def test_an_exception_for_many_is_written_by_hand(site, page):
    go(page, site, "/compliance?tab=exceptions")
    page.click("text=New exception")
    page.get_by_label("Check's id").fill("container-*")
    page.locator("dialog").get_by_label("About").fill("container cart-*")
    page.get_by_label("Reason").fill("it moves next week")
    page.click("dialog button[type=submit]")
    page.wait_for_selector("text=It fits 2 results")
    page.wait_for_selector(".grid-data:has-text('it moves next week')")
    page.click(".grid-data button:has-text('End it')")
    page.wait_for_selector(".grid-data:has-text('Ended')")


def test_a_host_is_checked_again_and_what_was_mended_shows_by_itself(site, page):
    one = found(site, "f.check=container-privileged&f.state=fail")[0]["id"]
    go(page, site, f"/compliance?tab=results&open={one}")
    page.wait_for_selector(".live-on")
    page.click("text=Check this host now")
    page.wait_for_selector("text=1 agent was asked")
    conftest.wait_for("the command", lambda: [c for c in site.agent.commands() if c["kind"] == "compliance"], 10)
    site.agent.send(console_checks.run(3, CONTAINER, privileged=False))
    page.wait_for_selector(".drawer .state:has-text('Passed')", timeout=10_000)
    go(page, site, "/compliance")
    assert "1 mended since" in page.locator(".stats").inner_text()
    go(page, site, "/compliance?tab=changes")
    page.wait_for_selector(".grid-data:has-text('Containers run without all privileges') .state:has-text('Passed')")


def test_a_long_list_is_drawn_in_part(site, page):
    site.agent.send(console_checks.run(4, CONTAINER, more=3000))
    go(page, site, "/compliance?tab=results&f.state=fail")
    page.wait_for_selector("text=of 3,003")
    assert page.locator(".grid-data").count() < 80
    for _ in range(3):
        page.locator(".grid-data").first.focus()
        page.keyboard.press("End")
        settled(page)
    assert page.locator(".grid-data").count() < 80
    site.agent.send(console_checks.run(5, CONTAINER))


def test_pages_of_a_host_and_a_container_have_their_part(site, page):
    go(page, site, f"/hosts/{site.agent.host_id}")
    page.wait_for_selector(".panel:has-text('How it is set up'):has-text('3 fail, 1 of them critical')")
    go(page, site, f"/containers/{CONTAINER}")
    page.wait_for_selector(".panel:has-text('How it is set up'):has-text('2 fail, 1 of them critical')")
    go(page, site, f"/containers/{CONTAINER}?tab=setup")
    page.wait_for_selector("text=2 of 2")
    go(page, site, "/")
    page.wait_for_selector(".panel:has-text('What costs most'):has-text('Containers run without all privileges')")


def test_a_failure_says_so_and_can_be_tried_again(site, page):
    page.route("**/compliance/summary", lambda route: route.fulfill(status=500, content_type="application/problem+json", body='{"type":"about:blank","title":"Broken","status":500,"detail":"the disk is full"}'))
    page.goto(site.url + "/compliance")
    page.wait_for_selector(".failure:has-text('the disk is full')")
    page.unroute("**/compliance/summary")
    page.click(".failure button")
    page.wait_for_selector(".stats")


def test_where_nothing_was_checked_the_page_says_what_to_do(tmp_path, chromium, site):
    with platform_help.Server(tmp_path, *ASSETS) as server, chromium.new_context(ignore_https_errors=True) as context:
        url = f"https://localhost:{server.port}"
        context.add_cookies([{"name": "bh_session", "value": server.login().cookie, "url": url, "secure": True, "httpOnly": True, "sameSite": "Strict"}])
        page = context.new_page()
        page.goto(url + "/compliance")
        page.wait_for_selector(".empty:has-text('Nothing was checked yet')")
        assert page.locator(".empty a:has-text('Enrol a host')").count() == 1


def test_the_inspection_report_can_be_had_in_both_languages(site, page):
    go(page, site, "/reports")
    page.wait_for_selector(".report:has-text('Containers run without all privileges')")
    links = page.locator("a[href*='/compliance/report']").evaluate_all("all => all.map(a => a.getAttribute('href'))")
    assert sorted(links) == sorted(f"/api/v1/compliance/report?format={format}&lang={lang}" for format in FORMATS for lang in ("en", "zh"))
    said = {link: site.admin.call("GET", link) for link in links}
    assert {status for status, _, _ in said.values()} == {200}
    assert "容器不以特权模式运行" in said["/api/v1/compliance/report?format=html&lang=zh"][2].decode()
    assert "Containers run without all privileges" in said["/api/v1/compliance/report?format=html&lang=en"][2].decode()


def test_an_image_shows_how_its_containers_are_set_up(site, page):
    image = site.admin.get("/api/v1/images?limit=1")["items"][0]["id"]
    go(page, site, f"/images/{image}?tab=setup")
    page.wait_for_selector(".grid-data:has-text('Containers run without all privileges')")
    assert not any(ROOT in row for row in page.locator(".grid-data").all_inner_texts()), "what is the host's is not the image's"


def test_the_inspection_report_can_be_had_of_one_host(site, page):
    host = site.admin.get("/api/v1/compliance/hosts?limit=1")["items"][0]["host_id"]
    go(page, site, "/reports")
    page.get_by_label("Of", exact=True).select_option("host")
    page.get_by_label("Which").select_option(host)
    page.wait_for_selector("a[href*='/compliance/report']")
    links = page.locator("a[href*='/compliance/report']").evaluate_all("all => all.map(a => a.getAttribute('href'))")
    assert links and all(link.endswith(f"&host_id={host}") for link in links)
    assert site.admin.call("GET", links[0])[0] == 200
