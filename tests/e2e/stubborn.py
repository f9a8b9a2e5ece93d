# SPDX-License-Identifier: LGPL-2.1-or-later
"""Workers that cannot be ended as others are: bombs that fork, crowds of short lives, families that share
all of their memory, processes in the kernel's hands. And decoys, which are ended easily enough."""

import json
import os
import signal
import time
from pathlib import Path

from harness import MIB, PYTHON, WORKERS, EndToEnd, main, names

EXTENDED = os.environ.get("BNG_TEST_EXTENDED") == "1"
BOMB_MAX = 200  # processes, by a pids controller: the machine has to live on


class Stubborn(EndToEnd):
    def play(self, group, *script):
        return self.spawn(
            group, [PYTHON, WORKERS / "play.py", self.folder / "notes", "w", json.dumps(script)]
        )

    def noted(self, what, count=1):
        """Waits until so many have noted it."""
        notes = self.folder / "notes"
        self.wait_for(what, lambda: notes.exists() and notes.read_text().count(f"{what} ") >= count)

    def folder_of(self, controller, group):
        """A folder of this v1 controller, into which what group.spawn() starts goes as well."""
        root = Path("/sys/fs/cgroup") / controller
        if not (root / "tasks").exists():
            self.skipTest(f"the v1 controller {controller} is not mounted")
        folder = root / group.path.strip("/").replace("/", "-")
        folder.mkdir()
        self.addCleanup(self.wait_for, "an empty folder", lambda: self.removed(folder))
        return folder

    @staticmethod
    def removed(folder):
        try:
            folder.rmdir()
        except OSError:
            return not folder.exists()
        return True

    def state(self, pid):
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rpartition(")")[2].split()[0]

    # ---- swarms

    def bomb(self, outsider):
        guard = self.guard(
            "[Guard]\nKillBudget=1000/1min\n"
            "[Policy p]\nCgroup={home}/bomb\nGroupMemoryMax=100M\nScope=group\nAction=kill\n"
        )
        bystander = self.grow(self.group("bystander"), 40, 20)
        group = self.group("bomb")
        pids = self.folder_of("pids", group)
        (pids / "pids.max").write_text(str(BOMB_MAX))
        if outsider:
            # Then the v2 group is not the same, and cgroup.kill out of the question.
            for folder in group.folders[1:]:
                (folder / "cgroup.procs").write_text(str(bystander.pid))
        bomb = self.play(group, ["wait_for_go", "w"], ["bomb", MIB])
        self.noted("waits")
        (pids / "cgroup.procs").write_text(str(bomb.pid))
        os.kill(bomb.pid, signal.SIGUSR2)
        self.wait_for("its death", lambda: bomb.poll() is not None)
        self.wait_for("an empty group", lambda: not group.pids())
        self.assert_lives(bystander)
        self.wait_for("verdicts", guard.verdicts)
        for verdict in guard.verdicts():
            self.assertEqual((verdict["reason"], verdict["cgroup"]), ("group-memory", group.path))
        if outsider:
            for folder in group.folders[1:]:
                (folder.parent / "bystander/cgroup.procs").write_text(str(bystander.pid))

    def test_a_bomb_that_forks(self):
        self.bomb(outsider=False)

    def test_a_bomb_that_has_to_be_ended_one_by_one(self):
        self.bomb(outsider=True)

    def test_ten_thousand_short_lives(self):
        guard = self.guard("[Policy p]\nCgroup={home}/*\nWorkerMemoryMax=96M\nGroupMemoryMax=500M\nAction=kill\n")
        group = self.group("a")
        self.assert_ended(guard, self.grow(group, 60, 120), "worker-memory")
        lives = 5000 if EXTENDED else 1000
        cyclers = [self.play(group, ["wait_for_go", "w"], ["cycle", lives]) for _ in range(2)]
        self.noted("waits", 2)
        folder = Path(f"/proc/{guard.process.pid}/fd")
        descriptors = lambda: len(list(folder.iterdir()))
        for cycler in cyclers:
            explained = lambda: "is watched" in guard.bng("explain", str(cycler.pid)).stdout
            self.wait_for("it is watched", explained)
        before = descriptors()
        for cycler in cyclers:
            os.kill(cycler.pid, signal.SIGUSR2)
        self.assert_ended(guard, self.grow(group, 60, 120), "worker-memory")
        self.noted("done", 2)
        self.assert_ended(guard, self.grow(group, 60, 120), "worker-memory")
        self.assert_lives(*cyclers)
        self.assertEqual(len(guard.verdicts()), 3)
        self.wait_for("no descriptor to be left", lambda: descriptors() <= before)

    def test_decoys_use_up_nobody_elses_budget(self):
        guard = self.guard(
            "[Guard]\nKillBudget=2/10min\n"
            "[Policy decoys]\nCgroup={home}/decoys\nWorkerMemoryMax=32M\nAction=kill\n"
            "[Policy real]\nCgroup={home}/real\nWorkerMemoryMax=32M\nAction=kill\n"
        )
        group = self.group("decoys")
        decoys = [self.grow(group, 100, 60) for _ in range(6)]
        outcomes = sorted(self.verdict_on(guard, decoy)["outcome"] for decoy in decoys)
        self.assertEqual(outcomes, ["ended"] * 2 + ["withheld"] * 4)
        # They are stopped, so that what they hold is all that they get.
        for decoy in decoys:
            if decoy.poll() is None:
                self.wait_for("it is stopped", lambda decoy=decoy: self.state(decoy.pid) == "T")
        self.assert_ended(guard, self.grow(self.group("real"), 100, 60), "worker-memory")

    # ---- in the kernel's hands

    def test_a_parent_that_waits_for_its_vfork(self):
        guard = self.guard("[Policy p]\nCgroup={home}/*\nWorkerMemoryMax=96M\nGraceSec=1s\n")
        group = self.group("a")
        process = self.play(group, ["term", "ignore"], ["aside", [["wait", 1], ["grow", 80 * MIB, 160 * MIB]]], ["vfork"])
        self.wait_for("state D", lambda: self.state(process.pid) == "D")
        self.assert_ended(guard, process, "worker-memory")
        # Its child holds the same memory, so its end alone would free nothing.
        self.wait_for("an empty group", lambda: not group.pids())
        self.wait_for("both verdicts", lambda: len(guard.verdicts()) == 2)
        self.assertEqual({verdict["outcome"] for verdict in guard.verdicts()}, {"ended"})

    def test_a_stopped_one(self):
        guard = self.guard("[Policy p]\nCgroup={home}/*\nWorkerMemoryMax=64M\nGraceSec=1s\n")
        below = self.play(self.group("a"), ["hold", 50 * MIB], ["stop"])
        self.wait_for("it is stopped", lambda: self.state(below.pid) == "T")
        time.sleep(1)
        self.configure("[Policy p]\nCgroup={home}/*\nWorkerMemoryMax=48M\nGraceSec=1s\n")
        guard.signal(signal.SIGHUP)
        verdict = self.assert_ended(guard, below, "worker-memory")
        self.assertEqual(names(verdict)[0], "SIGTERM")

    def test_one_that_is_frozen_in_the_v2_tree(self):
        guard = self.guard("[Policy p]\nCgroup={home}/*\nWorkerMemoryMax=400M\nAction=kill\n")
        group = self.group("a")
        freeze = group.folders[-1] / "cgroup.freeze"
        if not freeze.exists():
            self.skipTest("there is no v2 tree")
        process = self.grow(group, 200, 90)
        self.wait_for("its memory", lambda: group.anonymous() > 90 * MIB)
        freeze.write_text("1")
        self.configure("[Policy p]\nCgroup={home}/*\nWorkerMemoryMax=64M\nAction=kill\n")
        guard.signal(signal.SIGHUP)
        self.assert_ended(guard, process, "worker-memory")

    def test_one_that_cannot_be_ended_now(self):
        """Frozen by the v1 freezer it does not even die of SIGKILL. That is said, others are ended all
        the same, and its own end is noticed when it comes."""
        guard = self.guard("[Policy p]\nCgroup={home}/*\nWorkerMemoryMax=400M\nAction=kill\n")
        group = self.group("a")
        freezer = self.folder_of("freezer", group)
        process = self.grow(group, 200, 90)
        self.wait_for("its memory", lambda: group.anonymous() > 90 * MIB)
        (freezer / "cgroup.procs").write_text(str(process.pid))
        (freezer / "freezer.state").write_text("FROZEN")
        self.addCleanup((freezer / "freezer.state").write_text, "THAWED")
        self.configure("[Policy p]\nCgroup={home}/*\nWorkerMemoryMax=64M\nAction=kill\n")
        guard.signal(signal.SIGHUP)
        other = self.grow(group, 60, 80)
        self.assert_ended(guard, other, "worker-memory")
        verdict = self.verdict_on(guard, process)
        self.assertEqual((verdict["outcome"], names(verdict)), ("survived", ["SIGKILL"]))
        self.assert_lives(process)
        (freezer / "freezer.state").write_text("THAWED")
        self.wait_for("its death", lambda: process.poll() is not None)
        self.wait_for("a last word", lambda: f"{process.pid} is dead at last" in guard.said())
        self.assertEqual(len(guard.verdicts()), 2)

    def test_a_group_of_one_that_cannot_be_ended(self):
        """It is no reason to let everybody else in its group run away, from then on."""
        guard = self.guard("[Policy p]\nCgroup={home}/*\nGroupMemoryMax=400M\nScope=group\nAction=kill\n")
        group = self.group("a")
        freezer = self.folder_of("freezer", group)
        process = self.grow(group, 200, 40)
        self.wait_for("its memory", lambda: group.anonymous() > 40 * MIB)
        (freezer / "cgroup.procs").write_text(str(process.pid))
        (freezer / "freezer.state").write_text("FROZEN")
        self.addCleanup((freezer / "freezer.state").write_text, "THAWED")
        self.configure("[Policy p]\nCgroup={home}/*\nGroupMemoryMax=64M\nScope=group\nAction=kill\n")
        guard.signal(signal.SIGHUP)
        self.assert_ended(guard, self.grow(group, 60, 80), "group-memory")
        self.assertEqual(self.verdict_on(guard, process)["outcome"], "survived")
        self.assert_ended(guard, self.grow(group, 60, 80), "group-memory")
        self.assert_lives(process)
        (freezer / "freezer.state").write_text("THAWED")
        self.wait_for("its death", lambda: process.poll() is not None)
        self.wait_for("a last word", lambda: f"{process.pid} is dead at last" in guard.said())
        self.assertEqual(len(guard.verdicts()), 3)


if __name__ == "__main__":
    main()
