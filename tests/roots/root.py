# SPDX-License-Identifier: LGPL-2.1-or-later
"""A fresh Debian in a folder, and both commands of the README inside.

Everything that is mounted for it is mounted in a namespace of the command that runs inside, and is gone
with it, however it ends: nothing of this machine is ever below the folder when it is removed.
"""

import os
import shutil
import subprocess
from pathlib import Path

from build import SOURCE, Failed, run

INSIDE = "BIGNUM_GUARD_TESTS_INSIDE_ROOT"  # set for the commands inside: no roots within roots
HOME = "/srv/bignum-guard"
ENTER = """
mount -t proc proc "$1/proc" && mount --rbind /sys "$1/sys" && mount --rbind /dev "$1/dev" || exit
root=$1
shift
chroot "$root" "$@"
"""
NAMESPACES = ["unshare", "--mount", "--propagation", "private", "--pid", "--fork", "--kill-child"]


def is_inside():
    return INSIDE in os.environ


def lacking():
    """Why there can be no root here, or None."""
    if is_inside():
        return "these tests already run inside such a root"
    if os.geteuid() != 0:
        return "only root may make a Debian root"
    if subprocess.run([*NAMESPACES, "true"], stderr=subprocess.DEVNULL).returncode != 0:
        return "mount and process namespaces are not allowed here"
    return None


def inside(folder, command, on_line=None, timeout=None):
    """Runs a command of the root, in the source's folder there."""
    shell = f'cd {HOME} && exec "$@"'
    environment = [
        "PATH=/usr/sbin:/usr/bin:/sbin:/bin",
        "HOME=/root",
        "LC_ALL=C.UTF-8",
        f"{INSIDE}=1",
    ]
    return run(
        [*NAMESPACES, "sh", "-c", ENTER, "sh", folder, "env", "-i", *environment]
        + ["sh", "-c", shell, "sh", *command],
        what=" ".join(command),
        on_line=on_line,
        timeout=timeout,
    )


def copy_source(target):
    """What a clone holds; without git everything but the builds."""
    git = [shutil.which("git") or "false", "-c", "safe.directory=*", "-C", SOURCE, "ls-files", "-z"]
    listed = subprocess.run(git, capture_output=True)
    if listed.returncode != 0:
        shutil.copytree(SOURCE, target, symlinks=True, ignore=shutil.ignore_patterns("build*", ".git"))
        return
    for name in os.fsdecode(listed.stdout).split("\0")[:-1]:
        if os.path.lexists(SOURCE / name):
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(SOURCE / name, target / name, follow_symlinks=False)


def make(suite, folder, screen):
    def progress(line):
        screen.status(f"  {suite}: {line}")

    run([*NAMESPACES, "mmdebstrap", "--variant=minbase", suite, folder], on_line=progress)
    (folder / "etc/resolv.conf").unlink(missing_ok=True)
    if Path("/etc/resolv.conf").exists():
        shutil.copy("/etc/resolv.conf", folder / "etc/resolv.conf")
    copy_source(folder / HOME.lstrip("/"))


def check(suite, folder, tally):
    reason = lacking()
    if reason:
        tally.skip(f"both commands in a fresh {suite}", reason)
        return

    def progress(line):
        tally.screen.status(f"  {suite}: {line.strip()}")

    try:
        tally.screen.step(f"  Making a fresh {suite} ...")
        make(suite, folder, tally.screen)
    except Failed as error:
        tally.fail(f"making a fresh {suite}", error.output)
        return
    for command in ("./tests/demo", "./tests/run"):
        name = f"{command} in a fresh {suite}"
        tally.screen.step(f"  {name} ...")
        try:
            said = inside(folder, [command], progress, timeout=1800).rstrip().splitlines()
            tally.ok(f"{name}: {said[-1]}")
        except Failed as error:
            tally.fail(name, error.output)
