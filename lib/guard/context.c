/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "bounds/checked.h"
#include "config/limits.h"
#include "guard/context.h"
#include "guard/judge.h"
#include "predict/peak.h"

/*
 * The length up to which nothing has to be judged: sums, products and copies make no more limbs
 * than their operands have together (a carry needs two of them), and none of them holds more than
 * addmul.
 */
static void update_carefree(bng_ctx *ctx)
{
        uint64_t memory = bng_sat_sub(ctx->memory_limit_bytes, ctx->held_bytes);
        uint64_t bits = ctx->result_limit_bits;

        if (bits > BNG_CEILING_BITS)
                bits = BNG_CEILING_BITS;
        while (bits > 0 && bng_peak_bytes(BNG_WORK_ADD_PRODUCT, bits) > memory)
                bits /= 2;
        ctx->carefree_limbs = bits / GMP_NUMB_BITS;
}

static void set_limits(bng_ctx *ctx, const struct bng_config_limits *limits)
{
        ctx->result_limit_bits = limits->result_max;
        ctx->memory_limit_bytes = limits->operation_memory_max;
        ctx->time_limit_usec = limits->time_max;
        update_carefree(ctx);
}

bng_status bng_ctx_new(bng_ctx **ret)
{
        bng_ctx *ctx = calloc(1, sizeof *ctx);

        *ret = ctx;
        if (!ctx)
                return BNG_NO_MEMORY;
        set_limits(ctx, &BNG_CONFIG_LIMITS_DEFAULT);
        return BNG_OK;
}

bng_ctx *bng_ctx_free(bng_ctx *ctx)
{
        free(ctx);
        return NULL;
}

void bng_ctx_set_result_limit_bits(bng_ctx *ctx, uint64_t bits)
{
        ctx->result_limit_bits = bits;
        update_carefree(ctx);
}

uint64_t bng_ctx_result_limit_bits(const bng_ctx *ctx)
{
        return ctx->result_limit_bits;
}

void bng_ctx_set_memory_limit_bytes(bng_ctx *ctx, uint64_t bytes)
{
        ctx->memory_limit_bytes = bytes;
        update_carefree(ctx);
}

uint64_t bng_ctx_memory_limit_bytes(const bng_ctx *ctx)
{
        return ctx->memory_limit_bytes;
}

void bng_ctx_set_time_limit_usec(bng_ctx *ctx, uint64_t usec)
{
        ctx->time_limit_usec = usec;
}

uint64_t bng_ctx_time_limit_usec(const bng_ctx *ctx)
{
        return ctx->time_limit_usec;
}

void bng_ctx_set_held_bytes(bng_ctx *ctx, uint64_t bytes)
{
        ctx->held_bytes = bytes;
        update_carefree(ctx);
}

uint64_t bng_ctx_held_bytes(const bng_ctx *ctx)
{
        return ctx->held_bytes;
}

const char *bng_ctx_message(const bng_ctx *ctx)
{
        return ctx->message;
}

bng_status bng_ctx_fail(bng_ctx *ctx, bng_status status, const char *format, ...)
{
        va_list arguments;

        va_start(arguments, format);
        vsnprintf(ctx->message, sizeof ctx->message, format, arguments);
        va_end(arguments);
        return status;
}

/* Whole lines, as many as fit. */
static void keep_errors(bng_ctx *ctx, const struct bng_config_errors *errors)
{
        size_t used = 0;

        ctx->message[0] = '\0';
        for (size_t i = 0; i < errors->n; i++) {
                size_t length = strlen(errors->lines[i]);
                size_t room = sizeof ctx->message - used;
                if (i > 0 && length + 2 > room)
                        return;
                used += (size_t)snprintf(ctx->message + used, room, "%s%s", i > 0 ? "\n" : "",
                                         errors->lines[i]);
                if (used >= sizeof ctx->message)
                        return;
        }
}

bng_status bng_ctx_load_limits(bng_ctx *ctx, const char *path)
{
        struct bng_config_limits limits = BNG_CONFIG_LIMITS_DEFAULT;
        struct bng_config_errors errors = {0};
        bng_status status = BNG_OK;

        if (bng_config_limits_read(&limits, NULL, path, &errors))
                set_limits(ctx, &limits);
        else {
                keep_errors(ctx, &errors);
                status = BNG_INVALID;
        }
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
        }
        return "unknown status";
}
