/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <ini.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>
#include "config/line.h"

/* What has stood in this file before: "Section", or "Section\nKey" of a key that may stand but
 * once. */
struct seen {
        unsigned line;
        char text[];
};

struct reader {
        FILE *stream;
        struct bng_place place;
        const struct bng_ini_sink *sink;
        struct bng_config_errors *errors;
        void *seen;           /* tsearch's tree of struct seen */
        struct bng_line line; /* the one that inih has */
        char section[BNG_INI_SECTION_MAX + 1];
        bool in_section; /* a section has begun, good or bad */
        bool skip;       /* it was bad: that one error suffices, its keys go nowhere */
        bool pending;    /* inih has a key's line and has not told of it yet */
        bool failed;
};

static void complain(struct reader *reader, const struct bng_why *why)
{
        bng_config_errors_add(reader->errors, &reader->place, "%s", why->text);
        reader->failed = true;
}

static int compare_seen(const void *a, const void *b)
{
        return strcmp(((const struct seen *)a)->text, ((const struct seen *)b)->text);
}

/* Remembers the section or key; false when it stood before, or without memory. */
static bool is_first(struct reader *reader, const char *section, const char *key,
                     struct bng_why *why)
{
        size_t size = strlen(section) + (key ? strlen(key) : 0) + 2;
        struct seen *seen = malloc(sizeof(*seen) + size), **found = NULL;

        if (seen) {
                seen->line = reader->place.line;
                snprintf(seen->text, size, "%s%s%s", section, key ? "\n" : "", key ? key : "");
                found = tsearch(seen, &reader->seen, compare_seen);
        }
        if (found && *found == seen)
                return true;
        free(seen);
        if (!found)
                return bng_why(why, "out of memory");
        if (key)
                return bng_why(why,
                               "%s= stands here again, first on line %u; only lists may repeat",
                               key, (*found)->line);
        return bng_why(why, "[%s] stands here again, first on line %u; put its keys together",
                       section, (*found)->line);
}

static void begin_section(struct reader *reader)
{
        const char *section = reader->line.section;
        struct bng_why why = {0};

        strcpy(reader->section, section);
        reader->skip = !reader->sink->handler(reader->sink->userdata, &reader->place, section, NULL,
                                              NULL, &why);
        if (reader->skip || !is_first(reader, section, NULL, &why))
                complain(reader, &why);
}

/* Judges the line just read; true when inih shall have it. */
static bool take_line(struct reader *reader)
{
        struct bng_why why = {0};

        switch (bng_line_parse(&reader->line, &why)) {
        case BNG_LINE_BLANK:
                return false;
        case BNG_LINE_SECTION:
                reader->in_section = true;
                begin_section(reader);
                return !reader->skip;
        case BNG_LINE_KEY:
                if (!reader->in_section) {
                        bng_why(&why, "%s= stands before any [Section]", reader->line.key);
                        complain(reader, &why);
                }
                return reader->in_section && !reader->skip;
        case BNG_LINE_WRONG:
                /* perhaps it was to begin a section; then nobody knows whose the next keys are */
                if (reader->line.text[0] == '[' || !reader->in_section) {
                        reader->in_section = true;
                        reader->skip = true;
                }
                complain(reader, &why);
        }
        return false;
}

static void check_arrival(struct reader *reader)
{
        struct bng_why why;

        if (!reader->pending)
                return;
        bng_why(&why, "the line cannot be read; expected Key=value");
        complain(reader, &why);
        reader->pending = false;
}

/* inih's reader: the next good line, spelled in the one way that leaves nothing to forgive. */
static char *feed(char *buffer, int size, void *stream)
{
        struct reader *reader = stream;
        int n;

        check_arrival(reader);
        while (bng_line_read(reader->stream, &reader->line)) {
                reader->place.line++;
                if (!take_line(reader))
                        continue;
                reader->pending = reader->line.key;
                if (reader->line.key)
                        n = snprintf(buffer, (size_t)size, "%s=%s\n", reader->line.key,
                                     reader->line.value);
                else
                        n = snprintf(buffer, (size_t)size, "[%s]\n", reader->line.section);
                if (n < size)
                        return buffer;
                check_arrival(reader); /* an inih built with shorter lines than ours */
        }
        return NULL;
}

/* inih's handler: what it understood must be what we sent. */
static int take_key(void *userdata, const char *section, const char *key, const char *value)
{
        struct reader *reader = userdata;
        const struct bng_ini_sink *sink = reader->sink;
        struct bng_why why = {0};

        if (!reader->pending || strcmp(section, reader->section) != 0 ||
            strcmp(key, reader->line.key) != 0 || strcmp(value, reader->line.value) != 0)
                return 1; /* stays pending, which is an error */
        reader->pending = false;
        if (!sink->handler(sink->userdata, &reader->place, section, key, value, &why))
                complain(reader, &why);
        else if (!(sink->repeats && sink->repeats(section, key)) &&
                 !is_first(reader, section, key, &why))
                complain(reader, &why);
        return 1;
}

bool bng_ini_read(FILE *stream, const char *file, const struct bng_ini_sink *sink,
                  struct bng_config_errors *errors)
{
        struct reader reader = {
                .stream = stream,
                .place = {.file = file},
                .sink = sink,
                .errors = errors,
        };
        struct bng_why why;

        if (ini_parse_stream(feed, &reader, take_key, &reader) == -2) {
                bng_why(&why, "out of memory");
                complain(&reader, &why);
        }
        if (ferror(stream)) {
                bng_why(&why, "cannot be read: %s", strerror(errno));
                reader.place.line = 0;
                complain(&reader, &why);
        }
        tdestroy(reader.seen, free);
        return !reader.failed;
}
