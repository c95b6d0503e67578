# SPDX-License-Identifier: Apache-2.0
"""What tests of `bulkhead comply` share: a run as JSON, and its results by check and subject."""
import json
import tarfile

from conftest import add_file, cached, need, run

SLEEPER = '#include <unistd.h>\nint main(void) { for (;;) pause(); }\n'


class Comply:
    """.code, .report; .of(check, name) is the one result, .states(check) all states."""

    def __init__(self, result):
        assert result.stdout.startswith("{"), f"{result.returncode}: {result.stderr}"
        self.code, self.report = result.returncode, json.loads(result.stdout)
        self.results = self.report["results"]

    def of(self, check, name):
        found = [r for r in self.results if r["check"] == check and r.get("subject", {}).get("name") == name]
        assert len(found) == 1, f"{check} of {name}: {len(found)} results"
        return found[0]

    def failing(self, kind, name):
        """{check: evidence as one text} of what fails there."""
        return {r["check"]: shown(r) for r in self.results
                if r["state"] == "fail" and r["subject"]["kind"] == kind and r["subject"]["name"] == name}

    def states(self, check):
        return sorted({r["state"] for r in self.results if r["check"] == check})


def shown(result):
    return "\n".join(f"{e['field']} = {e['value']}" for e in result["evidence"])


def comply(bulkhead, *args, **options):
    return Comply(bulkhead("comply", "-o", "json", "--forget", "--fail-on", "critical", *args, **options))


def sleeper_tar():
    """A root with one static program under several names, and nothing else: no shell, no ps, no passwd."""
    def make(path):
        need("gcc")
        source = path.with_suffix(".c")
        source.write_text(SLEEPER)
        run("gcc", "-O1", "-static", "-o", f"{source}.out", source)
        program = open(f"{source}.out", "rb").read()
        with tarfile.open(path, "w") as tar:
            for name in ("bin", "srv"):
                add_file(tar, name, type=tarfile.DIRTYPE, mode=0o755)
            for name in ("bin/sleep", "srv/sshd", "bin/registry"):
                add_file(tar, name, program, 0o755)
    return cached("sleeper.tar", make)
