#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""test-manual.py SYMBOLS FOLDER: every function that the library exports is named in its manual page, and
the pages name nothing else."""

import re
import sys
from pathlib import Path

symbols = set(re.findall(r"^\s*(bng_\w+);$", Path(sys.argv[1]).read_text(), re.MULTILINE))
folder = Path(sys.argv[2])
assert symbols, "no symbols"


def table(text):
    """The names in the right column of a page's tables."""
    rows = re.findall(r"^:[ <] (.*)$", text, re.MULTILINE)
    return {name.replace("\\", "") for row in rows for name in re.findall(r"\*([\w\\]+)\*", row)}


bounds = (folder / "bng_bounds.3.scd").read_text()
integers, fractions = (folder / "bng_mpz.3.scd").read_text().split("# FRACTIONS")
named = {"bng_bounds_" + name.removeprefix("bng_bounds_") for name in table(bounds)}
named |= {"bng_mpz_" + name for name in table(integers)}
named |= {"bng_mpq_" + name for name in table(fractions)}
everything = "".join(page.read_text() for page in folder.glob("*.3.scd"))

failures = 0
for name in sorted(symbols):
    if name.startswith(("bng_bounds_", "bng_mpz_", "bng_mpq_")):
        found = name in named
    elif name.startswith("bng_check_"):  # the page names them all at once
        operation = name.removeprefix("bng_check_")
        found = {f"bng_mpz_{operation}", f"bng_{operation}"} & symbols
    else:
        reader = re.sub(r"^(bng_ctx_)(?!set_)", r"\1set_", name)
        found = name in everything or reader in everything
    if not found:
        failures += 1
        print(f"{name} is in no manual page")
for name in sorted(named - symbols):
    failures += 1
    print(f"{name} is in a manual page and not in the library")
print(f"{len(symbols)} functions, {failures} failures")
sys.exit(failures > 0)
