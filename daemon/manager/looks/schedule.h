/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* How far everything is from its limits, and so when it is due: monotonic microseconds of the next
 * measurement, UINT64_MAX: none is asked for. */

#include "manager/context.h"

enum pace schedule_pace(const struct watch *watch, uint64_t usage);
/* Usage (bytes) below which no limit can be passed, whatever it consists of. */
uint64_t schedule_sure(const struct watch *watch);
/* Bytes until the nearest limit of the group or of a worker that was measured. */
uint64_t schedule_room(const struct watch *watch);
uint64_t schedule_worker(const struct worker *worker, const struct subject *subject,
                         enum pace pace);
uint64_t schedule_group(const struct watch *watch, const struct subject *subject, enum pace pace);
/* When a worker's part in the growth of its group must be sampled: who grew within the window can only be
 * told from samples within it, and who grew before from one for each of its slots. */
uint64_t schedule_contribution(const struct watch *watch, enum pace pace, uint64_t now);
/* When the list of processes is to be read, for those that nobody has seen yet. */
uint64_t schedule_list(const struct watch *watch, uint64_t usage, uint64_t now);
/* When a group with this usage can first be near a limit. */
uint64_t schedule_unseen(const struct watch *watch, uint64_t usage, uint64_t now);
/* When one that is far, or that nobody is in, is to be polled for that. */
uint64_t schedule_poll(const struct watch *watch, uint64_t usage, uint64_t now);
