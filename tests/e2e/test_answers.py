# SPDX-License-Identifier: Apache-2.0
"""Every GET of the API, asked of a real server that holds some of everything: each answer is what api/ says it is, no
field is promised that never comes, and who sees what their teams own sees nothing of anybody else's."""
import json
import re
import sqlite3
import time

import jsonschema
import pytest

from platform_help import Server

NOW = int(time.time() * 1000)
# What each side has of everything; %s is whose it is. Both have CVE-2099-0001 in the same package.
IMAGE, CONTAINER, HOST = "sha256:image-%s", "container-%s", "host-%s"
ROWS = [
    ("host", {"id": HOST, "name": "name-%s", "kernel": "kernel-%s", "first_ms": NOW, "seen_ms": NOW}),
    ("image", {"id": IMAGE, "name": "reg.%s/app:1", "first_ms": NOW, "scanned_ms": NOW, "n_containers": 1}),
    ("image_ref", {"ref": "reg.%s/app:1", "registry": "reg.%s", "repository": "app-%s", "image_id": IMAGE, "host_id": HOST, "first_ms": NOW, "seen_ms": NOW}),
    ("image_layer", {"image_id": IMAGE, "position": 0, "diff_id": "sha256:shared", "side": "application", "owner": "owner-%s", "instruction": "COPY %s /"}),
    ("subject", {"id": IMAGE, "target": "reg.%s/app:1", "os_id": "debian", "os_version": "12", "space": "debian:12", "scanned_ms": NOW}),
    ("container", {"id": CONTAINER, "host_id": HOST, "name": "web-%s", "image_id": IMAGE, "image_ref": "reg.%s/app:1", "state": "running", "first_ms": NOW,
                   "seen_ms": NOW}),
    ("package", {"id": "%d2", "eco": "deb", "name": "lib-%s", "version": "1", "purl": "pkg:deb/lib-%s@1"}),
    ("holding", {"subject": IMAGE, "package_id": "%d2", "location": "/opt/%s"}),
    ("holding", {"subject": IMAGE, "package_id": 1, "location": "/opt/%s", "in_use": "%d"}),
    ("vuln", {"id": "CVE-%s", "title": "title-%s", "n_images": 1}),
    ("finding", {"id": "%d1", "subject": IMAGE, "kind": "vulnerability", "package_id": "%d2", "vuln_id": "CVE-%s", "title": "of %s", "risk": 10, "fingerprint": "a",
                 "container_id": CONTAINER, "side": "application", "owner": "owner-%s", "severity": 4, "factors": '[["epss",1,1,1,1,"words"]]', "first_ms": NOW, "seen_ms": NOW}),
    ("finding", {"id": "%d2", "subject": IMAGE, "kind": "vulnerability", "package_id": 1, "vuln_id": "CVE-2099-0001", "risk": "%d0", "fingerprint": "b",
                 "severity": 4, "first_ms": NOW, "seen_ms": NOW}),
    ("finding_exception", {"finding_id": "%d1", "subject": IMAGE, "repository": "app-%s", "state": "accepted", "reason": "of %s", "who": "%s", "made_ms": NOW}),
    ("work", {"subject": IMAGE, "side": "application", "owner": "owner-%s", "base_name": "base-%s", "risk": 5, "n_findings": 2}),
    ("work", {"subject": IMAGE, "side": "base", "owner": "owner-%s", "base_name": "base-%s", "risk": 5, "n_findings": 2}),
    ("asset", {"id": "%d1", "host_id": HOST, "container_id": CONTAINER, "kind": "process", "key": "k-%s", "name": "process-%s", "first_ms": NOW, "seen_ms": NOW}),
    ("asset_change", {"asset_id": "%d1", "host_id": HOST, "container_id": CONTAINER, "kind": "process", "name": "process-%s", "op": "new", "at_ms": NOW}),
    ("incident", {"id": "%d1", "title": "incident of %s", "level": 2, "host_id": HOST, "container_id": CONTAINER, "image_id": IMAGE, "first_ms": NOW, "last_ms": NOW,
                  "rule": "Rule of %s"}),
    ("incident_note", {"incident_id": "%d1", "who": "who-%s", "text": "note of %s", "at_ms": NOW}),
    ("alert", {"id": "%d1", "agent_id": "agent-%s", "epoch": 1, "seq": 1, "host_id": HOST, "container_id": CONTAINER, "image_id": IMAGE, "incident_id": "%d1",
               "at_ms": NOW, "taken_ms": NOW, "rule": "Rule of %s", "level": 2, "output": "output of %s", "tags": '["mitre_execution","T1059.004"]',
               "process": '{"pid":9,"exe":"/bin/%s","cmdline":"%s","start_ns":1,"lineage":[]}'}),
    ("alert_hour", {"hour_ms": NOW - NOW % 3600000, "rule": "Rule of %s", "tags": '["mitre_execution","T1059.004"]', "level": 2, "n": 1, "last_ms": NOW}),
    ("suppression", {"id": "%d1", "rule": "Rule of %s", "reason": "of %s", "owner": "%s", "made_ms": NOW, "until_ms": NOW + 10**7}),
    ("response", {"id": "%d1", "host_id": HOST, "agent_id": "agent-%s", "container_id": CONTAINER, "action": "pause", "why": "of %s", "incident_id": "%d1",
                  "asked_by": "%s", "asked_ms": NOW}),
    ("registry", {"id": "%d1", "name": "registry-%s", "address": "reg.%s"}),
    ("registry_tag", {"registry_id": "%d1", "repository": "app-%s", "tag": "1", "digest": "sha256:d-%s", "image_id": IMAGE, "first_ms": NOW, "seen_ms": NOW}),
    ("promotion", {"from_id": "%d1", "to_id": "%d1", "repository": "app-%s", "tag": "1", "digest": "sha256:d-%s", "image_id": IMAGE, "allowed": 1, "who": "%s",
                   "at_ms": NOW}),
    ("scan_job", {"kind": "image", "target": "registry:reg.%s/app", "image_id": IMAGE, "state": "done", "asked_by": "%s", "asked_ms": NOW}),
    ("agent", {"id": "agent-%s", "host_id": HOST, "name": "name-%s", "state": "here", "enrolled_ms": NOW, "seen_ms": NOW}),
    ("agent_note", {"agent_id": "agent-%s", "at_ms": NOW, "kind": "enrolled", "text": "of %s"}),
    ("command", {"agent_id": "agent-%s", "kind": "scan", "body": '{"target":"%s"}', "made_ms": NOW, "until_ms": NOW}),
    ("policy", {"id": "%d1", "name": "policy-%s", "kind": "allow", "enabled": 0, "made_ms": NOW, "changed_ms": NOW}),
    ("policy_version", {"policy_id": "%d1", "version": 1, "text": "of %s", "made_ms": NOW}),
    ("integration", {"id": "%d1", "name": "integration-%s", "kind": "webhook", "enabled": 0, "made_ms": NOW, "changed_ms": NOW}),
    ("intel_source", {"id": "%d1", "name": "source-%s", "format": "plain", "enabled": 0, "made_ms": NOW}),
    ("compliance_result", {"id": "%d1", "host_id": HOST, "check_id": "container-privileged", "key": "container/%s", "kind": "container", "name": "web-%s",
                           "container_id": CONTAINER, "namespace": "ns-%s", "workload": "deployment/%s", "state": "fail", "severity": 4, "category": "security", "weight": 10,
                           "badness": 24, "evidence": '[{"field":"container.privileged","value":"%s","where":"GET /%s"}]', "mend_en": "mend %s", "run": 1, "before": "pass",
                           "first_ms": NOW, "since_ms": NOW, "is_new": 1, "excepted": 1, "exception_id": "%d1"}),
    ("compliance_result", {"id": "%d2", "host_id": HOST, "check_id": "container-privileged", "key": f"image/{IMAGE[7:]}", "kind": "image", "name": "image-%s", "state": "fail", "severity": 4,
                           "category": "images", "weight": 1, "badness": 24, "run": 1, "before": "pass", "first_ms": NOW, "since_ms": NOW}),
    ("report_schedule", {"id": "%d1", "name": "schedule-%s", "enabled": 0, "kind": "findings", "scope": "image", "scope_id": IMAGE, "format": "csv", "lang": "en", "every": "day",
                         "made_ms": NOW, "changed_ms": NOW}),
    ("report", {"id": "%d1", "schedule_id": "%d1", "name": "report-%s", "kind": "findings", "scope": "image", "scope_id": IMAGE, "scope_name": "reg.%s/app", "format": "json", "lang": "en",
                "bytes": 1, "sha256": "sha256:%s", "made_ms": NOW}),
    ("compliance_exception", {"id": "%d1", "check_glob": "container-*", "subject": "container web-%s", "host_id": HOST, "owner": "owner-%s", "reason": "of %s", "made_by": "%s",
                              "made_ms": NOW, "expires_ms": NOW + 10**9}),
    ("compliance_change", {"result_id": "%d1", "host_id": HOST, "check_id": "container-privileged", "severity": 4, "kind": "container", "name": "web-%s",
                           "container_id": CONTAINER, "before": "pass", "after": "fail", "at_ms": NOW}),
    ("compliance_host", {"host_id": HOST, "distribution": "debian", "run": 1, "parts": 1, "run_ms": NOW, "done_ms": NOW, "n_fail": 1, "n_excepted": 1, "decided": 10,
                         "decided_before": 10, "score": 100, "n_gaps": 1, "gaps": '[{"where":"/%s","why":"denied"}]'}),
    ("compliance_workload", {"host_id": HOST, "container_id": CONTAINER, "namespace": "ns-%s", "workload": "deployment/%s", "n_pass": 0, "n_fail": 1, "n_excepted": 1,
                             "n_critical": 0, "n_high": 0, "lost": 0}),
    ("indicator", {"source_id": "%d1", "kind": "domain", "value": "%s.example", "first_ms": NOW, "seen_ms": NOW, "until_ms": NOW + 10**7}),
]
SIDES = {"mine": 1, "zulu": 2}
# {id} of a path's last noun before it.
IDS = {"alerts": "%d1", "incidents": "%d1", "integrations": "%d1", "sources": "%d1", "hosts": HOST, "containers": CONTAINER, "assets": "%d1", "policies": "%d1",
       "responses": "%d1", "results": "%d1", "report-schedules": "%d1", "reports": "%d1", "findings": "%d1", "images": IMAGE, "registries": "%d1", "vulnerabilities": "CVE-%s", "agents": "agent-%s"}
