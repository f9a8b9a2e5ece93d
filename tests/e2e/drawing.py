# SPDX-License-Identifier: LGPL-2.1-or-later
"""Scenarios, drawn: who runs where, under which policies, and what is the right answer to it.

A scenario is drawn from its number and the seed alone. The answer is known because each kind of scenario
is built around one: a runaway breaks its limit by so much, or an innocent stays on its side of it by so
much, that how fast the machine is today cannot change who is right. Drawn are the numbers, the way in
which the limit is broken, the action, the neighbours and the moments.

Sizes are bytes. An interpreter that plays a script (workers/play.py) holds up to BASE without one.
"""

import json
import random
from dataclasses import dataclass, field

MIB = 1 << 20
PAGE = 4096
BASE = 10 * MIB
FENCE = 1 << 30  # the kernel's limit on every group, as in harness.py
NOBODY = 65534

ENDED, FROZEN, LOGGED, WITHHELD, GONE = "ended", "frozen", "logged", "withheld", "gone"
DRY = "would-have-ended"
TERM, KILL, BOTH = ("SIGTERM",), ("SIGKILL",), ("SIGTERM", "SIGKILL")


@dataclass
class Answer:
    """What has to become of one process. `signals` are the right ways; `event` is shared by those that
    have to end in one."""

    reason: str
    outcome: str = ENDED
    signals: tuple = (TERM, KILL, BOTH)
    event: str = ""
    policy: str = ""


@dataclass
class Actor:
    role: str
    group: str
    script: list
    when: tuple  # ("after", seconds), or what has to be true of some roles: ("done", "a", "b")


