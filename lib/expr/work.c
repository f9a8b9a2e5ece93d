/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gmp.h>
#include <stdio.h>
#include "bounds/checked.h"
#include "expr/work.h"
#include "guard/account.h"
#include "guard/clock.h"
#include "guard/judge.h"
#include "guard/sentence.h"

/* For a prediction whose time is over. */
#define MOMENT_NSEC UINT64_C(50000000)

bng_status bng_work_begin(struct bng_work *work, bng_ctx *ctx, bool predict)
{
        uint64_t held_bytes = bng_ctx_held_bytes(ctx);
        *work = (struct bng_work){.ctx = ctx,
                                  .held_before_bytes = held_bytes,
                                  .held_bytes = held_bytes,
                                  .held_most_bytes = held_bytes,
                                  .deadline_nsec = ctx->deadline_nsec};
        bng_account_begin_work(ctx);
        bng_clock_begin_all(ctx);
        ctx->counts_fresh = !predict;
        if (!predict)
                return BNG_OK;
        ctx->imagines = true;
        ctx->seen.bytes = 0;
        work->patience_nsec = bng_now_nsec() + MOMENT_NSEC;
        bng_status status = bng_ctx_new(&work->scratch);
        if (status != BNG_OK)
                return bng_ctx_fail(ctx, status, "out of memory");
        bng_ctx_set_result_limit_bits(work->scratch, UINT64_MAX);
        bng_ctx_set_memory_limit_bytes(work->scratch, UINT64_MAX);
        return BNG_OK;
}

void bng_work_end(struct bng_work *work)
{
        work->scratch = bng_ctx_free(work->scratch);
        work->ctx->counts_fresh = false;
        work->ctx->imagines = false;
        work->ctx->imagined_bytes = 0;
        work->ctx->deadline_nsec = work->deadline_nsec;
        work->ctx->held_bytes = work->held_before_bytes;
        bng_account_update(work->ctx);
}

bng_status bng_work_go_on(struct bng_work *work)
{
        bng_ctx *ctx = work->ctx;
        if (!bng_stop_asked(&ctx->stop) &&
            (!bng_is_timed(ctx) || bng_now_nsec() < work->patience_nsec))
                return BNG_OK;
        return bng_judge_time(ctx, 0);
}

static void note_peak(struct bng_work *work, uint64_t more_bytes)
{
        uint64_t peak_bytes = bng_sat_add(work->held_most_bytes, more_bytes);
        if (peak_bytes > work->peak_most_bytes)
                work->peak_most_bytes = peak_bytes;
}

static void say_held(struct bng_work *work)
{
        work->ctx->held_bytes = work->held_bytes;
        if (work->ctx->imagines)
                work->ctx->imagined_bytes = work->held_bytes - work->held_before_bytes;
}

void bng_work_hold(struct bng_work *work, uint64_t bytes, uint64_t most_bytes)
{
        work->held_bytes = bng_sat_add(work->held_bytes, bytes);
        work->held_most_bytes = bng_sat_add(work->held_most_bytes, most_bytes);
        note_peak(work, 0);
        say_held(work);
}

/*
 * A saturated sum stays where it is: only a prediction gets there, and it knows no better any more.
 */
static void take(uint64_t *sum, uint64_t bytes)
{
        if (*sum != UINT64_MAX)
                *sum -= bytes;
}

void bng_work_release(struct bng_work *work, uint64_t bytes, uint64_t most_bytes)
{
        take(&work->held_bytes, bytes);
        take(&work->held_most_bytes, most_bytes);
        say_held(work);
}

bool bng_is_refusal(bng_status status)
{
        return status == BNG_REFUSED_RESULT || status == BNG_REFUSED_MEMORY ||
               status == BNG_REFUSED_TIME || status == BNG_REFUSED_CEILING ||
               status == BNG_REFUSED_TOTAL;
}

/* Ends an evaluation; a prediction notes its first refusal and goes on. */
bng_status bng_work_judged(struct bng_work *work, bng_status status)
{
        if (!work->scratch || !bng_is_refusal(status))
                return status;
        work->refusal = status;
        snprintf(work->sentence, sizeof work->sentence, "%s", bng_ctx_message(work->ctx));
        return BNG_OK;
}

uint64_t bng_work_begin_detour(struct bng_work *work)
{
        uint64_t result_limit_bits = work->ctx->result_limit_bits;
        work->ctx->result_limit_bits = UINT64_MAX;
        return result_limit_bits;
}

void bng_work_end_detour(struct bng_work *work, uint64_t result_limit_bits)
{
        work->ctx->result_limit_bits = result_limit_bits;
}

