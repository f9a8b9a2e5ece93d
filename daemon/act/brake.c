/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "act/brake.h"
#include "readers/text.h"

/* memory.high of the group that was seen; where the group is there and the file is not, the controller is not
 * enabled for it. */
static int open_file(const struct host *host, const struct act_group *group, const char *name,
                     int flags)
{
        int folder, fd;

        if (host->foreign || host->layout != HOST_V2)
                return -EOPNOTSUPP;
        folder = act_group_open(host, group);
        if (folder < 0)
                return folder;
        fd = openat(folder, name, flags | O_CLOEXEC | O_NOFOLLOW);
        if (fd < 0)
                fd = errno == ENOENT ? -EOPNOTSUPP : -errno;
        close(folder);
        return fd;
}

static int read_bytes(int fd, uint64_t *bytes)
{
        char text[32];
        int r = text_read(fd, text, sizeof(text));

        if (r < 0)
                return r;
        if (strcmp(text, "max\n") == 0)
                *bytes = BRAKE_OFF;
        else if (!text_number(text, bytes))
                return -EBADMSG;
        return 0;
}

int brake_read(const struct host *host, const struct act_group *group, uint64_t *bytes)
{
        int fd = open_file(host, group, "memory.high", O_RDONLY), r;

        if (fd < 0)
                return act_gone_or(fd);
        r = read_bytes(fd, bytes);
        close(fd);
        return act_gone_or(r);
}

int brake_replace(const struct host *host, const struct act_group *group, uint64_t expected,
                  uint64_t bytes)
{
        int fd = open_file(host, group, "memory.high", O_RDWR | O_NONBLOCK), r;
        uint64_t found;
        char text[24];

        if (fd < 0)
                return act_gone_or(fd);
        if (bytes == BRAKE_OFF)
                strcpy(text, "max");
        else
                snprintf(text, sizeof(text), "%" PRIu64, bytes);
        r = read_bytes(fd, &found);
        if (r == -EBADMSG || (r == 0 && found != expected))
                r = ACT_REFUSED;
        else if (r == 0 && pwrite(fd, text, strlen(text), 0) < 0)
                r = -errno;
        close(fd);
        return act_gone_or(r);
}

int brake_open(const struct host *host, const struct act_group *group)
{
        return open_file(host, group, "memory.high", O_RDONLY);
}

int brake_open_events(const struct host *host, const struct act_group *group)
{
        return open_file(host, group, "memory.events.local", O_RDONLY);
}
