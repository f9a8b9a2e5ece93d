/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "bignum-guard.h"
#include "bounds/range.h"
#include "bounds/checked.h"

/*
 * Fractions in lowest terms. GMP's formulas (Knuth, TAOCP 2, 4.5.1) divide by greatest common
 * divisors, exactly, so a numerator or denominator is a quotient of ranges:
 *
 *   a/b * c/d = (a / g)(c / h) / (b / h)(d / g),  g = gcd(a, d), h = gcd(c, b)
 *   a/b + c/d = (ad + cb) / ge over bd / ge,      g = gcd(b, d), e divides g
 *
 * From above the divisors are 1, from below they are what the ranges of gcds hold.
 */

static struct bng_range of(uint64_t bits)
{
        return bng_range_of_bits(bits, bits);
}

static bng_bounds_mpq fraction(struct bng_range num, struct bng_range den)
{
        return (bng_bounds_mpq){bng_range_bits(num), bng_range_bits(den)};
}

static bng_bounds_mpq undefined(void)
{
        return (bng_bounds_mpq){{0, BNG_BITS_BEYOND}, {0, BNG_BITS_BEYOND}};
}

static struct bng_range exact_quotient(struct bng_range a, struct bng_range b)
{
        struct bng_range quotient = bng_range_quotient(a, b, BNG_TOWARDS_ZERO);

        /* Not 0 where a is not. */
        return a.may_be_zero ? quotient : bng_range_not_zero(quotient);
}

bng_bounds_mpq bng_bounds_mpq_add(uint64_t a_num_bits, uint64_t a_den_bits, uint64_t b_num_bits,
                                  uint64_t b_den_bits)
{
        struct bng_range a = of(a_num_bits), b = of(a_den_bits);
        struct bng_range c = of(b_num_bits), d = of(b_den_bits);
        struct bng_range sum, common;

        if (!a_den_bits || !b_den_bits)
                return undefined();
        if (!a_num_bits)
                return fraction(c, d);
        if (!b_num_bits)
                return fraction(a, b);
        sum = bng_range_add_any(bng_range_mul(a, d), bng_range_mul(c, b));
        common = bng_range_square(bng_range_gcd(b, d));
        return fraction(exact_quotient(sum, common), exact_quotient(bng_range_mul(b, d), common));
}

bng_bounds_mpq bng_bounds_mpq_mul(uint64_t a_num_bits, uint64_t a_den_bits, uint64_t b_num_bits,
                                  uint64_t b_den_bits)
{
        struct bng_range a = of(a_num_bits), b = of(a_den_bits);
        struct bng_range c = of(b_num_bits), d = of(b_den_bits);
        struct bng_range g = bng_range_gcd(a, d), h = bng_range_gcd(c, b);

        if (!a_den_bits || !b_den_bits)
                return undefined();
        if (!a_num_bits || !b_num_bits)
                return fraction(of(0), of(1));
        return fraction(bng_range_mul(exact_quotient(a, g), exact_quotient(c, h)),
                        bng_range_mul(exact_quotient(b, h), exact_quotient(d, g)));
}

bng_bounds_mpq bng_bounds_mpq_div(uint64_t a_num_bits, uint64_t a_den_bits, uint64_t b_num_bits,
                                  uint64_t b_den_bits)
{
        if (!b_den_bits)
                return undefined();
        return bng_bounds_mpq_mul(a_num_bits, a_den_bits, b_den_bits, b_num_bits);
}

/* What the denominator can give of the n factors 2 it gives first; the numerator takes the rest. */
bng_bounds_mpq bng_bounds_mpq_mul_2exp(uint64_t num_bits, uint64_t den_bits, uint64_t n)
{
        struct bng_range num = of(num_bits), den = of(den_bits);
        uint64_t given = n < den_bits || den_bits >> 63 ? n : den_bits - 1;
        struct bng_range rest = bng_range_of_u64(n - given);
        struct bng_range less;

        if (!den_bits)
                return undefined();
        if (!num_bits)
                return fraction(num, of(1));
        less = bng_range_shift_right(den, bng_range_of_u64(given), BNG_TOWARDS_ZERO);
        return fraction(bng_range_span(bng_range_shift_left(num, rest),
                                       bng_range_shift_left(num, bng_range_of_u64(n))),
                        bng_range_span(less, den));
}

bng_bounds_mpq bng_bounds_mpq_div_2exp(uint64_t num_bits, uint64_t den_bits, uint64_t n)
{
        bng_bounds_mpq inverse;

        if (!num_bits || !den_bits)
                return den_bits ? fraction(of(0), of(1)) : undefined();
        inverse = bng_bounds_mpq_mul_2exp(den_bits, num_bits, n);
        return (bng_bounds_mpq){inverse.den, inverse.num};
}
