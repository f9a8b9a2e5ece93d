/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The powers of a base that a conversion splits at: base^(chunk 2^i) for i = 0, 1, .. while there
 * is something longer to split, each the square of the one before. A chunk of digits is GMP's
 * alone. A power of 10 is one of 5, which is a third shorter, and a shift.
 */

#include <gmp.h>
#include "steps/stop.h"

#define BNG_RADIX_LEVELS_MAX 64

struct bng_radix {
        size_t chunk;                       /* digits */
        unsigned levels;                    /* chunk 2^levels digits hold the whole */
        unsigned ready;                     /* powers that are there */
        unsigned twos;                      /* in the base */
        mpz_t powers[BNG_RADIX_LEVELS_MAX]; /* of the odd part of the base */
};

/* For numbers of so many digits. False: stopped. bng_radix_clear in any case. */
bool bng_radix_init(struct bng_radix *radix, unsigned base, size_t digits,
                    const struct bng_stop *stop);
void bng_radix_clear(struct bng_radix *radix);

static inline size_t bng_radix_digits(const struct bng_radix *radix, unsigned level)
{
        return radix->chunk << level;
}

/* base^(chunk 2^i), i < levels, is this power of its odd part, shifted to the left so far. */
static inline mpz_srcptr bng_radix_power(const struct bng_radix *radix, unsigned i)
{
        return radix->powers[i];
}

static inline mp_bitcnt_t bng_radix_shift(const struct bng_radix *radix, unsigned i)
{
        return (mp_bitcnt_t)radix->twos * bng_radix_digits(radix, i);
}
