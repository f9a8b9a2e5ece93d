/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <ctype.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include "bounds/checked.h"
#include "guard/operation.h"
#include "guard/text.h"

/*
 * Texts on streams, which GMP reads for as long as digits come. Here a text is judged again and again
 * while it is read: what is too large already does not become smaller. What was read until then is
 * gone from the stream.
 */

struct reading {
        FILE *stream;
        uint64_t bytes; /* read */
        struct bng_digits_read read;
        char *digits; /* a sign, the digits from the first that is not 0, and room for a NUL */
        size_t used;
        size_t room;
};

#define FIRST_ROOM 4096
#define JUDGED_EVERY (1 << 20) /* bytes: blanks and zeros need no room, and must end too */

/* The whole, if the text ended here: the buffer and what GMP will need besides. */
static struct bng_prediction predict(const struct reading *reading)
{
        struct bng_prediction prediction = bng_predict_parse(
                reading->read.leading, reading->read.more, reading->read.base, reading->bytes);

        prediction.peak_bytes = bng_sat_add(prediction.peak_bytes, reading->room);
        return prediction;
}

static bng_status judge(bng_ctx *ctx, const struct reading *reading)
{
        struct bng_prediction prediction = predict(reading);
        return bng_judge(ctx, &prediction);
}

static bng_status next(bng_ctx *ctx, struct reading *reading, int *c)
{
        *c = getc(reading->stream);
        reading->bytes++;
        return reading->bytes % JUDGED_EVERY == 0 ? judge(ctx, reading) : BNG_OK;
}

static bng_status grow(bng_ctx *ctx, struct reading *reading)
{
        if (reading->room > SIZE_MAX / 2)
                return bng_no_memory(ctx);
        reading->room *= 2;
        bng_status status = judge(ctx, reading);
        if (status != BNG_OK)
                return status;
        char *digits = realloc(reading->digits, reading->room);
        if (!digits)
                return bng_no_memory(ctx);
        reading->digits = digits;
        return BNG_OK;
}

static bool is_digit(const struct reading *reading, int c)
{
        return c != EOF && bng_digit_value((char)c, reading->read.base) < reading->read.base;
}

/* Blanks where they may be, a sign, and what tells the base. *c is the first digit. */
static bng_status read_start(bng_ctx *ctx, struct reading *reading, int base, bool blanks, int *c)
{
        bng_status status;

        reading->read.base = base == 0 ? 10 : (unsigned)base;
        do
                status = next(ctx, reading, c);
        while (status == BNG_OK && blanks && *c != EOF && isspace(*c));
        if (status == BNG_OK && *c == '-') {
                reading->digits[reading->used++] = '-';
                status = next(ctx, reading, c);
        }
        if (status != BNG_OK)
                return status;
        if (!is_digit(reading, *c))
                return ferror(reading->stream)
                               ? bng_stream_failed(ctx, "read")
                               : bng_ctx_fail(ctx, BNG_SYNTAX,
                                              "the stream holds no number in base %d", base);
        if (base != 0 || *c != '0')
                return BNG_OK;
        status = next(ctx, reading, c);
        reading->read.base = *c == 'x' || *c == 'X' ? 16 : *c == 'b' || *c == 'B' ? 2 : 8;
        return status == BNG_OK && reading->read.base != 8 ? next(ctx, reading, c) : status;
}

static bng_status keep(bng_ctx *ctx, struct reading *reading, int c)
{
        if (c == '0' && reading->read.leading == 0)
                return BNG_OK;
        if (reading->used + 1 == reading->room) {
                bng_status status = grow(ctx, reading);
                if (status != BNG_OK)
                        return status;
        }
        reading->digits[reading->used++] = (char)c;
        bng_digits_add(&reading->read, (char)c);
        return BNG_OK;
}

/* From the first digit to the first character that is none, which goes back. */
static bng_status read_digits(bng_ctx *ctx, struct reading *reading, int c)
{
        while (is_digit(reading, c)) {
                bng_status status = keep(ctx, reading, c);
                if (status == BNG_OK)
                        status = next(ctx, reading, &c);
                if (status != BNG_OK)
                        return status;
        }
        reading->digits[reading->used] = '\0';
        if (c != EOF)
                ungetc(c, reading->stream);
        return ferror(reading->stream) ? bng_stream_failed(ctx, "read") : BNG_OK;
}

static bng_status convert(bng_ctx *ctx, mpz_ptr out, const struct reading *reading)
{
        if (reading->read.leading > 0)
                return bng_read_text(ctx, out, reading->digits, (int)reading->read.base);
        mpz_set_ui(out, 0);
        return BNG_OK;
}

