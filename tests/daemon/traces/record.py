#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Records the private memory of real workers for the tests: record.py NAME… (of WORKERS, below).

NAME.csv gets one line a look: milliseconds from the first one, KiB resident minus shared. A look every so many
seconds or, while memory grows by more than 1 MiB between two, ten times as often. A worker is ended after its
time or at 600 MiB. fill needs tests/workers/burst-fill.c, built as ./burst-fill.
"""

import resource
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
SHOWN = HERE.parent.parent / "workers"

# Cycles that survive into the oldest generation before the collector finds them: slow teeth.
OLD = """
import collections, gc, sys, time
gc.set_threshold(200, 10, 2)
class Node: pass
keep = collections.deque(maxlen=200)
while True:
    a, b = Node(), Node()
    a.friend, b.friend = b, a
    a.data = bytes([1]) * 30000
    keep.append(a)
    time.sleep(float(sys.argv[1]))
"""

# A C library that loses 64 KiB on each call, and a Python heap that is flat.
MALLOC = """
import ctypes, sys, time
libc = ctypes.CDLL(None)
libc.malloc.restype = ctypes.c_void_p
while True:
    ctypes.memset(ctypes.c_void_p(libc.malloc(65536)), 1, 65536)
    time.sleep(float(sys.argv[1]))
"""

WORKERS = {  # name: seconds, seconds between looks, arguments of Python (or a program)
    "cycles-collected": (60, 0.05, [SHOWN / "sawtooth.py"]),
    "cycles-weakref": (60, 0.05, [SHOWN / "weakref-fixed.py"]),
    "cycles-leaked": (60, 0.05, [SHOWN / "leak-cycles.py"]),
    "cycles-old": (60, 0.05, ["-c", OLD, "0.003"]),
    "cycles-old-slowly": (1000, 2, ["-c", OLD, "0.1"]),
    "temporary-peak": (60, 0.05, [SHOWN / "temporary-peak.py"]),
    "malloc-leaked": (60, 0.05, ["-c", MALLOC, "0.05"]),
    "malloc-leaked-slowly": (900, 2, ["-c", MALLOC, "0.4"]),
    "power-of-1024": (20, 0.05, ["-c", "i = 1024 ** 1024 ** 1024"]),
    "fill": (5, 0.01, None),
}

PAGE_KIB = resource.getpagesize() // 1024
MOST_KIB = 600 * 1024


def record(name):
    seconds, look, arguments = WORKERS[name]
    command = ["./burst-fill"] if arguments is None else [sys.executable, *arguments]
    worker = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    start = time.monotonic()
    last = 0
    try:
        with open(f"/proc/{worker.pid}/statm") as statm, open(HERE / f"{name}.csv", "w") as csv:
            while worker.poll() is None and time.monotonic() < start + seconds and last < MOST_KIB:
                statm.seek(0)
                resident, shared = map(int, statm.read().split()[1:3])
                kib = (resident - shared) * PAGE_KIB
                csv.write(f"{(time.monotonic() - start) * 1000:.0f},{kib}\n")
                time.sleep(look / 10 if kib > last + 1024 else look)
                last = kib
    finally:
        worker.kill()
        worker.wait()


if __name__ == "__main__":
    for name in sys.argv[1:]:
        record(name)
