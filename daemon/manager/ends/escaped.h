/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Who was asked to end, and was in another group when its grace was over. */

#include "manager/context.h"

void escaped_note(struct manager *manager, const struct worker *worker);
bool escaped_before(const struct manager *manager, const struct worker *worker);
