/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * What a daemon has stopped, in a record in the runtime folder: what it stops it lets run again when it leaves, and
 * when it is killed others do that by this record (keeper.h): nobody would know any more why it hangs. "PROCESS PID
 * START" or "GROUP INODE SWITCH" (switch.c), with a NUL behind each.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include "readers/host.h"

#define STOPPED_RECORD "stopped" /* in the runtime folder */

struct stopped {
        int group; /* the switch that stopped a group; or -1, and a process: */
        pid_t pid;
        uint64_t start_time; /* clock ticks since boot */
};

/* Replaces the record; without any there is none. 0 or a negative errno: it stands as before. */
int stopped_write(int folder, const struct stopped *stopped, size_t n);
/* Lets everybody in the record run again, and removes it. False: some of them could not be, and it is still there. */
bool stopped_undo(int folder, const struct host *host);
