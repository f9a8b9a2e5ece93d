# SPDX-License-Identifier: LGPL-2.1-or-later
# fork-shares.py BYTES CHILDREN: the parent's memory seen by every child: resident in each of them,
# there only once.
import os
import sys
import time

shared = b"s" * int(sys.argv[1])
for _ in range(int(sys.argv[2])):
    if os.fork() == 0:
        break
time.sleep(3600)
