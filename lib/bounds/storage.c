/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "bignum-guard.h"
#include "bounds/checked.h"

/*
 * What is counted, not computed: words, limbs and exponents into bits and back, with products that
 * cannot wrap.
 */

static uint64_t saturated(uint64_t bits)
{
        return bits >> 63 ? BNG_BITS_BEYOND : bits;
}

static uint64_t bits_a_word(uint64_t size_bytes, uint64_t nails_bits)
{
        return bng_sat_sub(bng_sat_mul(8, size_bytes), nails_bits);
}

bng_bounds bng_bounds_import(uint64_t count, uint64_t size_bytes, uint64_t nails_bits)
{
        uint64_t word = bits_a_word(size_bytes, nails_bits);

        return (bng_bounds){0, word ? saturated(bng_sat_mul(count, word)) : BNG_BITS_BEYOND};
}

uint64_t bng_bounds_export(uint64_t bits, uint64_t size_bytes, uint64_t nails_bits)
{
        uint64_t word = bits_a_word(size_bytes, nails_bits);

        return word && !(bits >> 63) ? bng_div_up(bits, word) : UINT64_MAX;
}

bng_bounds bng_bounds_urandomb(uint64_t n)
{
        return (bng_bounds){0, saturated(n)};
}

bng_bounds bng_bounds_rrandomb(uint64_t n)
{
        return (bng_bounds){saturated(n), saturated(n)};
}

/* x = f * 2^exponent with 1/2 <= |f| < 1. */
bng_bounds bng_bounds_set_d(int exponent)
{
        uint64_t bits = exponent > 0 ? (uint64_t)exponent : 0;

        return (bng_bounds){bits, bits};
}

static bool is_limb(unsigned limb_bits)
{
        return limb_bits == 32 || limb_bits == 64;
}

/* The first limb is not 0, and stands at 2^(limb_bits * (exponent - 1)). */
bng_bounds bng_bounds_set_f(int64_t exponent_limbs, unsigned limb_bits)
{
        uint64_t limbs = exponent_limbs > 0 ? (uint64_t)exponent_limbs : 0;

        if (!is_limb(limb_bits))
                return (bng_bounds){0, BNG_BITS_BEYOND};
        if (!limbs)
                return (bng_bounds){0, 0};
        return (bng_bounds){
                saturated(bng_sat_add(bng_sat_mul(limbs - 1, limb_bits), 1)),
                saturated(bng_sat_mul(limbs, limb_bits)),
        };
}

bng_bounds_mpq bng_bounds_mpq_set_f(uint64_t size_limbs, int64_t exponent_limbs, unsigned limb_bits)
{
        bng_bounds_mpq x = {bng_bounds_set_f(exponent_limbs, limb_bits), {1, 1}};
        uint64_t below;

        if (!size_limbs)
                return (bng_bounds_mpq){{0, 0}, {1, 1}};
        if (!is_limb(limb_bits))
                return (bng_bounds_mpq){{0, BNG_BITS_BEYOND}, {0, BNG_BITS_BEYOND}};
        if (exponent_limbs > 0 && (uint64_t)exponent_limbs >= size_limbs)
                return x;
        /* All limbs over a power of two, from which powers of two may cancel. */
        below = exponent_limbs > 0 ? size_limbs - (uint64_t)exponent_limbs
                                   : bng_sat_add(size_limbs, -(uint64_t)exponent_limbs);
        x.num.bits_min = x.num.bits_min ? x.num.bits_min : 1;
        x.num.bits_max = saturated(bng_sat_mul(size_limbs, limb_bits));
        x.den.bits_max = saturated(bng_sat_add(bng_sat_mul(below, limb_bits), 1));
        return x;
}

/*
 * _mpz_realloc refuses more than INT_MAX limbs, and where mp_size_t is no larger than int more than
 * ULONG_MAX / GMP_NUMB_BITS, so that a count of bits fits an unsigned long.
 */
uint64_t bng_bounds_ceiling_bits(unsigned limb_bits)
{
        switch (limb_bits) {
        case 32:
                return UINT64_C(32) * (UINT32_MAX / 32);
        case 64:
                return UINT64_C(64) * INT32_MAX;
        default:
                return 0;
        }
}

uint64_t bng_bounds_limbs(uint64_t bits, unsigned limb_bits)
{
        return is_limb(limb_bits) && !(bits >> 63) ? bng_div_up(bits, limb_bits) : UINT64_MAX;
}

/* gmp.h: 53 bits at least, rounded up to limbs, and one more; then one for the carry. */
uint64_t bng_bounds_mpf_limbs(uint64_t precision_bits, unsigned limb_bits)
{
        uint64_t bits = precision_bits > 53 ? precision_bits : 53;

        return is_limb(limb_bits) ? bng_div_up(bits, limb_bits) + 2 : UINT64_MAX;
}
