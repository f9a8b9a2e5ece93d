/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * What the service manager is told over $NOTIFY_SOCKET, in sd_notify(3)'s words. sd_notify() itself waits
 * for as long as nobody reads, and a guard must not hang because the first process does. Nothing happens
 * without the variable. The loop's thread.
 */

#include <systemd/sd-event.h>

/* For READY and the like, which the service manager waits for: waits a second for room, then drops it. */
void notify_state(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* For what is told again anyway: dropped where there is no room. */
void notify_in_passing(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* Says that the loop turns, four times in each WatchdogSec=, if the unit has one. */
int notify_watchdog(sd_event *event);
