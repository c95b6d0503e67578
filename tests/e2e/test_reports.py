# SPDX-License-Identifier: Apache-2.0
"""Reports by the clock: made of what a real scan and a real run of checks told, kept, mailed to a real mail server, and whose they are."""
import csv
import email
import email.policy
import hashlib
import io
import json
import pathlib
import sqlite3
import ssl
import sys
import time

import conftest
import platform_help
import pytest
from platform_help import Refused

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent / "browser"))
import console_site  # noqa: E402

DAY = 86400000


def until(what, ask, seconds=30):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        got = ask()
        if got:
            return got
        time.sleep(0.05)
    raise AssertionError(f"{what}: not within {seconds} s")


@pytest.fixture(scope="module")
def site(build, tmp_path_factory):
    conftest.need("openssl")
    with console_site.Site(tmp_path_factory.mktemp("reports")) as s:
        s.team = s.admin.post("/api/v1/teams", {"name": "shop", "owns": [{"kind": "image", "pattern": "registry.example:5000/shop/*"}]})["id"]
        s.other = s.admin.post("/api/v1/teams", {"name": "other", "owns": [{"kind": "image", "pattern": "nothing"}]})["id"]
        yield s


@pytest.fixture(scope="module")
def box(ca, site):
    """A mail server that wants STARTTLS and a log-in; .got, and .refuse to be set to an answer. `box.id`: the integration."""
    controller = pytest.importorskip("aiosmtpd.controller")
    smtp = pytest.importorskip("aiosmtpd.smtp")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*ca.issue("mail"))

    class Box:
        got, refuse = [], None

        async def handle_DATA(self, server, session, envelope):
            if self.refuse:
                return self.refuse
            self.got.append((envelope.rcpt_tos, email.message_from_bytes(envelope.content, policy=email.policy.default)))
            return "250 OK"
    one = Box()
    server = controller.Controller(one, hostname="localhost", port=conftest.free_port(), tls_context=context, require_starttls=True, auth_required=True,
                                   authenticator=lambda s, session, envelope, mechanism, data: smtp.AuthResult(success=(data.login, data.password) == (b"watch", b"pa55word"), handled=False))
    server.start()
    one.id = site.admin.post("/api/v1/integrations", {
        "name": "mail", "kind": "email", "alerts": False, "secrets": {"password": "pa55word"},
        "config": {"host": "localhost", "port": server.port, "from": "bulkhead@example.org", "to": "ann@example.org", "user": "watch", "ca_pem": ca.pem.read_text()}})["id"]
    yield one
    server.stop()


def make(site, **more):
    return site.admin.post("/api/v1/report-schedules", {"name": f"report {time.monotonic()}"} | more)


def made(site, schedule, n=1):
    """The reports of a schedule, when there are n."""
    return until("a report", lambda: (lambda rows: rows if len(rows) >= n else None)(site.admin.items(f"/api/v1/reports?f.schedule_id={schedule['id']}")))


def now_one(site, **more):
    """A schedule, asked for at once, and the report that came of it."""
    s = make(site, **more)
    site.admin.post(f"/api/v1/report-schedules/{s['id']}/run")
    (row,) = made(site, s)
    return s, row, site.admin.call("GET", f"/api/v1/reports/{row['id']}/document")


def test_a_schedule_says_when_it_is_due_next(site):
    s = make(site, every="month", day=31, hour=6, minute=30, utc_offset=480)
    due = time.gmtime(s["next_ms"] / 1000 + 480 * 60)
    assert (due.tm_hour, due.tm_min) == (6, 30) and time.gmtime(s["next_ms"] / 1000 + 480 * 60 + 86400).tm_mday == 1
    assert 0 < s["next_ms"] - time.time() * 1000 <= 31 * DAY and s["enabled"] and s["last_report_id"] is None
    s = site.admin.patch(f"/api/v1/report-schedules/{s['id']}", {"every": "week", "day": 3, "hour": 0, "minute": 0, "utc_offset": 0})
    assert time.gmtime(s["next_ms"] / 1000).tm_wday == 2 and s["day"] == 3
    assert site.admin.patch(f"/api/v1/report-schedules/{s['id']}", {"enabled": False})["next_ms"] is None
    assert [a["action"] for a in site.admin.items("/api/v1/audit?sort=-id&like.action=report-schedule&limit=3")][:3] == ["report-schedule.change"] * 2 + ["report-schedule.make"]


