# SPDX-License-Identifier: LGPL-2.1-or-later
"""Random scenarios with a known right answer (drawing.py), many at once under one daemon: everybody who
had to end did, for the right reason and in the right way, once, and nobody else.

  --seed N     another draw
  --count N    so many scenarios (40; 200 with BNG_TEST_EXTENDED=1), ...
  --first N    ... from this one on
  --only N     this one alone, as a failure names it
  --jobs N     so many at a time

A configuration is loaded anew while they run: that must not change anything.
"""

import argparse
import contextlib
import itertools
import os
import re
import signal
import sys
import time
from datetime import datetime

import drawing
from harness import BUILD, FENCE, MIB, PYTHON, WORKERS, EndToEnd, main, names
from scenario import BOTH, KILL, ENDED, FROZEN, GONE, WITHHELD
from cgroups import Group  # from tests/support, which harness makes known
from guard import Guard, start_time

PATIENCE = 120  # seconds that anything may take; only so that a failure ends
RELOAD = 5  # seconds between two reloads


class Play:
    """One scenario while it is played. step() is called again and again and never waits."""

    def __init__(self, test, scenario):
        self.test, self.scenario = test, scenario
        self.base = f"{test.home}/s{scenario.number}"
        self.groups, self.processes, self.happened = {}, {}, set()
        self.identities = {}  # (pid, start time): role
        self.todo = [(actor.when, "start", actor) for actor in scenario.actors] + scenario.acts
        self.verdicts, self.wrong, self.quiet_since = {}, [], None
        self.began = time.monotonic()
        self.notes = test.folder / f"notes{scenario.number}"
        self.read = 0
        self.group("", parent=True)

    def text(self, lines):
        return [line.replace("{base}", self.base) for line in lines]

    def group(self, name, parent=False):
        if name not in self.groups:
            if "/" in name:
                self.group(name.rpartition("/")[0], parent=True)
            path = f"{self.base}/{name}".rstrip("/")
            group = self.groups[name] = Group(self.test.hierarchies, path, parent)
            if name:
                group.limit(FENCE)
                if name in self.scenario.fences:
                    self.limit(group, self.scenario.fences[name])
        return self.groups[name]

    # ---- what it does

    def start(self, actor):
        script = drawing.spell(actor.script, {"sparse": str(self.test.sparse)})
        command = [PYTHON, "-B", WORKERS / "play.py", self.notes, actor.role, script]
        self.processes[actor.role] = self.test.spawn(self.group(actor.group), command)

    def pid(self, role):
        return next(pid for (pid, _), who in self.identities.items() if who == role)

    def move(self, role, name):
        for folder in self.group(name).folders:
            (folder / "cgroup.procs").write_text(str(self.pid(role)))
        self.happened.add(("moved", role))

    def go(self, role):
        os.kill(self.pid(role), signal.SIGUSR2)

    def limit(self, group, size):
        try:
            group.limit(size)
            group.limit_swap(size)
        except OSError:  # v1: what is set with swap is never below the other
            group.limit_swap(size)
            group.limit(size)

    def fence(self, name, size):
        """The kernel's limit on a group, from now on."""
        self.limit(self.group(name), size)
        self.happened.add(("fenced", name))

    def recreate(self, name):
        self.groups.pop(name).remove()
        self.group(name)
        self.happened.add(("recreated", name))

    # ---- what happens

    def listen(self):
        if not self.notes.exists():
            return
        with open(self.notes, "rb") as file:
            file.seek(self.read)
            lines = file.read()
        self.read += lines.rfind(b"\n") + 1
        for line in lines[: lines.rfind(b"\n") + 1].decode().splitlines():
            what, role, pid, start = line.split()
            self.happened.add((what, role))
            self.identities[int(pid), int(start)] = role

    def take(self, verdict):
        """Is it about one of ours? Then it is taken in."""
        role = self.identities.get((verdict["pid"], verdict["start_time"]))
        if verdict["start_time"] is None:  # one that the kernel ended before the daemon had seen it
            role = next((who for (pid, _), who in self.identities.items() if pid == verdict["pid"]), None)
        if role:
            self.verdicts.setdefault(role, []).append(verdict)
            self.happened.add(("judged", role))
        return role is not None

    def is_dead(self, role):
        process = self.processes.get(role)
        if process:
            return process.poll() is not None
        for (pid, start), who in self.identities.items():
            if who == role:
                try:
                    return start_time(pid) != start
                except FileNotFoundError:
                    return True
        return False

    def came(self, when):
        what, *whom = when
        if what == "after":
            return time.monotonic() - self.began >= whom[0]
        if what == "ended":
            return all(("judged", role) in self.happened and self.is_dead(role) for role in whom)
        return all((what, role) in self.happened for role in whom)

    def is_settled(self, role, answer):
        if answer is None:
            return ("done", role) in self.happened
        return ("judged", role) in self.happened and (
            answer.outcome not in (ENDED, GONE) or self.is_dead(role)
        )

    def step(self):
        """One look; True when it is over."""
        self.listen()
        for item in list(self.todo):
            if self.came(item[0]):
                self.todo.remove(item)
                getattr(self, item[1])(*item[2:])
        now = time.monotonic()
        if now - self.began > PATIENCE:
            self.complain("not over in time")
            self.explain()
            return True
        if self.todo or not all(self.is_settled(*each) for each in self.scenario.answers.items()):
            self.quiet_since = None
            return False
        self.quiet_since = self.quiet_since or now
        return now - self.quiet_since >= self.scenario.watch

    # ---- what is right

    def explain(self):
        """What the daemon knows about those who did not get their answer."""
        for role, answer in self.scenario.answers.items():
            if ("is", role) in self.happened and not self.is_settled(role, answer):
                done = self.guard.bng("explain", str(self.pid(role)))
                self.complain(f"{role} by bng explain: {done.stdout}{done.stderr}")

    def complain(self, what):
        self.wrong.append(what)

    def judge(self):
        """Compares everything with the answers, and cleans up."""
        for role, answer in self.scenario.answers.items():
            verdicts = self.verdicts.get(role, [])
            if answer is None:
                self.judge_innocent(role, verdicts)
            elif len(verdicts) != 1:
                self.complain(f"{role}: {len(verdicts)} verdicts instead of one")
            else:
                self.judge_runaway(role, answer, verdicts[0])
        events = {}
        for role, answer in self.scenario.answers.items():
            for verdict in self.verdicts.get(role, []):
                events.setdefault(verdict["event"], set()).add(answer and answer.event or role)
        if any(len(tags) > 1 for tags in events.values()) or len(events) != len(
            set().union(*events.values())
        ):
            self.complain(f"who ended together: {list(events.values())}")
        for group in sorted(self.groups.values(), key=lambda group: group.path, reverse=True):
            group.remove()

    def judge_innocent(self, role, verdicts):
        if verdicts:
            self.complain(f"{role} had to be left alone")
        if self.is_dead(role) or ("is", role) not in self.happened:
            self.complain(f"{role} does not live")

    def judge_runaway(self, role, answer, verdict):
        right = {"reason": answer.reason, "outcome": answer.outcome}
        if answer.policy:
            right["policy"] = answer.policy
        for key, value in right.items():
            if verdict[key] != value:
                self.complain(f"{role}: {key} is {verdict[key]} instead of {value}")
        # One whose first thread has ended is sent SIGKILL again, behind cgroup.kill.
        sent = tuple(name for name, _ in itertools.groupby(names(verdict)))
        if sent not in answer.signals:
            self.complain(f"{role}: signals {sent}, not one of {answer.signals}")
        if answer.grace:
            self.judge_grace(role, answer.grace, verdict, sent)
        if answer.outcome in (ENDED, GONE):
            self.judge_death(role, sent)
        elif self.is_dead(role):
            self.complain(f"{role} is dead")
        elif answer.outcome in (FROZEN, WITHHELD) and not self.is_frozen(role):
            self.complain(f"{role} is not frozen")

    def judge_grace(self, role, grace, verdict, sent):
        """It is refused to one that would have grown past a 20th over its limit within it, and cut for one that did."""
        value, step = verdict["value"], verdict["limit"] // 20
        ceiling = verdict["limit"] + step if value <= verdict["limit"] + step else value + step
        if sent == KILL and value + (max(verdict["rate"], 0) + 1) * grace < ceiling:
            self.complain(f"{role}: killed at once, but it had time for its grace")
        if sent == BOTH and verdict["peak"] <= ceiling:
            asked, killed = (datetime.fromisoformat(verdict["signals"][i]["time"]) for i in (0, -1))
            if (killed - asked).total_seconds() < grace:
                self.complain(f"{role}: killed in its grace, but it did not grow on")

    def judge_death(self, role, sent):
        """Does its status tell of the signal that the verdict names?"""
        if not self.is_dead(role):
            self.complain(f"{role} lives")
        process = self.processes.get(role)
        if process and sent:
            statuses = (-signal.SIGKILL,) if sent[-1] == "SIGKILL" else (-signal.SIGTERM, 3)
            # One that is killed while it leaves may still have left.
            if process.returncode not in statuses and sent != BOTH:
                self.complain(f"{role}: {sent}, but its status is {process.returncode}")

    def is_frozen(self, role):
        pid = self.pid(role)
        for folder in (group.folders[-1] for group in self.groups.values()):
            if (folder / "cgroup.events").exists() and str(pid) in (folder / "cgroup.procs").read_text().split():
                if "frozen 1" in (folder / "cgroup.events").read_text():
                    return True
        states = set()
        for task in os.listdir(f"/proc/{pid}/task"):
            with open(f"/proc/{pid}/task/{task}/stat") as file:
                states.add(file.read().rpartition(")")[2].split()[0])
        return states - {"Z"} == {"T"}

    def report(self):
        lines = [f"scenario {self.scenario.number} ({self.scenario.kind}) went wrong:"]
        lines += [f"  {what}" for what in self.wrong]
        lines += [f"  {line}" for line in self.text(self.scenario.config)]
        for actor in self.scenario.actors:
            lines.append(f"  {actor.role} in {actor.group}, {actor.when}: {actor.script}")
        lines += [f"  act {act}" for act in self.scenario.acts]
        for role, answer in self.scenario.answers.items():
            lines.append(f"  expected of {role}: {answer or 'lives'}")
            for verdict in self.verdicts.get(role, []):
                lines.append(f"    verdict: {verdict}")
        return "\n".join(lines)


