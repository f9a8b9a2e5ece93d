# SPDX-License-Identifier: LGPL-2.1-or-later
"""Every read, open, write and allocation of the daemon fails, one after the other and by chance: it goes on,
ends who runs away, and what it announces is on disk in the end."""

import errno
import mmap
import os
import re
import random
import signal
import struct
import subprocess
import time

from harness import BUILD, EndToEnd, is_sanitized, main
from guard import Guard, NotReady

KINDS = ("open", "read", "write", "sync", "stat", "signal", "alloc")
EXTENDED = os.environ.get("BNG_TEST_EXTENDED") == "1"
POLICY = "[Guard]\nKillBudget=10000/1min\n[Policy p]\nCgroup={home}/*\nWorkerMemoryMax=16M\nAction=kill\n"


class Control:
    """The injector's memory, shared with the daemon (struct control in faults/inject.c)."""

    LAYOUT = struct.Struct("<IIQIIQQQ")

    def __init__(self, path):
        path.write_bytes(bytes(self.LAYOUT.size))
        with open(path, "r+b") as file:
            self.memory = mmap.mmap(file.fileno(), self.LAYOUT.size)

    def arm(self, kinds=KINDS, at=0, share=0.0, error=0, seed=0, libsystemd=False):
        bits = sum(1 << KINDS.index(kind) for kind in kinds)
        million = int(share * 1000000)
        self.memory[4:] = self.LAYOUT.pack(0, bits, at, million, error, seed, 0, 0)[4:]
        self.memory[:4] = struct.pack("<I", 2 if libsystemd else 1)

    def disarm(self):
        self.memory[:4] = bytes(4)

    @property
    def calls(self):
        return self.LAYOUT.unpack(self.memory[:])[6]

    @property
    def failed(self):
        return self.LAYOUT.unpack(self.memory[:])[7]


