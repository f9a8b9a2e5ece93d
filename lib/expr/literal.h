/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Integer literals as Python reads them: decimal without leading zeros (0, 00 and 0_0 are zero),
 * 0x, 0o and 0b in either case, single underscores between digits and after a base's prefix. What
 * looks like a literal of another kind (a float, an imaginary number) is refused with what to write
 * instead.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "bignum-guard.h"
#include "config/units.h"
#include "steps/stop.h"

/* Characters between two looks at whether to stop: some tens of microseconds. */
#define BNG_LOOK_EVERY 65536

struct bng_literal {
        const char *digits; /* within the text; no prefix, no leading zeros, perhaps underscores */
        size_t length;      /* characters of them; 0 is the number zero */
        unsigned base;      /* 2, 8, 10 or 16 */
        size_t offset;      /* where the literal begins in the text */
};

/*
 * Reads the literal that begins at text[*at], a digit or a point. BNG_OK: *at is behind it.
 * BNG_SYNTAX: it is where the mistake is, and `why` says what is wrong. BNG_INTERRUPTED: `stop` ended
 * it, which is asked now and then. Linear in the literal.
 */
bng_status bng_literal_scan(const char *text, size_t length, size_t *at,
                            const struct bng_stop *stop, struct bng_literal *literal,
                            struct bng_why *why);

/* The number that the first digits make, as many as 64 bits hold; returns how many follow them. */
size_t bng_literal_leading(const struct bng_literal *literal, uint64_t *leading);

/* Writes the digits without underscores and a NUL to out (literal->length + 1 bytes); their number.
 */
size_t bng_literal_digits(const struct bng_literal *literal, char *out);
