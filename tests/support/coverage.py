# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the library's tests run of the library: lines and branches, file by file.

A branch is one way out of a condition; it is taken when a test went that way at least once. The
figures are gcov's, of the library's and its fuzz targets' tests in a build of their own without
optimization, so that conditions are those of the source."""

import json
import os

from build import BUILDS, SOURCE, Failed, build, run

OPTIONS = ["-Ddaemon=false", "-Dman=false", "-Db_coverage=true", "-Doptimization=0"]


def measured(folder):
    """Of each source file of the library [lines, run, branches, taken]."""
    files = {}
    for notes in sorted(folder.glob("lib/libbignum-guard-internal.a.p/*.gcda")):
        text = run(["gcov", "--branch-probabilities", "--json-format", "--stdout", notes], cwd=folder)
        for file in json.loads(text)["files"]:
            path = os.path.relpath(folder / file["file"], SOURCE)
            if not path.startswith("lib/") or not path.endswith(".c"):
                continue
            branches = [branch for line in file["lines"] for branch in line["branches"]]
            files[path] = [
                len(file["lines"]),
                sum(line["count"] > 0 for line in file["lines"]),
                len(branches),
                sum(branch["count"] > 0 for branch in branches),
            ]
    return files


def share(part, whole):
    return f"{100 * part / whole:5.1f}%" if whole else "      "


def report(screen):
    """Prints the table; False when a test failed."""
    folder = build("coverage", screen, OPTIONS)
    for old in folder.rglob("*.gcda"):
        old.unlink()
    passed = True
    try:
        run(
            ["meson", "test", "-C", folder, "--no-rebuild", "--suite", "lib", "--suite", "fuzz"],
            on_line=lambda line: screen.status(f"  coverage: {line.strip()}"),
        )
    except Failed as error:
        passed = False
        screen.line(error.output)
    files = measured(folder)
    screen.line(f"{'lines':>7} {'':>13} {'branches':>9}")
    for path, (lines, run_lines, branches, taken) in sorted(files.items()):
        screen.line(
            f"{share(run_lines, lines):>7} {f'{run_lines}/{lines}':>12} "
            f"{share(taken, branches):>7} {f'{taken}/{branches}':>12}  {path}"
        )
    lines, run_lines, branches, taken = (sum(column) for column in zip(*files.values()))
    screen.line(
        f"{share(run_lines, lines):>7} {f'{run_lines}/{lines}':>12} "
        f"{share(taken, branches):>7} {f'{taken}/{branches}':>12}  together"
    )
    return passed
