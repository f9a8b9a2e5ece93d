# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the checks inside the system share."""

import json
import pathlib
import subprocess
import time

HERE = pathlib.Path(__file__).parent
CONFIG = pathlib.Path("/etc/bignum-guard/bignum-guard.conf")
MIB = 1 << 20
VERDICTS = pathlib.Path("/var/lib/bignum-guard/verdicts.jsonl")

# Takes 4 MB twenty times a second for as long as it lives.
GROW = """
import time
held = []
while True:
    held.append(b"x" * (4 << 20))
    time.sleep(0.05)
"""


def run(*command, check=True):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if check and done.returncode != 0:
        raise AssertionError(f"{' '.join(command)}: status {done.returncode}: {done.stdout.strip()}")
    return done.stdout.strip()


def wait_for(what, condition, seconds=120, pause=0.2):
    """The first true answer. The time is only there so that a failure ends."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        answer = condition()
        if answer:
            return answer
        time.sleep(pause)
    raise AssertionError(f"{what}: not within {seconds} s")


def start_worker(name, program, *properties):
    options = [f"--property={each}" for each in properties]
    run("systemd-run", f"--unit={name}", "--collect", *options, "/usr/bin/python3", "-c", program)
    return int(run("systemctl", "show", "-P", "MainPID", name))


def is_active(unit):
    return run("systemctl", "is-active", unit, check=False) == "active"


def verdicts(policy):
    if not VERDICTS.exists():
        return []
    whole = VERDICTS.read_text().rpartition("\n")[0]  # the last one may be being written
    lines = [json.loads(line) for line in whole.splitlines()]
    return [verdict for verdict in lines if verdict["policy"] == policy]


def guard_pid():
    return int(run("systemctl", "show", "-P", "MainPID", "bignum-guard"))
