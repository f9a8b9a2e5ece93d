/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The private socket: RUNTIME/bus, where each connection speaks D-Bus with us directly. Root and the
 * daemon's own user may connect; the others are hung up on.
 *
 * No client can hurt the loop: they share PRIVATE_CONNECTIONS_MAX places, of which one that never said
 * hello loses its own to a newcomer; and a client that does not read its answers is dropped when
 * PRIVATE_QUEUE_MAX of them wait.
 */

#include "bus/api.h"

#define PRIVATE_CONNECTIONS_MAX 64
#define PRIVATE_QUEUE_MAX 256

struct private_bus;

/* As server_new(). */
int private_bus_new(struct private_bus **ret, sd_event *event, const char *runtime,
                    struct api *api);
void private_bus_ended(struct private_bus *private, const char *line);
struct private_bus *private_bus_free(struct private_bus *private); /* NULL; removes the socket */
