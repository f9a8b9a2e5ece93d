/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "readers/group.h"
#include "readers/text.h"
#include "readers/threshold.h"

/*
 * The names of one accounting. v1's plain fields count the group alone, its total_ ones all below
 * it as well, which is what the limit applies to; rss is anonymous memory there, and mapped_file is
 * left alone because it counts shared memory a second time.
 */
struct accounting {
        const char *usage, *stat, *swap, *limit;
        const char *anon, *shmem, *swapped, *active_file, *inactive_file;
};

static const struct accounting accountings[] = {
        [HOST_V2] =
                {
                        .usage = "memory.current",
                        .stat = "memory.stat",
                        .swap = "memory.swap.current", /* beside usage */
                        .limit = "memory.max",
                        .anon = "anon",
                        .shmem = "shmem",
                        .swapped = "", /* has a file of its own */
                        .active_file = "active_file",
                        .inactive_file = "inactive_file",
                },
        [HOST_V1] =
                {
                        .usage = "memory.usage_in_bytes",
                        .stat = "memory.stat",
                        .swap = "memory.memsw.usage_in_bytes", /* usage included */
                        .limit = "memory.limit_in_bytes",
                        .anon = "total_rss",
                        .shmem = "total_shmem",
                        .swapped = "total_swap",
                        .active_file = "total_active_file",
                        .inactive_file = "total_inactive_file",
                },
};

#define UNOPENED (-2)
#define MISSING (-1) /* because of the kernel's age, or because the controller is off here */

/* The group or one above it, as far as limits go: descriptors. Most groups have no limit, and then nothing but
 * that is ever read of those above. */
struct level {
        int limit, usage, stat;
};

struct group_reader {
        enum host_layout layout;
        uint64_t inode;
        int folder, swap;
        size_t n_levels;
        struct level levels[]; /* the group itself last, its ancestors before, without the root */
};

struct statistics {
        uint64_t anon, shmem, swapped, file;
};

static void close_fd(int fd)
{
        if (fd >= 0)
                close(fd);
}

struct group_reader *group_reader_free(struct group_reader *reader)
{
        if (!reader)
                return NULL;
        for (size_t i = 0; i < reader->n_levels; i++) {
                close_fd(reader->levels[i].limit);
                close_fd(reader->levels[i].usage);
                close_fd(reader->levels[i].stat);
        }
        close_fd(reader->folder);
        close_fd(reader->swap);
        free(reader);
        return NULL;
}

/* Opens `name` of the group `above` levels up, if it is not open yet. Where there is none, *fd says so, unless
 * the group is gone: each one has this file. */