@dataclass
class Scenario:
    number: int
    random: random.Random
    kind: str = ""
    config: list = field(default_factory=list)
    protect: list = field(default_factory=list)
    fences: dict = field(default_factory=dict)  # group: the kernel's limit on it, where that is not FENCE
    actors: list = field(default_factory=list)
    acts: list = field(default_factory=list)  # (when, "move" | "go" | "recreate" | "kill", what, ...)
    answers: dict = field(default_factory=dict)  # role: Answer, or None for one that has to live
    watch: float = 2  # seconds after everything is over in which the living have to go on living

    # ---- for those who draw

    def policy(self, *lines, name=""):
        """Returns the name it has."""
        name = f"s{self.number}{name}"
        self.config += [f"[Policy {name}]", *lines]
        return name

    def actor(self, role, group, script, when=None, answer=None):
        self.actors.append(Actor(role, group, script, when or ("after", self.pause())))
        self.answers[role] = answer

    def act(self, when, *deed):
        self.acts.append((when, *deed))

    def pause(self):
        return self.random.choice((0, 0, self.random.uniform(0, 2)))

    def size(self, least=32, most=80):
        """A limit, and now and then one that is no whole number of pages or megabytes."""
        size = self.random.randrange(least, most) * MIB
        return size + self.random.choice((0, 0, 0, self.random.randrange(MIB)))

    def rate(self, least, most):
        return int(self.random.uniform(least, most) * MIB)

    # ---- what a worker does with its memory

    def straight(self, limit):
        return ["grow", self.rate(40, 400), 2 * limit]

    def swift(self, limit):
        """Passes the limit too fast for anybody to be asked."""
        return self.random.choice(
            (
                [self.straight(limit)],
                [["hold", limit + self.rate(1, 40)]],
                [["wait", self.pause()], ["hold", limit // 2], ["grow", self.rate(20, 80), limit]],
                [["leaderless", self.rate(40, 100), 2 * limit]],
            )
        )

    def slow(self, limit):
        """Passes the limit by a page, long after anything else that it did."""
        below = limit - limit % PAGE
        return [["fill", below], ["wait", 2.5], ["fill", below + PAGE]]

    def innocent(self, limit):
        """Stays below a limit of the worker's memory, whatever it looks like."""
        below = limit - limit % PAGE
        high = limit - BASE - 2 * MIB
        return self.random.choice(
            (
                [],
                [["fill", below - self.random.choice((0, 1, 2)) * PAGE]],
                [["peak", high, self.random.uniform(0.1, 2)]],
                [["teeth", MIB, high, self.random.uniform(0.2, 1), self.random.uniform(2, 5)]],
                [["shared", 2 * limit]],
                [["cache", "sparse", self.random.uniform(1, 4)]],
                [["grow", self.rate(10, 100), high]],
            )
        )

    def ending(self, limit):
        """One that breaks a worker's limit, the policy's lines for it, and the right answer."""
        slow = self.random.random() < 0.5
        script = self.slow(limit) if slow else self.swift(limit)
        # Without a unit to restart, restart-unit is terminate.
        action = self.random.choice(("terminate", "restart-unit", "kill", "kill", "freeze", "log"))
        grace = self.random.choice(("0", "1s", "3s"))
        lines = [] if action == "terminate" and self.random.random() < 0.5 else [f"Action={action}"]
        lines.append(f"GraceSec={grace}")
        if action in ("freeze", "log"):
            outcome = FROZEN if action == "freeze" else LOGGED
            return script, lines, Answer("worker-memory", outcome, ((),))
        if action == "kill" or grace == "0":
            return script, lines, Answer("worker-memory", signals=(KILL,))
        ignores = self.random.random() < 0.5
        if ignores:
            script = [["term", "ignore"], *script]
        elif grace == "3s":
            script = [["term", "leave"], *script]
        right = {(True, True): (BOTH,), (True, False): (TERM,), (False, True): (KILL, BOTH)}
        return script, lines, Answer("worker-memory", signals=right.get((slow, ignores), (TERM, KILL, BOTH)))

    def neighbours(self, limit):
        """Others, under the same policy and outside of it, who have to live."""
        for i in range(self.random.randrange(3)):
            self.actor(f"neighbour{i}", f"w-neighbour{i}", self.innocent(limit))
        if self.random.random() < 0.3:
            self.actor("outsider", "x-outside", [["grow", self.rate(40, 200), 2 * limit]])

    def cgroup(self):
        """One of the ways to name the groups w-*, and no other."""
        glob = self.random.choice(("w-*", "w-**", "[w]-*", "?-[!o]*"))
        return f"Cgroup={{base}}/{glob}"


# ---- the kinds: each draws one scenario


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


def many_at_once(s):
    limit = s.size(32, 48)
    s.policy(s.cgroup(), f"WorkerMemoryMax={limit}", "GraceSec=1s")
    together = s.random.random() < 0.5
    for i in range(s.random.randrange(4, 9)):
        script = [["term", "ignore"], *s.swift(limit)] if i % 2 else s.swift(limit)
        s.actor(f"runaway{i}", "w-a" if together else f"w-{i}", script, ("after", 0), Answer("worker-memory"))
    s.actor("innocent", "w-a", s.innocent(limit))


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


def a_group_is_made_again(s):
    limit = s.size()
    script, lines, answer = a_real_end(s, limit)
    s.policy(s.cgroup(), f"WorkerMemoryMax={limit}", *lines)
    s.actor("first", "w-a", script, answer=answer)
    s.act(("ended", "first"), "recreate", "w-a")
    s.actor("second", "w-a", s.swift(limit), ("recreated", "w-a"), Answer("worker-memory"))
    s.actor("innocent", "w-a", s.innocent(limit), ("recreated", "w-a"))


def a_core_burns(s):
    """It computes and does not grow; others compute a little."""
    scope = s.random.choice(("worker", "group"))
    s.policy(s.cgroup(), "CpuTimeMax=400ms", "CpuWindowSec=4s", f"Scope={scope}", "GraceSec=3s")
    answer = Answer("cpu", signals=(TERM,), event="all" if scope == "group" else "")
    s.actor("burning", "w-a", [["wait", s.pause()], ["burn", 600]], answer=answer)
    s.actor("little", "w-b", [["burn", 0.1], ["wait", 4]])
    if scope == "worker":
        s.actor("idle", "w-a", [["hold", s.rate(1, 20)]])


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


def a_real_end(s, limit):
    while True:
        script, lines, answer = s.ending(limit)
        if answer.outcome == ENDED:
            return script, lines, answer


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


# ---- kinds for a daemon of their own


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


def rehearse(s):
    """The same scenario under a daemon that only says what it would do."""
    for role, answer in s.answers.items():
        if answer and answer.outcome != LOGGED:
            answer.outcome, answer.signals = DRY, ((),)


KINDS = (
    a_worker_over_its_limit,
    a_worker_over_its_limit,
    a_worker_over_its_limit,
    only_innocents,
    a_page_decides,
    a_child_runs_away,
    a_child_runs_away,
    one_grows_in_a_group,
    one_grows_in_a_group,
    a_group_ends_as_a_whole,
    a_group_ends_as_a_whole,
    a_group_is_frozen,
    a_burst,
    bursts_without_harm,
    a_leak,
    a_leak,
    less_than_a_leak,
    the_first_policy_wins,
    a_users_workers,
    a_protected_group,
    moved_in,
    moved_out,
    forked_elsewhere,
    it_comes_again,
    many_at_once,
    one_while_another_dies,
    it_stops_itself,
    a_group_is_made_again,
    a_core_burns,
    it_reports_first,
    a_share_is_no_number_of_bytes,
    a_slice_never_ends_as_a_whole,
    a_peak_of_shared_memory,
    the_kernel_is_faster,
    the_kernel_is_faster,
)
REHEARSED = (
    a_worker_over_its_limit,
    a_page_decides,
    a_group_ends_as_a_whole,
    a_leak,
    the_first_policy_wins,
)
BUDGET = 2
DAEMONS = {  # by name: the options and the lines of [Guard] of each
    "plain": ([], ["KillBudget=10000/1min"]),
    "budget": ([], [f"KillBudget={BUDGET}/10min"]),
    "dry": (["--dry-run"], []),
    "steady": ([], ["KillBudget=10000/1min"]),  # is not loaded anew: that begins every loop anew
}


def draw(seed, number):
    """The scenario of this number, and the name of the daemon that it is for."""
    scenario = Scenario(number, random.Random(f"{seed}/{number}"))
    daemon = {17: "steady", 18: "budget", 19: "dry"}.get(number % 20, "plain")
    if daemon == "budget":
        kind = a_used_up_budget
    elif daemon == "steady":
        kind = a_crash_loop
    elif daemon == "dry":
        kind = scenario.random.choice(REHEARSED)
    else:
        # Cards of a deck that is laid out again and again: every kind comes up equally often.
        deck = list(KINDS)
        random.Random(f"{seed}/deck").shuffle(deck)
        kind = deck[(number - number // 20 * 3) % len(deck)]
    scenario.kind = kind.__name__.replace("_", " ")
    kind(scenario)
    if daemon == "dry":
        rehearse(scenario)
    return scenario, daemon


def spell(script, files):
    """The script as play.py reads it, with the names of files put in."""
    text = json.dumps(script)
    for name, path in files.items():
        text = text.replace(json.dumps(name), json.dumps(path))
    return text
