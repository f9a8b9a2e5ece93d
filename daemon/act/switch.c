/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The switch that stopped a group, found again by another process. On a hybrid host it stands in another hierarchy than
 * the group, under a path that its members have told: so it is known by its own path, and by its inode, which no
 * other file of the hierarchy has, not even one made again under the same path.
 */

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "act/group.h"

int act_group_name_switch(int frozen, char **path, uint64_t *inode)
{
        char link[32], text[PATH_MAX];
        struct stat st;
        ssize_t n;

        snprintf(link, sizeof(link), "/proc/self/fd/%d", frozen);
        n = readlink(link, text, sizeof(text));
        if (n < 0 || fstat(frozen, &st) < 0)
                return -errno;
        if ((size_t)n == sizeof(text))
                return -ENAMETOOLONG;
        *path = strndup(text, (size_t)n);
        *inode = st.st_ino;
        return *path ? 0 : -ENOMEM;
}

int act_group_find_switch(const char *path, uint64_t inode)
{
        int fd = open(path, O_WRONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
        struct stat st;

        if (fd < 0)
                return -errno;
        if (fstat(fd, &st) < 0 || st.st_ino != inode) {
                close(fd);
                return -ENOENT;
        }
        return fd;
}
