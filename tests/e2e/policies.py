# SPDX-License-Identifier: LGPL-2.1-or-later
"""What policies say beyond sizes: CPU time, reports before the end, shares, loops, families."""

import signal
import subprocess
import time

from harness import MIB, PYTHON, EndToEnd, main, names


class CpuTime(EndToEnd):
    # A tenth of a core: as much is left for one that burns on a machine that has others to serve.
    BURNS = "[Policy p]\nCgroup={home}/*\nCpuTimeMax=400ms\nCpuWindowSec=4s\n"

    def test_a_power_that_burns_without_growing_is_ended(self):
        guard = self.guard(self.BURNS)
        idle = self.grow(self.group("idle"), 1, 20)
        burning = self.worker(self.group("a"), "burn")
        verdict = self.assert_ended(guard, burning, "cpu")
        self.assertEqual((verdict["limit"], verdict["window"]), (0.4, 4.0))
        self.assertGreater(verdict["value"], 0.4)
        self.assertEqual(names(verdict)[0], "SIGTERM")
        self.assertIn("of CPU time in 4s (CpuTimeMax=400ms of policy p)", verdict["message"])
        self.assert_lives(idle)

    def test_a_group_burns_by_all_of_its_processes(self):
        guard = self.guard(
            "[Policy p]\nCgroup={home}/*\nCpuTimeMax=400ms\nCpuWindowSec=4s\nScope=group\nGraceSec=1s\n"
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


# Takes so many MiB and is stuck. When asked it dumps its stack, or takes a lot.
REPORTS = """
import faulthandler, signal, sys, time
if sys.argv[2] == "handles":
    faulthandler.register(signal.SIGUSR1)
if sys.argv[2] == "grows":
    signal.signal(signal.SIGUSR1, lambda *_: held.append(b"x" * (200 << 20)))
def stuck_in_the_request():
    global held
    held = [b"x" * (int(sys.argv[1]) << 20)]
    print("full", flush=True)
    while True:
        time.sleep(1)
stuck_in_the_request()
"""


class Shares(EndToEnd):
    def test_a_share_of_the_group_follows_its_limit(self):
        guard = self.guard("[Policy p]\nCgroup={home}/*\nWorkerMemoryMax=60% of group\n")
        group = self.group("a")
        process = self.grow(group, 40, 100)
        self.wait_for("its size", lambda: group.anonymous() > 100 * MIB)
        time.sleep(2)
        self.assert_lives(process)
        group.limit(160 * MIB)
        verdict = self.assert_ended(guard, process, "worker-memory")
        self.assertEqual(verdict["limit"], 96 * MIB)

    def test_a_share_follows_a_limit_far_above_it(self):
        """There are so many groups that their lists are read once in a minute."""
        box = self.group("box")
        for i in range(400):
            self.group(f"box/{i}")
        deep = self.group("box/w")
        guard = self.guard("[Policy p]\nCgroup={home}/box/*\nWorkerMemoryMax=50% of group\nAction=kill\n")
        process = self.grow(deep, 0, 0, start=64)
        self.wait_for("it is watched", lambda: "is watched" in guard.bng("explain", str(process.pid)).stdout)
        time.sleep(3)
        self.assert_lives(process)
        box.limit(110 * MIB)
        self.assert_ended(guard, process, "worker-memory", 30)


# Burns until it is asked to end, and does not.
DEAF = """
import signal, time
held = b"x" * (100 << 20)
signal.signal(signal.SIGTERM, lambda *_: time.sleep(1 << 20))
while True:
    pass
"""


class Graces(EndToEnd):
    def test_another_runaway_is_met(self):
        guard = self.guard(
            "[Policy p]\nCgroup={home}/*\nGroupMemoryMax=160M\nCpuTimeMax=400ms\nCpuWindowSec=4s\nGraceSec=10min\n"
        )
        group = self.group("a")
        deaf = self.spawn(group, [PYTHON, "-c", DEAF])
        self.wait_for("its grace", lambda: "SIGTERM, and SIGKILL after" in guard.said())
        # What the dying holds takes the group over its limit, and that is nobody else's.
        innocent = self.grow(group, 5, 80, start=60)
        self.wait_for("its size", lambda: group.anonymous() > 180 * MIB)
        time.sleep(2)
        self.assertEqual(guard.verdicts(), [])
        self.assert_ended(guard, self.grow(group, 60, 700), "group-memory")
        self.assert_lives(innocent, deaf)


    def test_a_group_is_ended_with_one_that_is_in_its_grace(self):
        guard = self.guard(
            "[Policy inner]\nCgroup={home}/a/deaf\nCpuTimeMax=400ms\nCpuWindowSec=4s\nGraceSec=10min\n"
            "[Policy outer]\nCgroup={home}/a\nGroupMemoryMax=160M\nScope=group\nAction=kill\n"
        )
        group = self.group("a")
        deaf = self.spawn(self.group("a/deaf"), [PYTHON, "-c", DEAF])
        self.wait_for("its grace", lambda: "SIGTERM, and SIGKILL after" in guard.said())
        # What the dying holds takes the group over its limit, and that is no reason to end all.
        innocent = self.grow(self.group("a/b"), 5, 80, start=60)
        self.wait_for("its size", lambda: group.anonymous() > 180 * MIB)
        time.sleep(2)
        self.assertEqual(guard.verdicts(), [])
        runaway = self.grow(self.group("a/c"), 60, 700)
        self.assert_ended(guard, runaway, "group-memory")
        self.assert_ended(guard, innocent, "group-memory")
        verdict = self.assert_ended(guard, deaf, "cpu")
        self.assertEqual(names(verdict), ["SIGTERM", "SIGKILL"])
        self.assertEqual(len(guard.verdicts()), 3)


class Reloads(EndToEnd):
    """What was told, or stopped, is ended once a reload says so."""

    POLICY = "[Policy p]\nCgroup={home}/*\nWorkerMemoryMax=96M\nAction="

    def ends_after(self, first, outcome):
        guard = self.guard(first)
        process = self.grow(self.group("a"), 100, 120)
        self.assertEqual(self.verdict_on(guard, process)["outcome"], outcome)
        self.configure(self.POLICY + "kill\n")
        guard.signal(signal.SIGHUP)
        self.wait_for("its end", lambda: process.poll() is not None)
        self.assertEqual([verdict["outcome"] for verdict in guard.verdicts()][:1], [outcome])

    def test_from_a_dry_run(self):
        self.ends_after("[Guard]\nDryRun=yes\n" + self.POLICY + "kill\n", "would-have-ended")

    def test_from_logging(self):
        self.ends_after(self.POLICY + "log\n", "logged")

    def test_from_a_freeze(self):
        self.ends_after(self.POLICY + "freeze\n", "frozen")


class CrashLoops(EndToEnd):
    POLICY = "[Policy p]\nCgroup={home}/*\nWorkerMemoryMax=48M\nAction=kill\nCrashLoop=3/10min\n"

    def loop(self, group, rate, total, start):
        """A supervisor that starts a worker again as soon as it is dead, until one has lived for a while."""
        for ended in range(6):
            process = self.grow(group, rate, total, start=start)
            try:
                process.wait(12)
            except subprocess.TimeoutExpired:
                return ended, process
        return 6, process

    def test_one_that_starts_over_its_limit_is_left_alone_in_the_end(self):
        guard = self.guard(self.POLICY)
        group = self.group("a")
        ended, process = self.loop(group, 6, 55, 32)
        self.assertEqual(ended, 3)
        verdict = self.verdict_on(guard, process)
        self.assertEqual((verdict["reason"], verdict["outcome"]), ("crash-loop", "logged"))
        self.assertEqual(verdict["limit"], 48 * MIB)
        self.assertIn("raise the limit, or make it smaller", verdict["message"])
        # It is no licence: another one that grows through that is ended.
        runaway = self.grow(group, 20, 200)
        self.assert_ended(guard, runaway, "worker-memory")
        self.assert_lives(process)

    def test_one_that_runs_away_again_and_again_is_ended_again_and_again(self):
        guard = self.guard(self.POLICY)
        ended, process = self.loop(self.group("a"), 20, 1000, 0)
        self.assertEqual(ended, 6)
        reasons = {(v["reason"], v["outcome"]) for v in guard.verdicts()}
        self.assertEqual(reasons, {("worker-memory", "ended")})

    def test_when_the_budget_is_used_up_the_loop_is_named(self):
        guard = self.guard("[Guard]\nKillBudget=3/10min\n" + self.POLICY)
        group = self.group("a")
        for _ in range(3):
            self.assert_ended(guard, self.grow(group, 100, 60), "worker-memory")
        verdict = self.verdict_on(guard, self.grow(group, 100, 200))
        self.assertEqual((verdict["reason"], verdict["outcome"]), ("crash-loop", "withheld"))


class Frozen(EndToEnd):
    def test_one_that_is_continued_in_a_dry_run_is_told_of_once(self):
        text = "[Guard]\nDryRun=%s\n[Policy p]\nCgroup={home}/*\nWorkerMemoryMax=48M\nAction=freeze\n"
        guard = self.guard(text % "no")
        process = self.grow(self.group("a"), 30, 120)
        self.assertEqual(self.verdict_on(guard, process)["outcome"], "frozen")
        self.configure(text % "yes")
        self.assertEqual(guard.bng("reload").returncode, 0)
        self.assertIn("It is frozen", guard.bng("explain", str(process.pid)).stdout)
        process.send_signal(signal.SIGCONT)
        self.wait_for("another verdict", lambda: len(guard.verdicts()) > 1)
        time.sleep(2)
        self.assertEqual([v["outcome"] for v in guard.verdicts()], ["frozen", "would-have-ended"])
        self.assertIn("It is watched", guard.bng("explain", str(process.pid)).stdout)


# Adopts what a child of its own leaves behind: one of 4 MiB each quarter of a second, in a session of its own.
ADOPTER = """
import ctypes, os, time
ctypes.CDLL(None).prctl(36, 1)  # PR_SET_CHILD_SUBREAPER
if os.fork() == 0:
    while True:
        if os.fork() == 0:
            os.setsid()
            if os.fork() == 0:
                held = b"x" * (4 << 20)
                time.sleep(1000)
            os._exit(0)
        os.wait()
        time.sleep(0.25)
while True:
    time.sleep(1000)
"""

# Starts so many children, and those that "grow" take 2 MiB ten times a second; a "spawner" starts one of
# 4 MiB each quarter of a second, for ever. Says who they are.
PARENT = """
import os, sys, time
how, count = sys.argv[1], int(sys.argv[2])
def child(grows, size):
    pid = os.fork()
    if pid == 0:
        held = [b"x" * size]
        while True:
            time.sleep(0.1)
            if grows:
                held.append(b"x" * (2 << 20))
    print("child", pid, flush=True)
for i in range(count):
    child(how == "all" or (how == "one" and i == 1), 1 << 20)
while True:
    time.sleep(0.25)
    if how == "spawner":
        child(False, 4 << 20)
"""


class Families(EndToEnd):
    LEAK = "[Policy p]\nCgroup={home}/*\nLeakMax=256M\nLeakWindowSec=5s\nGraceSec=1s\n"

    def start(self, group, *arguments):
        return self.spawn(group, [PYTHON, "-c", PARENT, *arguments])

    def children(self, count):
        lines = (self.folder / "workers").read_bytes().decode().split("\n")
        return [int(line.split()[1]) for line in lines if line.startswith("child")][:count]

    def test_who_leaks_by_starting_processes_ends_with_them(self):
        guard = self.guard(self.LEAK)
        group = self.group("a")
        bystander = self.grow(group, 10, 10)
        parent = self.start(group, "spawner", "0")
        verdict = self.assert_ended(guard, parent, "leak")
        self.assertGreater(verdict["family"], 8)
        self.assertIn(f"its family of {verdict['family']} processes leaked", verdict["message"])

        def together():
            return [v for v in guard.verdicts() if v["event"] == verdict["event"]]

        self.wait_for("a verdict each", lambda: len(together()) >= verdict["family"])
        ended = {v["pid"] for v in together() if v["outcome"] == "ended"}
        self.assertEqual(len(ended), verdict["family"])
        # Where it took long to be sure, those that had been there long before are left: the oldest.
        children = self.children(None)
        left = [pid for pid in children if pid not in ended]
        self.assertEqual(left, children[: len(left)])
        self.assertLess(len(left), len(children))
        self.wait_for("the children's end", lambda: len(group.pids()) <= 1 + len(left))
        self.assert_lives(bystander)

    def test_who_fills_the_group_with_processes_is_the_culprit(self):
        guard = self.guard(
            "[Policy p]\nCgroup={home}/*\nGroupMemoryMax=160M\nLeakWindowSec=1min\nGraceSec=1s\n"
        )
        group = self.group("a")
        large = self.grow(group, 1, 90, start=60)
        parent = self.start(group, "spawner", "0")
        verdict = self.assert_ended(guard, parent, "group-memory")
        self.assertGreater(verdict["family"], 2)
        self.assert_lives(large)

    def fill_from_below(self, cgroups):
        guard = self.guard(f"[Policy p]\nCgroup={cgroups}\nGroupMemoryMax=160M\nLeakWindowSec=1min\nGraceSec=1s\n")
        self.group("w")
        large, below = self.grow(self.group("w/a"), 1, 90, start=60), self.group("w/b")
        parent = self.start(below, "spawner", "0")
        verdict = self.assert_ended(guard, parent, "group-memory")
        self.assertGreater(verdict["family"], 2)
        self.wait_for("the children's end", lambda: not below.pids())
        self.assert_lives(large)
        self.assertEqual({v["event"] for v in guard.verdicts()}, {verdict["event"]})

    def test_who_fills_the_group_above_with_processes_ends_with_them(self):
        self.fill_from_below("{home}/w")

    def test_who_fills_it_from_a_group_that_is_watched_itself_ends_with_them(self):
        self.fill_from_below("{home}/w\nCgroup={home}/w/*")

    def test_who_adopts_orphans_does_not_end_for_them(self):
        guard = self.guard(self.LEAK)
        self.spawn(self.group("a"), [PYTHON, "-c", ADOPTER])
        # Another one that starts as many by itself tells when it would have been found.
        spawner = self.start(self.group("b"), "spawner", "0")
        verdict = self.assert_ended(guard, spawner, "leak")
        time.sleep(3)
        self.assertEqual([v for v in guard.verdicts() if v["event"] != verdict["event"]], [])

    def test_of_a_master_whose_children_leak_the_children_end(self):
        guard = self.guard(self.LEAK)
        master = self.start(self.group("a"), "all", "3")
        self.wait_for("three ends", lambda: len(guard.verdicts()) >= 3)
        time.sleep(1)
        ended = {v["pid"] for v in guard.verdicts()}
        self.assertEqual(ended, set(self.children(3)))
        self.assertEqual({v["family"] for v in guard.verdicts()}, {None})
        self.assert_lives(master)

    def test_of_a_group_the_child_that_grows_ends(self):
        guard = self.guard("[Policy p]\nCgroup={home}/*\nGroupMemoryMax=96M\nGraceSec=1s\n")
        master = self.start(self.group("a"), "one", "4")
        verdict = self.wait_for("a verdict", guard.verdicts)[0]
        self.assertEqual((verdict["pid"], verdict["reason"]), (self.children(4)[1], "group-memory"))
        self.assert_lives(master)


class Restarts(EndToEnd):
    def test_without_a_unit_the_worker_is_ended(self):
        guard = self.guard(
            "[Policy p]\nCgroup={home}/*\nWorkerMemoryMax=96M\nAction=restart-unit\nGraceSec=2s\n"
        )
        process = self.creep(self.group("a"), 96, "leave")
        verdict = self.assert_ended(guard, process, "worker-memory")
        self.assertEqual((verdict["action"], names(verdict)), ("restart-unit", ["SIGTERM"]))
        self.wait_for("why not", lambda: "belongs to no service that systemd confirmed" in guard.said())

    def test_without_a_unit_and_a_grace_it_is_killed_at_once(self):
        guard = self.guard(
            "[Policy p]\nCgroup={home}/*\nWorkerMemoryMax=48M\nAction=restart-unit\nGraceSec=0\n"
        )
        verdict = self.assert_ended(guard, self.grow(self.group("a"), 20, 60), "worker-memory")
        self.assertEqual(names(verdict), ["SIGKILL"])


class Reports(EndToEnd):
    POLICY = (
        "[Policy p]\nCgroup={home}/*\nWorkerMemoryMax=96M\nGraceSec=2s\n"
        "ReportSignal=SIGUSR1\nReportSec=500ms\n"
    )

    def start(self, how):
        """One that is over the limit, before anybody looks."""
        process = self.spawn(self.group("a"), [PYTHON, "-c", REPORTS, "100", how])
        self.wait_for("its size", lambda: b"full" in (self.folder / "workers").read_bytes())
        return process

    def test_a_worker_that_handles_the_signal_writes_its_report_first(self):
        process = self.start("handles")
        verdict = self.assert_ended(self.guard(self.POLICY), process, "worker-memory")
        self.assertEqual(names(verdict), ["SIGUSR1", "SIGTERM"], verdict)
        self.assertIn(b"in stuck_in_the_request", (self.folder / "workers").read_bytes())

    def test_one_that_does_not_is_not_ended_by_it(self):
        process = self.start("does not")
        verdict = self.assert_ended(self.guard(self.POLICY), process, "worker-memory")
        self.assertEqual(names(verdict), ["SIGTERM"], verdict)
        self.assertEqual(process.returncode, -signal.SIGTERM)

    def test_one_that_grows_on_while_it_reports_is_killed(self):
        process = self.start("grows")
        guard = self.guard(self.POLICY.replace("500ms", "30s"))
        verdict = self.assert_ended(guard, process, "worker-memory")
        self.assertEqual(names(verdict), ["SIGUSR1", "SIGKILL"], verdict)


if __name__ == "__main__":
    main()
