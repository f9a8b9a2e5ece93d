# SPDX-License-Identifier: LGPL-2.1-or-later
"""The demo: what the library refuses, what the daemon ends, and what both leave alone.

Everything is real: the tool, the daemon with conf/examples/demo.conf, cgroups of its own, the workers
in tests/workers, and the memory that they take (a kernel limit of 1 GiB on each stands behind the
daemon, should it fail). Exit status 0 when everything went as it should or could not be shown here,
1 when something did not, 130 after Ctrl-C, which leaves nothing behind.
"""

import argparse
import contextlib
import os
import secrets
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from build import (
    BUILDS,
    SOURCE,
    Failed,
    build,
    die_on_signals,
    pause,
    pieces,
    started,
    wait,
)
from cgroups import Group, Hierarchies, Lacking
from guard import Guard, NotReady, start_time
from screen import BOLD, DIM, GREEN, RED, YELLOW, Screen, size
from workers import SOURCES, SPARSE, WORKERS, environment

STATE = BUILDS / "demo"
CONFIG = SOURCE / "conf/examples/demo.conf"
LIMIT = 256 << 20  # WorkerMemoryMax= and GroupMemoryMax= of CONFIG
FENCE = 1 << 30  # the kernel's limit behind it
WATCH = 36  # seconds that the neighbours are watched for at least: three leak windows
PATIENCE = 80  # seconds after which a runaway should have been ended


