# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the end-to-end tests stand on: the daemon that was built, groups of their own on this machine's
cgroups, real workers in them. Nothing is left when a test ends, however it ends."""

import os
import secrets
import shutil
import sys
import tempfile
import time
import unittest
from pathlib import Path

TESTS = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(TESTS / "support"))

from cgroups import Group, Hierarchies, Lacking
from guard import Guard, start_time
from workers import environment

BUILD = Path(os.environ.get("BNG_BUILD", TESTS.parent / "build/gcc"))
WORKERS = TESTS / "workers"
PYTHON = "/usr/bin/python3"
FENCE = 1 << 30  # the kernel's limit behind every group, should the daemon fail
MIB = 1 << 20
SKIPPED = 77


def is_sanitized():
    """Was the daemon built with AddressSanitizer?"""
    return b"__asan_init" in (BUILD / "daemon/bignum-guardd").read_bytes()


class EndToEnd(unittest.TestCase):
    """One test: self.home is a fresh group that holds the test's groups, self.folder a fresh folder."""

    @classmethod
    def setUpClass(cls):
        try:
            cls.hierarchies = Hierarchies()
            cls.hierarchies.check()
        except Lacking as lacking:
            raise unittest.SkipTest(str(lacking)) from lacking
        cls.addClassCleanup(cls.hierarchies.restore)

    def setUp(self):
        self.folder = Path(tempfile.mkdtemp(prefix="bignum-guard-e2e-"))
        self.addCleanup(shutil.rmtree, self.folder)
        self.home = f"/bignum-guard-e2e-{os.getpid()}-{secrets.token_hex(2)}"
        self.addCleanup(Group(self.hierarchies, self.home, parent=True).remove)
        for name in ("state", "run"):
            (self.folder / name).mkdir(mode=0o700)
        self.log = open(self.folder / "workers", "wb")
        self.addCleanup(self.log.close)
        self.processes = []
        self.addCleanup(self.reap)

    def reap(self):
        for process in self.processes:
            process.kill()
            process.wait()

    def group(self, name):
        group = Group(self.hierarchies, f"{self.home}/{name}")
        self.addCleanup(group.remove)
        group.limit(FENCE)
        return group

    def sparse_file(self):
        """A file of 512 MiB that takes no room, to be read into page cache."""
        sparse = BUILD / "meson-private" / f"sparse-{self.home[1:]}"
        with open(sparse, "wb") as file:
            self.addCleanup(sparse.unlink)
            file.truncate(512 * MIB)
        return sparse

    def configure(self, text):
        """Writes the configuration; {home} in it is the test's group."""
        config = self.folder / "test.conf"
        config.write_text(text.replace("{home}", self.home))
        return config

    def guard(self, text, *options):
        """The daemon, running with this configuration."""
        folder = self.folder
        guard = Guard(BUILD, self.configure(text), folder / "state", folder / "run", *options)
        self.addCleanup(self.end_guard, guard)
        return guard.start()

    def end_guard(self, guard):
        """A daemon that a sanitizer stopped, or that does not end when told, fails its test."""
        if guard.process and guard.process.poll() is None:
            status = guard.stop()
            self.assertEqual(status, 0, f"the daemon's end: {guard.said()}")
        guard.kill()
        said = guard.said()
        for word in ("AddressSanitizer", "runtime error:", "LeakSanitizer"):
            self.assertNotIn(word, said)

    def spawn(self, group, command):
        process = group.spawn(
            [str(word) for word in command],
            env=environment(BUILD),
            stdout=self.log,
            stderr=self.log,
            start_new_session=True,
        )
        self.processes.append(process)
        process.identity = (process.pid, start_time(process.pid))
        return process

    def worker(self, group, name, *arguments):
        return self.spawn(group, [PYTHON, WORKERS / f"{name}.py", *arguments])

    def grow(self, group, rate, total, on_term="", start=0):
        """A worker that takes `start` MiB at once, then `rate` a second until it holds `total`."""
        sizes = [int(size * MIB) for size in (start, rate, total)]
        return self.worker(group, "grow", *sizes, on_term)

    def creep(self, group, limit, on_term=""):
        """A worker that passes a limit of so many MiB so slowly that there is time to ask it."""
        return self.grow(group, 1, limit + 1, on_term, start=limit - 8)

    def settled(self, group, size, on_term=""):
        """A worker that has taken so many MiB and grows no more: a daemon that learns of it only now sees that it has
        time for any grace, however fast it looks."""
        process = self.grow(group, 0, size, on_term, start=size)
        full = b"holds %d\n" % process.pid
        self.wait_for("its size", lambda: full in (self.folder / "workers").read_bytes())
        return process

    def wait_for(self, what, condition, seconds=60):
        """The first true answer. The time is only there so that a failure ends."""
        deadline = time.monotonic() + seconds
        while True:
            answer = condition()
            if answer:
                return answer
            if time.monotonic() > deadline:
                self.fail(f"{what}: not within {seconds} s; the daemon said\n{self.last_said()}")
            time.sleep(0.05)

    def last_said(self, lines=30):
        log = self.folder / "run/log"
        return "\n".join(log.read_text(errors="replace").splitlines()[-lines:]) if log.exists() else "nothing"

    def verdict_on(self, guard, process, seconds=60):
        def mine():
            pid, start = process.identity
            every = guard.verdicts()
            return [v for v in every if (v["pid"], v.get("start_time")) == (pid, start)]

        found = self.wait_for(f"a verdict on {process.args}", mine, seconds)
        self.assertEqual(len(found), 1, found)
        return found[0]

    def assert_ended(self, guard, process, reason, seconds=60):
        verdict = self.verdict_on(guard, process, seconds)
        self.assertEqual((verdict["reason"], verdict["outcome"]), (reason, "ended"), verdict)
        self.wait_for("its death", lambda: process.poll() is not None)
        return verdict

    def assert_lives(self, *processes):
        for process in processes:
            self.assertIsNone(process.poll(), f"{process.args} ended")


def names(verdict):
    """The names of the signals that a verdict lists."""
    return [signal["name"] for signal in verdict["signals"]]


def main():
    """Runs the file's tests; skipped tests say why, and a file of nothing else is skipped as a whole."""
    program = unittest.main(module="__main__", exit=False, verbosity=2)
    result = program.result
    for _, reason in result.skipped:
        print(reason)
    if not result.wasSuccessful():
        sys.exit(1)
    sys.exit(SKIPPED if result.skipped and len(result.skipped) >= max(1, result.testsRun) else 0)
