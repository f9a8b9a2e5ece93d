/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdlib.h>
#include <string.h>
#include "bounds/checked.h"
#include "expr/eval.h"
#include "expr/machine.h"
#include "expr/predict.h"

bng_status bng_eval(bng_ctx *ctx, const char *text, size_t length, struct bng_eval_result *ret)
{
        struct bng_machine machine;
        bng_status status = bng_machine_run(&machine, ctx, text, length, false);
        if (status == BNG_OK) {
                mpz_init(ret->num);
                mpz_init(ret->den);
                mpz_swap(ret->num, machine.values[0].num.z);
                mpz_swap(ret->den, machine.values[0].den.z);
        }
        bool is_of_operation = bng_is_refusal(status) && machine.values;
        size_t offset = machine.offset;
        bng_machine_end(&machine);
        return is_of_operation ? bng_refuse_part(ctx, status, text, length, offset) : status;
}

void bng_eval_result_clear(struct bng_eval_result *result)
{
        mpz_clear(result->num);
        mpz_clear(result->den);
}

uint64_t bng_eval_result_bits(const struct bng_eval_result *result)
{
        bool whole = mpz_cmp_ui(result->den, 1) == 0;
        size_t num_bits = mpz_sgn(result->num) != 0 ? mpz_sizeinbase(result->num, 2) : 0;
        size_t den_bits = mpz_sizeinbase(result->den, 2);
        return whole || num_bits > den_bits ? num_bits : den_bits;
}

static uint64_t limb_bytes(mpz_srcptr z)
{
        return bng_sat_mul(mpz_size(z), sizeof(mp_limb_t));
}

bng_status bng_eval_print(bng_ctx *ctx, struct bng_eval_result *result, struct bng_eval_text *ret)
{
        struct bng_eval_text text = {NULL, NULL};
        uint64_t held_before = bng_ctx_held_bytes(ctx);
        uint64_t den_bytes = bng_sat_add(held_before, limb_bytes(result->den));

        bng_ctx_set_held_bytes(ctx, bng_sat_add(den_bytes, limb_bytes(result->num)));
        bng_status status = bng_mpz_get_str(ctx, &text.num, 10, result->num);
        mpz_set_ui(result->num, 0);
        mpz_realloc2(result->num, 1);
        if (status == BNG_OK && mpz_cmp_ui(result->den, 1) != 0) {
                bng_ctx_set_held_bytes(ctx, bng_sat_add(den_bytes, strlen(text.num) + 1));
                status = bng_mpz_get_str(ctx, &text.den, 10, result->den);
        }
        bng_ctx_set_held_bytes(ctx, held_before);
        bng_eval_result_clear(result);
        if (status == BNG_OK)
                *ret = text;
        else
                free(text.num);
        return status;
}
