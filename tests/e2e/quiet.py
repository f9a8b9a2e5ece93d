# SPDX-License-Identifier: LGPL-2.1-or-later
"""With nothing to watch the daemon sleeps: it wakes for its watchdog, and for nothing else. The groups are a
fixture, where nobody else makes any."""

import os
import shutil
import tempfile
import time
import unittest
from pathlib import Path

from harness import BUILD, MIB, TESTS, main
from guard import Guard, wakeups

PINGS = 4  # the daemon pings so often in the time of its watchdog
SECONDS = 2
LIMIT = 64 * MIB
PAGE = os.sysconf("SC_PAGE_SIZE")
PIDS_FROM = 10000
PATIENCE = 60
MEMORY = Path("/dev/shm")  # tens of thousands of files take a disk long


class Quiet(unittest.TestCase):
    def setUp(self):
        self.folder = Path(tempfile.mkdtemp(prefix="bignum-guard-e2e-", dir=MEMORY if MEMORY.is_dir() else None))
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
                    woken = wakeups(guard.process.pid) - before
                    pings = self.pings(guard)
                    # One may be between its timer and its message.
                    self.assertLessEqual(woken, pings + 1 if watchdog else 0)
                    end = time.monotonic() + PATIENCE
                    while watchdog and pings < PINGS and time.monotonic() < end:
                        pings += self.pings(guard)
                    self.assertGreaterEqual(pings, PINGS if watchdog else 0)
                    self.assertEqual(guard.stop(), 0)

    def put(self, folder, files):
        folder.mkdir()
        for name, text in files.items():
            (folder / name).write_text(text)

    def group(self, folder, anon, pids):
        files = {
            "cgroup.procs": "".join(f"{pid}\n" for pid in pids),
            "cgroup.events": f"populated {len(pids)}\nfrozen 0\n",
            "memory.current": f"{anon}\n",
            "memory.max": "max\n",
            "memory.high": "max\n",
            "memory.swap.current": "0\n",
            "memory.stat": f"anon {anon}\nshmem 0\nactive_file 0\ninactive_file 0\n",
            "memory.events.local": "low 0\nhigh 0\nmax 0\noom 0\noom_kill 0\n",
        }
        self.put(folder, files)

    def process(self, pid, path, anon):
        files = {
            "stat": f"{pid} (w) S 1 {pid} {pid} 0 -1 4194304 1 2 3 4 5 6 7 8 20 0 1 0 {pid} 1 1\n",
            "statm": f"{anon // PAGE + 50} {anon // PAGE + 50} 50 1 0 {anon // PAGE} 0\n",
            "status": "Uid:\t33\t33\t33\t33\nVmSwap:\t0 kB\n",
            "cgroup": f"0::{path}\n",
            "comm": "w\n",
            "cmdline": "w\0",
        }
        self.put(self.folder / f"proc/{pid}", files)

    def groups(self, name, count, anon=0):
        """So many groups that a policy names, with a process of so many bytes in each if it has any; the guard of them."""
        root = self.folder / "cgroup" / name
        self.group(root, anon * count, [])
        for i in range(count):
            pids = [PIDS_FROM + i] if anon else []
            self.group(root / f"g{i}", anon, pids)
            for pid in pids:
                self.process(pid, f"/{name}/g{i}", anon)
        return self.guard(f"[Policy p]\nCgroup=/{name}/*\nWorkerMemoryMax={LIMIT}\n", None)

    def test_thousands_of_empty_groups_keep_nobody_waiting(self):
        guard = self.groups("empty", 2500)
        time.sleep(1)
        for _ in range(3):
            self.assertEqual(guard.bng("status").returncode, 0)
        self.assertEqual(guard.stop(), 0)

    def test_more_groups_near_their_limit_than_can_be_looked_at_keep_nobody_waiting(self):
        guard = self.groups("near", 1000, LIMIT - 2 * MIB)
        time.sleep(1)
        for _ in range(3):
            self.assertEqual(guard.bng("status").returncode, 0)
        self.group(self.folder / "late", LIMIT + 2 * MIB, [PIDS_FROM - 1])
        self.process(PIDS_FROM - 1, "/near/late", LIMIT + 2 * MIB)
        (self.folder / "late").rename(self.folder / "cgroup/near/late")  # with all its files, as the kernel makes one
        end = time.monotonic() + PATIENCE
        while not guard.verdicts() and time.monotonic() < end:
            time.sleep(0.1)
        self.assertEqual([verdict["pid"] for verdict in guard.verdicts()], [PIDS_FROM - 1])
        self.assertEqual(guard.stop(), 0)


if __name__ == "__main__":
    main()
