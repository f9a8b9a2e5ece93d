/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <math.h>
#include "predict/limbs.h"
#include "predict/peak.h"
#include "predict/scratch.h"

/*
 * What is asked of a fraction. n/d is compared with m/e by the products n e and m d, which GMP makes
 * side by side unless signs and lengths decide before. As a double it is the quotient of a numerator
 * that is cut or filled to the denominator's length; where that quotient may be one too much, which is
 * seldom, a product as long tells.
 */

/* Carries, and the limbs of a double. */
#define SPARE_LIMBS 8

static uint64_t bits_of(mpz_srcptr n)
{
        return bng_operand_bits_max(bng_operand_z(n));
}

/* Of its operands it only asks whether GMP may compute with them. */
static const char *flaw(mpq_srcptr a)
{
        return bng_predict_fraction_copy(a).undefined;
}

/* a/b with c/d */
static struct bng_time compare_time(struct bng_lengths of)
{
        return bng_time_and(bng_time_multiply(of.a, of.d), bng_time_multiply(of.c, of.b));
}

/* By signs and lengths; an integer's product with the other numerator is that numerator. */
static bool is_decided(mpz_srcptr a, mpz_srcptr c, struct bng_lengths of, bool by_integer)
{
        uint64_t first = bng_sat_add(of.a, by_integer ? 0 : of.d), second = bng_sat_add(of.c, of.b);

        return mpz_sgn(a) != mpz_sgn(c) || mpz_sgn(a) == 0 || first > second + !by_integer ||
               second > first + 1;
}

static bool is_one(mpz_srcptr n)
{
        return mpz_cmp_ui(n, 1) == 0;
}

static struct bng_prediction compared(mpq_srcptr a, mpz_srcptr num, mpz_srcptr den)
{
        struct bng_lengths of = {bits_of(mpq_numref(a)), bits_of(mpq_denref(a)), bits_of(num),
                                 .d = bits_of(den)};
        bool by_integer = is_one(den);

        if (is_decided(mpq_numref(a), num, of, by_integer) || (by_integer && is_one(mpq_denref(a))))
                return bng_predict_memory(0);
        uint64_t x_num = bng_limbs_of_bits(of.a), x_den = bng_limbs_of_bits(of.b);
        uint64_t y_num = bng_limbs_of_bits(of.c), y_den = bng_limbs_of_bits(of.d);
        uint64_t limbs = y_num + x_den, scratch = bng_scratch_multiply(y_num, x_den);

        if (!by_integer) {
                limbs += x_num + y_den;
                scratch = bng_max(scratch, bng_scratch_multiply(x_num, y_den));
        }
        struct bng_prediction prediction = bng_predict_memory(
                bng_bytes_of_limbs(bng_block_limbs(limbs + SPARE_LIMBS) + scratch));
        prediction.duration = (struct bng_duration){.of = compare_time, .lengths = of};
        return prediction;
}

struct bng_prediction bng_predict_compare(mpq_srcptr a, mpq_srcptr b)
{
        const char *why = flaw(a) ? flaw(a) : flaw(b);
        return why ? bng_predicted_undefined(why) : compared(a, mpq_numref(b), mpq_denref(b));
}

struct bng_prediction bng_predict_compare_with_integer(mpq_srcptr a, mpz_srcptr b)
{
        static const mp_limb_t one = 1;
        mpz_t den;

        if (flaw(a))
                return bng_predicted_undefined(flaw(a));
        return compared(a, b, mpz_roinit_n(den, &one, 1));
}

/* Here GMP only looks at how many limbs there are. */
struct bng_prediction bng_predict_compare_with_words(mpq_srcptr a, int sign, unsigned long den)
{
        size_t num_limbs = mpz_size(mpq_numref(a)), den_limbs = mpz_size(mpq_denref(a));

        if (flaw(a))
                return bng_predicted_undefined(flaw(a));
        if (den == 0)
                return bng_predicted_undefined("a fraction with the denominator zero");
        if (mpq_sgn(a) != sign || sign == 0 || num_limbs > den_limbs + 1 ||
            den_limbs > num_limbs + 1)
                return bng_predict_memory(0);
        struct bng_prediction prediction = bng_predict_memory(
                bng_bytes_of_limbs(bng_block_limbs(num_limbs + den_limbs + SPARE_LIMBS)));
        prediction.duration = bng_predict_copy(bng_operand_z(mpq_denref(a))).duration;
        return prediction;
}

struct bng_prediction bng_predict_compare_with_double(double b)
{
        return isnan(b) ? bng_predicted_undefined("a comparison with a NaN")
                        : bng_predict_memory(0);
}

struct bng_prediction bng_predict_fraction_to_double(mpq_srcptr a)
{
        uint64_t limbs = bng_limbs_of_bits(bits_of(mpq_denref(a))) + SPARE_LIMBS;

        if (flaw(a))
                return bng_predicted_undefined(flaw(a));
        struct bng_prediction prediction =
                bng_predict_memory(bng_bytes_of_limbs(2 * bng_block_limbs(limbs)));
        prediction.duration = bng_predict_copy(bng_operand_z(mpq_denref(a))).duration;
        return prediction;
}