@pytest.mark.parametrize("kind, format, type, has", [
    ("inspection", "html", "text/html", "container-privileged"), ("inspection", "csv", "text/csv", "container-privileged"), ("inspection", "json", "application/json", "container-privileged"),
    ("findings", "html", "text/html", "CVE-2099-0001"), ("findings", "csv", "text/csv", "CVE-2099-0001"), ("findings", "json", "application/json", "CVE-2099-0001"),
    ("findings", "markdown", "text/markdown", "CVE-2099-0001"), ("findings", "sarif", "application/sarif+json", "CVE-2099-0001"), ("findings", "junit", "application/xml", "CVE-2099-0001")])
def test_each_kind_is_made_in_each_format_and_kept(site, kind, format, type, has):
    s, row, (status, headers, body) = now_one(site, kind=kind, format=format)
    assert status == 200 and headers["Content-Type"].startswith(type) and has in body.decode()
    assert f'filename="{kind}-20' in headers["Content-Disposition"]
    assert row["bytes"] == len(body) and row["sha256"] == "sha256:" + hashlib.sha256(body).hexdigest() and row["asked_by"] == "admin" and row["mail"] == ""
    after = site.admin.get(f"/api/v1/report-schedules/{s['id']}")
    assert after["last_report_id"] == row["id"] and after["last_error"] == "" and not after["asked"] and after["next_ms"] == s["next_ms"]


@pytest.mark.parametrize("kind", ["inspection", "findings"])
@pytest.mark.parametrize("scope, there", [("image", True), ("host", None), ("team", True)])
def test_it_is_of_one_image_one_host_or_one_team(site, kind, scope, there):
    id = {"image": site.image, "host": site.agent.host_id, "team": str(site.team)}[scope]
    s = make(site, kind=kind, scope=scope, scope_id=id, format="csv")
    site.admin.post(f"/api/v1/report-schedules/{s['id']}/run")
    if kind == "findings" and scope == "host":  # the host's own packages were not scanned here, and that is said
        s = until("an error", lambda: (lambda s: s if s["last_error"] else None)(site.admin.get(f"/api/v1/report-schedules/{s['id']}")))
        assert s["last_error"] == "nothing of it was scanned yet" and s["last_error_ms"] and site.admin.items(f"/api/v1/reports?f.schedule_id={s['id']}") == []
        return
    (row,) = made(site, s)
    assert row["scope_name"] == {"image": "registry.example:5000/shop/cart:1.4", "host": "node-1", "team": "shop"}[scope]
    rows = list(csv.reader(io.StringIO(site.admin.ask("GET", f"/api/v1/reports/{row['id']}/document"))))
    assert len(rows) > 1 and len({len(r) for r in rows}) == 1


def test_a_host_that_was_scanned_has_a_report_of_its_own(site):
    top = site.top / "host"
    top.mkdir()
    scan, _ = console_site.report(top)
    site.agent.send(("scan", {"subject": "host", "id": site.agent.host_id, "refs": [], "report": scan}))
    until("its findings", lambda: site.admin.get(f"/api/v1/findings?f.subject=host:{site.agent.host_id}&f.kind=vulnerability&count=true")["total"])
    _, row, (_, _, body) = now_one(site, kind="findings", scope="host", scope_id=site.agent.host_id, format="csv")
    rows = list(csv.DictReader(io.StringIO(body.decode())))
    assert row["scope_name"] == "node-1" and {r["target"] for r in rows} == {"node-1"} and "CVE-2099-0001" in {r["id"] for r in rows}
    assert site.admin.get(f"/api/v1/findings?f.host=node-1")["items"][0]["host"] == "node-1"
    page = site.admin.ask("GET", "/api/v1/findings/report")  # of the image and the host: it begins with both
    assert 'href="#r1"' in page and page.count("<article") == 2


def test_the_same_is_answered_at_once(site):
    for query in (f"image_id={site.image}", f"team_id={site.team}", ""):
        assert "CVE-2099-0001" in site.admin.ask("GET", f"/api/v1/findings/report?format=csv&{query}")
        assert "cart-1" in site.admin.ask("GET", f"/api/v1/compliance/report?format=csv&{query}")
    assert "cart-1" not in site.admin.ask("GET", f"/api/v1/compliance/report?format=csv&team_id={site.other}")
    page = site.admin.ask("GET", f"/api/v1/findings/report?image_id={site.image}")
    assert page.startswith("<!DOCTYPE html>") and "registry.example:5000/shop/cart:1.4" in page and "What to do first" in page
    for query, status in (("format=exe", 400), ("image_id=sha256:none", 404), ("team_id=99", 404), ("team_id=x", 404), (f"team_id={site.other}", 404)):
        assert site.admin.call("GET", f"/api/v1/findings/report?{query}")[0] == status, query


