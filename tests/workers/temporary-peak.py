# SPDX-License-Identifier: LGPL-2.1-or-later
# A worker that answers one large request: it holds 120 MB for a moment, gives all of it back, and
# goes on with small ones.
from pace import requests

LARGE_REQUEST = range(60, 100)
large = []
for number in requests(per_second=20):
    small = bytes(range(256)) * 1000
    if number in LARGE_REQUEST:
        large.append(b"x" * 3_000_000)
    elif number == LARGE_REQUEST.stop + 20:
        large.clear()
