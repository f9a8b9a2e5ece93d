# SPDX-License-Identifier: LGPL-2.1-or-later
"""Others who end the same workers at the same moment, or in their grace: the verdict says whose death it was, nobody
else ends for it, and what others did is not charged to the budget."""

import json
import signal
import time

from harness import MIB, EndToEnd, main, names
from kernel import may_read_the_log

# Limits that the runaways pass at some 200 MiB a second.
RUNAWAY = "[Guard]\nKillBudget=100/10min\n[Policy p]\nCgroup={home}/w\nGrowthWindowSec=2s\n"
ASKED = "[Policy p]\nCgroup={home}/w\nWorkerMemoryMax=64M\nGraceSec=%s\n"


class Killers(EndToEnd):
    def said(self):
        return (self.folder / "workers").read_bytes()

    def asked(self, grace):
        """A daemon, and a worker that it has asked to end and that does not."""
        self.watched = self.group("w")
        process = self.settled(self.watched, 80, "ignore-loudly")
        guard = self.guard(ASKED % grace)
        self.wait_for("SIGTERM", lambda: b"asked" in self.said())
        return guard, process

    def judge_asked(self, end):
        guard, process = self.asked("10min")
        end(process)
        verdict = self.assert_ended(guard, process, "worker-memory")
        self.assertEqual(names(verdict), ["SIGTERM"])
        return verdict

    def test_another_daemon_in_the_grace(self):
        verdict = self.judge_asked(lambda process: process.kill())
        self.assertEqual(verdict.get("killed_by"), "others", verdict)
        self.assertIn("SIGTERM, then killed by others", verdict["message"])

    def test_another_daemon_that_kills_the_group_in_the_grace(self):
        group = self.hierarchies.unified or self.hierarchies.memory
        kill = lambda process: (group / self.home[1:] / "w/cgroup.kill").write_text("1")
        self.assertEqual(self.judge_asked(kill).get("killed_by"), "others")

    def test_the_kernel_in_the_grace(self):
        if not may_read_the_log():
            self.skipTest("the kernel's log may not be read here")
        verdict = self.judge_asked(self.fill)
        self.assertEqual(verdict.get("killed_by"), "kernel", verdict)
        self.assertIn("SIGTERM, then killed by the kernel", verdict["message"])

    def fill(self, process):
        """The group comes to the kernel's limit by somebody else in it, and the kernel ends the largest."""
        size = self.watched.usage() + 16 * MIB
        self.watched.limit(size)
        self.watched.limit_swap(size)
        self.grow(self.watched, 10, 40)

    def test_nobody_else_in_the_grace(self):
        guard, process = self.asked("1s")
        verdict = self.assert_ended(guard, process, "worker-memory")
        self.assertEqual(names(verdict), ["SIGTERM", "SIGKILL"])
        self.assertNotIn("killed_by", verdict)

    def race(self, lines, others=signal.SIGKILL):
        """One after the other runs away, and somebody ends each at the limit as well. Who was beside them lives."""
        guard = self.guard(RUNAWAY + lines)
        group = self.group("w")
        beside = [self.grow(group, 0, 0, start=20) for _ in range(2)]
        self.wait_for("their memory", lambda: group.anonymous() > 40 * MIB)
        time.sleep(3)
        runaways = []
        with open(group.usage_file()) as usage:
            for number in range(6):
                runaways.append(self.grow(group, 200, 300))
                while runaways[-1].poll() is None:
                    usage.seek(0)
                    if int(usage.read()) > 120 * MIB + number * MIB // 2:
                        runaways[-1].send_signal(others)
                        break
                    time.sleep(0.0005)
                runaways[-1].wait()
                time.sleep(0.5)
        time.sleep(1)
        self.assert_lives(*beside)
        known = {process.pid for process in runaways}
        verdicts = guard.verdicts()
        self.assertLessEqual({verdict["pid"] for verdict in verdicts}, known, verdicts)
        self.assertEqual(len({verdict["pid"] for verdict in verdicts}), len(verdicts), verdicts)
        for verdict in verdicts:
            self.assertEqual(verdict["outcome"] == "gone", verdict["signals"] == [], verdict)
        self.wait_for("the budget", lambda: self.charged() == self.signalled(guard))

    def charged(self):
        file = self.folder / "state/budget.json"
        return len(json.loads(file.read_text())["ends"].get("p", [])) if file.exists() else 0

    @staticmethod
    def signalled(guard):
        return sum(bool(verdict["signals"]) for verdict in guard.verdicts())

    def test_another_daemon_at_the_same_moment(self):
        self.race("GroupMemoryMax=120M\nAction=kill\n")

    def test_another_daemon_at_the_same_moment_that_asks_first(self):
        self.race("WorkerMemoryMax=80M\nGraceSec=1s\n", signal.SIGTERM)


if __name__ == "__main__":
    main()
