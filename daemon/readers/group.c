/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "readers/group-files.h"
#include "readers/text.h"
#include "readers/threshold.h"

/*
 * A group as the folder that was seen, and those above it as far as limits go. What is read of each group is
 * opened at first sight, so that it is not missed when descriptors are used up.
 */

const struct group_accounting group_accountings[] = {
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

static void close_file(int fd)
{
        if (fd >= 0)
                close(fd);
}

void group_level_init(struct group_level *level, int folder)
{
        *level = (struct group_level){folder, GROUP_FILE_UNOPENED, GROUP_FILE_UNOPENED,
                                      GROUP_FILE_UNOPENED};
}

void group_level_close(struct group_level *level)
{
        close_file(level->limit);
        close_file(level->usage);
        close_file(level->stat);
        close_file(level->folder);
}

struct group_reader *group_reader_free(struct group_reader *reader)
{
        if (!reader)
                return NULL;
        group_level_close(&reader->own);
        close_file(reader->swap);
        close_file(reader->events);
        group_above_release(reader->above);
        free(reader);
        return NULL;
}

/* Where there is none, *fd says so, unless the group is gone: each one has this file. */
int group_open_file(int folder, const char *name, int *fd)
{
        if (*fd != GROUP_FILE_UNOPENED)
                return 0;
        *fd = openat(folder, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
        if (*fd >= 0)
                return 0;
        *fd = GROUP_FILE_UNOPENED;
        if (errno != ENOENT)
                return -errno;
        if (faccessat(folder, "cgroup.procs", F_OK, 0) < 0)
                return -errno;
        *fd = GROUP_FILE_MISSING;
        return 0;
}

/* "max", and v1's rounded LONG_MAX, are no limit. */
int group_parse_number(const char *text, uint64_t *number)
{
        if (strcmp(text, "max\n") == 0)
                *number = GROUP_NO_LIMIT;
        else if (!text_number(text, number))
                return -EBADMSG;
        else if (*number > INT64_MAX - (1 << 20))
                *number = GROUP_NO_LIMIT;
        return 0;
}

int group_read_number(int fd, uint64_t *number)
{
        char text[64];
        int r = text_read(fd, text, sizeof(text));

        return r < 0 ? r : group_parse_number(text, number);
}

int group_open_limit(enum host_layout layout, struct group_level *level, uint64_t *limit)
{
        const struct group_accounting *names = &group_accountings[layout];
        int r = group_open_file(level->folder, names->limit, &level->limit);

        *limit = GROUP_NO_LIMIT;
        if (r < 0 || level->limit < 0)
                return r;
        r = group_read_number(level->limit, limit);
        if (r < 0 || *limit == GROUP_NO_LIMIT)
                return r;
        r = group_open_file(level->folder, names->usage, &level->usage);
        return r < 0 ? r : group_open_file(level->folder, names->stat, &level->stat);
}

bool group_swap_holds_all(const struct group_reader *reader)
{
        return reader->layout == HOST_V1 && reader->swap >= 0;
}

/* All that is read of each group, so that it is not missed when descriptors are used up. Nothing else: the first time
 * that somebody opens a file of a group costs the kernel ten times what a reading does. */
static int open_files(struct group_reader *reader)
{
        const struct group_accounting *names = &group_accountings[reader->layout];
        struct group_level *own = &reader->own;
        int r = group_open_file(own->folder, names->swap, &reader->swap);
        uint64_t limit;

        if (r >= 0 && !group_swap_holds_all(reader))
                r = group_open_file(own->folder, names->usage, &own->usage);
        if (r >= 0)
                r = group_open_limit(reader->layout, own, &limit);
        return r == -EBADMSG ? 0 : r; /* readings tell */
}

static int open_group(struct group_reader *reader)
{
        struct stat status;

        if (fstat(reader->own.folder, &status) < 0)
                return -errno;
        reader->inode = status.st_ino;
        if (reader->layout == HOST_PLAIN)
                return faccessat(reader->own.folder, "cgroup.procs", F_OK, 0) < 0 ? -errno : 0;
        return open_files(reader);
}

int group_reader_new(struct group_reader **ret, const struct host *host, const char *path)
{
        size_t length = strlen(path);
        struct group_reader *reader;
        struct group_above *above;
        int folder, r;

        while (length > 0 && path[length - 1] == '/')
                length--;
        if (length == 0 || *path != '/')
                return -EINVAL;
        folder = group_open_folder(host, path, length, &above);
        if (folder < 0)
                return folder;
        reader = malloc(sizeof(*reader));
        if (!reader) {
                close(folder);
                group_above_release(above);
                return -ENOMEM;
        }
        *reader = (struct group_reader){.layout = host->layout,
                                        .swap = GROUP_FILE_UNOPENED,
                                        .events = GROUP_FILE_UNOPENED,
                                        .above = above};
        group_level_init(&reader->own, folder);
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
        int fd = reader->layout == HOST_V1 ? fcntl(reader->own.folder, F_DUPFD_CLOEXEC, 0) : -1;

        return fd >= 0 ? fd : reader->layout == HOST_V1 ? -errno : -EOPNOTSUPP;
}

uint64_t group_reader_inode(const struct group_reader *reader)
{
        return reader->inode;
}
