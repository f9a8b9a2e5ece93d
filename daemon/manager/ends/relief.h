/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Memory that a death is about to free. */

#include "manager/context.h"

/* One that was ended is dead: its groups wait for its memory before they are judged again. */
void relief_expect(const struct worker *dead, struct manager *manager);
/* One whom the kernel ended is dead, who held so many bytes. */
void relief_by_kernel(const struct worker *dead, uint64_t bytes, struct manager *manager);
uint64_t relief_lately(struct watch *watch, uint64_t now); /* bytes that such have just held */
bool relief_is_near(struct watch *watch, uint64_t now);    /* is memory still about to be freed? */
