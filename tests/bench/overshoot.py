# SPDX-License-Identifier: LGPL-2.1-or-later
"""How far a worker that grows is over its limit when it is dead, in percent: ended by the daemon, by a poll
every 100 ms, and with --earlyoom by that where it is installed. Rounds of all take turns. Needs root.

  bench/overshoot.py [--runs N] [--rate RATE] [--siblings N] [--busy] [--plain] [--earlyoom] [--json]

The daemon runs as nice as its unit makes it, or with --plain without that. earlyoom knows no limit of a worker,
only what the machine has left: its limit is so far below what is left when the worker starts. It runs as
a user whom nobody else on the machine is, without capabilities, and so does the worker that it watches:
the kernel lets it end nobody else. What others take or free meanwhile counts as its own, so it needs a
quiet machine. nohang is not here: its limits are at most half of the machine's memory, so the rest would
have to be filled first.
"""

import argparse
import os
import re
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path

from bed import BUILD, MIB, SKIPPED, Bed, hierarchies, show
from cgroups import die_with_parent

LIMIT = 256 * MIB
POLL = 0.1  # seconds between two looks
SOLE_USER = 64999
GROW = """
import sys, time
open("/proc/self/comm", "w").write("burst-grow")
step, pause, held = int(sys.argv[1]), float(sys.argv[2]), []
due = time.monotonic()
while True:
    held.append(bytearray(b"x") * step)
    due += pause
    time.sleep(max(0, due - time.monotonic()))
"""
RATES = {"50 MB/s": (500_000, 0.01), "500 MB/s": (1_000_000, 0.002), "max": None}
FENCE = 4 * LIMIT  # the kernel's, behind those who do not know the limit


def poll_until_over(group, worker, quiet):
    while worker.poll() is None:
        time.sleep(POLL)
        if group.anonymous() - quiet > LIMIT:
            worker.kill()


def as_sole_user(command):
    user = str(SOLE_USER)  # of root's capabilities none is left
    return ["setpriv", "--reuid", user, "--regid", user, "--clear-groups", "--pdeathsig", "KILL", *command]


def is_sole():
    """Is nobody of that user's on the machine?"""
    for status in Path("/proc").glob("[0-9]*/status"):
        try:
            if re.search(rf"^[UG]id:.*\\b{SOLE_USER}\\b", status.read_text(), re.MULTILINE):
                return False
        except OSError:
            pass
    return True


def left():
    """KiB that the machine has left."""
    return int(re.search(r"MemAvailable: *(\d+)", Path("/proc/meminfo").read_text())[1])


def earlyoom():
    least = left() - LIMIT // 1024
    return ["earlyoom", "-r", "0", "-M", f"{least},{least}", "-s", "100,100", "--prefer", "^burst-"]


def start_earlyoom(bed):
    process = subprocess.Popen(as_sole_user(earlyoom()), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    bed.processes.append(process)
    time.sleep(1)  # it is ready
    if process.poll() is not None:
        raise SystemExit(f"earlyoom ends at once, with status {process.returncode}")


def one(found, who, rate, siblings, options):
    """Percent over the limit at the end."""
    with Bed(found) as bed:
        guard = None
        group = bed.group("w")
        for _ in range(siblings):
            bed.spawn(group, ["/bin/sleep", "1000"])
        if who == "guard":
            guard = bed.guard(f"Cgroup={{home}}/*\nWorkerMemoryMax={LIMIT}\nAction=kill\n")
            if options.plain:
                os.setpriority(os.PRIO_PROCESS, guard.process.pid, 0)
        elif who == "earlyoom":
            group.limit(FENCE)
            start_earlyoom(bed)
        time.sleep(0.3)  # the daemon finds the group, and the kernel arms its levels
        quiet = group.usage()
        if RATES[rate]:
            command = ["/usr/bin/python3", "-c", GROW, *map(str, RATES[rate])]
        else:
            command = [BUILD / "tests/workers/burst-fill"]
        if who == "earlyoom":
            command = as_sole_user(command)
        worker = bed.spawn(group, command)
        if who == "poll":
            poll_until_over(group, worker, quiet)
        try:
            worker.wait(60)
        except subprocess.TimeoutExpired:
            return float("inf")
        finally:
            if guard:
                guard.kill()
        return 100 * (group.peak() - quiet - LIMIT) / LIMIT


def may_run_earlyoom():
    """Is it there, and can nobody but the worker be its to end?"""
    if not shutil.which("earlyoom"):
        print("left out: earlyoom is not installed", file=sys.stderr)
    elif not is_sole():
        print(f"left out: earlyoom, because somebody runs as user {SOLE_USER}", file=sys.stderr)
    else:
        return True
    return False


def measure(found, rate, siblings, others, options):
    late = {who: [] for who in ["guard", "poll", *others]}
    for _ in range(options.runs):
        for who, runs in late.items():
            runs.append(one(found, who, rate, siblings, options))
    row = {"rate": rate, "siblings": siblings, "busy": options.busy, "runs": options.runs}
    for who, runs in late.items():
        row |= {f"{who}_median": statistics.median(runs), f"{who}_worst": max(runs)}
    return row


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--runs", type=int, default=30)
    parser.add_argument("--rate", choices=RATES, help="this one only")
    parser.add_argument("--siblings", type=int, choices=(0, 9), help="this many quiet ones only")
    parser.add_argument("--busy", action="store_true", help="with every CPU busy")
    parser.add_argument("--plain", action="store_true", help="the daemon no nicer than others")
    parser.add_argument("--earlyoom", action="store_true", help="earlyoom as well, for workers without siblings")
    options = parser.parse_args()
    found = hierarchies()
    if not found:
        return SKIPPED
    others = ["earlyoom"] if options.earlyoom and may_run_earlyoom() else []
    burners = [
        subprocess.Popen([sys.executable, "-c", "while True: pass"], preexec_fn=die_with_parent)
        for _ in range(os.cpu_count() if options.busy else 0)
    ]
    try:
        rows = [
            measure(found, rate, siblings, others if siblings == 0 else [], options)
            for rate in ([options.rate] if options.rate else RATES)
            for siblings in ((0, 9) if options.siblings is None else (options.siblings,))
        ]
    finally:
        for burner in burners:
            burner.kill()
            burner.wait()
    found.restore()
    # Rows of fewer columns come last.
    for row in sorted(rows, key=len, reverse=True):
        show([row], options.json)
    return 0


sys.exit(main())
