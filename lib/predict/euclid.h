/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * How far Euclid's algorithm gets with its first few quotients. Nearly always each of them takes a bit
 * or two off, and what follows is about as long as the shorter number. But where one number is nearly
 * a small multiple of the other, or both are of a third one, which is how neighbours, multiples and
 * fractions that are far from lowest terms look, there is soon a remainder that is far shorter, and
 * all the rest of a greatest common divisor is work on that.
 */

#include <gmp.h>
#include <stdint.h>

/*
 * The length of that remainder in bits, 0 where the algorithm is at its end with it; the shorter number's
 * own where the first quotients leave none, or are too long to be seen in the leading bits. Signs do
 * not count. It takes a moment, or where the remainder is shorter by many bits, a fraction of a pass
 * over these. Any thread.
 */
uint64_t bng_euclid_rest_bits(mpz_srcptr a, mpz_srcptr b);
/* Of a and b without the zeros at their ends, which GMP's gcd takes away first. */
uint64_t bng_euclid_odd_rest_bits(mpz_srcptr a, mpz_srcptr b);
