# SPDX-License-Identifier: Apache-2.0
"""A process whose first thread ends first goes on without it. Is it told of as long as it lives, and is its end told once, when the
last of its threads ends, with the status the kernel gives whoever waits?"""
import os
import shutil
import subprocess
import time

import pytest

from conftest import need_root
from guard_help import program
from watching import Watch

# The first thread starts two others and is gone soon. One opens a file a little later; the other ends all by exit(7), executes something, or just ends.
SOURCE = r"""
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static const char *path, *how;

static void pause_ms(long ms) {
        struct timespec t = { ms / 1000, ms % 1000 * 1000000 };
        nanosleep(&t, NULL);
}

static void *opens(void *x) {
        pause_ms(900);
        int fd = open(path, O_WRONLY | O_CREAT, 0600);
        close(fd);
        return x;
}

static void *ends(void *x) {
        pause_ms(1400);
        if (strcmp(how, "exit") == 0)
                exit(7);
        if (strcmp(how, "exec") == 0)
                execl("/bin/sh", "sh", "-c", "sleep 0.5; :", "from-a-thread", (char *) NULL);
        return x;
}

int main(int n, char **args) {
        pthread_t a, b;
        path = args[1];
        how = args[n - 1];
        pthread_create(&a, NULL, opens, NULL);
        pthread_create(&b, NULL, ends, NULL);
        pause_ms(600); /* who has to look in /proc for what was executed finds nothing there when the first thread is gone */
        pthread_exit(NULL);
}
"""
RULES = """- rule: Ended
  desc: x
  condition: evt.type = procexit and proc.exepath endswith /first-gone
  output: pid=%proc.pid tid=%thread.tid status=%evt.rawarg.status name=%proc.name time=%evt.rawtime
  priority: WARNING
- rule: Opened
  desc: x
  condition: evt.type in (open, openat) and fd.name endswith /left-behind
  output: pid=%proc.pid tid=%thread.tid main=%thread.ismain exe=%proc.exepath args=%proc.args time=%evt.rawtime
  priority: WARNING
- rule: Followed
  desc: x
  condition: (evt.type = execve and evt.rawres = 0 or evt.type = procexit) and proc.args contains from-a-thread
  output: pid=%proc.pid type=%evt.type
  priority: WARNING
- rule: Started
  desc: x
  condition: evt.type = execve and evt.rawres = 0 and proc.exepath endswith /first-gone
  output: pid=%proc.pid time=%evt.rawtime
  priority: WARNING
"""


@pytest.fixture(scope="module")
def first_gone(tmp_path_factory):
    need_root()
    cc = shutil.which("cc") or shutil.which("gcc") or pytest.skip("no C compiler")
    top = tmp_path_factory.mktemp("threads")
    (top / "first_gone.c").write_text(SOURCE)
    subprocess.run([cc, "-O1", "-pthread", "-o", top / "first-gone", top / "first_gone.c"], check=True)
    return top / "first-gone"


@pytest.fixture(params=["ebpf", "proc"])
def watch(request, build, tmp_path):
    need_root()
    (tmp_path / "rules.yaml").write_text(RULES)
    try:
        w = Watch(program(build), "--rules", tmp_path / "rules.yaml", "--login", "none", "--backend", request.param,
                  "--record", tmp_path / "events.bhrec")
    except RuntimeError as e:
        pytest.skip(f"{request.param}: {e}")
    w.backend = request.param
    yield w
    w.stop()


def of(watch, rule, pid):
    return [a.fields for a in watch.alerts if a.rule == rule and a.fields["proc.pid"] == pid]


@pytest.mark.parametrize("how, status", [("exit", 7), ("return", 0)])
def test_its_end_is_told_once_and_when_its_last_thread_ends(watch, first_gone, tmp_path, how, status):
    child = subprocess.Popen([first_gone, tmp_path / "left-behind", how])
    assert child.wait(30) == status
    assert watch.wait(lambda _: of(watch, "Ended", child.pid)), [a.fields for a in watch.alerts]
    time.sleep(1)  # a second end would come now
    ended, opened, started = of(watch, "Ended", child.pid), of(watch, "Opened", child.pid), of(watch, "Started", child.pid)
    assert len(ended) == 1, ended
    assert ended[0]["proc.name"] == "first-gone"
    assert os.waitstatus_to_exitcode(ended[0]["evt.rawarg.status"]) == status
    assert ended[0]["evt.rawtime"] - started[0]["evt.rawtime"] >= 1_300_000_000, "told when its first thread ended"
    # What the second thread did after the first was gone is the process's, with all that is known of it.
    # Without BPF an open for writing may be told at the open and when it is closed.
    assert len(opened) == 1 or (watch.backend == "proc" and len(opened) == 2), opened
    assert {o["proc.exepath"] for o in opened} == {str(first_gone)}
    assert opened[0]["proc.args"] == f"{tmp_path}/left-behind {how}"
    assert opened[0]["evt.rawtime"] < ended[0]["evt.rawtime"]
    if watch.backend == "ebpf":
        assert opened[0]["thread.ismain"] is False and opened[0]["thread.tid"] != child.pid


def test_an_exec_by_another_thread_is_no_end(watch, first_gone, tmp_path):
    """The kernel ends all other threads, the first among them, and the one that executes takes the place of the first."""
    child = subprocess.Popen([first_gone, tmp_path / "left-behind", "exec"])
    assert child.wait(30) == 0
    assert watch.wait(lambda _: len(of(watch, "Followed", child.pid)) >= 2), [a.fields for a in watch.alerts]
    time.sleep(1)
    assert [f["evt.type"] for f in of(watch, "Followed", child.pid)] == ["execve", "procexit"]
    assert not of(watch, "Ended", child.pid)


def test_a_replay_of_it_tells_the_same(build, watch, first_gone, tmp_path):
    child = subprocess.Popen([first_gone, tmp_path / "left-behind", "exit"])
    assert child.wait(30) == 7
    assert watch.wait(lambda _: of(watch, "Ended", child.pid))
    watch.stop()
    again = subprocess.run([program(build), "watch", "--rules", tmp_path / "rules.yaml", "--replay", tmp_path / "events.bhrec", "-q"],
                           check=True, capture_output=True, text=True).stdout
    assert [line for line in again.splitlines() if f"pid={child.pid} " in line] == \
        [a.json["output"] for a in watch.alerts if a.fields.get("proc.pid") == child.pid]


def test_the_process_is_forgotten_and_its_number_free_again(watch, first_gone, tmp_path):
    """Several such processes at once: each has an end of its own."""
    pids = []
    for _ in range(5):
        child = subprocess.Popen([first_gone, tmp_path / "left-behind", "return"])
        pids.append(child)
    for child in pids:
        child.wait(30)
    assert watch.wait(lambda _: all(of(watch, "Ended", c.pid) for c in pids)), [a.fields for a in watch.alerts if a.rule == "Ended"]
    assert all(len(of(watch, "Ended", c.pid)) == 1 for c in pids)
