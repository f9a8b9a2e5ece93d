/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "bounds/checked.h"
#include "predict/peak.h"

/*
 * By a machine word GMP divides in one pass and holds nothing but the results, so these are the
 * predictions for integers with other peaks and times. A remainder by a word is a word.
 */

static struct bng_time one_pass_time(struct bng_lengths of)
{
        return bng_time_of(BNG_PACE_PASS, of.a);
}

/* Each limb of a quotient waits for the one before. */
static struct bng_time quotient_time(struct bng_lengths of)
{
        return bng_time_limb_quotient(of.a);
}

/* Holds so many bits; the time is that of one pass over a. */
static struct bng_prediction one_pass(struct bng_prediction prediction, struct bng_operand a,
                                      uint64_t bits)
{
        if (prediction.undefined)
                return prediction;
        return bng_timed(bng_predicted(prediction.result, BNG_WORK_COPY, bits), one_pass_time,
                         bng_operand_bits_max(a), 0, 0);
}

static struct bng_prediction quotient_pass(struct bng_prediction prediction, struct bng_operand a,
                                           uint64_t bits)
{
        if (prediction.undefined)
                return prediction;
        return bng_timed(one_pass(prediction, a, bits), quotient_time, bng_operand_bits_max(a), 0,
                         0);
}

struct bng_prediction bng_predict_quotient_by_word(enum bng_division division, struct bng_operand a,
                                                   struct bng_operand d)
{
        return quotient_pass(bng_predict_quotient(division, a, d), a, bng_operand_bits_max(a));
}

struct bng_prediction bng_predict_remainder_by_word(enum bng_division division,
                                                    struct bng_operand a, struct bng_operand d)
{
        return one_pass(bng_predict_remainder(division, a, d), a, bng_operand_bits_max(d));
}

struct bng_prediction bng_predict_quotient_remainder_by_word(enum bng_division division,
                                                             struct bng_operand a,
                                                             struct bng_operand d)
{
        uint64_t both = bng_sat_add(bng_operand_bits_max(a), 2 * GMP_NUMB_BITS);
        return quotient_pass(bng_predict_quotient_remainder(division, a, d), a, both);
}

struct bng_prediction bng_predict_gcd_with_word(struct bng_operand a, struct bng_operand b)
{
        struct bng_prediction prediction = bng_predict_gcd(a, b);
        return one_pass(prediction, a, bng_operand_bits_max(prediction.result));
}

/* Beside the result the quotient of the word and the divisor. */
struct bng_prediction bng_predict_lcm_with_word(struct bng_operand a, struct bng_operand b)
{
        uint64_t both = bng_sat_add(bng_operand_bits_max(a), bng_operand_bits_max(b));
        return one_pass(bng_predict_lcm(a, b), a, bng_sat_add(both, 2 * GMP_NUMB_BITS));
}
