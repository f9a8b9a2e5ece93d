# SPDX-License-Identifier: LGPL-2.1-or-later
"""Builds the tree by meson, and runs programs so that none outlives us."""

import contextlib
import os
import re
import select
import shutil
import signal
import subprocess
import time
from pathlib import Path

SOURCE = Path(__file__).resolve().parent.parent.parent
BUILDS = SOURCE / "build"


class Failed(Exception):
    """A program failed: what it was, and what it said."""

    def __init__(self, what, output):
        super().__init__(what)
        self.output = output


SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def die_on_signals():
    """Ctrl-C, a hang-up and SIGTERM end us by one KeyboardInterrupt, which is raised where we wait
    (interruptible) and nowhere else: what is made is always noted, and no lock of Python's is held."""

    def interrupt(_number, _frame):
        for number in SIGNALS:
            signal.signal(number, signal.SIG_IGN)
        raise KeyboardInterrupt

    signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
    for number in SIGNALS:
        signal.signal(number, interrupt)


@contextlib.contextmanager
def interruptible():
    """Around a wait, and around nothing that must not be left halfway."""
    before = signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def pause(seconds):
    with interruptible():
        time.sleep(seconds)


def hear_signals():
    """For a child between fork and exec: it would inherit that ours are blocked, and one that waits
    for it already ends it as it would end any program."""
    for number in SIGNALS:
        signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)


@contextlib.contextmanager
def started(command, **options):
    """A program in a session of its own, which is killed whole if we leave before it ends."""
    process = subprocess.Popen(
        [str(word) for word in command],
        start_new_session=True,
        stdin=subprocess.DEVNULL,
        preexec_fn=hear_signals,
        **options,
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        for stream in (process.stdout, process.stderr):
            if stream:
                _drain(stream)
                stream.close()


def _drain(stream):
    """Waits until nobody writes there any more: what was killed in a namespace of its own dies a
    moment later."""
    deadline = time.monotonic() + 5
    while select.select([stream], [], [], max(0, deadline - time.monotonic()))[0]:
        if not os.read(stream.fileno(), 65536):
            return


def wait(process, timeout=None):
    """Its exit status, or None when it still runs after `timeout` seconds."""
    deadline = timeout and time.monotonic() + timeout
    while process.poll() is None:
        if deadline and time.monotonic() > deadline:
            return None
        pause(0.01)
    return process.returncode


def pieces(process, timeout=None):
    """What a program writes, as (stream, bytes), until it closes its streams or the time is over."""
    deadline = timeout and time.monotonic() + timeout
    streams = [stream for stream in (process.stdout, process.stderr) if stream]
    while streams:
        left = max(0, deadline - time.monotonic()) if deadline else None
        with interruptible():
            ready = select.select(streams, [], [], left)[0]
        if not ready:
            return
        for stream in ready:
            piece = os.read(stream.fileno(), 1 << 16)
            if piece:
                yield stream, piece
            else:
                streams.remove(stream)


def run(command, what=None, on_line=None, timeout=None, **options):
    """Runs a program to its end; its output (both streams) is handed to on_line line by line and
    returned. Raises Failed when it fails or still runs after `timeout` seconds."""
    what = what or " ".join(map(str, command))
    output, line = [], b""
    options = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, **options}
    with started(command, **options) as process:
        for _, piece in pieces(process, timeout):
            output.append(piece)
            *lines, line = (line + piece).split(b"\n")
            for whole in lines if on_line else ():
                on_line(whole.decode(errors="replace"))
        status = wait(process, timeout and 1)
    text = b"".join(output).decode(errors="replace")
    if status is None:
        raise Failed(f"{what} was not done after {timeout} s", text)
    if status != 0:
        raise Failed(f"{what} failed with status {status}", text)
    return text


def build(name, screen, options=(), compiler="gcc"):
    """Configures (once) and builds build/NAME; returns the folder."""
    folder = BUILDS / name
    environment = {**os.environ, "CC": compiler, "LC_ALL": "C.UTF-8"}
    began = time.monotonic()
    screen.step(f"Building {folder.relative_to(SOURCE)} ...")
    if not (folder / "build.ninja").exists():
        shutil.rmtree(folder, ignore_errors=True)  # what an interrupted setup left
        setup = ["meson", "setup", folder, SOURCE, *options]
        run(setup, f"meson setup of {folder}", env=environment)

    def progress(line):
        if step := re.match(r"\[(\d+)/(\d+)\]", line):
            screen.status(f"Building {folder.relative_to(SOURCE)}: {step[1]} of {step[2]}")

    run(["meson", "compile", "-C", folder], f"the build in {folder}", progress, env=environment)
    seconds = time.monotonic() - began
    screen.line(f"Built {folder.relative_to(SOURCE)} in {seconds:.0f} s.")
    return folder
