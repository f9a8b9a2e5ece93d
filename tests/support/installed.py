# SPDX-License-Identifier: LGPL-2.1-or-later
"""Is what `meson install` puts into a DESTDIR complete? A program that knows nothing but pkg-config is
compiled against it, as a shared and as a static library, and runs."""

import os

from build import Failed, run

PROGRAM = """
#include <bignum-guard.h>
#include <stdio.h>
int main(void)
{
        puts(bng_version());
        return 0;
}
"""


def check(build, folder, tally):
    try:
        run(["meson", "install", "-C", build, "--no-rebuild", "--destdir", folder])
        tally.ok("meson install --destdir")
    except Failed as error:
        tally.fail("meson install --destdir", error.output)
        return
    environment = {
        **os.environ,
        "PKG_CONFIG_SYSROOT_DIR": str(folder),
        "PKG_CONFIG_PATH": ":".join(str(path.parent) for path in folder.rglob("*.pc")),
    }
    source = folder.parent / "consumer.c"
    source.write_text(PROGRAM)
    library = next(folder.rglob("libbignum-guard.so")).parent
    for kind, linking in (("shared", []), ("static", ["--static"])):
        program = folder.parent / f"consumer-{kind}"
        name = f"a program of its own, {kind} library"
        try:
            flags = run(
                ["pkg-config", "--cflags", "--libs", *linking, "bignum-guard"], env=environment
            ).split()
            if kind == "static":
                flags = [f"{library}/libbignum-guard.a" if flag == "-lbignum-guard" else flag for flag in flags]
            run(["gcc", "-Wall", "-Werror", source, "-o", program, *flags])
            said = run([program], env={**os.environ, "LD_LIBRARY_PATH": str(library)})
            version = run(["pkg-config", "--modversion", "bignum-guard"], env=environment)
            if said != version:
                raise Failed(f"version {said.strip()} is not pkg-config's {version.strip()}", "")
            tally.ok(name)
        except Failed as error:
            tally.fail(name, f"{error}\n{error.output}")
