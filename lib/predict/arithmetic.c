/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "predict/limbs.h"
#include "predict/peak.h"

/*
 * Sums and products. A sum is a difference of absolute values where the signs differ, so signs are
 * followed as sets: which may the operand have, which may the result have?
 */

static struct bng_operand negated(struct bng_operand a)
{
        bool may_be_negative = a.may_be_negative;

        a.may_be_negative = a.may_be_positive;
        a.may_be_positive = may_be_negative;
        return a;
}

/* Surely further from 0 than b. */
static bool dominates(struct bng_operand a, struct bng_operand b)
{
        if (a.size.known && b.size.known)
                return a.size.value > b.size.value;
        return !a.size.may_be_zero && bng_magnitude_compare(a.size.lo, b.size.hi) >= 0;
}

static struct bng_operand sum(struct bng_operand a, struct bng_operand b)
{
        bool may_agree = (a.may_be_positive && b.may_be_positive) ||
                         (a.may_be_negative && b.may_be_negative);
        bool may_differ = (a.may_be_positive && b.may_be_negative) ||
                          (a.may_be_negative && b.may_be_positive);
        struct bng_range size = !may_differ  ? bng_range_add(a.size, b.size)
                                : !may_agree ? bng_range_difference(a.size, b.size)
                                             : bng_range_add_any(a.size, b.size);

        /* The larger operand's sign, where it is known which one that is. */
        bool by_a = dominates(a, b);
        bool by_b = dominates(b, a);
        return bng_operand_range(size, (a.may_be_negative && !by_b) || (b.may_be_negative && !by_a),
                                 (a.may_be_positive && !by_b) || (b.may_be_positive && !by_a));
}

static struct bng_operand product(struct bng_operand a, struct bng_operand b)
{
        struct bng_operand result =
                bng_operand_range(bng_range_mul(a.size, b.size),
                                  (a.may_be_negative && b.may_be_positive) ||
                                          (a.may_be_positive && b.may_be_negative),
                                  (a.may_be_positive && b.may_be_positive) ||
                                          (a.may_be_negative && b.may_be_negative));
        return bng_operand_with_zeros(result, bng_sat_add(a.zeros, b.zeros),
                                      a.zeros_known && b.zeros_known);
}

/* GMP makes room for the sum of the factors' limbs, whether or not the product fills it. */
static uint64_t product_bits(struct bng_operand a, struct bng_operand b)
{
        if (a.size.surely_zero || b.size.surely_zero)
                return 0;
        return bng_sat_add(bng_operand_bits_max(a), bng_operand_bits_max(b));
}

static struct bng_time product_time(struct bng_lengths of)
{
        return bng_time_multiply(of.a, of.b);
}

/* c: what the product is added to, or the product itself */
static struct bng_time add_product_time(struct bng_lengths of)
{
        return bng_time_and(product_time(of), bng_time_of(BNG_PACE_PASS, of.c));
}

struct bng_prediction bng_predict_copy(struct bng_operand a)
{
        return bng_predicted(a, BNG_WORK_COPY, bng_operand_bits_max(a));
}

struct bng_prediction bng_predict_complement(struct bng_operand a)
{
        /* ~a = -(a + 1) */
        struct bng_operand result = negated(sum(a, bng_operand_ui(1)));
        return bng_predicted(result, BNG_WORK_COPY, bng_operand_bits_max(a));
}

/* GMP makes room for a carry, so for the longer operand and one limb. */
struct bng_prediction bng_predict_add(struct bng_operand a, struct bng_operand b)
{
        uint64_t a_bits = bng_operand_bits_max(a);
        uint64_t b_bits = bng_operand_bits_max(b);

        return bng_predicted(sum(a, b), BNG_WORK_COPY, a_bits > b_bits ? a_bits : b_bits);
}

struct bng_prediction bng_predict_subtract(struct bng_operand a, struct bng_operand b)
{
        return bng_predict_add(a, negated(b));
}

