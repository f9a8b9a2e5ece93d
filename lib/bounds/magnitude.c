/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "bounds/magnitude.h"
#include "bounds/log2.h"

/*
 * Where the tops are: below 2^63 in every normal form, so two of them add without saturating, and
 * at least 63 above height 1. Hence 2^-top <= 2^-63 there, and log2(1 + 2^-top) <= 2^-63 / ln 2 < 3
 * ulps: the slack that sums and differences of giants cost, and all that they cost.
 */
#define GIANT_SLACK ((struct bng_fixed){0, 3})
#define TOP_END (UINT64_C(1) << 63) /* tops stay below */
#define TOP_GIANT 63                /* and are at least this above height 1 */

static struct bng_magnitude normal(uint32_t height, struct bng_fixed top, bool up)
{
        /* 2^top from below 63 is above 63 after at most five steps: 0, 1, 2, 4, 16, 2^16. */
        while (height > 1 && top.whole < TOP_GIANT) {
                struct bng_enclosure power = bng_exp2(top);

                top = up ? power.hi : power.lo;
                height--;
        }
        if (top.whole >= TOP_END) {
                struct bng_enclosure log = bng_log2_fixed(top);

                top = up ? log.hi : log.lo;
                height = height < UINT32_MAX ? height + 1 : height;
        }
        if (height == UINT32_MAX) {
                if (up)
                        return BNG_MAGNITUDE_BEYOND;
                return (struct bng_magnitude){UINT32_MAX - 1, {TOP_END - 1, UINT64_MAX}};
        }
        return (struct bng_magnitude){height, top};
}

struct bng_magnitude bng_magnitude_lo(struct bng_fixed top)
{
        return normal(1, top, false);
}

struct bng_magnitude bng_magnitude_hi(struct bng_fixed top)
{
        return normal(1, top, true);
}

struct bng_magnitude bng_magnitude_of_u64_lo(uint64_t n)
{
        return bng_magnitude_lo(bng_log2_u64(n).lo);
}

struct bng_magnitude bng_magnitude_of_u64_hi(uint64_t n)
{
        struct bng_enclosure log = bng_log2_u64(n);

        /* Between powers of two a logarithm is irrational, so the enclosure's end is above it
         * anyway. */
        if (bng_fixed_compare(log.lo, log.hi) == 0)
                log.hi = bng_fixed_add(log.hi, BNG_FIXED_ULP);
        return bng_magnitude_hi(log.hi);
}

int bng_magnitude_compare(struct bng_magnitude a, struct bng_magnitude b)
{
        if (a.height != b.height)
                return a.height < b.height ? -1 : 1;
        return bng_fixed_compare(a.top, b.top);
}

struct bng_magnitude bng_magnitude_min(struct bng_magnitude a, struct bng_magnitude b)
{
        return bng_magnitude_compare(a, b) <= 0 ? a : b;
}

struct bng_magnitude bng_magnitude_max(struct bng_magnitude a, struct bng_magnitude b)
{
        return bng_magnitude_compare(a, b) >= 0 ? a : b;
}

static bool is_beyond(struct bng_magnitude a)
{
        return a.height == UINT32_MAX;
}

/* ---- sums ---- */

static struct bng_magnitude add(struct bng_magnitude a, struct bng_magnitude b, bool up)
{
        struct bng_magnitude large = bng_magnitude_max(a, b), small = bng_magnitude_min(a, b);
        struct bng_enclosure ratio, log;
        struct bng_fixed gap;

        if (is_beyond(large))
                return BNG_MAGNITUDE_BEYOND;
        if (large.height > 1) {
                /* x + y <= 2x: at height 2 the logarithm 2^t grows by at most 1, above by less. */
                if (!up)
                        return large;
                return normal(large.height, bng_fixed_add(large.top, GIANT_SLACK), true);
        }
        /* x + y = x * (1 + y/x), and y/x below 2^-65 is less than an ulp of the logarithm. */
        gap = bng_fixed_sub(large.top, small.top);
        if (gap.whole >= 65)
                return up ? normal(1, bng_fixed_add(large.top, BNG_FIXED_ULP), true) : large;
        ratio = bng_exp2_negative(gap);
        log = bng_log2_fixed(bng_fixed_add(bng_fixed_of(1), up ? ratio.hi : ratio.lo));
        return normal(1, bng_fixed_add(large.top, up ? log.hi : log.lo), up);
}

struct bng_magnitude bng_magnitude_add_lo(struct bng_magnitude a, struct bng_magnitude b)
{
        return add(a, b, false);
}

struct bng_magnitude bng_magnitude_add_hi(struct bng_magnitude a, struct bng_magnitude b)
{
        return add(a, b, true);
}

