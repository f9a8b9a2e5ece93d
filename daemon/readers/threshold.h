/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * v1's only events: an eventfd that rings when a group's usage (cache included; with swap where it is
 * counted) crosses a level in either direction, or when the group runs out of memory. Closing the
 * eventfd takes all of its levels off. Nobody is braked by them.
 *
 * A level that is below usage when it is set does not ring: read usage after setting it.
 */

#include <stdint.h>
#include "readers/group.h"

/* A descriptor of the group's folder, the caller's own: for a thread of its own. A negative errno. */
int threshold_open(const struct group_reader *reader);
/* Sets these levels (bytes, n >= 1) for the eventfd, and rings it for the kernel's killer as well. For each level the
 * kernel waits for a grace period of its own, 5 to 20 ms: never in the event loop. 0 or a negative errno:
 * -ENOENT where there are no such events. */
int threshold_set(int folder, int eventfd, const uint64_t *levels, size_t n);
