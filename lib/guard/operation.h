/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * How every guarded operation runs, so that each of them is one line: judge the prediction, let GMP
 * compute, hand the result out. Where the bounds straddle the limit GMP computes into a temporary,
 * and the destination gets it by a swap, if it fits.
 */

#include "guard/account.h"
#include "guard/clock.h"
#include "guard/judge.h"
#include "guard/limb.h"
#include "steps/steps.h"

/* So many results has an operation at most. */
#define BNG_RESULTS_MAX 3

struct bng_output {
        bng_ctx *ctx;
        mpz_ptr destination;
        mpz_ptr out; /* where GMP writes: the destination, or the temporary */
        mpz_t temporary;
        bool copies; /* see struct bng_result */
};

/* Judges, and if the operation may run, says where to. BNG_OK needs one of the ends below. */
bng_status bng_output_open(struct bng_output *output, bng_ctx *ctx, mpz_ptr destination,
                           const struct bng_prediction *prediction);
/* The same for an operation that updates its destination: out begins with its value. */
bng_status bng_output_open_copy(struct bng_output *output, bng_ctx *ctx, mpz_ptr destination,
                                const struct bng_prediction *prediction);
/*
 * The same where GMP may write to its destination and then have no result. Its room is judged when
 * it is there.
 */
bng_status bng_output_open_temporary(struct bng_output *output, bng_ctx *ctx, mpz_ptr destination,
                                     const struct bng_prediction *prediction);

/* Hands the result out if it fits; otherwise the destination is as it was. */
bng_status bng_output_close(struct bng_output *output);

/*
 * For operations with several results, all or none of which are handed out. Each is opened as a
 * part, because whether they fit under the total together is known when all are there. Then the
 * parts of a close: do all of them fit (what has no destination is none), and one of the two ends
 * for each. The operation counts itself once (bng_account_operation).
 */
bng_status bng_output_open_part(struct bng_output *output, bng_ctx *ctx, mpz_ptr destination,
                                const struct bng_prediction *prediction);
bng_status bng_outputs_judge(bng_ctx *ctx, struct bng_output *outputs, size_t n);
void bng_output_hand_out(struct bng_output *output);
void bng_output_discard(struct bng_output *output);

/*
 * Hands out both parts of a fraction that was computed elsewhere and fits, or none where there is no
 * room for them. Then they are to be counted (bng_account_result); of `value` it is only known that
 * it has to be cleared.
 */
bng_status bng_fraction_hand_out(bng_ctx *ctx, mpq_ptr destination, mpq_ptr value);

/*
 * |n| as GMP's word-sized arguments take it. What does not fit becomes the largest word of the same
 * parity: such an argument only passes the judgement where more of it would change nothing.
 */
unsigned long bng_saturated_word(mpz_srcptr n);

/* Operands as predictions see them. */
#define Z(n) bng_operand_z(n)
#define U(n) bng_operand_ui(n)
#define S(n) bng_operand_si(n)
/* A word as an integer, without memory. */
#define BNG_WORD(n) mpz_roinit_n((mpz_t){{0}}, &(mp_limb_t){n}, 1)
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

/*
 * The same for work in steps (steps.h), which asks `stop` between them. It is true when it is done;
 * before, `out` is as it was.
 */
#define RUN_STEPS(ctx, rop, prediction, work)                                                      \
        struct bng_prediction predicted = prediction;                                              \
        struct bng_output output;                                                                  \
        bng_status status = bng_output_open(&output, ctx, rop, &predicted);                        \
        if (status != BNG_OK)                                                                      \
                return status;                                                                     \
        mpz_ptr out = output.out;                                                                  \
        const struct bng_stop *stop = &(ctx)->stop;                                                \
        if (work)                                                                                  \
                return bng_output_close(&output);                                                  \
        bng_output_discard(&output);                                                               \
        return bng_stopped(ctx)

/* bng_check_OP and bng_mpz_OP, in steps. */
#define STEPPED(op, parameters, prediction, work)                                                  \
        CHECK(op, parameters, prediction)                                                          \
        bng_status bng_mpz_##op(bng_ctx *ctx, mpz_t rop, BNG_UNPACK parameters)                    \
        {                                                                                          \
                RUN_STEPS(ctx, rop, prediction, work);                                             \
        }

