# SPDX-License-Identifier: LGPL-2.1-or-later
"""Is what `meson install` puts into a DESTDIR complete? Programs that know nothing but pkg-config are
compiled against it and run: with the shared library, with the static one, all static, without GMP, and
the installed examples. Modes and links are as they should be, and systemd finds nothing wrong with the units."""

import os
import re
import shutil
import stat

from build import Failed, run

PROGRAM = """
#include <bignum-guard.h>
int main(void)
{
        bng_ctx *ctx;
        mpz_t n;
        mpz_init_set_ui(n, 3);
        if (bng_ctx_new(&ctx) != BNG_OK || bng_mpz_pow_ui(ctx, n, n, ~0UL) != BNG_REFUSED_RESULT)
                return 1;
        if (bng_mpz_pow_ui(ctx, n, n, 3) != BNG_OK || mpz_cmp_ui(n, 27) != 0)
                return 1;
        mpz_clear(n);
        bng_ctx_free(ctx);
        puts(bng_version());
        return 0;
}
"""
WITHOUT_GMP = """
#define BNG_NO_GMP
#include <bignum-guard.h>
#include <stdio.h>
#ifdef __GNU_MP_VERSION
#error GMP is included
#endif
int main(void)
{
        if (bng_bounds_fac(20).bits_max != 62)
                return 1;
        puts(bng_version());
        return 0;
}
"""
LINKS = (
    ("a program of its own, shared library", PROGRAM, [], []),
    ("a program of its own, static library", PROGRAM, ["--static"], []),
    ("a program of its own, all static", PROGRAM, ["--static"], ["-static"]),
    ("a program without GMP", WITHOUT_GMP, [], []),
)


PROGRAMS = re.compile(r"/(bin|sbin|libexec/bignum-guard)/[^/]+$|\.so[.0-9]*$")


def wrong_modes(folder):
    """Files that are not root's to write and everybody's to read, programs that do not run and links that
    lead nowhere."""
    for path in sorted(folder.rglob("*")):
        mode = path.lstat().st_mode
        if stat.S_ISLNK(mode):
            if not path.exists() or os.path.isabs(os.readlink(path)):
                yield f"{path} leads to {os.readlink(path)}"
            continue
        wanted = 0o755 if stat.S_ISDIR(mode) or PROGRAMS.search(str(path)) else 0o644
        if stat.S_IMODE(mode) != wanted:
            yield f"{path} has the mode {stat.S_IMODE(mode):o} and not {wanted:o}"


def check_units(folder, tally):
    """The units with the paths of the DESTDIR, as systemd looks for their programs."""
    if not shutil.which("systemd-analyze"):
        tally.skip("systemd-analyze verify", "systemd-analyze is not installed")
        return
    environment = {**os.environ, "XDG_RUNTIME_DIR": str(folder.parent)}
    for user in ("system", "user"):
        unit = next(folder.rglob(f"systemd/{user}/bignum-guard.service"))
        verified = folder.parent / user / unit.name
        verified.parent.mkdir()
        text = re.sub(r"^(Exec\w+)=", rf"\1={folder}", unit.read_text(), flags=re.MULTILINE)
        # The manual is installed elsewhere, too.
        verified.write_text(re.sub(r"^Documentation=.*$", "", text, flags=re.MULTILINE))
        try:
            said = run(["systemd-analyze", f"--{user}", "--man=no", "verify", verified], env=environment)
            if unit.name in said:
                raise Failed("systemd-analyze complains", said)
            tally.ok(f"systemd-analyze verify of the {user} unit")
        except Failed as error:
            tally.fail(f"systemd-analyze verify of the {user} unit", f"{error}\n{error.output}")


def check(build, folder, tally):
    try:
        run(["meson", "install", "-C", build, "--no-rebuild", "--destdir", folder])
        tally.ok("meson install --destdir")
    except Failed as error:
        tally.fail("meson install --destdir", error.output)
        return
    wrong = list(wrong_modes(folder))
    if wrong:
        tally.fail("the modes and links of what is installed", "\n".join(wrong))
    else:
        tally.ok("the modes and links of what is installed")
    check_units(folder, tally)
    environment = {
        **os.environ,
        "PKG_CONFIG_SYSROOT_DIR": str(folder),
        "PKG_CONFIG_PATH": ":".join(str(path.parent) for path in folder.rglob("*.pc")),
    }
    library = next(folder.rglob("libbignum-guard.so")).parent
    version = run(["pkg-config", "--modversion", "bignum-guard"], env=environment)

    def compile_and_run(source, how, options=(), arguments=()):
        program = source.with_suffix("")
        flags = run(["pkg-config", "--cflags", "--libs", *how, "bignum-guard"], env=environment).split()
        if how:  # both libraries are installed, and the linker would take the shared one
            flags = [f"{library}/libbignum-guard.a" if flag == "-lbignum-guard" else flag for flag in flags]
        run(["gcc", "-Wall", "-Wextra", "-Werror", "-pthread", *options, source, "-o", program, *flags])
        return run([program, *arguments], env={**os.environ, "LD_LIBRARY_PATH": str(library)})

    for number, (name, text, how, options) in enumerate(LINKS):
        source = folder.parent / f"consumer-{number}.c"
        source.write_text(text)
        try:
            said = compile_and_run(source, how, options)
            if said != version:
                raise Failed(f"version {said.strip()} is not pkg-config's {version.strip()}", "")
            tally.ok(name)
        except Failed as error:
            tally.fail(name, f"{error}\n{error.output}")
    for name, arguments in (("power.c", ["2", "64"]), ("bounds.c", [])):
        try:
            example = next(folder.rglob(f"examples/{name}"))
            source = folder.parent / name
            source.write_bytes(example.read_bytes())
            compile_and_run(source, [], arguments=arguments)
            tally.ok(f"the installed example {name}")
        except (Failed, StopIteration) as error:
            tally.fail(f"the installed example {name}", f"{error}\n{getattr(error, 'output', '')}")
