# SPDX-License-Identifier: LGPL-2.1-or-later
# leak-cycles.py with the collector left on: memory climbs until the collector finds the cycles, falls
# back, and climbs again. No leak, although it climbs most of the time.
import gc

from pace import requests
from people import Person, meet

gc.set_threshold(700)
for _ in requests(per_second=120):
    meet(Person, 100_000)