/* bng_check_OP and bng_mpz_OP. */
#define OPERATION(op, parameters, prediction, work)                                                \
        CHECK(op, parameters, prediction)                                                          \
        bng_status bng_mpz_##op(bng_ctx *ctx, mpz_t rop, BNG_UNPACK parameters)                    \
        {                                                                                          \
                RUN(bng_output_open, ctx, rop, prediction, work);                                  \
        }

/*
 * The same for what needs no judgement where so many limbs are small: the result has no more limbs
 * than that, and its work holds no more than a division does (account.c). Where nothing is counted
 * either, the work is all there is: the rest stands in functions of its own, so that the short way
 * saves no registers and makes no room on the stack. What is neither judged nor free of care is
 * counted. `limbs` is NOT_SMALL where there is no result.
 */
#define NOT_SMALL SIZE_MAX

#define SMALL_OPERATION(...) SMALL_OPERATION_(__VA_ARGS__)
#define SMALL_OPERATION_(op, parameters, arguments, limbs, prediction, work)                       \
        SMALL_CHECK(op, (bng_ctx * ctx, BNG_UNPACK parameters), limbs, prediction)                 \
        SMALL(op, parameters, arguments, limbs, RUN(bng_output_open, ctx, rop, prediction, work),  \
              work)

/* The same where long work is done in steps, and short work by GMP. */
#define SMALL_STEPPED(...) SMALL_STEPPED_(__VA_ARGS__)
#define SMALL_STEPPED_(op, parameters, arguments, limbs, prediction, long_work, work)              \
        SMALL_CHECK(op, (bng_ctx * ctx, BNG_UNPACK parameters), limbs, prediction)                 \
        SMALL(op, parameters, arguments, limbs, RUN_STEPS(ctx, rop, prediction, long_work), work)

/* The same for operations that update `rop`, which is an operand too. */
#define UPDATE(...) UPDATE_(__VA_ARGS__)
#define UPDATE_(op, parameters, arguments, limbs, prediction, work)                                \
        SMALL_CHECK(op, (bng_ctx * ctx, const mpz_t rop, BNG_UNPACK parameters), limbs,            \
                    prediction)                                                                    \
        SMALL(op, parameters, arguments, limbs,                                                    \
              RUN(bng_output_open_copy, ctx, rop, prediction, work), work)

#define SMALL_CHECK(op, parameters, limbs, prediction)                                             \
        bng_status bng_check_##op parameters                                                       \
        {                                                                                          \
                if (bng_is_small(ctx, limbs))                                                      \
                        return BNG_OK;                                                             \
                struct bng_prediction predicted = prediction;                                      \
                return bng_judge(ctx, &predicted);                                                 \
        }

#define SMALL(op, parameters, arguments, limbs, run, work)                                         \
        __attribute__((noinline)) static bng_status judged_##op(bng_ctx *ctx, mpz_t rop,           \
                                                                BNG_UNPACK parameters)             \
        {                                                                                          \
                run;                                                                               \
        }                                                                                          \
        __attribute__((noinline)) static bng_status counted_##op(bng_ctx *ctx, mpz_t rop,          \
                                                                 BNG_UNPACK parameters)            \
        {                                                                                          \
                if (__builtin_expect((limbs) >= ctx->small_limbs, 0) ||                            \
                    __builtin_expect(bng_stop_asked(&ctx->stop), 0))                               \
                        return judged_##op(ctx, rop, BNG_UNPACK arguments);                        \
                mpz_ptr out = rop;                                                                 \
                work;                                                                              \
                ctx->operations++;                                                                 \
                return bng_account_counted(ctx, out);                                              \
        }                                                                                          \
        bng_status bng_mpz_##op(bng_ctx *ctx, mpz_t rop, BNG_UNPACK parameters)                    \
        {                                                                                          \
                if (__builtin_expect((limbs) >= bng_carefree_limbs(ctx), 0))                       \
                        return counted_##op(ctx, rop, BNG_UNPACK arguments);                       \
                mpz_ptr out = rop;                                                                 \
                work;                                                                              \
                return BNG_OK;                                                                     \
        }
