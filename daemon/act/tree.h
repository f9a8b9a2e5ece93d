/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Who is in a group and in the groups below it. Nothing here acts, and nothing holds more than three descriptors at a time,
 * however deep the groups are: an end must not fail for want of them.
 */

#include "act/group.h"

struct tree_pids {
        pid_t *at; /* malloc'ed, or NULL */
        size_t n, room;
};

/* The folder of a group in the hierarchy whose root this is, as a descriptor that is the caller's; or a negative errno. */
int tree_open(int root, const char *path);
/* All processes of the group whose folder this is, sorted, each once; the caller frees them. `path` is what `spare`, which
 * may be NULL, is asked by. 0; ACT_REFUSED where a group is spared, or a negative errno: then there are none. */
int tree_read(int folder, const char *path, const struct act_spare *spare, struct tree_pids *ret);
/* Is it in a list that is sorted like that? */
bool tree_lists(const pid_t *pids, size_t n, pid_t pid);
