/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Quotients of Euclid's algorithm that leading bits say (Lehmer 1938): while the remainders
 *
 *     x = |a u - b v|,  y = |a u' - b v'|
 *
 * are far above what the bits that are not seen add to them, which is below the factors, the quotients
 * are those of a and b. When y is no larger than that, it vanishes as far as it is seen.
 */

#include <stdbool.h>
#include "predict/euclid.h"

/* n / 2^zeros, without its sign */
struct bng_shifted {
        mpz_srcptr n;
        uint64_t zeros;
        uint64_t bits;
};

struct bng_shifted bng_shifted_whole(mpz_srcptr n);
struct bng_shifted bng_shifted_odd(mpz_srcptr n);
/* Both of a pair, the longer one first. */
void bng_shifted_pair(struct bng_pair pair, struct bng_shifted *longer,
                      struct bng_shifted *shorter);

/* The bits from `at` on, as many as a digit has; 0 beyond the highest. */
#define BNG_DIGIT_BITS 32
int64_t bng_shifted_digit(struct bng_shifted n, uint64_t at);
/* So many of them, and the highest are 0 if the number has no more. */
#define BNG_LEADING_BITS 62
int64_t bng_shifted_leading(struct bng_shifted n, uint64_t from);

/* u and v */
struct bng_factors {
        int64_t a, b;
};

/* Two remainders that follow each other: at first a and b themselves. */
struct bng_steps {
        struct bng_factors x, y;
        bool vanishes; /* y */
};

/* As far as factors have up to so many bits, below 30, from the leading bits of both. a is not less. */
struct bng_steps bng_first_steps(int64_t a, int64_t b, unsigned factor_bits);

static inline uint64_t bng_length_of(uint64_t n)
{
        return n == 0 ? 0 : 64 - (uint64_t)__builtin_clzll(n);
}
