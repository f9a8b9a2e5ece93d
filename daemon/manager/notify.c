/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A datagram a message, on a socket of its own: the variable is read each time, as libsystemd does it.
 */

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>
#include "manager/notify.h"

#define PINGS 4 /* in the time after which the service manager takes us for dead */

__attribute__((format(printf, 2, 0)))
static void send_text(int flags, const char *format, va_list args)
{
        const struct timeval patience = {.tv_sec = 1};
        struct sockaddr_un address = {.sun_family = AF_UNIX};
        const char *path = getenv("NOTIFY_SOCKET");
        size_t length = path ? strlen(path) : 0;
        char text[512];
        int fd, n;

        if (length < 2 || length >= sizeof(address.sun_path))
                return;
        memcpy(address.sun_path, path, length);
        if (*path == '@')
                address.sun_path[0] = '\0';
        n = vsnprintf(text, sizeof(text), format, args);
        fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
        if (fd < 0)
                return;
        if (n > 0 && (size_t)n < sizeof(text) &&
            setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience)) == 0)
                (void)sendto(fd, text, (size_t)n, flags | MSG_NOSIGNAL, (struct sockaddr *)&address,
                             (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length));
        close(fd);
}

void notify_state(const char *format, ...)
{
        va_list args;

        va_start(args, format);
        send_text(0, format, args);
        va_end(args);
}

void notify_in_passing(const char *format, ...)
{
        va_list args;

        va_start(args, format);
        send_text(MSG_DONTWAIT, format, args);
        va_end(args);
}

static int on_ping(sd_event_source *source, uint64_t usec, void *userdata)
{
        const uint64_t *pause = userdata;

        notify_in_passing("WATCHDOG=1");
        (void)sd_event_source_set_time(source, usec + *pause);
        (void)sd_event_source_set_enabled(source, SD_EVENT_ONESHOT);
        return 0;
}

int notify_watchdog(sd_event *event)
{
        static uint64_t pause; /* the process has one watchdog */
        int r = sd_watchdog_enabled(false, &pause);

        if (r <= 0)
                return r;
        pause /= PINGS;
        return sd_event_add_time_relative(event, NULL, CLOCK_MONOTONIC, 0, pause / 2, on_ping,
                                          &pause);
}
