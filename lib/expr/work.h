/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * What an expression holds while it is evaluated or predicted, and the judge of it.
 *
 * The context counts as held the sum of what every value is charged for, so the memory limit is judged on the
 * whole evaluation at each of its operations. In the same way every number of more than one limb counts in
 * the context's total while it lives, with the room of its limbs. Where operands are known only roughly, a
 * prediction refuses what their smallest values prove to be too much, and reports what their largest values
 * would need.
 *
 * Functions that return bng_status: BNG_OK, or the end of the work with the sentence in work->ctx.
 */

#include <stdbool.h>
#include <stdint.h>
#include "bignum-guard.h"
#include "predict/predict.h"

struct bng_work {
        bng_ctx *ctx;
        bng_ctx *scratch; /* predicting: computes small numbers without limits; NULL: evaluating */
        uint64_t held_before_bytes;
        uint64_t held_bytes;      /* surely held, as the context counts it */
        uint64_t held_most_bytes; /* predicting: perhaps held */
        uint64_t peak_most_bytes; /* predicting: the most that was perhaps held */
        uint64_t live_bytes;      /* predicting: what values would surely count in the total */
        double judged_seconds;    /* of the operation that was judged last */
        double seconds;           /* predicting: the time of all the operations so far */
        double sure_seconds;      /* predicting: of those whose operands are known well */
        double computing_seconds; /* predicting: of those that it computed itself */
        uint64_t deadline_nsec;   /* the context's before, to be set again */
        uint64_t patience_nsec;   /* predicting: when its moment is over, see bng_work_go_on */
        bool perhaps;             /* predicting: the evaluation may do without what is done now */
        bng_status refusal;       /* predicting: the first one, or BNG_OK */
        char sentence[512];       /* of that refusal */
};

/* Too large in some way, rather than undefined or failed. */
bool bng_is_refusal(bng_status status);

/*
 * Begins work under the limits of ctx. What ctx says is held already stays counted; it grows and
 * shrinks with the work until bng_work_end sets it back.
 */
bng_status bng_work_begin(struct bng_work *work, bng_ctx *ctx, bool predict);
void bng_work_end(struct bng_work *work);
/*
 * Between two operations: BNG_OK, or the end, because it was interrupted or its time is over. A prediction has
 * a moment in any case, so that it gets to the end of what people write; it ends like this after a refusal too.
 */
bng_status bng_work_go_on(struct bng_work *work);
/* Counts memory that comes and goes: what surely is held, and what perhaps is, at least as much. */
void bng_work_hold(struct bng_work *work, uint64_t bytes, uint64_t most_bytes);
void bng_work_release(struct bng_work *work, uint64_t bytes, uint64_t most_bytes);
/* Judges memory that is needed beside what is held. BNG_OK also after a refusal, if it predicts. */
bng_status bng_work_judge_memory(struct bng_work *work, uint64_t bytes, uint64_t most_bytes);
/* Judges an operation. `sure`: the evaluation will be judged by the same prediction, or by one a bit apart. BNG_OK
 * also after a refusal, if it predicts. */
bng_status bng_work_judge(struct bng_work *work, const struct bng_prediction *prediction,
                          bool sure);
/* Notes the context's refusal and goes on, if it predicts; else it is the end. */
bng_status bng_work_judged(struct bng_work *work, bng_status status);
/* What only stands on the way to a result is none: from here on no length is too long, until the limit that this
 * returns is given back. */
uint64_t bng_work_begin_detour(struct bng_work *work);
void bng_work_end_detour(struct bng_work *work, uint64_t result_limit_bits);

/* The bytes that a number counts in the total: none with one limb, so that those of a short text need not be
 * judged at all. */
uint64_t bng_work_counted(uint64_t limbs);
uint64_t bng_limbs_of_bits(uint64_t bits);
/* A value that counted *live_bytes in the total counts `bytes` from now on. A prediction's numbers are not there:
 * it counts them itself. */
void bng_work_count(struct bng_work *work, uint64_t *live_bytes, uint64_t bytes);
