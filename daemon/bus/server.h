/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * org.BignumGuard1.Manager: one table of methods, offered twice. Always on a private socket in the
 * runtime folder, which needs no bus and is what `bng` uses; and on the system bus where there is one,
 * for busctl and others. On the first, root and the daemon's own user may call (the kernel tells a
 * peer's uid); on the system bus its policy decides who.
 *
 * Nothing here blocks the loop: connections are limited in number, in what they may queue and in the
 * time to say hello; the system bus is connected to asynchronously and its absence is harmless.
 *
 * What is answered comes from the manager through server_ops; the layers stay one way.
 */

#include <jansson.h>
#include <stdbool.h>
#include <sys/types.h>
#include <systemd/sd-event.h>

/* Below the watching of workers: whoever asks can wait for one round. */
#define SERVER_PRIORITY (SD_EVENT_PRIORITY_NORMAL + 50)

/* Called in the loop's thread. */
struct server_ops {
        /* 0 with *ret a new reference; a negative errno becomes the caller's error. */
        int (*status)(void *userdata, json_t **ret);
        /* The same; -ESRCH: no such process. */
        int (*explain)(void *userdata, pid_t pid, json_t **ret);
        /* 0: the new configuration is in force; -EINVAL with *errors malloc'ed (lines for people): the
         * old one stays. */
        int (*reload)(void *userdata, char **errors);
        bool (*dry_run)(void *userdata);
};

struct server;

/* `runtime` is made (0755) where it is missing. `ops` must outlive the server. 0; a negative errno when
 * there can be no private socket (`user`: the other bus is the user's): -EADDRINUSE when another daemon answers on it, -EPERM when
 * the folder is not ours alone to write. */
int server_new(struct server **ret, sd_event *event, const char *runtime, bool user,
               const struct server_ops *ops, void *userdata);
/* Tells everyone who listens: signal Ended(s). `line` is the verdict's JSON. */
void server_ended(struct server *server, const char *line);
struct server *server_free(struct server *server); /* NULL; removes the socket */
