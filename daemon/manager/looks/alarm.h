/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The kernel told to tell when a limit is near (v1). */

#include "manager/context.h"

int alarms_start(struct manager *manager);
void alarms_stop(struct manager *manager); /* the watches are gone */
void alarm_init(struct alarm *alarm);
/* To be told where the nearest limit is, if what is armed is outdated, and once it is worth its price. Asynchronous;
 * not sooner than a second after the last time. */
void alarm_want(struct watch *watch, enum pace pace, uint64_t usage, uint64_t now);
void alarm_off(struct watch *watch);
