/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include "readers/group-files.h"
#include "readers/text.h"

/*
 * What a group holds and what its limits leave. Usage alone is cheap, and an upper bound of what any process
 * in it can hold; its statistics tell what only an end would free.
 */

struct statistics {
        uint64_t anon, shmem, swapped, file;
};

static int read_number_at(const struct group_reader *reader, const char *name, uint64_t *number)
{
        char text[64];
        int r = text_read_at(reader->own.folder, name, text, sizeof(text));

        return r < 0 ? r : group_parse_number(text, number);
}

static int read_optional(int fd, uint64_t *number)
{
        *number = 0;
        return fd < 0 ? 0 : group_read_number(fd, number);
}

static int read_statistics(enum host_layout layout, int fd, struct statistics *ret)
{
        const struct group_accounting *names = &group_accountings[layout];
        struct text_field fields[] = {
                {.name = names->anon},          {.name = names->shmem},
                {.name = names->swapped},       {.name = names->active_file},
                {.name = names->inactive_file},
        };
        char text[TEXT_MAX];
        int r = text_read(fd, text, sizeof(text));

        if (r < 0)
                return r;
        text_fields(text, fields, sizeof(fields) / sizeof(*fields));
        if (!fields[0].found)
                return -EBADMSG;
        *ret = (struct statistics){
                .anon = fields[0].value,
                .shmem = fields[1].value,
                .swapped = fields[2].value,
                .file = fields[3].value + fields[4].value,
        };
        return 0;
}

/* NULL: nothing is counted here. */
static struct group_level *own_level(struct group_reader *reader)
{
        return reader->own.usage >= 0 || group_swap_holds_all(reader) ? &reader->own : NULL;
}

int group_read_usage(struct group_reader *reader, bool swaps, uint64_t *bytes)
{
        const struct group_level *own = own_level(reader);
        uint64_t swap;
        int r;

        *bytes = UINT64_MAX;
        if (!own)
                return 0;
        if (reader->layout == HOST_V1)
                return group_read_number(group_swap_holds_all(reader) ? reader->swap : own->usage,
                                         bytes);
        r = group_read_number(own->usage, bytes);
        if (r < 0 || !swaps)
                return r;
        r = read_optional(reader->swap, &swap);
        *bytes += swap;
        return r;
}

/* What the limit of a level leaves. Page cache gives way before anything is ended, so it does not count as
 * used. */
static int read_room(enum host_layout layout, struct group_level *level,
                     const struct statistics *own, struct group_reading *ret)
{
        uint64_t limit, usage, used;
        struct statistics statistics;
        int r = group_open_limit(layout, level, &limit);

        if (r < 0 || limit == GROUP_NO_LIMIT)
                return r;
        if (limit < ret->limit)
                ret->limit = limit;
        if (level->usage < 0 || level->stat < 0)
                return 0;
        r = group_read_number(level->usage, &usage);
        if (r >= 0 && !own)
                r = read_statistics(layout, level->stat, &statistics);
        if (r < 0)
                return r;
        used = own ? own->file : statistics.file;
        used = usage > used ? usage - used : 0;
        if (limit <= used)
                ret->headroom = 0;
        else if (limit - used < ret->headroom)
                ret->headroom = limit - used;
        return 0;
}

/* The limits of all levels; `own` are the group's own statistics, NULL where they were not read. */
static int read_limits(struct group_reader *reader, const struct statistics *own,
                       struct group_reading *ret)
{
        struct group_above *above = reader->above;
        int r;

        ret->limit = ret->headroom = GROUP_NO_LIMIT;
        if (reader->layout == HOST_PLAIN)
                return 0;
        r = read_room(reader->layout, &reader->own, own, ret);
        for (; above && r >= 0; above = above->above)
                r = read_room(reader->layout, &above->level, NULL, ret);
        return r;
}

static int read_own_statistics(struct group_reader *reader, struct group_level *own,
                               struct statistics *ret)
{
        int r = group_open_file(own->folder, group_accountings[reader->layout].stat, &own->stat);

        if (r < 0)
                return r;
        return own->stat < 0 ? -EBADMSG : read_statistics(reader->layout, own->stat, ret);
}

int group_read(struct group_reader *reader, struct group_reading *ret)
{
        struct group_level *own = own_level(reader);
        struct statistics statistics = {0};
        struct group_reading reading = {.accounted = own};
        int r;

        if (own) {
                r = read_own_statistics(reader, own, &statistics);
                if (r < 0)
                        return r;
                reading.swap = statistics.swapped;
                if (reader->layout == HOST_V2) {
                        r = read_optional(reader->swap, &reading.swap);
                        if (r < 0)
                                return r;
                }
                reading.memory = statistics.anon + statistics.shmem + reading.swap;
        }
        r = read_limits(reader, own ? &statistics : NULL, &reading);
        if (r >= 0)
                *ret = reading;
        return r;
}

/* v1 counts what is swapped out together with usage. Usage is read second, so that who grows in between does not
 * look as if it swapped; and by name, as long as no limit asks for it as well. */
static int read_swap(struct group_reader *reader, struct group_level *own, uint64_t *bytes)
{
        struct statistics statistics;
        uint64_t usage;
        int r;

        if (reader->layout == HOST_V2)
                return read_optional(reader->swap, bytes);
        if (reader->swap < 0) {
                r = read_own_statistics(reader, own, &statistics);
                *bytes = r < 0 ? 0 : statistics.swapped;
                return r;
        }
        r = group_read_number(reader->swap, bytes);
        if (r >= 0)
                r = own->usage >= 0
                            ? group_read_number(own->usage, &usage)
                            : read_number_at(reader, group_accountings[HOST_V1].usage, &usage);
        *bytes = r >= 0 && *bytes > usage ? *bytes - usage : 0;
        return r;
}

int group_read_limits(struct group_reader *reader, bool swaps, struct group_reading *ret)
{
        struct group_level *own = own_level(reader);
        struct group_reading reading = {.accounted = own};
        int r = 0;

        if (own && (swaps || reader->swap < 0))
                r = read_swap(reader, own, &reading.swap);
        if (r >= 0)
                r = read_limits(reader, NULL, &reading);
        if (r >= 0)
                *ret = reading;
        return r;
}
