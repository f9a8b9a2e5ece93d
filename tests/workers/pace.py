# SPDX-License-Identifier: LGPL-2.1-or-later
"""Requests at a steady pace: what a worker of a server sees, without the server."""

import time


def requests(per_second):
    """Yields 0, 1, 2, … for ever; a request that took long is not followed by a rush of others."""
    number = 0
    while True:
        started = time.monotonic()
        yield number
        number += 1
        time.sleep(max(0.0, started + 1 / per_second - time.monotonic()))
