# SPDX-License-Identifier: Apache-2.0
"""Agents and the server killed at any moment, disks that fill and spoil, certificates that end: nothing acknowledged
is lost, nothing is doubled, and what is lost is declared.

The agent is uplink_load: the agent's way to the server, without a sensor, telling some hundred alerts a second.
"""
import collections
import concurrent.futures
import contextlib
import os
import pathlib
import random
import shutil
import signal
import subprocess
import time

import conftest
import platform_help
import pytest
import uplink_help as u

RUNS = int(os.environ.get("BULKHEAD_KILLS", "54"))
RATE = 400


@pytest.fixture(scope="module")
def mould(build, tmp_path_factory):
    """A server's state that has never run, with a token for all; copied for each run, which is quicker than init."""
    if not u.LOAD.exists():
        pytest.skip("uplink_load is not built")
    server = platform_help.Server(tmp_path_factory.mktemp("mould"))
    server.make()
    return server.state, u.token(server, uses=10000)


class World:
    """A server and one agent, both of which may be killed and started again."""

    def __init__(self, folder, mould):
        self.folder = pathlib.Path(folder)
        self.server = platform_help.Server(self.folder)
        shutil.copytree(mould[0], self.server.state)
        self.token = mould[1]
        self.agent_state = self.folder / "agent"
        self.agent_state.mkdir()
        self.journal = self.folder / "journal"
        self.load, self.said = None, self.folder / "said"

    def begin(self):
        self.server.start()
        token = self.token.split(".")
        token[1] = f"localhost:{self.server.port}"  # the mould did not know its port yet
        conftest.run(u.LOAD, "enrol", self.agent_state, ".".join(token), "host-1", timeout=60)

    def start_load(self, rate=RATE, *more):
        self.load = subprocess.Popen([u.LOAD, "run", self.agent_state, self.journal, str(rate), *map(str, more)], stderr=open(self.said, "a"))

    def kill_load(self):
        self.load.kill()
        self.load.wait()

    def end_load(self):
        """Not before it runs: until then a signal just ends it."""
        conftest.wait_for("uplink_load", lambda: f"uplink_load {self.load.pid}: running" in self.said.read_text(), 30, self.load)
        self.load.terminate()
        assert self.load.wait(30) == 0

    def drain(self, *more):
        """Until nothing waits."""
        for _ in range(20):
            self.start_load(0, *more)
            time.sleep(0.3)
            self.end_load()
            if "uplink_load: 0 items wait" in self.said.read_text().splitlines()[-1] and all(a == s + d for a, s, d, _ in u.books(self.server).values()):
                return
        raise AssertionError(f"the outbox does not drain: {self.said.read_text()[-2000:]} {u.books(self.server)}")

    def posted(self):
        """{(epoch, seq)} of what the outbox took; a line that the kill cut off is none."""
        out = set()
        for line in self.journal.read_text().splitlines():
            words = line.split()
            if len(words) == 4 and words[3] == "kept":
                out.add((int(words[0]), int(words[1])))
        return out

    def stored(self):
        rows = u.ask(self.server, "SELECT epoch, seq, output FROM alert")
        assert len({o for _, _, o in rows}) == len(rows), "an item is doubled"
        return {(e, s) for e, s, _ in rows}

    def stop(self):
        for p in (self.load, self.server.process):
            if p and p.poll() is None:
                p.kill()
                p.wait()


