/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Texts that go deep. DEEP calls of a function, one in the other, would need more than a usual stack. */

#include <stdlib.h>
#include <string.h>

#define DEEP 300000

/* `head` n times, `middle`, `tail` n times. */
static inline char *sandwich(const char *head, const char *middle, const char *tail, size_t n,
                             size_t *length)
{
        size_t h = strlen(head);
        size_t m = strlen(middle);
        size_t t = strlen(tail);
        *length = n * (h + t) + m;
        char *text = malloc(*length + 1);
        assert_non_null(text);
        for (size_t i = 0; i < n; i++) {
                memcpy(text + i * h, head, h);
                memcpy(text + n * h + m + i * t, tail, t);
        }
        memcpy(text + n * h, middle, m);
        return text;
}
