# SPDX-License-Identifier: LGPL-2.1-or-later
"""Who is beside the one that breaks a limit, or comes behind him, is left alone, also where the one cannot be ended
or seen."""

import json
import os
import signal
import time
from pathlib import Path

from harness import MIB, PYTHON, WORKERS, EndToEnd, main, names

DEPTH = 300  # deeper than the daemon looks

# Goes down below GROUPS, DEPTH deep, by way of descriptors: the path is longer than may be named at once. There it
# takes SIZE bytes at RATE, is told by "deep" and waits.
DIVE = """
import os, sys, time
depth, rate, size = map(int, sys.argv[1:4])
for group in sys.argv[4:]:
    at = os.open(group, os.O_RDONLY)
    for i in range(depth):
        try:
            os.mkdir("d", dir_fd=at)
        except FileExistsError:
            pass
        at = os.open("d", os.O_RDONLY, dir_fd=at)
    procs = os.open("cgroup.procs", os.O_WRONLY, dir_fd=at)
    os.write(procs, b"0")
print("deep", flush=True)
time.sleep(3)
held = []
for i in range(size // (1 << 20)):
    held.append(b"x" * (1 << 20))
    time.sleep((1 << 20) / rate)
print("full", flush=True)
time.sleep(1000)
"""

# Gives back what it takes, 96 MiB of it, and is told by "full"; asked by SIGUSR1, it uses all of that again.
GIVE_BACK = """
import mmap, signal, time
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR1])
held = []
for _ in range(96):
    held.append(mmap.mmap(-1, 1 << 20, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS))
    held[-1].write(b"x" * (1 << 20))
    held[-1].madvise(mmap.MADV_FREE)
    time.sleep(0.04)
print("full", flush=True)
signal.sigwait([signal.SIGUSR1])
for each in held:
    each[:] = b"x" * (1 << 20)
time.sleep(1000)
"""

# Has two workers in the groups, a small one and one that runs the command, and starts another small one as soon as
# one of them is dead; a moment later, so that whoever ends the group has seen that nobody can be forked in it any more.
REPLACE = """
import os, sys, time
groups, command = sys.argv[1].split(":"), sys.argv[2:]
def start(command):
    pid = os.fork()
    if pid == 0:
        for group in groups:
            with open(group + "/cgroup.procs", "w") as procs:
                procs.write("0")
        os.execvp(command[0], command)
    return pid
start(["sleep", "1000"])
start(command)
print("dead", os.wait()[0], flush=True)
time.sleep(0.05)
print("started", start(["sleep", "1000"]), flush=True)
while True:
    os.wait()
"""

# Starts so many, a few a second, whose parent is gone at once, and who go into the groups as soon as they live.
ORPHANS = """
import os, sys, time
for number in range(int(sys.argv[1])):
    pid = os.fork()
    if pid == 0:
        if os.fork() == 0:
            for group in sys.argv[2:]:
                with open(group + "/cgroup.procs", "w") as procs:
                    procs.write("0")
            print("orphan", os.getpid(), flush=True)
            time.sleep(1000)
        os._exit(0)
    os.waitpid(pid, 0)
    time.sleep(0.04)
time.sleep(1000)
"""

# What a service manager starts into the groups: init's child, in no session that anybody is in, named by its environment.
MANAGED = """
import os, sys
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        for group in sys.argv[1:]:
            with open(group + "/cgroup.procs", "w") as procs:
                procs.write("0")
        print("managed", os.getpid(), flush=True)
        os.execve("/bin/sleep", ["sleep", "1000"], {"SYSTEMD_EXEC_PID": str(os.getpid())})
    os._exit(0)
os.wait()
"""


