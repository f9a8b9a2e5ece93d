/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The lists of a group's processes, and of its annexes'. */

#include "manager/context.h"

/* Reads the lists of processes: takes new ones in, drops those that left. 0 or a negative errno;
 * -ENODEV or -ENOENT when the group is gone. */
int watch_scan(struct watch *watch, uint64_t now);