def test_it_is_mailed_with_the_document(site, box):
    s, row, (_, _, body) = now_one(site, name="每周 weekly", scope="team", scope_id=str(site.team), integration_id=box.id, lang="zh", recipients=" eve@example.org,\n bob@example.org ")
    assert s["recipients"] == "eve@example.org, bob@example.org"
    row = until("the mail", lambda: (lambda r: r if r["mail"] != "waiting" else None)(site.admin.get(f"/api/v1/reports/{row['id']}")))
    assert row["mail"] == "sent" and row["sent_ms"] and row["mail_said"].endswith("took it for 2 recipients"), row
    to, mail = box.got[-1]
    assert to == ["eve@example.org", "bob@example.org"] and mail["Subject"] == "[Bulkhead] 每周 weekly" and mail["To"] == "eve@example.org, bob@example.org"
    (part,) = mail.iter_attachments()
    assert part.get_payload(decode=True) == body and part.get_content_type() == "text/html" and part.get_filename().startswith("inspection-20")
    assert "范围：shop" in mail.get_body().get_content()
    s, row, _ = now_one(site, integration_id=box.id, format="csv")
    until("the mail", lambda: site.admin.get(f"/api/v1/reports/{row['id']}")["mail"] == "sent")
    assert box.got[-1][0] == ["ann@example.org"] and "Of: everything" in box.got[-1][1].get_body().get_content()
    assert site.admin.get(f"/api/v1/report-schedules/{s['id']}")["last_mail"] == "sent"


def test_a_mail_that_fails_is_tried_again_and_says_why(site, box):
    box.refuse = "451 come back later"
    try:
        s, row, _ = now_one(site, integration_id=box.id)
        row = until("a try", lambda: (lambda r: r if r["tries"] else None)(site.admin.get(f"/api/v1/reports/{row['id']}")))
        assert row["mail"] == "waiting" and "451" in row["mail_error"]
        assert "451" in site.admin.get(f"/api/v1/report-schedules/{s['id']}")["last_mail_error"]
    finally:
        box.refuse = None
    site.admin.patch(f"/api/v1/integrations/{box.id}", {"enabled": False})
    _, row, _ = now_one(site, integration_id=box.id)
    row = until("the end", lambda: (lambda r: r if r["mail"] == "failed" else None)(site.admin.get(f"/api/v1/reports/{row['id']}")))
    assert row["mail_error"] == "the integration mail is switched off"
    site.admin.patch(f"/api/v1/integrations/{box.id}", {"enabled": True})


def test_what_was_due_meanwhile_is_made_once_and_its_mail_goes_after_all(site, box):
    s, row, _ = now_one(site, integration_id=box.id, every="day")
    until("the mail", lambda: site.admin.get(f"/api/v1/reports/{row['id']}")["mail"] == "sent")
    n = len(box.got)
    site.server.stop()
    with sqlite3.connect(site.server.state / "server.db") as db:
        db.execute("UPDATE report_schedule SET next_ms = ? WHERE id = ?", (int(time.time() * 1000) - 3 * DAY, s["id"]))
        db.execute("UPDATE report SET mail = 'waiting', try_ms = 0 WHERE id = ?", (row["id"],))
    db.close()
    site.server.start()
    site.admin.login("admin", platform_help.PASSWORD)
    rows = made(site, s, 2)
    assert len(rows) == 2 and rows[0]["asked_by"] == "" and site.admin.get(f"/api/v1/report-schedules/{s['id']}")["next_ms"] > time.time() * 1000
    until("both mails", lambda: len(box.got) == n + 2)
    assert {m["Message-ID"] for _, m in box.got[-2:]} == {f"<report-{s['id']}-{r['made_ms']}@bulkhead>" for r in rows}


def test_what_is_taken_away_is_gone_from_the_disk(site):
    s, row, _ = now_one(site)
    file = site.server.state / "reports" / f"{s['id']}-{row['made_ms']}"
    assert file.stat().st_mode & 0o777 == 0o600 and (site.server.state / "reports").stat().st_mode & 0o777 == 0o700
    site.admin.delete(f"/api/v1/report-schedules/{s['id']}")
    assert site.admin.call("GET", f"/api/v1/reports/{row['id']}/document")[0] == 200  # what was made stays
    site.admin.delete(f"/api/v1/reports/{row['id']}")
    until("no file", lambda: not file.exists())
    assert site.admin.call("GET", f"/api/v1/reports/{row['id']}/document")[0] == 404
    assert "reports" in {r["name"] for r in site.admin.get("/api/v1/system/retention")["items"]}


