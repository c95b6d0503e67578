#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What `make install` puts beside the program: a manual page for each command that groff has nothing to say
about, and completion that the shell can read."""
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

root, program = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]).resolve()
bad = []

with tempfile.TemporaryDirectory() as prefix:
    env = dict(os.environ, MESON_INSTALL_DESTDIR_PREFIX=prefix)
    subprocess.run([root / "tools/install-pages", program, "share/man", "share"], env=env, check=True)
    man = pathlib.Path(prefix) / "share/man/man1"
    listed = subprocess.run([program, "--help"], capture_output=True, text=True, check=True).stdout
    names = re.findall(r"^  (\S+(?: \S+)?)  +\S", listed, re.M)
    wanted = {"bulkhead.1"} | {f"bulkhead-{n.replace(' ', '-')}.1" for n in names}
    found = {p.name for p in man.iterdir()}
    if found != wanted:
        bad.append(f"pages: {sorted(found ^ wanted)} on one side only")
    for page in sorted(man.iterdir()):
        if not page.read_text().startswith(".TH BULKHEAD"):
            bad.append(f"{page.name}: no page")
        if shutil.which("groff"):
            said = subprocess.run(["groff", "-man", "-ww", "-z", page], capture_output=True, text=True).stderr
            if said:
                bad.append(f"{page.name}: {said.strip()}")
    for shell, path in (("bash", "bash-completion/completions/bulkhead"), ("fish", "fish/vendor_completions.d/bulkhead.fish")):
        if shutil.which(shell) and subprocess.run([shell, "-n", pathlib.Path(prefix) / "share" / path]).returncode:
            bad.append(f"completion for {shell} cannot be read")
    # What bash would offer.
    ask = f'. {prefix}/share/bash-completion/completions/bulkhead; COMP_WORDS=(bulkhead db ""); COMP_CWORD=2; _bulkhead; echo "${{COMPREPLY[@]}}"'
    offered = subprocess.run(["bash", "-c", ask], capture_output=True, text=True).stdout.split()
    seconds = [n.split()[1] for n in names if n.startswith("db ")]
    if offered != seconds:
        bad.append(f"bash offers {offered} behind `bulkhead db`, not {seconds}")
print("\n".join(bad))
sys.exit(bool(bad))
