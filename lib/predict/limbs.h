/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Bits to limbs to bytes. A length that no integer has becomes 2^40 limbs, and whatever contains it
 * is UINT64_MAX bytes: between the two conversions sums and small multiples need no care.
 */

#include <gmp.h>
#include "bounds/checked.h"

#define BNG_LIMBS_BEYOND (UINT64_C(1) << 40)

static inline uint64_t bng_limbs_of_bits(uint64_t bits)
{
        uint64_t limbs = bng_div_up(bits, GMP_NUMB_BITS);
        return limbs < BNG_LIMBS_BEYOND ? limbs : BNG_LIMBS_BEYOND;
}

static inline uint64_t bng_bytes_of_limbs(uint64_t limbs)
{
        return limbs < BNG_LIMBS_BEYOND ? limbs * sizeof(mp_limb_t) : UINT64_MAX;
}

/* Is each digit in this base so many bits? Then nothing is computed to read or write it. */
static inline bool bng_digits_are_bits(unsigned base)
{
        return (base & (base - 1)) == 0;
}

/*
 * What the hooks see of a temporary block of so many limbs: nothing up to 0x7f00 bytes, which are on
 * the stack; otherwise a header too.
 */
static inline uint64_t bng_block_limbs(uint64_t limbs)
{
        return limbs * sizeof(mp_limb_t) <= 0x7f00 ? 0 : limbs + 16 / sizeof(mp_limb_t);
}
