/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "predict/limbs.h"
#include "predict/peak.h"
#include "predict/scratch.h"

/*
 * The peaks of fractions' products and sums. mpq_mul, mpq_div and mpq_add make room for divisors and
 * temporaries first, as long as the operands can make them need, and keep it to the end; beside it
 * are one step at a time, a common divisor, an exact quotient or a product, and what there is of the
 * result. Of a result in an operand's place only that old block, which is the caller's, is less.
 */

/* Headers of blocks, carries, the denominator of a new fraction. */
#define SPARE_LIMBS 64

/* What a product holds with its room; of a number and itself it may be a square. */
static uint64_t product(uint64_t a, uint64_t b)
{
        return a + b + bng_max(bng_scratch_multiply(a, b), bng_scratch_square(bng_min(a, b)));
}

struct limbs {
        uint64_t num, den;
};

static struct limbs limbs_of(struct bng_fraction_bits a)
{
        return (struct limbs){bng_limbs_of_bits(a.num) + 1, bng_limbs_of_bits(a.den) + 1};
}

/*
 * Both numerators are divided by what they have in common with the other's denominator, and
 * multiplied; then both denominators.
 */
uint64_t bng_peak_fraction_multiply(struct bng_fraction_bits a, struct bng_fraction_bits b)
{
        struct limbs x = limbs_of(a), y = limbs_of(b);
        uint64_t room = x.num + x.den + y.num + y.den;
        uint64_t quotient =
                bng_max(bng_scratch_exact_up_to(bng_max(x.num, y.den), bng_min(x.num, y.den)),
                        bng_scratch_exact_up_to(bng_max(y.num, x.den), bng_min(y.num, x.den)));
        uint64_t divisor = bng_max(bng_peak_gcd(a.num, b.den), bng_peak_gcd(b.num, a.den));
        uint64_t result = bng_max(product(x.num, y.num),
                                  x.num + y.num + bng_max(quotient, product(x.den, y.den)));

        return bng_sat_add(bng_bytes_of_limbs(room + SPARE_LIMBS),
                           bng_max(divisor, bng_bytes_of_limbs(result)));
}

/* Of a fraction by itself there is nothing to divide. */
uint64_t bng_peak_fraction_square(struct bng_fraction_bits a)
{
        struct limbs x = limbs_of(a);
        uint64_t num = 2 * x.num;
        uint64_t den = 2 * x.den;

        return bng_bytes_of_limbs(
                num + SPARE_LIMBS +
                bng_max(bng_scratch_square(x.num), den + bng_scratch_square(x.den)));
}

/*
 * Each numerator by the other's denominator without what the denominators have in common; what the
 * sum has in common with that is divided out.
 */
uint64_t bng_peak_fraction_add(struct bng_fraction_bits a, struct bng_fraction_bits b)
{
        struct limbs x = limbs_of(a), y = limbs_of(b);
        uint64_t common = bng_min(x.den, y.den);
        uint64_t sum = bng_max(x.num + y.den, y.num + x.den) + 2;
        uint64_t sum_bits = bng_sat_add(
                bng_max(bng_sat_add(a.num, b.den), bng_sat_add(b.num, a.den)), 2 * GMP_NUMB_BITS);
        uint64_t room = x.num + x.den + y.num + y.den + common + sum;

        uint64_t divisor = bng_max(bng_peak_gcd(a.den, b.den),
                                   bng_peak_gcd(sum_bits, a.den < b.den ? a.den : b.den));
        /* Into temporaries, that have their room; then the result's parts. */
        uint64_t products =
                bng_max(bng_scratch_multiply(x.num, y.den), bng_scratch_multiply(y.num, x.den));
        uint64_t quotient = bng_scratch_exact_up_to(bng_max(x.den, y.den), common);
        uint64_t numerator = sum + bng_scratch_exact_up_to(sum, common);
        uint64_t denominator = sum + bng_max(quotient, product(x.den, y.den));
        uint64_t squares = bng_max(bng_scratch_square(bng_min(x.num, y.den)),
                                   bng_scratch_square(bng_min(y.num, x.den)));
        uint64_t steps = bng_max(bng_max(products, squares), bng_max(numerator, denominator));

        return bng_sat_add(bng_bytes_of_limbs(room + SPARE_LIMBS),
                           bng_max(divisor, bng_bytes_of_limbs(steps)));
}
