# SPDX-License-Identifier: LGPL-2.1-or-later
"""Reloads, crashes and stops of the daemon itself: nothing hangs, nothing is torn, nobody else dies."""

import contextlib
import os
import signal
import socket
import subprocess
import time
from pathlib import Path

from harness import BUILD, MIB, EndToEnd, main, names
from guard import Guard, NotReady  # from tests/support, which harness makes known

POLICY = "[Policy p]\nCgroup={home}/*\nWorkerMemoryMax=96M\nGraceSec=%s\n"


class Resilience(EndToEnd):
    def reload(self, guard, text):
        self.configure(text)
        guard.signal(signal.SIGHUP)
        self.assertTrue(guard.wait_for_notification("READY=1"), guard.said())

    def test_a_reload_changes_the_limit_under_living_workers(self):
        guard = self.guard("[Policy p]\nCgroup={home}/*\nWorkerMemoryMax=400M\nGraceSec=1s\n")
        process = self.grow(self.group("a"), 100, 120)
        time.sleep(2)
        self.assert_lives(process)
        self.reload(guard, POLICY % "1s")
        self.assertEqual(self.assert_ended(guard, process, "worker-memory")["limit"], 96 * MIB)

    def test_a_bad_reload_keeps_the_last_good_configuration(self):
        guard = self.guard(POLICY % "1s")
        self.reload(guard, "[Policy p]\nCgroup={home}/*\nWorkerMemoryMaxx=1M\n")
        self.wait_for("where it is wrong", lambda: "test.conf:3" in guard.said())
        self.assert_ended(guard, self.grow(self.group("a"), 40, 120), "worker-memory")
        self.assertIsNone(guard.process.poll())

    def test_a_directory_server_that_hangs_delays_no_end(self):
        unknown = 424242
        users = "[Policy u]\nCgroup={home}/u\nUser=nobody\nWorkerMemoryMax=500M\n"
        config = self.configure(users + "[Policy p]\nCgroup={home}/a\nWorkerMemoryMax=96M\nAction=kill\n")
        guard = Guard(BUILD, config, self.folder / "state", self.folder / "run")
        guard.environment |= {
            "LD_PRELOAD": str(BUILD / "tests/faults/hang-names.so"),
            "BNG_HANGS": str(unknown),
            "ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", "") + ":verify_asan_link_order=0",
        }
        self.addCleanup(self.end_guard, guard)
        guard.start()
        self.spawn(self.group("u"), ["setpriv", f"--reuid={unknown}", "--clear-groups", "sleep", "1000"])
        time.sleep(2)  # for its name to be asked for
        process = self.grow(self.group("a"), 40, 600)
        # Ten seconds of patience with a proof are 400 MiB more.
        self.assertLess(self.assert_ended(guard, process, "worker-memory")["value"], 400 * MIB)

    def start_behind(self, *command):
        """The daemon, started by another program in front of it."""
        config = self.configure(POLICY % "1s" + "Action=kill\n")
        guard = Guard(BUILD, config, self.folder / "state", self.folder / "run")
        guard.command[:0] = command
        self.addCleanup(self.end_guard, guard)
        return guard.start()

    def test_a_journal_that_hangs_delays_no_end(self):
        """Whoever may log can fill its queue, too."""
        path = self.folder / "journal/socket"
        path.parent.mkdir()
        kinds = (socket.AF_UNIX, socket.SOCK_DGRAM)
        with socket.socket(*kinds) as journal, socket.socket(*kinds) as flood:
            journal.bind(str(path))
            flood.setblocking(False)
            with contextlib.suppress(BlockingIOError):
                while True:
                    flood.sendto(b"MESSAGE=more\n", str(path))
            mount = "mount -t tmpfs none /run && mkdir -p /run/systemd/journal && "
            mount += 'mount --bind "$0" /run/systemd/journal && exec "$@"'
            guard = self.start_behind("unshare", "--mount", "sh", "-c", mount, path.parent)
            group = self.group("a")
            ended = [self.grow(group, 40, 120) for _ in range(2)]
            for process in ended:
                self.assert_ended(guard, process, "worker-memory")
            self.assertEqual(guard.bng("status").returncode, 0)
            # What waited is told once there is room for it.
            journal.settimeout(60)
            told = b""
            while any(b"BIGNUM_GUARD_PID=%d\n" % process.pid not in told for process in ended):
                told += journal.recv(1 << 20)

    def test_a_log_that_nobody_reads_delays_no_end(self):
        reads, writes = os.pipe()
        self.addCleanup(os.close, reads)
        self.addCleanup(os.close, writes)
        os.set_blocking(writes, False)
        with contextlib.suppress(BlockingIOError):
            while True:
                os.write(writes, bytes(4096))
        log = f"/proc/{os.getpid()}/fd/{writes}"
        guard = self.start_behind("sh", "-c", f'exec "$@" 2> {log}', "sh")
        self.assert_ended(guard, self.grow(self.group("a"), 40, 120), "worker-memory")
        self.assert_ended(guard, self.grow(self.group("b"), 40, 120), "worker-memory")
        # What waited is said once somebody listens.
        said = b""
        while said.count(b"ended: it held") < 2:
            said += os.read(reads, 1 << 20)

    def test_a_bad_start_says_where(self):
        with self.assertRaises(NotReady) as raised:
            self.guard("[Policy p]\nCgroup={home}/*\nWorkerMemoryMax=many\n")
        self.assertIn("test.conf:3", str(raised.exception))

    def test_killed_in_the_middle_of_an_end(self):
        victim = self.settled(self.group("victim"), 100, "leave-late")
        bystander = self.grow(self.group("bystander"), 40, 20)
        stubborn = self.settled(self.group("stubborn"), 100, "ignore")
        guard = self.guard(POLICY % "20s")
        self.wait_for("SIGTERM", lambda: b"asked" in (self.folder / "workers").read_bytes())
        guard.kill()
        self.assertIsNone(victim.poll())
        self.configure(POLICY % "1s")
        guard.start()
        verdict = self.assert_ended(guard, stubborn, "worker-memory")
        self.assertEqual(names(verdict)[-1], "SIGKILL", verdict)
        self.wait_for("the victim's end", lambda: victim.poll() is not None)
        self.assert_lives(bystander)

    # ---- what it has frozen

    def state(self, process):
        with open(f"/proc/{process.pid}/stat") as file:
            return file.read().rpartition(")")[2].split()[0]

    def frozen(self, text):
        """A daemon that has frozen two workers, one by one or as a group."""
        guard = self.guard(text)
        group = self.group("a")
        processes = [self.grow(group, 20, 60) for _ in range(2)]
        self.wait_for("both frozen", lambda: self.outcomes(guard) == ["frozen"] * 2)
        self.switch = group.folders[-1] / "cgroup.freeze"
        return guard, processes

    def outcomes(self, guard):
        return [verdict["outcome"] for verdict in guard.verdicts()]

    def is_stopped(self, process):
        by_group = self.switch.exists() and self.switch.read_text().strip() == "1"
        return by_group or self.state(process) == "T"

    def wait_until_they_run(self, processes):
        self.wait_for("they run again", lambda: not any(map(self.is_stopped, processes)))
        self.wait_for("nothing left to do", lambda: not (self.folder / "run/stopped").exists())

    FREEZES = (
        "[Policy p]\nCgroup={home}/*\nWorkerMemoryMax=48M\nAction=freeze\n",
        "[Policy p]\nCgroup={home}/*\nGroupMemoryMax=64M\nScope=group\nAction=freeze\n",
    )

    def killed_while_they_are_frozen(self, text):
        guard, processes = self.frozen(text)
        for process in processes:
            self.wait_for("it is stopped", lambda process=process: self.is_stopped(process))
        guard.kill()
        self.wait_until_they_run(processes)
        # Nobody has forgotten them: they are judged anew.
        guard.start()
        self.wait_for("frozen anew", lambda: self.outcomes(guard) == ["frozen"] * 4)
        self.assertEqual(guard.stop(), 0)
        self.wait_until_they_run(processes)

    def test_killed_while_workers_are_frozen(self):
        self.killed_while_they_are_frozen(self.FREEZES[0])

    def test_killed_while_a_group_is_frozen(self):
        self.killed_while_they_are_frozen(self.FREEZES[1])

    def test_killed_together_with_who_waits_for_that(self):
        guard, processes = self.frozen(self.FREEZES[0])
        children = Path(f"/proc/{guard.process.pid}/task/{guard.process.pid}/children")
        for child in children.read_text().split():
            os.kill(int(child), signal.SIGKILL)
        guard.kill()
        time.sleep(1)
        self.assertTrue(all(map(self.is_stopped, processes)))
        reset = [BUILD / "daemon/bignum-guardd", "--reset"]
        subprocess.run(reset, env=guard.environment, check=True, timeout=30)
        self.wait_until_they_run(processes)

    def test_killed_again_and_again_no_line_is_torn(self):
        guard = self.guard(POLICY % "1s" + "Action=kill\n[Guard]\nKillBudget=1000/1min\n")
        group = self.group("a")
        bystander = self.grow(self.group("bystander"), 40, 20)
        ended = 0
        for attempt in range(8):
            processes = [self.grow(group, 400, 120) for _ in range(3)]
            time.sleep(0.05 * attempt)
            guard.kill()
            guard.start()
            for process in processes:
                self.wait_for("its end", lambda process=process: process.poll() is not None)
            ended += len(processes)
        self.assert_lives(bystander)
        identities = [(verdict["pid"], verdict["start_time"]) for verdict in guard.verdicts()]
        self.assertEqual(len(identities), len(set(identities)))
        # A verdict can only be lost with the daemon that was about to write it.
        self.assertGreaterEqual(len(identities), ended - 3 * 8)

    def test_half_a_line_is_cut_off_at_the_start(self):
        file = self.folder / "state/verdicts.jsonl"
        file.write_text('{"pid":1}\n{"pid":2,"comm')
        file.chmod(0o600)
        guard = self.guard(POLICY % "1s")
        self.assert_ended(guard, self.grow(self.group("a"), 40, 120), "worker-memory")
        self.assertEqual(len(guard.verdicts()), 2)
        self.assertEqual(guard.verdicts()[0], {"pid": 1})

    def test_a_stop_finishes_what_was_begun(self):
        guard = self.guard(POLICY % "2s")
        process = self.creep(self.group("a"), 96, "ignore-loudly")
        self.wait_for("SIGTERM", lambda: b"asked" in (self.folder / "workers").read_bytes())
        self.assertEqual(guard.stop(), 0)
        verdict = self.assert_ended(guard, process, "worker-memory")
        self.assertEqual(names(verdict), ["SIGTERM", "SIGKILL"], verdict)

    def test_a_reused_pid_is_another_process(self):
        self.guard(POLICY % "2s")
        first = self.creep(self.group("a"), 96, "leave")
        self.wait_for("its end", lambda: first.poll() is not None)
        second = self.reuse(first.pid)
        if second is None:
            self.skipTest("the kernel does not hand out a wanted pid here")
        time.sleep(4)
        self.assertIsNone(second.poll())
        second.kill()
        second.wait()

    def reuse(self, pid):
        for _ in range(200):
            try:
                with open("/proc/sys/kernel/ns_last_pid", "w") as file:
                    file.write(str(pid - 1))
            except OSError:
                return None
            process = subprocess.Popen(["sleep", "60"])
            if process.pid == pid:
                return process
            process.kill()
            process.wait()
        return None

    def test_its_descriptors_do_not_add_up(self):
        guard = self.guard(POLICY % "1s" + "Action=kill\n[Guard]\nKillBudget=1000/1min\n")

        def round_of_ends(name):
            group = self.group(name)
            processes = [self.grow(group, 400, 120) for _ in range(4)]
            for process in processes:
                self.assert_ended(guard, process, "worker-memory")
            group.remove()

        def descriptors():
            folder = Path(f"/proc/{guard.process.pid}/fd")
            return sorted(os.readlink(link) for link in folder.iterdir())

        round_of_ends("first")
        time.sleep(3)
        before = descriptors()
        for i in range(4):
            round_of_ends(f"w{i}")
        self.wait_for(f"no more than {before}", lambda: len(descriptors()) <= len(before))


if __name__ == "__main__":
    main()
