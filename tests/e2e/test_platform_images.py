# SPDX-License-Identifier: Apache-2.0
"""From a registry to the console's lists: scans, matches, risks, decisions, promotion. A real registry, a real index, real scans."""
import json
import shutil
import time

import pytest

from conftest import Image, debian_like, layer
from platform_help import Refused, Server

BAD = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"
LOCK = json.dumps({"name": "app", "lockfileVersion": 3, "packages": {"": {"name": "app"}, "node_modules/lodash": {"version": "4.17.20"}}}).encode()
SECRET = "a secret of the webhook"


def osv(id, ecosystem, package, fixed):
    return {"schema_version": "1.6.0", "id": id, "modified": "2026-01-01T00:00:00Z", "published": "2026-01-01T00:00:00Z",
            "summary": f"a made problem of {package}", "severity": [{"type": "CVSS_V3", "score": BAD}],
            "affected": [{"package": {"ecosystem": ecosystem, "name": package},
                          "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": fixed}]}]}]}


RECORDS = [osv("CVE-2099-0001", "Debian:12", "zlib", "1:1.2.13.dfsg-2"), osv("CVE-2099-0003", "npm", "lodash", "4.17.21")]


@pytest.fixture(scope="module")
def build_index(bulkhead, tmp_path_factory):
    top = tmp_path_factory.mktemp("advisories")

    def build(records):
        feed = top / "feed"
        shutil.rmtree(feed, ignore_errors=True)
        feed.mkdir()
        for r in records:
            (feed / f"{r['id']}.json").write_text(json.dumps(r))
        r = bulkhead("db", "build", "-q", "--home", top / "data/bulkhead", feed)
        assert r.returncode == 0, r.stderr
        return top / "data"
    build(RECORDS)
    build.data = top / "data"
    return build


@pytest.fixture(scope="module")
def base_layer():
    return debian_like(("zlib", "1:1.2.13.dfsg-1"))


@pytest.fixture(scope="module")
def app(base_layer):
    return Image(base_layer, layer({"app": None, "app/package-lock.json": LOCK}))


@pytest.fixture(scope="module")
def server(tmp_path_factory, build_index):
    with Server(tmp_path_factory.mktemp("images"), env={"XDG_DATA_HOME": str(build_index.data)}) as s:
        yield s


@pytest.fixture(scope="module")
def admin(server):
    return server.login()


def until(what, ask, seconds=60):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        got = ask()
        if got:
            return got
        time.sleep(0.1)
    raise AssertionError(f"{what}: not within {seconds} s")


def idle(admin):
    """All jobs are done; one that failed says why."""
    until("jobs end", lambda: not [j for j in admin.items("/api/v1/scans") if j["state"] in ("queued", "running")], 120)
    failed = [(j["target"], j["reason"]) for j in admin.items("/api/v1/scans?f.state=failed")]
    assert not failed, failed


def refused(status, fn, *args):
    with pytest.raises(Refused) as e:
        fn(*args)
    assert e.value.status == status, e.value
    return e.value


@pytest.fixture(scope="module")
def test_registry(admin, registry, app):
    registry.push(app, "team/app", "1")
    made = admin.post("/api/v1/registries", {"name": "test", "address": registry.host, "stage": "test", "environment": "dev", "username": registry.user,
                                             "password": registry.password, "ca_pem": open(registry.ca).read(), "repositories": "team/*",
                                             "webhook_secret": SECRET})
    admin.post(f"/api/v1/registries/{made['id']}/scan")
    idle(admin)
    return made["id"]


@pytest.fixture(scope="module")
def image(admin, test_registry):
    return until("the image is matched", lambda: [i for i in admin.items("/api/v1/images?like.name=team/app") if i["n_findings"] >= 2])[0]


def test_a_registry_is_looked_at_and_its_images_scanned(admin, test_registry, image, app):
    row = admin.get(f"/api/v1/registries/{test_registry}")
    assert row["state"] == "ok" and row["n_repositories"] == 1 and row["n_tags"] == 1 and row["has_password"]
    assert "let me in" not in json.dumps(row)
    tag, = admin.items(f"/api/v1/registries/{test_registry}/repositories")
    assert (tag["repository"], tag["tag"], tag["digest"], tag["image_id"]) == ("team/app", "1", app.digest, image["id"])
    assert image["distro"] == "debian 12" and image["n_packages"] >= 2 and image["environment"] == "dev"


