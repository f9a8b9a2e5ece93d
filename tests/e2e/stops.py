# SPDX-License-Identifier: LGPL-2.1-or-later
"""tests/demo, stopped at any moment, leaves no process, no cgroup and no file behind."""

import os
import signal
import subprocess
import tempfile
import time
from pathlib import Path

from harness import BUILD, TESTS, EndToEnd, main

MARK = "BIGNUM_GUARD_TEST_MARK"


class Stops(EndToEnd):
    def demo(self, *prefix):
        """Starts the demo in a session and a temporary folder of its own."""
        self.temporary = Path(tempfile.mkdtemp(prefix="bng-", dir="/tmp"))
        self.temporary.chmod(0o777)
        self.addCleanup(lambda: self.temporary.exists() and self.temporary.rmdir())
        self.mark = f"{self.home}-{time.monotonic()}"
        process = subprocess.Popen(
            [*prefix, str(TESTS / "demo"), "--build", str(BUILD)],
            env={**os.environ, MARK: self.mark, "TMPDIR": str(self.temporary)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.kill)
        return process

    def left(self):
        """What is there of the demo: its processes, its groups, its files."""
        for process in Path("/proc").glob("[0-9]*"):
            try:
                if f"{MARK}={self.mark}".encode() in (process / "environ").read_bytes():
                    yield (process / "cmdline").read_bytes()
            except OSError:
                pass
        for root in (self.hierarchies.memory, self.hierarchies.unified):
            if root:
                yield from root.glob(f"bignum-guard-demo-{self.pid}-*")
        yield from self.temporary.iterdir()

    def stop(self, when, how=signal.SIGINT):
        """Signals the demo's terminal group as soon as it has said `when`; what else it said."""
        process = self.demo()
        self.pid = process.pid
        for line in process.stdout:
            if when in line:
                break
        os.killpg(process.pid, how)
        said = process.stdout.read()
        self.assertEqual(process.wait(30), 130, said)
        self.assertEqual(list(self.left()), [])
        self.assertFalse((TESTS.parent / "build/demo").exists())

    def test_while_the_library_is_shown(self):
        self.stop("1. The library")

    def test_while_it_computes(self):
        self.stop("(1024 ** 1024) ** 1024")

    def test_as_the_daemon_starts(self):
        self.stop("2. The daemon")

    def test_while_the_workers_run(self):
        self.stop("0 of 5 runaways")

    def test_after_the_first_end(self):
        self.stop("burst-")

    def test_a_hang_up_and_a_termination_stop_it_too(self):
        self.stop("0 of 5 runaways", signal.SIGHUP)
        self.stop("0 of 5 runaways", signal.SIGTERM)

    def test_without_root_it_says_what_it_needs(self):
        if not self.readable_by_others():
            self.skipTest("another user may not read the source here")
        process = self.demo("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups")
        said = process.stdout.read()
        self.assertEqual(process.wait(60), 0, said)
        self.assertIn("only root may make cgroups", said)
        self.assertIn("3,156,529 digits", said)

    @staticmethod
    def readable_by_others():
        folders = [TESTS, *TESTS.parents, BUILD, *BUILD.parents]
        return all(folder.stat().st_mode & 0o005 == 0o005 for folder in folders)


if __name__ == "__main__":
    main()
