# SPDX-License-Identifier: LGPL-2.1-or-later
# grow.py START RATE TOTAL WHEN_ASKED: takes START bytes at once and says so, then RATE bytes a second until it
# holds TOTAL, and lives on. On SIGTERM it dies, or as the last argument says: ignores it, says so and
# ignores it, leaves in order with status 3, says so and leaves after five seconds.
import os
import signal
import sys
import time

from pace import requests

STEPS = 50  # a second


def asked(then):
    def handler(*_):
        print("asked", flush=True)
        then()

    return handler


def leave_late():
    end = time.monotonic() + 5
    while time.monotonic() < end:
        time.sleep(0.1)
    sys.exit(3)


ON_TERM = {
    "": signal.SIG_DFL,
    "ignore": signal.SIG_IGN,
    "ignore-loudly": asked(lambda: None),
    "leave": asked(lambda: sys.exit(3)),
    "leave-late": asked(leave_late),
}
start, rate, total = map(int, sys.argv[1:4])
signal.signal(signal.SIGTERM, ON_TERM[sys.argv[4]])

held = [b"x" * start]
print("holds", os.getpid(), flush=True)
taken = start
step = max(1, rate // STEPS)
for _ in requests(STEPS):
    if taken < total:
        held.append(b"x" * step)
        taken += step
