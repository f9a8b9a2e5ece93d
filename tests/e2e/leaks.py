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
LOAD = """
[Guard]
KillBudget=1000/1min
[Policy w]
Cgroup={home}/w*
WorkerMemoryMax=48M
LeakMax=100G
GrowthMax=1G
[Policy crowd]
Cgroup={home}/crowd
GroupMemoryMax=64M
[Policy leak]
Cgroup={home}/leak
LeakMax=1G
LeakWindowSec=5s
[Policy burn]
Cgroup={home}/burn
CpuTimeMax=400ms
CpuWindowSec=4s
[Policy rest]
Cgroup={home}/**
WorkerMemoryMax=64M
GroupMemoryMax=128M
Scope=group
"""


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

    def valgrind(self, text, *options):
        """The daemon under valgrind, to be started; end_well() looks at what it says."""
        if not shutil.which("valgrind"):
            self.skipTest("valgrind is not installed")
        if is_sanitized():
            self.skipTest("a sanitizer sees the same, and cannot run under valgrind")
        guard = Guard(BUILD, self.configure(text), self.folder / "state", self.folder / "run", *options)
        guard.command[:0] = ["valgrind", "--quiet", "--error-exitcode=99", "--leak-check=full"]
        guard.command[4:4] = ["--errors-for-leak-kinds=definite,indirect"]
        self.addCleanup(guard.kill)
        return guard

    def end_well(self, guard):
        self.configure("nonsense")
        self.assertEqual(guard.bng("reload").returncode, 1)
        self.assertEqual(guard.stop(), 0, guard.said())
        self.assertNotIn("==", guard.said())

    def test_under_valgrind(self):
        # A fixture host: not every valgrind knows pidfd_open, and on a foreign host none is asked for.
        host = self.folder / "host"
        shutil.copytree(Path(__file__).parent.parent / "fixtures/v2", host)
        web = host / "cgroup/system.slice/web.service"
        text = "[Policy w]\nCgroup=/system.slice/w*\nWorkerMemoryMax=128M\nLeakMax=1M\n"
        text += "[Policy g]\nCgroup=/system.slice/**\nUser=*\nGroupMemoryMax=64M\nScope=group\n"
        guard = self.valgrind(text, "--procfs", host / "proc", "--cgroupfs", host / "cgroup").start()
        self.wait_for("verdicts", lambda: len(guard.verdicts()) >= 3)
        for round in range(3):
            moved = web.rename(web.with_name(f"w{round}.service"))
            web = moved
            for command in (["status"], ["explain", "101"], ["reload"]):
                self.assertEqual(guard.bng(*command).returncode, 0, guard.said())
            time.sleep(1)
        self.end_well(guard)

    def test_under_valgrind_and_load(self):
        """The groups and processes of this machine, by another mount of /proc: that makes it a foreign host, for the
        same reason. Whoever runs away is told of, while groups come and go and it is asked and loaded anew."""
        proc = self.folder / "proc"
        proc.mkdir()
        guard = self.valgrind(LOAD, "--procfs", proc)
        mount = 'mount -t proc proc "$0" && exec "$@"'
        guard.command[:0] = ["unshare", "--mount", "--propagation=private", "sh", "-c", mount, proc]
        guard.start()
        quiet = [self.grow(self.group(f"quiet{i}"), 5, 10) for i in range(4)]
        runaways = [self.grow(self.group(f"w{i}"), 20, 80) for i in range(8)]
        crowd = self.group("crowd")
        quiet += [self.grow(crowd, 10, 20) for _ in range(4)]
        leak = self.grow(self.group("leak"), 2, 400)
        burn = self.worker(self.group("burn"), "burn")
        groups = [root / self.home.lstrip("/") for root in (self.hierarchies.memory, self.hierarchies.unified) if root]
        for i in range(20):
            for folder in groups:
                for j in range(10):
                    (folder / f"passing{j}").mkdir()
            commands = (["status"], ["explain", str(runaways[i % 8].pid)], ["history"], ["reload"])
            done = guard.bng(*commands[i % 4])
            self.assertEqual(done.returncode, 0, done.stderr + guard.said())
            for folder in groups:
                for j in range(10):
                    (folder / f"passing{j}").rmdir()
        reasons = {process: "worker-memory" for process in runaways} | {leak: "leak", burn: "cpu"}
        for process, reason in reasons.items():
            verdict = self.verdict_on(guard, process, 120)
            self.assertEqual((verdict["reason"], verdict["outcome"]), (reason, "would-have-ended"), verdict)
        crowds = lambda: [v for v in guard.verdicts() if v["cgroup"] == crowd.path]
        self.wait_for("the crowd's", crowds)
        self.assertEqual({v["reason"] for v in crowds()}, {"group-memory"})
        self.assert_lives(*quiet, *reasons)
        self.end_well(guard)


if __name__ == "__main__":
    main()
