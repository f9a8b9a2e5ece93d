/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* How long a test runs: a second or so, or with BNG_TEST_EXTENDED=1 as long as it may. */

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static inline bool test_is_extended(void)
{
        const char *extended = getenv("BNG_TEST_EXTENDED");

        return extended && strcmp(extended, "1") == 0;
}

/* What BNG_TEST_ROUNDS says goes before both. */
static inline unsigned test_rounds(unsigned plain, unsigned extended)
{
        const char *rounds = getenv("BNG_TEST_ROUNDS");

        return rounds ? (unsigned)strtoul(rounds, NULL, 10) : test_is_extended() ? extended : plain;
}
