/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * What is wrong with a configuration, all of it: someone who mends a file wants every error at
 * once, each with its place and what would have been right. The list is bounded, because a file
 * that is no configuration at all has as many errors as lines.
 */

#include <stdbool.h>
#include <stddef.h>

/* Where something stands. Lines count from 1; line 0 means the file as a whole. */
struct bng_place {
        const char *file;
        unsigned line;
};

#define BNG_CONFIG_ERRORS_MAX 64

/* Starts as {0}; whoever declares it clears it. */
struct bng_config_errors {
        char *lines[BNG_CONFIG_ERRORS_MAX]; /* "FILE:LINE: sentence", no newline */
        size_t n;
        size_t left_out; /* further ones, not kept */
};

/* place may be NULL: an error of no single file. Text of the file inside the sentence is escaped.
 */
void bng_config_errors_add(struct bng_config_errors *errors, const struct bng_place *place,
                           const char *format, ...) __attribute__((format(printf, 3, 4)));
void bng_config_errors_clear(struct bng_config_errors *errors);

static inline bool bng_config_errors_any(const struct bng_config_errors *errors)
{
        return errors->n > 0 || errors->left_out > 0;
}
