# SPDX-License-Identifier: LGPL-2.1-or-later
"""The kernel was faster: whom it ended because memory was short, told once, with the reason why and what to set.
Twice: by the kernel's log, and without it by the groups' counters."""

import json
import os
import re
import shutil
import signal
import time

from harness import BUILD, MIB, PYTHON, WORKERS, EndToEnd, Group, Guard, main

FAR = "[Policy p]\nCgroup={home}/**\nWorkerMemoryMax=512M\n"

# Starts so many children one after the other, each of which fills all that a group may have. Who starts them is not
# in it: while one of them dies and holds its memory still, the kernel would choose him.
FILLERS = """
import os, sys
for _ in range(int(sys.argv[1])):
    pid = os.fork()
    if pid == 0:
        open(sys.argv[2], "w").write("0")
        held = []
        while True:
            held.append(bytearray(b"x") * (1 << 20))
    os.waitpid(pid, 0)
"""


# Brings one child after the other into a group that is too small for it, for ever.
VICTIMS = """
import os, sys, time
while True:
    if os.fork() == 0:
        open(sys.argv[1], "w").write("0")
        time.sleep(0.1)
        held = bytearray(b"x") * (64 << 20)
    time.sleep(0.1)
    while os.waitpid(-1, os.WNOHANG)[0]:
        pass
"""


def may_read_the_log():
    try:
        os.close(os.open("/dev/kmsg", os.O_RDONLY | os.O_NONBLOCK))
    except OSError:
        return False
    return os.stat("/proc/self/ns/pid").st_ino == 0xEFFFFFFC


class Tight(EndToEnd):
    def setUp(self):
        super().setUp()
        if not may_read_the_log():
            self.skipTest("the kernel's log may not be read here")

    def tight(self, name, size=48 * MIB):
        group = self.group(name)
        group.limit(size)
        group.limit_swap(size)
        return group

    def see(self, guard, *processes):
        """The daemon knows them by now."""

        def are_shown():
            shown = guard.bng("status", "--json").stdout
            return all(re.search(rf'"pid": *{process.pid}\b', shown) for process in processes)

        self.wait_for("the daemon to see them", are_shown)

    def fill(self, group, n):
        """One whom nobody watches fills the group n times."""
        outside = Group(self.hierarchies, f"{self.home}-beside-{len(self.processes)}")
        self.addCleanup(outside.remove)
        return self.spawn(outside, [PYTHON, "-c", FILLERS, n, group.memory_folder / "cgroup.procs"])

    def killed(self, guard, process, seconds=30):
        verdict = self.verdict_on(guard, process, seconds)
        self.assertEqual((verdict["reason"], verdict["outcome"]), ("kernel-oom", "gone"), verdict)
        self.assertEqual(verdict["signals"], [])
        self.wait_for("its death", lambda: process.poll() is not None)
        self.assertEqual(process.returncode, -signal.SIGKILL)
        self.assertIn("killed by the kernel", verdict["message"])
        return verdict


class Limit(EndToEnd):
    """At the kernel's limit, and nobody was ended: told once, about the group."""

    def setUp(self):
        super().setUp()
        self.sparse = self.sparse_file()

    def busy(self, name, held):
        """Reads a file again and again, in a group that may have 128 MiB."""
        group = self.group(name)
        group.limit(128 * MIB)
        script = json.dumps([["fill", held], ["cache", str(self.sparse), 600]])
        return self.spawn(group, [PYTHON, WORKERS / "play.py", self.folder / "notes", name, script])

    def test_a_group_that_stays_there(self):
        # The list is read often for the window's sake.
        text = "[Policy p]\nCgroup={home}/*\nLeakMax=500G\nLeakWindowSec=5s\nWorkerMemoryMax=512M\n"
        guard = self.guard(text)
        crowded, roomy = self.busy("crowded", 122 * MIB), self.busy("roomy", 32 * MIB)
        verdict = self.wait_for("a word on it", guard.verdicts)[0]
        self.assertEqual((verdict["reason"], verdict["outcome"]), ("kernel-limit", "logged"))
        self.assertEqual(verdict["cgroup"], f"{self.home}/crowded")
        self.assertEqual((verdict["pid"], verdict["limit"], verdict["signals"]), (None, 128 * MIB, []))
        self.assertGreater(verdict["value"], 120 * MIB)
        self.assertIn("WorkerMemoryMax=512M of policy p is not below the kernel's limit", verdict["message"])
        self.assertIn("held back by the kernel", guard.bng("history").stdout)
        time.sleep(7)
        guard.signal(signal.SIGHUP)
        time.sleep(3)
        self.assertEqual(len(guard.verdicts()), 1)
        self.assert_lives(crowded, roomy)


