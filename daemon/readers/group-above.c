/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "bounds/checked.h"
#include "readers/group-files.h"

/*
 * The groups above those that are read: what a thousand siblings have in common is opened once. They are found by their
 * paths, and used if the folder under that path is still the one that was opened; its own groups above are then the
 * same as well, because the kernel moves no group below another one. One whose path is another's by now lives on for
 * those that were found below it.
 */

static struct group_above *find(const struct host *host, const char *path, size_t length)
{
        struct group_above *above;

        HASH_FIND(hh, *host->above, path, length, above);
        return above;
}

static bool is_there(const struct host *host, const struct group_above *above)
{
        const char *path = above->path + strspn(above->path, "/");
        struct stat status;

        return fstatat(host->groups, path, &status, AT_SYMLINK_NOFOLLOW) == 0 &&
               status.st_ino == above->inode;
}

static bool is_root(const struct group_above *above)
{
        return !above->above;
}

static void forget(struct group_above *above)
{
        if (above->table)
                HASH_DEL(*above->table, above);
        above->table = NULL;
}

void group_above_release(struct group_above *above)
{
        while (above && --above->references == 0) {
                struct group_above *next = above->above;

                forget(above);
                group_level_close(&above->level);
                free(above);
                above = next;
        }
}

/* Each that is right below holds a reference, be it read itself or above another. */
uint64_t group_reader_crowd(const struct group_reader *reader)
{
        uint64_t crowd = 1;

        for (const struct group_above *above = reader->above; above; above = above->above)
                crowd = bng_sat_mul(crowd, above->references);
        return crowd;
}

/* The last name of a path without a slash at its end, and where what is above it ends. */
static int split(const char *path, size_t length, char name[static NAME_MAX + 1], size_t *above)
{
        size_t begin = length, n;

        while (begin > 0 && path[begin - 1] != '/')
                begin--;
        n = length - begin;
        if (n > NAME_MAX)
                return -ENAMETOOLONG;
        memcpy(name, path + begin, n);
        name[n] = '\0';
        while (begin > 0 && path[begin - 1] == '/')
                begin--;
        *above = begin;
        return strcmp(name, ".") == 0 || strcmp(name, "..") == 0 ? -EINVAL : 0;
}

/* Takes the folder and the reference to the one above over. What its limit asks for is opened at once, so that it is not
 * missed when descriptors are used up. */
static int keep(const struct host *host, struct group_above *next, int folder, const char *path,
                size_t length, struct group_above **ret)
{
        struct group_above *above = calloc(1, sizeof(*above) + length + 1);
        struct stat status;
        uint64_t limit;
        int r = 0;

        if (!above) {
                close(folder);
                group_above_release(next);
                return -ENOMEM;
        }
        above->references = 1;
        above->above = next;
        memcpy(above->path, path, length);
        group_level_init(&above->level, folder);
        if (fstat(folder, &status) < 0)
                r = -errno;
        else
                above->inode = status.st_ino;
        if (r >= 0 && host->layout != HOST_PLAIN)
                r = group_open_limit(host->layout, &above->level, &limit);
        if (r >= 0 || r == -EBADMSG) { /* readings tell */
                HASH_ADD_KEYPTR(hh, *host->above, above->path, length, above);
                r = above->hh.tbl ? 0 : -ENOMEM;
        }
        if (r < 0) {
                group_above_release(above);
                return r;
        }
        above->table = host->above;
        *ret = above;
        return 0;
}

/* It has no limits, and nothing of it is opened: it is counted by only. */
static int get_root(const struct host *host, struct group_above **ret)
{
        struct group_above *root = find(host, "", 0);

        if (!root) {
                root = calloc(1, sizeof(*root) + 1);
                if (!root)
                        return -ENOMEM;
                root->level = (struct group_level){-1, GROUP_FILE_MISSING, GROUP_FILE_MISSING,
                                                   GROUP_FILE_MISSING};
                HASH_ADD_KEYPTR(hh, *host->above, root->path, 0, root);
                if (!root->hh.tbl) {
                        free(root);
                        return -ENOMEM;
                }
                root->table = host->above;
        }
        root->references++;
        *ret = root;
        return 0;
}

/* `path` up to `length`; 0 is the root. */
static int get(const struct host *host, const char *path, size_t length, struct group_above **ret)
{
        struct group_above *above = length > 0 ? find(host, path, length) : NULL, *next;
        int folder;

        *ret = NULL;
        if (length == 0)
                return get_root(host, ret);
        if (above && is_there(host, above)) {
                above->references++;
                /* Its controllers may have been turned on since. */
                if (above->level.limit == GROUP_FILE_MISSING)
                        above->level.limit = GROUP_FILE_UNOPENED;
                *ret = above;
                return 0;
        }
        if (above)
                forget(above);
        folder = group_open_folder(host, path, length, &next);
        return folder < 0 ? folder : keep(host, next, folder, path, length, ret);
}

int group_open_folder(const struct host *host, const char *path, size_t length,
                      struct group_above **above)
{
        char name[NAME_MAX + 1];
        size_t up;
        int folder, r;

        *above = NULL;
        r = split(path, length, name, &up);
        if (r >= 0)
                r = get(host, path, up, above);
        if (r < 0)
                return r;
        folder = openat(is_root(*above) ? host->groups : (*above)->level.folder, name,
                        O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        if (folder >= 0)
                return folder;
        r = -errno;
        group_above_release(*above);
        *above = NULL;
        return r;
}
