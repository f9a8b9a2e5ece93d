/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * How every guarded operation runs, so that each of them is one line: judge the prediction, let GMP
 * compute, hand the result out. Where the bounds straddle the limit GMP computes into a temporary,
 * and the destination gets it by a swap, if it fits.
 */

#include "guard/judge.h"

struct bng_output {
        bng_ctx *ctx;
        mpz_ptr destination;
        mpz_ptr out; /* where GMP writes: the destination, or the temporary */
        mpz_t temporary;
};

/* Judges, and if the operation may run, says where to. BNG_OK needs one of the ends below. */
bng_status bng_output_open(struct bng_output *output, bng_ctx *ctx, mpz_ptr destination,
                           const struct bng_prediction *prediction);
/* The same for an operation that updates its destination: out begins with its value. */
bng_status bng_output_open_copy(struct bng_output *output, bng_ctx *ctx, mpz_ptr destination,
                                const struct bng_prediction *prediction);

/* Hands the result out if it fits; otherwise the destination is as it was. */
bng_status bng_output_close(struct bng_output *output);

/* The parts of a close, for operations with two results: does it fit, and one of the two ends. */
bng_status bng_output_judge(const struct bng_output *output);
void bng_output_hand_out(struct bng_output *output);
void bng_output_discard(struct bng_output *output);

/*
 * |n| as GMP's word-sized arguments take it. What does not fit becomes the largest word of the same
 * parity: such an argument only passes the judgement where more of it would change nothing.
 */
unsigned long bng_saturated_word(mpz_srcptr n);

/* Operands as predictions see them. */
#define Z(n) bng_operand_z(n)
#define U(n) bng_operand_ui(n)
#define S(n) bng_operand_si(n)
#define BNG_UNPACK(...) __VA_ARGS__

/* bng_check_OP: the question alone. */
#define CHECK(op, parameters, prediction)                                                          \
        bng_status bng_check_##op(bng_ctx *ctx, BNG_UNPACK parameters)                             \
        {                                                                                          \
                struct bng_prediction predicted = prediction;                                      \
                return bng_judge(ctx, &predicted);                                                 \
        }

/* The body of bng_mpz_OP. The work is GMP's call; it writes to `out`. */
#define RUN(open, ctx, rop, prediction, work)                                                      \
        struct bng_prediction predicted = prediction;                                              \
        struct bng_output output;                                                                  \
        bng_status status = open(&output, ctx, rop, &predicted);                                   \
        if (status != BNG_OK)                                                                      \
                return status;                                                                     \
        mpz_ptr out = output.out;                                                                  \
        work;                                                                                      \
        return bng_output_close(&output)

/* bng_check_OP and bng_mpz_OP. */
#define OPERATION(op, parameters, prediction, work)                                                \
        CHECK(op, parameters, prediction)                                                          \
        bng_status bng_mpz_##op(bng_ctx *ctx, mpz_t rop, BNG_UNPACK parameters)                    \
        {                                                                                          \
                RUN(bng_output_open, ctx, rop, prediction, work);                                  \
        }

/* The same for sums, products and copies, which need no judgement where so many limbs are small. */
#define SMALL_OPERATION(op, parameters, limbs, prediction, work)                                   \
        CHECK(op, parameters, prediction)                                                          \
        bng_status bng_mpz_##op(bng_ctx *ctx, mpz_t rop, BNG_UNPACK parameters)                    \
        {                                                                                          \
                if (__builtin_expect((limbs) <= ctx->carefree_limbs, 1)) {                         \
                        mpz_ptr out = rop;                                                         \
                        work;                                                                      \
                        return BNG_OK;                                                             \
                }                                                                                  \
                RUN(bng_output_open, ctx, rop, prediction, work);                                  \
        }

/* The same for operations that update `rop`, which is an operand too. */
#define UPDATE(op, parameters, limbs, prediction, work)                                            \
        bng_status bng_check_##op(bng_ctx *ctx, const mpz_t rop, BNG_UNPACK parameters)            \
        {                                                                                          \
                struct bng_prediction predicted = prediction;                                      \
                return bng_judge(ctx, &predicted);                                                 \
        }                                                                                          \
        bng_status bng_mpz_##op(bng_ctx *ctx, mpz_t rop, BNG_UNPACK parameters)                    \
        {                                                                                          \
                if (__builtin_expect((limbs) <= ctx->carefree_limbs, 1)) {                         \
                        mpz_ptr out = rop;                                                         \
                        work;                                                                      \
                        return BNG_OK;                                                             \
                }                                                                                  \
                RUN(bng_output_open_copy, ctx, rop, prediction, work);                             \
        }
