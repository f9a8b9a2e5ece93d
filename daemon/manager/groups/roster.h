/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The workers of a group: taken in, let go, asked for. */

#include "manager/context.h"

void watch_drop(struct watch *watch, struct worker *worker);
/* The same of one that is not there any more: it left by itself, unless somebody ended it. */
void watch_lose(struct watch *watch, struct worker *worker, uint64_t now);
/* Takes hold of this process, as who it was where it is known to an end. As act_hold; the reference is the caller's. */
int watch_meet(struct worker **ret, struct watch *watch, pid_t pid, uint64_t now);
/* It is a worker of this group from now on, and the reference is the watch's. -ENOMEM: it stays the caller's. */
int watch_adopt(struct watch *watch, struct worker *worker);
/* This process of the group or below it, with a reference: known, or known from now on. ACT_REFUSED when
 * it is exempt, or not there any more; else as act_hold. Lets no worker go. */
int watch_hold(struct watch *watch, pid_t pid, struct worker **ret);
/*
 * Up to ENDING_MEMBERS_MAX processes of the group and below it that may be ended, and are not being ended yet, as
 * references that watch_gathered_free() gives back. 0 or a negative errno.
 */
struct gathered {
        struct worker **workers;
        size_t n;
        bool partial;  /* something was left out because it is exempt */
        bool complete; /* and nothing for another reason */
};
int watch_gather(struct watch *watch, struct gathered *ret);
void watch_gathered_free(struct gathered *gathered);
