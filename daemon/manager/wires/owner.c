/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Three questions, one after the other: which unit the group lies in, whether the unit's own group is this one
 * (one below it is the unit's to manage, not systemd's), and its MemoryHigh=.
 */

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "manager/wires/owner.h"

void owner_cancel(struct owner *owner)
{
        owner->slot = sd_bus_slot_unref(owner->slot);
        free(owner->object);
        owner->object = NULL;
}

static void give(struct owner *owner, uint64_t bytes, int error)
{
        owner_cancel(owner);
        owner->answer(owner->userdata, bytes, error);
}

/* The kinds of units that have a group. */
static const char *interface_of(const char *unit)
{
        static const char *const kinds[][2] = {
                {".service", "org.freedesktop.systemd1.Service"},
                {".scope", "org.freedesktop.systemd1.Scope"},
                {".slice", "org.freedesktop.systemd1.Slice"},
                {".socket", "org.freedesktop.systemd1.Socket"},
                {".mount", "org.freedesktop.systemd1.Mount"},
                {".swap", "org.freedesktop.systemd1.Swap"},
        };
        const char *dot = strrchr(unit, '.');

        for (size_t i = 0; dot && i < sizeof(kinds) / sizeof(kinds[0]); i++)
                if (strcmp(dot, kinds[i][0]) == 0)
                        return kinds[i][1];
        return NULL;
}

static int ask_property(struct owner *owner, const char *property,
                        sd_bus_message_handler_t on_reply)
{
        owner->slot = sd_bus_slot_unref(owner->slot);
        return units_ask_property(owner->units, owner->object, owner->interface, property, on_reply,
                                  owner, &owner->slot);
}

static int on_high(sd_bus_message *message, void *userdata, sd_bus_error *error)
{
        uint64_t bytes = UINT64_MAX;
        int r = units_reply_error(message);

        (void)error;
        if (r == 0)
                r = sd_bus_message_read(message, "v", "t", &bytes);
        give(userdata, bytes, r < 0 ? r : 0);
        return 0;
}

static int on_group(sd_bus_message *message, void *userdata, sd_bus_error *error)
{
        struct owner *owner = userdata;
        const char *path = NULL;
        int r = units_reply_error(message);

        (void)error;
        if (r == 0)
                r = sd_bus_message_read(message, "v", "s", &path);
        if (r >= 0 && strcmp(path, owner->path) != 0) {
                give(owner, UINT64_MAX, 0);
                return 0;
        }
        if (r >= 0)
                r = ask_property(owner, "MemoryHigh", on_high);
        if (r < 0)
                give(owner, UINT64_MAX, r);
        return 0;
}

static void on_unit(void *userdata, const char *unit, int error)
{
        struct owner *owner = userdata;
        int r = error;

        if (r == -ENXIO || (r >= 0 && !(owner->interface = interface_of(unit)))) {
                give(owner, UINT64_MAX, 0);
                return;
        }
        if (r >= 0)
                r = sd_bus_path_encode("/org/freedesktop/systemd1/unit", unit, &owner->object);
        if (r >= 0)
                r = ask_property(owner, "ControlGroup", on_group);
        if (r < 0)
                give(owner, UINT64_MAX, r);
}

int owner_ask(struct owner *owner, struct units *units, const char *path, owner_answer_fn answer,
              void *userdata)
{
        owner_cancel(owner);
        owner->units = units;
        owner->path = path;
        owner->answer = answer;
        owner->userdata = userdata;
        return units_ask(units, path, on_unit, owner, &owner->slot);
}
