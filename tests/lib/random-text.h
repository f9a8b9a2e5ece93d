/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Texts that are put together at random, the same ones in every run. */

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

static uint64_t random_state;

static inline void random_start(uint64_t seed) /* not 0 */
{
        random_state = seed;
}

/* By xorshift. */
static inline uint64_t random_below(uint64_t n)
{
        random_state ^= random_state << 13;
        random_state ^= random_state >> 7;
        random_state ^= random_state << 17;
        return random_state % n;
}

struct text {
        char bytes[8192];
        size_t length;
};

__attribute__((format(printf, 2, 3))) static inline void append(struct text *t, const char *format,
                                                                ...)
{
        va_list arguments;
        va_start(arguments, format);
        int n = vsnprintf(t->bytes + t->length, sizeof t->bytes - t->length, format, arguments);
        va_end(arguments);
        assert_true(n >= 0 && (size_t)n < sizeof t->bytes - t->length);
        t->length += (size_t)n;
}