def test_people_of_teams_see_what_is_theirs(site):
    rows = {scope: now_one(site, kind=kind, scope=scope, scope_id=id, format="csv")[1] for scope, kind, id in (
        ("image", "findings", site.image), ("host", "inspection", site.agent.host_id), ("team", "findings", str(site.team)), ("all", "findings", ""))}
    foreign = now_one(site, kind="inspection", scope="team", scope_id=str(site.other), format="csv")[1]
    dev = site.server.person(site.admin, "dev", "developer")
    site.admin.patch(f"/api/v1/teams/{site.team}", {"members": [dev.me["id"]]})
    assert {r["scope"] for r in dev.items("/api/v1/reports")} == {"image", "team"} and dev.items("/api/v1/report-schedules") == []
    for scope, status in (("image", 200), ("team", 200), ("host", 404), ("all", 404)):
        assert dev.call("GET", f"/api/v1/reports/{rows[scope]['id']}/document")[0] == status, scope
    assert dev.call("GET", f"/api/v1/reports/{foreign['id']}/document")[0] == 404
    assert dev.call("POST", "/api/v1/report-schedules", {"name": "x"})[0] == 403
    assert dev.call("GET", f"/api/v1/findings/report?team_id={site.other}")[0] == 404 and dev.call("GET", f"/api/v1/compliance/report?team_id={site.other}")[0] == 404
    assert "CVE-2099-0001" in dev.ask("GET", f"/api/v1/findings/report?format=csv&team_id={site.team}")
    assert {r["kind"] for r in dev.items(f"/api/v1/images/{site.image}/compliance")} == {"container", "image"}


def test_what_is_wrong_is_said(site, box):
    hook = site.admin.post("/api/v1/integrations", {"name": "hook", "kind": "webhook", "secrets": {"url": "https://localhost:1/"}, "alerts": False})["id"]
    make(site, name="taken")
    for wrong, says in (
            ({"name": ""}, "needs a name"), ({"name": "taken"}, "of that name already"), ({"kind": "poem"}, "no kind of report poem"), ({"format": "exe"}, "no format exe"),
            ({"format": "sarif"}, "a report of inspection has no format sarif"), ({"scope": "galaxy"}, "no scope galaxy"), ({"scope": "host", "scope_id": "h9"}, "there is no host h9"),
            ({"scope_id": "h9"}, "has no scope_id"), ({"every": "year"}, "every is day, week or month"), ({"day": 8}, "day of the week"), ({"day": 32}, "from 1 to 31"), ({"hour": 24}, "from 0 to 23"),
            ({"utc_offset": 900}, "from -720 to 840"), ({"lang": "de"}, "lang is en or zh"), ({"recipients": "a@b.c"}, "recipients need an integration"), ({"integration_id": 99}, "no integration 99"),
            ({"integration_id": hook}, "takes no documents"), ({"integration_id": box.id, "recipients": "nobody"}, "no address"), ({"integration_id": box.id, "recipients": "a@b.c\r\nBcc: x@y.z"}, "no address"),
            ({"name": "a\x01b"}, "control characters"), ({"colour": "red"}, "colour")):
        status, _, body = site.admin.call("POST", "/api/v1/report-schedules", {"name": f"wrong {time.monotonic()}"} | wrong)
        assert status == 400 and says in json.loads(body)["detail"], (wrong, body)
    for method, path in (("GET", "report-schedules/99"), ("PATCH", "report-schedules/99"), ("DELETE", "report-schedules/99"), ("POST", "report-schedules/99/run"), ("GET", "reports/99"), ("GET", "reports/x/document")):
        assert site.admin.call(method, f"/api/v1/{path}", {} if method in ("PATCH", "POST") else None)[0] == 404, path
    with pytest.raises(Refused, match="409|already"):
        make(site, name="taken")


def test_every_list_is_a_csv_too(site):
    """Whatever answers with items answers with as many rows of as many cells, under a head of names."""
    api, seen = site.admin.get("/api/v1/openapi.json"), 0
    for path, item in api["paths"].items():
        if "get" not in item or "{" in path or not path.startswith("/api/v1/") or path in ("/api/v1/live", "/api/v1/openapi.yaml"):
            continue
        status, headers, body = site.admin.call("GET", path)
        if status != 200 or not headers["Content-Type"].startswith("application/json"):
            continue
        whole = json.loads(body)
        if not isinstance(whole, dict) or "items" not in whole:
            continue
        status, headers, body = site.admin.call("GET", path + "?format=csv")
        assert status == 200 and headers["Content-Type"].startswith("text/csv") and ".csv" in headers["Content-Disposition"], path
        head, *rows = csv.reader(io.StringIO(body.decode()))
        assert all(len(r) == len(head) for r in rows) and set(head) <= set(whole["items"][0] if whole["items"] else head) | {"undone_by"}, path
        assert len(rows) >= len(whole["items"]) or path == "/api/v1/audit", path
        seen += 1
    assert seen > 35, seen
