/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "bignum-guard.h"
#include "bounds/range.h"
#include "bounds/checked.h"

/* The pure bounds of the public header: bit counts become ranges, ranges bit counts. */

static struct bng_range of_bits(uint64_t bits)
{
        return bng_range_of_bits(bits, bits);
}

/* A lead that is not left-aligned says nothing. */
static struct bng_range of_leading(uint64_t bits, uint64_t lead)
{
        return lead >> 63 && !(bits >> 63) ? bng_range_of_leading(bits, lead, false)
                                           : of_bits(bits);
}

/* Sums and products are asked for most, and bit counts alone decide them: no logarithm is needed. */

#define BEYOND_FROM (UINT64_C(1) << 63)

static bng_bounds saturated(uint64_t bits_min, uint64_t bits_max)
{
        return (bng_bounds){
                bits_min < BEYOND_FROM ? bits_min : BNG_BITS_BEYOND,
                bits_max < BEYOND_FROM ? bits_max : BNG_BITS_BEYOND,
        };
}

/*
 * |a| < 2^m and |b| < 2^n with m >= n make less than 2^(m+1). With m > n the larger one is at least
 * 2^(m-1) >= 2^n > |b|, so something is left; with m >= n + 2 more than 2^(m-1) - 2^n >= 2^(m-2) is,
 * which has m - 1 bits. Of a number beyond only 2^63 bits are certain.
 */
bng_bounds bng_bounds_add(uint64_t a_bits, uint64_t b_bits)
{
        uint64_t longer = a_bits > b_bits ? a_bits : b_bits;
        uint64_t shorter = a_bits > b_bits ? b_bits : a_bits;
        uint64_t certain = longer == BNG_BITS_BEYOND ? BEYOND_FROM : longer;
        uint64_t least = certain <= shorter ? 0 : certain - shorter == 1 ? 1 : certain - 1;

        if (!shorter)
                return saturated(longer, longer);
        return saturated(least, bng_sat_add(longer, 1));
}

/* 2^(m-1) 2^(n-1) <= ab < 2^m 2^n; the only number of one bit is 1. */
bng_bounds bng_bounds_mul(uint64_t a_bits, uint64_t b_bits)
{
        uint64_t least;

        if (!a_bits || !b_bits)
                return (bng_bounds){0, 0};
        least = bng_sat_add(a_bits - 1, b_bits);
        return saturated(least, a_bits == 1 || b_bits == 1 ? least : bng_sat_add(least, 1));
}

bng_bounds bng_bounds_shift_left(uint64_t a_bits, uint64_t n)
{
        return bng_range_bits(bng_range_shift_left(of_bits(a_bits), bng_range_of_u64(n)));
}

bng_bounds bng_bounds_shift_right(uint64_t a_bits, uint64_t n)
{
        return bng_range_bits(
                bng_range_shift_right(of_bits(a_bits), bng_range_of_u64(n), BNG_ANY_ROUNDING));
}

bng_bounds bng_bounds_addmul(uint64_t r_bits, uint64_t a_bits, uint64_t b_bits)
{
        struct bng_range product = bng_range_mul(of_bits(a_bits), of_bits(b_bits));

        return bng_range_bits(bng_range_add_any(of_bits(r_bits), product));
}

bng_bounds bng_bounds_mul_leading(uint64_t a_bits, uint64_t a_lead, uint64_t b_bits,
                                  uint64_t b_lead)
{
        return bng_range_bits(
                bng_range_mul(of_leading(a_bits, a_lead), of_leading(b_bits, b_lead)));
}

bng_bounds bng_bounds_pow(uint64_t base_bits, uint64_t base_lead, uint64_t exponent)
{
        if (base_lead >> 63 && !(base_bits >> 63))
                return bng_pow_bits(base_bits, base_lead, exponent);
        return bng_range_bits(bng_range_pow(of_bits(base_bits), bng_range_of_u64(exponent)));
}

bng_bounds bng_bounds_ui_pow_ui(uint64_t base, uint64_t exponent)
{
        int zeros;

        if (!base)
                return bng_pow_bits(0, 0, exponent);
        zeros = __builtin_clzll(base);
        return bng_pow_bits((uint64_t)(64 - zeros), base << zeros, exponent);
}

/*
 * (bits - 1) * e < bits(b^e) <= bits * e for b, e > 0 decides most questions without a logarithm,
 * and not at all what saturates.
 */
bng_fit bng_bounds_pow_fits(uint64_t base_bits, uint64_t base_lead, uint64_t exponent,
                            uint64_t limit_bits)
{
        uint64_t least, most;
        bng_bounds bounds;

        if (limit_bits >> 63)
                return BNG_FIT_YES;
        if (base_bits && exponent) {
                if (bng_checked_mul(base_bits, exponent, &most) && most <= limit_bits)
                        return BNG_FIT_YES;
                if (!bng_checked_mul(base_bits - 1, exponent, &least) || least >= limit_bits)
                        return BNG_FIT_NO;
        }
        bounds = bng_bounds_pow(base_bits, base_lead, exponent);
        if (bounds.bits_max <= limit_bits)
                return BNG_FIT_YES;
        return bounds.bits_min > limit_bits ? BNG_FIT_NO : BNG_FIT_UNKNOWN;
}

bng_bounds bng_bounds_fac(uint64_t n)
{
        return bng_range_bits(bng_range_factorial(bng_range_of_u64(n)));
}

bng_bounds bng_bounds_2fac(uint64_t n)
{
        return bng_bounds_mfac(n, 2);
}

bng_bounds bng_bounds_mfac(uint64_t n, uint64_t m)
{
        return bng_range_bits(bng_range_multifactorial(bng_range_of_u64(n), m));
}

