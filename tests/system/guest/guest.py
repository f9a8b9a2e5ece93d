# SPDX-License-Identifier: LGPL-2.1-or-later
"""What must hold on a real systemd with cgroup v2: runs inside the system, as a unit of it.

Each check is a function; its result is one line in results. Workers are transient units, so what
is ended here is what a user of systemd would see ended.
"""

import json
import os
import pathlib
import subprocess
import time
import traceback

import administrator
import kernel
import lateness
import others
import tripwires
import users
from support import CONFIG, GROW, HERE, VERDICTS, guard_pid, is_active, run, start_worker, verdicts, wait_for

MESSAGE_ID = "cad3e4ca27d44324aa103e19961e0269"

POLICIES = """\
[Policy limit]
Unit=runaway-limit*.service
WorkerMemoryMax=48M
GraceSec=1s

[Policy group]
Unit=runaway-group*.service
GroupMemoryMax=64M
Scope=group
Action=kill

[Policy restart]
Unit=runaway-restart*.service
WorkerMemoryMax=48M
Action=restart-unit
GraceSec=2s

[Policy administrator]
Unit=admin*.service
WorkerMemoryMax=96M
GroupMemoryMax=96M
Scope=group
Action=kill

[Policy delegated]
Cgroup=/system.slice/delegated.service/*
GroupMemoryMax=48M
Scope=group
Action=kill

[Policy cache]
Unit=healthy-cache*.service
WorkerMemoryMax=48M
GroupMemoryMax=48M
"""

# Passes 48 MB slowly in its first life, and holds nothing in its second.
SECOND_LIFE = """
import os, time
held = []
if not os.path.exists("/run/second-life"):
    open("/run/second-life", "w").close()
    held.append(b"x" * (42 << 20))
    while len(held) < 60:
        held.append(b"x" * (100 << 10))
        time.sleep(0.2)
time.sleep(600)
"""

# Passes 48 MB slowly once it is asked to end, which it does not.
GROWS_WHEN_ASKED = """
import signal, time
asked = []
signal.signal(signal.SIGTERM, lambda *_: asked.append(True))
print("ready", flush=True)
held = [b"x" * (30 << 20)]
while True:
    if asked and len(held) < 200:
        held.append(b"x" * (100 << 10))
    time.sleep(0.02)
"""

# Three children that hold 32 MB each, once all are there; none is large alone.
FORKS = """
import os, time
hears, tells = os.pipe()
for _ in range(3):
    if os.fork() == 0:
        os.close(tells)
        os.read(hears, 1)
        held = bytearray(b"x") * (32 << 20)
        time.sleep(600)
os.close(tells)
time.sleep(600)
"""

# Reads 128 MB through the page cache again and again.
CACHE = """
import time
while True:
    with open("/var/tmp/cache", "rb") as file:
        while file.read(1 << 20):
            pass
    time.sleep(0.2)
"""


def the_unit_starts_and_says_that_it_is_ready():
    run("systemctl", "start", "bignum-guard")
    assert is_active("bignum-guard"), run("systemctl", "status", "bignum-guard", check=False)
    assert run("systemctl", "show", "-P", "StatusText", "bignum-guard"), "no STATUS="


def it_reads_cgroup_v2():
    status = json.loads(run("bng", "status", "--json"))
    assert status["layout"] == "v2", status


def it_answers_on_the_system_bus():
    answer = run("busctl", "call", "org.BignumGuard1", "/org/BignumGuard1",
                 "org.BignumGuard1.Manager", "GetStatus")
    assert "v2" in answer, answer


def a_unit_over_its_worker_limit_is_ended_and_the_verdict_names_it():
    pid = start_worker("runaway-limit", GROW)
    verdict = wait_for("a verdict", lambda: verdicts("limit"))[0]
    assert verdict["pid"] == pid, (pid, verdict)
    assert verdict["unit"] == "runaway-limit.service", verdict
    assert verdict["cgroup"] == "/system.slice/runaway-limit.service", verdict
    assert (verdict["reason"], verdict["outcome"]) == ("worker-memory", "ended"), verdict
    # The verdict may be there before systemd has collected what is left of the process.
    wait_for("its end", lambda: not os.path.exists(f"/proc/{pid}"))


