# SPDX-License-Identifier: LGPL-2.1-or-later
"""Every way in which the daemon ends a worker, and every way in which it is told not to."""

import signal
import subprocess
import tempfile
import time
from pathlib import Path

from harness import MIB, PYTHON, EndToEnd, main, names

# Waits for SECONDS, then has a child that takes BYTES as fast as it can.
FORK_LATER = """
import os, sys, time
time.sleep(float(sys.argv[1]))
if os.fork() == 0:
    held = [b"x" * (1 << 20) for _ in range(int(sys.argv[2]) >> 20)]
time.sleep(1000)
"""


class Ends(EndToEnd):
    def test_a_worker_over_its_limit_is_asked_first(self):
        guard = self.guard("[Policy p]\nCgroup={home}/*\nWorkerMemoryMax=96M\nGraceSec=2s\n")
        process = self.creep(self.group("a"), 96, "leave")
        verdict = self.assert_ended(guard, process, "worker-memory")
        self.assertEqual(names(verdict), ["SIGTERM"], verdict)
        self.assertEqual(process.returncode, 3)
        self.assertEqual(verdict["limit"], 96 * MIB)
        self.assertGreater(verdict["value"], 96 * MIB)
        self.assertEqual(verdict["cgroup"], f"{self.home}/a")
        self.assertEqual(verdict["policy"], "p")
        self.assertEqual(verdict["uid"], 0)

    def test_a_worker_that_ignores_the_request_is_killed_after_the_grace(self):
        guard = self.guard("[Policy p]\nCgroup={home}/*\nWorkerMemoryMax=96M\nGraceSec=1s\n")
        process = self.creep(self.group("a"), 96, "ignore")
        verdict = self.assert_ended(guard, process, "worker-memory")
        self.assertEqual(names(verdict), ["SIGTERM", "SIGKILL"], verdict)
        self.assertEqual(process.returncode, -signal.SIGKILL)

    def test_a_worker_that_grows_on_while_it_is_asked_is_killed_at_once(self):
        guard = self.guard("[Policy p]\nCgroup={home}/*\nWorkerMemoryMax=48M\nGraceSec=10min\n")
        process = self.grow(self.group("a"), 40, 400, "ignore")
        self.assert_ended(guard, process, "worker-memory")

    def test_action_kill_asks_nobody(self):
        guard = self.guard("[Policy p]\nCgroup={home}/*\nWorkerMemoryMax=48M\nAction=kill\n")
        verdict = self.assert_ended(guard, self.grow(self.group("a"), 20, 60), "worker-memory")
        self.assertEqual(names(verdict), ["SIGKILL"])

    def test_a_group_loses_the_worker_that_made_it_grow(self):
        guard = self.guard(
            "[Policy p]\nCgroup={home}/*\nGroupMemoryMax=120M\nGrowthWindowSec=5s\nGraceSec=1s\n"
        )
        group = self.group("a")
        large = self.grow(group, 200, 60)
        self.wait_for("the large one", lambda: group.anonymous() > 60 * MIB)
        time.sleep(6)  # its growth is older than the window
        guilty = self.grow(group, 10, 100)
        self.assert_ended(guard, guilty, "group-memory")
        self.assert_lives(large)

    def judge_nested(self, cgroups):
        """A child that was just forked takes its group over a limit that counts the group beside it, which has
        the larger worker; both groups are made after the one that has the limit was found."""
        guard = self.guard(
            f"[Policy p]\nCgroup={cgroups}\nGroupMemoryMax=120M\nGrowthWindowSec=1s\nGraceSec=1s\n"
        )
        self.group("w")
        time.sleep(1)
        large = self.settled(self.group("w/a"), 64)
        parent = self.spawn(self.group("w/b"), [PYTHON, "-c", FORK_LATER, "3.5", str(100 * MIB)])
        verdict = self.wait_for("a verdict", guard.verdicts)[0]
        self.assertEqual((verdict["reason"], verdict["outcome"]), ("group-memory", "ended"))
        self.assertEqual(verdict["cgroup"], f"{self.home}/w/b", verdict)
        self.assertNotEqual(verdict["pid"], parent.pid)
        self.assert_lives(large, parent)

    def test_a_child_of_a_group_below_is_the_one(self):
        self.judge_nested("{home}/w")

    def test_a_child_of_a_group_below_that_is_watched_itself_is_the_one(self):
        self.judge_nested("{home}/w\nCgroup={home}/w/*")

    def judge_replaced(self, before=""):
        """A worker grows while another is replaced by one that loads as much as the last."""
        guard = self.guard(
            before + "[Policy p]\nCgroup={home}/*\nGroupMemoryMax=160M\nGrowthWindowSec=10s\nAction=kill\n"
        )
        group = self.group("a")
        last = self.grow(group, 0, 0, start=60)
        guilty = self.grow(group, 4, 200, start=40)
        self.wait_for("the limit to be near", lambda: group.anonymous() > 140 * MIB)
        last.kill()
        last.wait()
        fresh = self.grow(group, 60, 60)
        self.assert_ended(guard, guilty, "group-memory")
        self.assert_lives(fresh)

    def test_who_takes_the_place_of_another_is_not_the_one(self):
        self.judge_replaced()

    def test_nor_where_another_policy_forgets_sooner(self):
        self.judge_replaced("[Policy vip]\nCgroup={home}/*\nCommand=vip*\nLeakMax=1G\nGrowthWindowSec=100ms\n")

    def test_scope_group_ends_all_of_it_at_once(self):
        guard = self.guard(
            "[Policy p]\nCgroup={home}/*\nGroupMemoryMax=96M\nScope=group\nAction=kill\n"
        )
        group = self.group("a")
        processes = [self.grow(group, 0, 10, start=10) for _ in range(3)]
        processes.append(self.grow(group, 20, 100))
        verdicts = [self.assert_ended(guard, process, "group-memory") for process in processes]
        self.assertEqual(len({verdict["event"] for verdict in verdicts}), 1)
        by = {signal["by"] for verdict in verdicts for signal in verdict["signals"]}
        whole = self.hierarchies.version == 2 or self.hierarchies.unified
        self.assertEqual(by, {"cgroup.kill" if whole else "pidfd"})

    def test_a_group_that_is_not_the_same_in_the_v2_tree_is_killed_by_its_own_processes(self):
        if self.hierarchies.version == 2 or not self.hierarchies.unified:
            self.skipTest("only on a hybrid host can the two trees differ")
        guard = self.guard(
            "[Policy p]\nCgroup={home}/*\nGroupMemoryMax=64M\nScope=group\nAction=kill\n"
        )
        group, other = self.group("a"), self.group("b")
        process, bystander = self.grow(group, 20, 80), self.grow(other, 1, 1)
        # The bystander counts elsewhere, but shares the v2 group: cgroup.kill would take it along.
        (group.folders[1] / "cgroup.procs").write_text(str(bystander.pid))
        verdict = self.assert_ended(guard, process, "group-memory")
        self.assertEqual({signal["by"] for signal in verdict["signals"]}, {"pidfd"})
        self.assert_lives(bystander)

    def test_dry_run_ends_nobody(self):
        guard = self.guard("[Policy p]\nCgroup={home}/*\nWorkerMemoryMax=48M\n", "--dry-run")
        process = self.grow(self.group("a"), 40, 60)
        verdict = self.verdict_on(guard, process)
        self.assertEqual((verdict["outcome"], verdict["signals"]), ("would-have-ended", []))
        time.sleep(2)
        self.assert_lives(process)

    def test_what_is_protected_lives(self):
        guard = self.guard(
            "[Guard]\nProtect={home}/precious\n"
            "[Policy p]\nCgroup={home}/*\nWorkerMemoryMax=48M\nAction=kill\n"
        )
        precious = self.grow(self.group("precious"), 100, 60)
        self.assert_ended(guard, self.grow(self.group("other"), 20, 60), "worker-memory")
        time.sleep(1)
        self.assert_lives(precious)
        self.assertEqual(len(guard.verdicts()), 1)

    def test_action_log_only_tells(self):
        guard = self.guard("[Policy p]\nCgroup={home}/*\nWorkerMemoryMax=48M\nAction=log\n")
        process = self.grow(self.group("a"), 40, 60)
        self.assertEqual(self.verdict_on(guard, process)["outcome"], "logged")
        self.assert_lives(process)

    def test_action_freeze_stops_the_growth(self):
        guard = self.guard("[Policy p]\nCgroup={home}/*\nWorkerMemoryMax=48M\nAction=freeze\n")
        group = self.group("a")
        process = self.grow(group, 20, 400)
        self.assertEqual(self.verdict_on(guard, process)["outcome"], "frozen")
        time.sleep(0.5)
        before = group.anonymous()
        time.sleep(1)
        # The kernel settles its counters late; at 20 MiB a second growth would show.
        self.assertAlmostEqual(group.anonymous(), before, delta=MIB)
        self.assert_lives(process)

    def test_one_that_burns_is_stopped_again_when_it_was_let_run(self):
        guard = self.guard("[Policy p]\nCgroup={home}/*\nCpuTimeMax=400ms\nCpuWindowSec=4s\nAction=freeze\n")
        process = self.worker(self.group("a"), "burn")
        self.wait_for("its freeze", guard.verdicts)
        time.sleep(6)
        self.assertEqual(len(guard.verdicts()), 1)  # stopped, it burns no more
        process.send_signal(signal.SIGCONT)
        self.wait_for("another freeze", lambda: len(guard.verdicts()) > 1)
        for verdict in guard.verdicts():
            self.assertEqual((verdict["reason"], verdict["outcome"]), ("cpu", "frozen"))

    def test_the_kill_budget_stops_a_loop(self):
        guard = self.guard(
            "[Guard]\nKillBudget=2/10min\n"
            "[Policy p]\nCgroup={home}/*\nWorkerMemoryMax=48M\nAction=kill\n"
        )
        group = self.group("a")
        for _ in range(2):
            self.assert_ended(guard, self.grow(group, 100, 60), "worker-memory")
        third = self.grow(group, 100, 60)
        self.assertEqual(self.verdict_on(guard, third)["outcome"], "withheld")
        self.assert_lives(third)

    def test_ten_at_once_are_ten_ends(self):
        guard = self.guard("[Policy p]\nCgroup={home}/*\nWorkerMemoryMax=32M\nGraceSec=1s\n")
        processes = [self.grow(self.group(f"w{i}"), 20, 40, "ignore") for i in range(10)]
        for process in processes:
            self.assert_ended(guard, process, "worker-memory")
        events = {verdict["event"] for verdict in guard.verdicts()}
        self.assertEqual(len(events), 10)

    def test_a_group_made_later_is_found(self):
        guard = self.guard("[Policy p]\nCgroup={home}/**\nWorkerMemoryMax=48M\n")
        time.sleep(2)
        self.assert_ended(guard, self.grow(self.group("late"), 40, 60), "worker-memory")

    def need_swap(self):
        """The machine's, or a file for this test alone."""
        if len(Path("/proc/swaps").read_text().splitlines()) > 1:
            return
        swap = Path(tempfile.mkstemp(prefix="bignum-guard-swap-", dir="/var/tmp")[1])
        self.addCleanup(swap.unlink)
        swap.write_bytes(bytes(256 * MIB))
        for command in (["mkswap", swap], ["swapon", swap]):
            try:
                done = subprocess.run(command, capture_output=True, text=True)
            except FileNotFoundError as error:
                self.skipTest(f"this machine has no swap, and no {error.filename}")
            if done.returncode != 0:
                self.skipTest(f"this machine has no swap, and takes none: {done.stderr.strip()}")
        self.addCleanup(subprocess.run, ["swapoff", swap], check=True)

    def test_swapped_memory_counts(self):
        self.need_swap()
        guard = self.guard("[Policy p]\nCgroup={home}/*\nWorkerMemoryMax=96M\n")
        group = self.group("a")
        group.limit(48 * MIB)  # the rest has to go to swap
        self.assert_ended(guard, self.grow(group, 20, 160), "worker-memory", 120)


if __name__ == "__main__":
    main()
