# SPDX-License-Identifier: LGPL-2.1-or-later
"""Workers and groups that do not make it easy: crowds, movers, dead leaders, names full of tricks."""

import json
import signal
import socket
import time
from pathlib import Path

from harness import BUILD, MIB, PYTHON, WORKERS, EndToEnd, Group, Guard, main

# Forks so many children, which sleep and ignore SIGTERM or do not, and grows itself.
CROWD = """
import os, signal, sys, time
count, ignore = int(sys.argv[1]), sys.argv[2] == "ignore"
for i in range(count):
    if os.fork() == 0:
        if ignore:
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
        while True:
            time.sleep(1000)
held = []
print("forked", flush=True)
while True:
    held.append(b"x" * (1 << 20))
    time.sleep(0.01)
"""

# Its first thread ends; another one fills memory at 40 MiB a second.
LEADERLESS = """
import ctypes, threading, time
def fill():
    held = []
    while True:
        held.append(b"x" * (1 << 20))
        time.sleep(0.025)
threading.Thread(target=fill, daemon=True).start()
time.sleep(0.2)
ctypes.CDLL(None).pthread_exit(None)
"""

GROWER = """
import time
held = []
while True:
    held.append(b"x" * (1 << 20))
    time.sleep(0.01)
"""

# Makes and removes one group without end, and gives its name to one that has hundreds below it.
FLOOD = """
import os, sys, time
os.chdir(sys.argv[1])
os.mkdir("q")
for i in range(800):
    os.mkdir(f"q/{i}")
print("flood", flush=True)
end = time.monotonic() + 6
while time.monotonic() < end:
    for i in range(150):
        os.mkdir("p")
        os.rmdir("p")
    try:
        os.rename("q", "p")
        time.sleep(0.3)
        os.rename("p", "q")
    except OSError:  # only v1 renames groups
        time.sleep(0.01)
for i in range(800):
    os.rmdir(f"q/{i}")
os.rmdir("q")
print("dry", flush=True)
"""


