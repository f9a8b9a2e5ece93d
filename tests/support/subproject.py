# SPDX-License-Identifier: LGPL-2.1-or-later
"""The library alone, as a subproject of somebody's Meson project, on a machine that has GMP and inih and
nothing else: no libsystemd, no jansson, no cmocka, no scdoc."""

import os
import shutil

from build import SOURCE, Failed, run

MESON = """
project('consumer', 'c', default_options: ['werror=true'])
guard = subproject('bignum-guard', default_options: [
  'daemon=false', 'tool=false', 'tests=false', 'man=false', 'default_library=static',
])
test('consumer', executable('consumer', 'consumer.c', dependencies: dependency('bignum-guard')))
assert(guard.get_variable('bignum_guard_dep').found())
"""
INSTALLED = {
    "bignum-guard.h", "libbignum-guard.a", "bignum-guard.pc", "bignum-guard.conf",
    "power.c", "server.c", "bounds.c",
}  # fmt: skip
PROGRAM = """
#include <bignum-guard.h>
int main(void)
{
        bng_ctx *ctx;
        if (bng_ctx_new(&ctx) != BNG_OK)
                return 1;
        bng_status status = bng_check_ui_pow_ui(ctx, 10, 1000000000);
        bng_ctx_free(ctx);
        return status != BNG_REFUSED_RESULT;
}
"""


def check(folder, tally):
    name = "a subproject without libsystemd and jansson"
    packages = folder / "packages"
    (folder / "subprojects").mkdir(parents=True)
    packages.mkdir()
    (folder / "subprojects/bignum-guard").symlink_to(SOURCE)
    (folder / "meson.build").write_text(MESON)
    (folder / "consumer.c").write_text(PROGRAM)
    try:
        where = run(["pkg-config", "--variable=pcfiledir", "inih"]).strip()
        shutil.copy(f"{where}/inih.pc", packages)
        environment = {**os.environ, "PKG_CONFIG_LIBDIR": str(packages), "PKG_CONFIG_PATH": ""}
        run(["meson", "setup", folder / "build", folder], env=environment)
        run(["meson", "compile", "-C", folder / "build"], env=environment)
        run(["meson", "test", "-C", folder / "build", "--no-rebuild", "--print-errorlogs"])
        run(["meson", "install", "-C", folder / "build", "--no-rebuild", "--destdir", folder / "installed"])
        others = {path.name for path in (folder / "installed").rglob("*") if path.is_file()} - INSTALLED
        if others:
            raise Failed("more than the library is installed", ", ".join(sorted(others)))
        tally.ok(name)
    except Failed as error:
        tally.fail(name, f"{error}\n{error.output}")
