/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "bus/api.h"

#include <errno.h>
#include <stdlib.h>
#include "bus/names.h"
#include "report/json.h"

/* Takes the reference of `json`. */
static int reply_json(sd_bus_message *call, json_t *json)
{
        char *text = json_line(json);
        int r;

        json_decref(json);
        if (!text)
                return -ENOMEM;
        r = sd_bus_reply_method_return(call, "s", text);
        free(text);
        return r;
}

static int on_get_status(sd_bus_message *call, void *userdata, sd_bus_error *error)
{
        struct api *api = userdata;
        json_t *json = NULL;
        int r = api->ops->status(api->userdata, &json);

        (void)error;
        return r < 0 ? r : reply_json(call, json);
}

static int on_explain(sd_bus_message *call, void *userdata, sd_bus_error *error)
{
        struct api *api = userdata;
        json_t *json = NULL;
        uint32_t pid;
        int r = sd_bus_message_read(call, "u", &pid);

        if (r < 0)
                return r;
        if (pid == 0 || pid > INT32_MAX)
                return sd_bus_error_setf(error, SD_BUS_ERROR_INVALID_ARGS, "%u is no process id",
                                         pid);
        r = api->ops->explain(api->userdata, (pid_t)pid, &json);
        if (r == -ESRCH)
                return sd_bus_error_setf(error, BUS_ERROR_NO_PROCESS, "no process %u", pid);
        return r < 0 ? r : reply_json(call, json);
}

static int on_reload(sd_bus_message *call, void *userdata, sd_bus_error *error)
{
        struct api *api = userdata;
        char *errors = NULL;
        int r = api->ops->reload(api->userdata, &errors);

        if (r == -EINVAL && errors)
                r = sd_bus_error_set(error, BUS_ERROR_CONFIG, errors);
        else if (r >= 0)
                r = sd_bus_reply_method_return(call, "");
        free(errors);
        return r;
}

static int get_version(sd_bus *bus, const char *path, const char *interface, const char *property,
                       sd_bus_message *reply, void *userdata, sd_bus_error *error)
{
        (void)bus;
        (void)path;
        (void)interface;
        (void)property;
        (void)userdata;
        (void)error;
        return sd_bus_message_append(reply, "s", BNG_VERSION);
}

static int get_dry_run(sd_bus *bus, const char *path, const char *interface, const char *property,
                       sd_bus_message *reply, void *userdata, sd_bus_error *error)
{
        struct api *api = userdata;

        (void)bus;
        (void)path;
        (void)interface;
        (void)property;
        (void)error;
        return sd_bus_message_append(reply, "b", (int)api->ops->dry_run(api->userdata));
}

#define NO_NAMES
#define ADD_TRIES 8

static const sd_bus_vtable table[] = {
        SD_BUS_VTABLE_START(0),
        SD_BUS_METHOD_WITH_NAMES("GetStatus", "", NO_NAMES, "s", SD_BUS_PARAM(json), on_get_status,
                                 SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD_WITH_NAMES("Explain", "u", SD_BUS_PARAM(pid), "s", SD_BUS_PARAM(json),
                                 on_explain, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD("Reload", "", "", on_reload, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_PROPERTY("Version", "s", get_version, 0, SD_BUS_VTABLE_PROPERTY_CONST),
        SD_BUS_PROPERTY("DryRun", "b", get_dry_run, 0, 0),
        SD_BUS_SIGNAL_WITH_NAMES("Ended", "s", SD_BUS_PARAM(verdict), 0),
        SD_BUS_VTABLE_END,
};

/*
 * Where memory ends within a path, sd-bus keeps the nodes that it has made so far, and its assertion that there are none
 * left ends the program when the bus is freed. A call that succeeds takes them over; without one the bus is never freed.
 */
int api_add(sd_bus *bus, struct api *api)
{
        int r = -ENOMEM;

        for (unsigned tries = 0; tries < ADD_TRIES && r == -ENOMEM; tries++)
                r = sd_bus_add_object_vtable(bus, NULL, BUS_PATH, BUS_INTERFACE, table, api);
        if (r == -ENOMEM)
                (void)sd_bus_ref(bus);
        return r;
}

int api_ended(sd_bus *bus, const char *line)
{
        return sd_bus_emit_signal(bus, BUS_PATH, BUS_INTERFACE, "Ended", "s", line);
}
