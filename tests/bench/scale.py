# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a start and a round over many groups cost, per group, and whether that is linear: on a fixture of v2
groups with a process each (any user; a dry run), and on real groups of this machine (root).

A round is what five seconds cost, because that is how often a group is looked at that no alarm guards.
Groups that no policy names are measured beside those that one does. Real ones that live on get an alarm each, which
takes the kernel longer than all the rest: what is used until then is told apart, with the polls before it. The
kernel's own share of a start and of an alarm is what opens.c costs in as many other groups: their files are
opened for the first time there too. What it costs to open, read and close one of them for the first time, and to
read it again, is told beside it.

  bench/scale.py [fixture|real] [--groups N] [--settle SECONDS] [--seconds SECONDS] [--alarms SECONDS] [--json]
"""

import argparse
import subprocess
import sys
import time
from pathlib import Path

from bed import BUILD, SKIPPED, Bed, Cost, allow_descriptors, hierarchies, resident, show, used, wakeups

ROUND = 5
BUSY = 50  # wake-ups in two seconds
DESCRIPTORS_A_GROUP = 8  # with its process
COUNTS = {"fixture": 10000, "real": 2000}
POLICIES = {
    "yes": "Cgroup=%s/*\nWorkerMemoryMax=64G\n",
    "siblings": "Cgroup=%s/other*\nWorkerMemoryMax=64G\n",
    "elsewhere": "Cgroup=/elsewhere/*\nWorkerMemoryMax=64G\n",
}
MEMINFO = "MemTotal:       67108864 kB\nMemAvailable:   50331648 kB\n"
STAT = "anon 1048576\nfile 0\nshmem 0\nactive_file 0\ninactive_file 0\n"


def write(folder, **files):
    folder.mkdir(parents=True)
    for name, text in files.items():
        (folder / name.replace("_", ".")).write_text(text)


def build_fixture(root, groups):
    """Roots of /proc and of the groups, which are below /home."""
    write(root / "proc", meminfo=MEMINFO)
    write(root / "cgroup", cgroup_procs="")
    (root / "cgroup/cgroup.controllers").write_text("memory\n")
    write(root / "cgroup/home", memory_max="max\n", memory_current="0\n", memory_stat=STAT, cgroup_procs="")
    for i in range(groups):
        pid = 100 + i
        group = root / f"cgroup/home/g{i}"
        write(group, memory_max="max\n", memory_current="2097152\n", memory_stat=STAT, cgroup_procs=f"{pid}\n")
        (group / "memory.swap.current").write_text("0\n")
        write(
            root / f"proc/{pid}",
            stat=f"{pid} (w) S 1 {pid} {pid} 0 -1 4194304 1 2 3 4 5 6 7 8 20 0 1 0 {1000 + i} 1 1\n",
            statm="9000 300 50 1 0 200 0\n",
            cgroup=f"0::/home/g{i}\n",
            comm="w\n",
            cmdline="w\0",
            status=f"Name:\tw\nPid:\t{pid}\nPPid:\t1\nUid:\t33\t33\t33\t33\nVmSwap:\t0 kB\n",
        )
    return ["--procfs", str(root / "proc"), "--cgroupfs", str(root / "cgroup")]


def kernels_share(folders):
    """Microseconds of CPU time for each of these folders of groups."""
    lines = "".join(f"{folder}\n" for folder in folders)
    program = [BUILD / "tests/bench/opens"]
    output = subprocess.run(program, input=lines, stdout=subprocess.PIPE, text=True, check=True).stdout
    names = ("bare_us_a_file", "kernel_us_a_group", "bare_us_a_read", "kernel_us_an_alarm")
    return dict(zip(names, map(float, output.split())))


def settle(pid, seconds):
    """So many seconds, and until no more alarms are set: for each the kernel takes some milliseconds."""
    time.sleep(seconds)
    before = wakeups(pid)
    while True:
        time.sleep(2)
        now = wakeups(pid)
        if now - before < BUSY:
            return
        before = now


def measure(bed, groups, named, home, arguments, share, options):
    policy = POLICIES[named]
    guard = bed.guard(policy % home if "%s" in policy else policy, *arguments)
    pid = guard.process.pid
    settle(pid, options.settle)
    start = used(pid)
    cost = Cost(pid)
    time.sleep(options.seconds)
    seconds, busy, _ = cost()
    row = {
        "groups": groups,
        "named": named,
        "start_us_a_group": 1e6 * start / groups,
        "round_us_a_group": 1e6 * busy / seconds * ROUND / groups,
        "resident_kib": resident(pid),
    }
    if share:
        before = used(pid)
        settle(pid, options.alarms if named == "yes" else 0)
        row |= {"alarm_us_a_group": 1e6 * (used(pid) - before) / groups, **share}
        row["start_over_kernel"] = row["start_us_a_group"] / share["kernel_us_a_group"]
    guard.kill()
    return row


def may_watch(groups, options):
    if groups * DESCRIPTORS_A_GROUP <= options.descriptors:
        return True
    print(f"left out: {groups} watched groups, because {options.descriptors} descriptors are allowed", file=sys.stderr)
    return False


def fixture(groups, options):
    with Bed() as bed:
        arguments = build_fixture(Path(bed.folder.name) / "roots", groups)
        policies = [named for named in POLICIES if named != "yes" or may_watch(groups, options)]
        return [measure(bed, groups, named, "/home", arguments, None, options) for named in policies]


def real(groups, options):
    with Bed(options.hierarchies) as bed:
        fresh = [bed.group(f"fresh{i}") for i in range(groups)]
        share = kernels_share(group.memory_folder for group in fresh)
        for group in fresh:
            group.remove()
        for i in range(groups):
            bed.group(f"g{i}")
        return [measure(bed, groups, named, bed.home, [], share, options) for named in POLICIES]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("where", choices=COUNTS, nargs="?", default="fixture")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--groups", type=int, help="the most (10000 in the fixture, 2000 real ones)")
    parser.add_argument("--settle", type=float, default=6, help="seconds before a round is measured (6), at least")
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--alarms", type=float, default=60, help="seconds until real groups have alarms (60), at least")
    options = parser.parse_args()
    if options.where == "real":
        options.hierarchies = hierarchies()
        if not options.hierarchies:
            return SKIPPED
    options.descriptors = allow_descriptors()
    most = options.groups or COUNTS[options.where]
    run = {"fixture": fixture, "real": real}[options.where]
    show([row for groups in (most // 4, most // 2, most) for row in run(groups, options)], options.json)
    if options.where == "real":
        options.hierarchies.restore()
    return 0


sys.exit(main())
