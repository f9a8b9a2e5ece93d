/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdbool.h>
#include <string.h>
#include "config/nearest.h"

#define WORD_MAX 48

static size_t least(size_t a, size_t b)
{
        return a < b ? a : b;
}

static char lower(char c)
{
        return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* Edit distance with neighbours swapped as one step; both words are at most WORD_MAX long. */
static size_t distance(const char *a, size_t n, const char *b, size_t m)
{
        size_t rows[3][WORD_MAX + 1];

        for (size_t j = 0; j <= m; j++)
                rows[0][j] = j;
        for (size_t i = 1; i <= n; i++) {
                size_t *row = rows[i % 3], *above = rows[(i + 2) % 3], *before = rows[(i + 1) % 3];

                row[0] = i;
                for (size_t j = 1; j <= m; j++) {
                        bool same = lower(a[i - 1]) == lower(b[j - 1]);

                        row[j] = least(above[j - 1] + !same, least(above[j], row[j - 1]) + 1);
                        if (i > 1 && j > 1 && lower(a[i - 1]) == lower(b[j - 2]) &&
                            lower(a[i - 2]) == lower(b[j - 1]))
                                row[j] = least(row[j], before[j - 2] + 1);
                }
        }
        return rows[n % 3][m];
}

const char *bng_nearest(const char *word, const char *const known[], size_t n)
{
        size_t length = strlen(word), best = 4;
        const char *nearest = NULL;

        if (length == 0 || length > WORD_MAX)
                return NULL;
        for (size_t i = 0; i < n; i++) {
                size_t m = strlen(known[i]), d;

                if (m > WORD_MAX)
                        continue;
                d = distance(word, length, known[i], m);
                if (d < best && d <= m / 3) {
                        best = d;
                        nearest = known[i];
                }
        }
        return nearest;
}
