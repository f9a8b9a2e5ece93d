/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "bounds/range.h"
#include "bounds/log2.h"

/*
 * Fibonacci and Lucas numbers, by Binet: F(n) = (phi^n - psi^n) / sqrt 5 and L(n) = phi^n + psi^n
 * with psi = -1/phi. From n = 90 on |psi/phi|^n < 2^-124, so their logarithms are
 *
 *   log2 F(n) = n log2 phi - log2 sqrt 5,   log2 L(n) = n log2 phi
 *
 * to less than one ulp. log2 phi in 64 fractional bits is at most one ulp off; times n < 2^38,
 * which GMP's ceiling asks for, less than 2^-25: at most one bit. Below, they are added up.
 */

#define LOG2_PHI_DN ((struct bng_fixed){0, 0xb1b9d68a8e53425d})
#define LOG2_PHI_UP ((struct bng_fixed){0, 0xb1b9d68a8e53425e})
#define LOG2_SQRT5_DN ((struct bng_fixed){1, 0x2934f0979a3715fc})
#define LOG2_SQRT5_UP ((struct bng_fixed){1, 0x2934f0979a3715fd})
/* log2(1 / log2 phi), from below; and from above with 64 ulps, see phi_to_the. */
#define LOG2_LOG_PHI_DN ((struct bng_fixed){0, 0x86c80631523336b4})
#define LOG2_LOG_PHI_UP ((struct bng_fixed){0, 0x86c80631523336f5})

static const uint64_t last_fibonacci = 93, last_lucas = 91; /* the last to fit 64 bits */

/* The n-th of the numbers that begin with a, b. */
static uint64_t nth(uint64_t a, uint64_t b, uint64_t n)
{
        while (n--) {
                uint64_t next = a + b;

                a = b;
                b = next;
        }
        return a;
}

static struct bng_range fibonacci(uint64_t n)
{
        struct bng_fixed lo, hi;

        if (n <= last_fibonacci)
                return bng_range_of_u64(nth(0, 1, n));
        lo = bng_fixed_sub(bng_fixed_mul_dn(LOG2_PHI_DN, bng_fixed_of(n)), LOG2_SQRT5_UP);
        hi = bng_fixed_sub(bng_fixed_mul_up(LOG2_PHI_UP, bng_fixed_of(n)), LOG2_SQRT5_DN);
        return bng_range_between(bng_magnitude_lo(bng_fixed_sub(lo, BNG_FIXED_ULP)),
                                 bng_magnitude_hi(bng_fixed_add(hi, BNG_FIXED_ULP)));
}

static struct bng_range lucas(uint64_t n)
{
        struct bng_fixed lo, hi;

        if (n <= last_lucas)
                return bng_range_of_u64(nth(2, 1, n));
        lo = bng_fixed_mul_dn(LOG2_PHI_DN, bng_fixed_of(n));
        hi = bng_fixed_mul_up(LOG2_PHI_UP, bng_fixed_of(n));
        return bng_range_between(bng_magnitude_lo(bng_fixed_sub(lo, BNG_FIXED_ULP)),
                                 bng_magnitude_hi(bng_fixed_add(hi, BNG_FIXED_ULP)));
}

/*
 * F(n) and L(n) for n >= 2^63: 2^(n log2 phi - c) with 0 <= c < 1.17. Less c is a factor above
 * 1 - 1.17 / (0.69 n) of the exponent, 5 ulps of its logarithm; LOG2_LOG_PHI_UP holds 64.
 */
static struct bng_range phi_to_the(struct bng_magnitude n)
{
        const struct bng_magnitude dn = {1, LOG2_LOG_PHI_DN}, up = {1, LOG2_LOG_PHI_UP};

        return bng_range_between(bng_magnitude_exp2_lo(bng_magnitude_div_lo(n, up)),
                                 bng_magnitude_exp2_hi(bng_magnitude_div_hi(n, dn)));
}

struct bng_range bng_range_fibonacci(struct bng_range n)
{
        return bng_range_monotone(n, fibonacci, phi_to_the);
}

/* They rise from L(1) = 1 on; L(0) = 2 stands apart. */
struct bng_range bng_range_lucas(struct bng_range n)
{
        if (n.known || !n.may_be_zero)
                return bng_range_monotone(n, lucas, phi_to_the);
        return bng_range_union(bng_range_of_u64(2), bng_range_lucas(bng_range_not_zero(n)));
}
