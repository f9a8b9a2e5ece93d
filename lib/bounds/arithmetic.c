/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "bounds/range.h"
#include "bounds/checked.h"
#include "bounds/log2.h"

/*
 * Sums, products and shifts. A product's logarithm is a sum, exact in fixed point, so a < 2^p and
 * b < 2^q give a*b < 2^(p+q) without loss. A sum is where zeros matter: it is at least the larger
 * part only if that part cannot be 0.
 */

struct bng_range bng_range_add(struct bng_range a, struct bng_range b)
{
        struct bng_magnitude lo;
        struct bng_range sum;
        uint64_t value;

        if (a.surely_zero)
                return b;
        if (b.surely_zero)
                return a;
        if (a.known && b.known && bng_checked_add(a.value, b.value, &value))
                return bng_range_of_u64(value);
        if (a.may_be_zero && b.may_be_zero)
                lo = bng_magnitude_min(a.lo, b.lo);
        else if (a.may_be_zero)
                lo = b.lo;
        else if (b.may_be_zero)
                lo = a.lo;
        else
                lo = bng_magnitude_add_lo(a.lo, b.lo);
        sum = bng_range_between(lo, bng_magnitude_add_hi(a.hi, b.hi));
        return a.may_be_zero && b.may_be_zero ? bng_range_or_zero(sum) : sum;
}

struct bng_range bng_range_difference(struct bng_range a, struct bng_range b)
{
        struct bng_magnitude hi = bng_magnitude_max(a.hi, b.hi);

        if (a.surely_zero)
                return b;
        if (b.surely_zero)
                return a;
        if (a.known && b.known)
                return bng_range_of_u64(a.value > b.value ? a.value - b.value : b.value - a.value);
        /* Apart, the difference is at least that of the ends, and never 0; else it may be. */
        if (!a.may_be_zero && bng_magnitude_compare(a.lo, b.hi) >= 0)
                return bng_range_between(bng_magnitude_sub_lo(a.lo, b.hi), hi);
        if (!b.may_be_zero && bng_magnitude_compare(b.lo, a.hi) >= 0)
                return bng_range_between(bng_magnitude_sub_lo(b.lo, a.hi), hi);
        return bng_range_or_zero(bng_range_between(BNG_MAGNITUDE_ONE, hi));
}

struct bng_range bng_range_add_any(struct bng_range a, struct bng_range b)
{
        return bng_range_union(bng_range_add(a, b), bng_range_difference(a, b));
}

struct bng_range bng_range_mul(struct bng_range a, struct bng_range b)
{
        struct bng_magnitude hi;
        struct bng_range product;
        uint64_t value;

        if (a.surely_zero || b.surely_zero)
                return bng_range_zero();
        if (a.known && b.known && bng_checked_mul(a.value, b.value, &value))
                return bng_range_of_u64(value);
        /* One strict end is enough, and a factor 2^k is to add just k. */
        hi = bng_magnitude_min(bng_magnitude_mul_hi(a.hi, bng_range_at_most(b)),
                               bng_magnitude_mul_hi(bng_range_at_most(a), b.hi));
        product = bng_range_between(bng_magnitude_mul_lo(a.lo, b.lo), hi);
        return a.may_be_zero || b.may_be_zero ? bng_range_or_zero(product) : product;
}

struct bng_range bng_range_square(struct bng_range a)
{
        return bng_range_mul(a, a);
}

/* 2^n from both sides. Not strict: for a known n of 63 bits it is one number. */
static void power_of_two(struct bng_range n, struct bng_magnitude *lo, struct bng_magnitude *hi)
{
        if (n.known) {
                *lo = bng_magnitude_lo(bng_fixed_of(n.value));
                *hi = bng_magnitude_hi(bng_fixed_of(n.value));
                return;
        }
        *lo = n.may_be_zero ? BNG_MAGNITUDE_ONE : bng_magnitude_exp2_lo(n.lo);
        *hi = bng_magnitude_exp2_hi(n.hi);
}

struct bng_range bng_range_shift_left(struct bng_range a, struct bng_range n)
{
        struct bng_magnitude lo, hi;
        struct bng_range shifted;

        if (a.surely_zero || n.surely_zero)
                return a;
        if (a.known && n.known && n.value < 64 && a.value <= UINT64_MAX >> n.value)
                return bng_range_of_u64(a.value << n.value);
        power_of_two(n, &lo, &hi);
        /* n < hi strictly where a is, so the product with the other end as it is stays strict. */
        shifted = bng_range_between(bng_magnitude_mul_lo(a.lo, lo), bng_magnitude_mul_hi(a.hi, hi));
        return a.may_be_zero ? bng_range_or_zero(shifted) : shifted;
}

/* At least this is floor(x) for a real x >= lo >= 1: 2^floor(log2 x), or x - 1. */
static struct bng_magnitude floor_lo(struct bng_magnitude lo)
{
        struct bng_magnitude less = bng_magnitude_sub_lo(lo, BNG_MAGNITUDE_ONE);

        if (lo.height > 1)
                return less;
        return bng_magnitude_max((struct bng_magnitude){1, {lo.top.whole, 0}}, less);
}

/* floor(|a| / x) for lo <= x <= hi, away from zero by one where rounding may be. */
static struct bng_range divide(struct bng_range a, struct bng_magnitude lo, struct bng_magnitude hi,
                               enum bng_rounding rounding)
{
        struct bng_range quotient;

        if (bng_magnitude_compare(a.hi, lo) <= 0)
                quotient = bng_range_zero();
        else if (bng_magnitude_compare(a.lo, hi) < 0)
                quotient = bng_range_or_zero(
                        bng_range_between(BNG_MAGNITUDE_ONE, bng_magnitude_div_hi(a.hi, lo)));
        else
                quotient = bng_range_between(floor_lo(bng_magnitude_div_lo(a.lo, hi)),
                                             bng_magnitude_div_hi(a.hi, lo));
        if (a.may_be_zero)
                quotient = bng_range_or_zero(quotient);
        if (rounding == BNG_ANY_ROUNDING)
                quotient = bng_range_union(quotient, bng_range_add(quotient, bng_range_of_u64(1)));
        return quotient;
}

struct bng_range bng_range_shift_right(struct bng_range a, struct bng_range n,
                                       enum bng_rounding rounding)
{
        struct bng_magnitude lo, hi;

        if (a.surely_zero || n.surely_zero)
                return a;
        if (a.known && n.known && n.value < 64)
                return bng_range_quotient(a, bng_range_of_u64(UINT64_C(1) << n.value), rounding);
        power_of_two(n, &lo, &hi);
        return divide(a, lo, hi, rounding);
}

struct bng_range bng_range_quotient(struct bng_range a, struct bng_range b,
                                    enum bng_rounding rounding)
{
        if (b.surely_zero)
                return bng_range_unknown();
        if (a.surely_zero)
                return a;
        if (a.known && b.known) {
                struct bng_range quotient = bng_range_of_u64(a.value / b.value);

                if (rounding == BNG_TOWARDS_ZERO || a.value % b.value == 0)
                        return quotient;
                return bng_range_union(quotient, bng_range_of_u64(a.value / b.value + 1));
        }
        return divide(a, b.lo, bng_range_at_most(b), rounding);
}