class Log(Tight):
    def test_a_limit_that_is_not_below_the_kernels(self):
        guard = self.guard(FAR + "LeakMax=500G\nLeakWindowSec=5s\n")
        group = self.tight("a")
        bystander = self.grow(group, 1, 1)
        process = self.grow(group, 4, 400, start=24)
        verdict = self.killed(guard, process)
        self.assertEqual(verdict["limit"], 48 * MIB)
        self.assertEqual((verdict["cgroup"], verdict["limit_cgroup"]), (group.path, None))
        self.assertGreater(verdict["value"], 20 * MIB)
        self.assertGreaterEqual(verdict["peak"], verdict["value"])
        self.assertGreater(verdict["rate"], 0)
        self.assertIn("WorkerMemoryMax=512M of policy p is not below", verdict["message"])
        self.wait_for("a line in the log", lambda: "killed by the kernel" in guard.said())
        self.assertIn("killed by the kernel", guard.bng("history").stdout)
        time.sleep(1)
        self.assert_lives(bystander)
        self.assertEqual(len(guard.verdicts()), 1)

    def test_no_limit_on_memory_at_all(self):
        guard = self.guard("[Policy p]\nCgroup={home}/*\nCpuTimeMax=50s\n")
        process = self.grow(self.tight("a"), 40, 400)
        self.assertIn("policy p sets no limit on memory", self.killed(guard, process)["message"])

    def test_none_was_over_a_limit_but_all_of_them(self):
        guard = self.guard("[Policy p]\nCgroup={home}/*\nWorkerMemoryMax=40M\n")
        group = self.tight("a", 64 * MIB)
        processes = [self.grow(group, 5, 35) for _ in range(3)]
        verdict = self.wait_for("a verdict", guard.verdicts)[0]
        dead = next(p for p in processes if p.pid == verdict["pid"])
        self.assertIn("set GroupMemoryMax= below", self.killed(guard, dead)["message"])

    def test_faster_than_any_look(self):
        guard = self.guard("[Policy p]\nCgroup={home}/*\nWorkerMemoryMax=32M\nGraceSec=1s\n")
        self.fill(self.tight("a", 40 * MIB), 20)
        self.wait_for("twenty ends", lambda: len(guard.verdicts()) >= 20)
        time.sleep(1)
        verdicts = guard.verdicts()
        self.assertEqual(len({v["pid"] for v in verdicts}), 20, verdicts)
        self.assertLessEqual({v["reason"] for v in verdicts}, {"kernel-oom", "worker-memory"})

    def flood(self, names, n):
        """Each group loses so many whom the daemon had no time to see, faster than the kernel says where."""
        guard = self.guard(FAR)
        groups = [self.tight(name, 24 * MIB) for name in names]
        first = [self.spawn(group, ["sleep", "600"]) for group in groups]
        self.see(guard, *first)
        for process in first:
            process.kill()
            process.wait()
        guard.signal(signal.SIGSTOP)
        for starter in [self.fill(group, n) for group in groups]:
            starter.wait()
        guard.signal(signal.SIGCONT)
        ended = lambda: sum(v.get("count", 1) for v in guard.verdicts())
        self.wait_for("all to be told of", lambda: ended() >= n * len(names))
        time.sleep(2)
        self.assertEqual(ended(), n * len(names), guard.verdicts())
        self.assertEqual({v["reason"] for v in guard.verdicts()}, {"kernel-oom"})
        return guard.verdicts()

    def test_more_than_the_kernel_places(self):
        verdicts = self.flood("a", 30)
        self.assertEqual(len({v["pid"] for v in verdicts}), 30, verdicts)
        self.assertEqual({v["cgroup"] for v in verdicts}, {f"{self.home}/a"})

    def test_more_than_the_kernel_places_in_two_groups(self):
        verdicts = self.flood("ab", 30)
        for name in "ab":
            own = [v for v in verdicts if v["cgroup"] == f"{self.home}/{name}"]
            self.assertEqual(sum(v.get("count", 1) for v in own), 30, own)
        together = [v for v in verdicts if v["pid"] is None]
        self.assertTrue(together)
        for verdict in together:
            self.assertIn("too many at a time", verdict["message"])
            self.assertGreater(verdict["window"], 0)

    def test_a_group_that_vanishes_with_its_last_process(self):
        guard = self.guard(FAR)
        group = self.tight("a")
        process = self.grow(group, 400, 400)
        process.wait()
        group.remove()
        verdict = self.killed(guard, process)
        self.assertEqual(verdict["cgroup"], group.path)
        time.sleep(1)
        self.assertEqual(len(guard.verdicts()), 1)

    def test_a_limit_further_up(self):
        guard = self.guard("[Policy p]\nCgroup={home}/up/*\nWorkerMemoryMax=512M\n")
        self.tight("up")
        process = self.grow(self.group("up/a"), 40, 400)
        verdict = self.killed(guard, process)
        self.assertEqual(verdict["limit_cgroup"], f"{self.home}/up")
        self.assertEqual(verdict["limit"], 48 * MIB)
        self.assertIn(f"when {self.home}/up was at the kernel's limit of 48M", verdict["message"])

    def test_below_a_watched_group(self):
        guard = self.guard("[Policy p]\nCgroup={home}/up\nGroupMemoryMax=512M\n")
        self.tight("up")
        process = self.grow(self.group("up/a"), 40, 400)
        verdict = self.killed(guard, process)
        self.assertEqual(verdict["cgroup"], f"{self.home}/up/a")

    def test_kills_without_end_below_keep_nobody_from_being_judged(self):
        guard = self.guard("[Policy p]\nCgroup={home}/a\nGroupMemoryMax=96M\nAction=kill\n")
        group, below = self.group("a"), self.tight("a/below", 24 * MIB)
        self.spawn(group, [PYTHON, "-c", VICTIMS, below.memory_folder / "cgroup.procs"])
        self.wait_for("kills", lambda: len(guard.verdicts()) > 3)
        self.assert_ended(guard, self.grow(group, 40, 400), "group-memory")

    def test_what_the_daemon_ends_is_not_the_kernels(self):
        guard = self.guard("[Policy p]\nCgroup={home}/*\nWorkerMemoryMax=32M\nAction=kill\n")
        for name in "abc":
            self.assert_ended(guard, self.grow(self.tight(name), 20, 60), "worker-memory")
        time.sleep(1)
        self.assertEqual(len(guard.verdicts()), 3)

    def test_who_leaves_by_himself_or_is_killed_by_somebody_is_not_the_kernels(self):
        guard = self.guard(FAR)
        group = self.tight("a")
        killed, leaves = self.grow(group, 10, 20), self.spawn(group, ["sleep", "2"])
        time.sleep(1)
        killed.kill()
        leaves.wait()
        time.sleep(1)
        self.assertEqual(guard.verdicts(), [])

    def test_what_nobody_watches_and_what_was_before_is_not_told(self):
        early = self.tight("early")
        self.grow(early, 400, 400).wait()
        guard = self.guard(FAR.replace("/**", "/a*"))
        self.grow(self.tight("b"), 400, 400).wait()
        self.killed(guard, self.grow(self.tight("a"), 100, 400))
        self.assertEqual(len(guard.verdicts()), 1)

    def test_a_program_cannot_speak_for_the_kernel(self):
        guard = self.guard(FAR)
        group = self.tight("a")
        innocent = self.grow(group, 1, 1)
        time.sleep(1)
        with open("/dev/kmsg", "w") as log:
            log.write(f"<3>Memory cgroup out of memory: Killed process {innocent.pid} (python3) "
                      "total-vm:1kB, anon-rss:1kB, file-rss:0kB, shmem-rss:0kB, UID:0 pgtables:1kB oom_score_adj:0\n")
        time.sleep(1)
        self.assertEqual(guard.verdicts(), [])
        self.assert_lives(innocent)


