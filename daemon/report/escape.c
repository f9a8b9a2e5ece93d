/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * One pass over the bytes: each step takes the next unit, a whole character that prints or a single
 * byte that does not, and appends it or its \xNN. A unit is appended whole or not at all, which is
 * why a cut never leaves half a character or half an escape.
 */

#include "report/escape.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define CUT_MARK "..."
#define CUT_MARK_SIZE (sizeof(CUT_MARK) - 1)
#define ESCAPE_SIZE 4 /* \xNN */

/* Bytes of the valid UTF-8 character at `text` (1 to 4, shortest form, no surrogate), 0 if none. */
static size_t decode(const unsigned char *text, size_t size, uint32_t *ret)
{
        static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
        uint32_t code;
        size_t length;

        if (text[0] < 0x80) {
                *ret = text[0];
                return 1;
        }
        if (text[0] >= 0xc2 && text[0] <= 0xdf) {
                length = 2;
                code = text[0] & 0x1fu;
        } else if ((text[0] & 0xf0u) == 0xe0) {
                length = 3;
                code = text[0] & 0x0fu;
        } else if (text[0] >= 0xf0 && text[0] <= 0xf4) {
                length = 4;
                code = text[0] & 0x07u;
        } else {
                return 0;
        }
        if (length > size)
                return 0;
        for (size_t i = 1; i < length; i++) {
                if ((text[i] & 0xc0u) != 0x80)
                        return 0;
                code = code << 6 | (text[i] & 0x3fu);
        }
        if (code < least[length] || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff))
                return 0;
        *ret = code;
        return length;
}

/* Independent of the locale: what one terminal shows, another must not obey. */
static bool prints(uint32_t code)
{
        static const struct {
                uint32_t first, last;
        } silent[] = {
                {0x00, 0x1f},     /* C0 controls: escape sequences, line ends */
                {0x7f, 0x9f},     /* DEL and the C1 controls: 0x9b begins an escape sequence too */
                {0xad, 0xad},     /* soft hyphen */
                {0x61c, 0x61c},   /* Arabic letter mark */
                {0x180e, 0x180e}, /* Mongolian vowel separator */
                {0x200b, 0x200f}, /* zero-width characters, direction marks */
                {0x2028, 0x202e}, /* line and paragraph separators, direction overrides */
                {0x2060, 0x206f}, /* invisible operators, direction isolates */
                {0xe000, 0xf8ff}, /* private use */
                {0xfe00, 0xfe0f}, /* variation selectors */
                {0xfeff, 0xfeff}, /* byte order mark */
                {0xfff0, 0xfffb}, /* annotations */
                {0xe0000, 0x10ffff}, /* tags, variation selectors, private use */
        };

        for (size_t i = 0; i < sizeof(silent) / sizeof(silent[0]); i++)
                if (code >= silent[i].first && code <= silent[i].last)
                        return false;
        return (code & 0xfffe) != 0xfffe; /* noncharacters */
}

char *escape_text(const char *text, size_t size, size_t max)
{
        static const char digits[] = "0123456789abcdef";
        size_t room, used = 0, cut_at = 0;
        char *out, *fitted;

        room = size > (SIZE_MAX - 1) / ESCAPE_SIZE ? SIZE_MAX - 1 : size * ESCAPE_SIZE;
        if (room > max)
                room = max;
        out = malloc(room + 1);
        if (!out)
                return NULL;

        for (size_t i = 0; i < size;) {
                const unsigned char *at = (const unsigned char *)text + i;
                uint32_t code;
                size_t length = decode(at, size - i, &code);
                bool plain = length > 0 && prints(code);
                /* A character that does not print is escaped byte by byte. */
                size_t taken = plain ? length : 1, given = plain ? length : ESCAPE_SIZE;

                if (given > room - used) {
                        memcpy(out + cut_at, CUT_MARK, CUT_MARK_SIZE);
                        used = cut_at + CUT_MARK_SIZE;
                        break;
                }
                if (plain) {
                        memcpy(out + used, at, length);
                } else {
                        out[used] = '\\';
                        out[used + 1] = 'x';
                        out[used + 2] = digits[at[0] >> 4];
                        out[used + 3] = digits[at[0] & 0xf];
                }
                used += given;
                i += taken;
                /* The last end of a unit behind which the mark still fits. */
                if (room >= CUT_MARK_SIZE && used <= room - CUT_MARK_SIZE)
                        cut_at = used;
        }
        out[used] = '\0';
        fitted = realloc(out, used + 1);
        return fitted ? fitted : out;
}

char *escape_string(const char *text)
{
        return text ? escape_text(text, strlen(text), SIZE_MAX) : NULL;
}

char *escape_command(const char *cmdline, size_t size)
{
        char *joined, *escaped;

        /* Titles that a process wrote over its arguments leave a tail of NULs. */
        while (size > 0 && cmdline[size - 1] == '\0')
                size--;
        joined = malloc(size + 1);
        if (!joined)
                return NULL;
        for (size_t i = 0; i < size; i++)
                joined[i] = cmdline[i] == '\0' ? ' ' : cmdline[i];
        escaped = escape_text(joined, size, ESCAPE_COMMAND_MAX);
        free(joined);
        return escaped;
}
