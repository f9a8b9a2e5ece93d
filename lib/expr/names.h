/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The names of an expression: its variables, which are the caller's, beside the functions, which
 * are the language's and cannot be renamed.
 */

#include <stddef.h>
#include "bignum-guard.h"
#include "config/units.h"

/* What is asked: text[0 .. length), any bytes, and what the names in it stand for. */
struct bng_expression {
        const char *text;
        size_t length;
        const bng_variable *variables;
        size_t variables_count;
};

/* Whether the variables are names and numbers; if not, `why` says which one is not. */
bool bng_names_check(const struct bng_expression *expression, struct bng_why *why);

/* The variable of that name. NULL if there is none. */
const bng_variable *bng_names_find(const struct bng_expression *expression, const char *name,
                                   size_t length);

/* For a message: "x, y, z", as many as fit; "" where there are none. */
struct bng_names_text {
        char text[96];
};
const char *bng_names_text(const struct bng_expression *expression, struct bng_names_text *out);

/* A letter or an underscore; and the digits that may follow. */
static inline bool bng_is_letter(char c)
{
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static inline bool bng_is_digit(char c)
{
        return c >= '0' && c <= '9';
}
