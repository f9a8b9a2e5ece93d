# SPDX-License-Identifier: LGPL-2.1-or-later
"""Kinds of scenarios in which somebody breaks a limit, or hardly does not: a worker's or its group's, by what
it holds. Each draws one; who is concerned and how it ends is drawn too."""

from scenario import MIB, PAGE, BASE, FENCE, NOBODY, FROZEN, LOGGED, GONE, TERM, KILL, BOTH, Answer


def a_worker_over_its_limit(s):
    limit = s.size()
    script, lines, answer = s.ending(limit)
    s.policy(s.cgroup(), f"WorkerMemoryMax={limit}", *lines)
    s.actor("runaway", "w-a", script, answer=answer)
    s.neighbours(limit)
    if s.random.random() < 0.5:
        s.actor("colleague", "w-a", s.innocent(limit))


def only_innocents(s):
    limit = s.size()
    s.policy(s.cgroup(), f"WorkerMemoryMax={limit}", "GroupMemoryMax=900M", "Action=kill")
    for i in range(s.random.randrange(1, 5)):
        s.actor(f"innocent{i}", f"w-{s.random.choice('abc')}", s.innocent(limit))


def a_page_decides(s):
    limit = s.size()
    below = limit - limit % PAGE
    s.policy(s.cgroup(), f"WorkerMemoryMax={limit}", "Action=kill")
    s.actor("at-most", "w-a", [["fill", below]])
    s.actor("one-more", "w-a", [["fill", below + PAGE]], answer=Answer("worker-memory", signals=(KILL,)))
    s.actor("one-less", "w-b", [["fill", below - PAGE]])


def a_child_runs_away(s):
    limit = s.size()
    action = s.random.choice(("kill", "terminate", "freeze"))
    s.policy(s.cgroup(), f"WorkerMemoryMax={limit}", f"Action={action}", "GraceSec=1s")
    answer = Answer("worker-memory", signals=(KILL,) if action == "kill" else (TERM, KILL, BOTH))
    if action == "freeze":
        answer = Answer("worker-memory", FROZEN, ((),))
    fork = s.random.choice(("fork", "daemon"))
    # What it shares with its parent does not count, so it takes the limit and more of its own.
    steps = [[fork, "child", [["name", "innocent"], *s.swift(limit)]], ["fork", "sibling", s.innocent(limit)]]
    s.random.shuffle(steps)
    s.actor("parent", "w-a", steps)
    s.answers |= {"child": answer, "sibling": None}
    s.neighbours(limit)


def one_grows_in_a_group(s):
    """The group's limit: who made it grow has to end, not who is large."""
    window = s.random.choice((1, 2, 3))
    n, large = s.random.randrange(1, 5), s.rate(16, 40)
    limit = (n + 1) * BASE + n * large + s.rate(20, 40)
    action = s.random.choice(("Action=kill", "Action=terminate"))
    lines = [f"GroupMemoryMax={limit}", f"GrowthWindowSec={window}s", action, "GraceSec=1s"]
    nested = s.random.random() < 0.4
    s.policy("Cgroup={base}/w" if nested else s.cgroup(), *lines)
    for i in range(n):
        s.actor(f"large{i}", f"w/{i}" if nested else "w-a", [["hold", large]], ("after", 0))
    grow = ["grow", s.rate(20, 150), limit]
    script = s.random.choice(([grow], [["fork", "child", [grow]]]))
    answer = Answer("group-memory", signals=(KILL,) if action == "Action=kill" else (TERM, KILL, BOTH))
    settled = ("done", *(f"large{i}" for i in range(n)))
    s.actor("guilty", "w/guilty" if nested else "w-a", [["wait", 2.5 * window + 1], *script], settled, answer)
    if script[0][0] == "fork":
        s.answers |= {"guilty": None, "child": answer}
    s.watch = 3


def a_group_ends_as_a_whole(s):
    n = s.random.randrange(2, 6)
    own = s.random.random() < 0.5  # a worker's own limit, or the group's
    limit = s.size(40, 60) if own else n * BASE + s.rate(30, 60)
    action = s.random.choice(("kill", "terminate"))
    key = "WorkerMemoryMax" if own else "GroupMemoryMax"
    s.policy(s.cgroup(), f"{key}={limit}", "Scope=group", f"Action={action}", "GraceSec=1s")
    answer = Answer("worker-memory" if own else "group-memory", event="all")
    answer.signals = (KILL,) if action == "kill" else answer.signals
    quiet = [f"member{i}" for i in range(n - 1)]
    for role in quiet:
        s.actor(role, "w-a", [["fork", "child", []]] if role == quiet[0] else [], ("after", 0), answer)
    s.actor("loud", "w-a", [["grow", s.rate(20, 100), 2 * limit]], ("done", *quiet, "child"), answer)
    s.answers["child"] = answer
    s.actor("neighbour", "w-b", [])


def a_group_is_frozen(s):
    limit = 3 * BASE + s.rate(10, 40)
    s.policy(s.cgroup(), f"GroupMemoryMax={limit}", "Scope=group", "Action=freeze")
    answer = Answer("group-memory", FROZEN, ((),), event="all")
    s.actor("quiet", "w-a", [], ("after", 0), answer)
    s.actor("loud", "w-a", [["grow", s.rate(20, 60), 4 * limit]], ("done", "quiet"), answer)


