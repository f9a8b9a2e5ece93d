/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "bounds/range.h"
#include "bounds/checked.h"
#include "bounds/stirling.h"

/*
 * Factorials, by Stirling's formula in logarithms of base 2:
 *
 *   log2 n! = n (log2 n - log2 e) + (log2 n + log2 2 pi) / 2 + r(n) / ln 2.
 *
 * All terms are positive from n = 3 on, so nothing cancels. The logarithm of n is 3 ulps wide and
 * log2 e one, and GMP's ceiling holds n below 2^33: the first term is known to 2^-29, the rest to
 * 0.01 bits, so the ends' whole parts are at most 1 apart.
 */

struct bng_enclosure bng_stirling_rest(uint64_t n)
{
        uint64_t twelve_n = bng_sat_mul(12, n);
        struct bng_enclosure rest = {
                .lo = bng_fixed_of(0),
                .hi = bng_fixed_div_up(BNG_LOG2_E_UP, twelve_n),
        };

        /* A saturated denominator is too small, which only the upper end may be. */
        if (twelve_n < UINT64_MAX)
                rest.lo = bng_fixed_div_dn(BNG_LOG2_E_DN, twelve_n + 1);
        return rest;
}

/*
 * For real n = 2^t >= 2^56: log2 log2 n! = t + log2(t - log2 e + d) with d, the rest over n, in
 * 0 < d < (t/2 + 2) / 2^t < 2^-51. Above height 1, log2 n! is n * (log2 n - log2 e), which lies
 * between n and n * log2 n.
 */
static struct bng_range factorial_huge(struct bng_magnitude n)
{
        const struct bng_fixed rest = {0, UINT64_C(1) << 13};
        struct bng_fixed lo, hi;

        if (n.height > 1)
                return bng_range_between(
                        bng_magnitude_exp2_lo(n),
                        bng_magnitude_exp2_hi(bng_magnitude_mul_hi(n, bng_magnitude_log2_hi(n))));

        lo = bng_log2_fixed(bng_fixed_sub(n.top, BNG_LOG2_E_UP)).lo;
        hi = bng_log2_fixed(bng_fixed_add(bng_fixed_sub(n.top, BNG_LOG2_E_DN), rest)).hi;
        return bng_range_between(bng_magnitude_exp2_lo(bng_magnitude_lo(bng_fixed_add(n.top, lo))),
                                 bng_magnitude_exp2_hi(bng_magnitude_hi(bng_fixed_add(n.top, hi))));
}

static struct bng_range factorial(uint64_t n)
{
        struct bng_enclosure log, rest;
        struct bng_fixed lo, hi;
        uint64_t value = 1;

        if (n <= 20) {
                for (uint64_t i = 2; i <= n; i++)
                        value *= i;
                return bng_range_of_u64(value);
        }
        log = bng_log2_u64(n);
        if (n >> 56)
                return bng_range_span(factorial_huge(bng_magnitude_lo(log.lo)),
                                      factorial_huge(bng_magnitude_hi(log.hi)));
        rest = bng_stirling_rest(n);
        lo = bng_fixed_mul_dn(bng_fixed_sub(log.lo, BNG_LOG2_E_UP), bng_fixed_of(n));
        hi = bng_fixed_mul_up(bng_fixed_sub(log.hi, BNG_LOG2_E_DN), bng_fixed_of(n));
        lo = bng_fixed_add(lo, bng_fixed_shr_dn(bng_fixed_add(log.lo, BNG_LOG2_2PI_DN), 1));
        hi = bng_fixed_add(hi, bng_fixed_shr_up(bng_fixed_add(log.hi, BNG_LOG2_2PI_UP), 1));
        return bng_range_between(bng_magnitude_lo(bng_fixed_add(lo, rest.lo)),
                                 bng_magnitude_hi(bng_fixed_add(hi, rest.hi)));
}

struct bng_range bng_range_factorial(struct bng_range n)
{
        return bng_range_monotone(n, factorial, factorial_huge);
}
