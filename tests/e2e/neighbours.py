# SPDX-License-Identifier: LGPL-2.1-or-later
"""Who only looks like a runaway is left alone, however long the daemon looks."""

import os
import signal
import time

from harness import MIB, EndToEnd, main

POLICY = "[Policy p]\nCgroup={home}/*\nWorkerMemoryMax=%s\nGroupMemoryMax=%s\n"
LEAK = "LeakMax=1G\nLeakWindowSec=6s\n"


class Neighbours(EndToEnd):
    def test_page_cache_is_not_the_workers_memory(self):
        guard = self.guard(POLICY % ("48M", "48M"))
        group = self.group("reader")
        sparse = self.sparse_file()
        reader = self.worker(group, "page-cache", sparse)
        self.wait_for("cache of twice the limit", lambda: group.cache() > 96 * MIB)
        time.sleep(2)
        self.assert_lives(reader)
        self.assertEqual(guard.verdicts(), [])

    def test_pages_that_a_fork_shares_count_once(self):
        guard = self.guard(POLICY.replace("/*", "/forked") % ("80M", "infinity"))
        # Before it forks the parent alone holds too much: it only comes under the policy afterwards.
        elsewhere, forked = self.group("elsewhere"), self.group("forked")
        parent = self.worker(elsewhere, "fork-shares", 120 * MIB, 4)
        self.wait_for("the children", lambda: len(elsewhere.pids()) == 5)
        for pid in elsewhere.pids():
            for folder in forked.folders:
                (folder / "cgroup.procs").write_text(str(pid))
        time.sleep(6)
        self.assert_lives(parent)
        self.assertEqual(len(forked.pids()), 5)
        self.assertEqual(guard.verdicts(), [])

    def test_the_child_that_grows_on_its_own_is_the_one(self):
        guard = self.guard(POLICY.replace("/*", "/forked") % ("200M", "infinity"))
        elsewhere, forked = self.group("elsewhere"), self.group("forked")
        parent = self.worker(elsewhere, "fork-shares", 400 * MIB, 4)
        self.wait_for("the children", lambda: len(elsewhere.pids()) == 5)
        pids = elsewhere.pids()
        children = [pid for pid in pids if pid != parent.pid]
        for pid in pids:
            for folder in forked.folders:
                (folder / "cgroup.procs").write_text(str(pid))
        time.sleep(6)
        self.assertEqual(guard.verdicts(), [])
        os.kill(children[2], signal.SIGUSR1)
        verdict = self.wait_for("a verdict", lambda: guard.verdicts() and guard.verdicts()[0])
        self.assertEqual((verdict["pid"], verdict["outcome"]), (children[2], "ended"), verdict)
        self.assertGreater(verdict["value"], 200 * MIB)
        time.sleep(2)
        self.assertEqual(len(guard.verdicts()), 1)
        self.assert_lives(parent)
        self.assertEqual(len(forked.pids()), 4)

    def test_a_fall_and_rise_is_no_leak_and_a_leak_is_one(self):
        guard = self.guard(POLICY % ("512M", "infinity") + LEAK)
        mended = self.worker(self.group("mended"), "weakref-fixed")
        sawtooth = self.worker(self.group("sawtooth"), "sawtooth")
        peak = self.worker(self.group("peak"), "temporary-peak")
        cycles = self.worker(self.group("cycles"), "leak-cycles")
        extension = self.worker(self.group("extension"), "leak-extension")
        for leaking in (cycles, extension):
            verdict = self.assert_ended(guard, leaking, "leak", 90)
            self.assertGreater(verdict["rate"], 0)
            self.assertLess(verdict["peak"], 256 * MIB)
        time.sleep(8)
        self.assert_lives(mended, sawtooth, peak)
        self.assertEqual(len(guard.verdicts()), 2)

    def test_a_step_that_stays_is_no_leak(self):
        guard = self.guard(POLICY % ("512M", "infinity") + LEAK)
        process = self.grow(self.group("step"), 60, 120)
        time.sleep(16)
        self.assert_lives(process)
        self.assertEqual(guard.verdicts(), [])


if __name__ == "__main__":
    main()
