/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdio.h>
#include "expr/literal.h"
#include "expr/text.h"

struct scan {
        const char *text;
        size_t length;
        size_t at;
        size_t zeros; /* characters before the first digit that is not 0 */
        const struct bng_stop *stop;
        struct bng_why *why;
};

static char peek(const struct scan *s, size_t ahead)
{
        return s->length - s->at > ahead ? s->text[s->at + ahead] : '\0';
}

static unsigned digit_value(char c)
{
        if (c >= '0' && c <= '9')
                return (unsigned)(c - '0');
        if (c >= 'a' && c <= 'f')
                return (unsigned)(c - 'a' + 10);
        if (c >= 'A' && c <= 'F')
                return (unsigned)(c - 'A' + 10);
        return 16;
}

static bool is_word(char c)
{
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
               c == '_';
}

static const char *kind(unsigned base)
{
        return base == 2    ? "a binary"
               : base == 8  ? "an octal"
               : base == 10 ? "a decimal"
                            : "a hexadecimal";
}

static bng_status wrong(struct scan *s, const char *message)
{
        snprintf(s->why->text, sizeof s->why->text, "%s", message);
        return BNG_SYNTAX;
}

/* (["_"] digit)*, and in front of the first digit an underscore only where a prefix stands. */
static bng_status digits(struct scan *s, unsigned base, bool after_prefix)
{
        bool underscore_may_follow = after_prefix;
        bool are_zeros = true;
        size_t count = 0;
        for (;; s->at++) {
                if ((s->at + 1) % BNG_LOOK_EVERY == 0 && bng_stop_now(s->stop))
                        return BNG_INTERRUPTED;
                are_zeros = are_zeros && (peek(s, 0) == '0' || peek(s, 0) == '_');
                s->zeros += are_zeros;
                if (peek(s, 0) == '_') {
                        if (!underscore_may_follow || digit_value(peek(s, 1)) >= base)
                                return wrong(s, "an underscore stands alone between two digits");
                        underscore_may_follow = false;
                } else if (digit_value(peek(s, 0)) < base) {
                        underscore_may_follow = true;
                        count++;
                } else {
                        break;
                }
        }
        if (count > 0)
                return BNG_OK;
        snprintf(s->why->text, sizeof s->why->text, "%s literal needs a digit after its prefix",
                 kind(base));
        return BNG_SYNTAX;
}

/* What may not stand right behind the digits of a literal. */
static bng_status ends_well(struct scan *s, size_t begin, unsigned base)
{
        char c = peek(s, 0);
        struct bng_text_quote quote;
        if (base == 10 && (c == '.' || c == 'e' || c == 'E')) {
                bool is_exponent = c != '.';
                char next = peek(s, 1);
                bool is_float =
                        !is_exponent || (next >= '0' && next <= '9') || next == '+' || next == '-';
                if (is_float) {
                        s->at = begin;
                        return wrong(s,
                                     is_exponent
                                             ? "a floating-point number is not exact: write 10**6 "
                                               "for 1e6"
                                             : "a floating-point number is not exact: write 3/2 "
                                               "for 1.5");
                }
        }
        if (base == 10 && (c == 'j' || c == 'J') && !is_word(peek(s, 1)))
                return wrong(s, "there are no imaginary numbers here");
        if (c >= '0' && c <= '9') {
                snprintf(s->why->text, sizeof s->why->text, "%s is no digit of %s literal",
                         bng_text_character(&s->text[s->at], 1, &quote), kind(base));
                return BNG_SYNTAX;
        }
        if (is_word(c)) {
                size_t n = 0;
                while (n < 64 && is_word(peek(s, n)))
                        n++;
                snprintf(s->why->text, sizeof s->why->text,
                         "%s stands right behind a number: an operator is missing",
                         bng_text_word(&s->text[s->at], n, &quote));
                return BNG_SYNTAX;
        }
        return BNG_OK;
}

static unsigned prefix_base(const struct scan *s)
{
        if (peek(s, 0) != '0')
                return 10;
        switch (peek(s, 1)) {
        case 'x':
        case 'X':
                return 16;
        case 'o':
        case 'O':
                return 8;
        case 'b':
        case 'B':
                return 2;
        default:
                return 10;
        }
}

bng_status bng_literal_scan(const char *text, size_t length, size_t *at,
                            const struct bng_stop *stop, struct bng_literal *literal,
                            struct bng_why *why)
{
        struct scan s = {.text = text, .length = length, .at = *at, .stop = stop, .why = why};
        size_t begin = *at;
        unsigned base = prefix_base(&s);
        if (base != 10)
                s.at += 2;
        size_t first = s.at;
        bng_status status = peek(&s, 0) == '.' ? BNG_OK : digits(&s, base, base != 10);
        if (status == BNG_OK)
                status = ends_well(&s, begin, base);
        *at = s.at;
        if (status != BNG_OK)
                return status;

        first += s.zeros;
        if (base == 10 && text[begin] == '0' && first < s.at) {
                *at = begin;
                return wrong(&s, "a decimal number has no leading zeros: write 0o17 for octal 17");
        }
        *literal = (struct bng_literal){&text[first], s.at - first, base, begin};
        return BNG_OK;
}

size_t bng_literal_leading(const struct bng_literal *literal, uint64_t *leading)
{
        uint64_t number = 0;
        size_t more = 0;
        for (size_t i = 0; i < literal->length; i++) {
                char c = literal->digits[i];
                if (c == '_')
                        continue;
                if (more > 0 || number > (UINT64_MAX - digit_value(c)) / literal->base)
                        more++;
                else
                        number = number * literal->base + digit_value(c);
        }
        *leading = number;
        return more;
}

size_t bng_literal_digits(const struct bng_literal *literal, char *out)
{
        size_t n = 0;
        for (size_t i = 0; i < literal->length; i++)
                if (literal->digits[i] != '_')
                        out[n++] = literal->digits[i];
        out[n] = '\0';
        return n;
}
