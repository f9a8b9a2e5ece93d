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

/* Nobody asks without a limit, or where the answer does not matter. */
static double seconds_to_judge(bng_ctx *ctx, const struct bng_prediction *prediction)
{
        if (!bng_is_timed(ctx) || bng_stop_asked(&ctx->stop))
                return 0;
        double seconds = bng_predicted_seconds(ctx, prediction);
        uint64_t look_bytes = bng_time_look_bytes(prediction->duration);
        bool looks = look_bytes > 0 && !bng_time_suffices(ctx, seconds) &&
                     bng_memory_suffices(ctx, look_bytes);
        return looks ? bng_seconds_after_look(ctx, prediction) : seconds;
}

bng_status bng_judge_cost(bng_ctx *ctx, const struct bng_prediction *prediction)
{
        bng_status status = bng_judge_memory(ctx, prediction);

        if (status != BNG_OK)
                return status;
        return bng_judge_time(ctx, seconds_to_judge(ctx, prediction));
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
        struct bng_replaced replaced = {0};

        *straddles = false;
        if (!bng_account_replace(ctx, &replaced, destination))
                return BNG_OK;
        uint64_t left = bng_account_left_bytes(ctx, replaced);
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

/* May a move hold so much more than what is held already by the operation? */
static bool may_move(bng_ctx *ctx, uint64_t held_bytes, uint64_t bytes)
{
        if (ctx->memory_limit_bytes != BNG_MEMORY_AUTO)
                return bng_sat_add(ctx->held_bytes, held_bytes + bytes) <= ctx->memory_limit_bytes;
        if (bytes <= BNG_UNSEEN_BYTES)
                return true;
        look(ctx);
        return bytes <= ctx->seen.bytes;
}

static uint64_t needed_bytes(mpz_srcptr value)
{
        return mpz_size(value) * sizeof(mp_limb_t);
}

static bool is_temporary(const struct bng_result *result)
{
        return result->value != result->destination;
}

static uint64_t held_bytes(const struct bng_result *results, size_t n)
{
        uint64_t held = 0;

        for (size_t i = 0; i < n; i++)
                if (is_temporary(&results[i]))
                        held += bng_room_bytes(results[i].value);
        return held;
}

/* Where a result may not move, a copy holds no more: the destination has the room. */
static bool fits_destination(const struct bng_result *result)
{
        uint64_t room = bng_room_bytes(result->destination);
        return needed_bytes(result->value) <= room && room < bng_room_bytes(result->value);
}

/* The result's room is what it needs; or the smaller one of its own and the destination's. */
static uint64_t settle_room(bng_ctx *ctx, struct bng_result *result, uint64_t held)
{
        uint64_t needed = needed_bytes(result->value);

        if (bng_room_bytes(result->value) > needed && may_move(ctx, held, needed))
                give_back_spare_room(result->value);
        result->copies = fits_destination(result);
        return bng_room_bytes(result->copies ? result->destination : result->value);
}

static bng_status refuse_move(bng_ctx *ctx, uint64_t held, uint64_t bytes)
{
        return ctx->memory_limit_bytes == BNG_MEMORY_AUTO ? bng_refuse_available(ctx, bytes)
                                                          : bng_refuse_memory(ctx, held + bytes);
}

bng_status bng_judge_rooms(bng_ctx *ctx, struct bng_result *results, size_t n)
{
        struct bng_replaced replaced = {0};
        uint64_t needed = 0, room = 0;

        for (size_t i = 0; i < n; i++) {
                results[i].counts = is_temporary(&results[i]) &&
                                    bng_account_replace(ctx, &replaced, results[i].destination);
                if (results[i].counts)
                        needed += counted(ctx, needed_bytes(results[i].value));
        }
        uint64_t left = bng_account_left_bytes(ctx, replaced);
        if (needed > left)
                return bng_refuse_total(ctx, needed, left, ctx->live_bytes);
        for (size_t i = 0; i < n; i++)
                if (results[i].counts)
                        room += counted(ctx, settle_room(ctx, &results[i], held_bytes(results, n)));
        return room > left ? refuse_move(ctx, held_bytes(results, n), needed) : BNG_OK;
}

void bng_result_hand_out(const struct bng_result *result)
{
        if (result->copies)
                mpz_set(result->destination, result->value);
        else if (is_temporary(result))
                mpz_swap(result->destination, result->value);
}
