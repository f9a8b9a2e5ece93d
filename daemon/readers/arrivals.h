/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Tells which groups were made or removed, without a walk over all, into which a process was moved, and
 * whose limit was written: inotify on the folders of the hierarchy. A worker that fills memory at GB/s in a group of its own is over its limit
 * before a walk finds it, and where there are many groups a walk for each new one would cost more than all
 * else. One that is moved brings memory that is charged elsewhere, so that its new group's counters do not
 * stir; but it is moved by a write to that group's list of processes, and such writes are told.
 *
 * All mounts of a hierarchy share its folders, so what a container does by way of its own is told as well. Never the
 * whole truth all the same: what cannot be watched (the user's watches are used up, or with -ENAMETOOLONG a path is
 * longer than the kernel takes) or was missed (the kernel's queue ran over) is still found by the next walk. A process
 * that was forked into a group, or started there by clone3(), is not told, unless it is the first in a group whose
 * cgroup.events somebody has open (group_await_events()).
 */

#include "readers/host.h"

struct arrivals;

int arrivals_new(struct arrivals **ret, const struct host *host); /* 0 or a negative errno */
struct arrivals *arrivals_free(struct arrivals *arrivals);        /* NULL */
int arrivals_fd(const struct arrivals *arrivals); /* to poll; not the caller's to close */
enum arrivals_of {
        ARRIVALS_OF_GROUPS = 1,    /* those made or removed right below a group */
        ARRIVALS_OF_PROCESSES = 2, /* those moved into a group */
        ARRIVALS_OF_LIMITS = 4,    /* that the limit on a group's memory was written */
        ARRIVALS_RENAMED =
                8, /* told, not asked for: a group got or lost this path, and all below it
                                      with it */
};
/* These, and no others of this group, are told from now on. `inode` of its folder, 0 where it is not known: what is
 * told of this folder already need not be asked for again. 0 or a negative errno. */
int arrivals_watch(struct arrivals *arrivals, const char *path, uint64_t inode,
                   enum arrivals_of what);
/*
 * Hands on what happened since, of that at most a handful, so that whoever makes many groups keeps nobody waiting: what
 * is left can be polled for. It is the path of a group that was made or removed, of one that a process was moved
 * into, or whose limit was written. `path` is the caller's only during the call, which may watch further groups. True: some were missed,
 * only a walk tells which.
 */
typedef void (*arrivals_fn)(void *userdata, enum arrivals_of what, const char *path);
bool arrivals_read(struct arrivals *arrivals, arrivals_fn fn, void *userdata);