# Not a person's, without an end, or a step of a log-in.
LEFT_OUT = {"/api/v1/live", "/api/v1/session/oidc", "/api/v1/session/oidc/callback"}
QUERIES = {"/api/v1/search": ["q=mine", "q=zulu", "q=CVE", "q=app", "q=name-"]}


def filled(value, side):
    if not isinstance(value, str):
        return value
    value = value.replace("%s", side).replace("%d", str(SIDES[side]))
    return int(value) if value.isdigit() else value


def put(db, table, row, side):
    row = {k: filled(v, side) for k, v in row.items()}
    db.execute(f"INSERT INTO {table}({', '.join(row)}) VALUES({', '.join('?' * len(row))})", list(row.values()))


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with Server(tmp_path_factory.mktemp("answers")) as s:
        db = sqlite3.connect(s.state / "server.db", timeout=20)
        with db:
            db.execute("INSERT INTO package(id, eco, name, version) VALUES(1, 'deb', 'libshared', '1')")
            db.execute("INSERT INTO vuln(id, title, severity, n_images, n_containers, n_hosts, risk) VALUES('CVE-2099-0001', 'shared', 4, 2, 2, 2, 20)")
            db.execute("INSERT INTO compliance_benchmark(id, version, title_en, title_zh) VALUES('cis', '1', 'CIS', 'CIS')")
            db.execute("INSERT INTO compliance_ref(check_id, benchmark, item) VALUES('container-privileged', 'cis', '5.4')")
            db.execute("INSERT INTO compliance_check(id, kind, severity, category, weight, title_en, title_zh, why_en, why_zh, ask_en, ask_zh, refs, benchmarks) "
                       "VALUES('container-privileged', 'container', 4, 'security', 10, 't', 't', 'w', 'w', 'a', 'a', '{\"cis\":\"5.4\"}', 'cis')")
            for side in SIDES:
                for table, row in ROWS:
                    put(db, table, row, side)
        (s.state / "reports").mkdir()
        for side, n in SIDES.items():
            (s.state / f"reports/{n}1-{NOW}").write_text(json.dumps({"of": side}))
        until = time.monotonic() + 20  # what is counted of these rows, the server counts by itself
        while db.execute("SELECT COUNT(*) FROM vuln WHERE risk = 0").fetchone()[0] and time.monotonic() < until:
            time.sleep(0.1)
        db.close()
        yield s


