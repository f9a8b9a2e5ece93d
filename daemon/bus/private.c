/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A connection is never freed in a callback of its own: it is doomed there, and swept when the loop
 * is back. A filter sees each of its messages first, which is where it is doomed: when it hung up,
 * and when it asks on without reading.
 */

#include "bus/private.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <sys/socket.h>
#include <unistd.h>
#include "bus/listen.h"
#include "bus/names.h"
#include "bus/server.h"

/* Connections accepted a second: beyond, and when descriptors are short, the socket rests. */
#define ACCEPT_RATE 200

struct connection {
        TAILQ_ENTRY(connection) entry;
        struct private_bus *owner;
        sd_bus *bus;
        bool doomed;
};

struct private_bus {
        struct api *api;
        struct sockaddr_un address;
        int fd;
        sd_event *event;
        sd_event_source *acceptor;
        sd_event_source *sweeper;
        TAILQ_HEAD(, connection) connections; /* oldest first */
        size_t n_connections;
};

static void connection_free(struct connection *connection)
{
        TAILQ_REMOVE(&connection->owner->connections, connection, entry);
        connection->owner->n_connections--;
        sd_bus_detach_event(connection->bus);
        sd_bus_close_unref(connection->bus);
        free(connection);
}

static void doom(struct connection *connection)
{
        connection->doomed = true;
        sd_event_source_set_enabled(connection->owner->sweeper, SD_EVENT_ONESHOT);
}

static int on_sweep(sd_event_source *source, void *userdata)
{
        struct private_bus *private = userdata;
        struct connection *connection, *next;

        (void)source;
        for (connection = TAILQ_FIRST(&private->connections); connection; connection = next) {
                next = TAILQ_NEXT(connection, entry);
                if (connection->doomed)
                        connection_free(connection);
        }
        return 0;
}

static bool reads_its_answers(sd_bus *bus)
{
        uint64_t n = 0;

        return sd_bus_get_n_queued_write(bus, &n) >= 0 && n <= PRIVATE_QUEUE_MAX;
}

/* 1 keeps the message from everybody else. */
static int on_message(sd_bus_message *message, void *userdata, sd_bus_error *error)
{
        struct connection *connection = userdata;

        (void)error;
        if (sd_bus_message_is_signal(message, "org.freedesktop.DBus.Local", "Disconnected") > 0 ||
            !reads_its_answers(connection->bus))
                doom(connection);
        return connection->doomed;
}

/* A place for a newcomer: free, or that of the oldest who has not said hello. */
static bool make_place(struct private_bus *private)
{
        struct connection *connection;

        if (private->n_connections < PRIVATE_CONNECTIONS_MAX)
                return true;
        TAILQ_FOREACH(connection, &private->connections, entry)
        if (connection->doomed || sd_bus_is_ready(connection->bus) <= 0) {
                connection_free(connection);
                return true;
        }
        return false;
}

static bool may_connect(int fd)
{
        struct ucred peer;
        socklen_t size = sizeof(peer);

        return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 &&
               (peer.uid == 0 || peer.uid == geteuid());
}

/* Takes the descriptor over once the bus has it. */
static int start(struct connection *connection, int *fd)
{
        sd_id128_t id;
        int r = sd_id128_randomize(&id);

        if (r >= 0)
                r = sd_bus_new(&connection->bus);
        if (r >= 0)
                r = sd_bus_set_fd(connection->bus, *fd, *fd);
        if (r < 0)
                return r;
        *fd = -1;
        r = sd_bus_set_server(connection->bus, 1, id);
        if (r >= 0)
                r = sd_bus_set_sender(connection->bus, BUS_NAME);
        if (r >= 0)
                r = sd_bus_add_filter(connection->bus, NULL, on_message, connection);
        if (r >= 0)
                r = api_add(connection->bus, connection->owner->api);
        if (r >= 0)
                r = sd_bus_set_close_on_exit(connection->bus,
                                             0); /* who is silent holds up no stop */
        if (r >= 0)
                r = sd_bus_start(connection->bus);
        if (r >= 0)
                r = sd_bus_attach_event(connection->bus, connection->owner->event, SERVER_PRIORITY);
        return r;
}

static int on_connect(sd_event_source *source, int fd, uint32_t revents, void *userdata)
{
        struct private_bus *private = userdata;
        struct connection *connection;
        int client = accept4(fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

        (void)source;
        (void)revents;
        /* Whatever is wrong with one client is no trouble of ours; see ACCEPT_RATE for the rest. */
        if (client < 0)
                return 0;
        connection =
                may_connect(client) && make_place(private) ? calloc(1, sizeof(*connection)) : NULL;
        if (connection) {
                connection->owner = private;
                TAILQ_INSERT_TAIL(&private->connections, connection, entry);
                private->n_connections++;
                if (start(connection, &client) < 0)
                        connection_free(connection);
        }
        if (client >= 0)
                close(client);
        return 0;
}

int private_bus_new(struct private_bus **ret, sd_event *event, const char *runtime, struct api *api)
{
        struct private_bus *private = calloc(1, sizeof(*private));
        int r;

        if (!private)
                return -ENOMEM;
        private->api = api;
        private->event = sd_event_ref(event);
        TAILQ_INIT(&private->connections);
        private->fd = listen_open(runtime);
        r = private->fd < 0 ? private->fd : listen_address(runtime, &private->address);
        if (r >= 0)
                r = sd_event_add_io(event, &private->acceptor, private->fd, EPOLLIN, on_connect,
                                    private);
        if (r >= 0)
                r = sd_event_source_set_priority(private->acceptor, SERVER_PRIORITY);
        if (r >= 0)
                r = sd_event_source_set_ratelimit(private->acceptor, 1000000, ACCEPT_RATE);
        if (r >= 0)
                r = sd_event_add_defer(event, &private->sweeper, on_sweep, private);
        if (r >= 0)
                r = sd_event_source_set_enabled(private->sweeper, SD_EVENT_OFF);
        if (r < 0) {
                private_bus_free(private);
                return r;
        }
        *ret = private;
        return 0;
}

void private_bus_ended(struct private_bus *private, const char *line)
{
        struct connection *connection;

        TAILQ_FOREACH(connection, &private->connections, entry)
        {
                if (connection->doomed || sd_bus_is_ready(connection->bus) <= 0)
                        continue;
                if (!reads_its_answers(connection->bus) || api_ended(connection->bus, line) < 0)
                        doom(connection);
        }
}

struct private_bus *private_bus_free(struct private_bus *private)
{
        struct connection *connection;

        if (!private)
                return NULL;
        while ((connection = TAILQ_FIRST(&private->connections)))
                connection_free(connection);
        sd_event_source_disable_unref(private->acceptor);
        sd_event_source_disable_unref(private->sweeper);
        if (private->fd >= 0) {
                unlink(private->address.sun_path);
                close(private->fd);
        }
        sd_event_unref(private->event);
        free(private);
        return NULL;
}
