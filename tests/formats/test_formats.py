# SPDX-License-Identifier: Apache-2.0
"""Every machine format against the schema of whoever reads it.

The schemas are never copied into this tree: CycloneDX's come with its Python
library, SPDX is judged by spdx-tools, SARIF's is in the crate serde-sarif,
JUnit's in pytest's source package. GitLab publishes its schema only on its own
site, so the rules of container scanning 15.0.7 that matter are written out
here."""
import csv
import html.parser
import io
import json
import os
import re
import subprocess
import tarfile
import urllib.request
import xml.etree.ElementTree

import jsonschema
import pytest

SAMPLE = os.environ["REPORT_SAMPLE"]
ROOT = os.environ["SOURCE_ROOT"]
SCHEMAS = os.environ["SCHEMAS"]
BULKHEAD = os.environ["BULKHEAD"]
COUNTS = ["0", "1", "2"]


def sample(name, n="1"):
    return subprocess.run([SAMPLE, name, n], check=True, stdout=subprocess.PIPE).stdout.decode("utf-8")


def fetched(name, url, member):
    """A member of a source package, kept in the cache."""
    path = os.path.join(SCHEMAS, name)
    if not os.path.exists(path):
        os.makedirs(SCHEMAS, exist_ok=True)
        try:
            request = urllib.request.Request(url, headers={"User-Agent": "bulkhead-tests"})
            packed = urllib.request.urlopen(request, timeout=60).read()
        except OSError as e:
            pytest.skip("%s cannot be fetched: %s" % (url, e))
        with tarfile.open(fileobj=io.BytesIO(packed)) as tar:
            inside = [m for m in tar.getmembers() if m.name.endswith(member)]
            data = tar.extractfile(inside[0]).read()
        with open(path, "wb") as f:
            f.write(data)
    return path


def check(schema, document):
    validator = jsonschema.validators.validator_for(schema)(schema, format_checker=jsonschema.FormatChecker())
    errors = sorted(validator.iter_errors(document), key=lambda e: list(map(str, e.path)))
    assert not errors, "\n".join("%s: %s" % ("/".join(map(str, e.path)), e.message[:300]) for e in errors[:10])


@pytest.mark.parametrize("n", COUNTS)
def test_json_is_as_our_schema_says(n):
    with open(os.path.join(ROOT, "docs/FORMATS/report.schema.json")) as f:
        schema = json.load(f)
    jsonschema.Draft202012Validator.check_schema(schema)
    document = json.loads(sample("json", n))
    check(schema, document)
    assert len(document["reports"]) == int(n)


def test_our_schema_can_say_no():
    with open(os.path.join(ROOT, "docs/FORMATS/report.schema.json")) as f:
        schema = json.load(f)
    document = json.loads(sample("json"))
    document["reports"][0]["vulnerabilities"][0]["surprise"] = 1
    with pytest.raises(AssertionError):
        check(schema, document)


def test_the_counts_of_the_summary_are_those_of_the_lists():
    report = json.loads(sample("json"))["reports"][0]
    shown = [v for v in report["vulnerabilities"] if "hidden" not in v]
    summary = report["summary"]["vulnerabilities"]
    assert summary["total"] == len(shown)
    assert summary["total"] + summary["hidden"] == len(report["vulnerabilities"])
    assert sum(summary["by_severity"].values()) == len(shown)
    assert sum(summary["by_exploit"].values()) == len(shown)


@pytest.mark.parametrize("n", COUNTS)
def test_cyclonedx(n):
    from cyclonedx.schema import SchemaVersion
    from cyclonedx.validation.json import JsonStrictValidator

    text = sample("cyclonedx", n)
    error = JsonStrictValidator(SchemaVersion.V1_6).validate_str(text)
    assert error is None, repr(error)
    refs = re.findall(r'"bom-ref": "([^"]*)"', text)
    assert len(refs) == len(set(refs))
    bom = json.loads(text)
    known = set(refs)
    for d in bom["dependencies"]:
        assert d["ref"] in known and set(d["dependsOn"]) <= known
    for v in bom["vulnerabilities"]:
        assert all(a["ref"] in known for a in v["affects"])


