/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "bounds/checked.h"
#include "predict/peak.h"

/*
 * Operations with several results. The prediction is of the longest of them, because that one
 * decides whether all fit; its signs are those of any.
 */

struct bng_operand bng_operand_longest(struct bng_operand a, struct bng_operand b)
{
        struct bng_range size = bng_range_union(a.size, b.size);

        if (!a.size.may_be_zero)
                size.lo = bng_magnitude_max(size.lo, a.size.lo);
        if (!b.size.may_be_zero)
                size.lo = bng_magnitude_max(size.lo, b.size.lo);
        return bng_operand_range(size, a.may_be_negative || b.may_be_negative,
                                 a.may_be_positive || b.may_be_positive);
}

/* From nothing to something of this length. */
static struct bng_operand up_to(uint64_t bits, bool may_be_negative, bool may_be_positive)
{
        return bng_operand_range(bng_range_of_bits(0, bits), may_be_negative, may_be_positive);
}

static uint64_t longer_bits(struct bng_operand a, struct bng_operand b)
{
        uint64_t a_bits = bng_operand_bits_max(a);
        uint64_t b_bits = bng_operand_bits_max(b);

        return a_bits > b_bits ? a_bits : b_bits;
}

/* a: the bits, b: the degree */
static struct bng_time root_remainder_time(struct bng_lengths of)
{
        return bng_time_root(of.a, of.b, true);
}

/*
 * a - r^k is less than (r+1)^k - r^k. For a square this is 2r + 1, one bit more than the root; in
 * general it is at most a.
 */
struct bng_prediction bng_predict_root_remainder(struct bng_operand a, struct bng_operand degree)
{
        struct bng_prediction root = bng_predict_root(a, degree);

        if (root.undefined)
                return root;
        bool is_square = degree.size.known && degree.size.value == 2;
        uint64_t left = is_square ? bng_sat_add(bng_operand_bits_max(root.result), 1)
                                  : bng_operand_bits_max(a);
        struct bng_operand result =
                bng_operand_longest(root.result, up_to(left, a.may_be_negative, a.may_be_positive));
        struct bng_prediction prediction = bng_timed(
                bng_predicted(result, BNG_WORK_ROOT, bng_operand_bits_max(a)), root_remainder_time,
                bng_operand_bits_max(a), bng_range_least(degree.size), 0);
        uint64_t a_bits = bng_operand_bits_max(a);
        if (degree.size.known && degree.size.value == 1)
                return bng_holding(prediction,
                                   bng_peak_bytes(BNG_WORK_COPY, bng_sat_mul(a_bits, 2)));
        if (!degree.size.known)
                return prediction;
        return bng_holding(prediction,
                           is_square ? bng_peak_square_root_remainder(a_bits)
                                     : bng_peak_root_remainder(a_bits, degree.size.value));
}

static struct bng_time gcd_extended_time(struct bng_lengths of)
{
        return bng_time_gcd_extended(of.a, of.b, of.rest);
}

/* Of 0 and a number that one is the divisor, and its factor 1 or -1. */
static uint64_t gcd_extended_peak(struct bng_operand a, struct bng_operand b)
{
        if (a.size.surely_zero || b.size.surely_zero)
                return bng_sat_add(bng_peak_bytes(BNG_WORK_COPY, longer_bits(a, b)),
                                   bng_peak_bytes(BNG_WORK_COPY, 1));
        return bng_peak_gcd_extended(bng_operand_bits_max(a), bng_operand_bits_max(b));
}

/*
 * g = a s + b t with |s| <= |b| / 2g and |t| <= |a| / 2g, but for small cases in which they are 0, 1
 * or -1. GMP finds t by dividing g - a s by b.
 */
struct bng_prediction bng_predict_gcd_extended(struct bng_operand a, struct bng_operand b)
{
        uint64_t factor = bng_bounds_gcdext(longer_bits(a, b)).bits_max;
        struct bng_operand result =
                bng_operand_longest(bng_predict_gcd(a, b).result, up_to(factor, true, true));
        struct bng_prediction prediction =
                bng_predicted(result, BNG_WORK_INVERT, longer_bits(a, b));

        return bng_timed(bng_holding(prediction, gcd_extended_peak(a, b)), gcd_extended_time,
                         bng_operand_bits_max(a), bng_operand_bits_max(b), 0);
}

struct bng_prediction bng_predict_gcd_extended_z(mpz_srcptr a, mpz_srcptr b)
{
        struct bng_prediction prediction =
                bng_predict_gcd_extended(bng_operand_z(a), bng_operand_z(b));

        prediction.duration.pair = (struct bng_pair){a, b, .odd = false};
        return prediction;
}

/* By two squares in the end, instead of one product: a fifth more than one number. */
static struct bng_time pair_time(struct bng_lengths x)
{
        struct bng_time time = bng_time_of(BNG_PACE_FIBONACCI, x.a);

        time.seconds *= 1.2;
        return time;
}

/* F(0) = 0 comes with F(-1) = 1; from n = 1 on the number itself is the longer one. */
struct bng_prediction bng_predict_fibonacci_pair(struct bng_operand n)
{
        struct bng_prediction number = bng_predict_fibonacci(n);

        if (number.undefined)
                return number;
        struct bng_operand result = n.size.may_be_zero
                                            ? bng_operand_longest(number.result, bng_operand_ui(1))
                                            : number.result;
        struct bng_prediction pair =
                bng_predicted(result, BNG_WORK_FIBONACCI, bng_operand_bits_max(result));
        pair = bng_holding(pair, bng_peak_fibonacci_pair(bng_operand_bits_max(result)));
        return bng_timed(pair, pair_time, bng_operand_bits_max(result), 0, 0);
}

/* L(0) = 2 comes with L(-1) = -1, and L(1) = 1 with L(0) = 2. */
struct bng_prediction bng_predict_lucas_pair(struct bng_operand n)
{
        struct bng_prediction number = bng_predict_lucas(n);

        if (number.undefined)
                return number;
        struct bng_operand result = bng_range_least(n.size) < 2
                                            ? bng_operand_longest(number.result, bng_operand_ui(2))
                                            : number.result;
        result.may_be_negative = n.size.may_be_zero;
        struct bng_prediction pair =
                bng_predicted(result, BNG_WORK_LUCAS, bng_operand_bits_max(result));
        pair = bng_holding(pair, bng_peak_lucas_pair(bng_operand_bits_max(result)));
        return bng_timed(pair, pair_time, bng_operand_bits_max(result), 0, 0);
}
