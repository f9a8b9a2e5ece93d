/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* How long a test runs: a second or so, or with BNG_TEST_EXTENDED=1 as long as it may. */

#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static inline bool test_is_extended(void)
{
        const char *extended = getenv("BNG_TEST_EXTENDED");

        return extended && strcmp(extended, "1") == 0;
}

/* What BNG_TEST_ROUNDS says goes before both: a number above 0, or the test has failed. */
static inline unsigned test_rounds(unsigned plain, unsigned extended)
{
        const char *text = getenv("BNG_TEST_ROUNDS");
        char *end;

        if (!text)
                return test_is_extended() ? extended : plain;
        unsigned long rounds = strtoul(text, &end, 10);
        if (*text < '0' || *text > '9' || *end != '\0' || rounds == 0 || rounds > UINT_MAX) {
                fprintf(stderr, "BNG_TEST_ROUNDS=%s is no number of rounds from 1 to %u\n", text,
                        UINT_MAX);
                exit(1);
        }
        return (unsigned)rounds;
}