static bng_status store(bng_ctx *ctx, mpz_ptr rop, const struct reading *reading)
{
        struct bng_prediction predicted = predict(reading);
        struct bng_output output;
        bng_status status = bng_output_open(&output, ctx, rop, &predicted);
        if (status != BNG_OK)
                return status;
        status = convert(ctx, output.out, reading);
        if (status == BNG_OK)
                return bng_output_close(&output);
        bng_output_discard(&output);
        return status;
}

/*
 * The text of a number, perhaps behind blanks; reading->digits is the caller's whatever the status.
 */
static bng_status read_all(bng_ctx *ctx, struct reading *reading, FILE *stream, int base,
                           bool blanks)
{
        int c;

        *reading = (struct reading){.stream = stream ? stream : stdin, .room = FIRST_ROOM};
        if (!bng_good_base(base))
                return bng_wrong_base(ctx, base);
        reading->digits = malloc(reading->room);
        if (!reading->digits)
                return bng_no_memory(ctx);
        bng_status status = read_start(ctx, reading, base, blanks, &c);
        return status == BNG_OK ? read_digits(ctx, reading, c) : status;
}

/* The numerator's text is kept while the denominator's is read. */
static bng_status read_denominator(bng_ctx *ctx, struct reading *den, const struct reading *num,
                                   int base)
{
        uint64_t held_bytes = ctx->held_bytes;

        ctx->held_bytes = bng_sat_add(held_bytes, num->room);
        bng_status status = read_all(ctx, den, num->stream, base, false);
        if (status == BNG_OK)
                status = judge(ctx, den);
        ctx->held_bytes = held_bytes;
        return status;
}

/* First the one text becomes a number, and then the other. */
static bng_status judge_both(bng_ctx *ctx, const struct reading *num, const struct reading *den)
{
        struct bng_prediction both = bng_predict_parse_both(predict(num), predict(den), den->room);
        return bng_judge_cost(ctx, &both);
}

/* Releases the text. */
static bng_status convert_part(bng_ctx *ctx, mpz_ptr out, struct reading *reading)
{
        bng_status status = convert(ctx, out, reading);

        free(reading->digits);
        reading->digits = NULL;
        return status;
}

/* Both texts are there before the clock starts: to wait for them takes no time of the limit. */
static bng_status read_fraction(bng_ctx *ctx, mpq_ptr out, struct reading *num, struct reading *den,
                                int base)
{
        bng_status status = judge(ctx, num);
        if (status != BNG_OK)
                return status;
        int c = getc(num->stream);
        if (c == '/') {
                status = read_denominator(ctx, den, num, base);
                if (status == BNG_OK)
                        status = judge_both(ctx, num, den);
        } else if (c != EOF) {
                ungetc(c, num->stream);
        }
        if (status != BNG_OK)
                return status;
        bng_clock_start(ctx);
        status = convert_part(ctx, mpq_numref(out), num);
        return status == BNG_OK && c == '/' ? convert_part(ctx, mpq_denref(out), den) : status;
}

bng_status bng_read_fraction(bng_ctx *ctx, mpq_ptr out, FILE *stream, int base)
{
        struct reading num, den = {0};
        bng_status status = read_all(ctx, &num, stream, base, true);

        if (status == BNG_OK)
                status = read_fraction(ctx, out, &num, &den, base);
        free(num.digits);
        free(den.digits);
        return status;
}

bng_status bng_mpz_inp_str(bng_ctx *ctx, mpz_t rop, FILE *stream, int base)
{
        struct reading reading;
        bng_status status = read_all(ctx, &reading, stream, base, true);

        if (status == BNG_OK)
                status = store(ctx, rop, &reading);
        free(reading.digits);
        return status;
}

bng_status bng_stream_failed(bng_ctx *ctx, const char *what)
{
        return bng_ctx_fail(ctx, BNG_STREAM, "the stream could not be %s", what);
}

bng_status bng_write_text(bng_ctx *ctx, FILE *stream, char *text)
{
        size_t length = strlen(text);
        size_t written = fwrite(text, 1, length, stream ? stream : stdout);

        free(text);
        if (written < length)
                return bng_stream_failed(ctx, "written");
        bng_account_operation(ctx);
        return BNG_OK;
}

bng_status bng_check_out_str(bng_ctx *ctx, int base, const mpz_t op)
{
        return bng_check_get_str(ctx, base, op);
}

bng_status bng_mpz_out_str(bng_ctx *ctx, FILE *stream, int base, const mpz_t op)
{
        char *text;
        bng_status status = bng_make_text(ctx, &text, base, op);

        return status == BNG_OK ? bng_write_text(ctx, stream, text) : status;
}
