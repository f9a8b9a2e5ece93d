# SPDX-License-Identifier: LGPL-2.1-or-later
"""The kernel was faster: units that it ended at their MemoryMax=, their groups gone with them."""

import pathlib
import time

from support import GROW, guard_pid, is_active, run, start_worker, verdicts, wait_for

POLICY = """
[Policy kernel]
Unit=overtaken*.service
WorkerMemoryMax=512M
"""

# Starts a child that does, and stays.
PARENT = """
import os, time
if os.fork() == 0:
    time.sleep(20)
    held = []
    while True:
        held.append(b"x" * (2 << 20))
        time.sleep(0.05)
os.wait()
time.sleep(600)
"""


def a_unit_that_the_kernel_ended_is_told_with_what_to_set():
    pid = start_worker("overtaken", GROW, "MemoryMax=48M", "MemorySwapMax=0")
    found = wait_for("a verdict", lambda: verdicts("kernel"))
    wait_for("the unit's end", lambda: not is_active("overtaken"))
    time.sleep(2)
    found = verdicts("kernel")
    assert len(found) == 1, found
    verdict = found[0]
    assert (verdict["reason"], verdict["outcome"]) == ("kernel-oom", "gone"), verdict
    assert verdict["pid"] == pid, (pid, verdict)
    assert verdict["unit"] == "overtaken.service", verdict
    assert verdict["limit"] == 48 << 20, verdict
    assert "WorkerMemoryMax=512M of policy kernel is not below" in verdict["message"], verdict
    assert "killed by the kernel" in run("journalctl", "-u", "bignum-guard", "-b"), "not in the journal"
    assert "killed by the kernel" in run("bng", "history", "--policy", "kernel"), "not in the history"


def one_that_comes_again_and_again_is_told_each_time():
    before = len(verdicts("kernel"))
    start_worker("overtaken-again", GROW, "MemoryMax=32M", "MemorySwapMax=0", "Restart=always",
                 "RestartSec=100ms")
    found = wait_for("three verdicts", lambda: len(verdicts("kernel")) >= before + 3 and verdicts("kernel"))
    run("systemctl", "stop", "overtaken-again")
    pids = [verdict["pid"] for verdict in found[before:]]
    assert len(set(pids)) == len(pids), found[before:]


def without_the_log_the_counters_tell():
    drop_in = pathlib.Path("/run/systemd/system/bignum-guard.service.d/blind.conf")
    drop_in.parent.mkdir(parents=True, exist_ok=True)
    drop_in.write_text("[Service]\nBindReadOnlyPaths=\n")
    run("systemctl", "daemon-reload")
    run("systemctl", "restart", "bignum-guard")
    try:
        before = len(verdicts("kernel"))
        parent = start_worker("overtaken-blind", PARENT, "MemoryMax=48M", "MemorySwapMax=0",
                              "OOMPolicy=continue")
        members = pathlib.Path("/sys/fs/cgroup/system.slice/overtaken-blind.service/cgroup.procs")
        wait_for("its child", lambda: len(members.read_text().split()) == 2)
        (child,) = {int(pid) for pid in members.read_text().split()} - {parent}
        verdict = wait_for("a verdict", lambda: verdicts("kernel")[before:])[0]
        assert verdict["reason"] == "kernel-oom", verdict
        assert verdict["pid"] in (child, None), (child, verdict)
        assert is_active("overtaken-blind"), "the parent is gone"
        run("systemctl", "stop", "overtaken-blind")
        time.sleep(2)
        assert len(verdicts("kernel")) == before + 1, verdicts("kernel")[before:]
    finally:
        drop_in.unlink()
        run("systemctl", "daemon-reload")
        run("systemctl", "restart", "bignum-guard")
        wait_for("the daemon", lambda: is_active("bignum-guard") and guard_pid() > 0)


CHECKS = [
    a_unit_that_the_kernel_ended_is_told_with_what_to_set,
    one_that_comes_again_and_again_is_told_each_time,
    without_the_log_the_counters_tell,
]
