/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "bus/server.h"

#include <errno.h>
#include <stdlib.h>
#include "bus/api.h"
#include "bus/private.h"
#include "bus/system.h"

struct server {
        struct api api;
        struct private_bus *private;
        struct system_bus *system;
};

int server_new(struct server **ret, sd_event *event, const char *runtime, bool user,
               const struct server_ops *ops, void *userdata)
{
        struct server *server = calloc(1, sizeof(*server));
        int r;

        if (!server)
                return -ENOMEM;
        server->api = (struct api){.ops = ops, .userdata = userdata};
        r = private_bus_new(&server->private, event, runtime, &server->api);
        if (r == 0)
                r = system_bus_new(&server->system, event, user, &server->api);
        if (r < 0) {
                server_free(server);
                return r;
        }
        *ret = server;
        return 0;
}

void server_ended(struct server *server, const char *line)
{
        private_bus_ended(server->private, line);
        system_bus_ended(server->system, line);
}

struct server *server_free(struct server *server)
{
        if (!server)
                return NULL;
        system_bus_free(server->system);
        private_bus_free(server->private);
        free(server);
        return NULL;
}