class Hostile(EndToEnd):
    def python(self, group, code, *arguments):
        return self.spawn(group, [PYTHON, "-c", code, *arguments])

    def crowd(self, how):
        guard = self.guard("[Policy p]\nCgroup={home}/*\nGroupMemoryMax=4G\nScope=group\nGraceSec=1s\n")
        group = self.group("a")
        group.limit(8 << 30)
        # Someone from elsewhere in the v2 group: cgroup.kill is out of the question, one by one it is.
        for folder in group.folders[1:]:
            sleeper = self.spawn(self.group("elsewhere"), ["sleep", "1000"])
            (folder / "cgroup.procs").write_text(str(sleeper.pid))
        self.python(group, CROWD, "1500", how)
        self.wait_for("the crowd", lambda: b"forked" in (self.folder / "workers").read_bytes())
        self.configure("[Policy p]\nCgroup={home}/*\nGroupMemoryMax=96M\nScope=group\nGraceSec=1s\n")
        guard.signal(signal.SIGHUP)
        self.wait_for("an empty group", lambda: not group.pids())
        # That end comes to its end, and the group is watched again.
        self.wait_for("its last word", lambda: "without a verdict each" in guard.said())
        second = self.grow(group, 100, 120)
        self.assert_ended(guard, second, "group-memory")

    def test_a_crowd_that_dies_when_asked(self):
        self.crowd("die")

    def test_a_crowd_that_ignores(self):
        self.crowd("ignore")

    def guard_on_v2(self, text):
        """The daemon on a v2 hierarchy, also where this machine counts memory by v1."""
        if self.hierarchies.version == 2:
            return self.guard(text)
        if not self.hierarchies.unified:
            self.skipTest("no v2 hierarchy is mounted")
        guard = Guard(BUILD, self.configure(text), self.folder / "state", self.folder / "run")
        bind = f'mount --bind {self.hierarchies.unified} /sys/fs/cgroup && exec "$@"'
        guard.command[:0] = ["unshare", "--mount", "--propagation=private", "sh", "-c", bind, "sh"]
        self.addCleanup(self.end_guard, guard)
        return guard.start()

    def test_threads_in_groups_of_their_own(self):
        guard = self.guard_on_v2("[Policy p]\nCgroup={home}/a\nWorkerMemoryMax=96M\nAction=kill\n")
        group, below = self.group("a"), self.group("a/t")
        try:
            (below.folders[-1] / "cgroup.type").write_text("threaded")
        except OSError as error:
            self.skipTest(f"no threaded groups below one that counts memory: {error.strerror}")
        # It lists nobody, whoever is in it: its processes are in the list of the group above.
        for home in (group, below):
            self.assert_ended(guard, self.grow(home, 100, 400), "worker-memory")

    def test_a_process_without_its_first_thread(self):
        guard = self.guard("[Policy p]\nCgroup={home}/*\nWorkerMemoryMax=96M\nGraceSec=1s\n")
        self.assert_ended(guard, self.python(self.group("a"), LEADERLESS), "worker-memory")

    def test_a_process_without_its_first_thread_in_a_group_that_ends_as_a_whole(self):
        # cgroup.kill leaves such a process alive.
        guard = self.guard("[Policy p]\nCgroup={home}/*\nWorkerMemoryMax=96M\nScope=group\nAction=kill\n")
        group = self.group("a")
        other = self.grow(group, 1, 1)
        process = self.python(group, LEADERLESS)
        self.assert_ended(guard, process, "worker-memory")
        self.assert_ended(guard, other, "worker-memory")

    def test_a_worker_that_moves_up_from_a_group_below(self):
        guard = self.guard("[Policy p]\nCgroup={home}/a\nGroupMemoryMax=96M\nGraceSec=1s\n")
        above = self.group("a")
        below = self.group("a/b")
        process = self.grow(below, 6, 160, start=40)
        time.sleep(2)
        for folder in above.folders:
            (folder / "cgroup.procs").write_text(str(process.pid))
        self.assert_ended(guard, process, "group-memory")

    def test_a_worker_that_moves_down_into_a_group_below(self):
        guard = self.guard("[Policy p]\nCgroup={home}/a\nGroupMemoryMax=96M\nGraceSec=1s\n")
        above = self.group("a")
        below = self.group("a/b")
        process = self.grow(above, 6, 160, start=40)
        time.sleep(2)
        for folder in below.folders:
            (folder / "cgroup.procs").write_text(str(process.pid))
        self.assert_ended(guard, process, "group-memory")

    def test_a_frozen_worker_that_was_moved_runs_again(self):
        guard = self.guard("[Policy p]\nCgroup={home}/a\nWorkerMemoryMax=96M\nAction=freeze\n")
        process = self.grow(self.group("a"), 100, 120)
        self.verdict_on(guard, process)
        self.wait_for("it is stopped", lambda: self.state(process) == "T")
        elsewhere = self.group("elsewhere")
        for folder in elsewhere.folders:
            (folder / "cgroup.procs").write_text(str(process.pid))
        self.wait_for("it runs", lambda: self.state(process) != "T")

    def test_one_that_left_its_group_is_let_go_and_its_group_watched_on(self):
        group = self.group("a")
        elsewhere = self.group("elsewhere")
        mover = self.settled(group, 260, "ignore-loudly")
        guard = self.guard("[Policy p]\nCgroup={home}/a\nGroupMemoryMax=256M\nGraceSec=6s\n")
        self.wait_for("SIGTERM", lambda: b"asked" in (self.folder / "workers").read_bytes())
        for folder in elsewhere.folders:
            (folder / "cgroup.procs").write_text(str(mover.pid))
        self.assertEqual(self.verdict_on(guard, mover)["outcome"], "survived")
        verdict = self.assert_ended(guard, self.grow(group, 60, 900), "group-memory")
        self.assertLess(verdict["value"], 640 * MIB)
        self.assert_lives(mover)

    def state(self, process):
        with open(f"/proc/{process.pid}/stat") as file:
            return file.read().rpartition(")")[2].split()[0]

    def test_names_full_of_tricks(self):
        guard = self.guard(
            "[Policy p]\nCgroup={home}/**\nWorkerMemoryMax=96M\n[Guard]\nRecordCommand=full\n"
        )
        names = ["a b", "100%s%n", "[*]?", 'q"\\', "\x1b[31mred", "\u00e9", "x (deleted)", "-rf", "{}"]
        arguments = ["\x1b[2J", '"},{', "x" * 100000, "\n\n", ""]
        for name in names:
            process = self.python(self.group(name), GROWER, *arguments)
            self.assert_ended(guard, process, "worker-memory")
        shown = [guard.said()]
        for command in (["status"], ["history"], ["status", "--json"], ["history", "--json"]):
            done = guard.bng(*command)
            self.assertEqual(done.returncode, 0, done.stderr)
            shown.append(done.stdout)
            if "--json" in command:
                json.loads(done.stdout)
        for text in shown:
            self.assertNotIn("\x1b", text)
            self.assertIn("100%s%n", text)

    def test_a_service_manager_that_does_not_listen(self):
        # Nobody reads the notifications after the first; here others have filled the queue.
        guard = self.guard("[Policy p]\nCgroup={home}/**\nWorkerMemoryMax=96M\n")
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as crowder:
            crowder.setblocking(False)
            with self.assertRaises(BlockingIOError):
                while True:
                    crowder.sendto(b"X=1", guard.socket.getsockname())
        self.group("another")
        time.sleep(2)
        process = self.python(self.group("late"), GROWER)
        self.assert_ended(guard, process, "worker-memory")

    def test_reloads_that_nobody_hears_of_hold_nothing_up(self):
        guard = self.guard("[Policy p]\nCgroup={home}/**\nWorkerMemoryMax=96M\nAction=kill\n")
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as crowder:
            crowder.setblocking(False)
            with self.assertRaises(BlockingIOError):
                while True:
                    crowder.sendto(b"X=1", guard.socket.getsockname())
        process = self.grow(self.group("a"), 40, 800)
        while process.poll() is None:
            guard.signal(signal.SIGHUP)
            time.sleep(0.1)
        # A loop that waits to be heard would not look before the kernel's own limit.
        self.assertLess(self.assert_ended(guard, process, "worker-memory")["value"], 400 * MIB)
        self.assertTrue(guard.wait_for_notification("READY=1"), "and at last it is told")

    def test_groups_that_use_descriptors_up_leave_some_to_others(self):
        box = Group(self.hierarchies, f"{self.home}/box", parent=True)
        self.addCleanup(box.remove)
        for i in range(60):
            self.group(f"box/{i}")
        guard = self.guard(
            "[Policy box]\nCgroup={home}/box\nGroupMemoryMax=900M\nAction=kill\n"
            "[Policy p]\nCgroup={home}/victim\nWorkerMemoryMax=96M\nAction=kill\n"
        )
        guard.stop()
        guard.command[:0] = ["prlimit", "--nofile=160:160"]
        guard.start()
        self.wait_for("what is missed to be said", lambda: "Too many open files" in guard.said())
        self.assert_ended(guard, self.grow(self.group("victim"), 100, 200), "worker-memory")

    def test_a_flood_of_groups_keeps_nobody_waiting(self):
        guard = self.guard(
            "[Policy flood]\nCgroup={home}/flood*/**/x\nWorkerMemoryMax=96M\n"
            "[Policy p]\nCgroup={home}/victim\nCgroup={home}/late\nWorkerMemoryMax=96M\nAction=kill\n"
        )
        said = lambda: (self.folder / "workers").read_bytes()
        elsewhere = self.group("elsewhere")
        floods = [self.group(name).folders[0] for name in ("flood1", "flood2")]
        victim = self.group("victim")
        for folder in floods:
            self.python(elsewhere, FLOOD, folder)
        self.wait_for("the floods", lambda: said().count(b"flood") == 2)
        for i in range(4):
            process = self.grow(victim, 100, 800)
            self.assertLess(self.assert_ended(guard, process, "worker-memory")["value"], 400 * MIB)
        # Nor is a group missed that was made meanwhile.
        process = self.grow(self.group("late"), 20, 800)
        self.assertLess(self.assert_ended(guard, process, "worker-memory")["value"], 400 * MIB)
        self.wait_for("their end", lambda: said().count(b"dry") == 2)

    def test_a_group_that_a_container_makes(self):
        """By way of a mount of its own, in a cgroup namespace of its own; and nothing else is watched."""
        guard = self.guard("[Policy p]\nCgroup={home}/box/*\nWorkerMemoryMax=96M\nAction=kill\n")
        box = Group(self.hierarchies, f"{self.home}/box", parent=True)
        self.addCleanup(box.remove)
        self.addCleanup(lambda: [(folder / "x").rmdir() for folder in box.folders if (folder / "x").exists()])
        self.addCleanup(self.reap)
        time.sleep(1)  # it is known by then
        mount = self.folder / "mount"
        mount.mkdir()
        kind = ["-t", "cgroup2"] if self.hierarchies.version == 2 else ["-t", "cgroup", "-o", "memory"]
        enter = f"mount {' '.join(kind)} none {mount} && mkdir {mount}/x && echo $$ > {mount}/x/cgroup.procs"
        grow = [PYTHON, WORKERS / "grow.py", 0, 40 * MIB, 120 * MIB, ""]
        inside = ["unshare", "--cgroup", "--mount", "sh", "-c", enter + ' && exec "$@"', "sh", *grow]
        self.assert_ended(guard, self.spawn(box, inside), "worker-memory")

    def test_a_proof_that_never_comes(self):
        freezer = Path("/sys/fs/cgroup/freezer")
        if not (freezer / "tasks").exists():
            self.skipTest("one thread alone can only be stopped by the v1 freezer, which is not here")
        guard = self.guard("[Policy p]\nCgroup={home}/*\nWorkerMemoryMax=96M\nGraceSec=1s\n")
        frozen = freezer / self.home.lstrip("/")
        frozen.mkdir()
        self.addCleanup(frozen.rmdir)
        self.addCleanup(lambda: (freezer / "tasks").write_text(str(thread)))
        # The loop comes first, then the thread that reads proofs, then the one that writes verdicts.
        thread = sorted(int(task.name) for task in Path(f"/proc/{guard.process.pid}/task").iterdir())[1]
        (frozen / "tasks").write_text(str(thread))
        (frozen / "freezer.state").write_text("FROZEN")
        self.addCleanup((frozen / "freezer.state").write_text, "THAWED")
        process = self.creep(self.group("a"), 96)
        self.assert_ended(guard, process, "worker-memory")
        (frozen / "freezer.state").write_text("THAWED")


if __name__ == "__main__":
    main()