/* A factor of one limb needs no scratch, whatever the other one is. */
static bool by_one_limb(struct bng_operand a, struct bng_operand b)
{
        return bng_operand_bits_max(a) <= GMP_NUMB_BITS || bng_operand_bits_max(b) <= GMP_NUMB_BITS;
}

/* To a bit: then it has one of two lengths in limbs, which are often the same. */
static bool length_is_known(struct bng_operand a)
{
        bng_bounds bits = bng_range_bits(a.size);

        return bits.bits_max - bits.bits_min <= 1;
}

/* Of the four pairs of lengths that there may be the worst, not of all shorter factors. */
static uint64_t product_peak(struct bng_operand a, struct bng_operand b)
{
        bng_bounds a_bits = bng_range_bits(a.size);
        bng_bounds b_bits = bng_range_bits(b.size);

        if (!length_is_known(a) || !length_is_known(b))
                return bng_peak_multiply(a_bits.bits_max, b_bits.bits_max);
        return bng_max(bng_max(bng_peak_exact_product(a_bits.bits_min, b_bits.bits_min),
                               bng_peak_exact_product(a_bits.bits_min, b_bits.bits_max)),
                       bng_max(bng_peak_exact_product(a_bits.bits_max, b_bits.bits_min),
                               bng_peak_exact_product(a_bits.bits_max, b_bits.bits_max)));
}

static uint64_t square_peak(struct bng_operand a)
{
        bng_bounds bits = bng_range_bits(a.size);

        return length_is_known(a) ? bng_max(bng_peak_exact_square(bits.bits_min),
                                            bng_peak_exact_square(bits.bits_max))
                                  : bng_peak_square(bits.bits_max);
}

struct bng_prediction bng_predict_multiply(struct bng_operand a, struct bng_operand b)
{
        struct bng_prediction prediction =
                bng_predicted(product(a, b), by_one_limb(a, b) ? BNG_WORK_COPY : BNG_WORK_MULTIPLY,
                              product_bits(a, b));
        return bng_timed(bng_holding(prediction, product_peak(a, b)), product_time,
                         bng_operand_bits_max(a), bng_operand_bits_max(b), 0);
}

struct bng_prediction bng_predict_square(struct bng_operand a)
{
        return bng_holding(bng_predict_multiply(a, a), square_peak(a));
}

/* r + ab, where ab has such a peak by itself. */
static struct bng_prediction add_product(struct bng_operand r, struct bng_operand a,
                                         struct bng_operand b, uint64_t product_bytes)
{
        uint64_t r_bits = bng_operand_bits_max(r);
        uint64_t ab_bits = product_bits(a, b);
        uint64_t longer_bits = r_bits > ab_bits ? r_bits : ab_bits;

        struct bng_prediction prediction = bng_predicted(
                sum(r, product(a, b)), by_one_limb(a, b) ? BNG_WORK_UPDATE : BNG_WORK_ADD_PRODUCT,
                longer_bits);
        prediction = bng_holding(prediction,
                                 bng_peak_add_product(r_bits, bng_operand_bits_max(a),
                                                      bng_operand_bits_max(b), product_bytes));
        return bng_timed(prediction, add_product_time, bng_operand_bits_max(a),
                         bng_operand_bits_max(b), longer_bits);
}

struct bng_prediction bng_predict_add_product(struct bng_operand r, struct bng_operand a,
                                              struct bng_operand b)
{
        return add_product(r, a, b, product_peak(a, b));
}

struct bng_prediction bng_predict_subtract_product(struct bng_operand r, struct bng_operand a,
                                                   struct bng_operand b)
{
        return bng_predict_add_product(r, negated(a), b);
}

/* GMP 6.2 takes two equal factors for a square only where it transforms them, 6.3 always. */
static uint64_t added_square_peak(struct bng_operand a)
{
        return bng_max(product_peak(a, a), square_peak(a));
}

struct bng_prediction bng_predict_add_square(struct bng_operand r, struct bng_operand a)
{
        return add_product(r, a, a, added_square_peak(a));
}

struct bng_prediction bng_predict_subtract_square(struct bng_operand r, struct bng_operand a)
{
        return add_product(r, negated(a), a, added_square_peak(a));
}
