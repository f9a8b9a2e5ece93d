# SPDX-License-Identifier: LGPL-2.1-or-later
"""What an administrator sets is the administrator's: whatever the daemon does to be woken in time, a
MemoryHigh= of somebody else is never changed, never shadowed later, and nothing of the daemon's own is
left when it stops, crashes, or systemd reads its files again.
"""

import os
import pathlib
import time

from support import MIB, guard_pid, is_active, run, start_worker, verdicts, wait_for

GROUPS = pathlib.Path("/sys/fs/cgroup/system.slice")

# More than half of its limit, where the daemon prepares to be told.
QUIET = "held = bytearray(b'x') * (56 << 20)\nimport time; time.sleep(600)"
# When told, it goes on until it is over every limit.
GROW_WHEN_TOLD = """
import signal, time
held = [bytearray(b"x") * (56 << 20)]
signal.signal(signal.SIGUSR1, lambda *_: None)
signal.pause()
while True:
    held.append(b"x" * (2 << 20))
    time.sleep(0.05)
"""
# Makes two groups of its own below its unit's, and grows in one of them.
DELEGATED = """
import os, pathlib, time
own = pathlib.Path("/sys/fs/cgroup/system.slice/delegated.service")
for name in ("quiet", "loud"):
    (own / name).mkdir()
parent = os.fork()
name = "quiet" if parent else "loud"
(own / name / "cgroup.procs").write_text("0")
if parent:
    while (own / "cgroup.procs").read_text():
        time.sleep(0.05)
    (own / "cgroup.subtree_control").write_text("+memory")
while not (own / name / "memory.current").exists():
    time.sleep(0.05)
held = []
while not parent or len(held) < 8:
    held.append(b"x" * (2 << 20))
    time.sleep(0.05)
time.sleep(600)
"""


def high(unit):
    """What the kernel goes by: bytes or "max"."""
    return (GROUPS / f"{unit}.service/memory.high").read_text().strip()


def assert_high(unit, size):
    """systemd and the kernel both say what the administrator said."""
    assert run("systemctl", "show", "-P", "MemoryHigh", unit) == str(size), (unit, "systemd's record")
    assert high(unit) == str(size), (unit, high(unit))


def drop_ins(unit):
    """Files that would go over what an administrator sets."""
    return [
        str(path)
        for folder in ("/run/systemd/system.control", "/etc/systemd/system.control", "/run/systemd/transient")
        for path in pathlib.Path(folder).glob(f"{unit}.service.d/*")
        if "MemoryHigh" in path.read_text()
    ]


def settle():
    """The daemon has seen every group, and done whatever it does about it."""
    time.sleep(2)


def kill_the_daemon():
    before = guard_pid()
    os.kill(before, 9)
    wait_for("another daemon", lambda: is_active("bignum-guard") and guard_pid() not in (0, before))
    settle()


def a_limit_set_before_is_kept_through_everything():
    start_worker("admin-before", QUIET, "MemoryHigh=64M")
    settle()
    assert_high("admin-before", 64 * MIB)
    run("systemctl", "daemon-reload")
    settle()
    assert_high("admin-before", 64 * MIB)
    kill_the_daemon()
    assert_high("admin-before", 64 * MIB)


def a_limit_set_while_it_watches_is_kept():
    start_worker("admin-during", QUIET)
    wait_for("a limit of ours", lambda: high("admin-during") != "max")
    run("systemctl", "set-property", "--runtime", "admin-during", "MemoryHigh=80M")
    settle()
    assert_high("admin-during", 80 * MIB)
    run("systemctl", "daemon-reload")
    kill_the_daemon()
    assert_high("admin-during", 80 * MIB)


def nothing_of_its_own_is_left_when_it_stops():
    start_worker("admin-after", GROW_WHEN_TOLD)
    wait_for("a limit of ours", lambda: high("admin-after") != "max")
    run("systemctl", "daemon-reload")
    kill_the_daemon()
    run("systemctl", "stop", "bignum-guard")
    wait_for("no limit of ours", lambda: high("admin-after") == "max")
    assert drop_ins("admin-after") == [], drop_ins("admin-after")
    assert_high("admin-before", 64 * MIB)
    assert_high("admin-during", 80 * MIB)