def the_verdict_is_in_the_journal_under_its_message_id():
    entry = json.loads(run("journalctl", "-o", "json", "-n", "1", f"MESSAGE_ID={MESSAGE_ID}"))
    assert entry["BIGNUM_GUARD_POLICY"] == "limit", entry
    assert "runaway-limit" in entry["MESSAGE"], entry


def a_group_over_its_limit_is_ended_as_a_whole():
    start_worker("runaway-group", FORKS)
    found = wait_for("four verdicts",
                     lambda: len(verdicts("group")) >= 4 and verdicts("group"))
    assert {verdict["reason"] for verdict in found} == {"group-memory"}, found
    assert len({verdict["event"] for verdict in found}) == 1, found
    assert {s["by"] for v in found for s in v["signals"]} == {"cgroup.kill"}, found
    wait_for("the unit's end", lambda: not is_active("runaway-group"))


def a_unit_is_restarted_by_systemd():
    first = start_worker("runaway-restart", SECOND_LIFE)
    verdict = wait_for("a verdict", lambda: verdicts("restart"))[0]
    assert verdict["pid"] == first, (first, verdict)
    assert (verdict["action"], verdict["outcome"]) == ("restart-unit", "restarted"), verdict
    assert verdict["signals"] == [], verdict
    wait_for("the second life", lambda: is_active("runaway-restart"))
    second = int(run("systemctl", "show", "-P", "MainPID", "runaway-restart"))
    assert second not in (0, first), (first, second)
    time.sleep(3)
    assert is_active("runaway-restart") and len(verdicts("restart")) == 1, verdicts("restart")
    run("systemctl", "stop", "runaway-restart")


def a_unit_that_is_being_stopped_is_not_brought_back():
    pid = start_worker("runaway-restart-stopping", GROWS_WHEN_ASKED, "TimeoutStopSec=60s")
    wait_for("its start", lambda: "ready" in run("journalctl", "-o", "cat", f"_PID={pid}"))
    run("systemctl", "stop", "--no-block", "runaway-restart-stopping")
    verdict = wait_for("a verdict", lambda: [v for v in verdicts("restart") if v["pid"] == pid])[0]
    assert (verdict["action"], verdict["outcome"]) == ("restart-unit", "ended"), verdict
    time.sleep(2)
    state = run("systemctl", "is-active", "runaway-restart-stopping", check=False)
    assert state in ("inactive", "failed"), state


def page_cache_is_no_reason():
    with open("/var/tmp/cache", "wb") as file:
        file.truncate(128 << 20)
    start_worker("healthy-cache", CACHE)
    time.sleep(8)
    assert is_active("healthy-cache") and not verdicts("cache"), verdicts("cache")
    run("systemctl", "stop", "healthy-cache")


def a_group_that_only_looks_like_a_unit_is_left_alone():
    group = pathlib.Path("/sys/fs/cgroup/system.slice/runaway-limit-false.service")
    group.mkdir()
    process = subprocess.Popen(["/usr/bin/python3", "-c", "held = bytearray(b'x') * (96 << 20)\n"
                                "import time; time.sleep(600)"])
    try:
        (group / "cgroup.procs").write_text(str(process.pid))
        time.sleep(5)
        assert process.poll() is None, "ended, though systemd knows no such unit"
    finally:
        process.kill()
        process.wait()
        wait_for("an empty group", lambda: not (group / "cgroup.procs").read_text())
        group.rmdir()