bng_status bng_work_judge_memory(struct bng_work *work, uint64_t bytes, uint64_t most_bytes)
{
        struct bng_prediction needed = {.peak_bytes = bytes};
        note_peak(work, most_bytes);
        return work->refusal == BNG_OK ? bng_work_judged(work, bng_judge_memory(work->ctx, &needed))
                                       : BNG_OK;
}

/*
 * The least that a prediction says: a result of the smallest size, and the memory for that alone.
 */
static struct bng_prediction at_least(const struct bng_prediction *prediction)
{
        struct bng_prediction least = *prediction;
        const struct bng_range *size = &prediction->result.size;
        uint64_t bits_min = size->may_be_zero ? 0 : bng_range_bits(*size).bits_min;
        uint64_t bytes_min = bng_div_up(bits_min, 8);
        least.result.size = bng_range_of_bits(bits_min, bits_min);
        least.room_bits = bits_min;
        least.duration.of = NULL;
        if (least.peak_bytes > bytes_min)
                least.peak_bytes = bytes_min;
        return least;
}

static bool is_surely_too_long(const struct bng_work *work, const struct bng_range *size)
{
        uint64_t bits_min = size->may_be_zero ? 0 : bng_range_bits(*size).bits_min;
        return bits_min > bng_ctx_result_limit_bits(work->ctx) || bits_min > BNG_CEILING_BITS;
}

uint64_t bng_work_counted(uint64_t limbs)
{
        return limbs <= 1 ? 0 : bng_sat_mul(limbs, sizeof(mp_limb_t));
}

uint64_t bng_limbs_of_bits(uint64_t bits)
{
        return bits == BNG_BITS_BEYOND ? UINT64_MAX : bng_div_up(bits, GMP_NUMB_BITS);
}

/* Predicting: what the evaluation's values and this one would surely count, under the total. */
static bng_status judge_total(struct bng_work *work, const struct bng_prediction *prediction)
{
        const struct bng_range *size = &prediction->result.size;
        uint64_t bits_min = size->may_be_zero ? 0 : bng_range_bits(*size).bits_min;
        uint64_t needed = bng_work_counted(bng_limbs_of_bits(bits_min));
        uint64_t live = bng_sat_add(work->ctx->live_bytes, work->live_bytes);
        uint64_t left = bng_sat_sub(work->ctx->total_limit_bytes, live);
        if (work->ctx->total_limit_bytes == UINT64_MAX || needed <= left)
                return BNG_OK;
        return bng_refuse_total(work->ctx, needed, left, live);
}

/* Spare room is given back once a value is there, which is there twice as it moves (integer.c). */
static uint64_t moving_bytes(const struct bng_prediction *prediction)
{
        uint64_t bits = bng_range_bits(prediction->result.size).bits_max;
        uint64_t limbs =
                bng_sat_add(bng_limbs_of_bits(prediction->room_bits), bng_limbs_of_bits(bits));
        return bng_sat_mul(limbs, sizeof(mp_limb_t));
}

bng_status bng_work_judge(struct bng_work *work, const struct bng_prediction *prediction, bool sure)
{
        const struct bng_range *size = &prediction->result.size;
        bool is_new = prediction->room_bits > 0; /* what is there already is counted already */
        uint64_t moving = is_new ? moving_bytes(prediction) : 0;
        note_peak(work, prediction->peak_bytes > moving ? prediction->peak_bytes : moving);
        work->judged_seconds = bng_predicted_seconds(work->ctx, prediction);
        work->seconds += work->judged_seconds;
        if (prediction->undefined)
                return bng_ctx_fail(work->ctx, BNG_UNDEFINED, "undefined: %s",
                                    prediction->undefined);
        if (work->refusal != BNG_OK || work->perhaps)
                return BNG_OK;
        bool as_it_is = sure || is_surely_too_long(work, size);
        struct bng_prediction judged = as_it_is ? *prediction : at_least(prediction);
        /* What two numbers have in common is seen when they are there. */
        judged.duration.at_least = true;
        bng_status status = bng_judge(work->ctx, &judged);
        if (status == BNG_OK && is_new)
                status = judge_total(work, &judged);
        if (status == BNG_OK && as_it_is) {
                work->sure_seconds += bng_predicted_seconds(work->ctx, &judged);
                status = bng_judge_time(work->ctx, work->sure_seconds);
        }
        return bng_work_judged(work, status);
}

void bng_work_count(struct bng_work *work, uint64_t *live_bytes, uint64_t bytes)
{
        bng_ctx *ctx = work->ctx;
        if (work->scratch) {
                take(&work->live_bytes, *live_bytes);
                work->live_bytes = bng_sat_add(work->live_bytes, bytes);
        } else if (ctx->counting) {
                bng_account_subtract(ctx, *live_bytes);
                bng_account_add(ctx, bytes);
        }
        *live_bytes = bytes;
}
