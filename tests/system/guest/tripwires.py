# SPDX-License-Identifier: LGPL-2.1-or-later
"""Tripwires: the kernel tells of a limit by memory.high. Who crosses it ends at once and the verdict says
how it was noticed; whatever happens to the daemon, nothing of it stays in memory.high; and what an
administrator sets there is the administrator's.
"""

import os
import pathlib
import time

from administrator import assert_high, drop_ins
from support import CONFIG, MIB, guard_pid, is_active, run, start_worker, verdicts, wait_for

GROUPS = pathlib.Path("/sys/fs/cgroup/system.slice")
RECORD = pathlib.Path("/run/bignum-guard/brakes")

POLICIES = """
[Policy trip]
Unit=trip-*.service
WorkerMemoryMax=64M
GraceSec=1s

[Policy shared]
Unit=shared*.service
GroupMemoryMax=64M
GraceSec=1s

[Policy made]
Cgroup=/system.slice/made.service/*
GroupMemoryMax=64M
Action=kill
"""

# Holds 40 MB; when told, grows as fast as it can.
GROW_WHEN_TOLD = """
import signal
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR1])
held = [bytearray(b"x") * (40 << 20)]
signal.sigwait([signal.SIGUSR1])
while True:
    held.append(b"x" * (256 << 10))
"""

# Four processes that hold 8 MB each; when the first is told, one of them grows.
SHARED = """
import os, signal, time
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR1])
held = [bytearray(b"x") * (8 << 20)]
if os.fork() and os.fork() and os.fork():
    held.append(bytearray(b"y") * (8 << 20))
    signal.sigwait([signal.SIGUSR1])
    while True:
        held.append(b"x" * (256 << 10))
        time.sleep(0.01)
held.append(bytearray(b"y") * (8 << 20))
time.sleep(600)
"""

# A unit that manages a group of its own below its own.
MADE = f"""
import pathlib
own = pathlib.Path("/sys/fs/cgroup/system.slice/made.service")
for name in ("first", "worker"):
    (own / name).mkdir()
    (own / name / "cgroup.procs").write_text("0")
    (own / "cgroup.subtree_control").write_text("+memory")
{GROW_WHEN_TOLD}
"""

# 24 MB of its own, and a file of 128 MB through the page cache again and again.
CACHE = """
held = bytearray(b"x") * (24 << 20)
import time
while True:
    with open("/var/tmp/cache", "rb") as file:
        while file.read(1 << 20):
            pass
    time.sleep(0.1)
"""


def wire(unit, below=""):
    """What is set in memory.high, or None."""
    text = (GROUPS / f"{unit}.service" / below / "memory.high").read_text().strip()
    return None if text == "max" else int(text)


def wait_for_wire(unit, below=""):
    at = wait_for("a tripwire", lambda: wire(unit, below))
    assert at % MIB != 0, (unit, at)  # ours is no size that people set
    return at


def tell(unit):
    run("systemctl", "kill", "--kill-whom=main", "-s", "USR1", unit)


def kill_the_daemon(whom):
    """SIGKILL, to the daemon alone or to its child as well; there is another one afterwards."""
    before = guard_pid()
    run("systemctl", "kill", f"--kill-whom={whom}", "-s", "KILL", "bignum-guard")
    wait_for("another daemon", lambda: is_active("bignum-guard") and guard_pid() not in (0, before))


def assert_nothing_is_left(*units):
    for unit in units:
        wait_for(f"no limit of ours at {unit}", lambda: wire(unit) is None)
        assert not drop_ins(unit), drop_ins(unit)
    # It stands there until systemd has said whether somebody else wants one there.
    wait_for("an empty record", lambda: not RECORD.exists())


def reload(text):
    CONFIG.write_text(text)
    run("systemctl", "reload", "bignum-guard")


def a_runaway_is_told_of_by_its_tripwire():
    start_worker("trip-told", GROW_WHEN_TOLD)
    wait_for_wire("trip-told")
    tell("trip-told")
    verdict = wait_for("a verdict", lambda: verdicts("trip"))[0]
    assert verdict["unit"] == "trip-told.service", verdict
    assert (verdict["reason"], verdict["outcome"]) == ("worker-memory", "ended"), verdict
    assert verdict.get("noticed") == "tripwire", verdict


def one_under_an_administrators_limit_is_polled():
    start_worker("trip-polled", GROW_WHEN_TOLD, "MemoryHigh=1G")
    wait_for("its memory", lambda: int((GROUPS / "trip-polled.service/memory.current").read_text()) > 40 * MIB)
    assert_high("trip-polled", 1 << 30)
    tell("trip-polled")
    verdict = wait_for("a verdict", lambda: verdicts("trip")[1:])[0]
    assert (verdict["unit"], verdict["outcome"]) == ("trip-polled.service", "ended"), verdict
    assert "noticed" not in verdict, verdict


