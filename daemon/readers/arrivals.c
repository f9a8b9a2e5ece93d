/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>
#include "readers/arrivals.h"

int arrivals_open(void)
{
        int fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);

        return fd < 0 ? -errno : fd;
}

int arrivals_watch(int arrivals, const struct host *host, const char *path)
{
        const char *below = path + strspn(path, "/");
        char own[64];
        int fd, r;

        /* inotify takes no descriptor of a folder, but /proc/self/fd leads from one to its folder. */
        fd = openat(host->groups, *below ? below : ".",
                    O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        if (fd < 0)
                return -errno;
        snprintf(own, sizeof(own), "/proc/self/fd/%d", fd);
        r = inotify_add_watch(arrivals, own, IN_CREATE | IN_MOVED_TO | IN_ONLYDIR) < 0 ? -errno : 0;
        close(fd);
        return r;
}

void arrivals_drain(int arrivals)
{
        char events[16 * (sizeof(struct inotify_event) + NAME_MAX + 1)]
                __attribute__((aligned(__alignof__(struct inotify_event))));
        ssize_t n;

        do
                n = read(arrivals, events, sizeof(events));
        while (n > 0 || (n < 0 && errno == EINTR));
}
