/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Who takes the brakes off when the daemon cannot: a brake without a live guard holds a worker back for
 * ever, as does a stop that nobody knows of any more. What is set or stopped stands in files of the runtime folder
 * before, and three go by them (reset.h):
 *
 *   - a child, which waits for the daemon's end and nothing else; no brake is set without it
 *   - the unit's ExecStopPost=, for the case that both were killed
 *   - the next daemon, before it sets anything
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <systemd/sd-event.h>
#include "readers/host.h"

/* One brake: the group, and the values (bytes, BRAKE_OFF: none) that its memory.high may have by us. */
struct kept {
        const char *path;
        uint64_t inode;
        uint64_t bytes[2];
};

struct keeper;

/* Takes the lock, and undoes what an earlier daemon has left. -EBUSY: another one holds it; -EPERM: the folder is
 * another user's. `lost` is called when the child has ended. */
int keeper_new(struct keeper **ret, sd_event *event, const struct host *host, const char *runtime,
               bool user, void (*lost)(void *userdata), void *userdata);
/* Does somebody wait for the daemon's end? Starts the child if there is none. */
bool keeper_waits(struct keeper *keeper);
/* Where it is written down; the keeper's. */
int keeper_folder(const struct keeper *keeper);
/* Writes down all that is set, or is about to be. 0 or a negative errno: it stands as before. */
int keeper_write(struct keeper *keeper, const struct kept *kept, size_t n);
/* What is still written down is the child's from now on. NULL. */
struct keeper *keeper_free(struct keeper *keeper);
