# SPDX-License-Identifier: Apache-2.0
"""rpm's own library: rpm.ver compares epoch:version-release as labels. rpm does not judge versions."""
import sys

import rpm

for line in sys.stdin:
    a, b = (rpm.ver(x) for x in line.rstrip("\n").split("\t"))
    print("<" if a < b else ">" if b < a else "=", "??", sep="")
