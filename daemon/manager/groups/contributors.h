/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Who may have brought a group over its limit. */

#include "manager/context.h"

/* May this one, in the group or below it, be ended for the group's limit? */
bool contributors_include(const struct watch *watch, struct worker *worker, uint64_t now);
/* While the group is near its limit: those who may take it there, in watched groups below it. */
void contributors_sample(struct watch *watch, uint64_t now);
/* So many bytes left the group, and all above it, with one who ended by himself. */
void contributors_departed(struct watch *watch, uint64_t bytes, uint64_t now);
/* All who may have broken the group's limit, here and below, freshly measured and not referenced; the caller's
 * to free, NULL without memory. *untold: what else may have. */
struct worker **contributors_find(struct watch *watch, size_t *n, struct untold *untold,
                                  uint64_t now);
/* One of them, as it has a part in what the group holds. */
struct subject contributors_subject(const struct watch *watch, const struct worker *worker,
                                    uint64_t now);
