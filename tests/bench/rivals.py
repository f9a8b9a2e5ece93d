# SPDX-License-Identifier: LGPL-2.1-or-later
"""What others end runaways with, as Debian has it: earlyoom and nohang.

They know no limit of a worker, only what the machine has left: their limit is so far below what is left when the
worker starts. Each runs as a user whom nobody else on the machine is, without capabilities, and so does the worker
that it watches: the kernel lets it end nobody else. What others take or free meanwhile counts as its own, so it needs
a quiet machine.

nohang's limit is at most half of the machine's memory. What more there is left a ballast holds: it is root's, and
whoever goes by oom_score passes it over.
"""

import contextlib
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

from bed import MIB
from cgroups import die_with_parent

SOLE_USER = 64999
CHOSEN = "^burst-"  # the names of whom they are to end
NOHANG_DEFAULTS = Path("/usr/share/nohang/nohang.conf")
READY = {"earlyoom": "SIGKILL when", "nohang": "Monitoring has started"}  # what they say then
BALLAST = """
import mmap, sys, time
open("/proc/self/oom_score_adj", "w").write("-1000")
held = mmap.mmap(-1, int(sys.argv[1]), flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | mmap.MAP_POPULATE)
print("held", flush=True)
time.sleep(100000)
"""


def as_sole_user(command):
    user = str(SOLE_USER)  # of root's capabilities none is left
    return ["setpriv", "--reuid", user, "--regid", user, "--clear-groups", "--pdeathsig", "KILL", *command]


def is_sole():
    """Is nobody of that user's on the machine?"""
    for status in Path("/proc").glob("[0-9]*/status"):
        try:
            if re.search(rf"^[UG]id:.*\b{SOLE_USER}\b", status.read_text(), re.MULTILINE):
                return False
        except OSError:
            pass
    return True


def meminfo(name):
    """Bytes."""
    return int(re.search(rf"^{name}: *(\d+) kB", Path("/proc/meminfo").read_text(), re.MULTILINE)[1]) * 1024


def left():
    return meminfo("MemAvailable")


def earlyoom(least, _):
    return ["earlyoom", "-r", "0", "-M", f"{least >> 10},{least >> 10}", "-s", "100,100", "--prefer", CHOSEN]


def nohang(least, folder):
    """Its own defaults but for the limit; nobody but the chosen is bad enough for it."""
    changes = {"min_badness": 5000}
    for threshold in ("soft", "hard"):
        changes |= {f"{threshold}_threshold_min_mem": f"{least >> 20} M", f"{threshold}_threshold_min_swap": "100 %"}
    text = NOHANG_DEFAULTS.read_text() + f"\n@BADNESS_ADJ_RE_NAME 10000 /// {CHOSEN}\n"
    for key, value in changes.items():
        text, found = re.subn(rf"^{key}\s*=.*$", f"{key} = {value}", text, flags=re.MULTILINE)
        if found != 1:
            raise SystemExit(f"{NOHANG_DEFAULTS} has no {key}")
    config = folder / "nohang.conf"
    config.write_text(text)
    return ["nohang", "--monitor", "--config", config]


COMMANDS = {"earlyoom": earlyoom, "nohang": nohang}


def may_run(name, limit):
    """Is it there, can nobody but the worker be its to end, and is there room? Says why not."""
    if not shutil.which(name):
        why = "it is not installed"
    elif not is_sole():
        why = f"somebody runs as user {SOLE_USER}"
    elif left() < 4 * limit:
        why = f"only {left() // MIB} MiB are left"
    else:
        return True
    print(f"left out: {name}, because {why}", file=sys.stderr)
    return False


def start(bed, name, limit):
    """It ends whoever takes so much of what is left now. Returns when it looks."""
    folder = Path(bed.folder.name)
    folder.chmod(0o711)
    log = folder / name
    command = as_sole_user(COMMANDS[name](left() - limit, folder))
    with open(log, "wb") as said:
        process = subprocess.Popen(command, stdout=said, stderr=said)
    bed.processes.append(process)
    while READY[name] not in log.read_text(errors="replace"):
        if process.poll() is not None:
            raise SystemExit(f"{name} ends at once, with status {process.returncode}:\n{log.read_text(errors='replace')}")
        time.sleep(0.05)


@contextlib.contextmanager
def ballast(limit):
    """Within it not much more than half of the machine's memory is left."""
    size = left() - limit - meminfo("MemTotal") // 2 + limit  # a limit of room for what others free meanwhile
    if size <= 0:
        yield
        return
    command = [sys.executable, "-c", BALLAST, str(size)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, preexec_fn=die_with_parent) as process:
        try:
            if not process.stdout.readline():
                raise SystemExit(f"a ballast of {size // MIB} MiB cannot be had")
            yield
        finally:
            process.kill()
