/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include "expr/text.h"

#define WORD_MAX 40

static bool is_continuation(char c)
{
        return ((unsigned char)c & 0xc0) == 0x80;
}

const char *bng_text_place(const char *text, size_t offset, struct bng_text_place *out)
{
        size_t line = 1;
        size_t column = 1;
        for (size_t i = 0; i < offset; i++) {
                if (text[i] == '\n') {
                        line++;
                        column = 1;
                } else if (!is_continuation(text[i])) {
                        column++;
                }
        }
        if (line == 1)
                snprintf(out->text, sizeof out->text, "column %zu", column);
        else
                snprintf(out->text, sizeof out->text, "line %zu, column %zu", line, column);
        return out->text;
}

/* The code point of the UTF-8 sequence that begins text, or -1 where there is none. */
static int32_t code_point(const unsigned char *text, size_t length)
{
        static const int32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
        size_t size = text[0] < 0x80   ? 1
                      : text[0] < 0xc0 ? 0
                      : text[0] < 0xe0 ? 2
                      : text[0] < 0xf0 ? 3
                      : text[0] < 0xf8 ? 4
                                       : 0;
        if (size == 0 || size > length)
                return -1;
        int32_t code = size == 1 ? text[0] : text[0] & (0x7f >> size);
        for (size_t i = 1; i < size; i++) {
                if (!is_continuation((char)text[i]))
                        return -1;
                code = code << 6 | (text[i] & 0x3f);
        }
        bool surrogate = code >= 0xd800 && code <= 0xdfff;
        return code < least[size] || code > 0x10ffff || surrogate ? -1 : code;
}

const char *bng_text_character(const char *text, size_t length, struct bng_text_quote *out)
{
        if (length == 0) {
                snprintf(out->text, sizeof out->text, "the end");
                return out->text;
        }
        int32_t code = code_point((const unsigned char *)text, length);
        if (code < 0)
                snprintf(out->text, sizeof out->text, "the byte 0x%02x", (unsigned char)text[0]);
        else if (code == '"')
                snprintf(out->text, sizeof out->text, "'\"'");
        else if (code > 0x20 && code < 0x7f)
                snprintf(out->text, sizeof out->text, "\"%c\"", (char)code);
        else
                snprintf(out->text, sizeof out->text, "U+%04" PRIX32, (uint32_t)code);
        return out->text;
}

const char *bng_text_word(const char *text, size_t length, struct bng_text_quote *out)
{
        size_t shown = length < WORD_MAX ? length : WORD_MAX;
        size_t n = 0;
        out->text[n++] = '"';
        for (size_t i = 0; i < shown; i++)
                out->text[n++] = text[i] >= 0x20 && text[i] < 0x7f ? text[i] : '?';
        snprintf(out->text + n, sizeof out->text - n, "%s\"", shown < length ? "..." : "");
        return out->text;
}
