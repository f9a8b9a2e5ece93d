/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdlib.h>
#include "bounds/checked.h"
#include "guard/operation.h"

/*
 * Integers from numbers of other kinds and from words in memory, and back.
 */

OPERATION(set_d, (double d), bng_predict_of_double(d), mpz_set_d(out, d))
OPERATION(set_f, (const mpf_t f), bng_predict_of_float(f), mpz_set_f(out, f))

/* A quotient like another, whose divisor's place the result may take. */
bng_status bng_check_set_q(bng_ctx *ctx, const mpq_t q)
{
        return bng_check_tdiv_q(ctx, mpq_numref(q), mpq_denref(q));
}

bng_status bng_mpz_set_q(bng_ctx *ctx, mpz_t rop, const mpq_t q)
{
        return bng_mpz_tdiv_q(ctx, rop, mpq_numref(q), mpq_denref(q));
}

/* ---- words ---- */

/* Where GMP would only assert, or divide by zero. NULL: all is well. */
static const char *what_is_wrong(int order, size_t size, int endian, size_t nails)
{
        if (order != 1 && order != -1)
                return "the order of words is 1 or -1";
        if (endian < -1 || endian > 1)
                return "the order of bytes is 1, 0 or -1";
        if (size == 0 || bng_sat_mul(size, 8) <= nails)
                return "a word needs at least one bit besides its nails";
        return NULL;
}

/* How many words are left without zeros at the high end. */
static size_t significant(size_t count, int order, size_t size, const void *words)
{
        const unsigned char *bytes = words;

        for (; count > 0; count--) {
                const unsigned char *word = order > 0 ? bytes : bytes + (count - 1) * size;
                for (size_t i = 0; i < size; i++)
                        if (word[i] != 0)
                                return count;
                if (order > 0)
                        bytes += size;
        }
        return 0;
}

/* GMP copies words that are limbs, and puts others together byte by byte. */
static bool are_limbs(size_t size, int endian, size_t nails, const void *words)
{
        int host = __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__ ? 1 : -1;

        return size == sizeof(mp_limb_t) && nails == 0 && (endian == 0 || endian == host) &&
               (uintptr_t)words % sizeof(mp_limb_t) == 0;
}

static struct bng_time import_time(struct bng_lengths of)
{
        return bng_time_import(of.a, of.b);
}

static struct bng_time export_time(struct bng_lengths of)
{
        return bng_time_export(of.a, of.b, of.c);
}

/* Nails may hold anything, so with them a word says nothing. GMP makes room for all the words. */
static struct bng_prediction predict_import(size_t count, int order, size_t size, int endian,
                                            size_t nails, const void *words)
{
        uint64_t most = bng_bounds_import(count, size, nails).bits_max;
        struct bng_prediction prediction = bng_predict_up_to(most);

        if (nails == 0 && most < BNG_CEILING_BITS) {
                size_t n = significant(count, order, size, words);
                uint64_t bits = bng_bounds_import(n, size, 0).bits_max;
                prediction.result.size =
                        bng_range_of_bits(n == 0 ? 0 : bits - 8 * (uint64_t)size + 1, bits);
        }
        prediction.room_bits = most;
        uint64_t bytes = are_limbs(size, endian, nails, words) ? 0 : bng_sat_mul(count, size);
        prediction.duration =
                (struct bng_duration){.of = import_time, .lengths = {.a = most, .b = bytes}};
        return prediction;
}

bng_status bng_check_import(bng_ctx *ctx, size_t count, int order, size_t size, int endian,
                            size_t nails, const void *op)
{
        const char *wrong = what_is_wrong(order, size, endian, nails);
        if (wrong)
                return bng_ctx_fail(ctx, BNG_INVALID, "%s", wrong);
        struct bng_prediction predicted = predict_import(count, order, size, endian, nails, op);
        return bng_judge(ctx, &predicted);
}

bng_status bng_mpz_import(bng_ctx *ctx, mpz_t rop, size_t count, int order, size_t size, int endian,
                          size_t nails, const void *op)
{
        const char *wrong = what_is_wrong(order, size, endian, nails);
        if (wrong)
                return bng_ctx_fail(ctx, BNG_INVALID, "%s", wrong);
        RUN(bng_output_open, ctx, rop, predict_import(count, order, size, endian, nails, op),
            mpz_import(out, count, order, size, endian, nails, op));
}

/* At least a byte, so that there is something to free. */
static uint64_t export_bytes(size_t size, size_t nails, const mpz_t op)
{
        uint64_t bits = bng_range_bits(Z(op).size).bits_max;
        uint64_t bytes = bng_sat_mul(bng_bounds_export(bits, size, nails), size);
        return bytes > 0 ? bytes : 1;
}

bng_status bng_check_export(bng_ctx *ctx, int order, size_t size, int endian, size_t nails,
                            const mpz_t op)
{
        const char *wrong = what_is_wrong(order, size, endian, nails);
        if (wrong)
                return bng_ctx_fail(ctx, BNG_INVALID, "%s", wrong);
        uint64_t bytes = export_bytes(size, nails, op);
        struct bng_prediction predicted = bng_predict_memory(bytes);
        uint64_t pieces = are_limbs(size, endian, nails, NULL) ? 0 : bytes;
        predicted.duration = (struct bng_duration){
                .of = export_time, .lengths = {.a = bytes, .b = pieces, .c = pieces / size}};
        return bng_judge_cost(ctx, &predicted);
}

bng_status bng_mpz_export(bng_ctx *ctx, void **ret, size_t *countp, int order, size_t size,
                          int endian, size_t nails, const mpz_t op)
{
        bng_status status = bng_check_export(ctx, order, size, endian, nails, op);

        *ret = NULL;
        if (countp)
                *countp = 0;
        if (status != BNG_OK)
                return status;
        uint64_t bytes = export_bytes(size, nails, op);
        void *words = bytes <= SIZE_MAX ? malloc((size_t)bytes) : NULL;
        if (!words)
                return bng_no_memory(ctx);
        mpz_export(words, countp, order, size, endian, nails, op);
        bng_account_operation(ctx);
        *ret = words;
        return BNG_OK;
}
