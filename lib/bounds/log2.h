/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Proven enclosures of log2 and exp2, in integer arithmetic: lo <= log2(x) <= hi, in 64.64.
 *
 * Exact (lo == hi) for powers of two. Otherwise log2 of an exactly known x is at most 3 ulps wide,
 * of one known by its leading 64 bits at most 6, where an ulp is 2^-64. A logarithm takes about ten
 * multiplications of 64 bits and one table of 128 words; the proof of the error stands beside the
 * code.
 */

#include <stdbool.h>
#include <stdint.h>
#include "bounds/fixed.h"

struct bng_enclosure {
        struct bng_fixed lo;
        struct bng_fixed hi;
};

/* log2(n), n >= 1. */
struct bng_enclosure bng_log2_u64(uint64_t n);
/*
 * log2 of a number of `bits` bits, bits >= 1, whose leading 64 bits are `lead` (left-aligned, bit
 * 63 set); `exact`: nothing but zeros is below them. Otherwise hi also holds for every number with
 * this beginning.
 */
struct bng_enclosure bng_log2_leading(uint64_t bits, uint64_t lead, bool exact);
/* log2(x), x >= 1. For the logarithm of an enclosure take lo of its lo and hi of its hi. */
struct bng_enclosure bng_log2_fixed(struct bng_fixed x);
/*
 * log2(1 + x) / x for x = x_frac / 2^64 <= 2^-7 (1/ln 2 at 0), at most 8 ulps wide: log2(1 + x) is
 * lost in the last digits of a fixed x when x is small, this quotient is not.
 */
struct bng_enclosure bng_log2_1p_ratio(uint64_t x_frac);

/* 2^x, x < 63: hi - lo < 2^(whole(x) - 58). Exact for whole x. hi saturates from x = 64 on. */
struct bng_enclosure bng_exp2(struct bng_fixed x);
/* 2^-x. hi - lo < 2^-58, exact for whole x <= 64. */
struct bng_enclosure bng_exp2_negative(struct bng_fixed x);
