/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "guard/operation.h"

/*
 * Comparisons, and a fraction as a double. Nothing grows here, but GMP aborts where there is no answer,
 * and to compare fractions it multiplies them out. Of integers only a NaN is no number to compare with.
 */

#define COMPARISON(op, type, parameters, prediction, answer)                                       \
        bng_status bng_##op(bng_ctx *ctx, type *ret, BNG_UNPACK parameters)                        \
        {                                                                                          \
                struct bng_prediction predicted = prediction;                                      \
                bng_status status = bng_judge(ctx, &predicted);                                    \
                *ret = status == BNG_OK ? answer : 0;                                              \
                if (status == BNG_OK)                                                              \
                        bng_account_operation(ctx);                                                \
                return status;                                                                     \
        }

/* bng_check_OP and bng_mpz_OP, bng_check_mpq_OP and bng_mpq_OP. */
#define COMPARISON_MPZ(op, parameters, prediction, answer)                                         \
        CHECK(op, parameters, prediction)                                                          \
        COMPARISON(mpz_##op, int, parameters, prediction, answer)
#define COMPARISON_MPQ(op, type, parameters, prediction, answer)                                   \
        CHECK(mpq_##op, parameters, prediction)                                                    \
        COMPARISON(mpq_##op, type, parameters, prediction, answer)

static int sign(long n)
{
        return (n > 0) - (n < 0);
}

/* Whatever a is. */
#define WITH_DOUBLE ((void)a, bng_predict_compare_with_double(b))
COMPARISON_MPZ(cmp_d, (const mpz_t a, double b), WITH_DOUBLE, mpz_cmp_d(a, b))
COMPARISON_MPZ(cmpabs_d, (const mpz_t a, double b), WITH_DOUBLE, mpz_cmpabs_d(a, b))

COMPARISON_MPQ(cmp, int, (const mpq_t a, const mpq_t b), bng_predict_compare(a, b), mpq_cmp(a, b))
COMPARISON_MPQ(cmp_z, int, (const mpq_t a, const mpz_t b), bng_predict_compare_with_integer(a, b),
               mpq_cmp_z(a, b))
COMPARISON_MPQ(cmp_ui, int, (const mpq_t a, unsigned long num, unsigned long den),
               bng_predict_compare_with_words(a, num > 0, den), mpq_cmp_ui(a, num, den))
COMPARISON_MPQ(cmp_si, int, (const mpq_t a, long num, unsigned long den),
               bng_predict_compare_with_words(a, sign(num), den), mpq_cmp_si(a, num, den))

COMPARISON_MPQ(get_d, double, (const mpq_t a), bng_predict_fraction_to_double(a), mpq_get_d(a))
