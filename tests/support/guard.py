# SPDX-License-Identifier: LGPL-2.1-or-later
"""bignum-guardd as a child of ours, and its verdicts."""

import contextlib
import json
import os
import select
import signal
import socket
import subprocess
import time
from pathlib import Path

from build import hear_signals, interruptible
from cgroups import die_with_parent


PATIENCE = 60  # seconds that anything may take, however busy the machine is; only so that a failure ends


class NotReady(Exception):
    """The daemon did not start; the text is what it said."""


def start_time(pid):
    """Clock ticks from boot to the start of a process: with the pid, its identity."""
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19])


def wakeups(pid):
    """How often its threads went to sleep so far."""
    lines = [
        line
        for task in Path(f"/proc/{pid}/task").iterdir()
        for line in (task / "status").read_text().splitlines()
    ]
    return sum(int(line.split()[1]) for line in lines if line.startswith("voluntary"))


class Guard:
    """The daemon with one configuration. It says READY through the socket that systemd would give it;
    its state is in `state`, its socket in `runtime`, what it says in `runtime`/log."""

    def __init__(self, build, config, state, runtime, *options):
        self.build, self.state, self.runtime = build, Path(state), Path(runtime)
        self.command = [build / "daemon/bignum-guardd", "--config", config, *options]
        self.environment = {
            **os.environ,
            "STATE_DIRECTORY": str(self.state),
            "RUNTIME_DIRECTORY": str(self.runtime),
            "BIGNUM_GUARD_LIBEXECDIR": str(build / "daemon/control"),
        }
        self.log = self.runtime / "log"
        self.heard = ""
        self.process = self.socket = None

    def start(self, seconds=PATIENCE):
        def enter():
            hear_signals()
            die_with_parent()
            with contextlib.suppress(OSError):
                os.nice(-10)  # as its unit has it

        address = f"bignum-guard-test-{os.getpid()}-{id(self)}"
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC)
        self.socket.bind("\0" + address)
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                list(map(str, self.command)),
                env={**self.environment, "NOTIFY_SOCKET": "@" + address},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=enter,
            )
        if not self.wait_for_notification("READY=1", seconds):
            said = self.said()
            self.kill()
            raise NotReady(said or "it said nothing")
        return self

    def wait_for_notification(self, wanted, seconds=PATIENCE):
        """Has `wanted` been notified, or is it within so many seconds? Each one counts once."""
        deadline = time.monotonic() + seconds
        while wanted not in self.heard.splitlines():
            left = deadline - time.monotonic()
            if left <= 0 or self.process.poll() is not None:
                return False
            with interruptible():
                ready = select.select([self.socket], [], [], min(left, 0.1))[0]
            if ready:
                self.heard += self.socket.recv(65536).decode() + "\n"
        self.heard = self.heard.partition(wanted + "\n")[2]
        return True

    def said(self):
        return self.log.read_text(errors="replace")

    def verdicts(self):
        """Every verdict on disk. One that is being written is waited for: who reads meanwhile may see half of it. A
        line that stays no whole object raises ValueError."""
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                return self.read_verdicts()
            except ValueError:
                if time.monotonic() > deadline:
                    raise
            time.sleep(0.01)

    def read_verdicts(self):
        try:
            text = (self.state / "verdicts.jsonl").read_text()
        except FileNotFoundError:
            return []
        lines = text.split("\n")
        if lines.pop() != "":
            raise ValueError("the last verdict has no end of line")
        return [json.loads(line) for line in lines]

    def bng(self, *arguments):
        """Runs the tool beside this daemon."""
        return subprocess.run(
            [str(self.build / "lib/bng/bng"), *arguments],
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
        )

    def signal(self, number):
        self.process.send_signal(number)

    def stop(self, seconds=PATIENCE):
        """Ends it as systemd does; its exit status, or None when it had to be killed."""
        if self.process is None:
            return None
        self.process.terminate()
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            return None
        finally:
            self.kill()

    def kill(self):
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()
        if self.socket:
            self.socket.close()
            self.socket = None
