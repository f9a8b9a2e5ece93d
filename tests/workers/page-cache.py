# SPDX-License-Identifier: LGPL-2.1-or-later
# Reads a 2 GiB file through the page cache, again and again. Its group's usage is full of cache, which the
# kernel takes back whenever somebody needs it: an end would free nothing.
import sys
import time

with open(sys.argv[1], "rb", buffering=0) as file:
    block = bytearray(1 << 20)
    while True:
        if not file.readinto(block):
            file.seek(0)
        time.sleep(0.002)
