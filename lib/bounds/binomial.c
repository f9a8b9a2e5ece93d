/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "bounds/range.h"
#include "bounds/stirling.h"

/*
 * Binomials. With d = n - k, Stirling's formula for n! / (k! d!) leaves, after the powers of e
 * cancel,
 *
 *   log2 C(n, k) = k log2(n/k) + d log2(n/d) - log2(2 pi k d / n) / 2 - (r(k) + r(d) - r(n)) /
 * ln 2.
 *
 * A difference of three log-factorials would lose everything for large n and small k; here every
 * product is of the size of the result. The one trap is d log2(n/d) with d far above k: the
 * logarithm is then nearly 0 and d multiplies its error. As n/d = 1 + x with x = k/d, the term is
 * d x (log2(1+x)/x) = k * ratio(x), where the ratio is between 1 and 1/ln 2 and known to 8 ulps.
 *
 * Width, with k <= d: k times at most 6 + 8 + 1 ulps, or for d < 128 k, d times 6 ulps; below GMP's
 * ceiling k < 2^37 (C(n, k) >= 2^k), so less than 2^-17; and 0.02 bits for the three r. At most one
 * bit.
 */

/* C(n, k) where it fits 64 bits; k <= n/2, so each C(n, i) on the way is at least 2^i. */
static bool small_binomial(uint64_t n, uint64_t k, uint64_t *value)
{
        uint64_t c = 1;

        for (uint64_t i = 1; i <= k; i++) {
                uint64_t hi, lo, rest;

                bng_mul_wide(c, n - k + i, &hi, &lo);
                if (hi >= i)
                        return false;
                /* C(n-k+i, i) = C(n-k+i-1, i-1) * (n-k+i) / i, without remainder. */
                c = bng_div_wide(hi, lo, i, &rest);
        }
        *value = c;
        return true;
}

/* d * log2(1 + k/d), k <= d */
static struct bng_enclosure far_term(uint64_t n, uint64_t k, struct bng_enclosure log_n,
                                     struct bng_enclosure log_d)
{
        uint64_t d = n - k;

        if (k <= d >> 7) {
                uint64_t rest, x = bng_div_wide(k, 0, d, &rest);

                /* The ratio falls as x rises. */
                return (struct bng_enclosure){
                        bng_fixed_mul_dn(bng_log2_1p_ratio(x + 1).lo, bng_fixed_of(k)),
                        bng_fixed_mul_up(bng_log2_1p_ratio(x).hi, bng_fixed_of(k)),
                };
        }
        return (struct bng_enclosure){
                bng_fixed_mul_dn(bng_fixed_sub(log_n.lo, log_d.hi), bng_fixed_of(d)),
                bng_fixed_mul_up(bng_fixed_sub(log_n.hi, log_d.lo), bng_fixed_of(d)),
        };
}

/* C(n, k), n >= k */
static struct bng_range binomial(uint64_t n, uint64_t k)
{
        struct bng_enclosure log_n, log_k, log_d, rest_n, rest_k, rest_d, far;
        struct bng_fixed lo, hi, less;
        uint64_t value;

        if (k > n - k)
                k = n - k;
        if (small_binomial(n, k, &value))
                return bng_range_of_u64(value);

        log_n = bng_log2_u64(n);
        log_k = bng_log2_u64(k);
        log_d = bng_log2_u64(n - k);
        rest_n = bng_stirling_rest(n);
        rest_k = bng_stirling_rest(k);
        rest_d = bng_stirling_rest(n - k);
        far = far_term(n, k, log_n, log_d);

        lo = bng_fixed_mul_dn(bng_fixed_sub(log_n.lo, log_k.hi), bng_fixed_of(k));
        lo = bng_fixed_add(lo, far.lo);
        /* 2 pi k d / n >= pi, and r(k) > r(n): both corrections are positive. */
        less = bng_fixed_add(bng_fixed_add(log_k.hi, log_d.hi), BNG_LOG2_2PI_UP);
        less = bng_fixed_shr_up(bng_fixed_sub(less, log_n.lo), 1);
        less = bng_fixed_add(less, bng_fixed_sub(bng_fixed_add(rest_k.hi, rest_d.hi), rest_n.lo));
        lo = bng_fixed_sub(lo, less);

