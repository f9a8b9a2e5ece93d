/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * What is known of the absolute value of an integer before it is computed, and how operations carry
 * it on. Predictions from real operands and the abstract interpretation of whole expressions both
 * use these functions; they compose without end, at every height.
 *
 * The contract of every function here: if each argument's range holds its operand, the returned
 * range holds the result. They are pure, allocate nothing, take constant time (the longest a few
 * microseconds), never wrap and never fail; what cannot be represented is rounded outwards. A wider
 * argument gives a result at least as wide, up to the last digit of fixed point.
 *
 * The upper end is strict, n < hi. So 2^b is the upper end for every number of b bits, exactly, and
 * n < 2^b gives n^e < 2^(b*e) without a digit lost; and bits(n) <= ceil(log2 hi).
 */

#include <stdbool.h>
#include <stdint.h>
#include "bignum-guard.h"
#include "bounds/magnitude.h"

/*
 * The absolute value of an integer n. If `known`, n is `value` and the other fields agree with it.
 * `surely_zero` is known and 0. n is 0 only if `may_be_zero`; if n is not 0, lo <= n < hi.
 * Where n is surely 0, lo and hi are 1 and mean nothing.
 */
struct bng_range {
        bool known;
        bool may_be_zero;
        bool surely_zero;
        uint64_t value;
        struct bng_magnitude lo;
        struct bng_magnitude hi;
};

/* Where a division is not exact. */
enum bng_rounding {
        BNG_TOWARDS_ZERO, /* GMP's tdiv; any division of non-negative operands rounded down */
        BNG_ANY_ROUNDING, /* floor or ceiling with signs unknown: fdiv, cdiv, Python's // % >> */
};

/* ---- making them ---- */
struct bng_range bng_range_zero(void);
struct bng_range bng_range_of_u64(uint64_t n);
/* Any integer at all, as after an operation that says nothing. */
struct bng_range bng_range_unknown(void);
/*
 * An operand: its bit length, its leading 64 bits left-aligned (bit 63 is set), and whether only
 * zeros are below them. bits == 0 is zero, whatever lead says. Up to 64 bits it is known exactly,
 * and `exact` is not looked at.
 */
struct bng_range bng_range_of_leading(uint64_t bits, uint64_t lead, bool exact);
/* bits_min <= bits(n) <= bits_max. BNG_BITS_BEYOND is no bound as bits_max, 2^63 as bits_min. */
struct bng_range bng_range_of_bits(uint64_t bits_min, uint64_t bits_max);
/* What is written with this many digits in base 2..62: from 0 up. `count` digits, leading zeros
 * included. */
struct bng_range bng_range_of_digits(uint64_t count, unsigned base);
/* One of the two. */
struct bng_range bng_range_union(struct bng_range a, struct bng_range b);

/* lo <= n < hi, not 0. Where only 1 is left, n is known. */
struct bng_range bng_range_between(struct bng_magnitude lo, struct bng_magnitude hi);
/* a or 0; a but not 0 (a not surely 0). */
struct bng_range bng_range_or_zero(struct bng_range a);
struct bng_range bng_range_not_zero(struct bng_range a);
/* Anything from the least value that `least` may have to the greatest of `greatest`. */
struct bng_range bng_range_span(struct bng_range least, struct bng_range greatest);
/*
 * f(n) for an f that never decreases: `small` gives the range of f(n) for a 64-bit n, `huge` one
 * for a real number above 2^63, given as a magnitude that needs not be exact.
 */
struct bng_range bng_range_monotone(struct bng_range n, struct bng_range (*small)(uint64_t n),
                                    struct bng_range (*huge)(struct bng_magnitude n));

/* ---- reading them ---- */
/*
 * n <= this, where n < hi is more than is needed: a strict end of one factor makes a product
 * strict. It is below hi for a known power of two; n is not surely 0.
 */
struct bng_magnitude bng_range_at_most(struct bng_range a);
/* The least value n may have, UINT64_MAX for all that is larger; the greatest, or false beyond. */
uint64_t bng_range_least(struct bng_range a);
bool bng_range_greatest(struct bng_range a, uint64_t *n);
/* Bit counts of n; BNG_BITS_BEYOND from 2^63 on. */
bng_bounds bng_range_bits(struct bng_range a);
/* log2 of the upper bound of the bit count (0 for 0 and 1); false beyond a double. */
bool bng_range_log2_bits(struct bng_range a, double *log2_bits);
/* Digits that n is written with in base 2..62, no sign; 0 has one. */
bng_digits bng_range_digits(struct bng_range a, unsigned base);

/* ---- arithmetic.c: sums, products, divisions ---- */
/* a + b of the same sign; a + b of different signs; signs unknown. */
struct bng_range bng_range_add(struct bng_range a, struct bng_range b);
struct bng_range bng_range_difference(struct bng_range a, struct bng_range b);
struct bng_range bng_range_add_any(struct bng_range a, struct bng_range b);
struct bng_range bng_range_mul(struct bng_range a, struct bng_range b);
struct bng_range bng_range_square(struct bng_range a);
/* a * 2^n, a / 2^n; n not negative. */
struct bng_range bng_range_shift_left(struct bng_range a, struct bng_range n);
struct bng_range bng_range_shift_right(struct bng_range a, struct bng_range n,
                                       enum bng_rounding rounding);
/* b not 0: where b may be 0, what follows if it is not. */
struct bng_range bng_range_quotient(struct bng_range a, struct bng_range b,
                                    enum bng_rounding rounding);
struct bng_range bng_range_remainder(struct bng_range a, struct bng_range b,
                                     enum bng_rounding rounding);
/* What a remainder by m may be, whatever was divided: powm, invert. */
struct bng_range bng_range_residue(struct bng_range m);
struct bng_range bng_range_gcd(struct bng_range a, struct bng_range b);
struct bng_range bng_range_lcm(struct bng_range a, struct bng_range b);
/* The k-th root, towards zero; k >= 1. */
struct bng_range bng_range_root(struct bng_range a, struct bng_range k);
/* and, or, xor, and the complement of integers of any sign, in two's complement. */
struct bng_range bng_range_bitwise(struct bng_range a, struct bng_range b);
struct bng_range bng_range_complement(struct bng_range a);

/*
 * ---- growth: each in its file ----
 * At most one bit apart wherever the result fits GMP (2^31-1 limbs) and the arguments are known, a
 * base by its leading 64 bits. Arguments are not negative.
 */
/* x^0 is 1, also 0^0; 0, 1 and -1 never grow. */
struct bng_range bng_range_pow(struct bng_range base, struct bng_range exponent);
/* The bits of b^e at once; b, below 2^63 bits, as in bng_range_of_leading. */
bng_bounds bng_pow_bits(uint64_t bits, uint64_t lead, uint64_t exponent);
struct bng_range bng_range_factorial(struct bng_range n);
/* n (n-m) (n-2m) ... down to 1..m, for m >= 1; m = 0 is no function, and unknown. */
struct bng_range bng_range_multifactorial(struct bng_range n, uint64_t m);
/* 0 where k > n. */
struct bng_range bng_range_binomial(struct bng_range n, struct bng_range k);
struct bng_range bng_range_fibonacci(struct bng_range n);
struct bng_range bng_range_lucas(struct bng_range n);
/* The product of the primes up to n: exact below 2^22, above as close as the distribution of primes
 * is known. */
struct bng_range bng_range_primorial(struct bng_range n);
