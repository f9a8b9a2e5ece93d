/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A worker with the children it started. */

#include "manager/context.h"

/* What each parent in the group and its children hold by now, remembered by these windows, a group's above; NULL: by those
 * of its own policy. */
void family_gather(struct watch *watch, const struct series *windows, uint64_t now);
/* The parent, then its children, `all` or those who may be why it grows; not referenced, *ret is the caller's to free.
 * 0 or -ENOMEM. */
int family_members(struct worker *parent, bool all, struct worker ***ret, size_t *n);
