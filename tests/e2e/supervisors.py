# SPDX-License-Identifier: LGPL-2.1-or-later
"""Masters and supervisors that start a worker again as soon as it is gone: nobody is ended for what another held,
for ever, or without a word."""

import signal
import time

from harness import MIB, PYTHON, EndToEnd, main, names

# A preforking master called "master", with so many MiB of its own: a child called "worker" that writes to so many of
# them is started again whenever it is gone. Says who they are.
PREFORK = """
import ctypes, mmap, os, sys, time
held, written = int(sys.argv[1]) << 20, int(sys.argv[2]) << 20
libc = ctypes.CDLL(None)
libc.prctl(15, b"master", 0, 0, 0)
heap = mmap.mmap(-1, held, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
heap.write(b"x" * held)
while True:
    pid = os.fork()
    if pid == 0:
        libc.prctl(15, b"worker", 0, 0, 0)
        time.sleep(0.3)
        for at in range(0, written, mmap.PAGESIZE):
            heap[at] = 121
            if at % (1 << 20) == 0:
                time.sleep(0.01)
        print("settled", os.getpid(), flush=True)
        time.sleep(600)
    print("child", pid, flush=True)
    os.waitpid(pid, 0)
"""

# Loads so many MiB, 30 a second, and then starts so many workers one after the other, which share them. Each takes so
# much by itself, at once.
PRELOAD = """
import os, sys, time
load, count, own = map(int, sys.argv[1:4])
loaded = []
for _ in range(load):
    loaded.append(bytearray(b"x") * (1 << 20))
    time.sleep(1 / 30)
for _ in range(count):
    pid = os.fork()
    if pid == 0:
        time.sleep(0.5)
        held = [bytearray(b"x") * (1 << 20) for _ in range(own)]
        print("settled", os.getpid(), flush=True)
        time.sleep(600)
    print("child", pid, flush=True)
    time.sleep(0.1)
while True:
    os.wait()
"""

# Starts so many workers one after the other, each as soon as the one before is dead, that take 60 MiB; the last
# one takes 4.
RESTARTS = """
import os, sys, time
count = int(sys.argv[1])
for i in range(count + 1):
    pid = os.fork()
    if pid == 0:
        held = []
        for _ in range(60 if i < count else 4):
            held.append(bytearray(b"x") * (1 << 20))
            time.sleep(0.002)
        print("settled", os.getpid(), flush=True)
        time.sleep(600)
    print("child", pid, flush=True)
    os.waitpid(pid, 0)
"""

# The kernel waits for some milliseconds before it moves a process, unless it has just moved another one: so whoever is
# moved while this runs is there at once.
QUICK = """
import sys, time
while True:
    open(sys.argv[1], "w").write("0")
    time.sleep(0.001)
"""

# Starts a worker again whenever it is gone, which takes 16 MiB and, 4 a second, 11 more: not much, so that it dies
# in no time.
HASTY = """
import os, time
while True:
    pid = os.fork()
    if pid == 0:
        held = [b"x" * (16 << 20)]
        time.sleep(0.3)
        for _ in range(180):
            held.append(b"x" * (1 << 16))
            time.sleep(0.015)
        time.sleep(600)
    os.waitpid(pid, 0)
"""

# Takes 54 MiB, 6 a second at the end, and when told (SIGUSR1) so many more, one a second.
SETTLES = """
import signal, sys, time
held = [b"x" * (36 << 20)]
for _ in range(18):
    held.append(b"x" * (1 << 20))
    time.sleep(1 / 6)
signal.sigwait([signal.SIGUSR1])
while len(held) < 19 + int(sys.argv[1]):
    held.append(b"x" * (1 << 20))
    time.sleep(1)
time.sleep(600)
"""


