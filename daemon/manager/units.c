/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The bus may come later than the daemon, go, and come back: the connection is opened when there is a
 * question, and opened again when it was lost. The object path that systemd answers with holds the
 * unit's name, so one call is enough.
 */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "bus/server.h"
#include "manager/units.h"

#define ASK_TIMEOUT_USEC (UINT64_C(10) * 1000000)

struct units {
        sd_event *event;
        sd_bus *bus;
        bool user, private; /* of a user's; systemd's own socket, where nobody else can send */
        uint64_t retry;     /* monotonic microseconds */
        units_reload_fn reloaded;
        void *userdata;
};

struct question {
        units_answer_fn answer;
        void *userdata;
};

int units_new(struct units **ret, sd_event *event, bool user)
{
        struct units *units = calloc(1, sizeof(*units));

        if (!units)
                return -ENOMEM;
        units->event = sd_event_ref(event);
        units->user = user;
        *ret = units;
        return 0;
}

/* Where there is no bus, systemd still listens on a socket of its own, for its own user. */
static int open_private(struct units *units)
{
        const char *runtime = units->user ? getenv("XDG_RUNTIME_DIR") : "/run";
        char address[256];
        int r, n;

        if (!runtime || *runtime != '/' || strpbrk(runtime, ",;%") ||
            (n = snprintf(address, sizeof(address), "unix:path=%s/systemd/private", runtime)) < 0 ||
            (size_t)n >= sizeof(address))
                return -ENOENT;
        r = sd_bus_new(&units->bus);
        if (r >= 0)
                r = sd_bus_set_address(units->bus, address);
        if (r >= 0)
                r = sd_bus_start(units->bus);
        if (r < 0)
                units->bus = sd_bus_close_unref(units->bus);
        return r;
}

static int open_bus(struct units *units)
{
        int r = units->user ? sd_bus_open_user(&units->bus) : sd_bus_open_system(&units->bus);

        units->private = r < 0;
        return r < 0 ? open_private(units) : r;
}

static int on_reloading(sd_bus_message *message, void *userdata, sd_bus_error *error)
{
        struct units *units = userdata;
        int begins;

        (void)error;
        if (units->reloaded && sd_bus_message_read(message, "b", &begins) > 0 && !begins)
                units->reloaded(units->userdata);
        return 0;
}

/* Without an answer nobody is told of reloads, which is no reason to be without the bus. */
static int on_match(sd_bus_message *message, void *userdata, sd_bus_error *error)
{
        (void)message;
        (void)userdata;
        (void)error;
        return 0;
}

static void listen_to_reloads(struct units *units)
{
        if (sd_bus_match_signal_async(
                    units->bus, NULL, units->private ? NULL : "org.freedesktop.systemd1",
                    "/org/freedesktop/systemd1", "org.freedesktop.systemd1.Manager", "Reloading",
                    on_reloading, on_match, units) >= 0)
                (void)sd_bus_call_method_async(
                        units->bus, NULL, "org.freedesktop.systemd1", "/org/freedesktop/systemd1",
                        "org.freedesktop.systemd1.Manager", "Subscribe", NULL, NULL, NULL);
}

void units_on_reload(struct units *units, units_reload_fn reloaded, void *userdata)
{
        units->reloaded = reloaded;
        units->userdata = userdata;
        if (units->bus)
                listen_to_reloads(units);
}

bool units_available(struct units *units, uint64_t now)
{
        if (units->bus && sd_bus_is_open(units->bus) > 0)
                return true;
        if (now < units->retry)
                return false;
        units->retry = now + UNITS_RETRY_USEC;
        units->bus = sd_bus_close_unref(units->bus);
        if (open_bus(units) < 0)
                return false;
        /* No close with the loop's end: it would wait for a bus that hangs. */
        if (sd_bus_set_close_on_exit(units->bus, 0) < 0 ||
            sd_bus_attach_event(units->bus, units->event, SERVER_PRIORITY) < 0) {
                units->bus = sd_bus_close_unref(units->bus);
                return false;
        }
        if (units->reloaded)
                listen_to_reloads(units);
        return true;
}

static int on_answer(sd_bus_message *message, void *userdata, sd_bus_error *error)
{
        struct question *question = userdata;
        const char *object;
        char *unit = NULL;
        int r;

        (void)error;
        if (sd_bus_message_is_method_error(message, "org.freedesktop.systemd1.NoSuchUnit"))
                r = -ENXIO;
        else if (sd_bus_message_is_method_error(message, NULL))
                r = -sd_bus_message_get_errno(message);
        else {
                r = sd_bus_message_read(message, "o", &object);
                if (r > 0)
                        r = sd_bus_path_decode(object, "/org/freedesktop/systemd1/unit", &unit);
                r = r < 0 ? r : unit ? 0 : -EBADMSG;
        }
        question->answer(question->userdata, unit, r);
        free(unit);
        return 0;
}

