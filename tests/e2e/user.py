# SPDX-License-Identifier: LGPL-2.1-or-later
"""A daemon without root: its user's configuration, processes and groups, and nobody else's."""

import json
import os
import shutil
import signal
import subprocess
from pathlib import Path

from harness import BUILD, EndToEnd, MIB, main
from guard import Guard

USER = 65534  # nobody
POLICY = "[Policy p]\nCgroup={home}/**\nWorkerMemoryMax=48M\nGraceSec=1s\n"


class User(EndToEnd):
    def setUp(self):
        super().setUp()
        # The build may lie where this user may not look.
        self.folder.chmod(0o755)
        self.build = self.folder / "build"
        for name in ("daemon/bignum-guardd", "daemon/control/bng-control", "lib/bng/bng"):
            (self.build / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(BUILD / name, self.build / name)
        self.user_home = self.folder / "home"
        for name in ("run", "home/.config/bignum-guard"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        for folder in (self.folder / "run", *self.user_home.rglob("*"), self.user_home):
            os.chown(folder, USER, USER)

    def user_guard(self, text):
        config = self.user_home / ".config/bignum-guard/bignum-guard.conf"
        config.write_text(text.replace("{home}", self.home))
        runtime = self.folder / "run/bignum-guard"
        guard = Guard(self.build, config, self.user_home / ".local/state/bignum-guard", runtime)
        guard.command = ["setpriv", f"--reuid={USER}", f"--regid={USER}", "--clear-groups"]
        guard.command += ["--inh-caps=-all", guard.build / "daemon/bignum-guardd"]
        guard.log = self.folder / "log"
        for name in ("STATE_DIRECTORY", "RUNTIME_DIRECTORY"):
            del guard.environment[name]
        guard.environment |= {
            "HOME": str(self.user_home),
            "XDG_RUNTIME_DIR": str(self.folder / "run"),
            "BIGNUM_GUARD_LIBEXECDIR": str(self.build / "daemon/control"),
        }
        for name in ("XDG_CONFIG_HOME", "XDG_STATE_HOME", "DBUS_SESSION_BUS_ADDRESS"):
            guard.environment.pop(name, None)
        self.addCleanup(self.end_guard, guard)
        return guard.start()

    def bng(self, guard, *arguments, uid=USER):
        return subprocess.run(
            ["setpriv", f"--reuid={uid}", f"--regid={uid}", "--clear-groups"]
            + [self.build / "lib/bng/bng", *arguments],
            env=guard.environment,
            capture_output=True,
            text=True,
            timeout=60,
        )

    def as_user(self, group, *arguments):
        """grow.py as that user; the source may be out of their reach, so it comes along."""
        for name in ("grow.py", "pace.py"):
            shutil.copy(Path(__file__).parent.parent / "workers" / name, self.folder)
        command = ["setpriv", f"--reuid={USER}", f"--regid={USER}", "--clear-groups"]
        command += ["/usr/bin/python3", self.folder / "grow.py", *map(str, arguments)]
        return self.spawn(group, command)

    def test_their_own_process_is_ended_and_told(self):
        guard = self.user_guard(POLICY)
        group = self.group("a")
        process = self.as_user(group, 0, 40 * MIB, 80 * MIB, "ignore")
        verdict = self.assert_ended(guard, process, "worker-memory")
        self.assertEqual(verdict["uid"], USER)
        self.wait_for("who is ended", lambda: f"Only processes of user {USER} are ended" in guard.said())
        self.assertEqual(guard.state.stat().st_mode & 0o777, 0o700)
        status = self.bng(guard, "status", "--json")
        self.assertEqual(status.returncode, 0, status.stderr)
        self.assertIn(f"{self.home}/a", status.stdout)
        history = json.loads(self.bng(guard, "history", "--json").stdout)
        self.assertIn(process.pid, [entry["pid"] for entry in history])
        checked = self.bng(guard, "check-config", "--json")
        self.assertIn(str(self.user_home), json.loads(checked.stdout)["files"][0])
        # Root finds it by --user in the same environment; another user does not get in.
        self.assertEqual(self.bng(guard, "status", "--user", uid=0).returncode, 0)
        self.assertEqual(self.bng(guard, "status", uid=USER - 1).returncode, 1)
        text = POLICY.replace("48M", "1G").replace("{home}", self.home)
        (self.user_home / ".config/bignum-guard/bignum-guard.conf").write_text(text)
        self.assertEqual(self.bng(guard, "reload").returncode, 0)
        self.wait_for("a word on it", lambda: "was read again" in guard.said())

    def test_nobody_elses_process_is_touched(self):
        guard = self.user_guard(POLICY + "GroupMemoryMax=200M\nScope=group\nAction=kill\n")
        group = self.group("delegated")
        for folder in group.folders:
            for path in (folder, *folder.iterdir()):
                os.chown(path, USER, USER)
        # Root's own process in the same group, far over every limit; the user's is small.
        roots = self.grow(group, 100, 100)
        users = self.as_user(group, 0, MIB, MIB, "")
        self.wait_for("its size", lambda: group.anonymous() > 100 * MIB)
        own = self.as_user(group, 0, 40 * MIB, 80 * MIB, "")
        self.assert_ended(guard, own, "worker-memory")
        self.wait_for("the group's end", lambda: users.poll() is not None)
        self.assert_lives(roots)
        self.assertNotIn(roots.pid, [verdict["pid"] for verdict in guard.verdicts()])
        self.assertNotIn("Operation not permitted", guard.said())

    def test_a_delegated_group_is_frozen_and_let_go(self):
        guard = self.user_guard(POLICY.replace("GraceSec=1s", "Action=freeze\nScope=group"))
        group = self.group("delegated")
        for folder in group.folders:
            for path in (folder, *folder.iterdir()):
                os.chown(path, USER, USER)
        process = self.as_user(group, 0, 40 * MIB, 80 * MIB, "")
        self.assertEqual(self.verdict_on(guard, process)["outcome"], "frozen")
        self.assertEqual(guard.stop(), 0)
        process.send_signal(signal.SIGTERM)
        self.wait_for("it runs, and so dies", lambda: process.poll() is not None)


if __name__ == "__main__":
    main()
