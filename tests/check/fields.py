#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""docs/fields.md is what `bulkhead rules fields --format markdown` prints."""
import pathlib
import subprocess
import sys

root, program = pathlib.Path(sys.argv[1]), sys.argv[2]
want = subprocess.run([program, "rules", "fields", "--format", "markdown"], capture_output=True, text=True, check=True).stdout
page = root / "docs/fields.md"
if "--write" in sys.argv:
    page.write_text(want)
if not page.exists() or page.read_text() != want:
    print("docs/fields.md is old: tests/check/fields.py . build/bulkhead --write")
    sys.exit(1)
