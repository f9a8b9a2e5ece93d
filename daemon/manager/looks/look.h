/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* One look at a group: what to read, when to come back. */

#include "manager/context.h"

void look_now(struct watch *watch); /* the watch may be gone afterwards */
/* A process was moved into it, or into one of so many groups of which it is one: its list is read soon. */
void look_for_newcomers(struct watch *watch, size_t together);