class Supervisors(EndToEnd):
    def start(self, group, program, *arguments):
        return self.spawn(group, [PYTHON, "-c", program, *arguments])

    def said_of(self, what):
        lines = (self.folder / "workers").read_bytes().decode().split("\n")[:-1]
        lines = [line.lstrip("\0") for line in lines]  # of a file that was cut while it was written
        return [int(line.split()[1]) for line in lines if line.startswith(f"{what} ")]

    def test_a_preforked_child_is_not_ended_for_what_its_master_holds(self):
        guard = self.guard("[Policy p]\nCgroup={home}/*\nCommand=worker\nWorkerMemoryMax=64M\nAction=kill\n")
        # The child's own 24 MiB and half of the 56 that both have; that is looked at again after five seconds.
        master = self.start(self.group("a"), PREFORK, "80", "24")
        self.wait_for("a child that has settled", lambda: self.said_of("settled"))
        time.sleep(8)
        self.assertEqual(len(self.said_of("child")), 1, "it was started again")
        self.assertEqual(guard.verdicts(), [])
        self.assert_lives(master)

    def test_a_preforked_child_that_takes_a_little_at_once_is_not_ended_for_its_masters(self):
        guard = self.guard("[Policy p]\nCgroup={home}/*\nWorkerMemoryMax=112M\nAction=kill\n")
        self.start(self.group("a"), PRELOAD, "80", "6", "40")
        self.wait_for("its children to have settled", lambda: len(self.said_of("settled")) == 6)
        time.sleep(1)
        self.assertEqual(guard.verdicts(), [])
        # It is no licence.
        self.start(self.group("b"), PRELOAD, "80", "1", "400")
        self.wait_for("a verdict", guard.verdicts)
        self.assertEqual(guard.verdicts()[0]["pid"], self.said_of("child")[6])

    def test_a_server_that_starts_its_workers_is_no_burst(self):
        guard = self.guard("[Policy p]\nCgroup={home}/*\nGrowthMax=50M\n")
        server = self.start(self.group("a"), PRELOAD, "150", "40", "1")
        self.wait_for("its children to have settled", lambda: len(self.said_of("settled")) == 40)
        time.sleep(2)
        self.assertEqual(guard.verdicts(), [])
        self.assert_lives(server)

    def test_a_preforked_child_that_copies_too_much_is_not_ended_for_ever(self):
        guard = self.guard(
            "[Policy p]\nCgroup={home}/*\nCommand=worker\nWorkerMemoryMax=48M\nAction=kill\nCrashLoop=3/10min\n"
        )
        master = self.start(self.group("a"), PREFORK, "80", "60")
        self.wait_for("three ends and a word", lambda: len(guard.verdicts()) >= 4)
        time.sleep(4)
        verdicts, children = guard.verdicts(), self.said_of("child")
        self.assertEqual([(v["reason"], v["outcome"]) for v in verdicts],
                         [("worker-memory", "ended")] * 3 + [("crash-loop", "logged")])
        self.assertEqual([v["pid"] for v in verdicts], children)
        self.assert_lives(master)

    def test_each_end_is_a_link_of_the_loop(self):
        """However soon the next worker is there: some milliseconds, of which the kernel tells none."""
        guard = self.guard("[Policy p]\nCgroup={home}/*\nWorkerMemoryMax=24M\nAction=kill\nCrashLoop=4/10min\n")
        master = self.start(self.group("a"), HASTY)
        verdicts = self.wait_for("a word on the loop", lambda: [v for v in guard.verdicts() if v["reason"] != "worker-memory"])
        self.assertEqual([(v["reason"], v["outcome"]) for v in verdicts], [("crash-loop", "logged")])
        self.assertEqual([v["outcome"] for v in guard.verdicts()], ["ended"] * 4 + ["logged"])
        self.assert_lives(master)

    def test_who_is_tolerated_is_not_so_for_ever(self):
        guard = self.guard("[Policy p]\nCgroup={home}/*\nWorkerMemoryMax=48M\nGraceSec=1s\nCrashLoop=2/10min\n")
        group = self.group("a")
        block = lambda: signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR1])
        block()
        self.addCleanup(signal.pthread_sigmask, signal.SIG_UNBLOCK, [signal.SIGUSR1])
        for _ in range(2):
            self.assert_ended(guard, self.start(group, SETTLES, "0"), "worker-memory")
        tolerated, grows = self.start(group, SETTLES, "0"), self.start(group, SETTLES, "11")
        self.wait_for("a word on the loop", lambda: guard.verdicts()[-1]["reason"] == "crash-loop")
        time.sleep(5)
        self.assertEqual(len(guard.verdicts()), 3)
        self.assert_lives(tolerated, grows)
        grows.send_signal(signal.SIGUSR1)
        self.wait_for("its end", lambda: grows.poll() is not None)
        # One of the two was named when the loop was.
        end = self.wait_for("its verdict", lambda: guard.verdicts()[3:])[0]
        self.assertEqual((end["pid"], end["reason"], end["outcome"]), (grows.pid, "worker-memory", "ended"))
        self.assertLess(end["value"], 48 * MIB * 3 // 2)
        self.assert_lives(tolerated)

    def test_started_again_right_after_sigkill(self):
        for scope in ("worker", "group"):
            with self.subTest(scope):
                outside, group = self.group(f"outside-{scope}"), self.group(f"a-{scope}")
                self.start(outside, QUICK, outside.folders[0] / "cgroup.procs")
                guard = self.guard_of(scope)
                count = 8
                master = self.start(group if scope == "worker" else outside, self.into(group, scope), str(count))
                # One before it may have settled too, where the daemon was late.
                last = lambda: self.said_of("child")[count:]
                self.wait_for("the last one", lambda: last() and last()[0] in self.said_of("settled"))
                time.sleep(2)
                children = self.said_of("child")
                self.assertEqual(len(children), count + 1)
                verdicts = guard.verdicts()
                self.assertEqual([v["pid"] for v in verdicts], children[:-1])
                self.assertEqual({(v["outcome"], *names(v)) for v in verdicts}, {("ended", "SIGKILL")})
                self.assertEqual(len({v["event"] for v in verdicts}), count)
                self.assert_lives(master)
                guard.stop()
                (self.folder / "state/verdicts.jsonl").unlink()
                self.log.truncate(0)
                master.kill()

    def guard_of(self, scope):
        return self.guard(
            f"[Policy p]\nCgroup={{home}}/a-{scope}\nWorkerMemoryMax=48M\nAction=kill\nScope={scope}\nCrashLoop=no\n"
        )

    @staticmethod
    def into(group, scope):
        """The program, whose workers move into the group where their master is outside of it."""
        if scope == "worker":
            return RESTARTS
        moves = "".join(f"        open({str(folder / 'cgroup.procs')!r}, 'w').write('0')\n" for folder in group.folders)
        return RESTARTS.replace("        held = []\n", moves + "        held = []\n")

    def test_the_reason_is_not_lost_with_the_daemon(self):
        text = "[Policy p]\nCgroup={home}/*\nWorkerMemoryMax=96M\nGraceSec=20s\n"
        process = self.settled(self.group("a"), 100, "ignore")
        guard = self.guard(text)
        said = f"Policy p ends worker {process.pid} (python3) of {self.home}/a: worker-memory, "
        self.wait_for("the decision", lambda: said in guard.said())
        guard.kill()  # between its signal and the death
        self.assert_lives(process)
        again = self.guard(text.replace("20s", "1s"))
        verdict = self.assert_ended(again, process, "worker-memory")
        self.assertIn("WorkerMemoryMax=96M of policy p", verdict["message"])
        self.assertIn(verdict["message"], again.bng("explain", str(process.pid)).stdout)


if __name__ == "__main__":
    main()
