/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdlib.h>
#include <string.h>
#include "bounds/checked.h"
#include "expr/eval.h"
#include "expr/machine.h"
#include "expr/predict.h"
#include "guard/account.h"
#include "guard/clock.h"
#include "guard/operation.h"

/* Without room of its own where there is none. BNG_OK: the value is the caller's to clear. */
static bng_status compute(bng_ctx *ctx, mpq_ptr value, const struct bng_expression *expression)
{
        struct bng_machine machine;
        mpz_inits(mpq_numref(value), mpq_denref(value), NULL);
        bng_status status = bng_machine_run(&machine, ctx, expression, false);
        if (status == BNG_OK)
                status = bng_machine_own(&machine);
        if (status == BNG_OK) {
                mpz_swap(mpq_numref(value), machine.values[0].num.z);
                mpz_swap(mpq_denref(value), machine.values[0].den.z);
        }
        bool is_of_operation = bng_is_refusal(status) && machine.values;
        size_t offset = machine.offset;
        bng_machine_end(&machine);
        return is_of_operation ? bng_refuse_part(ctx, status, expression, offset) : status;
}

/* What was a value among others becomes the number of a variable, and is judged as such. */
bng_status bng_evaluate(bng_ctx *ctx, mpq_ptr rop, const struct bng_expression *expression)
{
        mpq_t value;
        bng_status status = compute(ctx, value, expression);
        if (status == BNG_OK)
                status = bng_fraction_hand_out(ctx, rop, value);
        if (status == BNG_OK) {
                bng_account_result(ctx, mpq_numref(rop));
                bng_account_result(ctx, mpq_denref(rop));
        }
        mpq_clear(value);
        return status;
}

/*
 * What surely will be refused or has no value is found before anything runs; what only the numbers
 * themselves tell ends the evaluation where it comes up.
 */
static bng_status predict_and_evaluate(bng_ctx *ctx, mpq_ptr rop,
                                       const struct bng_expression *expression)
{
        struct bng_predict_result predicted;
        bng_status status = bng_predict(ctx, expression, false, &predicted);
        return status == BNG_OK ? bng_evaluate(ctx, rop, expression) : status;
}

bng_status bng_eval(bng_ctx *ctx, mpq_t rop, const char *text, size_t length,
                    const bng_variable *variables, size_t variables_count)
{
        const struct bng_expression expression = {text, length, variables, variables_count};
        uint64_t deadline_nsec = ctx->deadline_nsec;
        bng_ctx_begin_part(ctx);
        bng_clock_begin_all(ctx);
        bng_status status = predict_and_evaluate(ctx, rop, &expression);
        ctx->deadline_nsec = deadline_nsec;
        return bng_ctx_end_part(ctx, status);
}

uint64_t bng_eval_bits(mpq_srcptr value)
{
        bool whole = mpz_cmp_ui(mpq_denref(value), 1) == 0;
        size_t num_bits = mpq_sgn(value) != 0 ? mpz_sizeinbase(mpq_numref(value), 2) : 0;
        size_t den_bits = mpz_sizeinbase(mpq_denref(value), 2);
        return whole || num_bits > den_bits ? num_bits : den_bits;
}

static uint64_t limb_bytes(mpz_srcptr z)
{
        return bng_sat_mul(mpz_size(z), sizeof(mp_limb_t));
}

bng_status bng_eval_print(bng_ctx *ctx, mpq_ptr value, struct bng_eval_text *ret)
{
        mpz_ptr num = mpq_numref(value);
        mpz_ptr den = mpq_denref(value);
        struct bng_eval_text text = {NULL, NULL};
        uint64_t held_before = bng_ctx_held_bytes(ctx);
        uint64_t den_bytes = bng_sat_add(held_before, limb_bytes(den));

        bng_ctx_set_held_bytes(ctx, bng_sat_add(den_bytes, limb_bytes(num)));
        bng_status status = bng_mpz_get_str(ctx, &text.num, 10, num);
        mpz_set_ui(num, 0);
        mpz_realloc2(num, 1);
        if (status == BNG_OK && mpz_cmp_ui(den, 1) != 0) {
                bng_ctx_set_held_bytes(ctx, bng_sat_add(den_bytes, strlen(text.num) + 1));
                status = bng_mpz_get_str(ctx, &text.den, 10, den);
        }
        bng_ctx_set_held_bytes(ctx, held_before);
        mpz_realloc2(den, 1);
        mpz_set_ui(den, 1);
        if (status == BNG_OK)
                *ret = text;
        else
                free(text.num);
        return status;
}
