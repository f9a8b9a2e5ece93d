/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Groups below a watched one that have no watch of their own. */

#include "manager/context.h"

/* A group below that has no watch of its own; those that were not told again leave. */
int watch_annex(struct watch *watch, const char *path, uint64_t inode);
void watch_drop_annexes(struct watch *watch);
void annexes_drop(struct watch *watch, struct annex *annex);
void annexes_free(struct watch *watch);
