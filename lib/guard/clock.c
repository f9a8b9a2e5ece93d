/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "bounds/checked.h"
#include "guard/account.h"
#include "guard/clock.h"
#include "guard/sentence.h"

#define NSEC_PER_USEC 1000

/* By how much a prediction may be too long. */
#define MARGIN 2

void bng_ctx_set_deadline_usec(bng_ctx *ctx, uint64_t usec)
{
        ctx->deadline_nsec = bng_sat_mul(usec, NSEC_PER_USEC);
        bng_account_update(ctx);
}

uint64_t bng_ctx_deadline_usec(const bng_ctx *ctx)
{
        return ctx->deadline_nsec == BNG_NSEC_NEVER ? UINT64_MAX
                                                    : ctx->deadline_nsec / NSEC_PER_USEC;
}

/*
 * bng_account_update stores the length that counts as small and looks at the flag then; this stores
 * the flag first. Whoever comes second finds what the other one stored.
 */
void bng_ctx_interrupt(bng_ctx *ctx)
{
        atomic_store(&ctx->stop.interrupted, true);
        atomic_store(&ctx->carefree_limbs, 0);
}

void bng_ctx_clear_interrupt(bng_ctx *ctx)
{
        atomic_store(&ctx->stop.interrupted, false);
        bng_account_update(ctx);
}

double bng_predicted_seconds(const bng_ctx *ctx, const struct bng_prediction *prediction)
{
        struct bng_time time = bng_time_of_duration(prediction->duration);
        return bng_speed_seconds(&ctx->speed, time.pace, time.seconds);
}

/* When an operation that begins now has to end. */
static uint64_t until_nsec(const bng_ctx *ctx, uint64_t now_nsec)
{
        uint64_t end_nsec = BNG_NSEC_NEVER;

        if (ctx->time_limit_usec != UINT64_MAX)
                end_nsec = bng_sat_add(now_nsec, bng_sat_mul(ctx->time_limit_usec, NSEC_PER_USEC));
        return end_nsec < ctx->deadline_nsec ? end_nsec : ctx->deadline_nsec;
}

/* An evaluation's deadline may be the end that the limit sets it. */
static bool is_deadline(const bng_ctx *ctx, uint64_t end_nsec)
{
        return end_nsec == ctx->deadline_nsec && end_nsec != ctx->limit_end_nsec;
}

static bool is_enough(uint64_t now_nsec, uint64_t end_nsec, double seconds)
{
        return end_nsec == BNG_NSEC_NEVER ||
               (end_nsec > now_nsec && seconds / MARGIN <= (double)(end_nsec - now_nsec) * 1e-9);
}

bool bng_time_suffices(const bng_ctx *ctx, double seconds)
{
        uint64_t now_nsec = bng_is_timed(ctx) ? bng_now_nsec() : 0;

        return is_enough(now_nsec, until_nsec(ctx, now_nsec), seconds);
}

double bng_seconds_after_look(const bng_ctx *ctx, const struct bng_prediction *prediction)
{
        uint64_t now_nsec = bng_now_nsec();
        double left = (double)bng_sat_sub(until_nsec(ctx, now_nsec), now_nsec) * 1e-9;
        struct bng_time time = bng_time_of_duration(prediction->duration);
        double seconds = bng_speed_seconds(&ctx->speed, time.pace, time.seconds);

        if (!(seconds > MARGIN * left))
                return seconds;
        time = bng_time_after_look(prediction->duration, MARGIN * left * time.seconds / seconds);
        return bng_speed_seconds(&ctx->speed, time.pace, time.seconds);
}

bng_status bng_judge_time(bng_ctx *ctx, double seconds)
{
        if (bng_stop_asked(&ctx->stop))
                return bng_stopped(ctx);
        if (!bng_is_timed(ctx))
                return BNG_OK;
        uint64_t now_nsec = bng_now_nsec();
        uint64_t end_nsec = until_nsec(ctx, now_nsec);
        if (end_nsec <= now_nsec)
                return bng_refuse_late(ctx, is_deadline(ctx, end_nsec));
        if (!is_enough(now_nsec, end_nsec, seconds))
                return bng_refuse_time(ctx, seconds, (end_nsec - now_nsec) / NSEC_PER_USEC,
                                       is_deadline(ctx, end_nsec));
        return BNG_OK;
}

void bng_clock_start(bng_ctx *ctx)
{
        ctx->stop.until_nsec = bng_is_timed(ctx) ? until_nsec(ctx, bng_now_nsec()) : BNG_NSEC_NEVER;
}

bng_status bng_stopped(bng_ctx *ctx)
{
        if (bng_stop_asked(&ctx->stop))
                return bng_ctx_fail(ctx, BNG_INTERRUPTED, "interrupted");
        return bng_refuse_late(ctx, is_deadline(ctx, ctx->stop.until_nsec));
}

void bng_clock_begin_all(bng_ctx *ctx)
{
        if (!bng_is_timed(ctx))
                return;
        uint64_t end_nsec = until_nsec(ctx, bng_now_nsec());
        if (end_nsec < ctx->deadline_nsec)
                ctx->deadline_nsec = ctx->limit_end_nsec = end_nsec;
}