@pytest.mark.parametrize("n", ["1", "2"])
def test_spdx(n, tmp_path):
    from spdx_tools.spdx.parser.parse_anything import parse_file
    from spdx_tools.spdx.validation.document_validator import validate_full_spdx_document

    path = tmp_path / "sample.spdx.json"
    path.write_text(sample("spdx", n))
    messages = validate_full_spdx_document(parse_file(str(path)))
    assert not messages, "\n".join(m.validation_message for m in messages[:10])


@pytest.mark.parametrize("n", COUNTS)
def test_sarif(n):
    path = fetched("sarif-2.1.0.json", "https://static.crates.io/crates/serde-sarif/serde-sarif-0.6.5.crate", "src/schema.json")
    with open(path) as f:
        schema = json.load(f)
    document = json.loads(sample("sarif", n))
    check(schema, document)
    for run in document["runs"]:
        rules = run["tool"]["driver"]["rules"]
        assert len({r["id"] for r in rules}) == len(rules)
        for r in run["results"]:
            assert rules[r["ruleIndex"]]["id"] == r["ruleId"]


PYTEST_SOURCE = (
    "https://files.pythonhosted.org/packages/05/35/"
    "30e0d83068951d90a01852cb1cef56e5d8a09d20c7f511634cc2f7e0372a/pytest-8.3.4.tar.gz"
)


@pytest.mark.parametrize("n", COUNTS)
def test_junit(n):
    from lxml import etree

    path = fetched("junit-10.xsd", PYTEST_SOURCE, "junit-10.xsd")
    schema = etree.XMLSchema(etree.parse(path))
    document = etree.fromstring(sample("junit", n).encode())
    assert schema.validate(document), schema.error_log
    for suite in document.iter("testsuite"):
        assert int(suite.get("tests")) == len(suite.findall("testcase"))
        assert int(suite.get("failures")) == len(suite.findall("testcase/failure"))
        assert int(suite.get("errors")) == len(suite.findall("testcase/error"))
        assert int(suite.get("skipped")) == len(suite.findall("testcase/skipped"))


