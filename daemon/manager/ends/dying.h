/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Memory that those hold who are being ended. */

#include "manager/context.h"

/* Bytes that those hold who live on after SIGKILL: nobody else ends for them. */
uint64_t dying_never(const struct watch *watch, uint64_t now);
/* Somebody in the group or below is being ended. Takes off *memory, the group's, what they hold (bytes): is the rest
 * over the group's limit by itself, and for more than a moment? */
bool dying_leave_too_much(struct watch *watch, uint64_t now, uint64_t *memory);
