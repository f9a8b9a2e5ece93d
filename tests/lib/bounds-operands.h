/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * What the rows of public bounds share: their list, the numbers they compute with, and how operands are drawn. A row is
 * a function of its own in the file of its kind (bounds-rows-*.c).
 */

#include <gmp.h>
#include "bounds-rows.h"

/* The fuzzer's corpus knows a row by its place: new ones go to the end. */
/* clang-format off */
#define BOUNDS_ROWS(X) \
        X(add) X(sub) X(addmul) X(bitwise) X(com) X(mul) X(mul_leading) X(shift_left) \
        X(shift_right) X(power) X(ui_pow_ui) X(pow_fits) X(fac) X(mfac) X(double_factorial) \
        X(bin) X(bin_ui) X(primorial) X(fib) X(lucnum) X(gcd) X(gcdext_s) X(gcdext_t) X(lcm) \
        X(root) X(square_root) X(nextprime) X(quotient) X(tdiv_q) X(tdiv_r) X(powm) \
        X(setbit) X(combit) X(set_str) X(get_str) X(printf_length) X(import) X(export) \
        X(urandomb) X(rrandomb) X(set_d) X(set_f) X(mpq_of_float) X(init2) X(mpf_limbs) \
        X(mpq_sum) X(mpq_product) X(mpq_quotient) X(mpq_shift)
/* clang-format on */

#define ROW(name) struct outcome row_##name(struct draw *draw)
#define DECLARE(name) ROW(name);
BOUNDS_ROWS(DECLARE)
#undef DECLARE

#define UPPER_ONLY UINT64_MAX
#define OPERAND_BITS 400

extern mpz_t a, b, c, result, other;
extern mpq_t x, y, z;
extern gmp_randstate_t noise;

uint64_t below(struct draw *draw, uint64_t n);
/* |n| of up to max_bits: noise, a power of two, next to one, or with zeros below its first limb. */
void operand(struct draw *draw, mpz_t n, unsigned max_bits);
/* a and b, of any sign and length. */
void operands(struct draw *draw);
uint64_t bits_of(const mpz_t n);
uint64_t lead_of(const mpz_t n);
uint64_t distance(uint64_t m, uint64_t n);
/* The bounds of n were asked for, and may be so far apart. */
struct outcome of(bng_bounds bounds, const mpz_t n, uint64_t apart);