class Scenarios(EndToEnd):
    def setUp(self):
        super().setUp()
        self.sparse = self.sparse_file()
        self.folder.chmod(0o711)

    def daemon(self, name, plays):
        options, lines = drawing.DAEMONS[name]
        for play in plays:
            lines = lines + [f"Protect={path}" for path in play.text(play.scenario.protect)]
        lines = ["[Guard]", *lines]
        for play in plays:
            lines += play.text(play.scenario.config)
        folder = self.folder / name
        for each in (folder, folder / "state", folder / "run"):
            each.mkdir(mode=0o700)
        (folder / "test.conf").write_text("\n".join(lines) + "\n")
        guard = Guard(BUILD, folder / "test.conf", folder / "state", folder / "run", *options)
        self.addCleanup(self.end_guard, guard)
        return guard.start()

    def test_everybody_gets_the_right_answer(self):
        drawn = [drawing.draw(OPTIONS.seed, number) for number in NUMBERS]
        by_daemon = {}
        for scenario, daemon in drawn:
            by_daemon.setdefault(daemon, []).append(scenario)
        self.guards, waiting = [], []
        for name, scenarios in by_daemon.items():
            plays = [Play(self, scenario) for scenario in scenarios]
            guard = self.daemon(name, plays)
            self.guards.append(guard)
            for play in plays:
                play.guard = guard
            waiting += plays
        waiting.sort(key=lambda play: play.scenario.number, reverse=True)
        wrong = self.play(waiting)
        for play in wrong:
            print(play.report(), file=sys.stderr)
            again = f"--seed {OPTIONS.seed} --only {play.scenario.number}"
            print(f"  again: {sys.argv[0]} {again}", file=sys.stderr)
        self.assertEqual([play.scenario.number for play in wrong], [], f"seed {OPTIONS.seed}")
        for guard in self.guards:
            self.check_words(guard)

    def check_words(self, guard):
        """Who was said to be ended was: each such line of the log has its verdicts."""
        ended = {v["event"] for v in guard.verdicts() if v["outcome"] == ENDED}
        said = lambda: [line for line in guard.said().splitlines() if re.match(r"Policy \S+ ends ", line)]
        self.wait_for("what it does to be said", lambda: len(said()) >= len(ended))
        self.assertEqual(len(said()), len(ended), said())

    def play(self, waiting):
        """Plays all, so many at a time; those that went wrong."""
        playing, wrong, known = [], [], {guard: 0 for guard in self.guards}
        reload = time.monotonic() + RELOAD
        while waiting or playing:
            while waiting and len(playing) < OPTIONS.jobs:
                playing.append(waiting.pop())
                playing[-1].began = time.monotonic()
            over = [play for play in playing if play.step()]
            for guard in self.guards:
                plays = [play for play in playing if play.guard is guard]
                known[guard] = self.deal(guard, known[guard], plays)
            for play in over:
                playing.remove(play)
                play.judge()
                wrong += [play] if play.wrong else []
            if time.monotonic() > reload:
                reload = time.monotonic() + RELOAD
                for guard in self.guards:
                    if guard.state.parent.name != "steady":
                        guard.signal(signal.SIGHUP)
            time.sleep(0.05)
        return wrong

    def deal(self, guard, known, plays):
        """Hands the verdicts that came since to those who are playing; how many there are."""
        verdicts = guard.verdicts()
        for verdict in verdicts[known:]:
            for play in plays:
                play.listen()
            if not any(play.take(verdict) for play in plays):
                self.fail(f"a verdict on nobody who plays: {verdict}")
        return len(verdicts)


def options():
    extended = os.environ.get("BNG_TEST_EXTENDED") == "1"
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=200 if extended else 40)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--only", type=int)
    parser.add_argument("--jobs", type=int, default=16)
    return parser.parse_args()


if __name__ == "__main__":
    OPTIONS = options()
    # As the daemon's unit does, and for the workers as well: a machine that is busy with something else
    # would make a steady leak an unsteady one.
    with contextlib.suppress(OSError):
        os.nice(-10)
    NUMBERS = range(OPTIONS.first, OPTIONS.first + OPTIONS.count) if OPTIONS.only is None else [OPTIONS.only]
    del sys.argv[1:]
    main()
