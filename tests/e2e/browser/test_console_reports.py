# SPDX-License-Identifier: Apache-2.0
"""Reports in a browser: a schedule is made by its form, one is made now and seen to be there, and saved; documents at once; an image's own checks."""
import pathlib
import urllib.parse

from console_browser import chromium, logged_in, settled, site  # noqa: F401


def saved(page, click):
    """The file that a click saves: its name and its text."""
    with page.expect_download() as made:
        click()
    return made.value.suggested_filename, pathlib.Path(made.value.path()).read_text()


def test_a_schedule_is_made_asked_for_and_its_document_saved(site, chromium):
    with logged_in(chromium, site) as context:
        page = context.new_page()
        page.goto(site.url + "/reports")
        settled(page)
        page.click(".tabs >> text=By the clock")
        page.wait_for_selector("text=Nothing is made by the clock")
        page.click("button:has-text('New schedule')")
        form = page.locator("dialog form, [role=dialog] form")
        form.get_by_label("Name").fill("What the shop has")
        form.get_by_label("What").select_option("findings")
        form.get_by_label("Of", exact=True).select_option("image")
        form.get_by_label("Which").select_option(site.image)
        form.get_by_label("Format").select_option("csv")
        form.get_by_label("Every").select_option("month")
        form.get_by_label("On", exact=True).select_option("31")
        form.get_by_label("At", exact=True).fill("06:30")
        form.get_by_label("Clock").select_option("480")
        form.get_by_role("button", name="Save").click()
        row = page.locator("[role=row]:has-text('What the shop has')")
        row.wait_for()
        assert "Last day of the month, 06:30 (UTC+08:00)" in row.inner_text() and "Image registry.example:5000/shop/cart:1.4" in row.inner_text()
        row.click()
        drawer = page.locator(".drawer")
        drawer.get_by_role("button", name="Make one now").click()
        drawer.locator("a[download]").first.wait_for(timeout=10_000)  # by itself: nobody reads anew
        name, text = saved(page, lambda: drawer.locator("a[download]").first.click())
        assert name.startswith("findings-20") and name.endswith(".csv") and "CVE-2099-0001" in text
        page.keyboard.press("Escape")
        page.click(".tabs >> text=Kept")
        page.locator("[role=row]:has-text('What the shop has')").click()
        page.wait_for_selector(".drawer:has-text('SHA-256')")
        page.locator(".drawer").get_by_role("button", name="Delete").click()
        page.locator("[role=dialog], dialog").get_by_role("button", name="Delete").last.click()
        page.wait_for_selector("text=No report was made yet")


def test_documents_are_of_what_is_chosen(site, chromium):
    with logged_in(chromium, site, "zh") as context:
        page = context.new_page()
        page.goto(site.url + "/reports")
        settled(page)
        panel = page.locator("section:has(h2:text-is('文档')), .panel:has-text('配置巡检的全部结果')").first
        panel.get_by_label("范围").select_option("image")
        assert panel.locator("a[download]").count() == 0  # of which?
        panel.get_by_label("对象").select_option(site.image)
        name, text = saved(page, lambda: panel.locator("a:has-text('CSV'):has-text('中文')").click())
        assert name.startswith("inspection-20") and "cart-1" in text and "sshd-root-login" not in text
        panel.get_by_label("内容").select_option("findings")
        name, text = saved(page, lambda: panel.locator("a:has-text('Markdown')").click())
        assert name.endswith(".md") and "CVE-2099-0001" in text


def test_an_image_shows_its_own_checks_and_those_of_its_containers(site, chromium):
    with logged_in(chromium, site) as context:
        page = context.new_page()
        page.goto(f"{site.url}/images/{urllib.parse.quote(site.image, safe='')}?tab=setup")
        settled(page)
        text = "\n".join(page.locator(".grid-data").all_inner_texts())
        assert "Images come from registries one trusts" in text and "Containers run without all privileges" in text and "Root does not log in" not in text
        page.click("button:has-text('Report')")
        name, text = saved(page, lambda: page.click(".menu a:has-text('What scans found · CSV')"))
        assert "CVE-2099-0001" in text
