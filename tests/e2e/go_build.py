# SPDX-License-Identifier: Apache-2.0
"""Programs in Go that tests need or hold us against, built here through Go's module proxy: minutes, once, kept in the build
directory. A test module names those it needs in BUILDS; they are begun when the session begins (conftest.py), one after the
other, with what processor time others leave, and waited for where they are needed."""
import concurrent.futures
import os
import shutil
import subprocess

import pytest

GO = shutil.which("go") or shutil.which("/usr/local/go/bin/go")
workers = concurrent.futures.ThreadPoolExecutor(1)
running = []


class Program:
    def __init__(self, out, words, folder=None, sources=(), env=None):
        self.out, self.words, self.folder, self.sources, self.env = out, words, folder, sources, env
        self.future = None

    def is_new(self):
        return self.out.exists() and all(self.out.stat().st_mtime > p.stat().st_mtime for p in self.sources)

    def make(self):
        """What the compiler said."""
        if not GO or self.is_new():
            return "no go here"
        os.makedirs(self.out.parent, exist_ok=True)
        child = subprocess.Popen(["nice", "-n", "15", GO, *self.words], cwd=self.folder, env={**os.environ, **(self.env or {})}, stdout=subprocess.PIPE,
                                 stderr=subprocess.STDOUT, text=True)
        running.append(child)
        return child.communicate()[0]

    def begin(self):
        self.future = self.future or workers.submit(self.make)

    def path(self):
        """Of the program, when it is there; else the test is skipped."""
        self.begin()
        said = self.future.result()
        if not self.is_new():
            pytest.skip(f"{self.out.name} could not be built: {said[-300:]}")
        return self.out


def of_folder(folder, package, out, *flags):
    """A package of ours."""
    sources = [*folder.glob("go.*"), *(folder / package).glob("*.go")]
    return Program(out, ["build", "-p", "1", *flags, "-o", out, f"./{package}"], folder, sources)


def released(module, version, out):
    """Somebody's command, as released."""
    return Program(out, ["install", "-p", "1", f"{module}@{version}"], env={"GOBIN": str(out.parent), "GOFLAGS": "-mod=mod"})


def end():
    """Whoever waited for them is gone."""
    workers.shutdown(wait=False, cancel_futures=True)
    for child in running:
        if child.poll() is None:
            child.terminate()
