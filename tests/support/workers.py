# SPDX-License-Identifier: LGPL-2.1-or-later
"""The real workers: how each is started, and what becomes of it under a guard that works."""

import os
from dataclasses import dataclass
from pathlib import Path

SOURCES = Path(__file__).resolve().parent.parent / "workers"
PYTHON = "/usr/bin/python3"
SPARSE = "sparse"  # the file that page-cache reads


def environment(build):
    """For workers: where CPython finds the extension, and no bytecode left behind."""
    return {
        **os.environ,
        "PYTHONPATH": str(build / "tests/workers"),
        "PYTHONDONTWRITEBYTECODE": "1",
    }


@dataclass(frozen=True)
class Worker:
    name: str
    what: str  # in 26 characters; %s stands for what it has in the page cache
    reasons: tuple  # of a verdict, any of them is right; empty: it is left alone

    @property
    def ends(self):
        return bool(self.reasons)

    def command(self, build, folder):
        """Its command line, to be run in SOURCES with environment(). It may keep files in `folder`."""
        if self.name == "burst-fill":
            return [str(build / "tests/workers/burst-fill")]
        command = [PYTHON, f"{self.name}.py"]
        if self.name == "page-cache":
            sparse = folder / SPARSE
            with open(sparse, "wb") as file:
                file.truncate(2 << 30)
            command.append(str(sparse))
        return command


WORKERS = (
    Worker("burst-line", "1024 ** 1024 ** 1024", ("growth", "worker-memory")),
    Worker("burst-fill", "fills memory at full speed", ("growth", "worker-memory")),
    Worker("leak-cycles", "cycles, collector off", ("leak",)),
    Worker("leak-extension", "a C extension loses memory", ("leak",)),
    Worker("group-limit", "five children, each small", ("group-memory",)),
    Worker("weakref-fixed", "the same cycles, mended", ()),
    Worker("sawtooth", "cycles under the collector", ()),
    Worker("temporary-peak", "one large request", ()),
    Worker("page-cache", "a 2 GiB file, %s cached", ()),
)
