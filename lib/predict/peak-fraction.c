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

/* Whatever common divisors of so few limbs hold is on the stack. */
#define FEW_LIMBS 300

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

static uint64_t cancel(uint64_t a, uint64_t b, struct bng_divisor common)
{
        return quotient(bng_max(a, b), bng_limbs_of_bits(common.bits));
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
                                    struct bng_divisor first, struct bng_divisor second)
{
        struct limbs x = limbs_of(a), y = limbs_of(b);
        uint64_t room = room_to_cancel(x.num, y.den) + room_to_cancel(y.num, x.den);
        uint64_t cancelled = bng_max(cancel(x.num, y.den, first), cancel(y.num, x.den, second));
        uint64_t denominator = bng_max(cancelled, product(x.den, y.den));

        return sum_bytes(room, bng_max(first.peak_bytes, second.peak_bytes),
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

/* Where the denominators have nothing in common; then the products are what they look like. */
static uint64_t steps_without_common(struct limbs x, struct limbs y)
{
        uint64_t sum = bng_max(x.num + y.den, y.num + x.den) + 1;
        uint64_t products =
                bng_max(bng_scratch_multiply(x.num, y.den), bng_scratch_multiply(y.num, x.den));

        return bng_max(products, sum + product(x.den, y.den));
}

/* Beside its room, the quotient of up to q limbs by a divisor of up to d. */
static uint64_t quotient_within(uint64_t q, uint64_t d)
{
        return d <= 1 ? 0 : bng_scratch_exact_within(q, d);
}

/* What numbers of up to so many limbs have in common, where there is room for it. */
static uint64_t divisor_up_to(uint64_t a, uint64_t b)
{
        return b <= 1 ? 0 : bng_peak_gcd(a * GMP_NUMB_BITS, b * GMP_NUMB_BITS);
}

/* Where they have a divisor of `least` limbs to `most` in common. */
static uint64_t with_common(struct limbs x, struct limbs y, uint64_t room, uint64_t least,
                            uint64_t most)
{
        /* What is left of the denominators, and the sum. */
        struct limbs left = {x.den - least + 1, y.den - least + 1};
        uint64_t sum = bng_max(x.num + left.den, y.num + left.num) + 1;
        uint64_t cancelled = quotient_within(bng_max(left.num, left.den), most);
        uint64_t products = bng_max(bng_scratch_multiply(x.num, left.den),
                                    bng_scratch_multiply(y.num, left.num));
        uint64_t numerator = sum + quotient_within(sum, most);
        uint64_t denominator = sum + bng_max(cancelled, product(left.num, y.den));

        return sum_bytes(room + bng_block_limbs(sum), divisor_up_to(sum, most),
                         bng_max(bng_max(cancelled, products), bng_max(numerator, denominator)));
}

/*
 * Each numerator by the other's denominator without what the denominators have in common, into
 * temporaries; then the result's parts. What the sum has in common with that is divided out. A common
 * divisor of many limbs leaves a sum of as many fewer: both together count, by sixteenths.
 */
uint64_t bng_peak_fraction_add(struct bng_fraction_bits a, struct bng_fraction_bits b,
                               struct bng_divisor common)
{
        struct limbs x = limbs_of(a), y = limbs_of(b);
        uint64_t divisor = bng_limbs_of_bits(common.bits);
        uint64_t first = x.num + y.den, second = y.num + x.den;
        uint64_t room = bng_block_limbs(bng_min(x.den, y.den)) + bng_block_limbs(first) +
                        bng_block_limbs(second);
        uint64_t most = sum_bytes(room, common.peak_bytes, steps_without_common(x, y));
        unsigned parts = divisor > FEW_LIMBS ? 16 : 1;

        for (unsigned part = 1; part <= parts; part++)
                most = bng_max(most,
                               with_common(x, y, room, bng_max(1, divisor * (part - 1) / parts),
                                           divisor * part / parts));
        return most;
}

/*
 * In place, where quotients are made beside what they replace; or into another fraction, beside the
 * divisor that makes both parts shorter.
 */
uint64_t bng_peak_fraction_canonical(struct bng_fraction_bits a, struct bng_divisor common)
{
        struct limbs x = limbs_of(a);
        uint64_t longer = bng_max(x.num, x.den);
        uint64_t room = bng_block_limbs(longer + 1);
        uint64_t divided = bng_max(room + bng_block_limbs(longer), x.num + x.den);

        return bng_max(sum_bytes(room, common.peak_bytes, 0),
                       bng_bytes_of_limbs(divided + cancel(x.num, x.den, common) + SPARE_LIMBS));
}
