# SPDX-License-Identifier: LGPL-2.1-or-later
"""With nothing to watch the daemon sleeps: it wakes for its watchdog, and for nothing else. The groups are a
fixture, where nobody else makes any."""

import shutil
import tempfile
import time
import unittest
from pathlib import Path

from harness import BUILD, TESTS, main
from guard import Guard, wakeups

PINGS = 4  # the daemon pings so often in the time of its watchdog
SECONDS = 2


class Quiet(unittest.TestCase):
    def setUp(self):
        self.folder = Path(tempfile.mkdtemp(prefix="bignum-guard-e2e-"))
        self.addCleanup(shutil.rmtree, self.folder)
        for name in ("state", "run"):
            (self.folder / name).mkdir(mode=0o700)
        for name in ("proc", "cgroup"):
            shutil.copytree(TESTS / "fixtures/v2" / name, self.folder / name)

    def guard(self, text, watchdog):
        (self.folder / "conf").write_text(text)
        roots = ["--procfs", self.folder / "proc", "--cgroupfs", self.folder / "cgroup"]
        guard = Guard(
            BUILD, self.folder / "conf", self.folder / "state", self.folder / "run", *roots
        )
        if watchdog:
            guard.environment["WATCHDOG_USEC"] = str(int(watchdog * 1e6))
        self.addCleanup(guard.kill)
        return guard.start()

    def pings(self, guard):
        """How many came since the last time."""
        guard.wait_for_notification("never", 0.2)
        count = guard.heard.splitlines().count("WATCHDOG=1")
        guard.heard = ""
        return count

    def settle(self, guard):
        """What a start leaves to be done is over when a second passes in which nothing happens but pings."""
        for _ in range(60):
            before, heard = wakeups(guard.process.pid), self.pings(guard)
            time.sleep(1)
            heard = self.pings(guard)
            if wakeups(guard.process.pid) - before <= heard:
                return
        self.fail("it never comes to rest")

    def test_no_wake_up_but_the_watchdogs(self):
        for text in ("[Guard]\n", "[Policy p]\nCgroup=/nobody/*\nWorkerMemoryMax=64M\nLeakMax=1M\n"):
            for watchdog in (None, SECONDS):
                with self.subTest(policy=text, watchdog=watchdog):
                    guard = self.guard(text, watchdog)
                    self.settle(guard)
                    before = wakeups(guard.process.pid)
                    time.sleep(SECONDS)
                    pings = self.pings(guard)
                    woken = wakeups(guard.process.pid) - before
                    # One may be between its timer and its message.
                    self.assertLessEqual(woken, pings + 1 if watchdog else 0)
                    if watchdog:
                        self.assertGreaterEqual(pings, PINGS // 2)
                    self.assertEqual(guard.stop(), 0)

    def groups(self, name, count):
        """So many groups that a policy names, and that nobody is in; the guard of them."""
        root = self.folder / "cgroup" / name
        root.mkdir()
        files = {
            "cgroup.procs": "",
            "cgroup.events": "populated 0\nfrozen 0\n",
            "memory.current": "0\n",
            "memory.max": "max\n",
            "memory.high": "max\n",
            "memory.swap.current": "0\n",
            "memory.stat": "anon 0\nshmem 0\nactive_file 0\ninactive_file 0\n",
            "memory.events.local": "low 0\nhigh 0\nmax 0\noom 0\noom_kill 0\n",
        }
        for i in range(count):
            group = root / f"g{i}"
            group.mkdir()
            for file, text in files.items():
                (group / file).write_text(text)
        text = f"[Policy p]\nCgroup=/{name}/*\nWorkerMemoryMax=64M\n"
        return self.guard(text, None)

    def test_thousands_of_empty_groups_keep_nobody_waiting(self):
        guard = self.groups("empty", 2500)
        time.sleep(1)
        for _ in range(3):
            self.assertEqual(guard.bng("status").returncode, 0)
        self.assertEqual(guard.stop(), 0)


if __name__ == "__main__":
    main()