@pytest.fixture(scope="module")
def admin(server):
    client = server.login()
    client.post("/api/v1/tokens", {"name": "ci", "scope": ["read"]})
    client.post("/api/v1/enrolment-tokens", {"name": "for zulu"})
    client.post("/api/v1/system/backup")
    return client


@pytest.fixture(scope="module")
def developer(server, admin):
    client = server.person(admin, "dev", "developer")
    admin.post("/api/v1/teams", {"name": "those of zulu"})
    team = admin.post("/api/v1/teams", {"name": "us", "members": [client.me["id"]], "owns": [{"kind": "image", "pattern": "reg.mine/*"}]})
    assert team["n_images"] == 1
    return client


@pytest.fixture(scope="module")
def api(admin):
    return admin.get("/api/v1/openapi.json")


def answer(client, path):
    while True:
        status, headers, data = client.call("GET", path)
        if status != 429:
            return status, headers.get("Content-Type", ""), data
        time.sleep(float(headers.get("Retry-After", 1)))


def paths(api, side, admin=None):
    """(path as described, path to ask, its operation), with what this side has for {id}."""
    for path, item in api["paths"].items():
        if "get" not in item or path in LEFT_OUT or item["get"].get("x-permission") in ("agent",) or path.startswith("/agent/"):
            continue
        noun = re.search(r"/([\w-]+)/{id}", path)
        asked = path
        if noun and noun[1] in IDS:
            asked = path.replace("{id}", str(filled(IDS[noun[1]], side)))
        elif noun:  # accounts and teams: made by the API
            asked = path.replace("{id}", str(admin.items(f"/api/v1/{noun[1]}")[0]["id"]))
        for query in QUERIES.get(path, [""]):
            yield path, asked + ("?" + query if query else ""), item["get"]


