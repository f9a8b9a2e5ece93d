/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The time of a context: how long an operation may take, when it has to end, and who may end it.
 *
 * A predicted time may be off by a factor of 2 to either side. So an operation is refused before it
 * runs only where even half of the prediction is more than what is left; whatever else turns out to
 * take too long is ended by the clock while it runs (steps.h).
 *
 * An interruption is a flag that stays until it is cleared, so one that comes between two
 * operations is not lost. Small operations look at no flag; instead an interruption leaves no length
 * that counts as small (carefree_limbs).
 */

#include "guard/context.h"
#include "predict/predict.h"

/* Sums and products below this length, 2 KiB, are done before a clock is read. */
#define BNG_UNTIMED_BITS (UINT64_C(1) << 14)

/* Whether there is a time limit or a deadline. */
static inline bool bng_is_timed(const bng_ctx *ctx)
{
        return ctx->time_limit_usec != UINT64_MAX || ctx->deadline_nsec != BNG_NSEC_NEVER;
}

/* What a prediction says for this machine. */
double bng_predicted_seconds(const bng_ctx *ctx, const struct bng_prediction *prediction);
/*
 * The same; where that is surely too much for the time that is left, after a look at the numbers whether
 * they take less (predict/time.h).
 */
double bng_seconds_after_look(const bng_ctx *ctx, const struct bng_prediction *prediction);

/*
 * Judges before the work: BNG_INTERRUPTED, or BNG_REFUSED_TIME where the deadline has passed or
 * so many seconds are surely too many.
 */
bng_status bng_judge_time(bng_ctx *ctx, double seconds);

/* The same question without a refusal. */
bool bng_time_suffices(const bng_ctx *ctx, double seconds);

/* From here on the limit of one operation runs. */
void bng_clock_start(bng_ctx *ctx);

/* The status and the sentence of work that was stopped. */
bng_status bng_stopped(bng_ctx *ctx);

/*
 * An evaluation is one operation: its limit becomes the deadline. Whoever calls this sets the old
 * one again.
 */
void bng_clock_begin_all(bng_ctx *ctx);
