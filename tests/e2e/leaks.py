# SPDX-License-Identifier: LGPL-2.1-or-later
"""Nothing is lost on the way: no descriptor and no byte over groups that come and go with their processes, and
no error that valgrind sees. BNG_TEST_EXTENDED=1: a hundred thousand groups."""

import json
import os
import shutil
import subprocess
import time
from pathlib import Path

from harness import BUILD, EndToEnd, is_sanitized, main
from guard import Guard

EXTENDED = os.environ.get("BNG_TEST_EXTENDED") == "1"
GROUPS = 100000 if EXTENDED else 1000
BATCH = 100
POLICY = (
    "[Policy w]\nCgroup={home}/w*\nWorkerMemoryMax=48M\nLeakMax=1G\nGraceSec=1s\n"
    "[Policy g]\nCgroup={home}/**\nUser=root\nGroupMemoryMax=64M\nScope=group\n"
)


class Leaks(EndToEnd):
    def descriptors(self, guard):
        """The fewest of a moment: one may just be used for a reading, or by who asked for the status."""

        def count():
            time.sleep(0.01)
            return len(os.listdir(f"/proc/{guard.process.pid}/fd"))

        return min(count() for _ in range(50))

    def anonymous(self, guard):
        for line in Path(f"/proc/{guard.process.pid}/status").read_text().splitlines():
            if line.startswith("RssAnon:"):
                return int(line.split()[1]) * 1024
        raise KeyError("RssAnon")

    def folders(self, guard):
        """How many the kernel watches for it: one that is removed has to be given back."""
        infos = Path(f"/proc/{guard.process.pid}/fdinfo")
        return sum(info.read_text().count("inotify wd:") for info in infos.iterdir())

    def watched(self, guard):
        policies = json.loads(guard.bng("status", "--json").stdout)
        return json.dumps(policies).count(f'"{self.home}/')

    def come_and_go(self, guard, count, sleepers):
        """`count` groups, a hundred at a time; into some of them a process comes for a moment."""
        folders = [folder for folder in self.roots]
        for first in range(0, count, BATCH):
            names = [f"w{first + i}" for i in range(BATCH)]
            for name in names:
                for folder in folders:
                    (folder / name).mkdir()
            for name, sleeper in zip(names, sleepers):
                for folder in folders:
                    (folder / name / "cgroup.procs").write_text(str(sleeper.pid))
            time.sleep(0.05)
            for sleeper in sleepers:
                for folder in folders:
                    (folder / "cgroup.procs").write_text(str(sleeper.pid))
            for name in names:
                for folder in folders:
                    (folder / name).rmdir()

    def settle(self, guard):
        self.wait_for("its groups to be let go", lambda: self.watched(guard) <= 0)

    def test_groups_come_and_go(self):
        guard = self.guard(POLICY.replace("{home}/**", "{home}/w*"))
        roots = [self.hierarchies.memory, self.hierarchies.unified]
        self.roots = [root / self.home.lstrip("/") for root in roots if root]
        sleepers = [subprocess.Popen(["sleep", "10000"]) for _ in range(4)]
        self.processes += sleepers
        for sleeper in sleepers:
            for folder in self.roots:
                (folder / "cgroup.procs").write_text(str(sleeper.pid))
        # It does see them.
        (self.roots[0] / "w").mkdir()
        self.wait_for("a watched group", lambda: self.watched(guard) > 0)
        (self.roots[0] / "w").rmdir()
        self.come_and_go(guard, 3 * BATCH, sleepers)
        self.settle(guard)
        before = self.descriptors(guard), self.anonymous(guard)
        folders = self.folders(guard)
        self.come_and_go(guard, GROUPS, sleepers)
        self.settle(guard)
        self.assertEqual(self.descriptors(guard), before[0])
        self.wait_for("no more folders than there are", lambda: self.folders(guard) < folders + BATCH)
        # A hundred groups at once have had their memory before; what malloc keeps may move by some pages.
        if not is_sanitized():  # which keeps what was freed for a while, and looks for leaks itself
            self.assertLess(self.anonymous(guard) - before[1], 512 << 10)
        for sleeper in sleepers:
            for root in (self.hierarchies.memory, self.hierarchies.unified):
                if root:
                    (root / "cgroup.procs").write_text(str(sleeper.pid))

    def test_under_valgrind(self):
        valgrind = shutil.which("valgrind")
        if not valgrind:
            self.skipTest("valgrind is not installed")
        if is_sanitized():
            self.skipTest("a sanitizer sees the same, and cannot run under valgrind")
        # A fixture host: not every valgrind knows pidfd_open, and on a foreign host none is asked for.
        host = self.folder / "host"
        shutil.copytree(Path(__file__).parent.parent / "fixtures/v2", host)
        web = host / "cgroup/system.slice/web.service"
        text = "[Policy w]\nCgroup=/system.slice/w*\nWorkerMemoryMax=128M\nLeakMax=1M\n"
        text += "[Policy g]\nCgroup=/system.slice/**\nUser=*\nGroupMemoryMax=64M\nScope=group\n"
        guard = Guard(BUILD, self.configure(text), self.folder / "state", self.folder / "run")
        guard.command = [valgrind, "--quiet", "--error-exitcode=99", "--leak-check=full"]
        guard.command += ["--errors-for-leak-kinds=definite,indirect", BUILD / "daemon/bignum-guardd"]
        guard.command += ["--config", self.folder / "test.conf"]
        guard.command += ["--procfs", host / "proc", "--cgroupfs", host / "cgroup"]
        self.addCleanup(guard.kill)
        guard.start(60)
        self.wait_for("verdicts", lambda: len(guard.verdicts()) >= 3)
        for round in range(3):
            moved = web.rename(web.with_name(f"w{round}.service"))
            web = moved
            for command in (["status"], ["explain", "101"], ["reload"]):
                self.assertEqual(guard.bng(*command).returncode, 0, guard.said())
            time.sleep(1)
        self.configure("nonsense")
        self.assertEqual(guard.bng("reload").returncode, 1)
        self.assertEqual(guard.stop(60), 0, guard.said())
        self.assertNotIn("==", guard.said())


if __name__ == "__main__":
    main()
