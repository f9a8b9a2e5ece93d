/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once
#include <stddef.h>
#include "manager/groups/worker.h"

#define CMDLINE_MAX 4096 /* bytes */

/* As process_read_cmdline(), CMDLINE_MAX bytes at most; -EAGAIN: it is not to be had now. One that comes late is the
 * worker's from then on, and its group is looked at. */
int cmdline_read(struct worker *worker, char **text, size_t *size);
/* As process_read_managed(); false as well where that is not to be had now. */
bool cmdline_is_managed(struct worker *worker);
