# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the daemon costs while nothing happens: CPU time, wake-ups and resident memory with nothing to watch,
and with many workers that are far from every limit, in one group and in a group each. Needs root.

  bench/idle.py [--workers N] [--settle SECONDS] [--seconds SECONDS] [--json]
"""

import argparse
import sys
import time

from bed import SKIPPED, Bed, Cost, allow_descriptors, hierarchies, resident, show

POLICY = "Cgroup={home}/*\nWorkerMemoryMax=64G\nLeakMax=100M\nLeakWindowSec=10min\n"


def measure(found, workers, groups, options):
    with Bed(found) as bed:
        homes = [bed.group(f"g{i}") for i in range(groups)]
        for i in range(workers):
            bed.spawn(homes[i % groups], ["/bin/sleep", "10000"])
        guard = bed.guard(POLICY)
        time.sleep(options.settle if workers else 3)
        cost = Cost(guard.process.pid)
        time.sleep(options.seconds)
        seconds, busy, woken = cost()
        row = {
            "workers": workers,
            "groups": groups,
            "percent_of_core": 100 * busy / seconds,
            "wakeups_per_s": woken / seconds,
            "resident_kib": resident(guard.process.pid),
        }
        guard.kill()
        return row


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--workers", type=int, default=1000)
    parser.add_argument("--settle", type=float, default=70, help="seconds before it is measured (70)")
    parser.add_argument("--seconds", type=float, default=60)
    options = parser.parse_args()
    found = hierarchies()
    if not found:
        return SKIPPED
    allow_descriptors()
    beds = ((0, 0), (options.workers, 1), (options.workers, options.workers))
    rows = [measure(found, workers, groups, options) for workers, groups in beds]
    found.restore()
    show(rows, options.json)
    return 0


sys.exit(main())
