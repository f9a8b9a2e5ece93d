/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * One line of a configuration file: read in constant memory however long it is, then judged and
 * taken apart. Only what every ini reader takes in the same way is a section or a key; the rest is
 * wrong.
 */

#include "config/ini.h"

enum bng_line_kind {
        BNG_LINE_BLANK, /* nothing, or a comment */
        BNG_LINE_SECTION,
        BNG_LINE_KEY,
        BNG_LINE_WRONG,
};

struct bng_line {
        char text[BNG_INI_LINE_MAX + 1]; /* without its end; only the begin of an over-long line */
        size_t length;                   /* bytes of the whole line */
        bool has_control;                /* a NUL or another control character, tabs aside */
        char *section;                   /* into text: what stands in the brackets */
        char *key;                       /* into text, without blanks around, as the value */
        char *value;
};

/* False at the end of the file (or on an error of the stream, see ferror). */
bool bng_line_read(FILE *stream, struct bng_line *line);
/* Splits line->text in place. BNG_LINE_WRONG: `why` says what is wrong and what would be right. */
enum bng_line_kind bng_line_parse(struct bng_line *line, struct bng_why *why);