/* log2(1 - q) + top for 0 <= q < 1, or 0 if that is negative. */
static struct bng_fixed shrink(struct bng_fixed top, struct bng_fixed q, bool up)
{
        uint64_t rest = -q.frac; /* (1 - q) * 2^64 */
        struct bng_enclosure log;

        if (!q.frac)
                return top;
        log = bng_log2_u64(rest);
        return bng_fixed_sub(bng_fixed_add(top, up ? log.hi : log.lo), bng_fixed_of(64));
}

struct bng_magnitude bng_magnitude_sub_lo(struct bng_magnitude a, struct bng_magnitude b)
{
        struct bng_fixed q;

        if (bng_magnitude_compare(a, b) <= 0 || is_beyond(a))
                return BNG_MAGNITUDE_ONE;
        if (a.height == 1) {
                q = bng_exp2_negative(bng_fixed_sub(a.top, b.top)).hi;
                return q.whole ? BNG_MAGNITUDE_ONE : bng_magnitude_lo(shrink(a.top, q, false));
        }
        /*
         * Giants whose tops are four ulps apart have logarithms at least 2^63 * (1 - 2^(-4 ulps)) >
         * 1 apart. So y <= x/2, and the logarithm of x - y is at most one less than that of x: at
         * height 2, 2^t - 1, whose logarithm is within 3 ulps of t. Higher up the same holds with
         * more to spare.
         */
        if (b.height == a.height - 1) {
                struct bng_fixed top = b.top.whole ? b.top : bng_fixed_of(1);

                b = (struct bng_magnitude){a.height, bng_log2_fixed(top).hi};
        }
        if (b.height == a.height &&
            bng_fixed_compare(bng_fixed_sub(a.top, b.top), (struct bng_fixed){0, 4}) < 0)
                return BNG_MAGNITUDE_ONE;
        return normal(a.height, bng_fixed_sub(a.top, GIANT_SLACK), false);
}

struct bng_magnitude bng_magnitude_sub_hi(struct bng_magnitude a, struct bng_magnitude b)
{
        struct bng_fixed q;

        if (bng_magnitude_compare(a, b) <= 0)
                return BNG_MAGNITUDE_ONE;
        if (a.height > 1)
                return a;
        q = bng_exp2_negative(bng_fixed_sub(a.top, b.top)).lo;
        return q.whole ? BNG_MAGNITUDE_ONE : bng_magnitude_hi(shrink(a.top, q, true));
}

/* ---- one height down and up ---- */

static struct bng_magnitude log2_of(struct bng_magnitude a, bool up)
{
        struct bng_enclosure log;

        if (is_beyond(a))
                return a;
        if (a.height > 1)
                return (struct bng_magnitude){a.height - 1, a.top};
        if (!a.top.whole)
                return BNG_MAGNITUDE_ONE;
        log = bng_log2_fixed(a.top);
        return (struct bng_magnitude){1, up ? log.hi : log.lo};
}

struct bng_magnitude bng_magnitude_log2_lo(struct bng_magnitude a)
{
        return log2_of(a, false);
}

struct bng_magnitude bng_magnitude_log2_hi(struct bng_magnitude a)
{
        return log2_of(a, true);
}

static struct bng_magnitude exp2_of(struct bng_magnitude a, bool up)
{
        if (is_beyond(a))
                return a;
        return normal(a.height + 1, a.top, up);
}

struct bng_magnitude bng_magnitude_exp2_lo(struct bng_magnitude a)
{
        return exp2_of(a, false);
}

struct bng_magnitude bng_magnitude_exp2_hi(struct bng_magnitude a)
{
        return exp2_of(a, true);
}

static bool below_two(struct bng_magnitude a)
{
        return a.height == 1 && !a.top.whole;
}

/* ---- products ---- */

struct bng_magnitude bng_magnitude_mul_lo(struct bng_magnitude a, struct bng_magnitude b)
{
        if (a.height == 1 && b.height == 1)
                return bng_magnitude_lo(bng_fixed_add(a.top, b.top));
        /* A factor below 2 has a logarithm below 1, which is no magnitude. */
        if (below_two(a) || below_two(b))
                return bng_magnitude_max(a, b);
        return exp2_of(add(log2_of(a, false), log2_of(b, false), false), false);
}

struct bng_magnitude bng_magnitude_mul_hi(struct bng_magnitude a, struct bng_magnitude b)
{
        if (a.height == 1 && b.height == 1)
                return bng_magnitude_hi(bng_fixed_add(a.top, b.top));
        return exp2_of(add(log2_of(a, true), log2_of(b, true), true), true);
}

struct bng_magnitude bng_magnitude_div_lo(struct bng_magnitude a, struct bng_magnitude b)
{
        struct bng_magnitude log;

