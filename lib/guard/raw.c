/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdlib.h>
#include "bounds/checked.h"
#include "guard/operation.h"
#include "guard/text.h"

/*
 * GMP's raw bytes on streams: a length of four bytes, high byte first, negative for a negative number,
 * and the bytes. GMP believes the length that it reads; here it is judged before anything is made,
 * without the zeros that the bytes may begin with.
 */

static bng_status ended(bng_ctx *ctx, FILE *stream, size_t bytes)
{
        if (ferror(stream))
                return bng_stream_failed(ctx, "read");
        return bng_ctx_fail(ctx, BNG_SYNTAX, "the stream ends before the number of %zu bytes does",
                            bytes);
}

#define LOOK_EVERY (1 << 20) /* bytes */

/* The first byte that is not 0, behind which so many are left; 0 where there is none. */
static bng_status read_first(bng_ctx *ctx, FILE *stream, size_t bytes, unsigned char *first,
                             size_t *left)
{
        bng_status status = BNG_OK;
        int c = 0;

        for (*left = bytes; status == BNG_OK && *left > 0 && c == 0; --*left) {
                c = getc(stream);
                if (c == EOF)
                        return ended(ctx, stream, bytes);
                if (*left % LOOK_EVERY == 0)
                        status = bng_judge_time(ctx, 0);
        }
        *first = (unsigned char)c;
        return status;
}

/* Its length is known by its first byte, to the bit. */
static struct bng_prediction predict_raw(unsigned char first, size_t left)
{
        uint64_t bits = 8 * (uint64_t)left;

        for (unsigned rest = first; rest > 0; rest /= 2)
                bits++;
        struct bng_prediction prediction = bng_predict_up_to(bits);
        prediction.result.size = bng_range_of_bits(bits, bits);
        prediction.peak_bytes = bng_sat_add(prediction.peak_bytes, left + 1);
        return prediction;
}

static bng_status read_raw(bng_ctx *ctx, mpz_ptr out, FILE *stream, unsigned char first,
                           size_t left, size_t bytes)
{
        unsigned char *buffer = malloc(left + 1);

        if (!buffer)
                return bng_no_memory(ctx);
        buffer[0] = first;
        bool whole = fread(buffer + 1, 1, left, stream) == left;
        if (whole)
                mpz_import(out, left + 1, 1, 1, 1, 0, buffer);
        free(buffer);
        return whole ? BNG_OK : ended(ctx, stream, bytes);
}

bng_status bng_mpz_inp_raw(bng_ctx *ctx, mpz_t rop, FILE *stream)
{
        unsigned char header[4], first = 0;
        size_t left = 0;

        if (!stream)
                stream = stdin;
        if (fread(header, 1, sizeof header, stream) != sizeof header)
                return ferror(stream) ? bng_stream_failed(ctx, "read")
                                      : bng_ctx_fail(ctx, BNG_SYNTAX,
                                                     "the stream ends before a number begins");
        uint32_t word = (uint32_t)header[0] << 24 | (uint32_t)header[1] << 16 |
                        (uint32_t)header[2] << 8 | header[3];
        bool is_negative = word >> 31;
        uint32_t bytes = is_negative ? -word : word;

        bng_status status = read_first(ctx, stream, bytes, &first, &left);
        if (status != BNG_OK)
                return status;
        struct bng_prediction prediction = predict_raw(first, left);
        struct bng_output output;
        status = bng_output_open_temporary(&output, ctx, rop, &prediction);
        if (status != BNG_OK)
                return status;
        status = read_raw(ctx, output.out, stream, first, left, bytes);
        if (status != BNG_OK) {
                bng_output_discard(&output);
                return status;
        }
        if (is_negative)
                mpz_neg(output.out, output.out);
        return bng_output_close(&output);
}

/* GMP writes the length into four bytes, whether or not it fits. */
bng_status bng_check_out_raw(bng_ctx *ctx, const mpz_t op)
{
        uint64_t bits = bng_range_bits(Z(op).size).bits_max;
        struct bng_prediction predicted = bng_predict_up_to(bits);

        if (bits > 8 * (uint64_t)INT32_MAX)
                return bng_ctx_fail(ctx, BNG_INVALID,
                                    "raw bytes hold numbers of less than 2 GiB, this has more");
        return bng_judge_cost(ctx, &predicted);
}

bng_status bng_mpz_out_raw(bng_ctx *ctx, FILE *stream, const mpz_t op)
{
        bng_status status = bng_check_out_raw(ctx, op);

        if (status != BNG_OK)
                return status;
        if (mpz_out_raw(stream ? stream : stdout, op) == 0)
                return bng_stream_failed(ctx, "written");
        bng_account_operation(ctx);
        return BNG_OK;
}
