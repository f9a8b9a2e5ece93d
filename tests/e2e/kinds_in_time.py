# SPDX-License-Identifier: LGPL-2.1-or-later
"""Kinds of scenarios in which the moments matter: bursts, leaks and CPU time, workers and groups that move, come
again or are made again, and ends while another one lasts. Each draws one."""

from scenario import MIB, BASE, ENDED, LOGGED, WITHHELD, TERM, KILL, BOTH, Answer

# The ends that one policy may have in ten minutes, where a scenario uses them up.
BUDGET = 2


def a_burst(s):
    """Far from its limit still, and not for long."""
    window = s.random.choice(("1s", "2s"))
    limit = s.size(350, 400)
    s.policy(s.cgroup(), f"WorkerMemoryMax={limit}", "GrowthMax=16M", f"GrowthWindowSec={window}", "GraceSec=15s")
    answer = Answer("growth", signals=(KILL,))
    s.actor("burst", "w-a", [["wait", s.pause()], ["grow", s.rate(40, 80), 2 * limit]], answer=answer)
    s.actor("step", "w-b", [["hold", s.rate(10, 20)]])
    s.actor("peak", "w-c", [["peak", s.rate(10, 20), 1]])
    s.actor("slow", "w-d", [["grow", s.rate(1, 5), 15 * MIB]])


def bursts_without_harm(s):
    """Fast, and the limit far away; or the way up that teeth have."""
    s.policy(s.cgroup(), "GrowthMax=4M", "GraceSec=1s", "Action=kill")
    s.actor("far", "w-a", [["grow", s.rate(20, 30), s.rate(60, 100)]])
    s.actor("teeth", "w-b", [["teeth", MIB, s.rate(20, 40), s.random.uniform(0.3, 0.8), 6]])


