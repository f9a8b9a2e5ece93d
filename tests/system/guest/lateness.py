# SPDX-License-Identifier: LGPL-2.1-or-later
"""How late a runaway is met at its limit: milliseconds from the moment at which it crosses the limit to SIGKILL, and
how far over the limit it has come by then, in percent. By the daemon, which a tripwire wakes, and by a poll every ten
milliseconds that is as nice; medians and the worst, both taking turns.

The system has one CPU, that of a machine that does other things, and a clock that ticks every ten milliseconds: what
can be compared is the one with the other.
"""

import mmap
import os
import pathlib
import signal
import statistics
import struct
import subprocess
import time
from datetime import datetime

from support import MIB, verdicts, wait_for

HOME = pathlib.Path("/sys/fs/cgroup/late")
LIMIT = 64 * MIB
ROUNDS = 5
POLL = 0.01  # seconds between two looks
NOTE = pathlib.Path("/run/late")
LAYOUT = struct.Struct("ddQ")  # when it crossed its limit, when it ran last (seconds), and what it held then (bytes)

POLICY = """
[Policy late]
Cgroup=/late/wire-*
WorkerMemoryMax=64M
Action=kill
"""

# Holds 40 MB; when told, takes so many bytes a second (0: as many as it can), and writes down how far it has come.
GROW = f"""
import mmap, os, signal, struct, sys, time
STEP, POPULATE_WRITE = 64 << 10, 23
rate = int(sys.argv[1])
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR1])
memory = mmap.mmap(-1, 512 << 20, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
note = mmap.mmap(os.open("{NOTE}", os.O_RDWR), {LAYOUT.size})
statm = os.open("/proc/self/statm", os.O_RDONLY)
taken, crossed = 40 << 20, 0.0
memory.madvise(POPULATE_WRITE, 0, taken)
struct.pack_into("{LAYOUT.format}", note, 0, 0.0, 0.0, taken)
signal.sigwait([signal.SIGUSR1])
begun, before = time.monotonic(), taken
while True:
    memory.madvise(POPULATE_WRITE, taken, STEP)
    taken += STEP
    resident, shared = (int(n) << 12 for n in os.pread(statm, 100, 0).split()[1:3])
    if not crossed and resident - shared >= {LIMIT}:
        crossed = time.time()
    struct.pack_into("{LAYOUT.format}", note, 0, crossed, time.time(), resident - shared)
    if rate:
        time.sleep(max(0, begun + (taken - before) / rate - time.monotonic()))
"""


def private(pid):
    resident, shared = map(int, pathlib.Path(f"/proc/{pid}/statm").read_text().split()[1:3])
    return (resident - shared) * os.sysconf("SC_PAGE_SIZE")


class Runaway:
    """One in a group of its own, that waits for the word."""

    def __init__(self, name, rate):
        self.group = HOME / name
        self.group.mkdir()
        NOTE.write_bytes(bytes(LAYOUT.size))
        with open(NOTE, "r+b") as file:
            self.note = mmap.mmap(file.fileno(), LAYOUT.size)
        enter = lambda: (self.group / "cgroup.procs").write_text("0")
        self.process = subprocess.Popen(["/usr/bin/python3", "-c", GROW, str(rate)], preexec_fn=enter)
        wait_for("its memory", lambda: LAYOUT.unpack(self.note[:])[2], pause=0.02)

    def tell(self):
        self.process.send_signal(signal.SIGUSR1)

    def end(self, signalled):
        """Milliseconds that the signal was late, percent that it came too far."""
        self.process.wait(30)
        crossed, _, held = LAYOUT.unpack(self.note[:])
        self.note.close()
        self.group.rmdir()
        # One that is killed before he has written it down has crossed it just then.
        return max(0.0, signalled - (crossed or signalled)) * 1000, max(0, held - LIMIT) * 100 / LIMIT


def by_its_tripwire(name, rate):
    runaway = Runaway(f"wire-{name}", rate)
    wait_for("a tripwire", lambda: (runaway.group / "memory.high").read_text() != "max\n", pause=0.02)
    runaway.tell()
    group = f"/late/wire-{name}"
    (verdict,) = wait_for("a verdict", lambda: [v for v in verdicts("late") if v["cgroup"] == group], pause=0.02)
    assert (verdict["reason"], verdict["outcome"]) == ("worker-memory", "ended"), verdict
    assert verdict.get("noticed") == "tripwire", verdict
    time_of_signal = datetime.fromisoformat(verdict["signals"][0]["time"].replace("Z", "+00:00"))
    return runaway.end(time_of_signal.timestamp())


def by_a_poll(name, rate):
    runaway = Runaway(f"poll-{name}", rate)
    time.sleep(0.5)  # as long as the other one waits for its tripwire
    runaway.tell()
    while private(runaway.process.pid) < LIMIT:
        time.sleep(POLL)
    signalled = time.time()
    runaway.process.kill()
    return runaway.end(signalled)


def lateness(rate):
    ways = {"tripwire": by_its_tripwire, f"{POLL * 1000:.0f} ms poll": by_a_poll}
    found = {way: [] for way in ways}
    HOME.mkdir(exist_ok=True)
    (HOME / "cgroup.subtree_control").write_text("+memory")
    nice = os.nice(0)
    os.setpriority(os.PRIO_PROCESS, 0, -10)
    try:
        for number in range(ROUNDS):
            for way, end in ways.items():
                found[way].append(end(f"{rate}-{number}", rate))
    finally:
        os.setpriority(os.PRIO_PROCESS, 0, nice)
        HOME.rmdir()
    said = []
    for way, late in found.items():
        times, sizes = zip(*late)
        said.append(f"{way} {statistics.median(times):.1f} ms (worst {max(times):.1f}), "
                    f"{statistics.median(sizes):.2f} % (worst {max(sizes):.2f})")
    return "; ".join(said)


def how_late_at_50_mb_a_second():
    return lateness(50_000_000)


def how_late_at_500_mb_a_second():
    return lateness(500_000_000)


def how_late_at_full_speed():
    return lateness(0)


CHECKS = [
    how_late_at_50_mb_a_second,
    how_late_at_500_mb_a_second,
    how_late_at_full_speed,
]
