/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "guard/operation.h"

/*
 * Operations with several results: all are handed out, or none. The prediction is that of the
 * longest, so what may run may write to each; a result that has to be looked at first, because the
 * limit or the total is near, goes to a temporary.
 */

struct results {
        size_t n;
        mpz_ptr destinations[BNG_RESULTS_MAX]; /* NULL: not wanted */
        struct bng_output outputs[BNG_RESULTS_MAX];
        mpz_ptr out[BNG_RESULTS_MAX]; /* where GMP writes */
};

static bool have_variables_of_their_own(const struct results *results)
{
        for (size_t i = 0; i < results->n; i++)
                for (size_t j = 0; j < i; j++)
                        if (results->destinations[i] &&
                            results->destinations[i] == results->destinations[j])
                                return false;
        return true;
}

static void end(struct results *results, size_t n, void (*how)(struct bng_output *))
{
        for (size_t i = 0; i < n; i++)
                if (results->destinations[i])
                        how(&results->outputs[i]);
}

/* BNG_OK needs a close. */
static bng_status open(struct results *results, bng_ctx *ctx,
                       const struct bng_prediction *prediction)
{
        if (!have_variables_of_their_own(results))
                return bng_ctx_fail(ctx, BNG_INVALID, "%s results need different variables",
                                    results->n == 2 ? "two" : "three");
        for (size_t i = 0; i < results->n; i++) {
                if (!results->destinations[i])
                        continue;
                bng_status status = bng_output_open_part(&results->outputs[i], ctx,
                                                         results->destinations[i], prediction);
                if (status != BNG_OK) {
                        end(results, i, bng_output_discard);
                        return status;
                }
                results->out[i] = results->outputs[i].out;
        }
        return BNG_OK;
}

static bng_status close(struct results *results, bng_ctx *ctx)
{
        bng_status status = bng_outputs_judge(ctx, results->outputs, results->n);

        if (status == BNG_OK)
                bng_account_operation(ctx);
        end(results, results->n, status == BNG_OK ? bng_output_hand_out : bng_output_discard);
        return status;
}

/* The body of bng_mpz_OP. The work writes to `first` and `second`. */
#define RUN_TWO(prediction, work)                                                                  \
        struct bng_prediction predicted = prediction;                                              \
        struct results results = {.n = 2, .destinations = {first_rop, second_rop}};                \
        bng_status status = open(&results, ctx, &predicted);                                       \
        if (status != BNG_OK)                                                                      \
                return status;                                                                     \
        mpz_ptr first = results.out[0];                                                            \
        mpz_ptr second = results.out[1];                                                           \
        work;                                                                                      \
        return close(&results, ctx)

/* bng_check_OP and bng_mpz_OP. */
#define OPERATION_TWO(op, parameters, prediction, work)                                            \
        CHECK(op, parameters, prediction)                                                          \
        bng_status bng_mpz_##op(bng_ctx *ctx, mpz_t first_rop, mpz_t second_rop,                   \
                                BNG_UNPACK parameters)                                             \
        {                                                                                          \
                RUN_TWO(prediction, work);                                                         \
        }

/* The same with a short way for so many limbs, see SMALL_OPERATION: both results together. */
#define SMALL_TWO(...) SMALL_TWO_(__VA_ARGS__)
#define SMALL_TWO_(op, parameters, arguments, limbs, prediction, work)                             \
        SMALL_CHECK(op, (bng_ctx * ctx, BNG_UNPACK parameters), limbs, prediction)                 \
        __attribute__((noinline)) static bng_status judged_##op(                                   \
                bng_ctx *ctx, mpz_t first_rop, mpz_t second_rop, BNG_UNPACK parameters)            \
        {                                                                                          \
                RUN_TWO(prediction, work);                                                         \
        }                                                                                          \
        __attribute__((noinline)) static bng_status counted_##op(                                  \
                bng_ctx *ctx, mpz_t first, mpz_t second, BNG_UNPACK parameters)                    \
        {                                                                                          \
                if (first == second || (limbs) >= ctx->small_limbs || bng_stop_asked(&ctx->stop))  \
                        return judged_##op(ctx, first, second, BNG_UNPACK arguments);              \
                work;                                                                              \
                bng_account_operation(ctx);                                                        \
                bng_account_counted(ctx, first);                                                   \
                bng_account_counted(ctx, second);                                                  \
                return BNG_OK;                                                                     \
        }                                                                                          \
        bng_status bng_mpz_##op(bng_ctx *ctx, mpz_t first, mpz_t second, BNG_UNPACK parameters)    \
        {                                                                                          \
                if (__builtin_expect(first == second || (limbs) >= bng_carefree_limbs(ctx), 0))    \
                        return counted_##op(ctx, first, second, BNG_UNPACK arguments);             \
                work;                                                                              \
                return BNG_OK;                                                                     \
        }

