/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "config/limits.h"
#include "guard/account.h"

_Static_assert(BNG_MEMORY_AUTO == BNG_CONFIG_MEMORY_AUTO, "one spelling of auto");

/* A limit that a call has set stays. */
static void take(bng_ctx *ctx, enum bng_limit limit, uint64_t *to, uint64_t from)
{
        if (!(ctx->set_by_call & limit))
                *to = from;
}

static void set_limits(bng_ctx *ctx, const struct bng_config_limits *limits)
{
        take(ctx, BNG_LIMIT_RESULT, &ctx->result_limit_bits, limits->result_max);
        take(ctx, BNG_LIMIT_MEMORY, &ctx->memory_limit_bytes, limits->operation_memory_max);
        take(ctx, BNG_LIMIT_TOTAL, &ctx->total_limit_bytes, limits->total_max);
        take(ctx, BNG_LIMIT_TIME, &ctx->time_limit_usec, limits->time_max);
        bng_account_update(ctx);
}

bng_status bng_ctx_new(bng_ctx **ret)
{
        bng_ctx *ctx = calloc(1, sizeof *ctx);

        *ret = ctx;
        if (!ctx)
                return BNG_NO_MEMORY;
        ctx->deadline_nsec = ctx->limit_end_nsec = ctx->stop.until_nsec = BNG_NSEC_NEVER;
        bng_speed_init(&ctx->speed);
        set_limits(ctx, &BNG_CONFIG_LIMITS_DEFAULT);
        return BNG_OK;
}

bng_ctx *bng_ctx_free(bng_ctx *ctx)
{
        if (ctx)
                bng_account_end(ctx);
        free(ctx);
        return NULL;
}

void bng_ctx_set_result_limit_bits(bng_ctx *ctx, uint64_t bits)
{
        ctx->result_limit_bits = bits;
        ctx->set_by_call |= BNG_LIMIT_RESULT;
        bng_account_update(ctx);
}

uint64_t bng_ctx_result_limit_bits(const bng_ctx *ctx)
{
        return ctx->result_limit_bits;
}

void bng_ctx_set_memory_limit_bytes(bng_ctx *ctx, uint64_t bytes)
{
        ctx->memory_limit_bytes = bytes;
        ctx->set_by_call |= BNG_LIMIT_MEMORY;
        bng_account_update(ctx);
}

uint64_t bng_ctx_memory_limit_bytes(const bng_ctx *ctx)
{
        return ctx->memory_limit_bytes;
}

void bng_ctx_set_time_limit_usec(bng_ctx *ctx, uint64_t usec)
{
        ctx->time_limit_usec = usec;
        ctx->set_by_call |= BNG_LIMIT_TIME;
        bng_account_update(ctx);
}

uint64_t bng_ctx_time_limit_usec(const bng_ctx *ctx)
{
        return ctx->time_limit_usec;
}

void bng_ctx_set_held_bytes(bng_ctx *ctx, uint64_t bytes)
{
        ctx->held_bytes = bytes;
        bng_account_update(ctx);
}

uint64_t bng_ctx_held_bytes(const bng_ctx *ctx)
{
        return ctx->held_bytes;
}

void bng_ctx_set_total_limit_bytes(bng_ctx *ctx, uint64_t bytes)
{
        ctx->total_limit_bytes = bytes;
        ctx->set_by_call |= BNG_LIMIT_TOTAL;
        bng_account_update(ctx);
}

uint64_t bng_ctx_total_limit_bytes(const bng_ctx *ctx)
{
        return ctx->total_limit_bytes;
}

/* ---- statistics ---- */

void bng_ctx_set_statistics(bng_ctx *ctx, bool on)
{
        ctx->statistics = on;
        bng_account_update(ctx);
}

bool bng_ctx_statistics(const bng_ctx *ctx)
{
        return ctx->statistics;
}

uint64_t bng_ctx_operations(const bng_ctx *ctx)
{
        return ctx->operations;
}