def one_run(folder, mould, seed):
    """What is killed, when, and how long it is away are the seed's."""
    chance = random.Random(seed)
    w = World(folder, mould)
    try:
        w.begin()
        w.start_load()
        kills = 0
        for _ in range(chance.randint(2, 4)):
            time.sleep(chance.uniform(0.05, 0.4))
            whom = chance.choice(["agent", "server", "both"])
            if whom != "agent":
                w.server.process.kill()
                w.server.process.wait()
            if whom != "server":
                w.kill_load()
                kills += 1
            time.sleep(chance.uniform(0, 0.15))
            if whom != "agent":
                w.server.start()
            if whom != "server":
                w.start_load()
        time.sleep(0.2)
        w.end_load()
        w.drain()
        posted, stored = w.posted(), w.stored()
        assert posted <= stored, f"seed {seed}: {len(posted - stored)} of {len(posted)} are lost: {sorted(posted - stored)[:5]}"
        assert len(stored - posted) <= kills, f"seed {seed}: stored, and in no journal: {sorted(stored - posted)[:5]}"
        for acked, n, dropped, refused in u.books(w.server).values():
            assert acked == n and not dropped and not refused, f"seed {seed}: {u.books(w.server)}"
        assert len(posted) > 50
        return len(posted)
    finally:
        w.stop()
        shutil.rmtree(folder, ignore_errors=True)


def test_whatever_is_killed_nothing_is_lost_and_nothing_doubled(mould, tmp_path):
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        jobs = []
        for seed in range(RUNS):
            folder = tmp_path / str(seed)
            folder.mkdir()
            jobs.append(pool.submit(one_run, folder, mould, seed))
        items = sum(j.result() for j in jobs)
    print(f"{RUNS} runs, {items} items")


@pytest.fixture
def world(mould, tmp_path):
    w = World(tmp_path, mould)
    w.begin()
    yield w
    w.stop()


def lost_and_declared(w):
    """What was posted and is not stored, by epoch, beside what was declared."""
    missing = collections.Counter(e for e, _ in w.posted() - w.stored())
    return missing, {e: d for (_, e), (_, _, d, _) in u.books(w.server).items()}


def test_a_spoiled_page_of_the_outbox_is_declared(world):
    w = world
    w.server.stop(signal.SIGKILL)
    w.start_load()
    time.sleep(1.5)
    w.kill_load()
    segments = sorted((w.agent_state / "spool").glob("*.seg"), key=lambda p: p.stat().st_size)
    with open(segments[-1], "r+b") as f:
        f.seek(4096)
        f.write(bytes(1024))
    w.server.start()
    w.drain()
    missing, declared = lost_and_declared(w)
    assert sum(missing.values()) >= 2
    for epoch, n in missing.items():
        assert declared[epoch] == n
    assert u.ask(w.server, "SELECT 1 FROM agent_note WHERE kind = 'drop'")


def test_a_spoiled_end_of_the_outbox_is_declared(world):
    w = world
    w.start_load()
    time.sleep(1)
    w.server.stop(signal.SIGKILL)
    time.sleep(0.7)
    w.kill_load()
    for segment in (w.agent_state / "spool").glob("*.seg"):
        size = segment.stat().st_size
        if size > 2000:
            with open(segment, "r+b") as f:
                f.seek(size - 100)
                f.write(bytes(100))
    w.server.start()
    w.drain()
    missing, declared = lost_and_declared(w)
    assert missing
    for epoch, n in missing.items():
        assert declared[epoch] == n
    assert all(a == s + d for a, s, d, _ in u.books(w.server).values())


def test_a_full_disk_drops_the_least_severe_and_says_so(world):
    conftest.need_root()
    w = world
    spool = w.agent_state / "spool"
    spool.mkdir()
    conftest.run("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", spool)
    try:
        w.server.stop(signal.SIGKILL)
        w.start_load(4000)
        time.sleep(2.5)
        w.server.start()
        time.sleep(1.5)
        w.end_load()
        w.drain()
        books = list(u.books(w.server).values())
        assert sum(d for _, _, d, _ in books) > 100
        assert all(a == s + d for a, s, d, _ in books)
        kept = collections.Counter(dict(u.ask(w.server, "SELECT level, count(*) FROM alert GROUP BY level")))
        assert kept[0] > kept[7], kept
        assert sum(r for _, _, _, r in books) == 0
    finally:
        conftest.run("umount", "-l", spool)


