#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a small expression costs as a process: bng eval and bng predict beside bc and python3 -c, from
spawning to the end, the least of rounds in which all take turns.
usage: bench-eval.py [--json] BNG"""

import json
import os
import shutil
import sys
import tempfile
import time

EXPRESSION = "(2**64+1)*3-5"
ROUNDS = 300


def commands(bng):
    """Name, arguments, and what stands on standard input."""
    yield "bng eval", [bng, "eval", EXPRESSION], None
    yield "bng predict", [bng, "predict", EXPRESSION], None
    if shutil.which("bc"):
        yield "bc", [shutil.which("bc")], EXPRESSION.replace("**", "^") + "\n"
    yield "python3 -c", [os.path.realpath(sys.executable), "-c", f"print({EXPRESSION})"], None


def milliseconds(arguments, standard_input):
    null = os.open(os.devnull, os.O_RDWR)
    os.lseek(standard_input, 0, os.SEEK_SET)
    begin = time.perf_counter()
    child = os.posix_spawn(arguments[0], arguments, os.environ, file_actions=[
        (os.POSIX_SPAWN_DUP2, standard_input, 0), (os.POSIX_SPAWN_DUP2, null, 1)])
    status = os.waitpid(child, 0)[1]
    taken = (time.perf_counter() - begin) * 1e3
    os.close(null)
    if status != 0:
        sys.exit(f"{' '.join(arguments)} failed")
    return taken


def main():
    arguments = [argument for argument in sys.argv[1:] if argument != "--json"]
    if len(arguments) != 1:
        sys.exit(__doc__)
    rows = []
    for name, command, text in commands(arguments[0]):
        file = tempfile.TemporaryFile()
        file.write((text or "").encode())
        file.flush()
        rows.append({"command": name, "arguments": command, "file": file, "ms": float("inf")})
    for _ in range(ROUNDS):
        for row in rows:
            row["ms"] = min(row["ms"], milliseconds(row["arguments"], row["file"].fileno()))
    best = {row["command"]: round(row["ms"], 3) for row in rows}
    ratios = {other: round(best["bng eval"] / best[other], 2) for other in best if other in ("bc", "python3 -c")}
    if "--json" in sys.argv:
        print(json.dumps({"ms": best, "bng_eval_over": ratios}))
        return
    print(f"{'a process':12} {'ms':>8} {'bng eval over it':>17}")
    for name, taken in best.items():
        print(f"{name:12} {taken:8.3f} {ratios.get(name, ''):>17}")


main()
