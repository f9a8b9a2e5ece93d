/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* How long a test runs: a second or so, or with BNG_TEST_EXTENDED=1 as long as it may. */

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static inline bool test_is_extended(void)
{
        const char *extended = getenv("BNG_TEST_EXTENDED");

        return extended && strcmp(extended, "1") == 0;
}

/* The next of sizes in bits: by this factor, and far above 10^7 in few steps up to 10^9. */
static inline double test_next_size(double bits, double factor)
{
        return bits < 2e7 ? bits * factor : bits * 5;
}

/* The longest operands, where there is room for their addresses. */
static inline double test_longest_bits(void)
{
        return sizeof(void *) > 4 ? 1e9 : 1e8;
}

/* How long operands may be of what takes long. */
static inline double test_slow_bits(uint64_t plain)
{
        return (double)plain * (!test_is_extended() ? 1 : plain < 1000 ? 10 : 50);
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
