/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "config/errors.h"

/* File names and values come from elsewhere: no control character of theirs reaches a terminal. */
static char *escape_controls(const char *text)
{
        char *escaped = malloc(4 * strlen(text) + 1), *end = escaped;

        if (!escaped)
                return NULL;
        for (; *text; text++) {
                unsigned char c = (unsigned char)*text;

                if (c < 0x20 || c == 0x7f)
                        end += sprintf(end, "\\x%02x", c);
                else
                        *end++ = *text;
        }
        *end = '\0';
        return escaped;
}

static char *compose(const struct bng_place *place, const char *sentence)
{
        char *line = NULL;
        int r;

        if (!place)
                r = asprintf(&line, "%s", sentence);
        else if (place->line == 0)
                r = asprintf(&line, "%s: %s", place->file, sentence);
        else
                r = asprintf(&line, "%s:%u: %s", place->file, place->line, sentence);
        return r < 0 ? NULL : line;
}

void bng_config_errors_add(struct bng_config_errors *errors, const struct bng_place *place,
                           const char *format, ...)
{
        char *sentence = NULL, *line = NULL, *escaped = NULL;
        va_list args;

        if (errors->n < BNG_CONFIG_ERRORS_MAX) {
                va_start(args, format);
                if (vasprintf(&sentence, format, args) < 0)
                        sentence = NULL;
                va_end(args);
                if (sentence)
                        line = compose(place, sentence);
                if (line)
                        escaped = escape_controls(line);
        }
        if (escaped)
                errors->lines[errors->n++] = escaped;
        else if (errors->left_out < SIZE_MAX)
                errors->left_out++;
        free(line);
        free(sentence);
}

void bng_config_errors_clear(struct bng_config_errors *errors)
{
        for (size_t i = 0; i < errors->n; i++)
                free(errors->lines[i]);
        *errors = (struct bng_config_errors){0};
}
