/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdio.h>
#include <stdlib.h>
#include "bounds/checked.h"
#include "expr/apply.h"
#include "expr/machine.h"
#include "expr/text.h"
#include "guard/clock.h"
#include "guard/judge.h"
#include "guard/sentence.h"

/* Where the first refusal was, as soon as it is there. */
static bng_status note_refusal(struct bng_machine *m, bng_status before, bng_status status)
{
        if (before == BNG_OK && m->work.refusal != BNG_OK)
                m->refused_offset = m->offset;
        return status;
}

static bng_status begin(struct bng_machine *m, size_t offset)
{
        m->offset = offset;
        return bng_work_go_on(&m->work);
}

static bng_status literal(struct bng_sink *sink, const struct bng_literal *literal)
{
        struct bng_machine *m = (struct bng_machine *)sink;
        bng_status status = begin(m, literal->offset);
        if (status != BNG_OK)
                return status;
        struct bng_rational *value = &m->values[m->depth++];
        bng_rational_init(value);
        bng_integer_set_ui(&m->work, &value->den, 1);
        bng_status before = m->work.refusal;
        return note_refusal(m, before, bng_integer_set_literal(&m->work, &value->num, literal));
}

static bng_status variable(struct bng_sink *sink, const bng_variable *variable, size_t offset)
{
        struct bng_machine *m = (struct bng_machine *)sink;
        bng_status status = begin(m, offset);
        if (status != BNG_OK)
                return status;
        struct bng_rational *value = &m->values[m->depth++];
        bng_rational_init(value);
        return bng_rational_set_variable(&m->work, value, variable);
}

/* Replaces the topmost values, which the result may have been made of. */
static bng_status apply(struct bng_sink *sink, enum bng_op op, unsigned operands, size_t offset)
{
        struct bng_machine *m = (struct bng_machine *)sink;
        bng_status status = begin(m, offset);
        if (status != BNG_OK)
                return status;
        struct bng_rational result;
        bng_rational_init(&result);
        bng_status before = m->work.refusal;
        status = bng_apply(&m->work, op, operands, &result, &m->values[m->depth - operands]);
        for (unsigned i = 0; i < operands; i++)
                bng_rational_clear(&m->work, &m->values[--m->depth]);
        m->values[m->depth++] = result;
        return note_refusal(m, before, status);
}

static bng_status wrong_at(struct bng_machine *m, bng_status status, const char *text,
                           size_t offset, const char *what)
{
        struct bng_text_place place;
        char sentence[sizeof m->work.sentence];
        snprintf(sentence, sizeof sentence, "%s", what);
        return bng_ctx_fail(m->work.ctx, status, "%s: %s", bng_text_place(text, offset, &place),
                            sentence);
}

/* A refusal of the stacks ends a prediction too, as it needs them itself. */
static bng_status judge_stacks(struct bng_machine *m, uint64_t bytes)
{
        bng_status status = bng_work_judge_memory(&m->work, bytes, bytes);
        return status != BNG_OK ? status : m->work.refusal;
}

/*
 * What the check of the text may hold: the rest is judged when it is known how much it will be. A
 * byte opens one parenthesis at most, and while the stack grows there are two of them.
 */
static uint64_t memory_left_bytes(bng_ctx *ctx, size_t length)
{
        uint64_t limit_bytes = bng_ctx_memory_limit_bytes(ctx);
        if (limit_bytes != BNG_MEMORY_AUTO)
                return bng_sat_sub(limit_bytes, bng_ctx_held_bytes(ctx));
        uint64_t most_bytes = bng_sat_mul(3, bng_sat_mul(bng_parse_bytes(1), length));
        return bng_memory_suffices(ctx, most_bytes) ? UINT64_MAX : ctx->seen.bytes;
}

static bng_status check(struct bng_machine *m, const struct bng_expression *expression,
                        struct bng_parsed *parsed)
{
        bng_ctx *ctx = m->work.ctx;
        uint64_t left_bytes = memory_left_bytes(ctx, expression->length);
        bng_clock_start(ctx);
        bng_status status = bng_parse_check(expression, left_bytes, &ctx->stop, parsed);
        m->offset = parsed->offset;
        if (status == BNG_SYNTAX)
                return wrong_at(m, status, expression->text, m->offset, parsed->why.text);
        if (status == BNG_REFUSED_MEMORY && bng_ctx_memory_limit_bytes(ctx) == BNG_MEMORY_AUTO)
                return bng_refuse_available(ctx, parsed->stack_bytes);
        if (status == BNG_REFUSED_MEMORY)
                return judge_stacks(m, parsed->stack_bytes);
        if (status == BNG_INTERRUPTED)
                return bng_stopped(ctx);
        /* A short text has its peak here. */
        return status == BNG_OK ? judge_stacks(m, parsed->stack_bytes)
                                : bng_ctx_fail(ctx, status, "out of memory");
}

/* Makes the stack, once it is known how high it will be. */
static bng_status prepare(struct bng_machine *m, const struct bng_parsed *parsed)
{
        uint64_t bytes = bng_sat_add(bng_parse_bytes(parsed->operators_max),
                                     bng_sat_mul(parsed->values_max, sizeof *m->values));
        bng_status status = judge_stacks(m, bytes);
        if (status != BNG_OK)
                return status;
        m->values = calloc(parsed->values_max, sizeof *m->values);
        if (!m->values)
                return bng_no_memory(m->work.ctx);
        bng_work_hold(&m->work, bytes, bytes);
        m->stacks_bytes = bytes;
        return BNG_OK;
}

bng_status bng_machine_run(struct bng_machine *m, bng_ctx *ctx,
                           const struct bng_expression *expression, bool predict)
{
        *m = (struct bng_machine){.sink = {literal, variable, apply}};
        bng_status status = bng_work_begin(&m->work, ctx, predict);
        if (status != BNG_OK)
                return status;
        struct bng_parsed parsed;
        status = check(m, expression, &parsed);
        if (status == BNG_OK)
                status = prepare(m, &parsed);
        if (status != BNG_OK)
                return status;
        status = bng_parse(expression, &parsed, &ctx->stop, &m->sink);
        if (status == BNG_INTERRUPTED)
                return bng_stopped(ctx);
        if (status == BNG_NO_MEMORY)
                return bng_ctx_fail(ctx, status, "out of memory");
        if (status == BNG_UNDEFINED)
                return wrong_at(m, status, expression->text, m->offset, bng_ctx_message(ctx));
        return status;
}

bng_status bng_machine_own(struct bng_machine *m)
{
        struct bng_rational *value = &m->values[0];
        bng_status before = m->work.refusal;
        bng_status status = bng_integer_own(&m->work, &value->num);
        if (status == BNG_OK)
                status = bng_integer_own(&m->work, &value->den);
        return note_refusal(m, before, status);
}

void bng_machine_end(struct bng_machine *m)
{
        while (m->depth > 0)
                bng_rational_clear(&m->work, &m->values[--m->depth]);
        free(m->values);
        bng_work_end(&m->work);
}
