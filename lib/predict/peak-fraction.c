/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "predict/limbs.h"
#include "predict/peak.h"
#include "predict/scratch.h"

/*
 * The peaks of fractions' products and sums, and of lowest terms. mpq_mul, mpq_div, mpq_add and
 * mpq_canonicalize make room for divisors and temporaries first, as long as the operands can make them
 * need, and keep it to the end; beside it are one step at a time, a common divisor, an exact quotient
 * or a product, and what there is of the result. What a common divisor holds the caller knows best. Of a
 * result in an operand's place only that old block, which is the caller's, is less.
 */

/* Carries, and the denominator of a new fraction. */
#define SPARE_LIMBS 8

/* What a product holds with its room. */
static uint64_t product(uint64_t a, uint64_t b)
{
        return a + b + bng_scratch_multiply(a, b);
}

/* Beside its room, the quotient of up to n limbs by a divisor of up to d: a limb needs nothing. */
static uint64_t quotient(uint64_t n, uint64_t d)
{
        return d <= 1 ? 0 : bng_scratch_exact_up_to(bng_max(n, d), d);
}

struct limbs {
        uint64_t num, den;
};

static struct limbs limbs_of(struct bng_fraction_bits a)
{
        return (struct limbs){bng_limbs_of_bits(a.num), bng_limbs_of_bits(a.den)};
}

/* A number and another one's part that cancels it: the divisor, and what is left of either. */
static uint64_t room_to_cancel(uint64_t a, uint64_t b)
{
        return bng_block_limbs(bng_min(a, b)) + bng_block_limbs(bng_max(a, b));
}

static uint64_t cancel(uint64_t a, uint64_t b)
{
        return quotient(bng_max(a, b), bng_min(a, b));
}

static uint64_t sum_bytes(uint64_t room, uint64_t divisor_bytes, uint64_t steps)
{
        return bng_sat_add(bng_bytes_of_limbs(room + SPARE_LIMBS),
                           bng_max(divisor_bytes, bng_bytes_of_limbs(steps)));
}

/*
 * Both numerators are divided by what they have in common with the other's denominator, and
 * multiplied; then both denominators.
 */
uint64_t bng_peak_fraction_multiply(struct bng_fraction_bits a, struct bng_fraction_bits b,
                                    uint64_t divisor_bytes)
{
        struct limbs x = limbs_of(a), y = limbs_of(b);
        uint64_t room = room_to_cancel(x.num, y.den) + room_to_cancel(y.num, x.den);
        uint64_t cancelled = bng_max(cancel(x.num, y.den), cancel(y.num, x.den));
        uint64_t denominator = bng_max(cancelled, product(x.den, y.den));

        return sum_bytes(room, divisor_bytes,
                         bng_max(product(x.num, y.num), x.num + y.num + denominator));
}

/* Of a fraction by itself there is nothing to divide. */
uint64_t bng_peak_fraction_square(struct bng_fraction_bits a)
{
        struct limbs x = limbs_of(a);
        uint64_t num = 2 * x.num;
        uint64_t den = 2 * x.den;

        return sum_bytes(num, 0,
                         bng_max(bng_scratch_square(x.num), den + bng_scratch_square(x.den)));
}

/*
 * Each numerator by the other's denominator without what the denominators have in common, into
 * temporaries; then the result's parts. What the sum has in common with that is divided out.
 */
uint64_t bng_peak_fraction_add(struct bng_fraction_bits a, struct bng_fraction_bits b,
                               uint64_t divisor_bytes)
{
        struct limbs x = limbs_of(a), y = limbs_of(b);
        uint64_t common = bng_min(x.den, y.den);
        uint64_t first = x.num + y.den, second = y.num + x.den;
        uint64_t sum = bng_max(first, second) + 1;
        uint64_t room = bng_block_limbs(common) + bng_block_limbs(first) + bng_block_limbs(second) +
                        bng_block_limbs(sum + 1);

        uint64_t products =
                bng_max(bng_scratch_multiply(x.num, y.den), bng_scratch_multiply(y.num, x.den));
        uint64_t numerator = sum + quotient(sum, common);
        uint64_t denominator = sum + bng_max(cancel(x.den, y.den), product(x.den, y.den));

        return sum_bytes(room, divisor_bytes, bng_max(products, bng_max(numerator, denominator)));
}

/* In place, where quotients are made beside what they replace; perhaps in a copy (guard/fraction.c). */
uint64_t bng_peak_fraction_canonical(struct bng_fraction_bits a, uint64_t divisor_bytes)
{
        struct limbs x = limbs_of(a);
        uint64_t longer = bng_max(x.num, x.den);
        uint64_t room = x.num + x.den + bng_block_limbs(longer + 1);

        return sum_bytes(room, divisor_bytes, bng_block_limbs(longer) + cancel(x.num, x.den));
}
