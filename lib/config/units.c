/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include "config/units.h"

#define BLANKS " \t"

bool bng_why(struct bng_why *why, const char *format, ...)
{
        va_list args;

        va_start(args, format);
        vsnprintf(why->text, sizeof(why->text), format, args);
        va_end(args);
        return false;
}

static bool is_digit(char c)
{
        return c >= '0' && c <= '9';
}

/* Does the text, from here to its end, say only this word? */
static bool is_word(const char *text, const char *word)
{
        size_t n = strlen(word);

        return strncmp(text, word, n) == 0 && text[n + strspn(text + n, BLANKS)] == '\0';
}

/* Reads decimal digits, at least one. False where there is none, or with *overflow beyond 64 bits.
 */
static bool read_number(const char **text, uint64_t *number, bool *overflow)
{
        uint64_t n = 0;

        *overflow = false;
        if (!is_digit(**text))
                return false;
        for (; is_digit(**text); (*text)++)
                if (__builtin_mul_overflow(n, 10, &n) ||
                    __builtin_add_overflow(n, (uint64_t)(**text - '0'), &n)) {
                        *overflow = true;
                        return false;
                }
        *number = n;
        return true;
}

/* A number and its 1024-based prefix; what follows (B, iB, bit, bits) tells the unit. */
struct size {
        uint64_t number;
        unsigned shift; /* 2^shift of the prefix */
        bool in_bits;
        bool infinite;
};

static bool parse_size(const char *text, struct size *size, struct bng_why *why)
{
        static const char prefixes[] = "KMGTPE";
        const char *p = text + strspn(text, BLANKS), *prefix;
        bool overflow;

        *size = (struct size){0};
        if (is_word(p, "infinity")) {
                size->infinite = true;
                return true;
        }
        if (!read_number(&p, &size->number, &overflow))
                return overflow ? bng_why(why, "\"%.60s\" is too large; below 16E", text)
                                : bng_why(why,
                                          "\"%.60s\" is no size; a whole number such as 64M, "
                                          "1G or 4096bit, or infinity",
                                          text);
        prefix = *p ? strchr(prefixes, *p) : NULL;
        if (prefix) {
                size->shift = 10 * (unsigned)(prefix - prefixes + 1);
                p++;
        }
        size->in_bits = is_word(p, "bit");
        if (!size->in_bits && !is_word(p, "") && !is_word(p, "B") && !(prefix && is_word(p, "iB")))
                return bng_why(why,
                               "\"%.60s\" is no size; a whole number with K, M, G, T, P or E "
                               "such as 64M, or with bit such as 4096bit",
                               text);
        return true;
}

/* shift < 64 */
static bool shifted(uint64_t number, unsigned shift, uint64_t *result)
{
        *result = number << shift;
        return number <= UINT64_MAX >> shift && *result != UINT64_MAX; /* that one means infinity */
}

bool bng_parse_size_bits(const char *text, uint64_t *bits, struct bng_why *why)
{
        struct size size;
        uint64_t result = UINT64_MAX;

        if (!parse_size(text, &size, why))
                return false;
        if (!size.infinite && !shifted(size.number, size.shift + (size.in_bits ? 0 : 3), &result))
                return bng_why(why,
                               "\"%.60s\" is too large; at most 2^64 - 2 bits, where 2E are 2^64",
                               text);
        *bits = result;
        return true;
}

bool bng_parse_size_bytes(const char *text, uint64_t *bytes, struct bng_why *why)
{
        struct size size;
        uint64_t result = UINT64_MAX;

        if (!parse_size(text, &size, why))
                return false;
        if (size.in_bits)
                return bng_why(why, "\"%.60s\" is in bits; here it takes bytes such as 64M", text);
        if (!size.infinite && !shifted(size.number, size.shift, &result))
                return bng_why(why, "\"%.60s\" is too large; below 16E", text);
        *bytes = result;
        return true;
}

