/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
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

void group_close(int fd)
{
        if (fd >= 0)
                close(fd);
}

struct group_reader *group_reader_free(struct group_reader *reader)
{
        if (!reader)
                return NULL;
        for (size_t i = 0; i < reader->n_levels; i++) {
                group_close(reader->levels[i].limit);
                group_close(reader->levels[i].usage);
                group_close(reader->levels[i].stat);
        }
        group_close(reader->folder);
        group_close(reader->swap);
        free(reader);
        return NULL;
}

/* Where there is none, *fd says so, unless the group is gone: each one has this file. */
int group_open_file(const struct group_reader *reader, size_t above, const char *name, int *fd)
{
        char path[3 * GROUP_DEPTH_MAX + 64], *end = path;

        if (*fd != GROUP_FILE_UNOPENED)
                return 0;
        if (above > GROUP_DEPTH_MAX)
                return -ENAMETOOLONG;
        while (above-- > 0)
                end = stpcpy(end, "../");
        strcpy(end, name);
        *fd = openat(reader->folder, path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
        if (*fd >= 0)
                return 0;
        *fd = GROUP_FILE_UNOPENED;
        if (errno != ENOENT)
                return -errno;
        if (faccessat(reader->folder, "cgroup.procs", F_OK, 0) < 0)
                return -errno;
        *fd = GROUP_FILE_MISSING;
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
                group_close(dirfd);
        return r;
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

int group_open_limit(struct group_reader *reader, size_t above, uint64_t *limit)
{
        const struct group_accounting *names = &group_accountings[reader->layout];
        struct group_level *level = &reader->levels[reader->n_levels - 1 - above];
        int r = group_open_file(reader, above, names->limit, &level->limit);

        *limit = GROUP_NO_LIMIT;
        if (r < 0 || level->limit < 0)
                return r;
        r = group_read_number(level->limit, limit);
        if (r < 0 || *limit == GROUP_NO_LIMIT)
                return r;
        r = group_open_file(reader, above, names->usage, &level->usage);
        return r < 0 ? r : group_open_file(reader, above, names->stat, &level->stat);
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
        struct group_level *own = &reader->levels[reader->n_levels - 1];
        int r = group_open_file(reader, 0, names->swap, &reader->swap);
        uint64_t limit;

        if (r >= 0 && !group_swap_holds_all(reader))
                r = group_open_file(reader, 0, names->usage, &own->usage);
        for (size_t above = 0; r >= 0 && above < reader->n_levels; above++)
                r = group_open_limit(reader, above, &limit);
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
        *reader = (struct group_reader){.layout = host->layout,
                                        .folder = folder,
                                        .swap = GROUP_FILE_UNOPENED,
                                        .n_levels = depth};
        for (size_t i = 0; i < depth; i++)
                reader->levels[i] = (struct group_level){GROUP_FILE_UNOPENED, GROUP_FILE_UNOPENED,
                                                         GROUP_FILE_UNOPENED};
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
