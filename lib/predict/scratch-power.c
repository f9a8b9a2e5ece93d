/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "predict/limbs.h"
#include "predict/scratch.h"

/* Of numbers whose length in bits is known but for one or two: that has so many limbs or one less. */
static uint64_t power_square(uint64_t limbs, bool exact)
{
        return exact ? bng_max(bng_scratch_exact_square(limbs),
                               bng_scratch_exact_square(bng_sat_sub(limbs, 1)))
                     : bng_scratch_square(limbs);
}

static uint64_t power_product(uint64_t limbs, uint64_t base, bool exact)
{
        return exact ? bng_max(bng_scratch_exact_product(limbs, base),
                               bng_scratch_exact_product(bng_sat_sub(limbs, 1), base))
                     : bng_scratch_product(limbs, base);
}

/*
 * The scratch of the squares and products by the base that mpz_n_pow_ui or mpn_pow_1 makes a number of `bits` bits
 * of, from the last one back to the first: a square root has half the bits, and what is multiplied by
 * the base in the end lacks the base's bits but for one. A base of one limb, or of two, needs no
 * scratch. The longest need not be the last: where that is a square, a product by a long base before
 * it may take more. Where the result is known to a bit, each product leaves one bit more in doubt, and
 * each square half of them.
 */
uint64_t bng_scratch_power(uint64_t bits, uint64_t base_bits, uint64_t exponent, bool exact)
{
        uint64_t base = bng_limbs_of_bits(base_bits);
        uint64_t most = 0;

        for (; exponent > 1; exponent /= 2) {
                if (exponent % 2 == 1 && base > 2) {
                        bits = bng_sat_sub(bits, base_bits - 1);
                        most = bng_max(most, power_product(bng_limbs_of_bits(bits), base, exact));
                }
                bits = bng_div_up(bits, 2);
                most = bng_max(most, power_square(bng_limbs_of_bits(bits), exact));
        }
        return most;
}
