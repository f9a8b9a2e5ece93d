# SPDX-License-Identifier: LGPL-2.1-or-later
"""Every test there is, in the order in which a mistake shows soonest.

  gcc             the tree without a warning, and every test that meson knows, the end-to-end tests with
                  real workers among them
  sanitizers      everything under AddressSanitizer and UBSan
  DEBIAN root     both commands of the README in a fresh Debian
  clang           the same as gcc without the end-to-end tests
  m32             the library alone, in 32 bits
  installed       what `meson install` puts into a DESTDIR serves programs that only know pkg-config;
                  the library alone serves as a subproject
  DEBIAN systemd  the root booted under User-Mode Linux with the installed unit; it mostly waits, so it
                  runs beside the parts after its root, which do not measure time by real workers

The last line is `N passed, N failed, N skipped`; the exit status is not 0 when one failed.
"""

import argparse
import contextlib
import json
import os
import shutil
import sys
import tempfile
from pathlib import Path

SUPPORT = Path(__file__).resolve().parent
sys.path[1:1] = [str(SUPPORT.parent / "roots"), str(SUPPORT.parent / "system")]

import coverage
import installed
import root
import subproject
import system
from build import Failed, build, die_on_signals, run
from screen import Screen
from tally import Tally

SANITIZERS = {
    "ASAN_OPTIONS": "abort_on_error=0:exitcode=99:detect_leaks=1:allocator_may_return_null=1",
    "UBSAN_OPTIONS": "halt_on_error=1:print_stacktrace=1",
}
LIBRARY_ONLY = ["-Ddaemon=false", "-Dtool=false", "-Dman=false"]
VARIANTS = {
    "gcc": ("gcc", ["-Dwerror=true"]),
    "clang": ("clang", ["-Dwerror=true"]),
    "sanitizers": ("gcc", ["-Dwerror=true", "-Db_sanitize=address,undefined", "-Db_lundef=false"]),
    "m32": ("gcc", ["-Dwerror=true", f"--cross-file={SUPPORT}/m32.ini", *LIBRARY_ONLY]),
}
SUITES = ("bookworm", "trixie")
WAITING = 3  # tests beside one a CPU: those with real workers mostly wait for them
MESON_PASSED = ("OK", "EXPECTEDFAIL")


def variant(name, tally, no_e2e=None):
    """Builds one variant and runs what meson knows as a test in it; not the end-to-end tests where
    `no_e2e` says why. Returns the folder, or None."""
    compiler, options = VARIANTS[name]
    tally.part(name)
    try:
        folder = build(name, tally.screen, options, compiler)
    except Failed as error:
        tally.fail(f"the build of {name}", error.output)
        return None

    log = folder / "meson-logs/testlog.json"
    log.unlink(missing_ok=True)
    environment = {**os.environ, **SANITIZERS}
    complaint = None
    suites = []
    if no_e2e:
        tally.skip(f"{name}: the end-to-end tests", no_e2e)
        suites = ["--no-suite", "e2e"]
    try:
        run(
            ["meson", "test", "-C", folder, "--no-rebuild", "--print-errorlogs"]
            + ["--num-processes", str((os.cpu_count() or 1) + WAITING), *suites]
            + ["--timeout-multiplier", "60" if "BNG_TEST_EXTENDED" in os.environ else "1"],
            on_line=lambda line: tally.screen.status(f"  {name}: {line.strip()}"),
            env=environment,
        )
    except Failed as error:
        complaint = error
    results = [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []
    before = tally.failed
    for result in results:
        said = (result.get("stdout") or "") + (result.get("stderr") or "")
        test = f"{name}: {result['name']}"
        if result["result"] in MESON_PASSED:
            tally.ok(test, quietly=True)
        elif result["result"] == "SKIP":
            tally.skip(test, said.strip().splitlines()[-1] if said.strip() else "it says no reason")
        else:
            tally.fail(f"{test} ({result['result']}, {result['duration']:.1f} s)", said)
    passed = sum(result["result"] in MESON_PASSED for result in results)
    if passed:
        tally.screen.line(f"  {tally.screen.paint('32', 'ok')}    {passed} tests")
    if not results or (complaint and tally.failed == before):
        tally.fail(f"meson test in {folder}", complaint.output if complaint else "no test was run")
    return folder


def lacking_32_bits(temporary):
    """Why nothing can be built in 32 bits here, or None."""
    if os.uname().machine != "x86_64":
        return "this is no x86-64"
    source = temporary / "m32.c"
    source.write_text("#include <gmp.h>\n#include <ini.h>\nint main(void) { return !gmp_version; }\n")
    try:
        run(["gcc", "-m32", source, "-o", temporary / "m32", "-lgmp", "-linih", "-lcmocka"])
        run([temporary / "m32"])
    except Failed:
        return "gcc-multilib or the i386 packages of GMP, inih and cmocka cannot be had"
    return None


def main():
    parser = argparse.ArgumentParser(
        prog="tests/run", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="only what gcc builds, on this machine")
    parser.add_argument(
        "--extended",
        action="store_true",
        help="ten times the random cases and more sizes: takes hours instead of minutes",
    )
    parser.add_argument("--coverage", action="store_true", help="only how much of the library its tests run")
    arguments = parser.parse_args()
    if arguments.extended:
        os.environ["BNG_TEST_EXTENDED"] = "1"
    if arguments.coverage:
        die_on_signals()
        return 0 if coverage.report(Screen()) else 1
    tally = Tally(Screen())
    put_away = contextlib.ExitStack()
    die_on_signals()
    try:
        with put_away:
            everything(tally, arguments.quick, put_away)
    except KeyboardInterrupt:
        tally.screen.line("Stopped.")
        return 130
    return tally.close()


def everything(tally, quick, put_away):
    where = os.environ.get("TMPDIR", "/var/tmp")  # /tmp may be memory; a root takes 1.5 GB
    temporary = Path(tempfile.mkdtemp(prefix="bignum-guard-run-", dir=where))
    put_away.callback(shutil.rmtree, temporary, ignore_errors=True)
    put_away.callback(tally.screen.step, "Removing what was made ...")
    inside = "the demo, which runs before, shows the same here" if root.is_inside() else None
    folder = variant("gcc", tally, inside)
    if quick:
        return
    if inside:
        variant("clang", tally, inside)
        tally.skip("sanitizers and m32", "they run outside of this root")
    else:
        variant("sanitizers", tally)
    with contextlib.ExitStack() as systems:
        running = [(suite, fresh_debian(suite, temporary, tally, systems)) for suite in SUITES]
        if not inside:
            variant("clang", tally, "what gcc and the sanitizers' build run suffices")
            if reason := lacking_32_bits(temporary):
                tally.skip("m32", reason)
            else:
                variant("m32", tally)
        if folder:
            tally.part("installed")
            installed.check(folder, temporary / "installed", tally)
            subproject.check(temporary / "subproject", tally)
        for suite, started in running:
            tally.part(f"{suite} systemd")
            system.check(suite, started, tally)


def fresh_debian(suite, temporary, tally, systems):
    """Both commands in a fresh Debian; then it boots, and runs until `systems` is left."""
    tally.part(f"{suite} root")
    root.check(suite, temporary / suite, tally)
    if not (temporary / suite).exists():
        return None
    return systems.enter_context(system.booted(suite, temporary / suite, tally))


if __name__ == "__main__":
    sys.exit(main())