static const struct duration_unit {
        const char *name;
        uint64_t usec;
} duration_units[] = {
        {"us", 1},
        {"usec", 1},
        {"\xc2\xb5s", 1},
        {"\xce\xbcs", 1},
        {"ms", 1000},
        {"msec", 1000},
        {"s", BNG_USEC_PER_SEC},
        {"sec", BNG_USEC_PER_SEC},
        {"second", BNG_USEC_PER_SEC},
        {"seconds", BNG_USEC_PER_SEC},
        {"", BNG_USEC_PER_SEC},
        {"m", 60 * BNG_USEC_PER_SEC},
        {"min", 60 * BNG_USEC_PER_SEC},
        {"minute", 60 * BNG_USEC_PER_SEC},
        {"minutes", 60 * BNG_USEC_PER_SEC},
        {"h", 3600 * BNG_USEC_PER_SEC},
        {"hr", 3600 * BNG_USEC_PER_SEC},
        {"hour", 3600 * BNG_USEC_PER_SEC},
        {"hours", 3600 * BNG_USEC_PER_SEC},
        {"d", 86400 * BNG_USEC_PER_SEC},
        {"day", 86400 * BNG_USEC_PER_SEC},
        {"days", 86400 * BNG_USEC_PER_SEC},
        {"w", 7 * 86400 * BNG_USEC_PER_SEC},
        {"week", 7 * 86400 * BNG_USEC_PER_SEC},
        {"weeks", 7 * 86400 * BNG_USEC_PER_SEC},
        {"M", 2629800 * BNG_USEC_PER_SEC}, /* 30.4375 days */
        {"month", 2629800 * BNG_USEC_PER_SEC},
        {"months", 2629800 * BNG_USEC_PER_SEC},
        {"y", 31557600 * BNG_USEC_PER_SEC}, /* 365.25 days */
        {"year", 31557600 * BNG_USEC_PER_SEC},
        {"years", 31557600 * BNG_USEC_PER_SEC},
};

static const struct duration_unit *find_unit(const char *text, size_t n)
{
        for (size_t i = 0; i < sizeof(duration_units) / sizeof(*duration_units); i++)
                if (strlen(duration_units[i].name) == n &&
                    strncmp(duration_units[i].name, text, n) == 0)
                        return &duration_units[i];
        return NULL;
}

/* The digits after the point, in millionths; further ones are dropped. False without a digit. */
static bool read_millionths(const char **text, uint64_t *millionths)
{
        uint64_t scale = 100000;

        *millionths = 0;
        if (!is_digit(**text))
                return false;
        for (; is_digit(**text); (*text)++, scale /= 10)
                *millionths += scale * (uint64_t)(**text - '0');
        return true;
}

/* One "2.5s" of "1h 2.5s"; the blanks between number and unit pass. */
static bool read_span(const char **text, uint64_t *usec, bool *overflow)
{
        const struct duration_unit *unit;
        uint64_t whole, millionths = 0, part;
        size_t n;

        if (!read_number(text, &whole, overflow))
                return false;
        if (**text == '.') {
                (*text)++;
                if (!read_millionths(text, &millionths))
                        return false;
        }
        *text += strspn(*text, BLANKS);
        n = strcspn(*text, BLANKS "0123456789.");
        unit = find_unit(*text, n);
        if (!unit)
                return false;
        *text += n;
        /* millionths < 10^6 and a year has below 2^45 us, so the product fits 64 bits twice over */
        part = unit->usec >= BNG_USEC_PER_SEC ? unit->usec / BNG_USEC_PER_SEC * millionths
                                              : unit->usec * millionths / BNG_USEC_PER_SEC;
        *overflow = __builtin_mul_overflow(whole, unit->usec, usec) ||
                    __builtin_add_overflow(*usec, part, usec);
        return !*overflow;
}

bool bng_parse_duration(const char *text, uint64_t *usec, struct bng_why *why)
{
        const char *p = text + strspn(text, BLANKS);
        uint64_t total = 0, part;
        bool overflow = false;

        if (is_word(p, "infinity")) {
                *usec = BNG_USEC_INFINITY;
                return true;
        }
        do {
                if (!read_span(&p, &part, &overflow) && !overflow)
                        return bng_why(why,
                                       "\"%.60s\" is no duration; such as 500ms, 2.5s, 10min, "
                                       "1h 30min or infinity",
                                       text);
                if (overflow || __builtin_add_overflow(total, part, &total) ||
                    total == BNG_USEC_INFINITY)
                        return bng_why(why,
                                       "\"%.60s\" is too long; below 500000 years, or infinity",
                                       text);
                p += strspn(p, BLANKS);
        } while (*p);
        *usec = total;
        return true;
}

bool bng_parse_bool(const char *text, bool *value, struct bng_why *why)
{
        static const char *const words[][2] = {
                {"no", "yes"}, {"false", "true"}, {"off", "on"}, {"0", "1"}, {"n", "y"}, {"f", "t"},
        };
        const char *p = text + strspn(text, BLANKS);
        size_t n = strcspn(p, BLANKS);

        if (is_word(p + n, ""))
                for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
                        for (int v = 0; v < 2; v++)
                                if (strlen(words[i][v]) == n &&
                                    strncasecmp(words[i][v], p, n) == 0) {
                                        *value = v;
                                        return true;
                                }
        return bng_why(why, "\"%.60s\" is neither yes nor no", text);
}
