/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "bounds/fixed.h"

/*
 * All 128-bit arithmetic of the library. A product of two 64.64 numbers is four products of 64-bit
 * halves; a quotient is schoolbook division in base 2^32. Rounding up adds one ulp exactly where
 * something was cut off.
 */

uint64_t bng_div_wide(uint64_t hi, uint64_t lo, uint64_t d, uint64_t *remainder)
{
        int shift = __builtin_clzll(d);
        uint64_t quotient = 0;
        uint64_t rest, d1, d0;

        /* With the top bit of d set, a digit estimated from d1 alone is at most two too large. */
        d <<= shift;
        if (shift)
                hi = hi << shift | lo >> (64 - shift);
        lo <<= shift;
        d1 = d >> 32;
        d0 = (uint32_t)d;
        rest = hi;
        for (int i = 1; i >= 0; i--) {
                uint64_t next = (uint32_t)(lo >> (32 * i));
                uint64_t digit = rest / d1;
                uint64_t left = rest % d1;

                while (digit >> 32 || digit * d0 > (left << 32 | next)) {
                        digit--;
                        left += d1;
                        if (left >> 32)
                                break;
                }
                /* Wraps around 2^64 twice and comes out below d. */
                rest = (rest << 32 | next) - digit * d;
                quotient = quotient << 32 | digit;
        }
        *remainder = rest >> shift;
        return quotient;
}

struct bng_fixed bng_fixed_add(struct bng_fixed a, struct bng_fixed b)
{
        struct bng_fixed sum;
        bool carry = __builtin_add_overflow(a.frac, b.frac, &sum.frac);
        bool over = __builtin_add_overflow(a.whole, b.whole, &sum.whole);

        over |= __builtin_add_overflow(sum.whole, (uint64_t)carry, &sum.whole);
        return over ? BNG_FIXED_MAX : sum;
}

struct bng_fixed bng_fixed_sub(struct bng_fixed a, struct bng_fixed b)
{
        if (bng_fixed_compare(a, b) <= 0)
                return bng_fixed_of(0);
        return (struct bng_fixed){a.whole - b.whole - (a.frac < b.frac), a.frac - b.frac};
}

/* floor(a * b) in ulps; *cut tells whether anything was cut off. */
static struct bng_fixed mul(struct bng_fixed a, struct bng_fixed b, bool *cut)
{
        struct bng_fixed product = {0, 0};
        struct bng_fixed cross;
        uint64_t hi, lo;

        *cut = false;
        if (a.whole && b.whole) {
                bng_mul_wide(a.whole, b.whole, &hi, &product.whole);
                if (hi)
                        return BNG_FIXED_MAX;
        }
        if (a.frac && b.whole) {
                bng_mul_wide(a.frac, b.whole, &cross.whole, &cross.frac);
                product = bng_fixed_add(product, cross);
        }
        if (a.whole && b.frac) {
                bng_mul_wide(a.whole, b.frac, &cross.whole, &cross.frac);
                product = bng_fixed_add(product, cross);
        }
        if (a.frac && b.frac) {
                bng_mul_wide(a.frac, b.frac, &hi, &lo);
                product = bng_fixed_add(product, (struct bng_fixed){0, hi});
                *cut = lo;
        }
        return product;
}

struct bng_fixed bng_fixed_mul_dn(struct bng_fixed a, struct bng_fixed b)
{
        bool cut;

        return mul(a, b, &cut);
}

struct bng_fixed bng_fixed_mul_up(struct bng_fixed a, struct bng_fixed b)
{
        bool cut;
        struct bng_fixed product = mul(a, b, &cut);

        return cut ? bng_fixed_add(product, BNG_FIXED_ULP) : product;
}

static struct bng_fixed divide(struct bng_fixed a, uint64_t n, bool *cut)
{
        struct bng_fixed quotient = {a.whole / n, 0};
        uint64_t remainder;

        quotient.frac = bng_div_wide(a.whole % n, a.frac, n, &remainder);
        *cut = remainder;
        return quotient;
}

struct bng_fixed bng_fixed_div_dn(struct bng_fixed a, uint64_t n)
{
        bool cut;

        return divide(a, n, &cut);
}

struct bng_fixed bng_fixed_div_up(struct bng_fixed a, uint64_t n)
{
        bool cut;
        struct bng_fixed quotient = divide(a, n, &cut);

        return cut ? bng_fixed_add(quotient, BNG_FIXED_ULP) : quotient;
}

struct bng_fixed bng_fixed_shr_dn(struct bng_fixed a, uint64_t n)
{
        if (n == 0)
                return a;
        if (n < 64)
                return (struct bng_fixed){a.whole >> n, a.frac >> n | a.whole << (64 - n)};
        if (n < 128)
                return (struct bng_fixed){0, a.whole >> (n - 64)};
        return bng_fixed_of(0);
}

struct bng_fixed bng_fixed_shr_up(struct bng_fixed a, uint64_t n)
{
        /* ceil(a / 2^n) = floor((a - 1) / 2^n) + 1 for a >= 1 ulp. */
        if (bng_fixed_is_zero(a))
                return a;
        return bng_fixed_add(bng_fixed_shr_dn(bng_fixed_sub(a, BNG_FIXED_ULP), n), BNG_FIXED_ULP);
}
