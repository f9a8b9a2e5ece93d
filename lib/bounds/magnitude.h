/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * A magnitude says how large a number >= 1 is, however large: `height` times 2 to the power of
 * `top`.
 *
 *   height 1:  2^top                 log2 of the number is top
 *   height 2:  2^(2^top)             the iterated logarithm, for numbers of more than 2^63 bits
 *   height h:  2^2^...^top           towers; an expression of n characters needs at most n storeys
 *
 * Normal form: top < 2^63, and height 1 or top >= 63. As 2^63 at height h is 63 at height h+1, each
 * magnitude has one normal form, and magnitudes compare by (height, top). Only one value stands
 * outside: BNG_MAGNITUDE_BEYOND, "nothing is known", above all others.
 *
 * A magnitude is one end of a range and always a proven bound on its side: functions end in _lo
 * (rounded down) or _hi (rounded up). Decreasing functions need the other end of their argument;
 * that is the classic mistake. Every function takes and returns normal forms, is monotone in the
 * sense of its operation up to its rounding, saturates (a lower bound at the largest normal form,
 * an upper bound at BNG_MAGNITUDE_BEYOND), and takes constant time.
 *
 * One idea carries the layer: multiplying is adding logarithms, raising to a power is multiplying
 * the logarithm. On height 1 that is fixed point arithmetic; above, log2 and exp2 are a change of
 * height that costs nothing and loses nothing:
 *
 *   x * y = exp2(log2 x + log2 y)        x ^ e = exp2(log2 x * e)        x + y = x * (1 + y/x)
 *
 * and a sum of two numbers above 2^2^63 differs from the larger by less than the last digit.
 */

#include <stdbool.h>
#include <stdint.h>
#include "bounds/fixed.h"

struct bng_magnitude {
        uint32_t height;
        struct bng_fixed top;
};

#define BNG_MAGNITUDE_ONE ((struct bng_magnitude){1, {0, 0}})
#define BNG_MAGNITUDE_BEYOND ((struct bng_magnitude){UINT32_MAX, BNG_FIXED_MAX})

/* 2^top, in normal form. */
struct bng_magnitude bng_magnitude_lo(struct bng_fixed top);
struct bng_magnitude bng_magnitude_hi(struct bng_fixed top);
/* n >= 1: at most n, and more than n. */
struct bng_magnitude bng_magnitude_of_u64_lo(uint64_t n);
struct bng_magnitude bng_magnitude_of_u64_hi(uint64_t n);

/* Below 0, 0 or above 0 as a is smaller than, equal to or larger than b. */
int bng_magnitude_compare(struct bng_magnitude a, struct bng_magnitude b);
struct bng_magnitude bng_magnitude_min(struct bng_magnitude a, struct bng_magnitude b);
struct bng_magnitude bng_magnitude_max(struct bng_magnitude a, struct bng_magnitude b);

struct bng_magnitude bng_magnitude_add_lo(struct bng_magnitude a, struct bng_magnitude b);
struct bng_magnitude bng_magnitude_add_hi(struct bng_magnitude a, struct bng_magnitude b);
struct bng_magnitude bng_magnitude_mul_lo(struct bng_magnitude a, struct bng_magnitude b);
struct bng_magnitude bng_magnitude_mul_hi(struct bng_magnitude a, struct bng_magnitude b);
struct bng_magnitude bng_magnitude_pow_lo(struct bng_magnitude a, struct bng_magnitude e);
struct bng_magnitude bng_magnitude_pow_hi(struct bng_magnitude a, struct bng_magnitude e);
/* a ^ n with n known: n times a's top, rounded once. */
struct bng_magnitude bng_magnitude_pow_u64_lo(struct bng_magnitude a, uint64_t n);
struct bng_magnitude bng_magnitude_pow_u64_hi(struct bng_magnitude a, uint64_t n);
struct bng_magnitude bng_magnitude_exp2_lo(struct bng_magnitude a);
struct bng_magnitude bng_magnitude_exp2_hi(struct bng_magnitude a);
/* log2(a) for a >= 2. */
struct bng_magnitude bng_magnitude_log2_lo(struct bng_magnitude a);
struct bng_magnitude bng_magnitude_log2_hi(struct bng_magnitude a);

/*
 * The decreasing ones. What would be below 1 becomes 1: a true upper bound, and as a lower one the
 * word for "no more is known than that the result is not 0".
 */
struct bng_magnitude bng_magnitude_sub_lo(struct bng_magnitude a, struct bng_magnitude b);
struct bng_magnitude bng_magnitude_sub_hi(struct bng_magnitude a, struct bng_magnitude b);
struct bng_magnitude bng_magnitude_div_lo(struct bng_magnitude a, struct bng_magnitude b);
struct bng_magnitude bng_magnitude_div_hi(struct bng_magnitude a, struct bng_magnitude b);
/* The k-th root of a; k known is sharper. */
struct bng_magnitude bng_magnitude_root_lo(struct bng_magnitude a, struct bng_magnitude k);
struct bng_magnitude bng_magnitude_root_hi(struct bng_magnitude a, struct bng_magnitude k);
struct bng_magnitude bng_magnitude_root_u64_lo(struct bng_magnitude a, uint64_t k);
struct bng_magnitude bng_magnitude_root_u64_hi(struct bng_magnitude a, uint64_t k);

/* An integer n >= a is at least this; UINT64_MAX for all that is larger. */
uint64_t bng_magnitude_least(struct bng_magnitude a);
/* An integer n < a is at most *n; false if that needs more than 64 bits. */
bool bng_magnitude_greatest(struct bng_magnitude a, uint64_t *n);
