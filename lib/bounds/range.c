/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "bounds/range.h"
#include "bounds/log2.h"

/* Making ranges and reading them. What is known exactly stays exact as long as it fits 64 bits. */

struct bng_range bng_range_zero(void)
{
        return (struct bng_range){
                .known = true,
                .may_be_zero = true,
                .surely_zero = true,
                .lo = BNG_MAGNITUDE_ONE,
                .hi = BNG_MAGNITUDE_ONE,
        };
}

/*
 * lo <= log2(n) < hi. Between powers of two a logarithm is irrational, so the end of its enclosure
 * is above it anyway.
 */
static struct bng_enclosure strict(struct bng_enclosure log)
{
        if (bng_fixed_compare(log.lo, log.hi) == 0)
                log.hi = bng_fixed_add(log.hi, BNG_FIXED_ULP);
        return log;
}

struct bng_range bng_range_of_u64(uint64_t n)
{
        struct bng_enclosure log;

        if (!n)
                return bng_range_zero();
        log = strict(bng_log2_u64(n));
        return (struct bng_range){
                .known = true,
                .value = n,
                .lo = {1, log.lo},
                .hi = {1, log.hi},
        };
}

struct bng_range bng_range_between(struct bng_magnitude lo, struct bng_magnitude hi)
{
        const struct bng_magnitude two = {1, {1, 0}};

        if (bng_magnitude_compare(hi, two) <= 0)
                return bng_range_of_u64(1);
        /* An integer above 1 is at least 2. */
        if (lo.height == 1 && !lo.top.whole && lo.top.frac)
                lo = two;
        return (struct bng_range){.lo = lo, .hi = hi};
}

struct bng_range bng_range_unknown(void)
{
        return bng_range_or_zero(bng_range_between(BNG_MAGNITUDE_ONE, BNG_MAGNITUDE_BEYOND));
}

struct bng_range bng_range_of_leading(uint64_t bits, uint64_t lead, bool exact)
{
        struct bng_enclosure log;

        if (bits <= 64)
                return bng_range_of_u64(bits ? lead >> (64 - bits) : 0);
        log = strict(bng_log2_leading(bits, lead, exact));
        return bng_range_between(bng_magnitude_lo(log.lo), bng_magnitude_hi(log.hi));
}

struct bng_range bng_range_of_bits(uint64_t bits_min, uint64_t bits_max)
{
        struct bng_magnitude lo, hi;
        struct bng_range range;

        if (bits_max == 0)
                return bng_range_zero();
        if (bits_min == BNG_BITS_BEYOND)
                lo = bng_magnitude_lo(bng_fixed_of(UINT64_C(1) << 63));
        else
                lo = bng_magnitude_lo(bng_fixed_of(bits_min ? bits_min - 1 : 0));
        if (bits_max == BNG_BITS_BEYOND)
                hi = BNG_MAGNITUDE_BEYOND;
        else
                hi = bng_magnitude_hi(bng_fixed_of(bits_max));
        range = bng_range_between(lo, hi);
        return bits_min ? range : bng_range_or_zero(range);
}

struct bng_range bng_range_or_zero(struct bng_range a)
{
        if (!a.surely_zero)
                a.known = false;
        a.may_be_zero = true;
        return a;
}

struct bng_range bng_range_not_zero(struct bng_range a)
{
        return a.known || !a.may_be_zero ? a : bng_range_between(a.lo, a.hi);
}

struct bng_range bng_range_union(struct bng_range a, struct bng_range b)
{
        struct bng_range both;

        if (a.known && b.known && a.value == b.value)
                return a;
        if (a.surely_zero)
                return bng_range_or_zero(b);
        if (b.surely_zero)
                return bng_range_or_zero(a);
        both = bng_range_between(bng_magnitude_min(a.lo, b.lo), bng_magnitude_max(a.hi, b.hi));
        return a.may_be_zero || b.may_be_zero ? bng_range_or_zero(both) : both;
}

struct bng_range bng_range_span(struct bng_range least, struct bng_range greatest)
{
        struct bng_range both;

        if (least.known && greatest.known && least.value == greatest.value)
                return least;
        if (greatest.surely_zero)
                return greatest;
        both = bng_range_between(least.lo, greatest.hi);
        return least.may_be_zero ? bng_range_or_zero(both) : both;
}

struct bng_range bng_range_monotone(struct bng_range n, struct bng_range (*small)(uint64_t n),
                                    struct bng_range (*huge)(struct bng_magnitude n))
{
        uint64_t least = bng_range_least(n), greatest;
        struct bng_range first, last;

        if (n.known)
                return small(n.value);
        first = n.may_be_zero || least < UINT64_MAX ? small(least) : huge(n.lo);
        last = bng_range_greatest(n, &greatest) ? small(greatest) : huge(n.hi);
        return bng_range_span(first, last);
}

uint64_t bng_range_least(struct bng_range a)
{
        if (a.known)
                return a.value;
        return a.may_be_zero ? 0 : bng_magnitude_least(a.lo);
}

bool bng_range_greatest(struct bng_range a, uint64_t *n)
{
        if (!a.known)
                return bng_magnitude_greatest(a.hi, n);
        *n = a.value;
        return true;
}

struct bng_magnitude bng_range_at_most(struct bng_range a)
{
        return a.known && (a.value & (a.value - 1)) == 0 ? a.lo : a.hi;
}

/* log2(n) < x for an integer n means bits(n) <= ceil(x), and log2(n) >= x that bits(n) > floor(x).
 */
bng_bounds bng_range_bits(struct bng_range a)
{
        bng_bounds bounds = {0, BNG_BITS_BEYOND};

        if (a.surely_zero)
                return (bng_bounds){0, 0};
        if (!a.may_be_zero) {
                bounds.bits_min = a.lo.height == 1 ? a.lo.top.whole + 1 : BNG_BITS_BEYOND;
                if (bounds.bits_min >> 63)
                        bounds.bits_min = BNG_BITS_BEYOND;
        }
        if (a.hi.height == 1) {
                bounds.bits_max = bng_fixed_ceil(a.hi.top);
                if (bounds.bits_max >> 63)
                        bounds.bits_max = BNG_BITS_BEYOND;
        }
        return bounds;
}

static double to_double(struct bng_fixed x)
{
        return (double)x.whole + (double)x.frac * 0x1p-64;
}

bool bng_range_log2_bits(struct bng_range a, double *log2_bits)
{
        uint64_t bits = 0;
        double power;

        if (a.surely_zero)
                *log2_bits = 0;
        else if (a.hi.height == 1) {
                bits = bng_fixed_ceil(a.hi.top);
                *log2_bits = to_double(bng_log2_u64(bits ? bits : 1).hi);
        } else if (a.hi.height == 2)
                *log2_bits = to_double(a.hi.top);
        else if (a.hi.height == 3 && a.hi.top.whole < 1023) {
                /* 2^top, by repeated squaring of 2 for the whole part. */
                power = to_double(bng_exp2((struct bng_fixed){0, a.hi.top.frac}).hi);
                double square = 2;
                for (uint64_t n = a.hi.top.whole; n; n >>= 1, square *= square)
                        if (n & 1)
                                power *= square;
                *log2_bits = power;
        } else
                return false;
        return true;
}
