/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "bounds/checked.h"
#include "guard/account.h"
#include "guard/judge.h"
#include "guard/sentence.h"

bng_status bng_judge_memory(bng_ctx *ctx, const struct bng_prediction *prediction)
{
        if (bng_sat_add(prediction->peak_bytes, ctx->held_bytes) > ctx->memory_limit_bytes)
                return bng_refuse_memory(ctx, prediction->peak_bytes);
        return BNG_OK;
}

bng_status bng_judge(bng_ctx *ctx, const struct bng_prediction *prediction)
{
        if (prediction->undefined)
                return bng_ctx_fail(ctx, BNG_UNDEFINED, "undefined: %s", prediction->undefined);

        const struct bng_range *result = &prediction->result.size;
        bng_bounds bits = bng_range_bits(*result);

        if (bits.bits_min > ctx->result_limit_bits)
                return bng_refuse_result(ctx, result);
        if (bits.bits_max > BNG_CEILING_BITS || prediction->room_bits > BNG_CEILING_BITS)
                return bng_refuse_ceiling(ctx, result);
        return bng_judge_memory(ctx, prediction);
}

static uint64_t room_of_bits(uint64_t bits)
{
        return bng_sat_mul(bng_div_up(bits, GMP_NUMB_BITS), sizeof(mp_limb_t));
}

#define SPARE_ROOM_BYTES 1024

bng_status bng_judge_total(bng_ctx *ctx, mpz_srcptr destination,
                           const struct bng_prediction *prediction, bool *straddles)
{
        uint64_t left = bng_account_left_bytes(ctx, destination);
        uint64_t least = room_of_bits(bng_range_bits(prediction->result.size).bits_min);

        uint64_t most = room_of_bits(prediction->room_bits);

        /* Some of GMP's functions make more room than they need in the end: near it, look. */
        *straddles = bng_sat_add(bng_sat_mul(most, 2), SPARE_ROOM_BYTES) > left;
        return least > left ? bng_refuse_total(ctx, destination, least) : BNG_OK;
}

bool bng_straddles(const bng_ctx *ctx, const struct bng_prediction *prediction)
{
        return bng_range_bits(prediction->result.size).bits_max > ctx->result_limit_bits;
}

bng_status bng_judge_result(bng_ctx *ctx, mpz_srcptr result)
{
        uint64_t bits = mpz_sgn(result) == 0 ? 0 : mpz_sizeinbase(result, 2);

        return bits > ctx->result_limit_bits ? bng_refuse_result_bits(ctx, bits) : BNG_OK;
}

bng_status bng_judge_room(bng_ctx *ctx, mpz_srcptr destination, mpz_srcptr result)
{
        uint64_t room = bng_room_bytes(result);

        if (room > bng_account_left_bytes(ctx, destination))
                return bng_refuse_total(ctx, destination, room);
        bng_account_promise(ctx, destination, room);
        return BNG_OK;
}
