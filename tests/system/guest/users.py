# SPDX-License-Identifier: LGPL-2.1-or-later
"""A user of the machine guards their own units: `systemctl --user`, no root anywhere, beside the system's
own daemon and without its policies.
"""

import json
import pathlib
import subprocess

from support import GROW, run, wait_for

NAME, UID = "guarded", 4711
HOME = pathlib.Path(f"/home/{NAME}")
VERDICTS = HOME / ".local/state/bignum-guard/verdicts.jsonl"
POLICY = f"""\
[Policy own]
Cgroup=/user.slice/user-{UID}.slice/user@{UID}.service/app.slice/*
WorkerMemoryMax=48M
GraceSec=1s
"""


def as_user(*command, check=True):
    environment = [f"HOME={HOME}", f"USER={NAME}", f"XDG_RUNTIME_DIR=/run/user/{UID}", "PATH=/usr/bin:/bin:/usr/sbin"]
    return run("setpriv", f"--reuid={UID}", f"--regid={UID}", "--init-groups", "env", "-i", *environment, *command,
               check=check)


def is_active_of_user(unit):
    return as_user("systemctl", "--user", "is-active", unit, check=False) == "active"


def own_verdicts():
    whole = VERDICTS.read_text().rpartition("\n")[0] if VERDICTS.exists() else ""  # the last one may be being written
    return [json.loads(line) for line in whole.splitlines()]


def a_user_starts_a_daemon_of_their_own():
    # The machine's own files come from outside, where everything new belongs to root.
    run("mount", "-t", "tmpfs", "-o", "mode=755", "tmpfs", "/home")
    run("useradd", "--create-home", "--uid", str(UID), NAME)
    config = HOME / ".config/bignum-guard/bignum-guard.conf"
    config.parent.mkdir(parents=True)
    config.write_text(POLICY)
    run("chown", "-R", f"{UID}:{UID}", str(HOME))
    run("systemctl", "start", f"user@{UID}")
    as_user("systemctl", "--user", "start", "bignum-guard")
    assert is_active_of_user("bignum-guard"), as_user("systemctl", "--user", "status", "bignum-guard", check=False)


def a_unit_of_the_user_is_ended_and_its_owner_reads_why():
    as_user("systemd-run", "--user", "--unit=runaway", "--collect", "/usr/bin/python3", "-c", GROW)
    pid = int(as_user("systemctl", "--user", "show", "-P", "MainPID", "runaway"))
    verdict = wait_for("a verdict", own_verdicts)[0]
    assert (verdict["pid"], verdict["uid"]) == (pid, UID), (pid, verdict)
    assert (verdict["reason"], verdict["outcome"]) == ("worker-memory", "ended"), verdict
    assert verdict.get("noticed") == "tripwire", verdict
    wait_for("its end", lambda: not pathlib.Path(f"/proc/{pid}").exists())
    assert str(pid) in as_user("bng", "history", "--user"), as_user("bng", "history", "--user", check=False)
    assert is_active_of_user("bignum-guard"), "the daemon ended too"


def nobody_else_can_ask_or_tell_it():
    other = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "env", f"XDG_RUNTIME_DIR=/run/user/{UID}"]
    done = subprocess.run([*other, "bng", "status", "--user"], capture_output=True, text=True)
    assert done.returncode != 0 and not done.stdout, done


def the_user_session_ends_and_takes_it_along():
    run("systemctl", "stop", f"user@{UID}")
    assert not pathlib.Path(f"/run/user/{UID}/bignum-guard").exists(), "its runtime folder is left"


CHECKS = [
    a_user_starts_a_daemon_of_their_own,
    a_unit_of_the_user_is_ended_and_its_owner_reads_why,
    nobody_else_can_ask_or_tell_it,
    the_user_session_ends_and_takes_it_along,
]