        if (bng_magnitude_compare(a, b) <= 0)
                return BNG_MAGNITUDE_ONE;
        if (a.height == 1)
                return bng_magnitude_lo(bng_fixed_sub(a.top, b.top));
        log = bng_magnitude_sub_lo(log2_of(a, false), log2_of(b, true));
        return below_two(log) ? BNG_MAGNITUDE_ONE : exp2_of(log, false);
}

struct bng_magnitude bng_magnitude_div_hi(struct bng_magnitude a, struct bng_magnitude b)
{
        if (bng_magnitude_compare(a, b) <= 0)
                return BNG_MAGNITUDE_ONE;
        if (a.height == 1)
                return bng_magnitude_hi(bng_fixed_sub(a.top, b.top));
        if (below_two(b))
                return a;
        return exp2_of(bng_magnitude_sub_hi(log2_of(a, true), log2_of(b, false)), true);
}

/* ---- powers ---- */

struct bng_magnitude bng_magnitude_pow_lo(struct bng_magnitude a, struct bng_magnitude e)
{
        if (below_two(a))
                return BNG_MAGNITUDE_ONE;
        return exp2_of(bng_magnitude_mul_lo(log2_of(a, false), e), false);
}

struct bng_magnitude bng_magnitude_pow_hi(struct bng_magnitude a, struct bng_magnitude e)
{
        return exp2_of(bng_magnitude_mul_hi(log2_of(a, true), e), true);
}

/* A product that does not fit fixed point has a factor `top` above 1/2, and is a logarithm's
 * logarithm. */
static bool fits(struct bng_fixed product)
{
        return product.whole != UINT64_MAX;
}

struct bng_magnitude bng_magnitude_pow_u64_lo(struct bng_magnitude a, uint64_t n)
{
        struct bng_fixed top = bng_fixed_mul_dn(a.top, bng_fixed_of(n));

        if (a.height == 1 && (fits(top) || below_two(a)))
                return bng_magnitude_lo(top);
        return n ? bng_magnitude_pow_lo(a, bng_magnitude_of_u64_lo(n)) : BNG_MAGNITUDE_ONE;
}

struct bng_magnitude bng_magnitude_pow_u64_hi(struct bng_magnitude a, uint64_t n)
{
        struct bng_fixed top = bng_fixed_mul_up(a.top, bng_fixed_of(n));

        if (a.height == 1 && fits(top))
                return bng_magnitude_hi(top);
        return n ? bng_magnitude_pow_hi(a, bng_magnitude_of_u64_hi(n)) : BNG_MAGNITUDE_ONE;
}

struct bng_magnitude bng_magnitude_root_lo(struct bng_magnitude a, struct bng_magnitude k)
{
        struct bng_magnitude log;

        if (below_two(a))
                return BNG_MAGNITUDE_ONE;
        log = bng_magnitude_div_lo(log2_of(a, false), k);
        return below_two(log) && bng_fixed_is_zero(log.top) ? BNG_MAGNITUDE_ONE
                                                            : exp2_of(log, false);
}

struct bng_magnitude bng_magnitude_root_hi(struct bng_magnitude a, struct bng_magnitude k)
{
        return exp2_of(bng_magnitude_div_hi(log2_of(a, true), k), true);
}

struct bng_magnitude bng_magnitude_root_u64_lo(struct bng_magnitude a, uint64_t k)
{
        if (a.height == 1)
                return bng_magnitude_lo(bng_fixed_div_dn(a.top, k));
        return bng_magnitude_root_lo(a, bng_magnitude_of_u64_hi(k));
}

struct bng_magnitude bng_magnitude_root_u64_hi(struct bng_magnitude a, uint64_t k)
{
        if (a.height == 1)
                return bng_magnitude_hi(bng_fixed_div_up(a.top, k));
        return bng_magnitude_root_hi(a, bng_magnitude_of_u64_lo(k));
}

/* ---- back to integers ---- */

uint64_t bng_magnitude_least(struct bng_magnitude a)
{
        if (a.height > 1 || a.top.whole >= 64)
                return UINT64_MAX;
        return bng_fixed_ceil(bng_exp2(a.top).lo);
}

bool bng_magnitude_greatest(struct bng_magnitude a, uint64_t *n)
{
        uint64_t end;

        if (a.height > 1 || bng_fixed_compare(a.top, bng_fixed_of(64)) > 0)
                return false;
        /* Saturated: 2^64, or so near that 2^64 - 1 may be below a. */
        end = bng_fixed_ceil(bng_exp2(a.top).hi);
        *n = end == UINT64_MAX ? end : end - 1;
        return true;
}
