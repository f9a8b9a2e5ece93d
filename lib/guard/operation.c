/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <limits.h>
#include "guard/operation.h"

unsigned long bng_saturated_word(mpz_srcptr n)
{
        if (mpz_cmpabs_ui(n, ULONG_MAX) <= 0)
                return mpz_get_ui(n);
        return mpz_odd_p(n) ? ULONG_MAX : ULONG_MAX - 1;
}

bng_status bng_output_open(struct bng_output *output, bng_ctx *ctx, mpz_ptr destination,
                           const struct bng_prediction *prediction)
{
        bng_status status = bng_judge(ctx, prediction);

        if (status != BNG_OK)
                return status;
        output->ctx = ctx;
        output->destination = destination;
        output->out = destination;
        if (bng_straddles(ctx, prediction)) {
                mpz_init(output->temporary);
                output->out = output->temporary;
        }
        return BNG_OK;
}

bng_status bng_output_open_copy(struct bng_output *output, bng_ctx *ctx, mpz_ptr destination,
                                const struct bng_prediction *prediction)
{
        bng_status status = bng_output_open(output, ctx, destination, prediction);

        if (status == BNG_OK && output->out != destination)
                mpz_set(output->out, destination);
        return status;
}

bng_status bng_output_judge(const struct bng_output *output)
{
        return output->out == output->destination ? BNG_OK
                                                  : bng_judge_result(output->ctx, output->out);
}

void bng_output_hand_out(struct bng_output *output)
{
        if (output->out == output->destination)
                return;
        mpz_swap(output->destination, output->temporary);
        mpz_clear(output->temporary);
}

void bng_output_discard(struct bng_output *output)
{
        if (output->out != output->destination)
                mpz_clear(output->temporary);
}

bng_status bng_output_close(struct bng_output *output)
{
        bng_status status = bng_output_judge(output);

        if (status == BNG_OK)
                bng_output_hand_out(output);
        else
                bng_output_discard(output);
        return status;
}
