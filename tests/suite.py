#!/usr/bin/env python3
"""Runs every part of the test suite and adds up what passed, failed and was skipped.

Each part prints its own account; this one only starts them, one after the
other, and ends with a line "N passed, N failed, N skipped".
"""
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
BUILD = ROOT / "build"
UNSTEADY_MOST = 5  # more than that is no race


class Count:
    def __init__(self):
        self.passed = self.failed = self.skipped = 0

    def add(self, passed=0, failed=0, skipped=0):
        self.passed += passed
        self.failed += failed
        self.skipped += skipped


def say(text):
    print(f"\n== {text}", flush=True)


def run(argv, **kw):
    return subprocess.run(argv, cwd=ROOT, **kw)


def skip(count, what, why):
    print(f"SKIPPED {what}: {why}", flush=True)
    count.add(skipped=1)


def unsteady(names):
    """A few tests race with a kernel that shares its cores. What failed is asked once more, alone, and named: twice is a failure."""
    print(f"UNSTEADY: failed at first and passed when asked again: {', '.join(names)}", flush=True)


def ask_meson(build, *args):
    """The names of its tests by their result; it leaves a line of JSON a test."""
    log = build / "meson-logs/testlog.json"
    log.unlink(missing_ok=True)
    run(["meson", "test", "-C", str(build), "--no-rebuild", "--print-errorlogs", *args])
    by = {"OK": [], "SKIP": [], "FAIL": []}
    for line in log.read_text().splitlines() if log.exists() else ():
        test = json.loads(line)
        result = {"EXPECTEDFAIL": "OK"}.get(test["result"], test["result"])
        by[result if result in by else "FAIL"].append(test["name"].split(" / ")[-1])
    return by


def meson(count, build, suites):
    by = ask_meson(build, *(a for s in suites for a in ("--suite", s)))
    if not any(by.values()):
        return count.add(failed=1)
    if 0 < len(by["FAIL"]) <= UNSTEADY_MOST:
        say(f"{', '.join(by['FAIL'])}: once more")
        again = ask_meson(build, *by["FAIL"])
        if again["OK"] and not again["FAIL"]:
            unsteady(by["FAIL"])
            by["OK"] += by["FAIL"]
            by["FAIL"] = []
    return count.add(len(by["OK"]), len(by["FAIL"]), len(by["SKIP"]))


def set_up(build, compiler, *options):
    if (build / "build.ninja").exists():
        return True
    env = dict(os.environ, CC=compiler)
    return run(["meson", "setup", str(build), *options], env=env, stdout=subprocess.DEVNULL).returncode == 0


def other_compiler(count):
    """gcc built build/; clang must be as quiet, with the sanitizers on."""
    clang = next((c for c in ("clang-19", "clang-16", "clang-15", "clang") if shutil.which(c)), None)
    if not clang:
        return skip(count, "sanitizers", "no clang here")
    build = ROOT / "build-asan"
    options = ("-Db_sanitize=address,undefined", "-Db_lundef=false", "--buildtype=debug", "-Doptimization=1")
    made = set_up(build, clang, *options) and run(["ninja", "-C", str(build)], stdout=subprocess.PIPE, text=True)
    if not made or made.returncode:
        print(made.stdout[-5000:] if made else "", f"FAILED: {clang} with warnings as errors did not build", sep="\n")
        return count.add(failed=1)
    os.environ.setdefault("ASAN_OPTIONS", "detect_leaks=1")
    return meson(count, build, ["unit", "cases", "fuzz"])


def venv():
    """pytest with the packages of tests/requirements.txt, in a folder of our own."""
    home = BUILD / "venv"
    python = home / "bin/python"
    wanted = (ROOT / "tests/requirements.txt").read_text()
    stamp = home / "installed.txt"
    if stamp.exists() and stamp.read_text() == wanted:
        return python
    made = run([sys.executable, "-m", "venv", "--system-site-packages", str(home)]).returncode == 0
    if made and run([str(python), "-m", "pip", "install", "-q", "-r", "tests/requirements.txt"]).returncode == 0:
        stamp.write_text(wanted)
        return python
    return None


def ask_pytest(python, folder, *args):
    """Its numbers, by word. What failed is remembered in build/, for asking again."""
    out = run([str(python), "-m", "pytest", "-q", "-rs", "-o", f"cache_dir={BUILD}/pytest-cache", *args, folder], stdout=subprocess.PIPE, text=True).stdout
    print(out, flush=True)
    closing = out.strip().splitlines()[-1] if out.strip() else ""
    number = {word: int(n) for n, word in re.findall(r"(\d+) (passed|failed|skipped|error)", closing)}
    return {"passed": number.get("passed", 0), "failed": number.get("failed", 0) + number.get("error", 0), "skipped": number.get("skipped", 0)}


def ask_again(python, folder, first):
    say(f"{folder}: the {first['failed']} that failed, once more")
    second = ask_pytest(python, folder, "--last-failed", "-rA", "--no-header")
    if second["failed"] or not second["passed"]:
        return first
    unsteady([f"{second['passed']} of {folder} (PASSED above)"])
    return {**first, "passed": first["passed"] + first["failed"], "failed": 0}


def pytest(count, python, folder):
    """One folder of pytest files; its closing line has the numbers."""
    if not list((ROOT / folder).glob("test_*.py")):
        return None
    number = ask_pytest(python, folder)
    if not any(number.values()):
        return count.add(failed=1)
    if 0 < number["failed"] <= UNSTEADY_MOST:
        number = ask_again(python, folder, number)
    return count.add(**number)


def console(count):
    """The archive in the repository is what its sources build; and axe is there for the browser's tests."""
    done = run(["tools/console-check"])
    if done.returncode == 77:
        return skip(count, "console", "Node 20 and npm are needed to build it anew")
    if done.returncode == 0:
        run(["npm", "--prefix", "web", "ci", "--no-audit", "--no-fund", "--loglevel=error"], stdout=subprocess.DEVNULL)
    count.add(passed=done.returncode == 0, failed=done.returncode != 0)


def main():
    count, begun = Count(), time.monotonic()
    python = venv()
    if python:  # what the oracles of tests/versions import
        os.environ["PYTHONPATH"] = str(next((BUILD / "venv/lib").glob("python3*/site-packages")))
    say("unit, cases, replay, house")
    meson(count, BUILD, ["unit", "cases", "fuzz", "check"])
    say("version order and calculators against the native tools")
    meson(count, BUILD, ["versions"])
    say("machine formats against their schemas")
    meson(count, BUILD, ["formats"])
    say("the console, built anew")
    console(count)
    say("clang, AddressSanitizer, UBSan")
    other_compiler(count)
    os.environ.pop("PYTHONPATH", None)
    for folder in ("tests/e2e",):  # and what is below it
        if not (ROOT / folder).is_dir():
            continue
        say(folder)
        if python:
            pytest(count, python, folder)
        else:
            skip(count, folder, "its Python packages could not be installed")
    print(f"\n{time.monotonic() - begun:.0f} s")
    print(f"{count.passed} passed, {count.failed} failed, {count.skipped} skipped", flush=True)
    return 1 if count.failed or not count.passed else 0


if __name__ == "__main__":
    sys.exit(main())
