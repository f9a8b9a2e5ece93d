/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include "bounds/checked.h"
#include "guard/operation.h"
#include "guard/text.h"

/*
 * Text to integer and back. What a text will need is counted before GMP sees it: leading blanks and
 * zeros say nothing, the first digits say much, and of the others only how many there are counts.
 */

/* Base 0: 0x, 0b and 0 say it. Moves the text on behind what it reads. */
static unsigned base_of(const char **text, const char *end)
{
        const char *at = *text;

        if (at == end || at[0] != '0')
                return 10;
        if (at + 1 == end)
                return 8;
        if (at[1] == 'x' || at[1] == 'X' || at[1] == 'b' || at[1] == 'B') {
                *text += 2;
                return at[1] == 'x' || at[1] == 'X' ? 16 : 2;
        }
        return 8;
}

static bool is_blank(char c)
{
        return isspace((unsigned char)c);
}

struct bng_prediction bng_predict_text(const char *text, const char *end, int base_or_0)
{
        const char *begin = text;

        while (text < end && is_blank(*text))
                text++;
        if (text < end && *text == '-')
                text++;
        struct bng_digits_read read = {
                .base = base_or_0 == 0 ? base_of(&text, end) : (unsigned)base_or_0,
        };
        const char *first = text;
        while (first < end && (*first == '0' || is_blank(*first)))
                first++;
        for (const char *at = first; at < end; at++)
                bng_digits_add(&read, *at);
        struct bng_prediction prediction =
                bng_predict_parse(read.leading, read.more, read.base, (uint64_t)(end - first));
        prediction.duration.lengths.c = (uint64_t)(end - begin);
        return prediction;
}

static struct bng_prediction predict_text(const char *text, int base)
{
        return bng_predict_text(text, text + strlen(text), base);
}

bool bng_good_base(int base)
{
        return base == 0 || (base >= 2 && base <= 62);
}

bng_status bng_wrong_base(bng_ctx *ctx, int base)
{
        return bng_ctx_fail(ctx, BNG_INVALID, "there is no base %d", base);
}

bng_status bng_check_set_str(bng_ctx *ctx, const char *text, int base)
{
        if (!bng_good_base(base))
                return bng_wrong_base(ctx, base);
        struct bng_prediction predicted = predict_text(text, base);
        return bng_judge(ctx, &predicted);
}

/* A text that takes so long that it is read in steps. */
struct long_text {
        const char *digits; /* from the first that is not 0 */
        size_t n;
        unsigned base;
        bool is_negative;
};

#define LONG_DIGITS 100000

/* False: it is short or no number, or its base is a power of two, where a pass is enough. */
static bool is_long_number(const char *text, int base_or_0, struct long_text *found)
{
        while (is_blank(*text))
                text++;
        found->is_negative = *text == '-';
        text += found->is_negative;
        /* Here GMP wants a digit, a decimal one if the base is still to be found. */
        unsigned first_base = base_or_0 == 0 ? 10 : (unsigned)base_or_0;
        if (bng_digit_value(*text, first_base) >= first_base)
                return false;
        found->base = base_or_0 == 0 ? base_of(&text, text + strlen(text)) : (unsigned)base_or_0;
        if ((found->base & (found->base - 1)) == 0)
                return false;
        while (*text == '0' || is_blank(*text))
                text++;
        found->digits = text;
        found->n = 0;
        for (; *text; text++) {
                if (bng_digit_value(*text, found->base) < found->base)
                        found->n++;
                else if (!is_blank(*text))
                        return false;
        }
        return found->n >= LONG_DIGITS;
}

bng_status bng_read_text(bng_ctx *ctx, mpz_ptr out, const char *text, int base)
{
        struct long_text found;

        if (is_long_number(text, base, &found)) {
                if (!bng_steps_parse(out, found.digits, found.n, (int)found.base, &ctx->stop))
                        return bng_stopped(ctx);
                if (found.is_negative)
                        mpz_neg(out, out);
                return BNG_OK;
        }
        /* GMP leaves its destination alone where the text is no number. */
        if (mpz_set_str(out, text, base) == 0)
                return BNG_OK;
        return bng_ctx_fail(ctx, BNG_SYNTAX, "the text is no number in base %d", base);
}

bng_status bng_mpz_set_str(bng_ctx *ctx, mpz_t rop, const char *text, int base)
{
        if (!bng_good_base(base))
                return bng_wrong_base(ctx, base);

        struct bng_prediction predicted = predict_text(text, base);
        struct bng_output output;
        bng_status status = bng_output_open(&output, ctx, rop, &predicted);
        if (status != BNG_OK)
                return status;
        status = bng_read_text(ctx, output.out, text, base);
        if (status == BNG_OK)
                return bng_output_close(&output);
        bng_output_discard(&output);
        return status;
}

bool bng_good_base_to_write(int base)
{
        return (base >= 2 && base <= 62) || (base >= -36 && base <= -2);
}

bng_status bng_check_get_str(bng_ctx *ctx, int base, const mpz_t op)
{
        if (!bng_good_base_to_write(base))
                return bng_wrong_base(ctx, base);
        struct bng_prediction predicted = bng_predict_print(Z(op), (unsigned)abs(base));
        return bng_judge_cost(ctx, &predicted);
}

bng_status bng_make_text(bng_ctx *ctx, char **ret, int base, mpz_srcptr op)
{
        bng_status status = bng_check_get_str(ctx, base, op);

        *ret = NULL;
        if (status != BNG_OK)
                return status;
        /* A sign, a NUL, and GMP's count of digits, which may be one too large. */
        char *text = malloc(mpz_sizeinbase(op, abs(base)) + 2);
        if (!text)
                return bng_no_memory(ctx);
        bng_clock_start(ctx);
        text[0] = '-';
        if (!bng_steps_print(text + (mpz_sgn(op) < 0), base, op, &ctx->stop)) {
                free(text);
                return bng_stopped(ctx);
        }
        *ret = text;
        return BNG_OK;
}

bng_status bng_mpz_get_str(bng_ctx *ctx, char **ret, int base, const mpz_t op)
{
        bng_status status = bng_make_text(ctx, ret, base, op);

        if (status == BNG_OK)
                bng_account_operation(ctx);
        return status;
}
