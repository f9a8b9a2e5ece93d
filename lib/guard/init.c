/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "guard/operation.h"
#include "predict/peak.h"

/*
 * The numbers of a context. Each is an integer first, whatever comes of it; then it is entered into
 * the books, and then it gets its room or its value as any destination would.
 */

bng_status bng_mpz_init(bng_ctx *ctx, mpz_t x)
{
        mpz_init(x);
        if (!bng_account_open(ctx, x))
                return bng_ctx_fail(ctx, BNG_NO_MEMORY, "out of memory");
        return BNG_OK;
}

void bng_mpz_clear(bng_ctx *ctx, mpz_t x)
{
        bng_account_close(ctx, x);
        mpz_clear(x);
}

/* Room for the bits is judged like a number that has them. */
bng_status bng_mpz_init2(bng_ctx *ctx, mpz_t x, mp_bitcnt_t bits)
{
        struct bng_prediction room = bng_predicted(
                bng_operand_range(bng_range_of_bits(bits, bits), false, true), BNG_WORK_COPY, bits);
        bool straddles;

        bng_status status = bng_mpz_init(ctx, x);
        room.room_bits = bits;
        if (status == BNG_OK)
                status = bng_judge(ctx, &room);
        if (status == BNG_OK)
                status = bng_judge_total(ctx, x, &room, &straddles);
        if (status != BNG_OK)
                return status;
        mpz_realloc2(x, bits);
        bng_account_operation(ctx);
        bng_account_result(ctx, x);
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