def test_an_image_tells_its_layers_findings_and_what_to_do(admin, image):
    one = admin.get(f"/api/v1/images/{image['id']}")
    assert len(one["layers"]) == 2 and one["refs"][0]["repository"] == "team/app"
    assert any("zlib" in a["text"] or "lodash" in a["text"] for a in one["advice"]), one["advice"]
    found = {f["vulnerability"]: f for f in admin.items(f"/api/v1/images/{image['id']}/findings?f.kind=vulnerability")}
    assert set(found) == {"CVE-2099-0001", "CVE-2099-0003"}
    assert found["CVE-2099-0001"]["fix"] == "1:1.2.13.dfsg-2" and found["CVE-2099-0001"]["severity"] == "critical"
    assert {p["name"] for p in admin.items(f"/api/v1/images/{image['id']}/packages")} >= {"zlib", "lodash"}
    assert all(l["n_findings"] >= 1 for l in admin.items(f"/api/v1/images/{image['id']}/layers"))


def test_factors_multiply_to_the_score(admin, image):
    for f in admin.items(f"/api/v1/images/{image['id']}/findings"):
        one = admin.get(f"/api/v1/findings/{f['id']}")
        for score, bound in (("risk", "value"), ("risk_low", "low"), ("risk_high", "high")):
            product = 100.0
            for factor in one["factors"]:
                assert factor["words"]
                product *= factor[bound]
            assert abs(product - one[score]) < 1e-9, (one["title"], score)


def test_sboms_name_the_packages(admin, image):
    bom = admin.get(f"/api/v1/images/{image['id']}/sbom?format=cyclonedx")
    assert bom["bomFormat"] == "CycloneDX" and {c["name"] for c in bom["components"]} >= {"zlib", "lodash"}
    spdx = admin.get(f"/api/v1/images/{image['id']}/sbom?format=spdx")
    assert spdx["spdxVersion"].startswith("SPDX-") and {p["name"] for p in spdx["packages"]} >= {"zlib", "lodash"}
    refused(400, admin.get, f"/api/v1/images/{image['id']}/sbom?format=html")
    refused(404, admin.get, "/api/v1/images/sha256:0/sbom")


def test_a_vulnerability_shows_what_it_reaches(admin, image):
    v = admin.get("/api/v1/vulnerabilities/CVE-2099-0001")
    assert v["title"] == "a made problem of zlib" and v["n_images"] == 1 and v["packages"][0]["name"] == "zlib"
    impact = admin.get("/api/v1/vulnerabilities/CVE-2099-0001/impact")
    assert {n["kind"] for n in impact["nodes"]} == {"vulnerability", "package", "image"}
    ids = {n["id"] for n in impact["nodes"]}
    assert len(impact["edges"]) == 2 and all(e["from"] in ids and e["to"] in ids for e in impact["edges"])
    refused(404, admin.get, "/api/v1/vulnerabilities/CVE-1999-0001")


def test_a_marked_base_is_operations_work(admin, image, registry, base_layer, test_registry):
    assert admin.items("/api/v1/worklists/developers")
    registry.push(Image(base_layer), "team/base", "12")
    admin.post(f"/api/v1/registries/{test_registry}/scan")
    idle(admin)
    base = until("the base", lambda: admin.items("/api/v1/images?like.name=team/base"))[0]
    admin.patch(f"/api/v1/images/{base['id']}", {"is_base": True})
    until("sides", lambda: admin.get(f"/api/v1/images/{image['id']}")["base_how"] and
          {f["side"] for f in admin.items(f"/api/v1/images/{image['id']}/findings")} == {"base", "application"})
    work = until("work", lambda: [w for w in admin.items("/api/v1/worklists/operations") if w["n_subjects"] == 2])[0]
    assert "team/base:12" in work["base"] and work["n_fixable"] == 2
    mine, = [w for w in admin.items("/api/v1/worklists/developers") if w["image_id"] == image["id"]]
    assert mine["side"] == "application" and "lodash" in mine["worst"]


