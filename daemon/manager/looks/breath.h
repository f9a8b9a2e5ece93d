/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A rest for those below, however much is to be looked at. */

#include "manager/context.h"

int breath_start(struct manager *manager);
void breath_stop(struct manager *manager);
/* Have others waited long enough? Then the rest of what is to be done waits for round_go_on(). */
bool breath_is_due(struct manager *manager);
/* The same for the manager's bells, and its arrivals: then the source is off until others had their turn. */
bool breath_holds(struct manager *manager, sd_event_source *source);
