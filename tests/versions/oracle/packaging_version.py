# SPDX-License-Identifier: Apache-2.0
"""The `packaging` library."""
import sys

from packaging.version import InvalidVersion, Version


def read(text):
    try:
        return Version(text)
    except InvalidVersion:
        return None


for line in sys.stdin:
    a, b = (read(x) for x in line.rstrip("\n").split("\t"))
    order = "?" if a is None or b is None else "<" if a < b else ">" if a > b else "="
    print(order, "-" if a is None else "+", "-" if b is None else "+", sep="")