# ---- the shape of answers ----

class Shapes:
    """api/ read strictly: what is not described may not come. `seen`: the described fields that came, by their place in api/."""

    def __init__(self, api):
        self.api, self.promised, self.seen = api, {}, set()

    def at(self, node):
        place = None
        while "$ref" in node:
            place, node = node["$ref"].split("/")[-1], self.look(node["$ref"])
        return place, node

    def look(self, ref):
        at = self.api
        for word in ref.removeprefix("#/").split("/"):
            at = at[word]
        return at

    def properties(self, node):
        """All of an object's, through allOf: {name: schema}; None where any may come."""
        out = dict(node.get("properties", {}))
        for part in node.get("allOf", []):
            out |= self.properties(self.at(part)[1]) or {}  # what is said later is said more closely
        return out or None

    def walk(self, node, value, where):
        """What is not described, as sentences."""
        place, node = self.at(node)
        where = place or where
        if isinstance(value, list):
            for v in value:
                yield from self.walk(node.get("items", {}), v, where + "[]")
        if not isinstance(value, dict):
            return
        described, more = self.properties(node), node.get("additionalProperties")
        if described is None:
            for k, v in value.items() if isinstance(more, dict) else ():
                yield from self.walk(more, v, f"{where}.*")
            return
        self.promised[where] = set(described)
        for k, v in value.items():
            if k in described:
                self.seen.add((where, k))
                yield from self.walk(described[k], v, f"{where}.{k}")
            elif not isinstance(more, dict):
                yield f"{where}: {k} is not described"


def schema_of(shapes, operation):
    given = shapes.at(operation["responses"]["200"])[1].get("content", {})
    return given.get("application/json", {}).get("schema")


def row_schema(shapes, schema):
    """Of a list: what an item is; None of what is no list of ours."""
    described = shapes.properties(shapes.at(schema)[1]) or {}
    return shapes.at(described["items"])[1].get("items") if {"items", "next"} <= set(described) else None


# Fields that only come in a state that nothing here is in, and why.
RARE = {
    "Storage.retention.error": "retention failed", "Storage.check.broken": "the database is broken",
    "User.password": "shown once, when the account is made", "Me.password": "the same", "/api/v1/audit/verify.first_bad": "a line was changed",
}


