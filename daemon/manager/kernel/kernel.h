/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Those whom the kernel ended before anybody here did: by its log, and by the groups' counters. */

#include "manager/context.h"

void kernel_start(struct manager *manager);
void kernel_stop(struct manager *manager); /* tells what is left; the watches are there still */
/* Before somebody who ended is let go: the kernel told of it before that, and nobody may have listened yet. */
void kernel_hear(struct manager *manager);
/* Without its log: this one has ended of himself, and when the group's list was read the counters tell more. */
void kernel_miss(struct watch *watch, struct worker *worker);
void kernel_count(struct watch *watch, uint64_t now);
void kernel_count_last(struct watch *watch, uint64_t now); /* nobody will read again */
uint64_t kernel_due(const struct watch *watch,
                    uint64_t now);       /* of another list; UINT64_MAX: none */
void kernel_forget(struct watch *watch); /* the policies are about to change, or the watch ends */
