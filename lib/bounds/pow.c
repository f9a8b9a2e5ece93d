/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "bounds/range.h"
#include "bounds/checked.h"
#include "bounds/log2.h"

/*
 * Powers: log2(b^e) = e * log2(b).
 *
 * The logarithm of a base known by its leading 64 bits lies between ends at most 7 ulps apart (6 of
 * the logarithm, 1 of strictness), and the product with e is rounded by none where e is known,
 * because a whole factor keeps fixed point exact. So the ends of the result's logarithm are 7e ulps
 * apart. GMP's ceiling holds e below 2^37 for bases above 1, which makes that less than 2^-24, and
 * two reals closer than 1 have whole parts at most 1 apart: at most one bit. A base that is a power
 * of two has lo exact and hi one ulp above; e ulps are still below 1 for every e of 64 bits, and
 * the count is exact.
 */

/* b^e where it fits 64 bits. */
static bool small_power(uint64_t b, uint64_t e, uint64_t *power)
{
        uint64_t p = 1;

        if (b <= 1 || e >= 64)
                return false;
        for (; e; e--)
                if (!bng_checked_mul(p, b, &p))
                        return false;
        *power = p;
        return true;
}

/* Neither is 0. */
static struct bng_range power(struct bng_range b, struct bng_range e)
{
        uint64_t value;

        if (b.known && b.value == 1)
                return b;
        if (b.known && e.known && small_power(b.value, e.value, &value))
                return bng_range_of_u64(value);
        if (e.known)
                return bng_range_between(bng_magnitude_pow_u64_lo(b.lo, e.value),
                                         bng_magnitude_pow_u64_hi(b.hi, e.value));
        return bng_range_between(bng_magnitude_pow_lo(b.lo, e.lo),
                                 bng_magnitude_pow_hi(b.hi, e.hi));
}

struct bng_range bng_range_pow(struct bng_range base, struct bng_range exponent)
{
        struct bng_range result;

        if (exponent.surely_zero)
                return bng_range_of_u64(1);
        if (base.surely_zero)
                result = bng_range_zero();
        else
                result = power(bng_range_not_zero(base), bng_range_not_zero(exponent));
        if (base.may_be_zero)
                result = bng_range_or_zero(result);
        return exponent.may_be_zero ? bng_range_union(result, bng_range_of_u64(1)) : result;
}

/*
 * The same in numbers alone: one logarithm, and its two ends times e. From below, a result of
 * logarithm x has floor(x) + 1 bits; from above ceil(x), if the end is strict. That end is one ulp
 * up for a base that may be a power of two, and between those it is strict by itself.
 */
bng_bounds bng_pow_bits(uint64_t bits, uint64_t lead, uint64_t exponent)
{
        struct bng_enclosure log;
        bng_bounds bounds;

        if (bits < 2 || exponent < 2 || bng_sat_mul(bits, exponent) <= 64)
                return bng_range_bits(bng_range_pow(bng_range_of_leading(bits, lead, false),
                                                    bng_range_of_u64(exponent)));
        log = bng_log2_leading(bits, lead, bits <= 64);
        if (bng_fixed_compare(log.lo, log.hi) == 0)
                log.hi = bng_fixed_add(log.hi, BNG_FIXED_ULP);
        bounds.bits_min = bng_sat_add(bng_fixed_mul_dn(log.lo, bng_fixed_of(exponent)).whole, 1);
        bounds.bits_max = bng_fixed_ceil(bng_fixed_mul_up(log.hi, bng_fixed_of(exponent)));
        if (bounds.bits_min >> 63)
                bounds.bits_min = BNG_BITS_BEYOND;
        if (bounds.bits_max >> 63)
                bounds.bits_max = BNG_BITS_BEYOND;
        return bounds;
}
