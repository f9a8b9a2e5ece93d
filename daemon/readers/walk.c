/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>
#include "readers/group.h"

/* The path of the group that the walk is at; grows with it, because groups may pass PATH_MAX. */
struct walk {
        group_walk_fn fn;
        void *userdata;
        char *path;
        size_t length, size;
        bool counts; /* the links of a folder tell how many are in it */
};

static int descend(struct walk *walk, const char *name)
{
        size_t n = strlen(name), needed = walk->length + n + 2;
        char *path;

        if (needed > walk->size) {
                path = realloc(walk->path, 2 * needed);
                if (!path)
                        return -ENOMEM;
                walk->path = path;
                walk->size = 2 * needed;
        }
        walk->path[walk->length] = '/';
        memcpy(walk->path + walk->length + 1, name, n + 1);
        walk->length += n + 1;
        return 0;
}

static void ascend(struct walk *walk, size_t length)
{
        walk->length = length;
        walk->path[length] = '\0';
}

static bool is_folder(int dirfd, const struct dirent *entry)
{
        struct stat status;

        if (entry->d_type != DT_UNKNOWN)
                return entry->d_type == DT_DIR;
        return fstatat(dirfd, entry->d_name, &status, AT_SYMLINK_NOFOLLOW) == 0 &&
               S_ISDIR(status.st_mode);
}

static bool is_gone(int error)
{
        return error == ENOENT || error == ENODEV;
}

/* A group's folder is linked by its parent, by itself, and by each group in it. To ask for that is cheaper by
 * far than to list the files of a group that has none below it, as most have. */
static bool has_none_below(const struct walk *walk, int parent, const char *name)
{
        struct stat status;

        return walk->counts && fstatat(parent, name, &status, AT_SYMLINK_NOFOLLOW) == 0 &&
               status.st_nlink == 2;
}

static bool counts_links(int groups)
{
        struct statfs status;

        return fstatfs(groups, &status) == 0 &&
               (status.f_type == CGROUP_SUPER_MAGIC || status.f_type == CGROUP2_SUPER_MAGIC);
}

static int walk_below(struct walk *walk, int parent, const char *name, unsigned depth)
{
        const struct dirent *entry;
        int fd, r = 0;
        DIR *dir;

        if (has_none_below(walk, parent, name))
                return 0;
        fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        if (fd < 0)
                return is_gone(errno) ? 0 : -errno;
        dir = fdopendir(fd);
        if (!dir) {
                r = -errno;
                close(fd);
                return r;
        }
        while (r == 0 && (errno = 0, entry = readdir(dir))) {
                size_t length = walk->length;

                if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0 ||
                    !is_folder(fd, entry))
                        continue;
                r = descend(walk, entry->d_name);
                if (r == 0)
                        r = walk->fn(walk->userdata, walk->path, entry->d_ino);
                if (r == 0 && depth < GROUP_DEPTH_MAX)
                        r = walk_below(walk, fd, entry->d_name, depth + 1);
                r = r == GROUP_WALK_NOT_BELOW ? 0 : r;
                ascend(walk, length);
        }
        if (r == 0 && errno != 0 && !is_gone(errno))
                r = -errno;
        closedir(dir);
        return r;
}

/* The group that the walk begins with. */
static int at_top(struct walk *walk, int groups, const char *path)
{
        struct stat status;

        if (fstatat(groups, path, &status, AT_SYMLINK_NOFOLLOW) < 0)
                return is_gone(errno) ? GROUP_WALK_NOT_BELOW : -errno;
        return S_ISDIR(status.st_mode) ? walk->fn(walk->userdata, walk->path, status.st_ino)
                                       : GROUP_WALK_NOT_BELOW;
}

int group_walk(const struct host *host, const char *path, group_walk_fn fn, void *userdata)
{
        const char *below = path + strspn(path, "/");
        struct walk walk = {.fn = fn, .userdata = userdata, .counts = counts_links(host->groups)};
        int r;

        walk.length = *below ? strlen(path) : 0;
        walk.size = walk.length + 256;
        walk.path = calloc(1, walk.size);
        if (!walk.path)
                return -ENOMEM;
        memcpy(walk.path, path, walk.length);
        r = *below ? at_top(&walk, host->groups, below) : 0;
        if (r == 0)
                r = walk_below(&walk, host->groups, *below ? below : ".", 1);
        free(walk.path);
        return r == GROUP_WALK_NOT_BELOW ? 0 : r;
}