class Watched:
    """One worker of the show: its group, its process, and what became of it."""

    def __init__(self, worker, group):
        self.worker, self.group = worker, group
        self.process = self.identity = self.ended_after = None
        self.peak = self.cache = 0
        self.verdicts = []

    def start(self, build, folder, log):
        if self.worker.name != "page-cache":
            self.group.limit(FENCE)
        self.began = time.monotonic()
        self.process = self.group.spawn(
            self.worker.command(build, folder),
            cwd=SOURCES,
            env=environment(build),
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        self.identity = (self.process.pid, start_time(self.process.pid))

    def look(self):
        if self.ended_after is None and self.process.poll() is not None:
            self.ended_after = time.monotonic() - self.began
            high = self.group.peak()
            if high is not None:
                self.peak = max(self.peak, high - self.group.cache())
        elif self.ended_after is None:
            self.peak = max(self.peak, self.group.anonymous())
            self.cache = max(self.cache, self.group.cache())

    def judge(self, verdicts):
        """Takes the verdicts on this worker and says what is wrong, or nothing."""
        mine = [verdict for verdict in verdicts if verdict["cgroup"] == self.group.path]
        self.verdicts = [
            verdict for verdict in mine if (verdict["pid"], verdict["start_time"]) == self.identity
        ]
        if not self.worker.ends:
            if mine:
                return f"has a verdict ({mine[0]['reason']})"
            if self.ended_after is not None:
                return "is dead"
            if "%s" in self.worker.what and self.cache < LIMIT:
                return f"had only {size(self.cache)} in the page cache: it proves nothing here"
            return None
        if not self.verdicts:
            return "has no verdict"
        verdict = self.verdicts[0]
        if verdict["outcome"] != "ended" or self.ended_after is None:
            return f"was not ended ({verdict['outcome']})"
        if verdict["reason"] not in self.worker.reasons:
            return f"was ended for another reason than {' or '.join(self.worker.reasons)}"
        most = LIMIT // 2 if verdict["reason"] == "leak" else LIMIT * 11 // 10
        return f"reached {size(self.peak)}" if self.peak > most else None


class Demo:
    def __init__(self, screen, build):
        self.screen, self.build = screen, build
        self.failures = []

    # Part 1 ------------------------------------------------------------------------------------

    def library(self):
        self.screen.heading("1. The library: what cannot be computed is refused at once")
        for expression in ("1024 ** 1024 ** 1024", "9**9**9**9"):
            status, output, error, seconds = self.bng("eval", expression)
            self.screen.wrapped("  ", error.strip(), YELLOW)
            self.screen.line(f"  exit status {status}, after {seconds * 1000:.0f} ms")
            self.expect(status == 3 and not output, f"{expression} is not refused with status 3")

        status, output, error, seconds = self.bng("eval", "(1024 ** 1024) ** 1024")
        digits = output.strip()
        if status == 0:
            self.screen.line(f"  {digits[:30]}...{digits[-30:]}")
            self.screen.line(f"  {len(digits):,} digits, after {seconds:.2f} s")
        else:
            self.screen.wrapped("  ", error.strip(), RED)
        self.expect(len(digits) == 3156529, "(1024 ** 1024) ** 1024 is not printed with its 3,156,529 digits")

    def bng(self, *arguments):
        self.screen.line()
        self.screen.line(self.screen.paint(BOLD, "  $ bng " + shlex.join(arguments)))
        began = time.monotonic()
        command = [self.build / "lib/bng/bng", *arguments]
        with started(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
            said = {process.stdout: b"", process.stderr: b""}
            for stream, piece in pieces(process):
                said[stream] += piece
            status = wait(process)
            output, error = said[process.stdout].decode(), said[process.stderr].decode()
        return status, output, error, time.monotonic() - began

    def expect(self, condition, failure):
        if not condition:
            self.failures.append(failure)

    # Part 2 ------------------------------------------------------------------------------------

    def daemon(self, put_away):
        """Shows the daemon; what it makes on this machine is noted in `put_away`. The watched workers,
        or None where it cannot be shown."""
        self.screen.heading("2. The daemon: what runs away is ended, what does not is left alone")
        self.screen.line()
        try:
            hierarchies = Hierarchies()
            hierarchies.check()
        except Lacking as lacking:
            self.screen.wrapped("  ", f"Not shown here: {lacking}.", YELLOW)
            return None
        home = f"/bignum-guard-demo-{os.getpid()}-{secrets.token_hex(2)}"
        put_away.callback(hierarchies.restore)
        shutil.rmtree(STATE, ignore_errors=True)
        STATE.mkdir(mode=0o700, parents=True)
        runtime = Path(tempfile.mkdtemp(prefix="bignum-guard-demo-"))
        put_away.callback(shutil.rmtree, runtime)
        put_away.callback(Group(hierarchies, home, parent=True).remove)
        watched = []
        for worker in WORKERS:
            watched.append(Watched(worker, Group(hierarchies, f"{home}/{worker.name}")))
            put_away.callback(watched[-1].group.remove)
        guard = Guard(self.build, CONFIG, STATE, runtime)
        put_away.callback(guard.kill)
        put_away.callback((STATE / SPARSE).unlink, missing_ok=True)

        command = f"  $ bignum-guardd --config {CONFIG.relative_to(SOURCE)}"
        self.screen.line(self.screen.paint(BOLD, command))
        guard.start()
        self.screen.line(f"  Groups below {home}, counted by cgroup v{hierarchies.version}.")
        self.screen.line()
        self.watch(guard, watched, runtime / "workers")
        status = guard.stop()
        self.expect(status == 0, f"the daemon ended with status {status}")
        for one in watched:
            failure = one.judge(guard.verdicts())
            self.expect(failure is None, f"{one.worker.name} {failure}")
        return watched

    def watch(self, guard, watched, log):
        """Starts the workers and looks on until every runaway is ended and the neighbours have had
        their time. Says what the daemon says, once for processes that end together."""
        told = set()
        began = time.monotonic()
        next_look = 0
        with open(log, "wb") as file:
            for one in watched:
                one.start(self.build, guard.state, file)
        runaways = sum(one.worker.ends for one in watched)
        while True:
            now = time.monotonic() - began
            for one in watched:
                one.look()
            verdicts = guard.verdicts()
            for verdict in verdicts:
                if verdict["event"] not in told:
                    told.add(verdict["event"])
                    self.screen.wrapped(f"  {now:5.1f} s  ", verdict["message"])
            ended = sum(one.worker.ends and one.ended_after is not None for one in watched)
            progress = f"{ended} of {runaways} runaways ended"
            if not self.screen.terminal and now >= next_look:
                self.screen.line(f"  {now:5.1f} s  ({progress})")
                next_look += 10
            self.screen.status(f"  {now:5.1f} s  {progress}" + self.living(watched))
            if guard.process.poll() is not None:
                raise NotReady(f"It ended with status {guard.process.returncode}.")
            known = len({verdict["cgroup"] for verdict in verdicts})
            if (ended == runaways <= known and now > WATCH) or now > PATIENCE:
                return
            pause(0.1)

    def living(self, watched):
        """The sizes of those that live, as many as fit beside the progress."""
        text = ""
        for one in watched:
            if one.ended_after is None:
                more = f"  {one.worker.name} {size(one.group.anonymous())}"
                if len(text) + len(more) > self.screen.width - 35:
                    break
                text += more
        return text

    # Part 3 ------------------------------------------------------------------------------------

    def table(self, watched):
        self.screen.heading("3. What became of them")
        self.screen.line()
        row = "  {:<14} {:<13} {:>7} {:>5} {:>7}  {}"
        head = row.format("worker", "verdict", "limit", "peak", "ended", "what it does")
        self.screen.line(self.screen.paint(DIM, head))
        for one in watched:
            verdict = one.verdicts[0] if one.verdicts else None
            per = {"growth": "/s", "leak": "/h"}.get(verdict["reason"], "") if verdict else ""
            line = row.format(
                one.worker.name,
                verdict["reason"] if verdict else "none" if one.worker.ends else "untouched",
                size(verdict["limit"]) + per if verdict else "-",
                size(one.peak),
                f"{one.ended_after:.1f} s" if one.ended_after else "lives",
                one.worker.what.replace("%s", size(one.cache)),
            )
            self.screen.line(self.screen.paint(RED if one.worker.ends else GREEN, line))
        self.screen.line()
        where = STATE / "verdicts.jsonl"
        self.screen.line(f"  The verdicts, one object a line: {where.relative_to(SOURCE)}")


def show(screen, folder, put_away):
    demo = Demo(screen, folder or build("gcc", screen))
    demo.library()
    watched = demo.daemon(put_away)
    if watched:
        demo.table(watched)
    screen.line()
    for failure in demo.failures:
        screen.line(screen.paint(RED, f"Not as it should be: {failure}."))
    if demo.failures:
        return 1
    done = "Everything as it should be." if watched else "Part 1 as it should be; part 2 is not shown."
    screen.line(screen.paint(GREEN, done))
    return 0


def main():
    parser = argparse.ArgumentParser(prog="tests/demo", description=__doc__.split("\n")[0])
    parser.add_argument("--build", type=lambda folder: Path(folder).resolve(), metavar="DIR", help="show this build, instead of build/gcc")
    arguments = parser.parse_args()
    screen = Screen()
    ours = [path for path in (BUILDS, BUILDS / "gcc") if not path.exists()] + [STATE]
    put_away = contextlib.ExitStack()
    die_on_signals()
    try:
        with put_away:
            return show(screen, arguments.build, put_away)
    except KeyboardInterrupt:
        for path in ours:
            shutil.rmtree(path, ignore_errors=True)
        screen.line("Stopped; nothing is left.")
        return 130
    except NotReady as error:
        screen.wrapped("  ", f"bignum-guardd does not run: {error}", RED)
    except Failed as error:
        screen.line(error.output[-4000:])
        screen.line(screen.paint(RED, f"{error}."))
    return 1


if __name__ == "__main__":
    sys.exit(main())
