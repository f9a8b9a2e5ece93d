# SPDX-License-Identifier: LGPL-2.1-or-later
"""How far a worker that grows is over its limit when it is dead, in percent, and how long it ran on after it had
come to it, in milliseconds: ended by the daemon, by a poll every 100 ms, and by what others use where that is asked
for and installed (rivals.py). Medians and the worst of the runs, in which all take turns; `of_poll` is the first over
the poll's. Needs root.

  bench/overshoot.py [--runs N] [--rate RATE] [--siblings N] [--busy] [--plain] [--earlyoom] [--nohang] [--json]

The daemon runs as nice as its unit makes it, or with --plain without that.
"""

import argparse
import contextlib
import mmap
import os
import statistics
import struct
import subprocess
import sys
import time
from pathlib import Path

import rivals
from bed import BUILD, MIB, SKIPPED, Bed, hierarchies, show
from cgroups import die_with_parent

LIMIT = 256 * MIB
POLL = 0.1  # seconds between two looks
RATES = {"50 MB/s": (500_000, 10_000), "500 MB/s": (1_000_000, 2_000), "max": (MIB, 0)}  # bytes, microseconds
FENCE = 4 * LIMIT  # the kernel's, behind those who do not know the limit


class Note:
    """What the worker writes down (burst-timed.c): when it came to its limit, and when it last ran."""

    LAYOUT = struct.Struct("QQ")

    def __init__(self):
        self.file = os.memfd_create("note")
        os.ftruncate(self.file, self.LAYOUT.size)
        self.memory = mmap.mmap(self.file, self.LAYOUT.size)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.memory.close()
        os.close(self.file)

    def late(self):
        """Milliseconds from the one to the other; none if it was ended before it had noted the first."""
        crossed, last = self.LAYOUT.unpack(self.memory[:])
        return (last - crossed) / 1e6 if crossed else 0.0


def poll_until_over(group, worker, quiet):
    while worker.poll() is None:
        time.sleep(POLL)
        if group.anonymous() - quiet > LIMIT:
            worker.kill()


def one(found, who, rate, siblings, options):
    """Percent over the limit at the end, and milliseconds that it ran on."""
    with Bed(found) as bed, Note() as note:
        guard = None
        group = bed.group("w")
        for _ in range(siblings):
            bed.spawn(group, ["/bin/sleep", "1000"])
        if who == "guard":
            guard = bed.guard(f"Cgroup={{home}}/*\nWorkerMemoryMax={LIMIT}\nAction=kill\n")
            if options.plain:
                os.setpriority(os.PRIO_PROCESS, guard.process.pid, 0)
        elif who in rivals.COMMANDS:
            group.limit(FENCE)
            rivals.start(bed, who, LIMIT)
        time.sleep(0.3)  # the daemon finds the group, and the kernel arms its levels
        quiet = group.usage()
        command = [BUILD / "tests/bench/burst-timed", group.usage_file(), *map(str, (quiet + LIMIT, *RATES[rate]))]
        if who in rivals.COMMANDS:
            command = rivals.as_sole_user(command)
        worker = bed.spawn(group, command, stdin=note.file)
        if who == "poll":
            poll_until_over(group, worker, quiet)
        try:
            worker.wait(60)
        except subprocess.TimeoutExpired:
            return float("inf"), float("inf")
        finally:
            if guard:
                guard.kill()
        return 100 * (group.peak() - quiet - LIMIT) / LIMIT, note.late()


def measure(found, rate, siblings, others, options):
    """A row for each who ends it."""
    runs = {who: [] for who in ["guard", "poll", *others]}
    for _ in range(options.runs):
        for who, results in runs.items():
            results.append(one(found, who, rate, siblings, options))
    baseline = statistics.median(percent for percent, _ in runs["poll"])
    rows = []
    for who, results in runs.items():
        percents, times = zip(*results)
        rows.append(
            {
                "rate": rate,
                "siblings": siblings,
                "busy": options.busy,
                "by": who,
                "percent": statistics.median(percents),
                "worst_percent": max(percents),
                "ms": statistics.median(times),
                "worst_ms": max(times),
                "of_poll": statistics.median(percents) / baseline if baseline > 0 else None,
            }
        )
    return rows


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--runs", type=int, default=30)
    parser.add_argument("--rate", choices=RATES, help="this one only")
    parser.add_argument("--siblings", type=int, choices=(0, 9), help="this many quiet ones only")
    parser.add_argument("--busy", action="store_true", help="with every CPU busy")
    parser.add_argument("--plain", action="store_true", help="the daemon no nicer than others")
    for name in rivals.COMMANDS:
        parser.add_argument(f"--{name}", action="store_true", help=f"{name} as well, for workers without siblings")
    options = parser.parse_args()
    found = hierarchies()
    if not found:
        return SKIPPED
    others = [name for name in rivals.COMMANDS if vars(options)[name] and rivals.may_run(name, LIMIT)]
    with contextlib.ExitStack() as stack:
        if "nohang" in others:
            stack.enter_context(rivals.ballast(LIMIT))
        for _ in range(os.cpu_count() if options.busy else 0):
            command = [sys.executable, "-c", "while True: pass"]
            burner = stack.enter_context(subprocess.Popen(command, preexec_fn=die_with_parent))
            stack.callback(burner.kill)
        rows = [
            row
            for rate in ([options.rate] if options.rate else RATES)
            for siblings in ((0, 9) if options.siblings is None else (options.siblings,))
            for row in measure(found, rate, siblings, others if siblings == 0 else [], options)
        ]
    found.restore()
    show(rows, options.json)
    return 0


sys.exit(main())
