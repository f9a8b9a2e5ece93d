/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * A strict reader over inih. inih forgives: it swallows an indented line as a continuation, cuts a
 * long line and reads its rest as another, cuts a long section name, cuts a value at " ;", takes
 * `:` for `=`, ignores what follows a `]`, gives no line numbers and lets duplicates pass. So this
 * reader feeds it one line at a time, hands over only lines that inih can read in one way, and
 * checks that each of them arrived.
 *
 * The format: `[Section]`, `Key=value`, blank lines, and comments, which are lines of their own
 * that begin with # or ;. Blanks around `=` and at the end of a line do not count; a value keeps
 * its inner blanks and is not unquoted. No inline comments, no continuation lines. Lines end in LF
 * or CRLF.
 */

#include <stdbool.h>
#include <stdio.h>
#include "config/errors.h"
#include "config/units.h"

#define BNG_INI_LINE_MAX 198   /* bytes of a line without its end: what inih holds with LF and NUL \
                                */
#define BNG_INI_SECTION_MAX 49 /* bytes between the brackets: inih cuts longer ones */

/*
 * Called once a section (key and value NULL) and once a key, in the order of the file. `section` is
 * the whole text in brackets ("Policy web"). Returns true when it was taken; on false the text in
 * `why` becomes the error of this place. The texts are the handler's only during the call.
 */
typedef bool (*bng_ini_handler)(void *userdata, const struct bng_place *place, const char *section,
                                const char *key, const char *value, struct bng_why *why);

/* May this key stand more than once in a section of one file? */
typedef bool (*bng_ini_repeats)(const char *section, const char *key);

struct bng_ini_sink {
        bng_ini_handler handler;
        bng_ini_repeats repeats; /* NULL: no key repeats */
        void *userdata;
};

/*
 * Reads one file to its end. `file` is its name for messages. Returns true when there was no error;
 * otherwise every error was added, and the handler has still been given every line that was good.
 */
bool bng_ini_read(FILE *stream, const char *file, const struct bng_ini_sink *sink,
                  struct bng_config_errors *errors);
