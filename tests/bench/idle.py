# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the daemon costs while nothing happens: CPU time, wake-ups and resident memory with nothing to watch,
and with many workers that are far from every limit, in one group, in one whose policy asks for their names, and in a
group each. Needs root.

  bench/idle.py [--workers N] [--settle SECONDS] [--seconds SECONDS] [--json]
"""

import argparse
import sys
import time

from bed import SKIPPED, Bed, Cost, allow_descriptors, hierarchies, resident, show

POLICY = "Cgroup={home}/*\nWorkerMemoryMax=64G\nLeakMax=100M\nLeakWindowSec=10min\n"


def measure(found, workers, groups, names, options):
    with Bed(found) as bed:
        homes = [bed.group(f"g{i}") for i in range(groups)]
        for i in range(workers):
            bed.spawn(homes[i % groups], ["/bin/sleep", "10000"])
        guard = bed.guard(POLICY + "Command=sleep\n" * names)
        time.sleep(options.settle if workers else 3)
        cost = Cost(guard.process.pid)
        time.sleep(options.seconds)
        seconds, busy, woken = cost()
        row = {
            "workers": workers,
            "groups": groups,
            "names": names,
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
    many = options.workers
    beds = ((0, 0, False), (many, 1, False), (many, 1, True), (many, many, False))
    rows = [measure(found, *bed, options) for bed in beds]
    found.restore()
    show(rows, options.json)
    return 0


sys.exit(main())
