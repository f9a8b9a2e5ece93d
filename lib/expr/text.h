/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * An expression as text, for messages: where something stands, and how to show what was written
 * without handing a hostile byte to somebody's terminal or log.
 */

#include <stddef.h>

/* Where text[offset] stands: "column 7", or "line 2, column 7" when there is a newline before it.
 */
struct bng_text_place {
        char text[64];
};

/*
 * Counts lines and characters of UTF-8 from 1: every byte that is no continuation begins one.
 * Reads text[0 .. offset) and no more. Returns out->text.
 */
const char *bng_text_place(const char *text, size_t offset, struct bng_text_place *out);

struct bng_text_quote {
        char text[64];
};

/* The character that begins text[0 .. length): `"a"`, `U+2212`, `the byte 0xff`, or `the end`. */
const char *bng_text_character(const char *text, size_t length, struct bng_text_quote *out);
/* A word of printable ASCII, `"factorial"`. Anything else in it becomes a question mark. */
const char *bng_text_word(const char *text, size_t length, struct bng_text_quote *out);
