/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * What reading and writing texts have in common: digits, of which the first say how large a number
 * is and the others only that they are there, and bases.
 */

#include "guard/context.h"
#include "predict/predict.h"

/*
 * What GMP's set_str takes for a digit; base where it is none. Above 36 lower case goes on. Without branches:
 * whether the next digit is a letter is a guess that a processor loses half of the time.
 */
static inline unsigned bng_digit_value(char c, unsigned base)
{
        unsigned decimal = (unsigned)c - '0', upper = (unsigned)c - 'A', lower = (unsigned)c - 'a';
        unsigned is_decimal = decimal < 10, is_upper = upper < 26, is_lower = lower < 26;

        return is_decimal * decimal + is_upper * (upper + 10) +
               is_lower * (lower + (base > 36 ? 36 : 10)) +
               !(is_decimal | is_upper | is_lower) * base;
}

/* A number without its leading zeros, as bng_predict_parse wants it. */
struct bng_digits_read {
        unsigned base;
        uint64_t leading;
        uint64_t more;
};

static inline void bng_digits_add(struct bng_digits_read *read, char c)
{
        unsigned digit = bng_digit_value(c, read->base);

        if (digit >= read->base)
                return;
        if (read->more == 0 && read->leading <= (UINT64_MAX - digit) / read->base)
                read->leading = read->leading * read->base + digit;
        else
                read->more++;
}

/* A text from here to there, in base 2 to 62, or 0. What is no digit counts as nothing. */
struct bng_prediction bng_predict_text(const char *text, const char *end, int base_or_0);

/* As mpz_set_str, long ones in steps. `out` is as it was where the status is not BNG_OK. */
bng_status bng_read_text(bng_ctx *ctx, mpz_ptr out, const char *text, int base);

/* ---- streams; NULL is standard input or output ---- */
/*
 * As mpq_inp_str into a variable of our own that is 0/1, judged while it is read; is no operation by
 * itself.
 */
bng_status bng_read_fraction(bng_ctx *ctx, mpq_ptr out, FILE *stream, int base);
/* As bng_mpz_get_str, but is no operation by itself. */
bng_status bng_make_text(bng_ctx *ctx, char **ret, int base, mpz_srcptr op);
/* Writes and frees the text, which ends an operation. */
bng_status bng_write_text(bng_ctx *ctx, FILE *stream, char *text);
/* BNG_STREAM: it could not be "read" or "written". */
bng_status bng_stream_failed(bng_ctx *ctx, const char *what);

bool bng_good_base(int base);          /* of set_str */
bool bng_good_base_to_write(int base); /* of get_str */
bng_status bng_wrong_base(bng_ctx *ctx, int base);
