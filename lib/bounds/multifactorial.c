/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "bounds/range.h"
#include "bounds/checked.h"
#include "bounds/stirling.h"

/*
 * Multifactorials: n (n-m) (n-2m) ..., down to the last factor r in 1..m. m = 1 is the factorial,
 * m = 2 the double factorial.
 *
 * The lowest factors are multiplied, exactly as long as the product fits 64 bits, and at least 8
 * of them. Of t more factors c+m, c+2m, ..., n above c, which is
 * the highest of the lowest, the product is m^t Gamma(n/m + 1) / Gamma(c/m + 1). By Stirling's
 * formula for the Gamma function (Binet: log Gamma(x+1) = (x + 1/2) log x - x + log(2 pi)/2 + r(x)
 * with r falling, 0 < r(x) < 1/(12x), for all real x > 0) all powers of m cancel, and
 *
 *   log2 = t (log2 n - log2 e) + (c/m + 1/2) log2(n/c) - d,   0 < d < m / (12 c ln 2).
 *
 * No term cancels another: t (log2 n - log2 e) is of the size of the result, c/m < 8 multiplies
 * the error of a logarithm. d is below 1/(84 ln 2) < 0.018, as c/m > 7, and t below 2^37 where the
 * result fits GMP, which makes 4t ulps less than 2^-25. So the ends are at most one bit apart.
 */

#define LOWEST 8

/* The product of the t factors above c = n - t m, where c/m > 7. */
static struct bng_range above(uint64_t n, uint64_t m, uint64_t t)
{
        const struct bng_fixed half = {0, UINT64_C(1) << 63};
        uint64_t c = n - t * m;
        struct bng_enclosure log_n = bng_log2_u64(n), log_c = bng_log2_u64(c);
        struct bng_fixed lo, hi, factor;

        factor = bng_fixed_add(bng_fixed_div_dn(bng_fixed_of(c), m), half);
        lo = bng_fixed_mul_dn(bng_fixed_sub(log_n.lo, log_c.hi), factor);
        factor = bng_fixed_add(bng_fixed_div_up(bng_fixed_of(c), m), half);
        hi = bng_fixed_mul_up(bng_fixed_sub(log_n.hi, log_c.lo), factor);
        lo = bng_fixed_add(
                lo, bng_fixed_mul_dn(bng_fixed_sub(log_n.lo, BNG_LOG2_E_UP), bng_fixed_of(t)));
        hi = bng_fixed_add(
                hi, bng_fixed_mul_up(bng_fixed_sub(log_n.hi, BNG_LOG2_E_DN), bng_fixed_of(t)));
        /* d, from above: m / 12c <= 1 / (12 floor(c/m)). */
        lo = bng_fixed_sub(lo, bng_fixed_div_up(BNG_LOG2_E_UP, 12 * (c / m)));
        return bng_range_between(bng_magnitude_lo(lo), bng_magnitude_hi(hi));
}

static struct bng_range multifactorial(uint64_t n, uint64_t m)
{
        uint64_t count = bng_div_up(n, m);
        struct bng_range product;
        uint64_t value = 1, i = 1;

        if (count >> 58) {
                /*
                 * More than 2^63 bits, and perhaps more than fixed point holds, which below is
                 * enough: 2^58 * log2 n <= 2^64.
                 * With the second lowest factor as c, 1 < c/m, d is below 0.13 and the term before
                 * it above: the others' product exceeds (n/e)^(count-2). No factor is above n.
                 */
                struct bng_enclosure log = bng_log2_u64(n);
                struct bng_magnitude nth_lo =
                        bng_magnitude_lo(bng_fixed_sub(log.lo, BNG_LOG2_E_UP));

                return bng_range_between(
                        bng_magnitude_pow_u64_lo(nth_lo, count - 2),
                        bng_magnitude_pow_u64_hi(bng_magnitude_of_u64_hi(n), count));
        }
        /* The i-th lowest is at least i, so 21 do not fit any more. */
        while (i <= count && bng_checked_mul(value, n - (count - i) * m, &value))
                i++;
        product = bng_range_of_u64(value);
        for (; i <= LOWEST && i <= count; i++)
                product = bng_range_mul(product, bng_range_of_u64(n - (count - i) * m));
        return i <= count ? bng_range_mul(product, above(n, m, count - i + 1)) : product;
}

/*
 * n beyond 2^63: n itself is a factor; the floor(n/2m) + 1 or more factors from n down to n/2 are
 * above n/2, none is above n, and there are less than n/m + 1.
 */
static struct bng_magnitude huge_lo(struct bng_magnitude n, uint64_t m)
{
        const struct bng_magnitude two = {1, {1, 0}};
        struct bng_magnitude half = bng_magnitude_div_lo(n, two);
        struct bng_magnitude count = bng_magnitude_div_lo(half, bng_magnitude_of_u64_hi(m));

        return bng_magnitude_max(n, bng_magnitude_pow_lo(half, count));
}

static struct bng_magnitude huge_hi(struct bng_magnitude n, uint64_t m)
{
        struct bng_magnitude count = bng_magnitude_div_hi(n, bng_magnitude_of_u64_lo(m));

        return bng_magnitude_pow_hi(n, bng_magnitude_add_hi(count, BNG_MAGNITUDE_ONE));
}

/* Never falls as n rises: from n to n + 1 each factor rises, and after r = m a new one joins. */
struct bng_range bng_range_multifactorial(struct bng_range n, uint64_t m)
{
        uint64_t least = bng_range_least(n), greatest;
        struct bng_range first, last;

        if (!m)
                return bng_range_unknown();
        if (n.known)
                return multifactorial(n.value, m);
        first = n.may_be_zero || least < UINT64_MAX
                        ? multifactorial(least, m)
                        : bng_range_between(huge_lo(n.lo, m), BNG_MAGNITUDE_BEYOND);
        last = bng_range_greatest(n, &greatest)
                       ? multifactorial(greatest, m)
                       : bng_range_between(BNG_MAGNITUDE_ONE, huge_hi(n.hi, m));
        return bng_range_span(first, last);
}
