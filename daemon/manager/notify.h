/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * What the service manager is told over $NOTIFY_SOCKET, in sd_notify(3)'s words. sd_notify() itself waits
 * for as long as nobody reads, and a guard must not hang because the first process does. Nothing happens
 * without the variable. The loop's thread.
 */

#include <systemd/sd-event.h>

/* Begins: with the pings that say that the loop turns, four times in each WatchdogSec=, if the unit has one.
 * 0 or a negative errno. */
int notify_open(sd_event *event);
void notify_close(void);

/* For READY and the like, which the service manager waits for: kept in their order, and sent as soon as there
 * is room. When too many wait already, the oldest is dropped. */
void notify_state(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* For what is told again anyway: dropped where there is no room. */
void notify_in_passing(const char *format, ...) __attribute__((format(printf, 1, 2)));
