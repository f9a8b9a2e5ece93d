# SPDX-License-Identifier: LGPL-2.1-or-later
# A forked server: the parent holds 40 MB that its five children share, and each child adds 12 MB a second
# up to 60 MB of its own. None is large; together they are.
import os

from pace import requests

shared = b"s" * 40_000_000
for _ in range(5):
    if os.fork() == 0:
        break
own = []
for number in requests(per_second=12):
    if number < 60:
        own.append(b"x" * 1_000_000)
