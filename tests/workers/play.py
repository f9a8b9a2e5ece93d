# SPDX-License-Identifier: LGPL-2.1-or-later
# play.py NOTES ROLE SCRIPT: plays a script, a JSON list of steps such as ["grow", 50000000, 90000000],
# each a function below, then waits. NOTES is told the role, pid and start time of every process that
# takes part ("is"), and when its script is over ("done").
import ctypes
import gc
import json
import mmap
import os
import signal
import sys
import threading
import time

from pace import requests

PAGE = mmap.PAGESIZE
CHUNK = memoryview(bytes(1 << 20))  # whose slices are no copies
STEPS = 50  # a second
PR_SET_NAME = 15
CLONE_VM, CLONE_VFORK = 0x100, 0x4000

libc = ctypes.CDLL(None, use_errno=True)
notes = os.open(sys.argv[1], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o666)
held = []


def note(what, role):
    with open("/proc/self/stat", "rb") as file:
        start = file.read().rpartition(b")")[2].split()[19].decode()
    os.write(notes, f"{what} {role} {os.getpid()} {start}\n".encode())


# ---- memory


def pages(size, kind=mmap.MAP_PRIVATE):
    """So much memory, written to, that close() gives back."""
    memory = mmap.mmap(-1, max(size, PAGE), flags=kind | mmap.MAP_ANONYMOUS)
    while size > 0:
        size -= memory.write(CHUNK[:size])
    return memory


def private():
    statm = os.open("/proc/self/statm", os.O_RDONLY)
    resident, shared = map(int, os.read(statm, 100).split()[1:3])
    os.close(statm)
    return (resident - shared) * PAGE


def hold(size):
    held.append(pages(size))


def shared(size):
    """Memory that counts for the group, and not for the worker alone."""
    held.append(pages(size, mmap.MAP_SHARED))


def grow(rate, total, kind=mmap.MAP_PRIVATE):
    taken = 0
    for _ in requests(STEPS):
        step = min(rate // STEPS, total - taken)
        if step <= 0:
            return
        held.append(pages(step, kind))
        taken += step


def grow_shared(rate, total):
    grow(rate, total, mmap.MAP_SHARED)


def fill(size):
    """Holds exactly `size` bytes, everything included: the last pages are only touched."""
    last = mmap.mmap(-1, 64 * PAGE, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    held.append(last)
    hold(max(0, size - private() - 32 * PAGE))
    for at in range(0, 64 * PAGE, PAGE):
        if private() >= size:
            break
        last[at] = 1


def teeth(low, high, period, seconds):
    """Climbs from `low` to `high` and falls back, again and again."""
    end = time.monotonic() + seconds
    own = pages(low)
    while time.monotonic() < end:
        tooth = []
        for _ in range(10):
            tooth.append(pages((high - low) // 10))
            time.sleep(period / 10)
        for memory in tooth:
            memory.close()
    own.close()


def peak(size, seconds):
    memory = pages(size)
    time.sleep(seconds)
    memory.close()


def cache(path, seconds):
    end = time.monotonic() + seconds
    with open(path, "rb", buffering=0) as file:
        block = bytearray(1 << 20)
        while time.monotonic() < end:
            if not file.readinto(block):
                file.seek(0)
            time.sleep(0.001)


def cycles(size, per_second):
    """A leak by reference cycles: two objects that hold each other, and no collector."""

    class Holder:
        pass

    for _ in requests(per_second):
        a, b = Holder(), Holder()
        a.other, b.other = b, a
        a.data = b"x" * size


def extension(size, per_second):
    """A leak in memory that the interpreter knows nothing about."""
    import leakyparser

    document = b"<a>" * (size // 3)
    for _ in requests(per_second):
        leakyparser.count_tags(document)


def leaderless(rate, total):
    """Its first thread ends; another one grows, and stays."""
    threading.Thread(target=lambda: (grow(rate, total), time.sleep(3600))).start()
    time.sleep(0.1)
    libc.pthread_exit(None)


# ---- processes


def fork(role, script):
    if os.fork() == 0:
        play(role, script)


def daemon(role, script):
    """Forks twice, into a session of its own: nobody's child."""
    pid = os.fork()
    if pid == 0:
        os.setsid()
        if os.fork() == 0:
            play(role, script)
        os._exit(0)
    os.waitpid(pid, 0)


def serve(role, scripts):
    """Starts a worker, and the next one when it has ended."""
    for i, script in enumerate(scripts):
        pid = os.fork()
        if pid == 0:
            play(f"{role}{i}", script)
        if i + 1 < len(scripts):
            os.waitpid(pid, 0)


def name(text):
    libc.prctl(PR_SET_NAME, os.fsencode(text), 0, 0, 0)


def user(uid):
    os.setgid(uid)
    os.setuid(uid)


def term(how):
    def asked(*_):
        os._exit(3)

    signal.signal(signal.SIGTERM, signal.SIG_IGN if how == "ignore" else asked)


def vfork():
    """Waits in the kernel (state D) for a child that has all of its memory, while a thread goes on."""
    pause = ctypes.cast(libc.pause, ctypes.c_void_p)
    stack = mmap.mmap(-1, 1 << 20, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    top = ctypes.addressof(ctypes.c_char.from_buffer(stack)) + (1 << 20)
    libc.clone(pause, ctypes.c_void_p(top), CLONE_VM | CLONE_VFORK | signal.SIGCHLD, None)


def aside(script):
    """The steps in another thread, while this one goes on."""

    def steps():
        for step, *arguments in script:
            globals()[step](*arguments)

    threading.Thread(target=steps, daemon=True).start()


def bomb(size):
    """Forks as fast as it can, and each child as well, which takes so much."""
    while True:
        try:
            if os.fork() == 0:
                hold(size)
        except OSError:
            time.sleep(0.001)


def cycle(count):
    """So many short lives, a few at a time."""
    for _ in range(count):
        if os.fork() == 0:
            os._exit(0)
        os.wait()


def report():
    signal.signal(signal.SIGUSR1, lambda *_: None)


def stop():
    os.kill(os.getpid(), signal.SIGSTOP)


def wait_for_go(role):
    """Until somebody sends SIGUSR2."""
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR2])
    note("waits", role)
    signal.sigwait([signal.SIGUSR2])


def wait(seconds):
    time.sleep(seconds)


def burn(seconds):
    end = time.process_time() + seconds
    while time.process_time() < end:
        pass


def reap():
    """So that children leave no zombies; waits for them as long as there are any."""
    try:
        while True:
            os.wait()
    except ChildProcessError:
        pass


def play(role, script):
    gc.disable()
    note("is", role)
    reap()  # all that comes after the last step was done once: it takes no page more
    private()
    for step, *arguments in script:
        globals()[step](*arguments)
    note("done", role)
    while True:
        reap()
        signal.pause()


play(sys.argv[2], json.loads(sys.argv[3]))
