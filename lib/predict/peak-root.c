/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "predict/limbs.h"
#include "predict/peak.h"
#include "predict/scratch.h"

/*
 * The peaks of roots: square roots have a way of their own, others of all degrees share one.
 *
 * mpn_rootrem takes a block for the remainder, for quotients, and for powers, each as long as the
 * number and for a power that is too large by its half for each degree. It doubles the bits of the
 * root, step by step: the root's power by one degree less, and that times the root, and then a
 * quotient of what the power leaves by the degree and that lesser power. In the end it makes the power
 * of the whole root. Before the last quotient the root has half of its bits and some for the degree;
 * all powers, products and quotients before are of less.
 *
 * Without a remainder a number that is more than three times as long in limbs as the degree is copied,
 * with so many limbs of zeros at its end that its root has a limb more. Only where that limb is 0 or 1,
 * as it is for powers and their neighbours, the last power is made. Nobody knows before, so it counts;
 * as does the product that shows, of such powers alone, whether a quotient is one too large.
 *
 * What a shorter number takes is no more, so these hold for lengths that are only known to be
 * no longer.
 */

/* Headers of blocks, and carries. */
#define ROUNDING 32

/* ---- square roots ---- */

/*
 * mpn_dc_sqrt: the leading half of the root by the same way, and then a division by twice that of
 * what is left.
 */
uint64_t bng_peak_square_root(uint64_t a_bits)
{
        uint64_t root = bng_limbs_of_bits(a_bits) / 2 + 1;
        uint64_t block = 2 * root + root / 2 + 16;

        return bng_bytes_of_limbs(root + block + bng_scratch_quotient(root + 2, root / 2 + 1));
}

/*
 * mpn_dc_sqrtrem in a shifted copy: the same, with a quotient and a square of half the root. The
 * remainder has as much room as the number.
 */
uint64_t bng_peak_square_root_remainder(uint64_t a_bits)
{
        uint64_t n = bng_limbs_of_bits(a_bits);
        uint64_t root = n / 2 + 1;
        uint64_t half = root / 2 + 1;
        uint64_t copy = 2 * root + half + 16;
        uint64_t scratch = bng_max(bng_scratch_remainder(root, half), bng_scratch_square(half));

        return bng_bytes_of_limbs(n + root + copy + scratch);
}

/* ---- degrees of 3 and more ---- */

/* The root before the last step, of a root of so many bits. */
static uint64_t bits_before_last_step(uint64_t root_bits, uint64_t degree)
{
        uint64_t degree_bits = 64 - (unsigned)__builtin_clzll(degree) + 1;

        return bng_min((root_bits + degree_bits) / 2 + 1, root_bits);
}

/*
 * mpn_div_q of a quotient that is as long as the last step, by a divisor that is longer: the leading
 * limbs of both, twice of which are copied. With the divisor twice as long as the quotient there are no
 * others but on the stack.
 */
static uint64_t last_quotient(uint64_t step_bits, uint64_t divisor_bits)
{
        uint64_t q = bng_limbs_of_bits(step_bits) + 2;
        uint64_t divisor = bng_limbs_of_bits(divisor_bits);
        uint64_t product = divisor + q + bng_scratch_multiply(divisor, q);

        return 4 * q + bng_scratch_quotient_by_inverse(q, q, product);
}

/* mpn_rootrem_internal of so many bits, no less than the degree. */
static uint64_t root_of(uint64_t bits, uint64_t degree)
{
        uint64_t n = bng_limbs_of_bits(bits);
        uint64_t root_bits = (bits - 1) / degree + 1;
        /* A trial is no more than half too large: to this degree, with log2(3/2) < 3/5. */
        uint64_t extra = degree / GMP_NUMB_BITS * 3 / 5 + 3;
        uint64_t power_bits = bng_sat_add(bits, extra * GMP_NUMB_BITS);
        uint64_t before = bits_before_last_step(root_bits, degree);
        uint64_t before_power = bng_limbs_of_bits(bng_min(bng_sat_mul(before, degree), power_bits));
        uint64_t divisor_bits = bng_min(bng_sat_mul(before, degree - 1) + 64, power_bits);

        /* Factors of one or two limbs need no scratch, and then there are squares alone. */
        uint64_t step = bng_scratch_square(before_power / 2 + 1);
        if (before > 2 * GMP_NUMB_BITS)
                step = bng_max(step, bng_scratch_multiply_any(before_power));
        uint64_t last = bng_max(bng_scratch_power(power_bits, root_bits, degree, false),
                                last_quotient(root_bits - root_bits / 2, divisor_bits));
        return 3 * n + 2 * extra + bng_max(step, last);
}

uint64_t bng_peak_root(uint64_t a_bits, uint64_t degree)
{
        uint64_t n = bng_limbs_of_bits(a_bits);

        if (a_bits <= degree)
                return bng_bytes_of_limbs(1);
        if (n >= BNG_LIMBS_BEYOND)
                return UINT64_MAX;
        uint64_t root = n / degree + 1;
        if (n <= 3 * degree)
                return bng_bytes_of_limbs(root + root_of(a_bits, degree) + ROUNDING);
        uint64_t padded = n + degree + root + 1;
        return bng_bytes_of_limbs(root + padded + ROUNDING +
                                  root_of(a_bits + degree * GMP_NUMB_BITS, degree));
}

/* The remainder has as much room as the number. */
uint64_t bng_peak_root_remainder(uint64_t a_bits, uint64_t degree)
{
        uint64_t n = bng_limbs_of_bits(a_bits);

        if (n >= BNG_LIMBS_BEYOND)
                return UINT64_MAX;
        if (a_bits <= degree)
                return bng_bytes_of_limbs(1 + n);
        return bng_bytes_of_limbs(n / degree + 1 + n + root_of(a_bits, degree) + ROUNDING);
}
