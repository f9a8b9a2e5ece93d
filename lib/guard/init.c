/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "bounds/checked.h"
#include "guard/operation.h"
#include "guard/sentence.h"

/*
 * The numbers of a context. Each is an integer first, whatever comes of it; then it is entered into
 * the books, and then it gets its room or its value as any destination would.
 */

bng_status bng_mpz_init(bng_ctx *ctx, mpz_t x)
{
        mpz_init(x);
        if (!bng_account_open(ctx, x))
                return bng_no_memory(ctx);
        return BNG_OK;
}

void bng_mpz_clear(bng_ctx *ctx, mpz_t x)
{
        bng_account_close(ctx, x);
        mpz_clear(x);
}

/* What the total leaves for new numbers. */
static bng_status judge_new(bng_ctx *ctx, uint64_t bytes)
{
        uint64_t left = bng_sat_sub(ctx->total_limit_bytes, ctx->live_bytes);

        if (ctx->total_limit_bytes == UINT64_MAX || bytes <= left)
                return BNG_OK;
        return bng_refuse_total(ctx, bytes, left, ctx->live_bytes);
}

/* A denominator of 1 has a limb. Without it, it is the 0 that has no room. */
bng_status bng_mpq_init(bng_ctx *ctx, mpq_t x)
{
        bng_status status = judge_new(ctx, sizeof(mp_limb_t));

        mpz_init(mpq_numref(x));
        if (status == BNG_OK)
                mpz_init_set_ui(mpq_denref(x), 1);
        else
                mpz_init(mpq_denref(x));
        if (bng_account_open(ctx, mpq_numref(x)) && bng_account_open(ctx, mpq_denref(x)))
                return status;
        bng_account_close(ctx, mpq_numref(x));
        return bng_no_memory(ctx);
}

void bng_mpq_clear(bng_ctx *ctx, mpq_t x)
{
        bng_account_close(ctx, mpq_numref(x));
        bng_account_close(ctx, mpq_denref(x));
        mpq_clear(x);
}

CHECK(realloc2, (mp_bitcnt_t bits), bng_predict_room(bits))

/* Room for the bits is judged like a number that has them; GMP makes it a limb at least. */
bng_status bng_mpz_realloc2(bng_ctx *ctx, mpz_t x, mp_bitcnt_t bits)
{
        struct bng_prediction room = bng_predict_room(bits);
        struct bng_prediction least = bng_predict_room(1);
        bool straddles;

        bng_status status = bng_judge(ctx, &room);
        if (status == BNG_OK)
                status = bng_judge_total(ctx, x, bits > 0 ? &room : &least, &straddles);
        if (status != BNG_OK)
                return status;
        mpz_realloc2(x, bits);
        bng_account_operation(ctx);
        bng_account_result(ctx, x);
        return BNG_OK;
}

bng_status bng_mpz_init2(bng_ctx *ctx, mpz_t x, mp_bitcnt_t bits)
{
        bng_status status = bng_mpz_init(ctx, x);
        return status == BNG_OK ? bng_mpz_realloc2(ctx, x, bits) : status;
}

static void clear_first(bng_ctx *ctx, mpz_ptr array, mp_size_t n)
{
        for (mp_size_t i = 0; i < n; i++)
                bng_mpz_clear(ctx, array + i);
}

/*
 * GMP cuts its array from one block, so its numbers can neither grow, nor be swapped with others, nor
 * end. Here each has a block of its own, and is a number like any other.
 */
bng_status bng_mpz_array_init(bng_ctx *ctx, mpz_ptr array, mp_size_t n, mp_bitcnt_t bits)
{
        uint64_t limbs = bng_bounds_limbs(bits > 0 ? bits : 1, GMP_NUMB_BITS);
        struct bng_prediction room = bng_predict_room(bits);

        if (n < 1)
                return bng_ctx_fail(ctx, BNG_INVALID, "an array needs at least one number");
        room.peak_bytes = bng_sat_mul((uint64_t)n, bng_sat_mul(limbs, sizeof(mp_limb_t)));
        if (room.peak_bytes > PTRDIFF_MAX)
                return bng_ctx_fail(ctx, BNG_INVALID, "no memory is as large as such an array");
        bng_status status = bng_judge(ctx, &room);
        if (status == BNG_OK)
                status = judge_new(ctx, room.peak_bytes);
        if (status != BNG_OK)
                return status;
        for (mp_size_t i = 0; i < n; i++) {
                mpz_init2(array + i, bits);
                if (bng_account_open(ctx, array + i))
                        continue;
                clear_first(ctx, array, i + 1);
                return bng_no_memory(ctx);
        }
        bng_account_operation(ctx);
        return BNG_OK;
}

bng_status bng_mpz_init_set(bng_ctx *ctx, mpz_t x, const mpz_t op)
{
        bng_status status = bng_mpz_init(ctx, x);
        return status == BNG_OK ? bng_mpz_set(ctx, x, op) : status;
}

bng_status bng_mpz_init_set_str(bng_ctx *ctx, mpz_t x, const char *text, int base)
{
        bng_status status = bng_mpz_init(ctx, x);
        return status == BNG_OK ? bng_mpz_set_str(ctx, x, text, base) : status;
}

/* A word is a number like any other: it may not fit. */
bng_status bng_mpz_init_set_ui(bng_ctx *ctx, mpz_t x, unsigned long op)
{
        mpz_t word;
        mp_limb_t limb = op;
        return bng_mpz_init_set(ctx, x, mpz_roinit_n(word, &limb, 1));
}

bng_status bng_mpz_init_set_si(bng_ctx *ctx, mpz_t x, long op)
{
        mpz_t word;
        mp_limb_t limb = op < 0 ? -(mp_limb_t)op : (mp_limb_t)op;
        return bng_mpz_init_set(ctx, x, mpz_roinit_n(word, &limb, op < 0 ? -1 : 1));
}

bng_status bng_mpz_init_set_d(bng_ctx *ctx, mpz_t x, double op)
{
        bng_status status = bng_mpz_init(ctx, x);
        return status == BNG_OK ? bng_mpz_set_d(ctx, x, op) : status;
}
