/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The table of methods, properties and the signal of org.BignumGuard1.Manager: the same on every
 * connection, whatever it came through. Who may call is decided before: by the private socket on its
 * peer's uid, by the system bus on its policy. So no method asks the bus who calls, and none blocks.
 */

#include <systemd/sd-bus.h>
#include "bus/server.h"

struct api {
        const struct server_ops *ops;
        void *userdata;
};

/* Puts the object on a connection, for as long as that lives. `api` must outlive it. */
int api_add(sd_bus *bus, struct api *api);
/* Sends Ended(s) on a connection. */
int api_ended(sd_bus *bus, const char *line);
