# SPDX-License-Identifier: LGPL-2.1-or-later
# The leak in an external library: the Python code is clean and its own heap stays flat, but each call
# of the extension keeps 256 KiB that nobody can give back.
import leakyparser  # PYTHONPATH names where it was built
from pace import requests

document = b"<a>" * (256 * 1024 // 3)
for _ in requests(per_second=20):
    leakyparser.count_tags(document)
