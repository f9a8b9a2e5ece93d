/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Workers and groups that are stopped instead of ended, and run again. */

#include "manager/context.h"

/* Writes down anew all that is stopped: somebody was let go. */
void freeze_note(struct manager *manager);
/* Was it stopped by us, and not by somebody else before, whose that is to undo? */
bool freeze_is_ours(const struct worker *worker);
