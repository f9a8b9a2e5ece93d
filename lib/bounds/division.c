/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "bounds/range.h"
#include "bounds/checked.h"

/* What divisions leave: remainders, divisors, multiples, roots; and the operations on bits. */

struct bng_range bng_range_residue(struct bng_range m)
{
        if (m.surely_zero)
                return bng_range_unknown();
        if (m.known)
                return bng_range_span(bng_range_zero(), bng_range_of_u64(m.value - 1));
        return bng_range_or_zero(bng_range_between(BNG_MAGNITUDE_ONE, m.hi));
}

struct bng_range bng_range_remainder(struct bng_range a, struct bng_range b,
                                     enum bng_rounding rounding)
{
        struct bng_magnitude hi;

        if (b.surely_zero)
                return bng_range_unknown();
        if (a.surely_zero)
                return a;
        if (a.known && b.known) {
                uint64_t rest = a.value % b.value;

                if (rounding == BNG_TOWARDS_ZERO || !rest)
                        return bng_range_of_u64(rest);
                return bng_range_union(bng_range_of_u64(rest), bng_range_of_u64(b.value - rest));
        }
        if (rounding == BNG_ANY_ROUNDING)
                return bng_range_residue(b);
        if (bng_magnitude_compare(a.hi, b.lo) <= 0)
                return a;
        hi = bng_magnitude_min(a.hi, bng_range_residue(b).hi);
        return bng_range_or_zero(bng_range_between(BNG_MAGNITUDE_ONE, hi));
}

static uint64_t gcd(uint64_t a, uint64_t b)
{
        while (b) {
                uint64_t rest = a % b;

                a = b;
                b = rest;
        }
        return a;
}

struct bng_range bng_range_gcd(struct bng_range a, struct bng_range b)
{
        struct bng_magnitude hi = bng_magnitude_min(a.hi, b.hi);
        struct bng_range divisor;

        if (a.surely_zero)
                return b;
        if (b.surely_zero)
                return a;
        if (a.known && b.known)
                return bng_range_of_u64(gcd(a.value, b.value));
        /* gcd(0, b) is b: where one may be 0, it is bounded by the other one only. */
        if (a.may_be_zero)
                hi = bng_magnitude_max(hi, b.hi);
        if (b.may_be_zero)
                hi = bng_magnitude_max(hi, a.hi);
        divisor = bng_range_between(BNG_MAGNITUDE_ONE, hi);
        return a.may_be_zero && b.may_be_zero ? bng_range_or_zero(divisor) : divisor;
}

struct bng_range bng_range_lcm(struct bng_range a, struct bng_range b)
{
        struct bng_range multiple;
        uint64_t value;

        if (a.surely_zero || b.surely_zero)
                return bng_range_zero();
        if (a.known && b.known && bng_checked_mul(a.value / gcd(a.value, b.value), b.value, &value))
                return bng_range_of_u64(value);
        multiple = bng_range_between(bng_magnitude_max(a.lo, b.lo), bng_range_mul(a, b).hi);
        return a.may_be_zero || b.may_be_zero ? bng_range_or_zero(multiple) : multiple;
}

/*
 * floor(x) of the real root x: at least 2^floor(log2 x), and at least x - 1. As floor(a^(1/k)) has
 * ceil(bits(a) / k) bits, the first keeps the bit count exact, the second keeps what is known above
 * that.
 */
static struct bng_magnitude root_lo(struct bng_magnitude a, struct bng_range k)
{
        struct bng_magnitude root =
                k.known ? bng_magnitude_root_u64_lo(a, k.value) : bng_magnitude_root_lo(a, k.hi);
        struct bng_magnitude less = bng_magnitude_sub_lo(root, BNG_MAGNITUDE_ONE);

        if (root.height > 1)
                return less;
        return bng_magnitude_max((struct bng_magnitude){1, {root.top.whole, 0}}, less);
}

struct bng_range bng_range_root(struct bng_range a, struct bng_range k)
{
        struct bng_magnitude hi;
        struct bng_range root;

        if (k.surely_zero)
                return bng_range_unknown();
        if (a.surely_zero || (k.known && k.value == 1))
                return a;
        hi = k.known ? bng_magnitude_root_u64_hi(a.hi, k.value) : bng_magnitude_root_hi(a.hi, k.lo);
        root = bng_range_between(root_lo(a.lo, k), hi);
        return a.may_be_zero ? bng_range_or_zero(root) : root;
}

/*
 * In two's complement of b bits and a sign stand the integers from -2^b to 2^b - 1; bit operations
 * stay among them. Signs are not known here, so nothing is certain from below.
 */
struct bng_range bng_range_bitwise(struct bng_range a, struct bng_range b)
{
        struct bng_magnitude hi = bng_magnitude_max(a.hi, b.hi);

        if (a.surely_zero && b.surely_zero)
                return bng_range_zero();
        if (hi.height == 1)
                hi = bng_magnitude_hi((struct bng_fixed){bng_fixed_ceil(hi.top), 1});
        else
                hi = bng_magnitude_add_hi(hi, hi);
        return bng_range_or_zero(bng_range_between(BNG_MAGNITUDE_ONE, hi));
}

/* ~a is -a - 1. */
struct bng_range bng_range_complement(struct bng_range a)
{
        return bng_range_add_any(a, bng_range_of_u64(1));
}