class Bystanders(EndToEnd):
    POLICY = "[Policy p]\nCgroup={home}/w\nGroupMemoryMax=%s\nGrowthWindowSec=1s\nAction=kill\n"

    def said(self):
        return (self.folder / "workers").read_bytes()

    def play(self, group, role, *script):
        return self.spawn(
            group, [PYTHON, WORKERS / "play.py", self.folder / "notes", role, json.dumps(script)]
        )

    def noted(self, what):
        notes = self.folder / "notes"
        self.wait_for(what, lambda: notes.exists() and f"{what} " in notes.read_text())

    def two_at_rest(self, group):
        """Two in the group that are known, and whose growth is older than the window."""
        processes = [self.grow(group, 0, 0, start=20) for _ in range(2)]
        self.wait_for("their memory", lambda: group.anonymous() > 40 * MIB)
        time.sleep(3)
        return processes

    def judge_nobody(self, guard, *innocent):
        """It is told that nobody is ended, and for a while nobody is."""
        said = lambda: "held by none of its processes" in guard.said()
        self.wait_for("that to be said", lambda: said() or guard.verdicts())
        time.sleep(4)
        self.assertEqual(guard.verdicts(), [])
        self.assert_lives(*innocent)

    # ---- who brought the group over its limit cannot be ended

    def remove_below(self, group):
        for folder in group.folders:
            at = [os.open(folder, os.O_RDONLY)]
            while True:
                try:
                    at.append(os.open("d", os.O_RDONLY, dir_fd=at[-1]))
                except FileNotFoundError:
                    break
            for below in reversed(at[:-1]):
                self.wait_for("an empty group", lambda: self.is_removed(below))
            for each in at:
                os.close(each)

    @staticmethod
    def is_removed(above):
        try:
            os.rmdir("d", dir_fd=above)
        except FileNotFoundError:
            return True
        except OSError:
            return False
        return True

    def test_one_that_lives_too_deep_to_be_seen(self):
        guard = self.guard(self.POLICY % "120M")
        group = self.group("w")
        self.addCleanup(self.remove_below, group)
        self.addCleanup(self.reap)
        large = self.settled(group, 40)
        diver = self.spawn(group, [PYTHON, "-c", DIVE, DEPTH, 40 * MIB, 90 * MIB, *group.folders])
        self.judge_nobody(guard, large, diver)
        self.wait_for("all that it takes", lambda: b"full" in self.said())
        self.assert_lives(large, diver)

    def test_a_file_in_memory(self):
        guard = self.guard(self.POLICY % "120M")
        group = self.group("w")
        path = Path("/dev/shm") / self.home[1:]
        self.addCleanup(path.unlink)
        innocent = self.two_at_rest(group)
        writer = self.spawn(
            group,
            ["sh", "-c", 'for i in $(seq 80); do head -c 1M /dev/zero; sleep 0.02; done > "$0"; sleep 1000', path],
        )
        self.judge_nobody(guard, *innocent, writer)

    def test_one_whom_another_policy_has_claimed(self):
        guard = self.guard(
            "[Policy vip]\nCgroup={home}/w\nCommand=vip*\nWorkerMemoryMax=900M\n" + self.POLICY % "120M"
        )
        group = self.group("w")
        innocent = self.two_at_rest(group)
        vip = self.play(group, "vip", ["name", "vip"], ["wait", 1], ["grow", 40 * MIB, 90 * MIB])
        self.judge_nobody(guard, *innocent, vip)

    def test_one_that_brings_memory_from_elsewhere(self):
        """It is young, and larger than what the one that grows has taken; but charged for it is another group."""
        guard = self.guard(self.POLICY.replace("=1s", "=10s") % "160M")
        group, elsewhere = self.group("w"), self.group("elsewhere")
        large = self.settled(group, 80)
        time.sleep(11)  # its growth is older than the window
        guilty = self.play(group, "guilty", ["wait", 2], ["grow", 60 * MIB, 200 * MIB])
        mover = self.settled(elsewhere, 120)
        for folder in group.folders:
            (folder / "cgroup.procs").write_text(str(mover.pid))
        self.assert_ended(guard, guilty, "group-memory")
        self.assert_lives(large, mover)

    # ---- or only looks as if it had not grown

    def test_one_that_grows_by_shared_memory(self):
        guard = self.guard(self.POLICY % "160M")
        group = self.group("w")
        large = self.settled(group, 60)
        time.sleep(3)
        guilty = self.play(group, "guilty", ["wait", 2], ["grow_shared", 40 * MIB, 200 * MIB])
        self.assert_ended(guard, guilty, "group-memory")
        self.assert_lives(large)

    def test_many_that_somebody_outside_starts(self):
        """Each is small, and nobody's child here; the group grows by their number."""
        guard = self.guard(self.POLICY.replace("=1s", "=3s") % "160M")
        group = self.group("w")
        large = self.grow(group, 0, 0, start=50)
        self.wait_for("its memory", lambda: group.anonymous() > 50 * MIB)
        time.sleep(4)
        small = []
        while not guard.verdicts():
            small.append(self.spawn(group, [PYTHON, "-c", "import time; held = b'x' * (1 << 20); time.sleep(1000)"]))
            self.assertLess(len(small), 100)
            time.sleep(0.1)
        verdict = guard.verdicts()[0]
        self.assertEqual((verdict["reason"], verdict["outcome"]), ("group-memory", "ended"), verdict)
        self.assertIn(verdict["pid"], [process.pid for process in small])
        self.assert_lives(large)

    def test_one_that_gives_its_memory_back(self):
        """The kernel leaves it there until it wants it; once it is used again it is held."""
        guard = self.guard("[Policy p]\nCgroup={home}/w\nWorkerMemoryMax=64M\nAction=kill\n")
        group = self.group("w")
        worker = self.spawn(group, [PYTHON, "-c", GIVE_BACK])
        self.wait_for("all of it", lambda: b"full" in self.said() or guard.verdicts())
        self.assertGreater(group.anonymous(), 90 * MIB)
        time.sleep(1)
        self.assertEqual(guard.verdicts(), [])
        self.assert_lives(worker)
        worker.send_signal(signal.SIGUSR1)
        self.assert_ended(guard, worker, "worker-memory")

    # ---- who comes into a group that is being ended

    def end_by_one(self, group):
        """Somebody from elsewhere in the v2 group: cgroup.kill is out of the question."""
        for folder in group.folders[1:]:
            sleeper = self.spawn(self.group("elsewhere"), ["sleep", "1000"])
            (folder / "cgroup.procs").write_text(str(sleeper.pid))

    def replace(self, text, *command):
        """Ends the group of a supervisor who does not wait for all to be dead. The verdicts."""
        group = self.group("w")
        self.end_by_one(group)
        command = [PYTHON, "-c", REPLACE, ":".join(map(str, group.folders)), *command]
        self.spawn(self.group("supervisor"), command)
        self.wait_for("what it holds at once", lambda: b"holds" in self.said())
        guard = self.guard("[Policy p]\nCgroup={home}/w\nGroupMemoryMax=160M\nScope=group\n" + text)
        self.wait_for("the next worker", lambda: b"started" in self.said())
        pid = int(self.said().partition(b"started ")[2].split()[0])
        self.wait_for("the verdicts", lambda: len(guard.verdicts()) >= 2)
        time.sleep(1)
        self.assertEqual(len(guard.verdicts()), 2, guard.verdicts())
        self.assertEqual(Path(f"/proc/{pid}/comm").read_text(), "sleep\n")
        return guard.verdicts()

    def test_the_next_worker_of_a_group_that_is_killed_one_by_one(self):
        self.replace("Action=kill\n", PYTHON, WORKERS / "grow.py", 800 * MIB, 0, 0, "")

    def test_the_next_worker_of_a_group_that_leaves_when_asked(self):
        verdicts = self.replace("GraceSec=1min\n", PYTHON, WORKERS / "grow.py", 170 * MIB, 0, 0, "leave-late")
        self.assertEqual([names(verdict) for verdict in verdicts], [["SIGTERM"]] * 2)

    def test_one_that_is_moved_in_while_the_others_are_asked(self):
        group, elsewhere = self.group("w"), self.group("elsewhere")
        spare = self.spawn(elsewhere, ["sleep", "1000"])
        process = self.settled(group, 80, "ignore-loudly")
        guard = self.guard("[Policy p]\nCgroup={home}/w\nGroupMemoryMax=64M\nScope=group\nGraceSec=6s\n")
        self.wait_for("SIGTERM", lambda: b"asked" in self.said())
        for folder in group.folders:
            (folder / "cgroup.procs").write_text(str(spare.pid))
        verdict = self.assert_ended(guard, process, "group-memory")
        self.assertEqual(names(verdict), ["SIGTERM", "SIGKILL"])
        time.sleep(1)
        self.assert_lives(spare)
        self.assertEqual(len(guard.verdicts()), 1)

    def test_orphans_that_come_in_as_soon_as_they_live(self):
        group, elsewhere = self.group("w"), self.group("elsewhere")
        process = self.settled(group, 80, "ignore-loudly")
        guard = self.guard("[Policy p]\nCgroup={home}/w\nGroupMemoryMax=64M\nScope=group\nGraceSec=6s\n")
        self.wait_for("SIGTERM", lambda: b"asked" in self.said())
        self.spawn(elsewhere, [PYTHON, "-c", ORPHANS, "12", *group.folders])
        self.assert_ended(guard, process, "group-memory")
        self.wait_for("all of them", lambda: self.said().count(b"orphan") == 12)
        time.sleep(1)
        self.assertEqual(len(guard.verdicts()), 1, guard.verdicts())
        self.assertEqual(len(group.pids()), 12)

    def test_the_next_start_of_a_unit_that_is_being_ended(self):
        guard = self.guard("[Policy p]\nCgroup={home}/w\nGroupMemoryMax=64M\nScope=group\nGraceSec=2s\n")
        group, elsewhere = self.group("w"), self.group("elsewhere")
        process = self.creep(group, 64, "ignore-loudly")
        self.wait_for("SIGTERM", lambda: b"asked" in self.said())
        for _ in range(5):
            self.spawn(elsewhere, [PYTHON, "-c", MANAGED, *group.folders]).wait()
        self.wait_for("all of them", lambda: self.said().count(b"managed") == 5)
        pid = int(self.said().partition(b"managed ")[2].split()[0])
        parent = int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
        self.assert_ended(guard, process, "group-memory")
        if parent != 1:
            self.skipTest("orphans do not come to init here")
        time.sleep(1)
        self.assertEqual(len(guard.verdicts()), 1, guard.verdicts())
        self.assertEqual(len(group.pids()), 5)


if __name__ == "__main__":
    main()
