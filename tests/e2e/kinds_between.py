# SPDX-License-Identifier: LGPL-2.1-or-later
"""Kinds of scenarios in which more than one group or policy could be meant: groups in groups, shares of somebody else's
limit, workers that come from one policy to another. Each draws one."""

from scenario import MIB, BASE, TERM, KILL, BOTH, Answer


def grows_or_forks(s, role, grow, answer):
    """One that grows, or starts another that does, as soon as it is there; with what becomes of each."""
    how = s.random.choice(("itself", "fork", "daemon"))
    if how == "itself":
        return [grow], {role: answer}
    return [[how, f"{role}s-child", [grow]]], {role: None, f"{role}s-child": answer}


def limits_at_two_levels(s):
    """Each of the two groups has a limit, and one is inside the other: whoever passes the inner one, or passes the outer
    one from wherever he is, has to end. Who is large in either stays."""
    window = s.random.choice((1, 2, 3))
    n, large = s.random.randrange(1, 3), s.rate(16, 32)
    passed = s.random.choice(("inner", "outer"))
    inner = (n + 1) * BASE + n * large + s.rate(16, 32)
    outer = inner + n * (BASE + large) + 2 * BASE + (s.rate(80, 100) if passed == "inner" else s.rate(4, 16))
    # The outer one first: a policy does not end whom an earlier one has claimed.
    lines = [f"GrowthWindowSec={window}s", s.random.choice(("Action=kill", "Action=terminate")), "GraceSec=1s"]
    first = s.policy("Cgroup={base}/w", f"GroupMemoryMax={outer}", *lines)
    if passed == "outer":
        inner = 900 * MIB
    second = s.policy("Cgroup={base}/w/in", f"GroupMemoryMax={inner}", *lines, name="b")
    for i in range(n):
        s.actor(f"inside{i}", "w/in", [["hold", large]], ("after", 0))
        s.actor(f"beside{i}", f"w/{i}", [["hold", large]], ("after", 0))
    answer = Answer("group-memory", policy=second if passed == "inner" else first)
    answer.signals = (KILL,) if "Action=kill" in lines else (TERM, KILL, BOTH)
    grow = s.random.choice((["grow", s.rate(20, 150), outer], ["grow", s.rate(150, 500), outer]))
    script, answers = grows_or_forks(s, "guilty", grow, answer)
    settled = ("done", *s.answers)
    group = "w/in" if passed == "inner" else s.random.choice(("w/in", "w/guilty"))
    s.actor("guilty", group, [["wait", 2.5 * window + 1], *script], settled)
    s.answers |= answers
    s.watch = 3


def a_share_of_the_group_above(s):
    """The kernel's limit that counts is the nearest one on the way up, and a share is of that."""
    fence, percent = s.size(260, 300), s.random.randrange(24, 32)
    share = fence // 100 * percent
    s.fences["w"] = fence
    key, reason = s.random.choice((("WorkerMemoryMax", "worker-memory"), ("GroupMemoryMax", "group-memory")))
    s.policy("Cgroup={base}/w/*", f"{key}={percent}% of group", "Action=kill")
    s.actor("over", "w/a", [["grow", s.rate(40, 200), 2 * share]], answer=Answer(reason, signals=(KILL,)))
    s.actor("under", "w/b", [["grow", s.rate(20, 100), share - BASE - 4 * MIB]])


def the_kernels_limit_changes(s):
    """A share follows the limit that it is of, down and up."""
    small, big = s.size(140, 180), s.size(400, 500)
    s.fences |= {"w-down": big, "w-up": small}
    s.policy(s.cgroup(), "WorkerMemoryMax=50% of group", "Action=kill")
    between = small // 2 + s.rate(10, 20)
    s.actor("too-large-now", "w-down", [["hold", between]], answer=Answer("worker-memory", signals=(KILL,)))
    s.act(("done", "too-large-now"), "fence", "w-down", small)
    room = [["hold", small // 2 - BASE - 4 * MIB], ["wait_for_go", "has-room-now"], ["hold", between - small // 2]]
    s.actor("has-room-now", "w-up", room)
    s.act(("waits", "has-room-now"), "fence", "w-up", big)
    s.act(("fenced", "w-up"), "go", "has-room-now")


def moved_between(s):
    """Whose limit counts is said by the group that one is in now, and by no other."""
    small, big = s.size(32, 48), s.size(120, 160)
    first = s.policy("Cgroup={base}/w-small", f"WorkerMemoryMax={small}", "Action=kill")
    second = s.policy("Cgroup={base}/w-big", f"WorkerMemoryMax={big}", "Action=kill", name="b")
    killed = lambda policy: Answer("worker-memory", signals=(KILL,), policy=policy)
    between = (small + big) // 2
    s.actor("too-large", "w-big", [["hold", between]], answer=killed(first))
    s.act(("done", "too-large"), "move", "too-large", "w-small")
    grows = lambda role, size: [["hold", small - BASE - MIB], ["wait_for_go", role], ["grow", s.rate(40, 200), size]]
    s.actor("has-room", "w-small", grows("has-room", between - small))
    s.actor("runs-away", "w-small", grows("runs-away", 2 * big), answer=killed(second))
    for role in ("has-room", "runs-away"):
        s.act(("waits", role), "move", role, "w-big")
        s.act(("moved", role), "go", role)
    for group in ("w-small", "w-big"):
        s.actor(f"host-{group}", group, [])


def a_group_limit_behind_another_policy(s):
    """Whom the first policy has claimed is not ended by the second for what the whole group holds."""
    own, spare = s.rate(60, 80), s.rate(16, 32)
    limit = 3 * BASE + own + 24 * MIB + spare
    first = s.policy(s.cgroup(), "Command=vip*", f"WorkerMemoryMax={own}", "Action=kill")
    second = s.policy("Cgroup={base}/w-a", f"GroupMemoryMax={limit}", "GrowthWindowSec=1s", "Action=kill", name="b")
    s.actor("quiet", "w-a", [["hold", 24 * MIB]], ("after", 0))
    vip = [["name", "vip"], ["wait", 1], ["hold", own - BASE - 2 * MIB]]
    s.actor("vip", "w-a", vip, ("after", 0))
    answer = Answer("group-memory", signals=(KILL,), policy=second)
    script, answers = grows_or_forks(s, "guilty", ["grow", s.rate(20, 150), limit], answer)
    s.actor("guilty", "w-a", [["wait", 4], *script], ("done", "quiet", "vip"))
    s.answers |= answers
    # The first ends its own all the same.
    answer = Answer("worker-memory", signals=(KILL,), policy=first)
    s.actor("vip-over", "w-b", [["name", "vip"], ["wait", 1], s.straight(own)], answer=answer)
    s.actor("other", "w-b", [s.straight(own)])
