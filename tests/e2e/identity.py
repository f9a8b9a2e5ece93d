# SPDX-License-Identifier: LGPL-2.1-or-later
"""Never the wrong process: other PID namespaces, groups that are renamed or change hands, what becomes
protected while it is being ended, and a budget that outlives the daemon."""

import json
import os
import signal
import subprocess
import time
from pathlib import Path

from harness import BUILD, MIB, PYTHON, EndToEnd, main, names

# In a PID namespace of its own but with the /proc of the one above: a child takes the same number there
# as a process above has, and joins its groups. Then it becomes the daemon.
IMPOSTOR = """
import os, sys
pid, folders, daemon = int(sys.argv[1]), sys.argv[2].split(":"), sys.argv[3:]
with open("/proc/sys/kernel/ns_last_pid", "w") as last:
    last.write(str(pid - 1))
child = os.fork()
if child == 0:
    for folder in folders:
        with open(folder + "/cgroup.procs", "w") as procs:
            procs.write("0")
    os.execvp("sleep", ["sleep", "1000"])
print("decoy", child, flush=True)
os.execv(daemon[0], daemon)
"""


class Identity(EndToEnd):
    def test_a_proc_of_another_pid_namespace_is_foreign(self):
        group = self.group("a")
        folders = ":".join(map(str, group.folders))
        process = self.grow(group, 100, 60)
        config = self.configure("[Policy p]\nCgroup={home}/*\nWorkerMemoryMax=48M\nAction=kill\n")
        daemon = BUILD / "daemon/bignum-guardd"
        environment = {
            **os.environ,
            "STATE_DIRECTORY": str(self.folder / "state"),
            "RUNTIME_DIRECTORY": str(self.folder / "run"),
        }
        with open(self.folder / "log", "wb") as log:
            inner = subprocess.Popen(
                ["unshare", "--pid", "--fork", "--kill-child", PYTHON, "-c", IMPOSTOR]
                + [str(process.pid), folders, str(daemon), "--config", str(config)],
                env=environment,
                stdout=log,
                stderr=log,
            )
        self.processes.append(inner)
        said = lambda: (self.folder / "log").read_text()
        self.wait_for("a decoy of the same number", lambda: f"decoy {process.pid}\n" in said())
        path = self.folder / "state/verdicts.jsonl"
        self.wait_for("a verdict", lambda: path.exists() and path.read_text().endswith("\n"))
        self.assertEqual(json.loads(path.read_text())["outcome"], "would-have-ended")
        self.wait_for("why it runs dry", lambda: "PID namespace" in said())
        self.assert_lives(process, inner)
        # The decoy is a child of the daemon's, and lives as well.
        children = Path(f"/proc/{inner.pid}/task/{inner.pid}/children").read_text().split()
        below = Path(f"/proc/{children[0]}/task/{children[0]}/children").read_text().split()
        self.assertEqual(len(below), 1)
        self.assertEqual(Path(f"/proc/{below[0]}/comm").read_text(), "sleep\n")

    def test_a_worker_in_a_pid_namespace_below(self):
        guard = self.guard("[Policy p]\nCgroup={home}/*\nWorkerMemoryMax=48M\nGraceSec=1s\n")
        outer = self.spawn(
            self.group("a"),
            ["unshare", "--pid", "--fork", "--kill-child", "--mount-proc", PYTHON, "-c"]
            + ["import time\nheld = []\nwhile True:\n held.append(b'x' * (1 << 20))\n time.sleep(0.02)"],
        )
        verdict = self.wait_for("a verdict", lambda: guard.verdicts() and guard.verdicts()[0])
        self.assertEqual((verdict["reason"], verdict["outcome"]), ("worker-memory", "ended"), verdict)
        self.assertNotEqual(verdict["pid"], outer.pid)
        self.assertEqual(names(verdict)[-1], "SIGKILL")  # it is an init there, deaf to SIGTERM
        self.wait_for("its parent's end", lambda: outer.poll() is not None)

    def test_a_group_that_is_renamed_and_replaced(self):
        if self.hierarchies.version == 2:
            self.skipTest("only v1 groups can be renamed")
        group = self.group("a")
        renamed = self.settled(group, 60, "ignore-loudly")
        guard = self.guard("[Policy p]\nCgroup={home}/a\nWorkerMemoryMax=48M\nGraceSec=6s\n")
        self.wait_for("SIGTERM", lambda: b"asked" in (self.folder / "workers").read_bytes())
        there = group.memory_folder.with_name("elsewhere")
        group.memory_folder.rename(there)
        self.addCleanup(self.empty, there)
        group.memory_folder.mkdir()
        # Its SIGKILL is due, in a group of the same path that is another one; and it is in none of ours.
        self.assertEqual(self.verdict_on(guard, renamed)["outcome"], "survived")
        second = self.grow(group, 100, 60)
        self.assert_ended(guard, second, "worker-memory")
        self.assert_lives(renamed)

    def empty(self, folder):
        for pid in (folder / "cgroup.procs").read_text().split():
            os.kill(int(pid), signal.SIGKILL)
        self.reap()
        self.wait_for("an empty group", lambda: not (folder / "cgroup.procs").read_text())
        folder.rmdir()

    def test_protected_while_it_is_asked(self):
        text = "[Policy p]\nCgroup={home}/a\nWorkerMemoryMax=48M\nGraceSec=6s\n"
        process = self.settled(self.group("a"), 60, "ignore-loudly")
        guard = self.guard(text)
        self.wait_for("SIGTERM", lambda: b"asked" in (self.folder / "workers").read_bytes())
        self.configure(text + "[Guard]\nProtect={home}/a\n")
        guard.signal(signal.SIGHUP)
        self.assertTrue(guard.wait_for_notification("READY=1"), guard.said())
        verdict = self.verdict_on(guard, process)
        self.assertEqual((verdict["outcome"], names(verdict)), ("survived", ["SIGTERM"]), verdict)
        self.assert_lives(process)

    def test_a_group_below_that_is_protected_is_not_killed_along(self):
        group = self.group("a")
        process = self.settled(group, 80, "ignore-loudly")
        guard = self.guard(
            "[Guard]\nProtect={home}/a/.kept\n"
            "[Policy p]\nCgroup={home}/a\nGroupMemoryMax=64M\nScope=group\nGraceSec=6s\n"
        )
        self.wait_for("SIGTERM", lambda: b"asked" in (self.folder / "workers").read_bytes())
        kept = self.spawn(self.group("a/.kept"), ["sleep", "1000"])  # made during the grace
        verdict = self.assert_ended(guard, process, "group-memory")
        self.assertEqual({signal["by"] for signal in verdict["signals"]}, {"pidfd"}, verdict)
        self.assert_lives(kept)

    def test_one_that_is_moved_on_in_every_grace(self):
        """It had its grace once: where it is found again it is not asked any more."""
        groups = [self.group(name) for name in "abcdefgh"]  # it is back where it was long after a grace
        process = self.settled(groups[0], 100, "ignore")
        guard = self.guard(
            "[Policy p]\nCgroup={home}/*\nWorkerMemoryMax=64M\nAction=terminate\nGraceSec=1s\n"
        )

        def move_on():
            time.sleep(0.3)
            groups.append(groups.pop(0))
            try:
                for folder in groups[0].folders:
                    (folder / "cgroup.procs").write_text(str(process.pid))
            except ProcessLookupError:
                pass
            return process.poll() is not None

        self.wait_for("SIGTERM", lambda: "SIGTERM" in guard.said())
        self.wait_for("its death", move_on)
        self.wait_for("SIGKILL", lambda: any("SIGKILL" in names(verdict) for verdict in guard.verdicts()))

    def test_the_kill_budget_outlives_the_daemon(self):
        text = (
            "[Guard]\nKillBudget=2/10min\n"
            "[Policy p]\nCgroup={home}/*\nWorkerMemoryMax=48M\nAction=kill\n"
        )
        guard = self.guard(text)
        group = self.group("a")
        for _ in range(2):
            self.assert_ended(guard, self.grow(group, 100, 60), "worker-memory")
            guard.process.kill()
            guard.process.wait()
            guard = self.guard(text)
        self.assertEqual((self.folder / "state/budget.json").stat().st_mode & 0o777, 0o600)
        third = self.grow(group, 100, 60)
        self.assertEqual(self.verdict_on(guard, third)["outcome"], "withheld")
        self.assert_lives(third)
        # What is no book of ours is not believed, and that is said.
        guard.stop()
        (self.folder / "state/budget.json").write_text("{}")
        guard = self.guard(text)
        self.wait_for("a complaint", lambda: "they start full" in guard.said())
        fourth = self.grow(self.group("b"), 100, 60)
        self.assert_ended(guard, fourth, "worker-memory")


if __name__ == "__main__":
    main()
