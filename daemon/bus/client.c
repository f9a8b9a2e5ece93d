/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "bus/client.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include "bus/listen.h"
#include "bus/names.h"

/* Longer than any answer takes on a machine that swaps, shorter than a person waits. */
#define TIMEOUT_USEC (UINT64_C(15) * 1000000)

int client_open(sd_bus **ret, const char *runtime)
{
        struct sockaddr_un address;
        sd_bus *bus = NULL;
        int fd = -1, r = listen_address(runtime, &address);

        if (r < 0)
                return r;
        fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0)
                r = -errno;
        if (r >= 0)
                r = sd_bus_new(&bus);
        if (r >= 0)
                r = sd_bus_set_fd(bus, fd, fd);
        if (r < 0) {
                if (fd >= 0)
                        close(fd);
                sd_bus_unref(bus);
                return r;
        }
        r = sd_bus_set_method_call_timeout(bus, TIMEOUT_USEC);
        if (r >= 0)
                r = sd_bus_start(bus);
        if (r < 0) {
                sd_bus_close_unref(bus);
                return r;
        }
        *ret = bus;
        return 0;
}

int client_call(sd_bus *bus, const char *method, uint32_t pid, char **text, char **error)
{
        sd_bus_error why = SD_BUS_ERROR_NULL;
        sd_bus_message *reply = NULL;
        const char *answer;
        int r;

        if (pid > 0)
                r = sd_bus_call_method(bus, NULL, BUS_PATH, BUS_INTERFACE, method, &why, &reply,
                                       "u", pid);
        else
                r = sd_bus_call_method(bus, NULL, BUS_PATH, BUS_INTERFACE, method, &why, &reply,
                                       "");
        if (r >= 0 && text) {
                r = sd_bus_message_read(reply, "s", &answer);
                if (r >= 0) {
                        *text = strdup(answer);
                        r = *text ? 0 : -ENOMEM;
                }
        }
        if (r < 0 && error)
                *error = strdup(why.message ? why.message : strerror(-r));
        if (r < 0 && why.name && strcmp(why.name, BUS_ERROR_NO_PROCESS) == 0)
                r = -ESRCH;
        else if (r < 0 && why.name && strcmp(why.name, BUS_ERROR_CONFIG) == 0)
                r = -EINVAL;
        sd_bus_error_free(&why);
        sd_bus_message_unref(reply);
        return r < 0 ? r : 0;
}
