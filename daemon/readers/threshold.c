/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>
#include "readers/threshold.h"

/* "EVENTFD FILE ARGUMENT" to the group's event_control; the file is only named by it, not kept. */
static int set(int folder, int eventfd, int file, const char *argument)
{
        char text[80];
        int control, n, r = 0;

        control = openat(folder, "cgroup.event_control", O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
        if (control < 0)
                return -errno;
        n = snprintf(text, sizeof(text), "%d %d %s", eventfd, file, argument);
        if (write(control, text, (size_t)n) < 0)
                r = -errno;
        close(control);
        return r;
}

static int open_file(int folder, const char *name)
{
        return openat(folder, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
}

int threshold_set(int folder, int eventfd, uint64_t bytes)
{
        int file = open_file(folder, "memory.memsw.usage_in_bytes"), r;
        char argument[24];

        if (file < 0)
                file = open_file(folder, "memory.usage_in_bytes");
        if (file < 0)
                return -errno;
        snprintf(argument, sizeof(argument), "%" PRIu64, bytes);
        r = set(folder, eventfd, file, argument);
        close(file);
        return r;
}

int threshold_set_oom(int folder, int eventfd)
{
        int file = open_file(folder, "memory.oom_control"), r;

        if (file < 0)
                return -errno;
        r = set(folder, eventfd, file, "");
        close(file);
        return r;
}
