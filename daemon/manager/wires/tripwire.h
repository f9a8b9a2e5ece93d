/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The same on v2, where telling holds back. */

#include "manager/context.h"

void tripwires_start(struct manager *manager); /* once there is a runtime folder */
/* The watches are gone. What could not be taken back is the keeper's. */
void tripwires_stop(struct manager *manager);
/* The group was read closely: sets its wire, moves it, or takes it away. `usage` in bytes. */
void tripwire_want(struct watch *watch, uint64_t usage, uint64_t now);
/* Takes off what holds back somebody in this group or below it, because it is to end. */
void tripwire_lift_around(struct watch *watch);
/* The watch goes. */
void tripwire_release(struct watch *watch);
/* Was it a wire that told of what is found now? */
bool tripwire_told(const struct watch *watch);
bool tripwire_is_set(const struct watch *watch);
/* Has it tripped a moment ago? */
bool tripwire_is_hot(const struct watch *watch);
/* Those of watches that are gone, as far as they could not be taken back at once. */
void tripwires_press_on(struct manager *manager);
