# SPDX-License-Identifier: LGPL-2.1-or-later
# The leak by reference cycles: every request leaves two people behind who hold each other, and the
# collection that would find them is switched off ("it costs latency").
import gc

from pace import requests
from people import Person, meet

gc.disable()
for _ in requests(per_second=10):
    meet(Person, 300_000)