bng_bounds bng_bounds_bin_ui(uint64_t n_bits, uint64_t n_lead, uint64_t k)
{
        return bng_range_bits(bng_range_binomial(of_leading(n_bits, n_lead), bng_range_of_u64(k)));
}

bng_bounds bng_bounds_bin(uint64_t n, uint64_t k)
{
        return bng_range_bits(bng_range_binomial(bng_range_of_u64(n), bng_range_of_u64(k)));
}

bng_bounds bng_bounds_primorial(uint64_t n)
{
        return bng_range_bits(bng_range_primorial(bng_range_of_u64(n)));
}

bng_bounds bng_bounds_fib(uint64_t n)
{
        return bng_range_bits(bng_range_fibonacci(bng_range_of_u64(n)));
}

bng_bounds bng_bounds_luc(uint64_t n)
{
        return bng_range_bits(bng_range_lucas(bng_range_of_u64(n)));
}

bng_bounds bng_bounds_gcd(uint64_t a_bits, uint64_t b_bits)
{
        return bng_range_bits(bng_range_gcd(of_bits(a_bits), of_bits(b_bits)));
}

/*
 * |s| < |b| / 2g and |t| < |a| / 2g, but for s = +-1 where b = 0 or |b| = 2g, and t = +-1 where
 * |a| = |b| or |a| = 2g or a = 0 (GMP manual, mpz_gcdext).
 */
bng_bounds bng_bounds_gcdext(uint64_t other_bits)
{
        if (other_bits >= BEYOND_FROM)
                return (bng_bounds){0, BNG_BITS_BEYOND};
        return (bng_bounds){0, other_bits > 2 ? other_bits - 1 : 1};
}

bng_bounds bng_bounds_lcm(uint64_t a_bits, uint64_t b_bits)
{
        return bng_range_bits(bng_range_lcm(of_bits(a_bits), of_bits(b_bits)));
}

bng_bounds bng_bounds_root(uint64_t a_bits, uint64_t k)
{
        return bng_range_bits(bng_range_root(of_bits(a_bits), bng_range_of_u64(k)));
}

bng_bounds bng_bounds_sqrt(uint64_t a_bits)
{
        return bng_bounds_root(a_bits, 2);
}

/* From 2 on there is a prime p with a < p < 2a. */
bng_bounds bng_bounds_nextprime(uint64_t a_bits)
{
        struct bng_range a = of_bits(a_bits);

        if (a_bits < 2)
                return bng_range_bits(bng_range_of_u64(2));
        return bng_range_bits(bng_range_span(a, bng_range_shift_left(a, bng_range_of_u64(1))));
}

bng_bounds bng_bounds_quotient(uint64_t a_bits, uint64_t b_bits)
{
        return bng_range_bits(
                bng_range_quotient(of_bits(a_bits), of_bits(b_bits), BNG_ANY_ROUNDING));
}

bng_bounds bng_bounds_tdiv_q(uint64_t a_bits, uint64_t b_bits)
{
        return bng_range_bits(
                bng_range_quotient(of_bits(a_bits), of_bits(b_bits), BNG_TOWARDS_ZERO));
}

bng_bounds bng_bounds_tdiv_r(uint64_t a_bits, uint64_t b_bits)
{
        return bng_range_bits(
                bng_range_remainder(of_bits(a_bits), of_bits(b_bits), BNG_TOWARDS_ZERO));
}

bng_bounds bng_bounds_powm(uint64_t m_bits)
{
        return bng_range_bits(bng_range_residue(of_bits(m_bits)));
}

bng_bounds bng_bounds_bitwise(uint64_t a_bits, uint64_t b_bits)
{
        return bng_range_bits(bng_range_bitwise(of_bits(a_bits), of_bits(b_bits)));
}

bng_bounds bng_bounds_com(uint64_t a_bits)
{
        return bng_range_bits(bng_range_complement(of_bits(a_bits)));
}

bng_bounds bng_bounds_setbit(uint64_t a_bits, uint64_t index)
{
        struct bng_range bit = bng_range_shift_left(bng_range_of_u64(1), bng_range_of_u64(index));
        bng_bounds bounds = bng_range_bits(bit), a = bng_range_bits(of_bits(a_bits));

        return a.bits_min > bounds.bits_min ? a : bounds;
}

/*
 * For a < 0 the bits of |a| - 1 are turned over and 1 is added. That has a_bits bits, or one less
 * for a power of two, so the results are: with the bit above all of them, exactly index + 1 bits,
 * because |a| - 1 + 2^index + 1 <= 2^(index+1) - 1 if |a| <= 2^index - 1; with the highest, from
 * nothing left to 2^a_bits; below, one bit less to one more.
 */
bng_bounds bng_bounds_combit(uint64_t a_bits, uint64_t index)
{
        uint64_t most = bng_sat_add(a_bits, 1);

        if (index >= a_bits)
                return bng_bounds_setbit(a_bits, index);
        if (most >> 63)
                most = BNG_BITS_BEYOND;
        if (index == a_bits - 1 || a_bits >> 63)
                return (bng_bounds){0, most};
        return (bng_bounds){a_bits - 1, most};
}

bng_bounds bng_bounds_set_str(uint64_t digits, unsigned base)
{
        return bng_range_bits(bng_range_of_digits(digits, base));
}

bng_digits bng_bounds_get_str(uint64_t bits, unsigned base)
{
        return bng_range_digits(of_bits(bits), base);
}

uint64_t bng_bounds_printf(uint64_t bits, unsigned base, uint64_t width, uint64_t precision)
{
        uint64_t digits = bng_bounds_get_str(bits, base).digits_max;
        uint64_t text = bng_sat_add(digits > precision ? digits : precision, 3);

        return text > width ? text : width;
}
