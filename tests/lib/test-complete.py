#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Nothing of GMP is forgotten: every function of its header that makes an integer or a fraction, and every one
that aborts, has a guarded form; every guarded form a check and a row in a table of cases, which the limits,
aliases and memory of all are tried on. What is left out stands here with its reason.
usage: test-complete.py MAP TESTS COMPILER..."""

import pathlib
import re
import subprocess
import sys

# Functions of GMP without a guarded form.
HARMLESS = {
    "what it returns is a word, a double or a truth of any operands, and what it needs is some times their size": """
        mpz_cmp mpz_cmp_si mpz_cmp_ui mpz_cmpabs mpz_cmpabs_ui mpz_congruent_2exp_p
        mpz_congruent_p mpz_congruent_ui_p mpz_divisible_2exp_p mpz_divisible_p mpz_divisible_ui_p
        mpz_fits_sint_p mpz_fits_slong_p mpz_fits_sshort_p mpz_fits_uint_p mpz_fits_ulong_p mpz_fits_ushort_p
        mpz_get_d mpz_get_d_2exp mpz_get_si mpz_get_ui mpz_getlimbn mpz_hamdist mpz_jacobi mpz_kronecker_si
        mpz_kronecker_ui mpz_si_kronecker mpz_ui_kronecker mpz_perfect_power_p mpz_perfect_square_p
        mpz_popcount mpz_millerrabin mpz_probab_prime_p mpz_scan0 mpz_scan1 mpz_size mpz_sizeinbase mpz_tstbit
        mpq_equal""",
    "another name of ior, in the header alone": "mpz_eor",
    "it moves no limbs": "mpz_swap mpq_swap mpz_limbs_read mpz_limbs_finish mpz_roinit_n",
    "it begins or ends several numbers: one after the other": "mpz_inits mpz_clears mpq_inits mpq_clears",
    "room by limbs: realloc2 takes bits": "mpz_realloc mpz_limbs_write mpz_limbs_modify",
    "obsolete: urandomb and rrandomb": "mpz_random mpz_random2",
    "of GMP 6.3 alone; it makes a number smaller": "mpz_prevprime",
    "for debuggers": "mpz_dump",
}

# Guarded forms without a check.
UNCHECKED = {
    "it begins or ends a number: set and realloc2 have checks": """
        mpz_init mpz_init2 mpz_init_set mpz_init_set_ui mpz_init_set_si mpz_init_set_d mpz_init_set_str mpz_clear
        mpz_array_init mpq_init mpq_clear""",
    "what a stream holds is not known before it is read": "mpz_inp_str mpz_inp_raw mpq_inp_str",
    "a copy of a part: check_set": "mpq_set_num mpq_set_den mpq_get_num mpq_get_den",
}

# Guarded forms that the tables cannot hold, because they are called in another way or leave no number.
ELSEWHERE = """
    mpz_init mpz_init2 mpz_init_set mpz_init_set_ui mpz_init_set_si mpz_init_set_d mpz_init_set_str mpz_clear
    mpz_array_init mpz_realloc2 mpq_init mpq_clear
    mpz_set_str mpz_get_str mpz_inp_str mpz_out_str mpz_inp_raw mpz_out_raw mpz_export
    mpz_urandomb mpz_rrandomb mpz_urandomm mpz_tdiv_ui mpz_fdiv_ui mpz_cdiv_ui
    mpz_cmp_d mpz_cmpabs_d mpq_cmp mpq_cmp_z mpq_cmp_ui mpq_cmp_si mpq_get_d
    mpq_set_num mpq_set_den mpq_get_num mpq_get_den
    mpq_inp_str mpq_out_str"""

# Rows that try a function in one way of several.
ROWS_OF = {
    "import_limbs": "import", "gcdext_first": "gcdext", "gcdext_second": "gcdext", "mul_self": "mul",
    "canonicalize_raw": "canonicalize", "write": "get_str",
}

failures = []


def expect(missing, what):
    for name in sorted(missing):
        failures.append(f"{name}: {what}")


def listed(reasons):
    return {name for names in reasons.values() for name in names.split()}


def gmp_functions(compiler):
    macros = subprocess.run(
        [*compiler, "-dM", "-E", "-include", "gmp.h", "-x", "c", "/dev/null"],
        check=True, capture_output=True, text=True).stdout
    return set(re.findall(r"^#define (mp[zq]_\w+) __gmp[zq]_\w+$", macros, re.M))


def rows(path, prefix):
    table = path.read_text().split("#define CASES(X)")[1].split("#define DEFINE")[0]
    names = re.findall(r"\bX\((\w+),", table)
    return {prefix + ROWS_OF.get(name, name) for name in names}


def main():
    symbols, tests, compiler = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), sys.argv[3:]
    exported = set(re.findall(r"^\s+bng_(\w+);", symbols.read_text(), re.M))
    guarded = {name for name in exported if name.startswith(("mpz_", "mpq_"))}
    checks = {name.removeprefix("check_") for name in exported if name.startswith("check_")}
    checks = {name if name.startswith("mpq_") else "mpz_" + name for name in checks}
    gmp = gmp_functions(compiler)
    if len(gmp) < 150:
        sys.exit(f"only {len(gmp)} functions found in gmp.h")

    expect(gmp - guarded - listed(HARMLESS), "GMP has it, and it has no guarded form")
    expect(listed(HARMLESS) & guarded, "is left out and is there")
    expect(guarded - checks - listed(UNCHECKED), "has no check")
    expect(listed(UNCHECKED) & checks, "has a check and is said to have none")
    expect(checks - guarded, "is a check without a guarded form")
    tried = rows(tests / "guard-cases.c", "mpz_") | rows(tests / "fraction-cases.c", "mpq_")
    expect(guarded - tried - set(ELSEWHERE.split()), "is in no table of cases")
    expect(tried - guarded, "is in a table and not in the library")
    sources = "".join(path.read_text() for path in tests.glob("*.c"))
    expect({name for name in ELSEWHERE.split() if f"bng_{name}(" not in sources}, "is not tried anywhere")
    for failure in failures:
        print(failure)
    print(f"{len(gmp)} functions of GMP, {len(guarded)} guarded, {len(checks)} checks, {len(tried)} in tables")
    return 1 if failures else 0


sys.exit(main())
