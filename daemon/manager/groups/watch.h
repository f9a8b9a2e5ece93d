/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* One watched group, and its policies. */

#include "manager/context.h"

int watch_new(struct watch **ret, struct manager *manager, const char *path);
struct watch *watch_free(struct watch *watch); /* NULL; what it froze runs again */
/* Finds out which policies are in force here. False: none. */
bool watch_apply(struct watch *watch);
/* What was frozen as a whole runs again. */
void watch_let_go(struct watch *watch);
/* The next watched group at or below this one after `last`, NULL: the first; in any order. NULL: there are no more. */
struct watch *watch_below(const struct watch *watch, struct watch *last);
/* May what its workers hold be in swap, so that it is to be read? */
bool watch_swaps(const struct watch *watch);
void watch_look_at(struct watch *watch, uint64_t usec);
/* What shares of memory are of, in this group. */
struct memory_bases watch_bases(const struct watch *watch);
struct act_group watch_target(const struct watch *watch);
bool path_is_below(const char *path, const char *above); /* or the same */