def a_bad_configuration_is_refused_on_reload_and_the_old_one_stays():
    good = CONFIG.read_text()
    CONFIG.write_text(good + "WorkerMemoryMx=1M\n")
    failed = subprocess.run(["systemctl", "reload", "bignum-guard"], stderr=subprocess.DEVNULL)
    pid = guard_pid()
    CONFIG.write_text(good)
    assert failed.returncode != 0, "the reload did not fail"
    assert is_active("bignum-guard"), "it ended"
    assert "WorkerMemoryMx" in run("journalctl", "-u", "bignum-guard", "-b"), "nothing in the journal"
    before = len(verdicts("limit"))
    start_worker("runaway-limit-2", GROW)
    wait_for("an end under the old policy", lambda: len(verdicts("limit")) > before)
    run("systemctl", "reload", "bignum-guard")
    wait_for("the unit to be reloaded", lambda: is_active("bignum-guard"))
    assert guard_pid() == pid, "it was restarted"


def a_killed_daemon_comes_back_and_goes_on():
    before = guard_pid()
    run("systemctl", "kill", "-s", "KILL", "bignum-guard")
    wait_for("another daemon", lambda: is_active("bignum-guard") and guard_pid() not in (0, before))
    ended = len(verdicts("limit"))
    start_worker("runaway-limit-3", GROW)
    wait_for("an end", lambda: len(verdicts("limit")) > ended)


def a_hanging_daemon_is_restarted_by_its_watchdog():
    drop_in = pathlib.Path("/run/systemd/system/bignum-guard.service.d/watchdog.conf")
    drop_in.parent.mkdir(parents=True, exist_ok=True)
    drop_in.write_text("[Service]\nWatchdogSec=3s\n")
    run("systemctl", "daemon-reload")
    run("systemctl", "restart", "bignum-guard")
    before = guard_pid()
    time.sleep(5)
    assert guard_pid() == before, "restarted although it runs"
    os.kill(before, 19)  # SIGSTOP
    wait_for("another daemon", lambda: is_active("bignum-guard") and guard_pid() not in (0, before))


def it_stops_when_told():
    run("systemctl", "stop", "bignum-guard")
    assert run("systemctl", "show", "-P", "Result", "bignum-guard") == "success"
    assert run("bng", "status", check=False), "no sentence about a daemon that does not run"


CHECKS = [
    the_unit_starts_and_says_that_it_is_ready,
    it_reads_cgroup_v2,
    it_answers_on_the_system_bus,
    a_unit_over_its_worker_limit_is_ended_and_the_verdict_names_it,
    the_verdict_is_in_the_journal_under_its_message_id,
    a_group_over_its_limit_is_ended_as_a_whole,
    a_unit_is_restarted_by_systemd,
    a_unit_that_is_being_stopped_is_not_brought_back,
    page_cache_is_no_reason,
    a_group_that_only_looks_like_a_unit_is_left_alone,
    a_bad_configuration_is_refused_on_reload_and_the_old_one_stays,
    a_killed_daemon_comes_back_and_goes_on,
    *administrator.CHECKS,
    *kernel.CHECKS,
    *others.CHECKS,
    *tripwires.CHECKS,
    *lateness.CHECKS,
    *users.CHECKS,
    a_hanging_daemon_is_restarted_by_its_watchdog,
    it_stops_when_told,
]


def keep_state_in_memory():
    """The disk here is a folder of the machine around: while that writes one thing down, nothing runs at all."""
    VERDICTS.parent.mkdir(mode=0o700, exist_ok=True)
    run("mount", "-t", "tmpfs", "-o", "mode=700", "tmpfs", str(VERDICTS.parent))


def main():
    keep_state_in_memory()
    CONFIG.parent.mkdir(parents=True, exist_ok=True)
    CONFIG.write_text(POLICIES + kernel.POLICY + others.POLICIES + tripwires.POLICIES + lateness.POLICY)
    with open(HERE / "results", "w", buffering=1) as results:
        for check in CHECKS:
            name = check.__name__.replace("_", " ")
            try:
                said = check()
                print(f"PASS {name}{': ' + said if said else ''}", file=results)
            except Exception as error:  # every check runs, whatever became of the one before
                traceback.print_exc()
                reason = " ".join(str(error).split())[:400]
                print(f"FAIL {name}: {reason}", file=results)
        print("END", file=results)


main()
