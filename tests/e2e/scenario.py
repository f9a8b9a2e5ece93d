# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a scenario is: who runs where and when, under which policies, and what is the right answer to it; and
the ways in which a worker breaks a limit or stays below it, of which each kind of scenario draws one.

Sizes are bytes. An interpreter that plays a script (workers/play.py) holds up to BASE without one.
"""

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
    have to end in one. Which of several ways is right depends on how fast it was seen to be: with `grace`, in seconds,
    the verdict itself has to bear out the one that was taken."""

    reason: str
    outcome: str = ENDED
    signals: tuple = (TERM, KILL, BOTH)
    event: str = ""
    policy: str = ""
    grace: int = 0


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
    acts: list = field(default_factory=list)  # (when, "move" | "go" | "fence" | "recreate", what, ...)
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
        right = {
            (True, True): (BOTH,),
            (True, False): (TERM,),
            (False, True): (KILL, BOTH),
            (False, False): (TERM, KILL, BOTH),
        }
        return script, lines, Answer("worker-memory", signals=right[slow, ignores], grace=int(grace[0]))

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
