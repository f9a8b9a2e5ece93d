/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The daemon itself: everything that lives between the start and the end of the process. It finds the
 * groups that the policies name, looks at them as often as their distance from a limit asks for, lets
 * the pure layers decide, acts through act/ alone and reports what came of it.
 *
 * One thread runs the loop (sd-event) and never waits: slow reads and the disk have threads of their
 * own. systemd, D-Bus and the journal are used where they are and missed nowhere.
 */

#include <stdbool.h>

struct manager_options {
        const char *config;  /* --config FILE, or NULL: the usual files */
        const char *procfs;  /* NULL: /proc */
        const char *groups;  /* the cgroup file system, NULL: /sys/fs/cgroup */
        const char *state;   /* state folder */
        const char *runtime; /* runtime folder */
        bool dry_run;        /* whatever the configuration says */
        bool user;           /* a user's daemon: their configuration, their service manager */
};

struct manager;

/* Loads the configuration and sets everything up; nothing is watched yet. Says itself what failed.
 * -EINVAL: the configuration is wrong; another negative errno. `options` must outlive the manager. */
int manager_new(struct manager **ret, const struct manager_options *options);
/* Runs until SIGTERM or SIGINT, and until what was under way is finished and written. 0 or a
 * negative errno. */
int manager_run(struct manager *manager);
struct manager *manager_free(struct manager *manager); /* NULL */
