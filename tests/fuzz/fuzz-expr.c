/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Any bytes as an expression over a few variables: predicted and evaluated under small limits.
 * Nothing may crash, leak, or print a byte that a terminal would act on; and the prediction may not
 * contradict the evaluation.
 */
#include <stdlib.h>
#include "expr/eval.h"
#include "expr/predict.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define RESULT_BITS 5000 /* above BNG_EXACT_BITS, so that both depths of a prediction are tried */
#define MEMORY_BYTES (4 << 20)
#define TOTAL_BYTES (16 << 10)

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
               status == BNG_REFUSED_CEILING || status == BNG_REFUSED_TOTAL;
}

/* Short and long, of both signs, whole and not; u_ is longer than a result may be. */
struct numbers {
        mpz_t x, y, z, u, three, zero;
        bng_variable variables[5];
};

static void numbers_init(struct numbers *n)
{
        mpz_inits(n->x, n->y, n->z, n->u, n->three, n->zero, NULL);
        mpz_set_si(n->x, -7);
        mpz_setbit(n->y, 4500);
        mpz_ui_pow_ui(n->z, 7, 2000);
        mpz_neg(n->z, n->z);
        mpz_ui_pow_ui(n->u, 10, 3000);
        mpz_set_ui(n->three, 3);
        n->variables[0] = (bng_variable){"x", n->x, NULL};
        n->variables[1] = (bng_variable){"y", n->y, n->three};
        n->variables[2] = (bng_variable){"z1", n->z, NULL};
        n->variables[3] = (bng_variable){"u_", n->u, NULL};
        n->variables[4] = (bng_variable){"zero", n->zero, NULL};
}

static void numbers_clear(struct numbers *n)
{
        mpz_clears(n->x, n->y, n->z, n->u, n->three, n->zero, NULL);
}

static void try(bng_ctx *ctx, const struct bng_expression *e, mpq_ptr value)
{
        struct bng_predict_result predicted = {0};
        bng_status prediction = bng_predict(ctx, e, true, &predicted);
        if (prediction != BNG_OK)
                check_sentence(ctx);
        bng_status status = bng_evaluate(ctx, value, e);
        if (status != BNG_OK) {
                check_sentence(ctx);
                check(status == BNG_SYNTAX || status == BNG_UNDEFINED || is_refusal(status));
        }
        check((status == BNG_SYNTAX) == (prediction == BNG_SYNTAX));
        check(bng_ctx_held_bytes(ctx) == 0);
        check(bng_ctx_live_bytes(ctx) == 0 && bng_ctx_live_peak_bytes(ctx) <= TOTAL_BYTES);
        if (status != BNG_OK)
                return;
        uint64_t bits = bng_eval_bits(value);
        struct bng_eval_text printed = {NULL, NULL};
        check(prediction == BNG_OK || prediction == BNG_REFUSED_MEMORY);
        check(bits <= RESULT_BITS);
        check(bits >= predicted.bits.bits_min && bits <= predicted.bits.bits_max);
        if (bng_eval_print(ctx, value, &printed) == BNG_OK) {
                free(printed.num);
                free(printed.den);
        }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        struct numbers numbers;
        mpq_t value;
        bng_ctx *ctx;
        if (bng_ctx_new(&ctx) != BNG_OK)
                return 0;
        numbers_init(&numbers);
        mpq_init(value);
        bng_ctx_set_result_limit_bits(ctx, RESULT_BITS);
        bng_ctx_set_memory_limit_bytes(ctx, MEMORY_BYTES);
        bng_ctx_set_total_limit_bytes(ctx, TOTAL_BYTES);
        const struct bng_expression expression = {(const char *)data, size, numbers.variables, 5};
        try(ctx, &expression, value);
        mpq_clear(value);
        numbers_clear(&numbers);
        bng_ctx_free(ctx);
        return 0;
}
