/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "bounds/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/*
 * How many times log10 can be taken, and what is left.
 *
 * At height 1, log10 of 2^t is t * c with c = log10 2. At height 2, log10 log10 of 2^2^t is
 * log10(2^t * c) = (t - b) * c with b = -log2 c. At height h > 2 the h-th log10 is (t - b - e) * c,
 * where each storey below adds an e of its own: log10 of 2^X * c is (X - b) * c, and
 * X - b = X (1 - b/X) puts -log2(1 - b/X) <= 2 b / X into the storey above. X is at least 2^63
 * there, so e < 2^-61 in all.
 *
 * With lo <= n < hi the printed exponent is at least floor(x(lo)) and below x(hi).
 */
#define LOG10_2_DN ((struct bng_fixed){0, 0x4d104d427de7fbcc})
#define LOG10_2_UP ((struct bng_fixed){0, 0x4d104d427de7fbcd})
#define B_DN ((struct bng_fixed){1, 0xbb65b7d808adf08d})
#define B_UP ((struct bng_fixed){1, 0xbb65b7d808adf08e + 8}) /* with e */

#define TENS_SPELLED 8

struct exponent {
        uint32_t tens;       /* how often "10^" */
        struct bng_fixed of; /* and of what */
};

static struct exponent exponent_lo(struct bng_magnitude a)
{
        struct bng_fixed top = a.height > 1 ? bng_fixed_sub(a.top, B_UP) : a.top;

        return (struct exponent){a.height, bng_fixed_mul_dn(top, LOG10_2_DN)};
}

static struct exponent exponent_hi(struct bng_magnitude a)
{
        struct bng_fixed top = a.height > 1 ? bng_fixed_sub(a.top, B_DN) : a.top;

        return (struct exponent){a.height, bng_fixed_mul_up(top, LOG10_2_UP)};
}

/* The whole part of log10 x, and 0 for 0. */
static uint64_t log10_floor(uint64_t x)
{
        uint64_t digits = 0;

        for (; x >= 10; x /= 10)
                digits++;
        return digits;
}

/* "10^10^18", with `before` in front, added to what is in *out already. */
static void append(struct bng_range_text *out, const char *before, uint32_t tens, uint64_t exponent)
{
        size_t used = strlen(out->text);
        char tower[TENS_SPELLED * 3 + 1] = "";

        if (tens > TENS_SPELLED)
                snprintf(tower, sizeof tower, "(10^)^%" PRIu32 " ", tens);
        else
                for (uint32_t i = 0; i < tens; i++)
                        memcpy(tower + 3 * i, "10^", 4);
        snprintf(out->text + used, sizeof out->text - used, "%s%s%" PRIu64, before, tower,
                 exponent);
}

const char *bng_range_text(struct bng_range a, struct bng_range_text *out)
{
        struct exponent lo, hi;
        uint64_t first, last, raised;
        bool nothing_below;

        out->text[0] = '\0';
        if (a.known) {
                snprintf(out->text, sizeof out->text, "%" PRIu64, a.value);
                return out->text;
        }
        if (a.hi.height == UINT32_MAX) {
                snprintf(out->text, sizeof out->text, "of unknown size");
                return out->text;
        }
        lo = exponent_lo(a.lo);
        hi = exponent_hi(a.hi);
        first = lo.of.whole;
        /* Strictly below a whole number is at most the one before it. */
        last = bng_fixed_ceil(hi.of);
        last = last ? last - 1 : 0;
        /* One storey apart, the lower end is compared on the upper one's. */
        raised = lo.tens + 1 == hi.tens ? log10_floor(first) : first;
        nothing_below = a.may_be_zero || (lo.tens == 1 && first == 0);

        if (!a.may_be_zero && hi.tens - lo.tens <= 1 && raised == last)
                append(out, "", hi.tens, last);
        else if (!a.may_be_zero && hi.tens - lo.tens <= 1 && raised + 1 == last)
                append(out, "about ", hi.tens, last);
        else if (nothing_below)
                append(out, "up to ", hi.tens, last + 1);
        else {
                append(out, "", lo.tens, first);
                append(out, " to ", hi.tens, last + 1);
        }
        return out->text;
}
