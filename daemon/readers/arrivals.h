/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Tells that groups were made, without a walk: inotify on the folders of the hierarchy. A worker that
 * fills memory at GB/s in a group of its own is over its limit before a walk every second finds it.
 *
 * Only a hint to walk soon, never the truth: what cannot be watched (the user's watches are used up)
 * is still found by the next walk.
 */

#include "readers/host.h"

/* A descriptor to poll and to close; or a negative errno. */
int arrivals_open(void);
/* Groups made right below this one are told from now on; the same again changes nothing. 0 or a
 * negative errno. */
int arrivals_watch(int arrivals, const struct host *host, const char *path);
/* Empties the descriptor. */
void arrivals_drain(int arrivals);
