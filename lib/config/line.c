/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdarg.h>
#include <string.h>
#include "config/line.h"

#define BLANKS " \t"
#define KEY_LETTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

bool bng_line_read(FILE *stream, struct bng_line *line)
{
        bool after_return = false; /* a CR is held back: with an LF it is the line's end */
        int c;

        *line = (struct bng_line){0};
        while ((c = getc_unlocked(stream)) != EOF && c != '\n') {
                line->has_control |=
                        after_return || (c < 0x20 && c != '\t' && c != '\r') || c == 0x7f;
                after_return = c == '\r';
                if (after_return)
                        continue;
                if (line->length < BNG_INI_LINE_MAX)
                        line->text[line->length] = (char)c;
                line->length++;
        }
        if (c == EOF)
                line->has_control |= after_return;
        return c != EOF || line->length > 0 || after_return;
}

static void cut_blanks_at_end(char *text)
{
        size_t n = strlen(text);

        while (n > 0 && strchr(BLANKS, text[n - 1]))
                text[--n] = '\0';
}

/* The character that inih, or another dialect, takes for the begin of a comment in mid-line; or 0.
 */
static char inline_comment(const char *text)
{
        for (const char *p = text; *p; p++)
                if (strchr(BLANKS, *p) && (p[1] == ';' || p[1] == '#'))
                        return p[1];
        return '\0';
}

__attribute__((format(printf, 2, 3))) static enum bng_line_kind wrong(struct bng_why *why,
                                                                      const char *format, ...)
{
        va_list args;

        va_start(args, format);
        vsnprintf(why->text, sizeof(why->text), format, args);
        va_end(args);
        return BNG_LINE_WRONG;
}

static enum bng_line_kind parse_section(struct bng_line *line, struct bng_why *why)
{
        char *name = line->text + 1, *end;
        size_t n;

        cut_blanks_at_end(name);
        end = strchr(name, ']');
        if (!end)
                return wrong(why, "the section has no closing bracket; expected [Name]");
        if (end[1])
                return wrong(why,
                             "text after the closing bracket; expected [Name] alone on its line");
        *end = '\0';
        n = strlen(name);
        if (n == 0 || strchr(name, '['))
                return wrong(why, "\"[%s]\" is no section; expected [Name]", name);
        if (strchr(BLANKS, name[0]) || strchr(BLANKS, name[n - 1]))
                return wrong(why, "blanks around the name in \"[%s]\"; expected [Name]", name);
        if (inline_comment(name))
                return wrong(why,
                             "a comment inside of \"[%s]\"; comments stand on lines of their own",
                             name);
        if (n > BNG_INI_SECTION_MAX)
                return wrong(why, "the section's name is longer than %d bytes",
                             BNG_INI_SECTION_MAX);
        line->section = name;
        return BNG_LINE_SECTION;
}

static enum bng_line_kind parse_key(struct bng_line *line, struct bng_why *why)
{
        char *key = line->text, *value = strchr(key, '=');
        size_t n;

        if (!value)
                return wrong(why,
                             "no \"=\" in \"%.100s\"; expected Key=value, [Section] or a "
                             "comment that begins with #",
                             key);
        *value++ = '\0';
        if (inline_comment(value))
                return wrong(why,
                             "\" %c\" in the value, which begins no comment here; put comments on "
                             "lines of their own",
                             inline_comment(value));
        cut_blanks_at_end(key);
        if (!*key || key[strspn(key, KEY_LETTERS)])
                return wrong(why, "\"%.100s\" is no key; expected letters and digits, then \"=\"",
                             key);
        value += strspn(value, BLANKS);
        cut_blanks_at_end(value);
        n = strlen(value);
        if (n > 0 && value[n - 1] == '\\')
                return wrong(why, "a backslash at the end; no line is continued on the next, list "
                                  "keys may stand several times");
        if (n > 1 && (value[0] == '"' || value[0] == '\'') && value[n - 1] == value[0])
                return wrong(why, "the value stands in quotes, which would be part of it; leave "
                                  "them out");
        line->key = key;
        line->value = value;
        return BNG_LINE_KEY;
}

enum bng_line_kind bng_line_parse(struct bng_line *line, struct bng_why *why)
{
        const char *text = line->text;

        if (line->length > BNG_INI_LINE_MAX)
                return wrong(why,
                             "the line is longer than %d bytes; list keys may stand several "
                             "times",
                             BNG_INI_LINE_MAX);
        if (line->has_control)
                return wrong(why, "a NUL or another control character; expected plain text");
        if (strncmp(text, "\xef\xbb\xbf", 3) == 0)
                return wrong(why,
                             "a byte order mark at the begin; save the file as UTF-8 without one");
        if (!text[strspn(text, BLANKS)])
                return BNG_LINE_BLANK;
        if (strchr(BLANKS, text[0]))
                return wrong(why, "the line is indented; begin it in the first column");
        if (text[0] == '#' || text[0] == ';')
                return BNG_LINE_BLANK;
        return text[0] == '[' ? parse_section(line, why) : parse_key(line, why);
}
