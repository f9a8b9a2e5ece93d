# SPDX-License-Identifier: LGPL-2.1-or-later
"""Cgroups of one's own: made, filled with processes, emptied, removed.

On a host with cgroup v2 a group is one folder. Where the v1 memory controller counts, it is a folder
there and, on a hybrid host, one of the same name in the v2 tree beside it, which has no memory controller
but offers cgroup.kill. A group's path ("/name/worker") is the same in both and is what policies name.
"""

import ctypes
import os
import signal
import subprocess
import time
from pathlib import Path

from build import hear_signals

PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True)


def die_with_parent():
    """For a child between fork and exec: it ends when we do, even by SIGKILL."""
    _libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


class Lacking(Exception):
    """This machine cannot do it here; the text says what is missing."""


class Hierarchies:
    """Where groups are made: `memory` counts them, `unified` (or None) is the v2 tree beside it."""

    def __init__(self, mountinfo="/proc/self/mountinfo"):
        self.memory = self.unified = self.version = None
        for line in Path(mountinfo).read_text().splitlines():
            before, _, after = line.partition(" - ")
            where, kind, options = before.split()[4], *after.split()[:3:2]
            if kind == "cgroup" and "memory" in options.split(","):
                self.memory, self.version = Path(where), 1
            elif kind == "cgroup2":
                self.unified = Path(where)
        self.enabled_memory = False
        if self.version == 1:
            return
        if self.unified is None:
            raise Lacking("no cgroup file system is mounted (usually on /sys/fs/cgroup)")
        self.memory, self.unified, self.version = self.unified, None, 2
        if "memory" not in (self.memory / "cgroup.controllers").read_text().split():
            raise Lacking(f"neither cgroup v1 nor {self.memory} offers the memory controller")

    def check(self):
        """Raises Lacking unless groups can be made here; on v2, hands the memory controller down."""
        if os.geteuid() != 0:
            raise Lacking("only root may make cgroups and end other users' processes")
        if not os.access(self.memory, os.W_OK):
            raise Lacking(f"{self.memory} cannot be written to")
        if self.version == 2:
            control = self.memory / "cgroup.subtree_control"
            if "memory" not in control.read_text().split():
                try:
                    control.write_text("+memory")
                except OSError as error:
                    raise Lacking(f"{control} does not take +memory: {error.strerror}") from error
                self.enabled_memory = True

    def restore(self):
        if self.enabled_memory:
            (self.memory / "cgroup.subtree_control").write_text("-memory")
            self.enabled_memory = False


class Group:
    """A group at `path`; its parents are made by whoever makes a Group of them."""

    def __init__(self, hierarchies, path, parent=False):
        self.path = path
        self.version = hierarchies.version
        roots = [hierarchies.memory, hierarchies.unified]
        self.folders = [root / path.lstrip("/") for root in roots if root]
        self.memory_folder = self.folders[0]
        for folder in self.folders:
            folder.mkdir()
        if parent and self.version == 2:
            (self.memory_folder / "cgroup.subtree_control").write_text("+memory")

    def spawn(self, command, **options):
        """Starts a program inside the group; it dies with us, whatever happens to us."""

        def enter():
            hear_signals()
            die_with_parent()
            for folder in self.folders:
                (folder / "cgroup.procs").write_text("0")

        options.setdefault("stdin", subprocess.DEVNULL)
        return subprocess.Popen(command, preexec_fn=enter, **options)

    def pids(self):
        try:
            return [int(pid) for pid in (self.memory_folder / "cgroup.procs").read_text().split()]
        except (FileNotFoundError, OSError):
            return []

    def limit(self, size):
        """The kernel's own limit: the fence behind the guard."""
        name = "memory.max" if self.version == 2 else "memory.limit_in_bytes"
        (self.memory_folder / name).write_text(str(size))

    def limit_swap(self, size):
        """What it may have with swap, where that is counted: no more than `size` in memory, and nothing beyond."""
        name, value = ("memory.swap.max", 0) if self.version == 2 else ("memory.memsw.limit_in_bytes", size)
        if (self.memory_folder / name).exists():
            (self.memory_folder / name).write_text(str(value))

    def usage_file(self):
        return self.memory_folder / ("memory.current" if self.version == 2 else "memory.usage_in_bytes")

    def usage(self):
        """Bytes charged to the group, page cache included."""
        return int(self.usage_file().read_text())

    def peak(self):
        """The kernel's high-water mark of usage(); None where it keeps none."""
        name = "memory.peak" if self.version == 2 else "memory.max_usage_in_bytes"
        try:
            return int((self.memory_folder / name).read_text())
        except FileNotFoundError:
            return None

    def statistic(self, v1, v2):
        wanted = v2 if self.version == 2 else v1
        for line in (self.memory_folder / "memory.stat").read_text().splitlines():
            name, value = line.split()
            if name == wanted:
                return int(value)
        raise KeyError(wanted)

    def anonymous(self):
        return self.statistic("total_rss", "anon")

    def cache(self):
        return self.statistic("total_cache", "file")

    def remove(self):
        """Kills whatever is left inside and removes the group."""
        deadline = time.monotonic() + 10
        while any(folder.exists() for folder in self.folders):
            for folder in self.folders:
                self._thaw(folder)
            for pid in self.pids():
                try:
                    os.kill(pid, signal.SIGKILL)
                except ProcessLookupError:
                    pass
            for folder in self.folders:
                try:
                    folder.rmdir()
                except FileNotFoundError:
                    pass
                except OSError:
                    if time.monotonic() > deadline:
                        raise
            time.sleep(0.01)

    @staticmethod
    def _thaw(folder):
        freeze = folder / "cgroup.freeze"
        if freeze.exists():
            freeze.write_text("0")
