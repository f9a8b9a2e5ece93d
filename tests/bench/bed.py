# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the daemon's benchmarks stand on: groups, processes and daemons that are gone when one ends, and
what a process has cost so far."""

import json
import os
import resource
import secrets
import subprocess
import sys
import tempfile
import time
from pathlib import Path

TESTS = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(TESTS / "support"))

from cgroups import Group, Hierarchies, Lacking
from guard import Guard, wakeups

BUILD = Path(os.environ.get("BNG_BUILD", TESTS.parent / "build/gcc"))
MIB = 1 << 20
SKIPPED = 77
DESCRIPTORS = 524288  # as its unit allows


class Bed:
    """Groups (without `hierarchies`: none), processes and folders of one benchmark."""

    def __init__(self, hierarchies=None):
        self.hierarchies = hierarchies
        self.home = f"/bignum-guard-bench-{os.getpid()}-{secrets.token_hex(2)}"
        self.groups = [Group(hierarchies, self.home, parent=True)] if hierarchies else []
        self.processes = []
        self.folder = tempfile.TemporaryDirectory(prefix="bignum-guard-bench-")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for process in self.processes:
            process.kill()
        for process in self.processes:
            process.wait()
        for group in reversed(self.groups):
            group.remove()
        self.folder.cleanup()

    def group(self, name):
        self.groups.append(Group(self.hierarchies, f"{self.home}/{name}"))
        return self.groups[-1]

    def spawn(self, group, command, **options):
        self.processes.append(group.spawn(command, stdout=subprocess.DEVNULL, **options))
        return self.processes[-1]

    def guard(self, policy, *options, environment=None):
        folder = Path(tempfile.mkdtemp(dir=self.folder.name))
        policy = policy.replace("{home}", self.home)
        (folder / "conf").write_text(f"[Guard]\nKillBudget=10000/1min\n[Policy p]\n{policy}")
        for name in ("state", "run"):
            (folder / name).mkdir(mode=0o700)
        guard = Guard(BUILD, folder / "conf", folder / "state", folder / "run", *options)
        guard.environment.update(environment or {})
        guard.start(60)
        os.setpriority(os.PRIO_PROCESS, guard.process.pid, -10)  # as its unit does
        return guard


def used(pid):
    """Seconds of CPU time of all threads of a process."""
    tasks = Path(f"/proc/{pid}/task").iterdir()
    return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks) / 1e9


def resident(pid):
    """KiB."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") // 1024


class Cost:
    """What a process costs per second from now on."""

    def __init__(self, pid):
        self.pid, self.began = pid, (time.monotonic(), used(pid), wakeups(pid))

    def __call__(self):
        """Seconds passed, seconds of CPU time in them, wake-ups in them."""
        now = (time.monotonic(), used(self.pid), wakeups(self.pid))
        return tuple(b - a for a, b in zip(self.began, now))


def allow_descriptors():
    """As many as its unit allows, or as may be had here: so many."""
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (DESCRIPTORS, DESCRIPTORS))
    except (OSError, ValueError):
        limit = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))
    return resource.getrlimit(resource.RLIMIT_NOFILE)[0]


def hierarchies():
    """This machine's, or None with the reason said."""
    try:
        found = Hierarchies()
        found.check()
        return found
    except Lacking as lacking:
        print(f"skipped: {lacking}", file=sys.stderr)
        return None


def show(rows, as_json):
    if as_json:
        json.dump(rows, sys.stdout, indent=1)
        print()
        return
    names = list(rows[0])
    width = max(12, *map(len, names))
    print("  ".join(f"{name:>{width}}" for name in names))
    for row in rows:
        values = (f"{value:.3f}" if isinstance(value, float) else str(value) for value in row.values())
        print("  ".join(f"{value:>{width}}" for value in values))
