# SPDX-License-Identifier: LGPL-2.1-or-later
"""Others at work in the same groups: programs that spread their threads over threaded groups, another daemon that ends
groups for their memory, an administrator who restarts or reloads a unit while it is being ended.
"""

import json
import os
import pathlib
import time

from support import MIB, GROW, is_active, run, start_worker, verdicts, wait_for

GROUPS = pathlib.Path("/sys/fs/cgroup/system.slice")
BUDGET = pathlib.Path("/var/lib/bignum-guard/budget.json")

POLICIES = """
[Policy threaded]
Unit=threaded-worker.service
WorkerMemoryMax=48M
Action=kill

[Policy threaded-group]
Unit=threaded-group.service
GroupMemoryMax=64M
Scope=group
Action=kill

[Policy threaded-one]
Unit=threaded-one.service
GroupMemoryMax=64M
GrowthWindowSec=2s
Action=kill

[Policy others]
Unit=others*.service
WorkerMemoryMax=48M
GraceSec=3s

[Policy race]
Unit=race*.service
GroupMemoryMax=64M
Scope=group
Action=kill

[Policy again]
Unit=again*.service
GroupMemoryMax=48M
Scope=group
GraceSec=6s
"""

# Makes its group the root of a threaded subtree, with processes in two groups below: one that stays, and one that
# comes to the size.
THREADED = """
import os, pathlib, sys, threading, time
own = pathlib.Path("/sys/fs/cgroup" + open("/proc/self/cgroup").read().partition("::")[2].strip())
for name in ("quiet", "loud"):
    (own / name).mkdir()
    (own / name / "cgroup.type").write_text("threaded")
parent = os.fork()
(own / ("quiet" if parent else "loud") / "cgroup.procs").write_text("0")
threading.Thread(target=time.sleep, args=(600,), daemon=True).start()
held = [b"x" * (8 << 20)]
time.sleep(3)
while not parent and len(held) < 40:
    held.append(b"x" * (2 << 20))
    time.sleep(0.05)
time.sleep(600)
"""

# Takes what its group lacks to nearly 48 MB, passes that slowly, and grows no further.
CREEP = """
import pathlib, time
stat = pathlib.Path("/sys/fs/cgroup" + open("/proc/self/cgroup").read().partition("::")[2].strip()) / "memory.stat"
held = []
while int(stat.read_text().split()[1]) < 47 << 20:
    held.append(b"x" * (100 << 10))
time.sleep(2)
for _ in range(60):
    held.append(b"x" * (40 << 10))
    time.sleep(0.2)
while True:
    time.sleep(600)
"""
# Stays when it is asked to end, which it writes down.
STAYS = f"""
import pathlib, signal
signal.signal(signal.SIGTERM, lambda *_: pathlib.Path("/run/asked").touch())
{CREEP}
"""


def members(unit):
    return {int(pid) for pid in (GROUPS / f"{unit}.service/cgroup.procs").read_text().split()}


def charged(policy):
    return len(json.loads(BUDGET.read_text())["ends"].get(policy, [])) if BUDGET.exists() else 0


# ---- threaded groups


def threaded(unit):
    """Who is in its groups: the one that stays, the one that grows."""
    parent = start_worker(unit, THREADED, "Delegate=yes")
    wait_for("its groups", lambda: (GROUPS / f"{unit}.service/loud").exists())
    wait_for("its child", lambda: len(members(unit)) == 2)
    (child,) = members(unit) - {parent}
    return parent, child


def a_worker_in_a_threaded_group_ends_alone():
    parent, child = threaded("threaded-worker")
    found = wait_for("a verdict", lambda: verdicts("threaded"))
    assert [v["pid"] for v in found] == [child], (parent, child, found)
    assert found[0]["outcome"] == "ended" and found[0]["cgroup"].endswith("/loud"), found
    assert is_active("threaded-worker")
    run("systemctl", "stop", "threaded-worker")


def threaded_groups_end_with_the_group_that_counts_for_them():
    both = threaded("threaded-group")
    found = wait_for("two verdicts", lambda: len(verdicts("threaded-group")) == 2 and verdicts("threaded-group"))
    assert {v["pid"] for v in found} == set(both), (both, found)
    assert {s["by"] for v in found for s in v["signals"]} == {"cgroup.kill"}, found
    wait_for("the unit's end", lambda: not is_active("threaded-group"))