GITLAB = {
    "type": "object",
    "required": ["version", "scan", "vulnerabilities"],
    "properties": {
        "version": {"const": "15.0.7"},
        "scan": {
            "type": "object",
            "required": ["analyzer", "scanner", "start_time", "end_time", "status", "type"],
            "properties": {
                "start_time": {"pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$"},
                "end_time": {"pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$"},
                "status": {"enum": ["success", "failure"]},
                "type": {"const": "container_scanning"},
                "messages": {"items": {"required": ["level", "value"], "properties": {"level": {"enum": ["info", "warn", "fatal"]}, "value": {"minLength": 1}}}},
                "analyzer": {"required": ["id", "name", "version", "vendor"], "properties": {"vendor": {"required": ["name"]}}},
                "scanner": {"required": ["id", "name", "version", "vendor"], "properties": {"vendor": {"required": ["name"]}}},
            },
        },
        "vulnerabilities": {
            "type": "array",
            "items": {
                "required": ["id", "identifiers", "location"],
                "properties": {
                    "id": {"pattern": r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"},
                    "name": {"maxLength": 255},
                    "description": {"maxLength": 1048576},
                    "severity": {"enum": ["Info", "Unknown", "Low", "Medium", "High", "Critical"]},
                    "solution": {"maxLength": 7000},
                    "identifiers": {
                        "minItems": 1,
                        "maxItems": 20,
                        "items": {"required": ["type", "name", "value"], "properties": {"url": {"pattern": "^(https?|ftp)://.+"}}},
                    },
                    "links": {"items": {"required": ["url"], "properties": {"url": {"pattern": "^(https?|ftp)://.+"}}}},
                    "location": {
                        "required": ["dependency", "operating_system", "image"],
                        "properties": {
                            "dependency": {"properties": {"package": {"required": ["name"]}, "version": {"type": "string"}}},
                            "operating_system": {"minLength": 1, "maxLength": 255},
                            "image": {"minLength": 1},
                        },
                    },
                },
            },
        },
    },
}


@pytest.mark.parametrize("n", COUNTS)
def test_gitlab(n):
    document = json.loads(sample("gitlab", n))
    check(GITLAB, document)
    if n == "1":
        ids = [v["id"] for v in document["vulnerabilities"]]
        assert len(ids) == 5  # the one that VEX hides is not among them


@pytest.mark.parametrize("n", COUNTS)
def test_csv_is_a_rectangle(n):
    rows = list(csv.reader(io.StringIO(sample("csv", n), newline=""), strict=True))
    assert {len(r) for r in rows} == {len(rows[0])}
    assert len(rows) == 1 + int(n) * 12
    for row in rows[1:]:
        assert not any(cell[:1] in ("=", "+", "-", "@") for cell in row)


class Nesting(html.parser.HTMLParser):
    """Tags close in the order they opened."""

    void = {"meta", "br", "input", "circle"}

    def __init__(self):
        super().__init__()
        self.open, self.seen = [], set()

    def handle_starttag(self, tag, attrs):
        self.seen.add(tag)
        assert not any(name.startswith("on") for name, _ in attrs)
        if tag not in self.void:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.seen.add(tag)

    def handle_endtag(self, tag):
        assert self.open and self.open[-1] == tag, (tag, self.open[-3:])
        self.open.pop()


@pytest.mark.parametrize("n", COUNTS)
def test_html_nests(n):
    page = Nesting()
    page.feed(sample("html", n))
    page.close()
    assert page.open == []
    assert {"table", "script", "style"} <= page.seen or n == "0"


def test_markdown_tables_have_as_many_cells_as_heads():
    width = None
    for line in sample("markdown").splitlines():
        if not line.startswith("|"):
            width = None
            continue
        cells = len(re.sub(r"\\.", "", line).split("|"))
        width = width or cells
        assert cells == width, line


def packages_of(path):
    """What a scan of an SBOM lists, without the order of it."""
    args = [BULKHEAD, "scan", "sbom:%s" % path, "--no-db", "--no-cache", "-q", "-o", "json"]
    report = json.loads(subprocess.run(args, check=True, stdout=subprocess.PIPE).stdout)["reports"][0]
    keys = ("type", "name", "version", "architecture", "source", "source_version", "module", "owned_by", "location")
    assert report["packages"]
    return report["distribution"], sorted(json.dumps([p.get(k) for k in keys]) for p in report["packages"])


@pytest.mark.parametrize("version", ["1.5", "1.6", "1.7"])
@pytest.mark.parametrize("ending", ["json", "xml"])
def test_another_programs_cyclonedx_of_the_same_is_read_the_same(tmp_path, version, ending):
    from cyclonedx.model.bom import Bom
    from cyclonedx.output import make_outputter
    from cyclonedx.schema import OutputFormat, SchemaVersion

    ours, theirs = tmp_path / "ours.json", tmp_path / ("theirs." + ending)
    ours.write_text(sample("cyclonedx"))
    bom = Bom.from_json(json.loads(ours.read_text()))
    theirs.write_text(make_outputter(bom, OutputFormat[ending.upper()], SchemaVersion.from_version(version)).output_as_string())
    assert packages_of(theirs) == packages_of(ours)


@pytest.mark.parametrize("ending", ["spdx", "spdx.json"])
def test_another_programs_spdx_of_the_same_is_read_the_same(tmp_path, ending):
    from spdx_tools.spdx.parser.parse_anything import parse_file
    from spdx_tools.spdx.writer.write_anything import write_file

    ours, theirs = tmp_path / "ours.spdx.json", tmp_path / ("theirs." + ending)
    ours.write_text(sample("spdx"))
    write_file(parse_file(str(ours)), str(theirs), validate=False)
    assert packages_of(theirs) == packages_of(ours)