def the_first_policy_wins(s):
    limit = s.size()
    logs = s.random.random() < 0.5
    first = s.policy(
        s.cgroup(), "Command=vip*", "Action=log" if logs else "Action=kill",
        f"WorkerMemoryMax={limit if logs else 4 * limit}",
    )
    second = s.policy(s.cgroup(), f"WorkerMemoryMax={limit}", "Action=kill", name="b")
    logged = Answer("worker-memory", LOGGED, ((),), policy=first)
    killed = Answer("worker-memory", signals=(KILL,), policy=second)
    group = s.random.choice(("w-a", "w-b"))
    s.actor("vip", "w-a", [["name", "vip-1"], ["wait", 0.2], s.straight(limit)], answer=logged if logs else None)
    s.actor("other", group, [["name", "vi"], *s.swift(limit)], answer=killed)


def a_users_workers(s):
    limit = s.size()
    user = s.random.choice(("nobody", str(NOBODY), "nob*"))
    s.policy(s.cgroup(), f"User={user}", f"WorkerMemoryMax={limit}", "Action=kill")
    answer = Answer("worker-memory", signals=(KILL,))
    s.actor("theirs", "w-a", [["user", NOBODY], ["wait", s.pause()], *s.swift(limit)], answer=answer)
    s.actor("roots", s.random.choice(("w-a", "w-b")), [s.straight(limit)])


def a_protected_group(s):
    limit = s.size()
    scope = s.random.choice(("worker", "group"))
    s.protect.append(s.random.choice(("{base}/w-p", "{base}/w-p*", "{base}/?-p/**", "{base}/w-p/*")))
    below = s.protect[-1].endswith("*") and "/w-p*" not in s.protect[-1]
    s.policy(s.cgroup() if not below else "Cgroup={base}/**", f"WorkerMemoryMax={limit}", f"Scope={scope}", "Action=kill")
    s.actor("precious", "w-p/deep" if below else "w-p", [s.straight(limit)])
    answer = Answer("worker-memory", signals=(KILL,))
    s.actor("other", "w-q", s.swift(limit), answer=answer)


def many_at_once(s):
    limit = s.size(32, 48)
    s.policy(s.cgroup(), f"WorkerMemoryMax={limit}", "GraceSec=1s")
    together = s.random.random() < 0.5
    for i in range(s.random.randrange(4, 9)):
        script = [["term", "ignore"], *s.swift(limit)] if i % 2 else s.swift(limit)
        s.actor(f"runaway{i}", "w-a" if together else f"w-{i}", script, ("after", 0), Answer("worker-memory"))
    s.actor("innocent", "w-a", s.innocent(limit))


def it_reports_first(s):
    limit = s.size()
    handles = s.random.random() < 0.7
    s.policy(s.cgroup(), f"WorkerMemoryMax={limit}", "ReportSignal=SIGUSR1", "ReportSec=1s", "GraceSec=3s")
    report = ("SIGUSR1", "SIGTERM") if handles else TERM
    script = [["report"], *s.slow(limit)] if handles else s.slow(limit)
    s.actor("reporter", "w-a", script, answer=Answer("worker-memory", signals=(report,)))
    s.neighbours(limit)


def a_share_is_no_number_of_bytes(s):
    """Of the kernel's limit on its group, which is FENCE: a percent of that is some 10 MiB."""
    percent = s.random.randrange(4, 9)
    key, reason = s.random.choice((("WorkerMemoryMax", "worker-memory"), ("GroupMemoryMax", "group-memory")))
    s.policy(s.cgroup(), f"{key}={percent}% of group", "Action=kill")
    share = FENCE // 100 * percent
    s.actor("over", "w-a", s.swift(share), answer=Answer(reason, signals=(KILL,)))
    s.actor("under", "w-b", [["grow", s.rate(20, 100), share - BASE - 4 * MIB]])


def a_slice_never_ends_as_a_whole(s):
    """As a whole session would: that is told, and nobody dies."""
    limit = 3 * BASE + s.rate(10, 40)
    s.policy("Cgroup={base}/w-session.slice", f"GroupMemoryMax={limit}", "Scope=group", "Action=kill")
    answer = Answer("group-memory", LOGGED, ((),), event="all")
    s.actor("quiet", "w-session.slice", [], ("after", 0), answer)
    s.actor("loud", "w-session.slice", [["grow", s.rate(20, 100), 2 * limit]], ("done", "quiet"), answer)


def a_peak_of_shared_memory(s):
    """Pages that are mapped shared count for the group that holds them."""
    n = s.random.randrange(1, 4)
    limit = (n + 1) * BASE + s.rate(20, 60)
    s.policy(s.cgroup(), f"GroupMemoryMax={limit}", "Scope=group", "Action=kill")
    answer = Answer("group-memory", signals=(KILL,), event="all")
    quiet = [f"quiet{i}" for i in range(n)]
    for role in quiet:
        s.actor(role, "w-a", [], ("after", 0), answer)
    s.actor("loud", "w-a", [["grow_shared", s.rate(20, 100), 2 * limit]], ("done", *quiet), answer)
    s.actor("below", "w-b", [["shared", limit - 2 * BASE]])


def the_kernel_is_faster(s):
    """Its group is full before the policy has anything against it; the kernel ends the largest."""
    fence = s.size(40, 80)
    lines = s.random.choice(([f"WorkerMemoryMax={2 * fence}"], ["CpuTimeMax=500s"], ["GroupMemoryMax=900M", "Scope=group"]))
    s.policy(s.cgroup(), *lines, f"Action={s.random.choice(('kill', 'terminate', 'log'))}", "GraceSec=1s")
    s.fences["w-a"] = fence
    colleague = s.random.random() < 0.5
    if colleague:
        s.actor("colleague", "w-a", [], ("after", 0))
    answer = Answer("kernel-oom", GONE, ((),))
    s.actor("fills", "w-a", [["wait", s.pause()], s.straight(fence)], ("done", "colleague") if colleague else None, answer)
    s.actor("neighbour", "w-b", [["hold", s.rate(1, 20)]])
