/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The system bus, where there is one: for busctl and for programs that wait for Ended. It may come
 * after us, be restarted, or refuse our name; nothing of that stops the daemon, and it is tried again.
 * Which user may call what is said by the bus policy that is installed with the daemon.
 */

#include "bus/api.h"

struct system_bus;

/* `user`: the user's bus instead. 0; -ENOMEM and the like. No bus is no error. Never waits. */
int system_bus_new(struct system_bus **ret, sd_event *event, bool user, struct api *api);
void system_bus_ended(struct system_bus *system, const char *line);
struct system_bus *system_bus_free(struct system_bus *system); /* NULL */