static int open_file(const struct group_reader *reader, size_t above, const char *name, int *fd)
{
        char path[3 * GROUP_DEPTH_MAX + 64], *end = path;

        if (*fd != UNOPENED)
                return 0;
        if (above > GROUP_DEPTH_MAX)
                return -ENAMETOOLONG;
        while (above-- > 0)
                end = stpcpy(end, "../");
        strcpy(end, name);
        *fd = openat(reader->folder, path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
        if (*fd >= 0)
                return 0;
        *fd = UNOPENED;
        if (errno != ENOENT)
                return -errno;
        if (faccessat(reader->folder, "cgroup.procs", F_OK, 0) < 0)
                return -errno;
        *fd = MISSING;
        return 0;
}

/* One component of the path after the other, so that no link is followed. */
static int open_folder(const struct host *host, const char *path, size_t *depth)
{
        int dirfd = host->groups, r = -EINVAL;

        *depth = 0;
        for (path += strspn(path, "/"); *path; path += strspn(path, "/")) {
                size_t n = strcspn(path, "/");
                char name[NAME_MAX + 1];
                int below;

                r = -ENAMETOOLONG;
                if (n > NAME_MAX)
                        break;
                memcpy(name, path, n);
                name[n] = '\0';
                path += n;
                r = -EINVAL;
                if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
                        break;
                below = openat(dirfd, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
                r = below < 0 ? -errno : 0;
                if (dirfd != host->groups)
                        close(dirfd);
                dirfd = below;
                if (r < 0)
                        break;
                (*depth)++;
        }
        if (r == 0)
                return dirfd;
        if (dirfd != host->groups)
                close_fd(dirfd);
        return r;
}

/* "max", and v1's rounded LONG_MAX, are no limit. */
static int parse_number(const char *text, uint64_t *number)
{
        if (strcmp(text, "max\n") == 0)
                *number = GROUP_NO_LIMIT;
        else if (!text_number(text, number))
                return -EBADMSG;
        else if (*number > INT64_MAX - (1 << 20))
                *number = GROUP_NO_LIMIT;
        return 0;
}

static int read_number(int fd, uint64_t *number)
{
        char text[64];
        int r = text_read(fd, text, sizeof(text));

        return r < 0 ? r : parse_number(text, number);
}

static int read_number_at(const struct group_reader *reader, const char *name, uint64_t *number)
{
        char text[64];
        int r = text_read_at(reader->folder, name, text, sizeof(text));

        return r < 0 ? r : parse_number(text, number);
}

/* Opens what the limit of a level asks for; *limit is GROUP_NO_LIMIT without one. */
static int open_limit(struct group_reader *reader, size_t above, uint64_t *limit)
{
        const struct accounting *names = &accountings[reader->layout];
        struct level *level = &reader->levels[reader->n_levels - 1 - above];
        int r = open_file(reader, above, names->limit, &level->limit);

        *limit = GROUP_NO_LIMIT;
        if (r < 0 || level->limit < 0)
                return r;
        r = read_number(level->limit, limit);
        if (r < 0 || *limit == GROUP_NO_LIMIT)
                return r;
        r = open_file(reader, above, names->usage, &level->usage);
        return r < 0 ? r : open_file(reader, above, names->stat, &level->stat);
}

/* Does the file for swap count usage in? */
static bool holds_all(const struct group_reader *reader)
{
        return reader->layout == HOST_V1 && reader->swap >= 0;
}

/* All that is read of each group, so that it is not missed when descriptors are used up. Nothing else: the first time
 * that somebody opens a file of a group costs the kernel ten times what a reading does. */
static int open_files(struct group_reader *reader)
{
        const struct accounting *names = &accountings[reader->layout];
        struct level *own = &reader->levels[reader->n_levels - 1];
        int r = open_file(reader, 0, names->swap, &reader->swap);
        uint64_t limit;

        if (r >= 0 && !holds_all(reader))
                r = open_file(reader, 0, names->usage, &own->usage);
        for (size_t above = 0; r >= 0 && above < reader->n_levels; above++)
                r = open_limit(reader, above, &limit);
        return r == -EBADMSG ? 0 : r; /* readings tell */
}

static int open_group(struct group_reader *reader)
{
        struct stat status;

        if (fstat(reader->folder, &status) < 0)
                return -errno;
        reader->inode = status.st_ino;
        if (reader->layout == HOST_PLAIN)
                return faccessat(reader->folder, "cgroup.procs", F_OK, 0) < 0 ? -errno : 0;
        return open_files(reader);
}

int group_reader_new(struct group_reader **ret, const struct host *host, const char *path)
{
        struct group_reader *reader;
        size_t depth = 0;
        int r, folder = *path == '/' ? open_folder(host, path, &depth) : -EINVAL;

        if (folder < 0)
                return folder;
        if (host->layout == HOST_PLAIN)
                depth = 0; /* nothing is counted */
        reader = malloc(sizeof(*reader) + depth * sizeof(*reader->levels));
        if (!reader) {
                close(folder);
                return -ENOMEM;
        }
        *reader = (struct group_reader){
                .layout = host->layout, .folder = folder, .swap = UNOPENED, .n_levels = depth};
        for (size_t i = 0; i < depth; i++)
                reader->levels[i] = (struct level){UNOPENED, UNOPENED, UNOPENED};
        r = open_group(reader);
        if (r < 0) {
                group_reader_free(reader);
                return r;
        }
        *ret = reader;
        return 0;
}

int threshold_open(const struct group_reader *reader)
{
        int fd = reader->layout == HOST_V1 ? fcntl(reader->folder, F_DUPFD_CLOEXEC, 0) : -1;

        return fd >= 0 ? fd : reader->layout == HOST_V1 ? -errno : -EOPNOTSUPP;
}

uint64_t group_reader_inode(const struct group_reader *reader)
{
        return reader->inode;
}

static int read_optional(int fd, uint64_t *number)
{
        *number = 0;
        return fd < 0 ? 0 : read_number(fd, number);
}

static int read_statistics(const struct group_reader *reader, int fd, struct statistics *ret)
{
        const struct accounting *names = &accountings[reader->layout];
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
static struct level *own_level(struct group_reader *reader)
{
        struct level *level = reader->n_levels ? &reader->levels[reader->n_levels - 1] : NULL;

        return level && (level->usage >= 0 || holds_all(reader)) ? level : NULL;
}

int group_read_usage(struct group_reader *reader, uint64_t *bytes)
{
        const struct level *own = own_level(reader);
        uint64_t swap;
        int r;

        *bytes = UINT64_MAX;
        if (!own)
                return 0;
        if (reader->layout == HOST_V1)
                return read_number(holds_all(reader) ? reader->swap : own->usage, bytes);
        r = read_number(own->usage, bytes);
        if (r < 0)
                return r;
        r = read_optional(reader->swap, &swap);
        *bytes += swap;
        return r;
}

/* What the limit of a level leaves. Page cache gives way before anything is ended, so it does not count as
 * used. */
static int read_room(struct group_reader *reader, size_t above, const struct statistics *own,
                     struct group_reading *ret)
{
        const struct level *level = &reader->levels[reader->n_levels - 1 - above];
        uint64_t limit, usage, used;
        struct statistics statistics;
        int r = open_limit(reader, above, &limit);

        if (r < 0 || limit == GROUP_NO_LIMIT)
                return r;
        if (limit < ret->limit)
                ret->limit = limit;
        if (level->usage < 0 || level->stat < 0)
                return 0;
        r = read_number(level->usage, &usage);
        if (r >= 0 && !own)
                r = read_statistics(reader, level->stat, &statistics);
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
        int r = 0;

        ret->limit = ret->headroom = GROUP_NO_LIMIT;
        for (size_t above = 0; above < reader->n_levels && r >= 0; above++)
                r = read_room(reader, above, above == 0 ? own : NULL, ret);
        return r;
}

static int read_own_statistics(struct group_reader *reader, struct level *own,
                               struct statistics *ret)
{
        int r = open_file(reader, 0, accountings[reader->layout].stat, &own->stat);

        if (r < 0)
                return r;
        return own->stat < 0 ? -EBADMSG : read_statistics(reader, own->stat, ret);
}

int group_read(struct group_reader *reader, struct group_reading *ret)
{
        struct level *own = own_level(reader);
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
static int read_swap(struct group_reader *reader, struct level *own, uint64_t *bytes)
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
        r = read_number(reader->swap, bytes);
        if (r >= 0)
                r = own->usage >= 0 ? read_number(own->usage, &usage)
                                    : read_number_at(reader, accountings[HOST_V1].usage, &usage);
        *bytes = r >= 0 && *bytes > usage ? *bytes - usage : 0;
        return r;
}

int group_read_limits(struct group_reader *reader, bool swaps, struct group_reading *ret)
{
        struct level *own = own_level(reader);
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

int group_read_cpu(struct group_reader *reader, uint64_t *usec)
{
        struct text_field field = {.name = "usage_usec"};
        char text[TEXT_MAX];
        int r = text_read_at(reader->folder, "cpu.stat", text, sizeof(text));

        if (r == -ENOENT)
                return -ENODATA;
        if (r < 0)
                return r;
        text_fields(text, &field, 1);
        if (!field.found)
                return -ENODATA; /* v1's cpu.stat, of another controller */
        *usec = field.value;
        return 0;
}

int group_read_kills(struct group_reader *reader, uint64_t *n)
{
        const char *name = reader->layout == HOST_V2   ? "memory.events.local"
                           : reader->layout == HOST_V1 ? "memory.oom_control"
                                                       : NULL;
        struct text_field field = {.name = "oom_kill"};
        char text[TEXT_MAX];
        int r = name ? text_read_at(reader->folder, name, text, sizeof(text)) : -ENOENT;

        if (r < 0)
                return r;
        text_fields(text, &field, 1);
        *n = field.value;
        return field.found ? 0 : -ENOENT;
}

int group_read_hits(struct group_reader *reader, uint64_t *n)
{
        struct text_field field = {.name = "max"};
        char text[TEXT_MAX];
        int r = reader->layout == HOST_V2
                        ? text_read_at(reader->folder, "memory.events.local", text, sizeof(text))
                : reader->layout == HOST_V1
                        ? text_read_at(reader->folder, "memory.failcnt", text, sizeof(text))
                        : -ENOENT;

        if (r < 0)
                return r;
        if (reader->layout == HOST_V1)
                return text_number(text, n) ? 0 : -EBADMSG;
        text_fields(text, &field, 1);
        *n = field.value;
        return field.found ? 0 : -ENOENT;
}

int group_read_pids(struct group_reader *reader, pid_t **pids, size_t *n_pids)
{
        size_t n = 0, lines = 1;
        char *text, *line, *rest;
        pid_t *list;
        /* Opened anew each time: v1 makes its list once for a descriptor, and as long as that is read
         * again within a second it never learns of another process. */
        int fd = openat(reader->folder, "cgroup.procs", O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
        int r = fd < 0 ? -errno : text_read_all(fd, &text);

        close_fd(fd);
        if (r < 0)
                return r;
        for (const char *p = text; *p; p++)
                lines += *p == '\n';
        list = malloc(lines * sizeof(*list));
        if (!list) {
                free(text);
                return -ENOMEM;
        }
        rest = text;
        while ((line = strsep(&rest, "\n"))) {
                uint64_t pid;

                /* 0 stands for a process of another pid namespace */
                if (text_number(line, &pid) && pid > 0 && pid <= INT32_MAX)
                        list[n++] = (pid_t)pid;
        }
        free(text);
        *pids = list;
        *n_pids = n;
        return 0;
}
