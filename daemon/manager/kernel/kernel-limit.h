/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Groups that the kernel holds at its limit. */

#include "manager/context.h"

/* The group was read: does it stay at the kernel's limit, and nobody ends? */
void kernel_watch_limit(struct watch *watch, uint64_t now);
/* When one with this usage (bytes) is to be looked at for that, though nothing else is near; UINT64_MAX: not for that. */
uint64_t kernel_limit_due(const struct watch *watch, uint64_t usage);
