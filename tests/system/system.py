# SPDX-License-Identifier: LGPL-2.1-or-later
"""The installed daemon under a real systemd with cgroup v2, D-Bus and the journal.

User-Mode Linux is a kernel in a process of ours: it boots the Debian root in which the commands of the
README ran, with the daemon installed as a package would install it, and nothing of this machine can
be touched from inside. guest.py runs there as a unit and writes one line a check to a file.
"""

import contextlib
import shutil
import time
from pathlib import Path

import root
from build import Failed, started, wait

HERE = Path(__file__).resolve().parent
GUEST = "/system-test"
BOOT_TIMEOUT = 1800  # seconds for everything: the boot takes about 15, the checks about 300


def lacking():
    """Why no system can be booted here, or None."""
    if root.is_inside():
        return "these tests already run inside a root of their own"
    if not shutil.which("linux.uml"):
        return "the package user-mode-linux is missing (Debian has it for amd64 and i386)"
    return None


def install(folder, progress):
    """Puts systemd, the daemon and the guest's checks into the root."""
    packages = ["systemd", "systemd-sysv", "libpam-systemd", "dbus"]
    root.inside(folder, ["apt-get", "install", "-qy", "--no-install-recommends", *packages], progress)
    options = ["--prefix=/usr", "-Dtests=false"]
    root.inside(folder, ["meson", "setup", "build/system", *options], progress)
    root.inside(folder, ["meson", "install", "-C", "build/system"], progress)

    shutil.copytree(HERE / "guest", folder / GUEST.lstrip("/"))
    units = folder / "etc/systemd/system"
    shutil.copy(HERE / "guest/system-test.service", units)
    wants = units / "multi-user.target.wants"
    wants.mkdir(exist_ok=True)
    (wants / "system-test.service").symlink_to("../system-test.service")


@contextlib.contextmanager
def booted(suite, folder, tally):
    """Within it the system runs beside whatever else is done; yields what check() takes, or None
    when there is nothing to check."""
    reason = lacking()
    if reason:
        tally.skip(f"{suite}'s systemd", reason)
        yield None
        return
    tally.screen.step(f"  {suite}: installing the daemon, booting systemd ...")
    try:
        install(folder, lambda line: tally.screen.status(f"  {suite}: {line.strip()}"))
    except Failed as error:
        tally.fail(f"{suite}'s systemd: installing", error.output)
        yield None
        return
    control = folder.with_name(f"{suite}-kernel")
    control.mkdir()
    command = ["linux.uml", "root=/dev/root", "rootfstype=hostfs", f"rootflags={folder}", "rw"]
    command += ["mem=1G", "init=/sbin/init", "con=null", "con0=null,fd:1", "con1=null", "quiet"]
    command += [f"uml_dir={control}/", "umid=kernel"]
    console = control / "console"
    with open(console, "wb") as file, started(command, stdout=file, stderr=file) as kernel:
        yield kernel, time.monotonic() + BOOT_TIMEOUT, folder / GUEST.lstrip("/"), console


def check(suite, system, tally):
    """Waits until the system has powered itself off, and counts its checks."""
    if not system:
        return
    name = f"{suite}'s systemd"
    kernel, deadline, guest, console = system
    tally.screen.step(f"  {suite}: waiting for what its systemd shows ...")
    late = ""
    if wait(kernel, max(1, deadline - time.monotonic())) is None:
        late = f"The system did not come to its end within {BOOT_TIMEOUT} s.\n"
    results = guest / "results"
    lines = results.read_text().splitlines() if results.exists() else []
    log = (guest / "log").read_text(errors="replace") if (guest / "log").exists() else ""
    for line in lines:
        outcome, _, text = line.partition(" ")
        if outcome == "PASS":
            tally.ok(f"{name}: {text}")
        elif outcome == "FAIL":
            tally.fail(f"{name}: {text}", log)
    if not lines or lines[-1] != "END":
        said = console.read_text(errors="replace")
        tally.fail(f"{name}: the checks did not come to their end", said + late + log)