def test_a_decision_has_a_reason_and_an_end(admin, server, image):
    f, = admin.items(f"/api/v1/images/{image['id']}/findings?f.vulnerability=CVE-2099-0003")
    refused(400, admin.patch, f"/api/v1/findings/{f['id']}", {"state": "accepted"})
    refused(400, admin.patch, f"/api/v1/findings/{f['id']}", {"state": "accepted", "reason": "x", "registry": "nowhere", "repository": "no"})
    soon = int(time.time() * 1000) + 3000
    after = admin.patch(f"/api/v1/findings/{f['id']}", {"state": "accepted", "reason": "not reachable", "until_ms": soon})
    assert after["state"] == "accepted" and after["exceptions"][0]["reason"] == "not reachable"
    assert admin.get(f"/api/v1/images/{image['id']}")["n_findings"] == image["n_findings"] - 1
    until("it runs out", lambda: admin.get(f"/api/v1/findings/{f['id']}")["state"] == "open", 15)
    lines = [a for a in admin.items("/api/v1/audit") if a["action"] == "finding.state"]
    assert len(lines) == 1
    auditor = server.person(admin, "eyes", "auditor")
    refused(403, auditor.patch, f"/api/v1/findings/{f['id']}", {"state": "open"})


def test_a_developer_sees_what_their_teams_own(admin, server, image):
    dev = server.person(admin, "dora", "developer")
    assert dev.items("/api/v1/images") == [] and dev.items("/api/v1/findings") == [] and dev.items("/api/v1/registries") == []
    refused(404, dev.get, f"/api/v1/images/{image['id']}")
    refused(404, dev.get, f"/api/v1/images/{image['id']}/findings")
    refused(404, dev.get, "/api/v1/vulnerabilities/CVE-2099-0001/impact")
    view = dev.get("/api/v1/overview")
    assert "health" not in view and view["counts"]["findings"] == 0


def test_a_push_is_told_and_scanned(admin, server, registry, test_registry, app, base_layer):
    newer = Image(base_layer, layer({"app": None, "app/package-lock.json": LOCK, "app/two": b"2"}))
    registry.push(newer, "team/app", "2")
    event = {"events": [{"action": "push", "target": {"repository": "team/app", "tag": "2", "digest": newer.digest}}]}
    path = f"/api/v1/webhooks/registry/{test_registry}"
    assert server.call("POST", path, json.dumps(event), {"Content-Type": "application/json", "Authorization": "Bearer wrong"})[0] == 403
    assert server.call("POST", path, json.dumps(event), {"Content-Type": "application/json"})[0] == 403
    assert server.call("POST", "/api/v1/webhooks/registry/99", json.dumps(event), {"Content-Type": "application/json", "Authorization": SECRET})[0] == 403
    status, _, body = server.call("POST", path, json.dumps(event), {"Content-Type": "application/json", "Authorization": f"Bearer {SECRET}"})
    assert (status, json.loads(body)) == (202, {"pushes": 1})
    idle(admin)
    tag, = admin.items(f"/api/v1/registries/{test_registry}/repositories?f.tag=2")
    assert tag["digest"] == newer.digest and tag["image_id"]


def test_promotion_is_judged_recorded_and_watched(admin, registry, test_registry, app, base_layer):
    made = admin.post("/api/v1/registries", {"name": "production", "address": registry.host, "stage": "production", "environment": "prod", "username": registry.user,
                                             "password": registry.password, "ca_pem": open(registry.ca).read(), "repositories": "prod/*"})["id"]
    order = {"from_id": test_registry, "to_id": made, "repository": "team/app", "tag": "1", "why": "release"}
    verdict = admin.post("/api/v1/promotions", order | {"dry_run": True})
    assert not verdict["allowed"] and "critical" in json.dumps(verdict["reasons"])
    assert admin.items("/api/v1/promotions") == []
    assert not admin.post("/api/v1/promotions", order)["allowed"]
    refused(403, admin.post, "/api/v1/promotions", order | {"from_id": made, "to_id": test_registry})
    refused(404, admin.post, "/api/v1/promotions", order | {"tag": "none"})
    refused(400, admin.patch, f"/api/v1/registries/{made}", {"policy": "rules: [nonsense"})
    admin.patch(f"/api/v1/registries/{made}", {"policy": "rules:\n  - { name: nothing exploited, when: [kev], action: deny }\n"})
    allowed = admin.post("/api/v1/promotions", order)
    assert allowed["allowed"] and allowed["digest"] == app.digest
    assert [p["allowed"] for p in admin.items("/api/v1/promotions")] == [True, False]


