/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <unistd.h>
#include "manager/leftovers.h"

static int write_all(int fd, leftovers_print_fn print, const void *userdata)
{
        FILE *file = fdopen(fd, "we");
        int r;

        if (!file) {
                r = -errno;
                close(fd);
                return r;
        }
        print(file, userdata);
        r = ferror(file) ? -EIO : 0;
        return fclose(file) != 0 && r == 0 ? -errno : r;
}

int leftovers_write(int folder, const char *name, leftovers_print_fn print, const void *userdata)
{
        char next[NAME_MAX + 1];
        int fd, r;

        snprintf(next, sizeof(next), "%s.new", name);
        fd = openat(folder, next, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
        if (fd < 0)
                return -errno;
        r = write_all(fd, print, userdata);
        return r == 0 && renameat(folder, next, folder, name) < 0 ? -errno : r;
}

FILE *leftovers_open(int folder, const char *name)
{
        int fd = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC), error;
        FILE *file;

        if (fd < 0)
                return NULL;
        file = fdopen(fd, "re");
        if (!file) {
                error = errno;
                close(fd);
                errno = error;
        }
        return file;
}
