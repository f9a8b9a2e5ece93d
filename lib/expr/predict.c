/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include "bounds/checked.h"
#include "bounds/text.h"
#include "expr/machine.h"
#include "expr/predict.h"
#include "expr/text.h"
#include "guard/clock.h"
#include "guard/judge.h"

/* The larger part; where both are predicted, without knowing which one it is. A denominator is 1 at
 * least. */
static struct bng_range larger_part(const struct bng_rational *value)
{
        struct bng_range num = bng_integer_operand(&value->num).size;
        struct bng_range den = bng_integer_operand(&value->den).size;
        if (bng_rational_is_integer(value) || num.surely_zero)
                return num;
        if (!value->num.predicted && !value->den.predicted)
                return mpz_cmpabs(value->num.z, value->den.z) > 0 ? num : den;
        struct bng_range larger = bng_range_union(num, den);
        larger.lo = bng_magnitude_max(num.lo, den.lo);
        larger.may_be_zero = num.may_be_zero && bng_rational_may_be_integer(value);
        return larger;
}

/* A digit is a byte; a sign and the end are two more. */
static uint64_t text_bytes_min(const struct bng_integer *a)
{
        return bng_range_digits(bng_integer_operand(a).size, 10).digits_min;
}

static uint64_t text_bytes_max(const struct bng_integer *a)
{
        return bng_sat_add(bng_range_digits(bng_integer_operand(a).size, 10).digits_max, 2);
}

static bng_status predict_print_part(struct bng_work *work, const struct bng_integer *a)
{
        struct bng_prediction printing = bng_predict_print(bng_integer_operand(a), 10);
        uint64_t peak_bytes = printing.peak_bytes;
        work->seconds += bng_predicted_seconds(work->ctx, &printing);
        return bng_work_judge_memory(work, bng_integer_is_tight(a) ? peak_bytes : text_bytes_min(a),
                                     peak_bytes);
}

/*
 * As bng_eval_print does it, when the stacks are gone: the numerator, and then the denominator beside
 * the first text.
 */
static bng_status predict_print(struct bng_machine *m)
{
        struct bng_work *work = &m->work;
        struct bng_rational *value = &m->values[0];
        bng_work_release(work, m->stacks_bytes, m->stacks_bytes);
        bng_status status = predict_print_part(work, &value->num);
        if (status != BNG_OK || bng_rational_is_integer(value))
                return status;
        uint64_t bytes = text_bytes_min(&value->num);
        uint64_t most_bytes = text_bytes_max(&value->num);
        bng_integer_clear(work, &value->num);
        bng_integer_init(&value->num);
        bng_work_hold(work, bytes, most_bytes);
        return predict_print_part(work, &value->den);
}

/* People read it, and it must be quick: of a longer text a refusal says the place alone. */
#define WHOLE_TEXT_BYTES 4096

/* `whole` may be NULL: nobody knows it, not even whether this is all of it. */
static bng_status refuse_at(bng_ctx *ctx, bng_status status, const char *text, size_t offset,
                            const struct bng_range *whole)
{
        struct bng_text_place place;
        struct bng_range_text size;
        char sentence[sizeof((struct bng_work *)NULL)->sentence];
        snprintf(sentence, sizeof sentence, "%s", bng_ctx_message(ctx));
        bng_text_place(text, offset, &place);
        if (!whole)
                return bng_ctx_fail(ctx, status, "%s; this stands at %s", sentence, place.text);
        bng_range_text(*whole, &size);
        /* Other texts begin with a word that says how sure they are. */
        bool is_number = isdigit((unsigned char)size.text[0]) || size.text[0] == '(';
        return bng_ctx_fail(ctx, status, "%s; this is the part at %s, the whole would be %s%s",
                            sentence, place.text, is_number && !whole->known ? "about " : "",
                            size.text);
}

