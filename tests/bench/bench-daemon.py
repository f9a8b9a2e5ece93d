# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the daemon costs and how late it is, on this machine's cgroups; needs root.

    overshoot  how far a worker that grows is over its limit when it is dead, beside a poll every 100 ms
               in the same run: interleaved, alone in its group and with nine quiet siblings
    idle       CPU time and resident memory with many workers that are far from every limit
    scale      CPU time of a start and of a walk over many groups, per group
"""

import argparse
import json
import os
import secrets
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

TESTS = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(TESTS / "support"))

from cgroups import Group, Hierarchies, Lacking
from guard import Guard

BUILD = Path(os.environ.get("BNG_BUILD", TESTS.parent / "build/gcc"))
MIB = 1 << 20
LIMIT = 256 * MIB
SKIPPED = 77
BASELINE = 0.1  # seconds between two looks of the poll
GROW = """
import sys, time
step, pause, held = int(sys.argv[1]), float(sys.argv[2]), []
due = time.monotonic()
while True:
    held.append(bytearray(b"x") * step)
    due += pause
    time.sleep(max(0, due - time.monotonic()))
"""
RATES = {"50 MB/s": (500_000, 0.01), "500 MB/s": (1_000_000, 0.002), "max": None}


class Bed:
    """Groups and folders of one benchmark, gone when it ends."""

    def __init__(self, hierarchies):
        self.hierarchies = hierarchies
        self.home = f"/bignum-guard-bench-{os.getpid()}-{secrets.token_hex(2)}"
        self.groups = [Group(hierarchies, self.home, parent=True)]
        self.processes = []
        self.folder = tempfile.TemporaryDirectory(prefix="bignum-guard-bench-")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for process in self.processes:
            process.kill()
        for process in self.processes:
            process.wait()
        for group in reversed(self.groups):
            group.remove()
        self.folder.cleanup()

    def group(self, name):
        self.groups.append(Group(self.hierarchies, f"{self.home}/{name}"))
        return self.groups[-1]

    def spawn(self, group, command):
        self.processes.append(group.spawn(command, stdout=subprocess.DEVNULL))
        return self.processes[-1]

    def guard(self, limits):
        folder = Path(tempfile.mkdtemp(dir=self.folder.name))
        (folder / "conf").write_text(f"[Guard]\nKillBudget=10000/1min\n[Policy p]\nCgroup={self.home}/*\n{limits}")
        for name in ("state", "run"):
            (folder / name).mkdir(mode=0o700)
        guard = Guard(BUILD, folder / "conf", folder / "state", folder / "run")
        guard.start(60)
        os.setpriority(os.PRIO_PROCESS, guard.process.pid, -10)  # as its unit does
        return guard


def used(pid):
    """Seconds of CPU time of all threads of a process."""
    tasks = Path(f"/proc/{pid}/task").iterdir()
    return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks) / 1e9


def wakeups(pid):
    lines = [line for task in Path(f"/proc/{pid}/task").iterdir()
             for line in (task / "status").read_text().splitlines()]
    return sum(int(line.split()[1]) for line in lines if line.startswith("voluntary"))


def poll_until_over(group, worker, quiet):
    while worker.poll() is None:
        time.sleep(BASELINE)
        if group.anonymous() - quiet > LIMIT:
            worker.kill()


def one_overshoot(bed, name, rate, siblings, baseline):
    """Percent over the limit at the end."""
    group = bed.group(name)
    for _ in range(siblings):
        bed.spawn(group, ["/bin/sleep", "1000"])
    time.sleep(0.3)  # the daemon finds the group, and the kernel arms its levels
    quiet = group.usage()
    if RATES[rate]:
        command = ["/usr/bin/python3", "-c", GROW, *map(str, RATES[rate])]
    else:
        command = [BUILD / "tests/workers/burst-fill"]
    worker = bed.spawn(group, command)
    if baseline:
        poll_until_over(group, worker, quiet)
    worker.wait(60)
    return 100 * (group.peak() - quiet - LIMIT) / LIMIT


def overshoot(hierarchies, options):
    rows = []
    burners = [subprocess.Popen([sys.executable, "-c", "while True: pass"])
               for _ in range(os.cpu_count() if options.busy else 0)]
    try:
        for rate in [options.rate] if options.rate else RATES:
            for siblings in (0, 9):
                late = {"guard": [], "poll": []}
                for run in range(options.runs):
                    for who in late:
                        with Bed(hierarchies) as bed:
                            guard = bed.guard(f"WorkerMemoryMax={LIMIT}\nAction=kill\n") if who == "guard" else None
                            late[who].append(one_overshoot(bed, f"w{run}", rate, siblings, guard is None))
                            if guard:
                                guard.kill()
                rows.append({"rate": rate, "siblings": siblings, "busy": options.busy, "runs": options.runs,
                             "median": statistics.median(late["guard"]), "worst": max(late["guard"]),
                             "poll_median": statistics.median(late["poll"]), "poll_worst": max(late["poll"])})
    finally:
        for burner in burners:
            burner.kill()
            burner.wait()
    return rows


def idle(hierarchies, options):
    rows = []
    for workers, groups in ((0, 0), (options.workers, 1), (options.workers, options.workers)):
        with Bed(hierarchies) as bed:
            homes = [bed.group(f"g{i}") for i in range(groups)]
            for i in range(workers):
                bed.spawn(homes[i % groups], ["/bin/sleep", "10000"])
            guard = bed.guard("WorkerMemoryMax=64G\nLeakMax=100M\nLeakWindowSec=10min\n")
            time.sleep(options.settle if workers else 3)
            pid, before, woken, begin = guard.process.pid, used(guard.process.pid), wakeups(guard.process.pid), time.monotonic()
            time.sleep(options.seconds)
            span = time.monotonic() - begin
            status = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
            rows.append({"workers": workers, "groups": groups, "percent_of_core": 100 * (used(pid) - before) / span,
                         "wakeups_per_second": (wakeups(pid) - woken) / span,
                         "resident_kib": int(status["VmRSS"].split()[0])})
            guard.kill()
    return rows


def scale(hierarchies, options):
    rows = []
    for groups in (options.groups // 4, options.groups // 2, options.groups):
        with Bed(hierarchies) as bed:
            for i in range(groups):
                bed.group(f"g{i}")
            base = bed.guard("WorkerMemoryMax=64G\n")
            time.sleep(2)
            start = used(base.process.pid)
            base.kill()
            rows.append({"groups": groups, "start_us_per_group": 1e6 * start / groups})
    return rows


def table(rows):
    names = list(rows[0])
    print("  ".join(f"{name:>18}" for name in names))
    for row in rows:
        print("  ".join(f"{value:>18.3f}" if isinstance(value, float) else f"{value!s:>18}" for value in row.values()))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["overshoot", "idle", "scale"])
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--runs", type=int, default=30)
    parser.add_argument("--rate", choices=RATES, help="of overshoot: this one only")
    parser.add_argument("--busy", action="store_true", help="with every CPU busy")
    parser.add_argument("--workers", type=int, default=1000)
    parser.add_argument("--settle", type=float, default=70, help="seconds before idle is measured")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--groups", type=int, default=2000)
    options = parser.parse_args()
    try:
        hierarchies = Hierarchies()
        hierarchies.check()
    except Lacking as lacking:
        print(f"skipped: {lacking}")
        return SKIPPED
    rows = {"overshoot": overshoot, "idle": idle, "scale": scale}[options.what](hierarchies, options)
    hierarchies.restore()
    if options.json:
        json.dump(rows, sys.stdout, indent=1)
    else:
        table(rows)
    return 0


sys.exit(main())
