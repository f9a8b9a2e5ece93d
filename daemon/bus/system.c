/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "bus/system.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "bus/names.h"
#include "bus/server.h"

#define RETRY_USEC (UINT64_C(10) * 1000000)
#define ACCURACY_USEC (UINT64_C(1) * 1000000)
#define DEFAULT_ADDRESS "unix:path=/run/dbus/system_bus_socket"
/* A stuck bus may hold back so many signals, then it is left. */
#define QUEUE_MAX 1024

struct system_bus {
        struct api *api;
        sd_event *event;
        bool user;
        sd_event_source *retry;
        sd_bus *bus; /* or NULL: between two attempts */
};

static void retry_later(struct system_bus *system)
{
        if (sd_event_source_set_time_relative(system->retry, RETRY_USEC) >= 0)
                sd_event_source_set_enabled(system->retry, SD_EVENT_ONESHOT);
}

static void leave(struct system_bus *system)
{
        if (system->bus)
                sd_bus_detach_event(system->bus);
        system->bus = sd_bus_close_unref(system->bus);
}

static int on_message(sd_bus_message *message, void *userdata, sd_bus_error *error)
{
        (void)error;
        /* The connection is freed by the retry, not in its own callback. */
        if (sd_bus_message_is_signal(message, "org.freedesktop.DBus.Local", "Disconnected") > 0)
                retry_later(userdata);
        return 0;
}

/* Without the name we can still be called, by number: not worth a word. */
static int on_name(sd_bus_message *message, void *userdata, sd_bus_error *error)
{
        (void)message;
        (void)userdata;
        (void)error;
        return 0;
}

/* Where the bus is, malloc'ed. */
static char *find_address(const struct system_bus *system)
{
        const char *given = secure_getenv(system->user ? "DBUS_SESSION_BUS_ADDRESS"
                                                       : "DBUS_SYSTEM_BUS_ADDRESS");
        char *address;

        if (given || !system->user)
                return strdup(given ? given : DEFAULT_ADDRESS);
        return asprintf(&address, "unix:path=/run/user/%u/bus", (unsigned)getuid()) < 0 ? NULL
                                                                                        : address;
}

static int join(struct system_bus *system)
{
        char *address = find_address(system);
        int r = address ? sd_bus_new(&system->bus) : -ENOMEM;

        if (r >= 0)
                r = sd_bus_set_address(system->bus, address);
        free(address);
        if (r >= 0)
                r = sd_bus_set_bus_client(system->bus, 1);
        /* Else the loop's end would wait for a bus that hangs. */
        if (r >= 0)
                r = sd_bus_set_close_on_exit(system->bus, 0);
        /* Waits, in the loop, for the bus to appear. */
        if (r >= 0)
                r = sd_bus_set_watch_bind(system->bus, 1);
        if (r >= 0)
                r = sd_bus_add_filter(system->bus, NULL, on_message, system);
        if (r >= 0)
                r = api_add(system->bus, system->api);
        if (r >= 0)
                r = sd_bus_start(system->bus);
        if (r >= 0)
                r = sd_bus_request_name_async(system->bus, NULL, BUS_NAME, 0, on_name, system);
        if (r >= 0)
                r = sd_bus_attach_event(system->bus, system->event, SERVER_PRIORITY);
        return r;
}

static int on_retry(sd_event_source *source, uint64_t usec, void *userdata)
{
        struct system_bus *system = userdata;

        (void)source;
        (void)usec;
        leave(system);
        if (join(system) < 0) {
                leave(system);
                retry_later(system);
        }
        return 0;
}

int system_bus_new(struct system_bus **ret, sd_event *event, bool user, struct api *api)
{
        struct system_bus *system = calloc(1, sizeof(*system));
        int r;

        if (!system)
                return -ENOMEM;
        system->api = api;
        system->event = sd_event_ref(event);
        system->user = user;
        /* The first attempt is the loop's too. */
        r = sd_event_add_time_relative(event, &system->retry, CLOCK_MONOTONIC, 0, ACCURACY_USEC,
                                       on_retry, system);
        if (r >= 0)
                r = sd_event_source_set_priority(system->retry, SERVER_PRIORITY);
        if (r < 0) {
                system_bus_free(system);
                return r;
        }
        *ret = system;
        return 0;
}

void system_bus_ended(struct system_bus *system, const char *line)
{
        uint64_t n = 0;

        if (!system->bus || sd_bus_is_ready(system->bus) <= 0)
                return;
        if (sd_bus_get_n_queued_write(system->bus, &n) < 0 || n > QUEUE_MAX ||
            api_ended(system->bus, line) < 0)
                retry_later(system);
}

struct system_bus *system_bus_free(struct system_bus *system)
{
        if (!system)
                return NULL;
        leave(system);
        sd_event_source_disable_unref(system->retry);
        sd_event_unref(system->event);
        free(system);
        return NULL;
}
