# SPDX-License-Identifier: LGPL-2.1-or-later
"""Ten runaways at once: the time until the last is dead over the time for one alone.

Each waits just below its limit until all are told to go on, and takes what passes it. The time runs from
that word to the last death (its pidfd), so it holds the daemon's looks, its decisions, the signals and
what the kernel needs to free the memory. Rounds of one and of ten take turns; the least of each counts.

  bench/many.py [--rounds N] [--size MIB] [--json]
"""

import argparse
import json
import os
import select
import shutil
import signal
import sys
import tempfile
import time
from pathlib import Path

TESTS = Path(__file__).resolve().parent.parent
sys.path[1:1] = [str(TESTS / "support")]

from cgroups import Group, Hierarchies, Lacking
from guard import Guard

BUILD = Path(os.environ.get("BNG_BUILD", TESTS.parent / "build/gcc"))
PLAY = TESTS / "workers/play.py"
MIB = 1 << 20
MANY = 10
SKIPPED = 77
CONFIG = "[Guard]\nKillBudget=10000/1min\n[Policy p]\nCgroup={home}/**\nWorkerMemoryMax={limit}\nAction=kill\n"


class Bench:
    def __init__(self, folder, hierarchies, limit):
        self.folder, self.hierarchies, self.limit = folder, hierarchies, limit
        self.home = Group(hierarchies, f"/bignum-guard-bench-{os.getpid()}", parent=True)
        for name in ("state", "run"):
            (folder / name).mkdir(mode=0o700)
        config = folder / "bench.conf"
        config.write_text(CONFIG.format(home=self.home.path, limit=limit))
        self.guard = Guard(BUILD, config, folder / "state", folder / "run").start()

    def close(self):
        self.guard.stop()
        self.home.remove()

    def round(self, count):
        """Seconds from the word to the last of so many deaths."""
        notes = self.folder / "notes"
        notes.unlink(missing_ok=True)
        script = json.dumps(
            [["hold", self.limit - 16 * MIB], ["wait_for_go", "w"], ["hold", 32 * MIB]]
        )
        groups = [Group(self.hierarchies, f"{self.home.path}/{i}") for i in range(count)]
        processes = [group.spawn(["/usr/bin/python3", "-B", PLAY, notes, "w", script]) for group in groups]
        while not notes.exists() or notes.read_text().count("waits") < count:
            time.sleep(0.01)
        time.sleep(1)  # what starting them cost is over
        deaths = select.poll()
        pidfds = [os.pidfd_open(process.pid) for process in processes]
        for pidfd in pidfds:
            deaths.register(pidfd, select.POLLIN)
        began = time.monotonic()
        for process in processes:
            process.send_signal(signal.SIGUSR2)
        left = count
        while left > 0:
            ready = deaths.poll(30000)
            if not ready:
                raise SystemExit("some still live after 30 s")
            for pidfd, _ in ready:
                deaths.unregister(pidfd)
                left -= 1
        seconds = time.monotonic() - began
        for pidfd, process, group in zip(pidfds, processes, groups):
            os.close(pidfd)
            if process.wait() != -signal.SIGKILL:
                raise SystemExit(f"a worker's status is {process.returncode}")
            group.remove()
        return seconds


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--size", type=int, default=64, help="MiB that each holds (64)")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    try:
        hierarchies = Hierarchies()
        hierarchies.check()
    except Lacking as lacking:
        print(lacking)
        return SKIPPED
    folder = Path(tempfile.mkdtemp(prefix="bignum-guard-bench-"))
    bench = Bench(folder, hierarchies, arguments.size * MIB)
    try:
        rounds = [(bench.round(1), bench.round(MANY)) for _ in range(arguments.rounds)]
    finally:
        bench.close()
        hierarchies.restore()
        shutil.rmtree(folder)
    one, many = (min(times) for times in zip(*rounds))
    if arguments.json:
        print(json.dumps({"one_seconds": one, "ten_seconds": many, "ratio": many / one}))
    else:
        print(f"{'runaways':10} {'ms to the last death':>22}")
        print(f"{'one':10} {one * 1000:22.1f}\n{'ten':10} {many * 1000:22.1f}\n{'ratio':10} {many / one:22.2f}")
    return 0


sys.exit(main())