class Faults(EndToEnd):
    def setUp(self):
        super().setUp()
        self.seed = int(os.environ.get("BNG_TEST_SEED", random.randrange(1 << 32)))
        print(f"BNG_TEST_SEED={self.seed}")
        self.random = random.Random(self.seed)
        self.control = Control(self.folder / "control")
        self.mortal = []

    def make_guard(self, text=POLICY):
        guard = Guard(BUILD, self.configure(text), self.folder / "state", self.folder / "run")
        guard.environment |= {
            "LD_PRELOAD": str(BUILD / "tests/faults/inject.so"),
            "BNG_FAULTS": str(self.folder / "control"),
            # The injector comes first on purpose; what it fails is not the sanitizer's to complain of.
            "ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", "") + ":verify_asan_link_order=0",
        }
        self.addCleanup(self.end_guard, guard)
        self.addCleanup(self.control.disarm)
        return guard

    def runaway(self, group, slow=False):
        # However the guard is held up, the fence behind the group is for others: it stops below.
        fast = [BUILD / "tests/workers/burst-fill", "700"]
        process = self.grow(group, 50, 400) if slow else self.spawn(group, fast)
        self.mortal.append(process.identity)
        return process

    def assert_goes_on(self, guard, process, seconds=60):
        """The runaway is ended."""
        deadline = time.monotonic() + seconds
        while process.poll() is None:
            self.assertIsNone(guard.process.poll(), f"the daemon died: {self.tail(guard)}")
            self.assertLess(time.monotonic(), deadline, f"it is not ended: {self.tail(guard)}")
            time.sleep(0.002)

    def tail(self, guard):
        return "\n".join(guard.said().splitlines()[-40:])

    def is_written(self, guard, process):
        return any((v["pid"], v["start_time"]) == process.identity for v in guard.verdicts())

    def assert_nothing_is_lost(self, guard):
        """Each one that was ended has its verdict on disk, once, and whatever was announced as well."""
        self.control.disarm()

        def missing():
            ended = [(v["pid"], v["start_time"]) for v in guard.verdicts() if v["outcome"] == "ended"]
            return [one for one in self.mortal if ended.count(one) != 1]

        deadline = time.monotonic() + 60
        while missing():
            self.assertLess(time.monotonic(), deadline, f"no verdict on {missing()}: {self.tail(guard)}")
            time.sleep(0.1)
        self.assertEqual(guard.stop(), 0, self.tail(guard))
        announced = re.findall(r"^worker (\d+)", guard.said(), re.MULTILINE)
        written = [str(v["pid"]) for v in guard.verdicts()]
        self.assertEqual(sorted(announced), sorted(written), self.tail(guard))

    def sweep(self, kind, most, error=0):
        guard = self.make_guard().start()
        group = self.group("a")
        self.control.arm([kind])
        process = self.runaway(group)
        self.assert_goes_on(guard, process)
        self.wait_for("its verdict", lambda: self.is_written(guard, process))
        self.control.disarm()
        calls = self.control.calls
        self.assertGreater(calls, 0)
        numbers = list(range(1, calls + 1))
        if not EXTENDED and len(numbers) > most:
            numbers = sorted(self.random.sample(numbers, most))
        for at in numbers:
            self.control.arm([kind], at=at, error=error, seed=self.random.randrange(1 << 64))
            process = self.runaway(group)
            self.assert_goes_on(guard, process)
            self.wait_for(
                "the fault, or the verdict",
                lambda: self.control.failed > 0 or self.is_written(guard, process),
            )
            self.control.disarm()
        self.assert_nothing_is_lost(guard)
        # Once, not once a fault.
        complaints = [line for line in guard.said().splitlines() if "Cannot" in line]
        self.assertLess(len(complaints), 12, complaints)

    def test_each_open_fails(self):
        self.sweep("open", 40)

    def test_each_read_fails(self):
        self.sweep("read", 40)

    def test_each_write_fails(self):
        self.sweep("write", 20)

    def test_each_sync_fails(self):
        self.sweep("sync", 10)

    def test_each_stat_fails(self):
        self.sweep("stat", 30)

    def test_each_signal_fails(self):
        self.sweep("signal", 10)

    def test_each_signal_finds_nobody(self):
        self.sweep("signal", 10, errno.ESRCH)

    def test_each_allocation_fails(self):
        if is_sanitized():
            self.skipTest("a sanitizer allocates by itself")
        self.sweep("alloc", 40)

    def test_a_share_of_everything_fails(self):
        guard = self.make_guard().start()
        groups = [self.group(f"g{i}") for i in range(4)]
        for share in (0.001, 0.02, 0.2) * (20 if EXTENDED else 1):
            self.control.arm(share=share, seed=self.random.randrange(1 << 64))
            processes = [self.runaway(group, slow=True) for group in groups for _ in range(2)]
            guard.signal(signal.SIGHUP)
            time.sleep(1)
            failed = self.control.failed
            self.control.disarm()
            for process in processes:
                self.assert_goes_on(guard, process)
            self.assertTrue(failed > 0 or share < 0.01)
        self.assert_nothing_is_lost(guard)

    def test_the_event_loop_stumbles(self):
        guard = self.make_guard().start()
        group = self.group("a")
        for _ in range(60 if EXTENDED else 6):
            self.control.arm(share=0.01, seed=self.random.randrange(1 << 64), libsystemd=True)
            process = self.runaway(group, slow=True)
            time.sleep(0.5)
            self.control.disarm()
            self.assert_goes_on(guard, process)
        self.assert_nothing_is_lost(guard)

    def test_each_call_of_a_start_fails(self):
        guard = self.make_guard()
        self.control.arm()
        guard.start()
        calls = self.control.calls
        self.assertEqual(guard.stop(), 0)
        numbers = range(1, calls + 1)
        if not EXTENDED:
            numbers = sorted(self.random.sample(numbers, min(calls, 40)))
        for at in numbers:
            self.control.arm(at=at, seed=self.random.randrange(1 << 64))
            guard.log.unlink(missing_ok=True)
            try:
                guard.start()
            except NotReady as said:
                # It may refuse to start, in order and with a word.
                self.assertEqual(guard.process.returncode, 1, f"call {at}: {said}")
                self.assertNotEqual(str(said), "it said nothing", at)
            else:
                self.control.disarm()
                self.assertEqual(guard.stop(), 0, f"call {at}: {self.tail(guard)}")

    def test_a_state_folder_that_cannot_be_written_to(self):
        """Read-only from before the start until somebody mends it."""
        guard = self.make_guard()
        state = self.folder / "state"
        read_only = 'mount --bind "$0" "$0" && mount -o remount,bind,ro "$0" && exec "$@"'
        guard.command[:0] = ["unshare", "--mount", "--propagation=private", "sh", "-c", read_only, state]
        guard.start()
        groups = [self.group(name) for name in "ab"]
        for process in [self.runaway(group) for group in groups for _ in range(2)]:
            self.assert_goes_on(guard, process)
        # They are told of all the same, and kept for the disk.
        self.wait_for("each to be told", lambda: len(re.findall("^worker", guard.said(), re.MULTILINE)) == 4)
        self.assertEqual(guard.verdicts(), [])
        complaints = [line for line in guard.said().splitlines() if "Read-only file system" in line]
        self.assertLess(len(complaints), 4, complaints)
        mend = ["nsenter", f"--mount=/proc/{guard.process.pid}/ns/mnt", "mount", "-o", "remount,bind,rw", state]
        subprocess.run(mend, check=True)
        self.assert_nothing_is_lost(guard)

    def test_each_call_of_a_reload_and_a_stop_fails(self):
        for what in ("reload", "stop"):
            guard = self.make_guard().start()
            number = signal.SIGHUP if what == "reload" else signal.SIGTERM
            for _ in range(200 if EXTENDED else 20):
                self.control.arm(share=0.02, seed=self.random.randrange(1 << 64))
                guard.signal(number)
                if what == "reload":
                    self.assertTrue(guard.wait_for_notification("READY=1"), self.tail(guard))
                    self.control.disarm()
                    self.assertIsNone(guard.process.poll(), self.tail(guard))
                else:
                    self.assertEqual(guard.process.wait(60), 0, self.tail(guard))
                    self.control.disarm()
                    guard.kill()
                    guard.start()
            if what == "reload":
                self.assert_goes_on(guard, self.runaway(self.group("a")))
                self.assert_nothing_is_lost(guard)
            guard.stop()


if __name__ == "__main__":
    main()