class Counters(Tight):
    """Without the log: by what the groups count."""

    POLICY = "[Policy p]\nCgroup={home}/**\nWorkerMemoryMax=512M\nGroupMemoryMax=600M\n"
    POLICY += "LeakMax=500G\nLeakWindowSec=5s\n"

    def blind(self, text):
        """The daemon, without the right to read the log."""
        if not shutil.which("setpriv"):
            self.skipTest("setpriv is not installed")
        with open("/proc/sys/kernel/dmesg_restrict") as file:
            if file.read().strip() != "1":
                self.skipTest("everybody may read the kernel's log here (kernel.dmesg_restrict=0)")
        guard = Guard(BUILD, self.configure(text), self.folder / "state", self.folder / "run")
        guard.command = ["setpriv", "--bounding-set=-syslog", *guard.command]
        self.addCleanup(self.end_guard, guard)
        return guard.start()

    def test_the_only_one_that_vanished(self):
        guard = self.blind(self.POLICY)
        group = self.tight("a")
        bystander, process = self.grow(group, 1, 1), self.grow(group, 6, 400, start=8)
        self.see(guard, bystander, process)
        verdict = self.killed(guard, process)
        self.assertEqual(verdict["limit"], 48 * MIB)
        self.assertGreater(verdict["value"], 30 * MIB)
        time.sleep(1)
        self.assert_lives(bystander)
        self.assertEqual(len(guard.verdicts()), 1)

    def test_one_of_two_that_vanished(self):
        guard = self.blind(self.POLICY)
        group = self.tight("a")
        other, process = self.grow(group, 1, 1), self.grow(group, 6, 400, start=8)
        self.see(guard, other, process)
        guard.signal(signal.SIGSTOP)
        process.wait()
        other.kill()
        other.wait()
        guard.signal(signal.SIGCONT)
        verdict = self.wait_for("a verdict", guard.verdicts)[0]
        self.assertEqual((verdict["reason"], verdict["pid"]), ("kernel-oom", None), verdict)
        self.assertIn("which one cannot be told", verdict["message"])
        time.sleep(1)
        self.assertEqual(len(guard.verdicts()), 1)

    def test_who_leaves_by_himself_is_not_the_kernels(self):
        guard = self.blind(self.POLICY)
        early = self.tight("a")
        killed, leaves = self.grow(early, 1, 1), self.grow(early, 1, 1, "leave")
        self.see(guard, killed, leaves)
        early.spawn([PYTHON, "-c", "held = bytearray(b'x') * (60 << 20)"]).wait()
        self.wait_for("a verdict on the early one", guard.verdicts)
        before = len(guard.verdicts())
        leaves.terminate()
        killed.kill()
        leaves.wait()
        time.sleep(2)
        self.assertEqual(len(guard.verdicts()), before)


if __name__ == "__main__":
    main()