def bytes_in(spool):
    """Segments come and go while they are looked at."""
    total = 0
    for path in spool.glob("*.seg"):
        with contextlib.suppress(FileNotFoundError):
            total += path.stat().st_size
    return total


def test_an_outbox_of_few_bytes_holds_to_them(world):
    w = world
    w.server.stop(signal.SIGKILL)
    w.start_load(4000, 300000)
    time.sleep(2)
    assert bytes_in(w.agent_state / "spool") < 400000
    w.server.start()
    time.sleep(1)
    w.end_load()
    w.drain(300000)
    assert all(a == s + d for a, s, d, _ in u.books(w.server).values())
    assert sum(d for _, _, d, _ in u.books(w.server).values()) > 100


def test_a_sealed_outbox_holds_nothing_to_read(world, tmp_path):
    w = world
    key = tmp_path / "key"
    key.write_text("07" * 32)
    key.chmod(0o600)
    w.server.stop(signal.SIGKILL)
    w.start_load(RATE, 0, key)
    time.sleep(0.7)
    w.kill_load()
    assert not any(b"Load" in p.read_bytes() for p in (w.agent_state / "spool").glob("*.seg"))
    w.server.start()
    w.drain(0, key)
    assert w.posted() <= w.stored()


def test_a_certificate_whose_time_is_over_is_said(world, tmp_path):
    w = world
    who = u.agent_id(w.agent_state)
    (w.agent_state / "agent.pem").write_text(u.certify(w.server, who, tmp_path / "ca", -100, -1))
    w.start_load()
    conftest.wait_for("the sentence", lambda: "is refused: our certificate's time is over: enrol again" in w.said.read_text(), 15)
    w.end_load()
    assert not w.stored()
    assert w.posted()  # it waits


def test_a_certificate_is_renewed_in_time(world, tmp_path):
    w = world
    who = u.agent_id(w.agent_state)
    old = u.certify(w.server, who, tmp_path / "ca", -100, 2)
    (w.agent_state / "agent.pem").write_text(old)
    w.start_load()
    conftest.wait_for("the renewal", lambda: "the certificate is renewed" in w.said.read_text(), 15)
    time.sleep(0.5)
    w.end_load()
    w.drain()
    fresh = (w.agent_state / "agent.pem").read_text()
    assert fresh != old
    assert w.posted() <= w.stored()
    assert u.ask(w.server, "SELECT count(*) FROM agent_note WHERE kind = 'renewed'") == [(1,)]


def test_a_revoked_agent_stops_and_says_so(world):
    w = world
    w.start_load()
    conftest.wait_for("the first items", lambda: u.ask(w.server, "SELECT 1 FROM alert LIMIT 1"), 15)
    admin = w.server.login()
    admin.post(f"/api/v1/agents/{u.agent_id(w.agent_state)}/revoke", {"why": "a test"})
    conftest.wait_for("the sentence", lambda: "is refused" in w.said.read_text() and "revoked" in w.said.read_text(), 15)
    before = u.ask(w.server, "SELECT count(*) FROM alert")
    time.sleep(1)
    assert u.ask(w.server, "SELECT count(*) FROM alert") == before
    w.end_load()


def test_a_server_whose_database_was_put_back_gets_the_rest_declared(world, tmp_path):
    w = world
    w.start_load()
    time.sleep(0.7)
    w.server.stop()
    shutil.copy(w.server.state / "server.db", tmp_path / "older.db")
    w.server.start()
    time.sleep(0.7)
    w.end_load()
    w.drain()
    later = len(w.stored())
    w.server.stop()
    for p in w.server.state.glob("server.db*"):
        p.unlink()
    shutil.copy(tmp_path / "older.db", w.server.state / "server.db")
    w.server.start()
    w.start_load(50)
    time.sleep(0.5)
    w.end_load()
    w.drain()
    assert len(w.stored()) < later + 100
    (acked, stored, dropped, _), = u.books(w.server).values()
    assert dropped > 0 and acked == stored + dropped
