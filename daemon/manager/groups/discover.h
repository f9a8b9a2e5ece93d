/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Which groups exist, and which policies name them. */

#include "manager/context.h"

/* One group of a walk, a group_walk_fn; `userdata` is the manager. */
int discover_group(void *userdata, const char *path, uint64_t inode);
/* Asks systemd for the unit that the group claims to be of, if that is open and not just asked. */
void discover_ask(struct watch *watch, uint64_t now);
/* Ends a watch: its group is gone, or no policy is about it any more. */
void discover_drop(struct watch *watch);
/* A watch ends if another group, or none, is under its path by now. */
void discover_check(struct manager *manager, const char *path);
/* The watch of this group, or of the nearest one above that has one; or NULL. */
struct watch *discover_nearest(struct manager *manager, const char *path);
/* The nearest watched group above this one, or NULL. */
struct watch *discover_above(const struct watch *watch);

/* ---- discover-walks.c */

int discover_start(struct manager *manager);
void discover_stop(struct manager *manager);
/* Another configuration is in force: every group and worker is asked anew whose it is. */
void discover_apply(struct manager *manager);
/* Walks as soon as the pace of walks allows. */
void discover_soon(struct manager *manager);
/* Where nothing was watched until now, nobody was going to walk: now and then. */
void discover_seldom(struct manager *manager);
/* Sets the clock to whatever is due. */
void discover_wake(struct manager *manager);
