/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Those whom the kernel ended before anybody here did, shared by the files about them: kernel.c hears of them in the
 * kernel's log, kernel-counts.c in the groups' counters, kernel-flood.c where they are too many for the log, and
 * kernel-verdict.c writes them down.
 */

#include "manager/context.h"

/* ---- kernel.c */
/* The verdict on one that nobody had seen, if a policy is about its group. */
void kernel_tell_unseen(struct manager *manager, const struct kernel_kill *kill);

/* ---- kernel-flood.c */
/* From here on what is counted in the group, which was just read, is known. */
void flood_begin(struct watch *watch);
void flood_told(struct manager *manager, const char *group); /* an end in it is told of */
/* One that nobody had seen, and of which the log does not say in which group it was. */
void flood_take(struct manager *manager, const struct kernel_kill *kill);
void flood_overrun(struct manager *manager); /* some were lost with the log */
void flood_stop(struct manager *manager);    /* tells what is left */

/* ---- kernel-verdict.c */
/* The policy that a worker of this group ends by, or NULL. */
const struct policy *kernel_policy_of(const struct watch *watch, const struct worker *worker);
/* The verdict on one that was watched, once. `confidence` 0 to 1: that it was this one. */
void kernel_tell_worker(struct watch *watch, struct worker *worker, const struct policy *policy,
                        const struct kernel_kill *kill, double confidence, uint64_t event);
/* A verdict on one that nobody knew, for kernel_tell(). NULL without memory, which is fine there. */
struct verdict *kernel_verdict_new(const struct watch *watch, const struct policy *policy,
                                   const struct kernel_kill *kill, const char *group,
                                   uint64_t event);
void kernel_tell(struct manager *manager, struct verdict *verdict, const struct kernel_kill *kill);
