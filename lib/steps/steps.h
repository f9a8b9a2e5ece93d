/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Long operations that can be ended between two steps.
 *
 * GMP cannot be interrupted: jumping out of it loses its memory and its invariants, and it has no
 * flag to look at. So what takes long is put together here from GMP's multiplications, shifts and
 * short divisions, by the algorithms that GMP uses itself: binary powering, prime swing, splitting
 * in halves. Between two of them somebody looks at the flag and at the clock. Work that ends early
 * frees its temporaries, and the destination, which only gets the finished result, is as it was.
 *
 * A step takes about as long as GMP's multiplication of two numbers whose product is as long as the
 * result, or less; where the result has less than 4 MiB, some 80 ms at most on a slow machine
 * (bench-steps measures both). What is shorter than BNG_STEPS_MIN_BITS goes to GMP in one piece. In
 * all this costs less than a tenth, but 15 percent for texts of 4 MiB, up to a third for single
 * products of 2.5 to 4 MiB and squares of 3.5 to 4 MiB (multiply.c), a sixth for powers that end with
 * one of these, and up to a fifth for powers modulo a number, or two fifths where it has two limbs or
 * more than some 100000 bits (modular.c). Binomials of words take a quarter to a third of GMP's time,
 * and powers modulo many twos a part of it where the exponent is longer than these.
 *
 * Functions return true when the result is there, exactly GMP's. False: stopped. Results may be
 * operands.
 */

#include <gmp.h>
#include "steps/stop.h"

/* Some milliseconds of GMP's slowest, a conversion to text. */
#define BNG_STEPS_MIN_BITS (UINT64_C(1) << 19)

bool bng_steps_multiply(mpz_ptr rop, mpz_srcptr a, mpz_srcptr b, const struct bng_stop *stop);

/* Towards zero, d not 0; q and r are neither each other nor operands. */
bool bng_steps_divide(mpz_ptr q, mpz_ptr r, mpz_srcptr a, mpz_srcptr d,
                      const struct bng_stop *stop);

/* base^exponent, whose length GMP can hold. */
bool bng_steps_power(mpz_ptr rop, mpz_srcptr base, unsigned long exponent,
                     const struct bng_stop *stop);

/* What is left of base^exponent modulo |modulus|, not negative; exponent >= 0, modulus not 0. */
bool bng_steps_power_modulo(mpz_ptr rop, mpz_srcptr base, mpz_srcptr exponent, mpz_srcptr modulus,
                            const struct bng_stop *stop);

/* 1/odd modulo 2^twos, twos > 0. */
bool bng_steps_invert_modulo_twos(mpz_ptr rop, mpz_srcptr odd, mp_bitcnt_t twos,
                                  const struct bng_stop *stop);

bool bng_steps_factorial(mpz_ptr rop, unsigned long n, const struct bng_stop *stop);
bool bng_steps_binomial(mpz_ptr rop, unsigned long n, unsigned long k, const struct bng_stop *stop);
bool bng_steps_primorial(mpz_ptr rop, unsigned long n, const struct bng_stop *stop);
bool bng_steps_fibonacci(mpz_ptr rop, unsigned long n, const struct bng_stop *stop);
bool bng_steps_lucas(mpz_ptr rop, unsigned long n, const struct bng_stop *stop);

/* The product of n limbs > 0, n > 0. */
bool bng_steps_product(mpz_ptr rop, const mp_limb_t *factors, size_t n,
                       const struct bng_stop *stop);

/*
 * The digits of |a| in base 2..62 with GMP's digits for this base (negative: upper case), and a
 * NUL. `text` has room for mpz_sizeinbase(a, |base|) + 1 bytes.
 */
bool bng_steps_print(char *text, int base, mpz_srcptr a, const struct bng_stop *stop);

/*
 * The number that `digits` digits of base 2..62 make, blanks between them passed over. All of them
 * are digits of this base: digits > 0, and there are as many.
 */
bool bng_steps_parse(mpz_ptr rop, const char *text, size_t digits, int base,
                     const struct bng_stop *stop);
