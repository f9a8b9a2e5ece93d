/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Takes the brakes off that a daemon has left, by the record that it wrote before it set them: "INODE BYTES
 * PATH" with a NUL behind each. What is found in a group's memory.high and is not in the record stays. And lets
 * run what it has stopped (stopped.h).
 *
 * A daemon holds a lock in the runtime folder as long as it lives, and who undoes holds it meanwhile: nobody
 * undoes what a live daemon has set. The lock is on a file that nobody else may open: everybody may open the folder,
 * and could keep a lock on that from us.
 */

#include <stdbool.h>
#include "readers/host.h"

#define RESET_RECORD "brakes"    /* in the runtime folder, */
#define RESET_LOCK "brakes.lock" /* and beside it */

/* The folder, and the lock in it: descriptors that are the caller's. -EBUSY: a daemon holds it; -EPERM: others may
 * write to the folder; another negative errno. Waits for five seconds at most. */
int reset_open_locked(const char *runtime, int *lock);
/* Undoes what stands in the folder's records, and removes them. Waits for systemd, three seconds at
 * most. False: some of it could not be undone, and its record is still there. */
bool reset_leftovers(int folder, const struct host *host, bool user);
/* All of it, in a process of its own: with `await_end` once standard input has ended. An exit status. */
int reset_run(const char *runtime, bool user, bool await_end);
