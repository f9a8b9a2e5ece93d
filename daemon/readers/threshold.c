/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>
#include "readers/threshold.h"

static int open_file(int folder, const char *name, int flags)
{
        int fd = openat(folder, name, flags | O_CLOEXEC | O_NOFOLLOW);

        return fd < 0 ? -errno : fd;
}

/* "EVENTFD FILE ARGUMENT" to the group's event_control; the file is only named by it, not kept. */
static int set(int control, int eventfd, int file, const char *argument)
{
        char text[80];
        int n = snprintf(text, sizeof(text), "%d %d %s", eventfd, file, argument);

        return write(control, text, (size_t)n) < 0 ? -errno : 0;
}

static int set_levels(int control, int folder, int eventfd, const uint64_t *levels, size_t n)
{
        int file = open_file(folder, "memory.memsw.usage_in_bytes", O_RDONLY), r = 0;
        char argument[24];

        if (file < 0)
                file = open_file(folder, "memory.usage_in_bytes", O_RDONLY);
        if (file < 0)
                return file;
        for (size_t i = 0; i < n && r == 0; i++) {
                snprintf(argument, sizeof(argument), "%" PRIu64, levels[i]);
                r = set(control, eventfd, file, argument);
        }
        close(file);
        return r;
}

static void set_oom(int control, int folder, int eventfd)
{
        int file = open_file(folder, "memory.oom_control", O_RDONLY);

        if (file < 0)
                return;
        (void)set(control, eventfd, file, "");
        close(file);
}

int threshold_set(int folder, int eventfd, const uint64_t *levels, size_t n)
{
        int control = open_file(folder, "cgroup.event_control", O_WRONLY), r;

        if (control < 0)
                return control;
        r = set_levels(control, folder, eventfd, levels, n);
        if (r == 0)
                set_oom(control, folder, eventfd);
        close(control);
        return r;
}