def test_answers_are_what_is_described(api, admin, developer):
    shapes, bad, walked = Shapes(api), [], 0
    for path, asked, operation in paths(api, "mine", admin):
        status, kind, data = answer(admin, asked)
        if path == "/api/v1/rules" and status == 503:
            continue  # no rules are installed here
        if status != 200:
            bad.append(f"{asked}: {status} {data[:200]}")
            continue
        schema = schema_of(shapes, operation)
        if "json" not in kind:
            continue
        if schema is None:
            if "json" in kind and path not in ("/api/v1/openapi.json", "/api/v1/images/{id}/sbom"):
                bad.append(f"{path}: no schema of its answer")
            continue
        walked += 1
        row = row_schema(shapes, schema)
        answers = [json.loads(data)]
        if row is not None:
            if not shapes.properties(shapes.at(row)[1]):
                bad.append(f"{path}: its rows are not described")
                continue
            columns = ",".join(shapes.properties(shapes.at(row)[1]))
            status, _, data = answer(admin, f"{asked}?columns={columns}&count=true")
            if status == 200:
                answers.append(json.loads(data))
            elif path != "/api/v1/rules":
                bad.append(f"{path}: {json.loads(data)['detail']}")
        for value in answers:
            for e in jsonschema.Draft202012Validator(schema | {"components": api["components"]}).iter_errors(value):
                bad.append(f"{path}: {e.json_path}: {e.message}"[:300])
            bad += [f"{path}: {text}" for text in shapes.walk(schema, value, path)]
    for where, names in shapes.promised.items():
        for name in sorted(names):
            if (where, name) not in shapes.seen and f"{where}.{name}" not in RARE and name not in ("total", "facets", "partial"):
                bad.append(f"{where}.{name}: is promised, and never came")
    assert walked > 50
    assert not bad, "\n".join(dict.fromkeys(bad))


# ---- what is whose ----

# Of everybody, and of no team: how the server does, and what it is told to keep.
EVERYBODYS = set()


def test_people_of_teams_see_what_is_theirs(api, developer, admin):
    bad, walked, found = [], 0, 0
    for side in SIDES:
        for path, asked, operation in paths(api, side, admin):
            if operation.get("x-permission") != "read":
                continue
            status, _, data = answer(developer, asked)
            walked += 1
            text = data.decode().replace("q\":\"zulu", "")
            if status == 200 and "zulu" in text:
                at = text.index("zulu")
                bad.append(f"{asked}: ...{text[max(0, at - 80):at + 40]}...")
            if status >= 500 and path != "/api/v1/rules":
                bad.append(f"{asked}: {status} {text[:200]}")
            found += status == 200 and "mine" in text
    assert walked > 80 and found > 20
    assert not bad, "\n".join(bad)


def test_single_things_of_others_are_not_there(api, developer, admin):
    for path, asked, operation in paths(api, "zulu", admin):
        if "{id}" not in path or operation.get("x-permission") != "read" or path.startswith("/api/v1/teams"):
            continue
        status, kind, data = answer(developer, asked)
        assert status == 404 or (status == 200 and json.loads(data).get("items") == []), (asked, status, data[:200])


def test_numbers_are_of_what_is_theirs(admin, developer):
    """What several teams have is counted by what the person sees of it."""
    shared, counts = "CVE-2099-0001", ("n_images", "n_containers", "n_hosts")
    (finding,) = developer.items(f"/api/v1/findings?f.vulnerability={shared}")
    (vuln,) = developer.items(f"/api/v1/vulnerabilities?f.id={shared}")
    for seen in (vuln, developer.get(f"/api/v1/vulnerabilities/{shared}")):
        assert [seen[c] for c in counts] == [1, 1, 1] and seen["risk"] == finding["risk"]
    assert [admin.get(f"/api/v1/vulnerabilities/{shared}")[c] for c in counts] == [2, 2, 2]
    assert [v["n_images"] for v in developer.items("/api/v1/vulnerabilities?sort=-n_images,id&limit=1&min.n_images=1")] == [1, 1]
    assert not developer.items("/api/v1/vulnerabilities?min.n_images=2")
    (package,) = developer.items("/api/v1/packages?f.name=libshared&f.in_use=true")
    assert (package["n_subjects"], package["n_findings"], package["risk"]) == (1, 1, finding["risk"])
    (layer,) = developer.items(f"/api/v1/images/{IMAGE % 'mine'}/layers")
    assert layer["n_images"] == 1
    assert (developer.get("/api/v1/attack")["total"], admin.get("/api/v1/attack")["total"]) == (1, 2)