/* Of what is stopping, or has stopped, a restart that is tried makes a job that does nothing. One that waits to be stopped
 * still runs: there the mode "fail" says that this job is not to be replaced. */
static int on_restart(sd_bus_message *message, void *userdata, sd_bus_error *error)
{
        struct question *question = userdata;
        const char *type;
        int r;

        (void)error;
        if (sd_bus_message_is_method_error(message,
                                           "org.freedesktop.systemd1.TransactionIsDestructive"))
                r = -ECANCELED;
        else if (sd_bus_message_is_method_error(message, NULL))
                r = -sd_bus_message_get_errno(message);
        else {
                r = sd_bus_message_read(message, "uosos", NULL, NULL, NULL, NULL, &type);
                if (r > 0)
                        r = strcmp(type, "restart") == 0 ? 0 : -ECANCELED;
        }
        question->answer(question->userdata, NULL, r);
        return 0;
}

/* Calls a method of systemd's manager with strings, the last of them NULL. */
static int call(struct units *units, const char *method, const char *const *strings,
                sd_bus_message_handler_t on_reply, struct question *question, sd_bus_slot **slot)
{
        sd_bus_message *message = NULL;
        int r;

        r = sd_bus_message_new_method_call(units->bus, &message, "org.freedesktop.systemd1",
                                           "/org/freedesktop/systemd1",
                                           "org.freedesktop.systemd1.Manager", method);
        for (; r >= 0 && *strings; strings++)
                r = sd_bus_message_append(message, "s", *strings);
        if (r >= 0)
                r = sd_bus_call_async(units->bus, slot, message, on_reply, question,
                                      ASK_TIMEOUT_USEC);
        sd_bus_message_unref(message);
        if (r >= 0)
                sd_bus_slot_set_destroy_callback(*slot, free);
        return r;
}

static int ask(struct units *units, const char *method, const char *const *strings,
               sd_bus_message_handler_t on_reply, struct question question, sd_bus_slot **slot)
{
        struct question *kept;
        int r;

        if (!units->bus)
                return -ENOTCONN;
        kept = malloc(sizeof(*kept));
        if (!kept)
                return -ENOMEM;
        *kept = question;
        r = call(units, method, strings, on_reply, kept, slot);
        if (r < 0)
                free(kept);
        return r;
}

/* A unit's name is plain ASCII, and so is the path of its group. What is below it under another name is not systemd's to
 * know, and need not be UTF-8, as what is sent on a bus has to: it belongs to whom the group above belongs. */
static char *part_of_units(const char *path)
{
        size_t at, end = 0;

        for (at = 0; path[at] && (unsigned char)path[at] < 0x80; at++)
                if (path[at] == '/')
                        end = at;
        if (!path[at])
                end = at;
        return end > 0 ? strndup(path, end) : strdup("/");
}

int units_ask(struct units *units, const char *path, units_answer_fn answer, void *userdata,
              sd_bus_slot **slot)
{
        char *known = part_of_units(path);
        const char *const strings[] = {known, NULL};
        int r = known ? ask(units, "GetUnitByControlGroup", strings, on_answer,
                            (struct question){answer, userdata}, slot)
                      : -ENOMEM;

        free(known);
        return r;
}

int units_restart(struct units *units, const char *unit, units_answer_fn answer, void *userdata,
                  sd_bus_slot **slot)
{
        const char *const strings[] = {unit, "try-restart", "fail", NULL};

        return ask(units, "EnqueueUnitJob", strings, on_restart,
                   (struct question){answer, userdata}, slot);
}

int units_ask_property(struct units *units, const char *object, const char *interface,
                       const char *property, sd_bus_message_handler_t on_reply, void *userdata,
                       sd_bus_slot **slot)
{
        sd_bus_message *message = NULL;
        int r;

        if (!units->bus)
                return -ENOTCONN;
        r = sd_bus_message_new_method_call(units->bus, &message, "org.freedesktop.systemd1", object,
                                           "org.freedesktop.DBus.Properties", "Get");
        if (r >= 0)
                r = sd_bus_message_append(message, "ss", interface, property);
        if (r >= 0)
                r = sd_bus_call_async(units->bus, slot, message, on_reply, userdata,
                                      ASK_TIMEOUT_USEC);
        sd_bus_message_unref(message);
        return r;
}

int units_reply_error(sd_bus_message *message)
{
        return sd_bus_message_is_method_error(message, NULL) ? -sd_bus_message_get_errno(message)
                                                             : 0;
}

struct units *units_free(struct units *units)
{
        if (!units)
                return NULL;
        sd_bus_close_unref(units->bus); /* no flush: nothing that is asked still matters */
        sd_event_unref(units->event);
        free(units);
        return NULL;
}
