/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Where a group's usage is to be when the kernel tells of it, pure: the levels of an alarm, from what was
 * measured, and whether those that are armed still do.
 *
 * Usage counts page cache and all processes of the group; a limit counts the memory of one process, or
 * what only an end would free. So a limit with `room` left is reached when usage has grown by that room,
 * if nothing else changes (`exact`). Since other things do change, there is an earlier alarm half way,
 * which only asks for a look, and new levels.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bytes of usage; UINT64_MAX: none. */
struct trip {
        uint64_t early, exact;
};

/* Less room than this is not halved: the kernel looks at a level every 128 pages of a CPU. */
#define TRIP_ROOM_MIN (UINT64_C(4) << 20)
/* So much room is not filled before new levels are set. */
#define TRIP_FAR (UINT64_C(1) << 30)

/* `usage` bytes now, `room` bytes until the nearest limit; UINT64_MAX without one. */
struct trip trip_at(uint64_t usage, uint64_t room);
/* Those that are to be set, the nearer one first. Far behind the early one the exact one is left for later: for each level
 * the kernel waits. Returns how many. */
#define TRIP_LEVELS_MAX 2
size_t trip_levels(const struct trip *trip, uint64_t levels[static TRIP_LEVELS_MAX]);
/* Is it worth arming anew? The early alarm is over, or has become too late for a nearer limit. */
bool trip_is_outdated(const struct trip *armed, const struct trip *wanted, uint64_t usage);
/* Does `armed` tell of every way to a limit while usage is `usage`? `sure` is the usage below which no limit
 * can be passed, whatever the usage consists of: beyond it one process may grow while cache or
 * others shrink. */
bool trip_covers(const struct trip *armed, uint64_t usage, uint64_t sure);
