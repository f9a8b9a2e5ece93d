/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* An end, from its order to the last death. */

#include "manager/context.h"

#define ENDING_MEMBERS_MAX 1024 /* processes of one end with a verdict of their own */
/*
 * Ends these workers (n >= 1), or with `whole` everything in the watch's group, of which these are what
 * is known. `partial`: something in the group is exempt, so its members go one by one. `complete`: these are
 * all who are in it.
 */
struct ending_order {
        struct watch *watch;
        struct worker **workers;
        size_t n;
        bool whole, partial, complete;
        const struct worker
                *breaker; /* whose own memory broke the policy, NULL: the group's total */
        const struct policy *policy;
        struct finding finding;
        enum step step; /* STEP_TERMINATE, STEP_KILL or STEP_RESTART */
};
int ending_start(const struct ending_order *order);
/* There is another measurement of what is being ended: what grows on in its grace is killed at once. */
void ending_measured_worker(const struct worker *worker);
void ending_measured_group(const struct watch *watch);
/* Is all of it being ended? No more once somebody in it has outlived his SIGKILL. */
bool ending_of_group(const struct watch *watch);
/* Has an end of the group that was over just before spared somebody for what he says of himself? (guests.c) */
bool ending_believed(const struct watch *watch, uint64_t now);
/* Is anything in this group or below it still dying, so that memory is about to be freed? */
bool ending_under_way(const struct watch *watch);
/* The process with this pid that is being ended, so that its verdict is on its way; or NULL. */
struct worker *ending_awaits(const struct manager *manager, pid_t pid);
void ending_forget_watch(struct manager *manager, const struct watch *watch);
/* Writes down every end that is under way as it stands, and lets go of all. */
void ending_give_up(struct manager *manager);
