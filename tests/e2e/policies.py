# SPDX-License-Identifier: LGPL-2.1-or-later
"""What policies say beyond sizes: CPU time, reports before the end, shares, loops, families."""

import time

from harness import MIB, EndToEnd, main, names


class CpuTime(EndToEnd):
    BURNS = "[Policy p]\nCgroup={home}/*\nCpuTimeMax=500ms\nCpuWindowSec=2s\n"

    def test_a_power_that_burns_without_growing_is_ended(self):
        guard = self.guard(self.BURNS)
        idle = self.grow(self.group("idle"), 1, 20)
        burning = self.worker(self.group("a"), "burn")
        verdict = self.assert_ended(guard, burning, "cpu")
        self.assertEqual((verdict["limit"], verdict["window"]), (0.5, 2.0))
        self.assertGreater(verdict["value"], 0.5)
        self.assertEqual(names(verdict)[0], "SIGTERM")
        self.assertIn("of CPU time in 2s (CpuTimeMax=500ms of policy p)", verdict["message"])
        self.assert_lives(idle)

    def test_a_group_burns_by_all_of_its_processes(self):
        guard = self.guard(
            "[Policy p]\nCgroup={home}/*\nCpuTimeMax=500ms\nCpuWindowSec=2s\nScope=group\nGraceSec=1s\n"
        )
        group = self.group("a")
        sleeping = self.grow(group, 1, 10)
        burning = self.worker(group, "burn")
        verdict = self.assert_ended(guard, burning, "cpu")
        self.assertEqual(verdict["event"], self.assert_ended(guard, sleeping, "cpu")["event"])

    def test_one_that_computes_now_and_then_lives(self):
        guard = self.guard(self.BURNS)
        process = self.grow(self.group("a"), 10, 60)
        time.sleep(5)
        self.assert_lives(process)
        self.assertEqual(guard.verdicts(), [])


if __name__ == "__main__":
    main()