def who_made_a_group_of_threaded_groups_grow_ends():
    parent, child = threaded("threaded-one")
    found = wait_for("a verdict", lambda: verdicts("threaded-one"))
    assert [(v["pid"], v["reason"]) for v in found] == [(child, "group-memory")], (parent, child, found)
    assert is_active("threaded-one")
    run("systemctl", "stop", "threaded-one")


# ---- another daemon, and the kernel


def killed_in_its_grace(unit, kill, *properties):
    asked = pathlib.Path("/run/asked")
    asked.unlink(missing_ok=True)
    before = charged("others")
    pid = start_worker(unit, STAYS, *properties)
    wait_for("SIGTERM", asked.exists)
    kill(GROUPS / f"{unit}.service")
    found = wait_for("a verdict", lambda: [v for v in verdicts("others") if v["pid"] == pid])
    assert len(found) == 1, found
    assert (found[0]["outcome"], [s["name"] for s in found[0]["signals"]]) == ("ended", ["SIGTERM"]), found
    wait_for("the unit's end", lambda: not is_active(unit))
    assert charged("others") == before + 1, "it was asked to end once"
    return found[0]


def one_whom_another_daemon_kills_in_its_grace_is_not_ours():
    verdict = killed_in_its_grace("others-killed", lambda group: (group / "cgroup.kill").write_text("1"))
    # systemd may have collected it before anybody could ask how it died; old kernels do not tell that afterwards.
    assert verdict.get("killed_by", "others") == "others", verdict


def one_whom_the_kernel_kills_in_its_grace_is_not_ours():
    squeeze = lambda group: (group / "memory.max").write_text(str(24 * MIB))
    verdict = killed_in_its_grace("others-squeezed", squeeze, "MemorySwapMax=0")
    assert verdict.get("killed_by") == "kernel", verdict
    assert "killed by the kernel" in verdict["message"], verdict


def another_daemon_at_the_same_moment_is_charged_to_nobody():
    """As systemd-oomd does it: the whole group, by cgroup.kill. Both see the limit passed, and either may be first."""
    start_worker("race-quiet", "import time; held = b'x' * (16 << 20); time.sleep(600)")
    pids = set()
    for number in range(4):
        unit = f"race-{number}"
        pids.add(start_worker(unit, GROW))
        group = GROUPS / f"{unit}.service"
        try:
            while int((group / "memory.current").read_text()) < (62 + number) * MIB:
                time.sleep(0.001)
            (group / "cgroup.kill").write_text("1")
        except OSError:
            pass  # it is gone: the daemon was first
        wait_for("the unit's end", lambda: not is_active(unit))
    time.sleep(1)
    found = verdicts("race")
    assert {v["pid"] for v in found} <= pids and len(found) <= 4, (pids, found)
    for v in found:
        assert (v["outcome"] == "ended") == bool(v["signals"]) and v["outcome"] in ("ended", "gone"), v
    assert charged("race") == len({v["event"] for v in found if v["signals"]}), found
    assert is_active("race-quiet")
    run("systemctl", "stop", "race-quiet")


# ---- an administrator


def a_unit_that_is_restarted_while_it_ends_lives():
    asked = pathlib.Path("/run/asked")
    asked.unlink(missing_ok=True)
    first = start_worker("again-restarted", STAYS, "TimeoutStopSec=1s")
    wait_for("SIGTERM", asked.exists)
    run("systemctl", "restart", "again-restarted")
    second = int(run("systemctl", "show", "-P", "MainPID", "again-restarted"))
    found = wait_for("a verdict", lambda: [v for v in verdicts("again") if v["pid"] == first])
    assert found[0]["outcome"] == "ended", found
    assert second != first and int(run("systemctl", "show", "-P", "MainPID", "again-restarted")) == second
    run("systemctl", "stop", "again-restarted")


CHECKS = [
    a_worker_in_a_threaded_group_ends_alone,
    threaded_groups_end_with_the_group_that_counts_for_them,
    who_made_a_group_of_threaded_groups_grow_ends,
    one_whom_another_daemon_kills_in_its_grace_is_not_ours,
    one_whom_the_kernel_kills_in_its_grace_is_not_ours,
    another_daemon_at_the_same_moment_is_charged_to_nobody,
    a_unit_that_is_restarted_while_it_ends_lives,
]
