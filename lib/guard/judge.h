/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The one place that decides. A prediction comes in with the limits of a context, and a status
 * comes out; every guarded operation, every check and every evaluation asks here, so all of them
 * say the same sentence for the same number.
 *
 *   1. no such number                             BNG_UNDEFINED
 *   2. surely longer than the result limit        BNG_REFUSED_RESULT
 *   3. perhaps longer than GMP's ceiling, result
 *      or room on the way: GMP would abort        BNG_REFUSED_CEILING
 *   4. peak and held bytes over the memory limit  BNG_REFUSED_MEMORY
 *   5. interrupted; the time is over, or even
 *      half of what is predicted exceeds it       BNG_INTERRUPTED, BNG_REFUSED_TIME
 *   6. surely more room than the total leaves     BNG_REFUSED_TOTAL
 *
 * Between the bounds the result limit and the total are judged on the result itself: it is computed
 * into a temporary first, and bng_judge_result and bng_judge_rooms decide whether it is handed out.
 */

#include "guard/context.h"
#include "predict/predict.h"

/* The most that an mpz can hold: 2^31 - 1 limbs of 64 bits, 2^27 - 1 of 32. */
#define BNG_CEILING_BITS bng_bounds_ceiling_bits(GMP_NUMB_BITS)

/*
 * OperationMemoryMax=auto does not look around for less than this: a megabyte is not what ends a
 * process, and a look takes as long as computing with one.
 */
#define BNG_UNSEEN_BYTES (UINT64_C(1) << 20)

/* Judges before the work. BNG_OK: it may run. Otherwise the context has the sentence. */
bng_status bng_judge(bng_ctx *ctx, const struct bng_prediction *prediction);

/*
 * Then judges the room that the destination would need. After BNG_OK, may it still need more than
 * the total leaves? Then look at it.
 */
bng_status bng_judge_total(bng_ctx *ctx, mpz_srcptr destination,
                           const struct bng_prediction *prediction, bool *straddles);

/* Judges memory and time alone, for what makes no new integer; and memory alone. */
bng_status bng_judge_cost(bng_ctx *ctx, const struct bng_prediction *prediction);
bng_status bng_judge_memory(bng_ctx *ctx, const struct bng_prediction *prediction);
/* The same question, of which nobody is told: may so many bytes be taken beside what is held? */
bool bng_memory_suffices(bng_ctx *ctx, uint64_t bytes);

/* May the result of what bng_judge lets run still be over the result limit? Then look at it. */
bool bng_straddles(const bng_ctx *ctx, const struct bng_prediction *prediction);

/* Judges after the work: BNG_OK, or BNG_REFUSED_RESULT with the exact size in the sentence. */
bng_status bng_judge_result(bng_ctx *ctx, mpz_srcptr result);
/* Where a result is, and the variable that it is for: it is there already, or in a temporary. */
struct bng_result {
        mpz_ptr destination;
        mpz_ptr value;
        bool counts; /* under the total */
        bool copies; /* it fits into the room that the destination has, but its own does not */
};

/*
 * The same for the room of all results of one operation together, whatever their destinations have
 * now: BNG_OK or BNG_REFUSED_TOTAL. Room that they do not need is given back, which holds a result
 * twice: not where the memory limit forbids it. Only where their room does not fit otherwise, and
 * neither does its move, that is BNG_REFUSED_MEMORY.
 */
bng_status bng_judge_rooms(bng_ctx *ctx, struct bng_result *results, size_t n);
/* After BNG_OK: needs no memory. */
void bng_result_hand_out(const struct bng_result *result);
