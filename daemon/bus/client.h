/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The other end of the private socket, for the helper behind `bng`: one connection, one call, bounded
 * in time.
 */

#include <stdint.h>
#include <systemd/sd-bus.h>

/* 0; -ENOENT or -ECONNREFUSED: no daemon runs there; -EACCES; another negative errno. */
int client_open(sd_bus **ret, const char *runtime);
/* Calls a method with no argument, or with one number (`pid` > 0). *text, where not NULL, gets the
 * answer's string (malloc'ed). On a negative errno *error says why (malloc'ed). -ESRCH: no such process; -EINVAL: the configuration
 * is wrong, and *error holds its errors, a line each. */
int client_call(sd_bus *bus, const char *method, uint32_t pid, char **text, char **error);