/* A result in the divisor's place is made beside it, as in division.c. */
typedef void division(mpz_ptr first, mpz_ptr second, mpz_srcptr a, mpz_srcptr d);

static void divide(division *plain, mpz_ptr first, mpz_ptr second, mpz_srcptr a, mpz_srcptr d)
{
        mpz_ptr in_place = first == d ? first : second == d ? second : NULL;
        mpz_t result;

        if (!in_place) {
                plain(first, second, a, d);
                return;
        }
        mpz_init(result);
        plain(first == d ? result : first, first == d ? second : result, a, d);
        mpz_swap(in_place, result);
        mpz_clear(result);
}

#define BY_DIVISOR (const mpz_t a, const mpz_t d), (a, d)
#define BY_WORD (const mpz_t a, unsigned long d), (a, d)
#define LIMBS_DIVISION (mpz_sgn(d) != 0 ? mpz_size(a) + mpz_size(d) : NOT_SMALL)
#define LIMBS_WORD (d != 0 ? mpz_size(a) + BNG_ULONG_LIMBS + 1 : NOT_SMALL)

SMALL_TWO(tdiv_qr, BY_DIVISOR, LIMBS_DIVISION,
          bng_predict_quotient_remainder(BNG_TRUNCATE, Z(a), Z(d)),
          divide(mpz_tdiv_qr, first, second, a, d))
SMALL_TWO(fdiv_qr, BY_DIVISOR, LIMBS_DIVISION,
          bng_predict_quotient_remainder(BNG_FLOOR, Z(a), Z(d)),
          divide(mpz_fdiv_qr, first, second, a, d))
SMALL_TWO(cdiv_qr, BY_DIVISOR, LIMBS_DIVISION,
          bng_predict_quotient_remainder(BNG_CEILING, Z(a), Z(d)),
          divide(mpz_cdiv_qr, first, second, a, d))
SMALL_TWO(tdiv_qr_ui, BY_WORD, LIMBS_WORD,
          bng_predict_quotient_remainder_by_word(BNG_TRUNCATE, Z(a), U(d)),
          mpz_tdiv_qr_ui(first, second, a, d))
SMALL_TWO(fdiv_qr_ui, BY_WORD, LIMBS_WORD,
          bng_predict_quotient_remainder_by_word(BNG_FLOOR, Z(a), U(d)),
          mpz_fdiv_qr_ui(first, second, a, d))
SMALL_TWO(cdiv_qr_ui, BY_WORD, LIMBS_WORD,
          bng_predict_quotient_remainder_by_word(BNG_CEILING, Z(a), U(d)),
          mpz_cdiv_qr_ui(first, second, a, d))

OPERATION_TWO(sqrtrem, (const mpz_t a), bng_predict_root_remainder(Z(a), U(2)),
              mpz_sqrtrem(first, second, a))
OPERATION_TWO(rootrem, (const mpz_t a, unsigned long k), bng_predict_root_remainder(Z(a), U(k)),
              mpz_rootrem(first, second, a, k))

OPERATION_TWO(fib2_ui, (unsigned long n), bng_predict_fibonacci_pair(U(n)),
              mpz_fib2_ui(first, second, n))
OPERATION_TWO(lucnum2_ui, (unsigned long n), bng_predict_lucas_pair(U(n)),
              mpz_lucnum2_ui(first, second, n))

CHECK(gcdext, (const mpz_t a, const mpz_t b), bng_predict_gcd_extended_z(a, b))

bng_status bng_mpz_gcdext(bng_ctx *ctx, mpz_t g, mpz_t s, mpz_t t, const mpz_t a, const mpz_t b)
{
        struct bng_prediction predicted = bng_predict_gcd_extended_z(a, b);
        struct results results = {.n = 3, .destinations = {g, s, t}};
        bng_status status = open(&results, ctx, &predicted);

        if (status != BNG_OK)
                return status;
        mpz_gcdext(results.out[0], results.out[1], results.out[2], a, b);
        return close(&results, ctx);
}
