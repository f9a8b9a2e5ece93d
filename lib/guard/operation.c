/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <limits.h>
#include "guard/operation.h"

unsigned long bng_saturated_word(mpz_srcptr n)
{
        if (mpz_cmpabs_ui(n, ULONG_MAX) <= 0)
                return mpz_get_ui(n);
        return mpz_odd_p(n) ? ULONG_MAX : ULONG_MAX - 1;
}

/* Opens an output of what may run, into a temporary or not. */
static void open_to(struct bng_output *output, bng_ctx *ctx, mpz_ptr destination, bool temporary)
{
        bng_clock_start(ctx);
        output->ctx = ctx;
        output->destination = destination;
        output->out = destination;
        if (temporary) {
                mpz_init(output->temporary);
                output->out = output->temporary;
        }
}

bng_status bng_output_open(struct bng_output *output, bng_ctx *ctx, mpz_ptr destination,
                           const struct bng_prediction *prediction)
{
        bool may_break_total;
        bng_status status = bng_judge(ctx, prediction);

        if (status == BNG_OK)
                status = bng_judge_total(ctx, destination, prediction, &may_break_total);
        if (status == BNG_OK)
                open_to(output, ctx, destination,
                        may_break_total || bng_straddles(ctx, prediction));
        return status;
}

bng_status bng_output_open_temporary(struct bng_output *output, bng_ctx *ctx, mpz_ptr destination,
                                     const struct bng_prediction *prediction)
{
        bng_status status = bng_judge(ctx, prediction);

        if (status == BNG_OK)
                open_to(output, ctx, destination, true);
        return status;
}

bng_status bng_output_open_part(struct bng_output *output, bng_ctx *ctx, mpz_ptr destination,
                                const struct bng_prediction *prediction)
{
        bool has_total = ctx->total_limit_bytes != UINT64_MAX;

        return has_total ? bng_output_open_temporary(output, ctx, destination, prediction)
                         : bng_output_open(output, ctx, destination, prediction);
}

bng_status bng_output_open_copy(struct bng_output *output, bng_ctx *ctx, mpz_ptr destination,
                                const struct bng_prediction *prediction)
{
        bng_status status = bng_output_open(output, ctx, destination, prediction);

        if (status == BNG_OK && output->out != destination) {
                /* The result's room from the start, so that it is not moved. */
                mpz_realloc2(output->out, (mp_bitcnt_t)prediction->room_bits);
                mpz_set(output->out, destination);
        }
        return status;
}

static bool is_temporary(const struct bng_output *output)
{
        return output->out != output->destination;
}

bng_status bng_outputs_judge(bng_ctx *ctx, struct bng_output *outputs, size_t n)
{
        struct bng_result results[BNG_RESULTS_MAX];
        bng_status status = BNG_OK;

        for (size_t i = 0; i < n && status == BNG_OK; i++) {
                results[i] = (struct bng_result){.destination = outputs[i].destination,
                                                 .value = outputs[i].out};
                if (is_temporary(&outputs[i]))
                        status = bng_judge_result(ctx, outputs[i].temporary);
        }
        if (status == BNG_OK)
                status = bng_judge_rooms(ctx, results, n);
        for (size_t i = 0; i < n && status == BNG_OK; i++)
                outputs[i].copies = results[i].copies;
        return status;
}

static void end(struct bng_output *output)
{
        if (is_temporary(output))
                mpz_clear(output->temporary);
}

void bng_output_hand_out(struct bng_output *output)
{
        bng_result_hand_out(&(struct bng_result){.destination = output->destination,
                                                 .value = output->out,
                                                 .copies = output->copies});
        end(output);
        bng_account_result(output->ctx, output->destination);
}

void bng_output_discard(struct bng_output *output)
{
        end(output);
}

bng_status bng_output_close(struct bng_output *output)
{
        bng_status status = bng_outputs_judge(output->ctx, output, 1);

        if (status == BNG_OK) {
                bng_account_operation(output->ctx);
                bng_output_hand_out(output);
        } else {
                bng_output_discard(output);
        }
        return status;
}
