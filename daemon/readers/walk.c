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

/* The path of the group that the walk is at; grows with it. */
struct walk {
        group_walk_fn fn;
        void *userdata;
        int groups;
        char *path;
        size_t length, size;
        bool counts; /* the links of a folder tell how many are in it */
};

static int reserve(char **text, size_t *size, size_t needed)
{
        char *larger;

        if (needed <= *size)
                return 0;
        larger = realloc(*text, 2 * needed);
        if (!larger)
                return -ENOMEM;
        *text = larger;
        *size = 2 * needed;
        return 0;
}

static int descend(struct walk *walk, const char *name)
{
        size_t n = strlen(name);

        if (reserve(&walk->path, &walk->size, walk->length + n + 2) < 0)
                return -ENOMEM;
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

/* In the hierarchy, without the slash that it begins with. */
static const char *below_root(const struct walk *walk)
{
        return walk->length > 0 ? walk->path + 1 : ".";
}

/* A group's folder is linked by its parent, by itself, and by each group in it. To ask for that is cheaper by
 * far than to list the files of a group that has none below it, as most have. */
static bool has_none_below(const struct walk *walk)
{
        struct stat status;

        return walk->counts &&
               fstatat(walk->groups, below_root(walk), &status, AT_SYMLINK_NOFOLLOW) == 0 &&
               status.st_nlink == 2;
}

static bool counts_links(int groups)
{
        struct statfs status;

        return fstatfs(groups, &status) == 0 &&
               (status.f_type == CGROUP_SUPER_MAGIC || status.f_type == CGROUP2_SUPER_MAGIC);
}

/* The groups right below one, by inode and name: each a header and its name. */
struct names {
        char *text;
        size_t length, size;
};

static int add_name(struct names *names, const struct dirent *entry)
{
        size_t n = strlen(entry->d_name) + 1, needed = names->length + sizeof(uint64_t) + n;
        uint64_t inode = entry->d_ino;

        if (reserve(&names->text, &names->size, needed) < 0)
                return -ENOMEM;
        memcpy(names->text + names->length, &inode, sizeof(inode));
        memcpy(names->text + names->length + sizeof(inode), entry->d_name, n);
        names->length = needed;
        return 0;
}

/* Those that are gone meanwhile have none. */
static int list_below(const struct walk *walk, struct names *names)
{
        int fd = openat(walk->groups, below_root(walk),
                        O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC),
            r = 0;
        const struct dirent *entry;
        DIR *dir;

        if (fd < 0)
                return group_is_gone(-errno) ? 0 : -errno;
        dir = fdopendir(fd);
        if (!dir) {
                r = -errno;
                close(fd);
                return r;
        }
        while (r == 0 && (errno = 0, entry = readdir(dir)))
                if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0 &&
                    is_folder(fd, entry))
                        r = add_name(names, entry);
        if (r == 0 && errno != 0 && !group_is_gone(-errno))
                r = -errno;
        closedir(dir);
        return r;
}

/* The list is read to its end first: a walk holds one descriptor, however deep it is. */
static int walk_below(struct walk *walk, unsigned depth)
{
        struct names names = {0};
        size_t at = 0, length = walk->length;
        int r;

        if (has_none_below(walk))
                return 0;
        r = list_below(walk, &names);
        while (r == 0 && at < names.length) {
                const char *name = names.text + at + sizeof(uint64_t);
                uint64_t inode;

                memcpy(&inode, names.text + at, sizeof(inode));
                at += sizeof(inode) + strlen(name) + 1;
                r = descend(walk, name);
                if (r == 0 && walk->length < PATH_MAX)
                        r = walk->fn(walk->userdata, walk->path, inode);
                if (r == 0 && depth < GROUP_DEPTH_MAX && walk->length < PATH_MAX)
                        r = walk_below(walk, depth + 1);
                r = r == GROUP_WALK_NOT_BELOW ? 0 : r;
                ascend(walk, length);
        }
        free(names.text);
        return r;
}

/* The group that the walk begins with. */
static int at_top(struct walk *walk)
{
        struct stat status;

        if (fstatat(walk->groups, below_root(walk), &status, AT_SYMLINK_NOFOLLOW) < 0)
                return group_is_gone(-errno) ? GROUP_WALK_NOT_BELOW : -errno;
        return S_ISDIR(status.st_mode) ? walk->fn(walk->userdata, walk->path, status.st_ino)
                                       : GROUP_WALK_NOT_BELOW;
}

int group_walk(const struct host *host, const char *path, group_walk_fn fn, void *userdata)
{
        const char *below = path + strspn(path, "/");
        struct walk walk = {.fn = fn,
                            .userdata = userdata,
                            .groups = host->groups,
                            .counts = counts_links(host->groups)};
        int r;

        walk.length = *below ? strlen(path) : 0;
        walk.size = walk.length + 256;
        walk.path = calloc(1, walk.size);
        if (!walk.path)
                return -ENOMEM;
        memcpy(walk.path, path, walk.length);
        r = *below ? at_top(&walk) : 0;
        if (r == 0)
                r = walk_below(&walk, 1);
        free(walk.path);
        return r == GROUP_WALK_NOT_BELOW ? 0 : r;
}
