#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs test_formats.py in a virtual environment of its own: run.py REPORT_SAMPLE SOURCE_ROOT BULKHEAD.

Without a package index to fetch the validators from, the test is skipped (77)."""
import os
import subprocess
import sys
import venv

here = os.path.dirname(os.path.abspath(__file__))
place = os.path.join(os.environ.get("XDG_CACHE_HOME", os.path.expanduser("~/.cache")), "bulkhead-tests", "formats")
python = os.path.join(place, "bin", "python")

if not os.path.exists(os.path.join(place, "ready")):
    venv.create(place, with_pip=True)
    got = subprocess.run([python, "-m", "pip", "install", "-q", "-r", os.path.join(here, "requirements.txt")])
    if got.returncode != 0:
        print("the validators could not be fetched")
        sys.exit(77)
    open(os.path.join(place, "ready"), "w").close()

os.environ["REPORT_SAMPLE"] = os.path.abspath(sys.argv[1])
os.environ["SOURCE_ROOT"] = os.path.abspath(sys.argv[2])
os.environ["BULKHEAD"] = os.path.abspath(sys.argv[3])
os.environ["SCHEMAS"] = os.path.join(place, "schemas")
sys.exit(subprocess.run([python, "-m", "pytest", "-q", "-p", "no:cacheprovider", os.path.join(here, "test_formats.py")]).returncode)
