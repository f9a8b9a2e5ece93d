/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A datagram a message, on a socket of its own: the variable is read each time, as libsystemd does it.
 * Nobody is waited for: a service manager that hangs fills its queue, and then what must be told waits
 * here for room instead of the loop.
 */

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>
#include "manager/notify.h"

#define PINGS 4 /* in the time after which the service manager takes us for dead */
#define TEXT_SIZE 512
#define WAITING_MAX 8
#define AGAIN_USEC UINT64_C(100000)

/* The process has one service manager. */
static struct {
        sd_event_source *pings, *again;
        uint64_t pause;                       /* microseconds between two pings */
        char waiting[WAITING_MAX][TEXT_SIZE]; /* oldest first */
        size_t n;
} notify;

/* False only where there was no room for it. */
static bool send_text(const char *text)
{
        struct sockaddr_un address = {.sun_family = AF_UNIX};
        const char *path = getenv("NOTIFY_SOCKET");
        size_t length = path ? strlen(path) : 0;
        bool full;
        int fd;

        if (length < 2 || length >= sizeof(address.sun_path))
                return true;
        memcpy(address.sun_path, path, length);
        if (*path == '@')
                address.sun_path[0] = '\0';
        fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
        if (fd < 0)
                return true;
        full = sendto(fd, text, strlen(text), MSG_DONTWAIT | MSG_NOSIGNAL,
                      (struct sockaddr *)&address,
                      (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length)) < 0 &&
               (errno == EAGAIN || errno == ENOBUFS);
        close(fd);
        return !full;
}

static void drop_oldest(void)
{
        notify.n--;
        memmove(notify.waiting, notify.waiting + 1, notify.n * sizeof(*notify.waiting));
}

static void send_waiting(void)
{
        while (notify.n > 0 && send_text(notify.waiting[0]))
                drop_oldest();
        if (notify.n > 0 && notify.again) {
                (void)sd_event_source_set_time_relative(notify.again, AGAIN_USEC);
                (void)sd_event_source_set_enabled(notify.again, SD_EVENT_ONESHOT);
        }
}

static int on_again(sd_event_source *source, uint64_t usec, void *userdata)
{
        (void)source;
        (void)usec;
        (void)userdata;
        send_waiting();
        return 0;
}

void notify_state(const char *format, ...)
{
        va_list args;

        if (notify.n == WAITING_MAX)
                drop_oldest();
        va_start(args, format);
        (void)vsnprintf(notify.waiting[notify.n++], TEXT_SIZE, format, args);
        va_end(args);
        send_waiting();
}

void notify_in_passing(const char *format, ...)
{
        char text[TEXT_SIZE];
        va_list args;

        va_start(args, format);
        (void)vsnprintf(text, sizeof(text), format, args);
        va_end(args);
        (void)send_text(text);
}

static int on_ping(sd_event_source *source, uint64_t usec, void *userdata)
{
        (void)userdata;
        notify_in_passing("WATCHDOG=1");
        (void)sd_event_source_set_time(source, usec + notify.pause);
        (void)sd_event_source_set_enabled(source, SD_EVENT_ONESHOT);
        return 0;
}

int notify_open(sd_event *event)
{
        int r = sd_watchdog_enabled(false, &notify.pause);

        notify.pause /= PINGS;
        if (r > 0)
                r = sd_event_add_time_relative(event, &notify.pings, CLOCK_MONOTONIC, 0,
                                               notify.pause / 2, on_ping, NULL);
        if (r >= 0)
                r = sd_event_add_time(event, &notify.again, CLOCK_MONOTONIC, UINT64_MAX, 0,
                                      on_again, NULL);
        if (r >= 0)
                r = sd_event_source_set_enabled(notify.again, SD_EVENT_OFF);
        return r;
}

void notify_close(void)
{
        notify.pings = sd_event_source_disable_unref(notify.pings);
        notify.again = sd_event_source_disable_unref(notify.again);
        notify.n = 0;
}