def a_leak(s):
    scope = s.random.choice(("worker", "worker", "group"))
    window = s.random.choice((5, 6))
    lines = ["LeakMax=1G/h", f"LeakWindowSec={window}s", f"Scope={scope}", "GraceSec=2s"]
    if s.random.random() < 0.5:
        lines.append("WorkerMemoryMax=500M")
    s.policy(s.cgroup(), *lines)
    rate = s.rate(2, 5)
    leak = s.random.choice(
        (
            ["cycles", rate // 40, 20],
            ["extension", rate // 20, 20],
            ["grow", rate, 800 * MIB],
        )
    )
    answer = Answer("leak", signals=(TERM,), event="all" if scope == "group" else "")
    s.actor("leak", "w-a", [["hold", s.rate(0, 20)], leak], answer=answer)
    s.actor("teeth", "w-b", [["teeth", MIB, s.rate(10, 30), s.random.uniform(0.2, 0.6), 2.5 * window]])
    s.actor("peak", "w-c", [["wait", s.pause()], ["peak", s.rate(20, 60), s.random.uniform(0.5, 2)], ["wait", window]])
    s.actor("step", "w-d", [["wait", s.pause()], ["hold", s.rate(20, 60)], ["wait", 2 * window]])
    if scope == "worker":
        s.actor("colleague", "w-a", [["hold", s.rate(0, 20)], ["wait", window]])


def less_than_a_leak(s):
    """At a third of what LeakMax= allows."""
    s.policy(s.cgroup(), "LeakMax=18G/h", "LeakWindowSec=5s", "Action=kill")
    s.actor("slow", "w-a", [["grow", s.rate(1, 1.7), 18 * MIB]])
    s.actor("cache", "w-b", [["cache", "sparse", 8]])


def a_core_burns(s):
    """It computes and does not grow; others compute a little."""
    scope = s.random.choice(("worker", "group"))
    s.policy(s.cgroup(), "CpuTimeMax=400ms", "CpuWindowSec=4s", f"Scope={scope}", "GraceSec=3s")
    answer = Answer("cpu", signals=(TERM,), event="all" if scope == "group" else "")
    s.actor("burning", "w-a", [["wait", s.pause()], ["burn", 600]], answer=answer)
    s.actor("little", "w-b", [["burn", 0.1], ["wait", 4]])
    if scope == "worker":
        s.actor("idle", "w-a", [["hold", s.rate(1, 20)]])


def moved_in(s):
    limit = s.size()
    s.policy(s.cgroup(), f"WorkerMemoryMax={limit}", "GraceSec=3s")
    answer = Answer("worker-memory", signals=(TERM,))
    s.actor("mover", "outside", [["hold", limit + s.rate(0.1, 20)], ["wait", 1]], answer=answer)
    s.actor("stays", "outside", [["hold", limit]])
    s.actor("host", "w-a", s.innocent(limit))
    s.act(("done", "mover"), "move", "mover", "w-a")


def moved_out(s):
    limit = s.size()
    s.policy(s.cgroup(), f"WorkerMemoryMax={limit}", "Action=kill")
    s.actor("mover", "w-a", [["hold", limit - BASE - MIB], ["wait_for_go", "mover"], ["grow", s.rate(40, 200), limit]])
    s.actor("host", "outside", [])
    s.actor("other", "w-a", s.swift(limit), ("done", "mover"), Answer("worker-memory", signals=(KILL,)))
    s.act(("waits", "mover"), "move", "mover", "outside")
    s.act(("moved", "mover"), "go", "mover")


def forked_elsewhere(s):
    """Shared pages count once, though each of the family looks larger than the limit."""
    limit = s.size()
    n = s.random.randrange(2, 5)
    s.policy(s.cgroup(), f"WorkerMemoryMax={limit}", "GraceSec=1s")
    steps = [["hold", limit + s.rate(1, 8)], *([["fork", f"child{i}", []] for i in range(n)])]
    s.actor("parent", "outside", steps)
    s.actor("host", "w-a", [])
    s.answers |= {f"child{i}": None for i in range(n)}
    for role in [*s.answers]:
        s.act(("done", *s.answers), "move", role, "w-a")
    s.watch = 5


def it_comes_again(s):
    limit = s.size()
    n = s.random.randrange(1, 4)
    s.policy(s.cgroup(), f"WorkerMemoryMax={limit}", "Action=kill")
    s.actor("server", "w-a", [["serve", "worker", [*(s.swift(limit) for _ in range(n)), s.innocent(limit)]]])
    s.answers |= {f"worker{i}": Answer("worker-memory", signals=(KILL,)) for i in range(n)}
    s.answers[f"worker{n}"] = None


def a_group_is_made_again(s):
    limit = s.size()
    script, lines, answer = a_real_end(s, limit)
    s.policy(s.cgroup(), f"WorkerMemoryMax={limit}", *lines)
    s.actor("first", "w-a", script, answer=answer)
    s.act(("ended", "first"), "recreate", "w-a")
    s.actor("second", "w-a", s.swift(limit), ("recreated", "w-a"), Answer("worker-memory"))
    s.actor("innocent", "w-a", s.innocent(limit), ("recreated", "w-a"))


def one_while_another_dies(s):
    limit = s.size()
    s.policy(s.cgroup(), f"WorkerMemoryMax={limit}", "GraceSec=8s")
    stubborn = [["term", "ignore"], *s.slow(limit)]
    s.actor("stubborn", "w-a", stubborn, answer=Answer("worker-memory", signals=(BOTH,)))
    second = s.random.choice(("w-a", "w-b"))
    s.actor("second", second, s.swift(limit), ("done", "stubborn"), Answer("worker-memory"))


def it_stops_itself(s):
    limit = s.size()
    s.policy(s.cgroup(), f"WorkerMemoryMax={limit}", "GraceSec=1s")
    s.actor("stopped", "w-a", [*s.slow(limit), ["stop"]], answer=Answer("worker-memory", signals=(TERM, BOTH)))
    s.neighbours(limit)


def a_real_end(s, limit):
    while True:
        script, lines, answer = s.ending(limit)
        if answer.outcome == ENDED:
            return script, lines, answer


def a_crash_loop(s):
    """Each needs a little more than its limit, from its start on: the last is left alone, and that is told."""
    limit, n = s.size(48, 64), s.random.randrange(2, 5)
    s.policy(s.cgroup(), f"WorkerMemoryMax={limit}", "Action=kill", f"CrashLoop={n}/10min")
    script = [["hold", limit - BASE - 4 * MIB], ["wait", 0.2], ["grow", s.rate(5, 8), BASE + 8 * MIB]]
    s.actor("server", "w-a", [["serve", "worker", [script] * (n + 1)]])
    s.answers |= {f"worker{i}": Answer("worker-memory", signals=(KILL,)) for i in range(n)}
    s.answers[f"worker{n}"] = Answer("crash-loop", LOGGED, ((),))
    s.actor("neighbour", "w-b", s.innocent(limit))


def a_used_up_budget(s):
    """The decoys use up what their policy may end, and nothing of what another may."""
    limit = s.size()
    s.policy("Cgroup={base}/w-decoys", f"WorkerMemoryMax={limit}", "Action=kill")
    s.policy("Cgroup={base}/w-other", f"WorkerMemoryMax={limit}", "Action=kill", name="b")
    before = None
    for i in range(BUDGET + s.random.randrange(1, 4)):
        ended = Answer("worker-memory", signals=(KILL,))
        answer = ended if i < BUDGET else Answer("worker-memory", WITHHELD, ((),))
        when = ("judged", before) if before else None
        before = f"decoy{i}"
        s.actor(before, "w-decoys", s.swift(limit), when, answer)
    for i in range(BUDGET):
        s.actor(f"real{i}", "w-other", s.swift(limit), ("judged", before), ended)
