/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <math.h>
#include "bounds/checked.h"
#include "predict/peak.h"

/*
 * Numbers whose length is an argument, and numbers of other kinds, which say their length
 * themselves.
 */

struct bng_prediction bng_predict_room(uint64_t bits)
{
        struct bng_operand number = bng_operand_range(bng_range_of_bits(bits, bits), false, true);
        struct bng_prediction prediction = bng_predicted(number, BNG_WORK_COPY, bits);

        prediction.room_bits = bits;
        return prediction;
}

struct bng_prediction bng_predict_up_to(uint64_t bits)
{
        struct bng_operand number = bng_operand_range(bng_range_of_bits(0, bits), true, true);
        return bng_predicted(number, BNG_WORK_COPY, bits);
}

static struct bng_time random_time(struct bng_lengths of)
{
        return bng_time_random(of.a);
}

struct bng_prediction bng_predict_random_up_to(uint64_t bits)
{
        return bng_timed(bng_predict_up_to(bits), random_time, bits, 0, 0);
}

/* The generator puts its bits where they stay. */
struct bng_prediction bng_predict_random_bits(uint64_t bits)
{
        struct bng_operand number = bng_operand_range(bng_range_of_bits(bits, bits), false, true);
        return bng_timed(bng_predicted(number, BNG_WORK_COPY, bits), random_time, bits, 0, 0);
}

struct bng_prediction bng_predict_random_below(struct bng_operand m)
{
        if (m.size.surely_zero)
                return bng_predicted_undefined("a random number below zero");
        if (bng_surely_negative(m))
                return bng_predicted_undefined("a random number below a negative one");

        /* In m's place, m is copied; otherwise there is room for as many limbs. */
        struct bng_operand number = bng_operand_range(bng_range_residue(m.size), false, true);
        uint64_t bits = bng_sat_add(bng_operand_bits_max(m), 2 * GMP_NUMB_BITS);
        return bng_timed(bng_predicted(number, BNG_WORK_COPY, bits), random_time, bits, 0, 0);
}

struct bng_prediction bng_predict_memory(uint64_t bytes)
{
        struct bng_prediction prediction = bng_predict_copy(bng_operand_ui(0));

        prediction.peak_bytes = bytes;
        return prediction;
}

static struct bng_prediction of_length(uint64_t bits, bool is_negative)
{
        struct bng_operand number =
                bng_operand_range(bng_range_of_bits(bits, bits), is_negative, !is_negative);
        return bng_predicted(number, BNG_WORK_COPY, bits);
}

/* GMP makes room for the integer part of any double at once: a few words. */
struct bng_prediction bng_predict_of_double(double d)
{
        int exponent;

        if (isnan(d))
                return bng_predicted_undefined("the integer part of a NaN");
        if (isinf(d))
                return bng_predicted_undefined("the integer part of an infinity");
        frexp(d, &exponent);
        return of_length(bng_bounds_set_d(exponent).bits_max, d < 0);
}

/* An mpf is a fraction with its point `exp` limbs behind the first one, which is not 0. */
struct bng_prediction bng_predict_of_float(mpf_srcptr f)
{
        size_t limbs = mpf_size(f);
        bool is_negative = mpf_sgn(f) < 0;

        if (limbs == 0 || f->_mp_exp <= 0)
                return bng_predict_copy(bng_operand_ui(0));
        mp_limb_t first = f->_mp_d[limbs - 1];
        uint64_t bits = bng_sat_mul((uint64_t)f->_mp_exp - 1, GMP_NUMB_BITS);
        for (; first != 0; first >>= 1)
                bits = bng_sat_add(bits, 1);
        return of_length(bits, is_negative);
}
