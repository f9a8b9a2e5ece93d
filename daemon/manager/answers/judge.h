/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What was read, measured and decided. */

#include "manager/context.h"

#define ANSWERED_PAUSE_USEC                                                                        \
        UINT64_C(1000000) /* between looks at one that is over, and was answered */

void judge_workers(struct watch *watch, enum pace pace, uint64_t now); /* those that are due */
void judge_families(struct watch *watch, uint64_t now); /* those that grow by starting processes */

/* ---- judge-group.c */

void judge_group(struct watch *watch, enum pace pace, uint64_t now);
/* Is it over its limit, and was that answered (logged, or stopped)? */
bool judge_group_is_answered(const struct watch *watch, uint64_t now);
