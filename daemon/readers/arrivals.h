/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Tells which groups were made or removed, without a walk over all: inotify on the folders of the hierarchy. A
 * worker that fills memory at GB/s in a group of its own is over its limit before a walk finds it, and
 * where there are many groups a walk for each new one would cost more than all else.
 *
 * Never the whole truth: what cannot be watched (the user's watches are used up) or was missed (the
 * kernel's queue ran over, a folder was renamed) is still found by the next walk.
 */

#include "readers/host.h"

struct arrivals;

int arrivals_new(struct arrivals **ret, const struct host *host); /* 0 or a negative errno */
struct arrivals *arrivals_free(struct arrivals *arrivals);        /* NULL */
int arrivals_fd(const struct arrivals *arrivals); /* to poll; not the caller's to close */
/* Groups made or removed right below this one are told from now on; the same again changes nothing. 0 or a
 * negative errno. */
int arrivals_watch(struct arrivals *arrivals, const char *path);
/*
 * Hands on the path of each group that was made or removed since. `path` is the caller's only during the call,
 * which may watch further groups. True: some were missed, only a walk tells which.
 */
typedef void (*arrivals_fn)(void *userdata, const char *path);
bool arrivals_read(struct arrivals *arrivals, arrivals_fn fn, void *userdata);
