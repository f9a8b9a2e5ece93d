# SPDX-License-Identifier: LGPL-2.1-or-later
# leak-cycles.py with the one change that mends it: the friends are weak references, so each pair
# is freed at the end of its request although collection is off.
import gc

from pace import requests
from people import WeakPerson, meet

gc.disable()
for _ in requests(per_second=10):
    meet(WeakPerson, 300_000)
