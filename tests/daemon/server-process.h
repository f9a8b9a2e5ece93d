/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * A server on its private socket, in a process of its own and with no bus beside it: it ends by SIGTERM, and
 * tidies up.
 */

#include <signal.h>
#include <stdlib.h>
#include <unistd.h>
#include "bus/server.h"

/* In the child: writes a byte to `ready` once clients can connect, and exits when it is told to. `*serving` is
 * the server, for what `ops` does. */
static inline void serve(const char *folder, int ready, const struct server_ops *ops,
                         struct server **serving)
{
        sd_event *event = NULL;
        sigset_t term;
        int r;

        setenv("DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/nonexistent/bus", 1);
        sigemptyset(&term);
        sigaddset(&term, SIGTERM);
        sigprocmask(SIG_BLOCK, &term, NULL);
        r = sd_event_new(&event);
        if (r >= 0)
                r = sd_event_add_signal(event, NULL, SIGTERM, NULL, NULL);
        if (r >= 0)
                r = server_new(serving, event, folder, false, ops, NULL);
        if (r < 0 || write(ready, "", 1) != 1)
                _exit(1);
        close(ready);
        r = sd_event_loop(event);
        *serving = server_free(*serving);
        sd_event_unref(event);
        exit(r < 0 ? 1 : 0);
}

/* The server's process, once clients can connect; -1 where there is none. */
static inline pid_t server_start(const char *folder, const struct server_ops *ops,
                                 struct server **serving)
{
        int ready[2];
        char byte;
        pid_t pid;

        if (pipe(ready) < 0)
                return -1;
        pid = fork();
        if (pid == 0) {
                close(ready[0]);
                serve(folder, ready[1], ops, serving);
        }
        close(ready[1]);
        if (pid > 0 && read(ready[0], &byte, 1) != 1)
                pid = -1;
        close(ready[0]);
        return pid;
}