def workers_that_share_a_limit_are_told_of_and_one_ends():
    start_worker("shared", SHARED)
    wait_for_wire("shared")
    tell("shared")
    found = wait_for("a verdict", lambda: verdicts("shared"))
    assert (found[0]["reason"], found[0].get("noticed")) == ("group-memory", "tripwire"), found
    assert len(found) == 1, found
    run("systemctl", "stop", "shared", check=False)


def a_group_made_by_hand_is_told_of():
    start_worker("made", MADE, "Delegate=yes")
    wait_for("its group", lambda: (GROUPS / "made.service/worker/memory.high").exists())
    wait_for_wire("made", "worker")
    assert wire("made") is None
    tell("made")
    found = wait_for("a verdict", lambda: verdicts("made"))
    assert found[0]["cgroup"] == "/system.slice/made.service/worker", found
    assert (found[0]["outcome"], found[0].get("noticed")) == ("ended", "tripwire"), found


def page_cache_trips_it_and_ends_nobody():
    with open("/var/tmp/cache", "wb") as file:
        file.truncate(128 << 20)
    start_worker("trip-cache", CACHE)
    events = GROUPS / "trip-cache.service/memory.events.local"
    wait_for("a trip", lambda: "high 0\n" not in events.read_text())
    time.sleep(5)
    assert is_active("trip-cache"), verdicts("trip")
    assert not [v for v in verdicts("trip") if v["unit"] == "trip-cache.service"]
    run("systemctl", "stop", "trip-cache")


def it_comes_back_after_a_daemon_reload():
    start_worker("trip-reloaded", GROW_WHEN_TOLD)
    wait_for_wire("trip-reloaded")
    run("systemctl", "daemon-reload")
    wait_for_wire("trip-reloaded")
    assert not drop_ins("trip-reloaded")


def a_reload_without_the_policy_takes_it_away():
    before = CONFIG.read_text()
    reload(before.replace("Unit=trip-*", "Unit=nothing-*"))
    assert_nothing_is_left("trip-reloaded")
    reload(before)
    wait_for_wire("trip-reloaded")


def a_killed_daemon_leaves_none():
    before = CONFIG.read_text()
    for whom in ("main", "all"):
        wait_for_wire("trip-reloaded")
        CONFIG.write_text(before.replace("Unit=trip-*", "Unit=nothing-*"))  # the next one sets none
        kill_the_daemon(whom)
        assert_nothing_is_left("trip-reloaded")
        reload(before)


def who_waits_for_the_end_of_the_daemon_is_missed():
    wait_for_wire("trip-reloaded")
    own = {int(pid) for pid in (GROUPS / "bignum-guard.service/cgroup.procs").read_text().split()}
    (child,) = own - {guard_pid()}
    os.kill(child, 9)
    wait_for("no tripwire without it", lambda: wire("trip-reloaded") is None)
    assert is_active("bignum-guard")
    run("systemctl", "restart", "bignum-guard")


def an_administrator_goes_before_it():
    wait_for_wire("trip-reloaded")
    run("systemctl", "set-property", "--runtime", "trip-reloaded", "MemoryHigh=56M")
    time.sleep(2)
    assert_high("trip-reloaded", 56 * MIB)
    kill_the_daemon("main")
    assert_high("trip-reloaded", 56 * MIB)
    # What goes before all drop-ins that a program could have left
    start_worker("trip-after", GROW_WHEN_TOLD)
    wait_for_wire("trip-after")
    folder = pathlib.Path("/run/systemd/transient/trip-after.service.d")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "10-limit.conf").write_text("[Service]\nMemoryHigh=60M\n")
    run("systemctl", "daemon-reload")
    wait_for("the administrator's limit", lambda: wire("trip-after") == 60 * MIB)
    time.sleep(2)
    run("systemctl", "stop", "bignum-guard")
    assert_high("trip-after", 60 * MIB)
    assert_high("trip-reloaded", 56 * MIB)
    assert not RECORD.exists()
    run("systemctl", "start", "bignum-guard")
    run("systemctl", "stop", "trip-reloaded", "trip-after")


CHECKS = [
    a_runaway_is_told_of_by_its_tripwire,
    one_under_an_administrators_limit_is_polled,
    workers_that_share_a_limit_are_told_of_and_one_ends,
    a_group_made_by_hand_is_told_of,
    page_cache_trips_it_and_ends_nobody,
    it_comes_back_after_a_daemon_reload,
    a_reload_without_the_policy_takes_it_away,
    a_killed_daemon_leaves_none,
    who_waits_for_the_end_of_the_daemon_is_missed,
    an_administrator_goes_before_it,
]