def test_a_counterfeit_is_told(admin, registry, test_registry, app, base_layer):
    """The tag that was promoted points to other bytes in production."""
    production, = [r for r in admin.items("/api/v1/registries") if r["stage"] == "production"]
    registry.push(app, "prod/app", "1")
    admin.post(f"/api/v1/registries/{production['id']}/scan")
    idle(admin)
    assert not [f for f in admin.items("/api/v1/findings?f.kind=tamper&f.state=open")]
    registry.push(Image(base_layer, layer({"app": None, "app/evil": b"evil"})), "prod/app", "1")
    admin.post(f"/api/v1/registries/{production['id']}/scan")
    idle(admin)
    finding, = admin.items("/api/v1/findings?f.kind=tamper&f.state=open")
    assert finding["rule"] == "counterfeit" and finding["risk"] >= 80
    assert len(admin.items(f"/api/v1/registries/{production['id']}/repositories")) == 2


def test_a_registry_that_refuses_us_says_so(admin, registry):
    made = admin.post("/api/v1/registries", {"name": "wrong", "address": registry.host, "username": registry.user, "password": "wrong",
                                             "ca_pem": open(registry.ca).read()})["id"]
    admin.post(f"/api/v1/registries/{made}/scan")
    row = until("it failed", lambda: (r := admin.get(f"/api/v1/registries/{made}"))["state"] == "failed" and r)
    assert "refuses" in row["why"]
    blind = [b["kind"] for b in admin.get("/api/v1/overview")["blind_spots"]]
    assert "registries-failed" in blind
    admin.delete(f"/api/v1/registries/{made}")
    refused(404, admin.get, f"/api/v1/registries/{made}")
    refused(400, admin.post, "/api/v1/registries", {"name": "x", "address": "http://evil/"})


def test_how_things_stand(admin):
    view = admin.get("/api/v1/overview")
    lost = sum(p["lost"] for p in view["health"]["parts"])
    assert abs(100 - lost - view["health"]["score"]) < 0.1 and sum(p["weight"] for p in view["health"]["parts"]) == 100
    assert view["advisories"]["present"] and view["counts"]["critical"] >= 2 and 1 <= len(view["steps"]) <= 10
    assert [s["risk"] for s in view["steps"]] == sorted((s["risk"] for s in view["steps"]), reverse=True)


def test_a_new_advisory_is_there_within_seconds(admin, image, build_index):
    build_index(RECORDS + [osv("CVE-2099-0009", "Debian:12", "zlib", "1:99")])
    start = time.monotonic()
    until("the new one", lambda: admin.items(f"/api/v1/images/{image['id']}/findings?f.vulnerability=CVE-2099-0009"), 10)
    print(f"seen after {time.monotonic() - start:.2f} s")
    build_index(RECORDS)
    until("it is taken back", lambda: not admin.items("/api/v1/findings?f.vulnerability=CVE-2099-0009&f.state=open"), 10)


def test_jobs_survive_a_kill(server, admin, registry, test_registry, base_layer):
    import signal
    for n in range(3):
        registry.push(Image(base_layer, layer({"app": None, f"app/{n}": b"%d" % n * 1000})), "team/many", str(n))
    admin.post(f"/api/v1/registries/{test_registry}/scan")
    until("one runs", lambda: [j for j in admin.items("/api/v1/scans") if j["state"] == "running"], 10)
    server.stop(signal.SIGKILL)
    server.start()
    until("all are scanned", lambda: len([t for t in admin.items(f"/api/v1/registries/{test_registry}/repositories?f.repository=team/many") if t["scanned"]]) == 3, 150)


def test_a_site_without_anything_is_neither_well_nor_ill(tmp_path):
    with Server(tmp_path) as empty:
        view = empty.login().get("/api/v1/overview")
        assert "health" not in view and view["counts"]["hosts"] == 0 and view["steps"]