        hi = bng_fixed_mul_up(bng_fixed_sub(log_n.hi, log_k.lo), bng_fixed_of(k));
        hi = bng_fixed_add(hi, far.hi);
        less = bng_fixed_add(bng_fixed_add(log_k.lo, log_d.lo), BNG_LOG2_2PI_DN);
        less = bng_fixed_shr_dn(bng_fixed_sub(less, log_n.hi), 1);
        less = bng_fixed_add(less, bng_fixed_sub(bng_fixed_add(rest_k.lo, rest_d.lo), rest_n.hi));
        hi = bng_fixed_sub(hi, less);
        /* All C(n, i) together are 2^n. This also undoes what saturation may have done next to
         * 2^64. */
        if (bng_fixed_compare(hi, bng_fixed_of(n)) > 0)
                hi = bng_fixed_of(n);
        return bng_range_between(bng_magnitude_lo(lo), bng_magnitude_hi(hi));
}

/*
 * n beyond 64 bits and k known, k >= 1: k! C(n, k) is a product of k factors from n-k+1 to n.
 * Paired from both ends, each pair is at least n (n-k+1) and at most the square of the mean, which
 * is n - (k-1)/2.
 */
static struct bng_range binomial_of_huge(struct bng_range n, uint64_t k)
{
        struct bng_range divisor = bng_range_factorial(bng_range_of_u64(k));
        struct bng_magnitude last = n.lo, mean = n.hi, lo, hi;

        if (k > 1)
                last = bng_magnitude_sub_lo(n.lo, bng_magnitude_of_u64_hi(k - 1));
        if (k > 2)
                mean = bng_magnitude_sub_hi(n.hi, bng_magnitude_of_u64_lo((k - 1) / 2));
        lo = bng_magnitude_pow_u64_lo(bng_magnitude_mul_lo(n.lo, last), k);
        lo = bng_magnitude_div_lo(bng_magnitude_root_u64_lo(lo, 2), divisor.hi);
        hi = bng_magnitude_div_hi(bng_magnitude_pow_u64_hi(mean, k), divisor.lo);
        return bng_range_between(lo, hi);
}

/*
 * Whatever n and k are: C(k+d, k) rises with both k and d, and ((k+d)/m)^m <= C(k+d, k) for
 * m = min(k, d); from above, C(n, k) is below 2^n and at most n^k.
 */
static struct bng_range binomial_of_any(struct bng_range n, struct bng_range k)
{
        struct bng_magnitude d = bng_magnitude_sub_lo(n.lo, k.hi);
        struct bng_magnitude m = bng_magnitude_min(k.lo, d);
        struct bng_magnitude lo = BNG_MAGNITUDE_ONE;
        struct bng_magnitude hi =
                bng_magnitude_min(bng_magnitude_exp2_hi(n.hi), bng_magnitude_pow_hi(n.hi, k.hi));

        if (bng_magnitude_compare(n.lo, k.hi) > 0)
                lo = bng_magnitude_pow_lo(bng_magnitude_div_lo(bng_magnitude_add_lo(k.lo, d), m),
                                          m);
        return bng_range_between(lo, hi);
}

/* k surely at least 1. */
static struct bng_range binomial_of_positive(struct bng_range n, struct bng_range k)
{
        const struct bng_magnitude two_to_the_64 = {1, {64, 0}};
        uint64_t n_min = bng_range_least(n), n_max, k_min = bng_range_least(k), k_max;
        struct bng_range result;

        if (bng_range_greatest(n, &n_max)) {
                /* Beyond 64 bits k is larger than n, even where both end at the largest word. */
                bool k_ends = bng_range_greatest(k, &k_max);
                if (!k_ends)
                        k_max = UINT64_MAX;
                if (k_min > n_max || bng_magnitude_compare(k.lo, two_to_the_64) >= 0)
                        return bng_range_zero();
                /* Least where both k and n - k are; greatest as near to the middle of the row as k
                 * gets. */
                uint64_t d = n_min > k_max ? n_min - k_max : 0;
                uint64_t middle = n_max / 2;

                middle = middle < k_min ? k_min : middle > k_max ? k_max : middle;
                result = bng_range_span(binomial(k_min + d, k_min), binomial(n_max, middle));
                return !k_ends || k_max > n_min ? bng_range_or_zero(result) : result;
        }
        result = k.known ? binomial_of_huge(bng_range_not_zero(n), k.value)
                         : binomial_of_any(bng_range_not_zero(n), k);
        if (n.may_be_zero || bng_magnitude_compare(n.lo, k.hi) < 0)
                result = bng_range_or_zero(result);
        return result;
}

struct bng_range bng_range_binomial(struct bng_range n, struct bng_range k)
{
        const struct bng_range one = bng_range_of_u64(1);

        if (k.surely_zero)
                return one;
        if (!k.may_be_zero)
                return binomial_of_positive(n, k);
        return bng_range_union(one, binomial_of_positive(n, bng_range_not_zero(k)));
}