/* `m` has predicted the whole text, to its end if is_known. */
static bng_status refuse_part(bng_ctx *ctx, bng_status status,
                              const struct bng_expression *expression, size_t offset,
                              const struct bng_machine *m, bool is_known)
{
        if (!is_known || expression->length > WHOLE_TEXT_BYTES)
                return refuse_at(ctx, status, expression->text, offset, NULL);
        if (offset == m->offset)
                return status;
        struct bng_range whole = larger_part(&m->values[0]);
        return refuse_at(ctx, status, expression->text, offset, &whole);
}

bng_status bng_refuse_part(bng_ctx *ctx, bng_status status, const struct bng_expression *expression,
                           size_t offset)
{
        struct bng_machine machine;
        char sentence[sizeof machine.work.sentence];
        if (expression->length > WHOLE_TEXT_BYTES)
                return refuse_at(ctx, status, expression->text, offset, NULL);
        snprintf(sentence, sizeof sentence, "%s", bng_ctx_message(ctx));
        bool is_known = bng_machine_run(&machine, ctx, expression, true) == BNG_OK;
        bng_ctx_fail(ctx, status, "%s", sentence);
        status = refuse_part(ctx, status, expression, offset, &machine, is_known);
        bng_machine_end(&machine);
        return status;
}

static bng_status predict(bng_ctx *ctx, const struct bng_expression *expression, bool printing,
                          struct bng_predict_result *ret)
{
        struct bng_machine machine;
        struct bng_work *work = &machine.work;
        bng_status status = bng_machine_run(&machine, ctx, expression, true);
        if (status == BNG_OK)
                status = bng_machine_own(&machine);
        struct bng_predict_result result = {.is_known = status == BNG_OK};
        if (result.is_known) {
                result.size = larger_part(&machine.values[0]);
                result.bits = bng_range_bits(result.size);
        }
        if (work->refusal != BNG_OK)
                status = bng_ctx_fail(ctx, work->refusal, "%s", work->sentence);
        if (work->refusal != BNG_OK && machine.values)
                status = refuse_part(ctx, status, expression, machine.refused_offset, &machine,
                                     result.is_known);
        /* After a refusal it only counts on. */
        if (result.is_known && printing) {
                bng_status printed = predict_print(&machine);
                if (status == BNG_OK)
                        status = printed != BNG_OK ? printed : work->refusal;
        }
        result.peak_bytes = work->peak_most_bytes;
        result.seconds = work->seconds;
        if (status == BNG_OK || work->refusal != BNG_OK)
                *ret = result;
        bng_machine_end(&machine);
        return status;
}

bng_status bng_predict(bng_ctx *ctx, const struct bng_expression *expression, bool printing,
                       struct bng_predict_result *ret)
{
        struct bng_why why;
        bng_ctx_begin_part(ctx);
        bng_status status = bng_names_check(expression, &why)
                                    ? predict(ctx, expression, printing, ret)
                                    : bng_ctx_fail(ctx, BNG_INVALID, "%s", why.text);
        return bng_ctx_end_part(ctx, status);
}

_Static_assert(sizeof((bng_expr_prediction *)NULL)->magnitude >= sizeof(struct bng_range_text),
               "no magnitude is cut");

bng_status bng_predict_expr(bng_ctx *ctx, bng_expr_prediction *ret, const char *text, size_t length,
                            const bng_variable *variables, size_t variables_count)
{
        const struct bng_expression expression = {text, length, variables, variables_count};
        struct bng_predict_result result = {0};
        struct bng_range_text magnitude;
        bng_status status = bng_predict(ctx, &expression, false, &result);
        *ret = (bng_expr_prediction){.is_known = result.is_known};
        if (!result.is_known)
                return status;
        ret->bits = result.bits;
        if (!bng_range_log2_bits(result.size, &ret->log2_bits))
                ret->log2_bits = HUGE_VAL;
        ret->peak_bytes = result.peak_bytes;
        ret->seconds = result.seconds;
        snprintf(ret->magnitude, sizeof ret->magnitude, "%s",
                 bng_range_text(result.size, &magnitude));
        return status;
}
