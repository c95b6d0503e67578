# SPDX-License-Identifier: Apache-2.0
"""What we call OSCAL against the models of compliance-trestle, which refuse members, words and forms OSCAL does not know.

They come from PyPI with a hundred megabytes of their own, so only `make test-long` (BULKHEAD_LONG=1) asks them."""
import json
import os
import subprocess
import sys

import conftest
import pytest

WANTED = "compliance-trestle==5.2.0"
JUDGE = """
import json, sys
from trestle.oscal.assessment_results import Model
for line in sys.stdin:
    try:
        Model(**json.loads(line))
        print("valid")
    except ValueError as e:
        print(" ".join(str(e).split()))
"""


@pytest.fixture(scope="module")
def judge(build):
    if not os.environ.get("BULKHEAD_LONG"):
        pytest.skip("BULKHEAD_LONG is not set: OSCAL's models are not fetched")
    home = build / "oscal"
    python = home / "bin/python"
    if not python.exists():
        conftest.run(sys.executable, "-m", "venv", home)
    if conftest.run(python, "-m", "pip", "install", "-q", WANTED, check=False).returncode:
        pytest.skip(f"{WANTED} could not be fetched")
    return lambda *documents: subprocess.run([python, "-c", JUDGE], input="".join(json.dumps(d) + "\n" for d in documents), check=True, text=True,
                                             stdout=subprocess.PIPE).stdout.splitlines()


def test_a_report_is_what_oscal_knows(bulkhead, judge):
    conftest.need_root()
    told = bulkhead("comply", "--output", "oscal", "--benchmark", "mlps-3")
    assert told.returncode in (0, 1), told.stderr
    report = json.loads(told.stdout)
    assert report["assessment-results"]["results"][0]["observations"]
    other, wrong = json.loads(told.stdout), json.loads(told.stdout)
    other["assessment-results"]["colour"] = "red"
    wrong["assessment-results"]["results"][0]["start"] = "yesterday"
    said = judge(report, other, wrong)
    assert said[0] == "valid"
    assert "colour" in said[1] and "start" in said[2]