def a_limit_set_after_it_was_stopped_is_not_shadowed():
    folder = pathlib.Path("/run/systemd/system/admin-after.service.d")
    folder.mkdir(parents=True)
    (folder / "limit.conf").write_text("[Service]\nMemoryHigh=88M\n")
    run("systemctl", "daemon-reload")
    run("systemctl", "start", "bignum-guard")
    # A reload is put into force when systemd has another reason to touch the group: a start is one.
    wait_for("the administrator's limit", lambda: high("admin-after") == str(88 * MIB))
    settle()
    assert_high("admin-after", 88 * MIB)


def one_under_an_administrators_limit_is_ended_all_the_same():
    """The kernel holds it back at 88M, below the policy's limit: it may not even get there. Without that
    limit it does, and is ended."""
    pathlib.Path("/run/systemd/system/admin-after.service.d/limit.conf").unlink()
    run("systemctl", "daemon-reload")
    # A reload alone is put into force when systemd has another reason to touch the group.
    run("systemctl", "set-property", "--runtime", "admin-after", "MemoryHigh=infinity")
    wait_for("no limit of theirs", lambda: high("admin-after") != str(88 * MIB))
    run("systemctl", "kill", "-s", "USR1", "admin-after")
    found = wait_for("a verdict", lambda: verdicts("administrator"))
    assert [v["unit"] for v in found] == ["admin-after.service"], found
    # The worker is nearly all of its group, and both have the same limit: a look may find either beyond it.
    assert found[0]["reason"] in ("group-memory", "worker-memory"), found
    assert found[0]["outcome"] == "ended", found
    for unit in ("admin-before", "admin-during"):
        assert is_active(unit), unit
    assert_high("admin-before", 64 * MIB)
    run("systemctl", "stop", "admin-before", "admin-during")


def a_unit_file_a_property_and_a_revert_are_kept():
    """A unit with a file of its own: what that says, then a property that stays, then neither."""
    program, file = pathlib.Path("/run/admin-file.py"), pathlib.Path("/etc/systemd/system/admin-file.service")

    def say(text):
        file.write_text(f"[Service]\nExecStart=/usr/bin/python3 {program}\n{text}")
        run("systemctl", "daemon-reload")

    def touch(weight):
        """A reload alone is put into force when systemd has another reason to touch the group."""
        run("systemctl", "set-property", "--runtime", "admin-file", f"CPUWeight={weight}")

    program.write_text(QUIET)
    say("")
    run("systemctl", "start", "admin-file")
    wait_for("a limit of ours", lambda: high("admin-file") != "max")
    say("MemoryHigh=80M\n")
    wait_for("the file's limit", lambda: high("admin-file") == str(80 * MIB))
    run("systemctl", "set-property", "admin-file", "MemoryHigh=84M")
    settle()
    assert_high("admin-file", 84 * MIB)
    run("systemctl", "revert", "admin-file")
    touch(90)
    wait_for("the file's limit again", lambda: high("admin-file") == str(80 * MIB))
    assert_high("admin-file", 80 * MIB)
    say("")
    touch(80)
    wait_for("no limit of theirs", lambda: high("admin-file") != str(80 * MIB))
    assert run("systemctl", "show", "-P", "MemoryHigh", "admin-file") == "infinity"
    assert drop_ins("admin-file") == [], drop_ins("admin-file")
    run("systemctl", "stop", "admin-file")
    file.unlink()
    run("systemctl", "daemon-reload")


def a_group_that_systemd_does_not_manage_is_guarded_by_its_files():
    start_worker("delegated", DELEGATED, "Delegate=yes")
    found = wait_for("a verdict", lambda: verdicts("delegated"))
    assert [v["cgroup"] for v in found] == ["/system.slice/delegated.service/loud"], found
    assert found[0]["outcome"] == "ended", found
    assert is_active("delegated")
    run("systemctl", "stop", "bignum-guard")
    quiet = GROUPS / "delegated.service/quiet/memory.high"
    wait_for("no limit of ours", lambda: not quiet.exists() or quiet.read_text().strip() == "max")
    run("systemctl", "start", "bignum-guard")
    run("systemctl", "stop", "delegated")


CHECKS = [
    a_limit_set_before_is_kept_through_everything,
    a_limit_set_while_it_watches_is_kept,
    nothing_of_its_own_is_left_when_it_stops,
    a_limit_set_after_it_was_stopped_is_not_shadowed,
    one_under_an_administrators_limit_is_ended_all_the_same,
    a_unit_file_a_property_and_a_revert_are_kept,
    a_group_that_systemd_does_not_manage_is_guarded_by_its_files,
]
