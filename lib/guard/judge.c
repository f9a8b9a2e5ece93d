/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "bounds/checked.h"
#include "config/limits.h"
#include "guard/account.h"
#include "guard/clock.h"
#include "guard/judge.h"
#include "guard/sentence.h"

/*
 * How much of what was seen to be there may be taken before the next look: what this context itself
 * takes meanwhile changes the picture by so little. A prediction takes nothing, and looks once.
 */
#define TRUSTED_PART 16

static void look(bng_ctx *ctx)
{
        bng_available_here(&ctx->seen);
        if (ctx->seen.bytes == UINT64_MAX)
                ctx->seen =
                        (struct bng_available){BNG_CONFIG_LIMITS_DEFAULT.operation_memory_max,
                                               "the built-in limit, as the system says nothing"};
        ctx->trusted_bytes = ctx->seen.bytes / TRUSTED_PART;
}

static bool is_available(bng_ctx *ctx, uint64_t needed)
{
        if (needed <= BNG_UNSEEN_BYTES)
                return true;
        if (!ctx->imagines && needed <= ctx->trusted_bytes) {
                ctx->trusted_bytes -= needed;
                return true;
        }
        if (!ctx->imagines || ctx->seen.bytes == 0)
                look(ctx);
        return needed <= ctx->seen.bytes;
}

bool bng_memory_suffices(bng_ctx *ctx, uint64_t bytes)
{
        if (ctx->memory_limit_bytes == BNG_MEMORY_AUTO)
                return is_available(ctx, bng_sat_add(bytes, ctx->imagined_bytes));
        return bng_sat_add(bytes, ctx->held_bytes) <= ctx->memory_limit_bytes;
}

bng_status bng_judge_memory(bng_ctx *ctx, const struct bng_prediction *prediction)
{
        uint64_t peak_bytes = prediction->peak_bytes;

        if (bng_memory_suffices(ctx, peak_bytes))
                return BNG_OK;
        if (ctx->memory_limit_bytes == BNG_MEMORY_AUTO)
                return bng_refuse_available(ctx, bng_sat_add(peak_bytes, ctx->imagined_bytes));
        return bng_refuse_memory(ctx, peak_bytes);
}

bng_status bng_judge_cost(bng_ctx *ctx, const struct bng_prediction *prediction)
{
        bng_status status = bng_judge_memory(ctx, prediction);

        if (status != BNG_OK)
                return status;
        return bng_judge_time(ctx, bng_is_timed(ctx) ? bng_predicted_seconds(ctx, prediction) : 0);
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
        return bng_judge_cost(ctx, prediction);
}

static uint64_t room_of_bits(uint64_t bits)
{
        return bng_sat_mul(bng_div_up(bits, GMP_NUMB_BITS), sizeof(mp_limb_t));
}

/* Room that counts: a word among the values of an evaluation does not. */
static uint64_t counted(const bng_ctx *ctx, uint64_t room_bytes)
{
        return ctx->counts_fresh && room_bytes <= sizeof(mp_limb_t) ? 0 : room_bytes;
}

#define SPARE_ROOM_BYTES 1024

bng_status bng_judge_total(bng_ctx *ctx, mpz_srcptr destination,
                           const struct bng_prediction *prediction, bool *straddles)
{
        uint64_t left = bng_account_left_bytes(ctx, destination);
        uint64_t bits_min = bng_range_bits(prediction->result.size).bits_min;
        uint64_t least = counted(ctx, room_of_bits(bits_min));
        uint64_t most = room_of_bits(prediction->room_bits);

        /* Some of GMP's functions make more room than they need in the end: near it, look. */
        *straddles = bng_sat_add(bng_sat_mul(most, 2), SPARE_ROOM_BYTES) > left;
        return least > left ? bng_refuse_total(ctx, least, left, ctx->live_bytes) : BNG_OK;
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

static void give_back_spare_room(mpz_ptr result)
{
        if (mpz_sgn(result) != 0) {
                mpz_realloc2(result, mpz_size(result) * GMP_NUMB_BITS);
        } else {
                mpz_clear(result);
                mpz_init(result);
        }
}

bng_status bng_judge_room(bng_ctx *ctx, mpz_srcptr destination, mpz_ptr result)
{
        uint64_t left = bng_account_left_bytes(ctx, destination);
        uint64_t needed = mpz_size(result) * sizeof(mp_limb_t);

        if (counted(ctx, needed) > left)
                return bng_refuse_total(ctx, needed, left, ctx->live_bytes);
        /* Also where it fits: another result of the same operation may need the room. */
        if (left != UINT64_MAX && bng_room_bytes(result) > needed)
                give_back_spare_room(result);
        bng_account_promise(ctx, destination, bng_room_bytes(result));
        return BNG_OK;
}