uint64_t bng_ctx_failures(const bng_ctx *ctx, bng_status status)
{
        return (unsigned)status < BNG_STATUSES ? ctx->failures[status] : 0;
}

uint64_t bng_ctx_largest_bits(const bng_ctx *ctx)
{
        return ctx->largest_bits;
}

uint64_t bng_ctx_live_bytes(const bng_ctx *ctx)
{
        return ctx->live_bytes;
}

uint64_t bng_ctx_live_peak_bytes(const bng_ctx *ctx)
{
        return ctx->live_peak_bytes;
}

/* ---- what is said when a request fails ---- */

void bng_ctx_set_refusal_callback(bng_ctx *ctx, bng_refusal_callback *callback, void *userdata)
{
        ctx->on_refusal = callback;
        ctx->on_refusal_userdata = userdata;
}

const char *bng_ctx_message(const bng_ctx *ctx)
{
        return ctx->message;
}

static void report(bng_ctx *ctx, bng_status status)
{
        ctx->failures[status]++;
        if (ctx->on_refusal)
                ctx->on_refusal(ctx->on_refusal_userdata, status, ctx->message);
}

bng_status bng_ctx_fail(bng_ctx *ctx, bng_status status, const char *format, ...)
{
        va_list arguments;

        va_start(arguments, format);
        vsnprintf(ctx->message, sizeof ctx->message, format, arguments);
        va_end(arguments);
        if (ctx->parts == 0)
                report(ctx, status);
        return status;
}

void bng_ctx_begin_part(bng_ctx *ctx)
{
        ctx->parts++;
}

bng_status bng_ctx_end_part(bng_ctx *ctx, bng_status status)
{
        if (--ctx->parts == 0 && status != BNG_OK)
                report(ctx, status);
        return status;
}

/* Whole lines, as many as fit. An error that finds no memory is none of them. */
static bng_status tell_errors(bng_ctx *ctx, const struct bng_config_errors *errors)
{
        char text[BNG_MESSAGE_BYTES];
        size_t used = 0;

        for (size_t i = 0; i < errors->n; i++) {
                size_t length = strlen(errors->lines[i]);
                size_t room = sizeof text - used;
                if (i > 0 && length + 2 > room)
                        break;
                used += (size_t)snprintf(text + used, room, "%s%s", i > 0 ? "\n" : "",
                                         errors->lines[i]);
                if (used >= sizeof text)
                        break;
        }
        return used > 0 ? bng_ctx_fail(ctx, BNG_INVALID, "%s", text) : bng_no_memory(ctx);
}

bng_status bng_ctx_load_limits(bng_ctx *ctx, const char *path)
{
        struct bng_config_limits limits = BNG_CONFIG_LIMITS_DEFAULT;
        struct bng_config_errors errors = {0};
        bng_status status = BNG_OK;

        if (bng_config_limits_read(&limits, NULL, path, &errors) &&
            bng_config_limits_environment(&limits, &errors))
                set_limits(ctx, &limits);
        else
                status = tell_errors(ctx, &errors);
        bng_config_errors_clear(&errors);
        return status;
}

const char *bng_status_text(bng_status status)
{
        switch (status) {
        case BNG_OK:
                return "done";
        case BNG_REFUSED_RESULT:
                return "the result is over the limit";
        case BNG_REFUSED_MEMORY:
                return "the operation needs more memory than the limit";
        case BNG_REFUSED_TIME:
                return "the operation takes longer than the limit";
        case BNG_REFUSED_CEILING:
                return "the result is larger than GMP can hold";
        case BNG_UNDEFINED:
                return "the arithmetic is undefined";
        case BNG_SYNTAX:
                return "the text is no number";
        case BNG_INVALID:
                return "an argument is outside its range";
        case BNG_NO_MEMORY:
                return "out of memory";
        case BNG_INTERRUPTED:
                return "interrupted";
        case BNG_REFUSED_TOTAL:
                return "the numbers of the context would hold more memory than the limit";
        case BNG_STREAM:
                return "a stream could not be read or written";
        }
        return "unknown status";
}
