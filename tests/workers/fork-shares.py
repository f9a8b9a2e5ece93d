# SPDX-License-Identifier: LGPL-2.1-or-later
# fork-shares.py BYTES CHILDREN: the parent's memory seen by every child: resident in each of them,
# there only once. A child that is sent SIGUSR1 grows on its own, by 20 MiB a second.
import os
import signal
import sys
import time

held = []


def grow(*_):
    while True:
        held.append(b"x" * (1 << 20))
        time.sleep(0.05)


signal.signal(signal.SIGUSR1, grow)
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
shared = b"s" * int(sys.argv[1])
for _ in range(int(sys.argv[2])):
    if os.fork() == 0:
        break
time.sleep(3600)
