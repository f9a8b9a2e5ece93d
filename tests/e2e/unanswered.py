# SPDX-License-Identifier: LGPL-2.1-or-later
"""A process that holds the lock of its own memory for ever hides its command line and what it shares. Nobody else
is ended for that, or lives on."""

import json
import subprocess
from pathlib import Path

from harness import MIB, PYTHON, WORKERS, EndToEnd, is_sanitized, main

HOLDERS = 12
CHILDREN = 4


def state_of(task):
    try:
        return (task / "stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return ""


class Unanswered(EndToEnd):
    def setUp(self):
        super().setUp()
        self.files = self.folder / "unanswered"
        self.files.mkdir()
        self.server = subprocess.Popen(
            [PYTHON, WORKERS / "unanswered.py", "serve", self.files],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        self.addCleanup(self.end_server)
        if self.server.stdout.readline() != b"mounted\n":
            self.skipTest(f"no file system in user space: {self.server.stderr.read().decode().strip()}")

    def end_server(self):
        """With it ends whatever was not answered."""
        if self.server.poll() is None:
            self.server.communicate()

    def holder(self, group, name, size=0):
        holder = self.worker(group, "unanswered", "hold", self.files / name, size)
        self.addCleanup(self.end_server)  # before its group is removed
        self.assertEqual(self.server.stdout.readline(), b"held\n")
        return holder

    def end(self, guard):
        """It ends though threads of it hang; but a leak checker waits for each thread."""
        if is_sanitized():
            self.end_server()
        self.assertEqual(guard.stop(), 0)

    def test_command_lines(self):
        hidden, group = self.group("hidden"), self.group("group")
        holders = [self.holder(hidden, str(i)) for i in range(HOLDERS)]
        guard = self.guard(
            "[Guard]\nRecordCommand=full\n"
            "[Policy p]\nCgroup={home}/*\nCommand=*python*\nWorkerMemoryMax=64M\nAction=kill\n"
        )
        verdict = self.assert_ended(guard, self.grow(group, 200, 200), "worker-memory")
        self.assertIn("grow.py", verdict["command"])
        self.assertEqual(guard.bng("status").returncode, 0)
        self.assert_lives(*holders)
        self.end(guard)

    def test_what_is_shared(self):
        """Who waits for his proof behind one that does not come is not taken for who hides his own."""
        hidden, group = self.group("hidden"), self.group("group")
        holders = [self.holder(hidden, str(i), 110 * MIB) for i in range(2)]
        guard = self.guard("[Policy p]\nCgroup={home}/*\nWorkerMemoryMax=100M\nAction=log\n")
        tasks = Path(f"/proc/{guard.process.pid}/task")
        self.wait_for("a thread that waits", lambda: "D" in map(state_of, tasks.iterdir()))
        forked = self.worker(group, "fork-shares", 120 * MIB, CHILDREN)

        def proven():
            """Its children are known, and none of them by what it seems to hold."""
            groups = json.loads(guard.bng("status", "--json").stdout)["policies"][0]["groups"]
            workers = [each for of in groups if of["path"] == group.path for each in of["workers"]]
            children = [each for each in workers if each["pid"] != forked.pid]
            return len(children) == CHILDREN and all(each["memory"] < 100 * MIB for each in children)

        self.wait_for("their proofs", proven)
        self.assertLessEqual({each["pid"] for each in guard.verdicts()}, {each.pid for each in (*holders, forked)})
        self.end(guard)


if __name__ == "__main__":
    main()
