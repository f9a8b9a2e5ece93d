# SPDX-License-Identifier: LGPL-2.1-or-later
"""check.py README BUILD CC: what the README shows is what happens.

  ```console   commands after "$ " that call bng or ./refuse are run; the lines below must be their output
  ```c         the program of twelve lines: compiled without a warning, as ./refuse
  ```ini       the configuration: accepted by the daemon and by bng
"""

import re
import subprocess
import sys
import tempfile
from pathlib import Path

BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
readme, build, compiler = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3:]
source = readme.parent
failures = checked = 0


def check(what, wanted, command, folder):
    """Runs a command; its output must be `wanted`, or with None it must only succeed."""
    global failures, checked
    checked += 1
    done = subprocess.run(
        command,
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={
            "PATH": f"{build}/lib/bng:{build}/daemon:/usr/bin:/bin",
            "LD_LIBRARY_PATH": str(build / "lib"),
            "LC_ALL": "C.UTF-8",
            "ASAN_OPTIONS": "detect_leaks=0",
        },
    )
    right = done.returncode == 0 if wanted is None else done.stdout.strip() == wanted.strip()
    if not right:
        failures += 1
        shown = f"  shown:\n{wanted}\n" if wanted is not None else ""
        print(f"{what}\n{shown}  really (status {done.returncode}):\n{done.stdout}")


def commands(block):
    """The commands of a console block, each with the lines shown below it."""
    for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
        command, _, output = part.partition("\n")
        yield command, output


with tempfile.TemporaryDirectory() as folder:
    blocks = BLOCK.findall(readme.read_text())
    for number, text in enumerate(text for kind, text in blocks if kind == "c"):
        if len(text.splitlines()) != 12:
            failures += 1
            print(f"the program has {len(text.splitlines())} lines, the text says 12")
        program = Path(folder) / "refuse.c"
        program.write_text(text)
        flags = ["-Wall", "-Wextra", "-Werror", f"-I{source}/lib/include", str(program)]
        flags += ["-o", f"{folder}/refuse", f"-L{build}/lib", "-lbignum-guard", "-lgmp"]
        check("the C program", None, [*compiler, *flags], folder)
    for kind, text in blocks:
        if kind == "ini":
            config = Path(folder) / "readme.conf"
            config.write_text(text)
            check(f"the configuration:\n{text}", None,
                  ["bignum-guardd", "--check-config", "--config", str(config)], folder)
        elif kind == "console":
            for command, output in commands(text):
                if re.match(r"(bng (eval|predict)|\./refuse)\b", command):
                    check(f"$ {command}", output, ["sh", "-c", command], folder)

print(f"{checked} examples, {failures} wrong")
sys.exit(1 if failures or not checked else 0)
