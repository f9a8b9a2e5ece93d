/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Any bytes as an expression: predicted and evaluated under small limits. Nothing may crash, leak, or
 * print a byte that a terminal would act on; and the prediction may not contradict the evaluation.
 */
#include <stdlib.h>
#include "expr/eval.h"
#include "expr/predict.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define RESULT_BITS 5000 /* above BNG_EXACT_BITS, so that both depths of a prediction are tried */
#define MEMORY_BYTES (4 << 20)

static void check(bool ok)
{
        if (!ok)
                abort();
}

static void check_sentence(const bng_ctx *ctx)
{
        const char *sentence = bng_ctx_message(ctx);
        check(*sentence != '\0');
        for (const char *c = sentence; *c; c++)
                check(*c >= 0x20 && *c < 0x7f);
}

static bool is_refusal(bng_status status)
{
        return status == BNG_REFUSED_RESULT || status == BNG_REFUSED_MEMORY ||
               status == BNG_REFUSED_CEILING;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        const char *text = (const char *)data;
        struct bng_predict_result predicted = {0};
        struct bng_eval_result value;
        bng_ctx *ctx;
        if (bng_ctx_new(&ctx) != BNG_OK)
                return 0;
        bng_ctx_set_result_limit_bits(ctx, RESULT_BITS);
        bng_ctx_set_memory_limit_bytes(ctx, MEMORY_BYTES);

        bng_status prediction = bng_predict_expr(ctx, text, size, &predicted);
        if (prediction != BNG_OK)
                check_sentence(ctx);
        bng_status status = bng_eval(ctx, text, size, &value);
        if (status != BNG_OK) {
                check_sentence(ctx);
                check(status == BNG_SYNTAX || status == BNG_UNDEFINED || is_refusal(status));
        }
        check((status == BNG_SYNTAX) == (prediction == BNG_SYNTAX));
        check(bng_ctx_held_bytes(ctx) == 0);
        if (status == BNG_OK) {
                uint64_t bits = bng_eval_result_bits(&value);
                struct bng_eval_text printed = {NULL, NULL};
                check(prediction == BNG_OK || prediction == BNG_REFUSED_MEMORY);
                check(bits <= RESULT_BITS);
                check(bits >= predicted.bits.bits_min && bits <= predicted.bits.bits_max);
                if (bng_eval_print(ctx, &value, &printed) == BNG_OK) {
                        free(printed.num);
                        free(printed.den);
                }
        }
        bng_ctx_free(ctx);
        return 0;
}
