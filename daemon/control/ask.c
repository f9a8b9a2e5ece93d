/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "bus/client.h"
#include "control/control.h"
#include "report/history.h"

static void tell_unreachable(const struct options *options, int error)
{
        switch (error) {
        case -ENOENT:
        case -ENOTDIR:
        case -ECONNREFUSED:
                complain(options,
                         "bignum-guardd does not run here (nothing answers in %s); start it with "
                         "`systemctl %sstart bignum-guard', or in the foreground with "
                         "`bignum-guardd%s'",
                         options->runtime, options->user ? "--user " : "",
                         options->user ? " --user" : "");
                break;
        case -EACCES:
        case -EPERM:
                complain(options, "%s belongs to the daemon: ask as root", options->runtime);
                break;
        case -EAGAIN:
                complain(options, "bignum-guardd does not take calls at the moment; try again");
                break;
        default:
                complain(options, "cannot reach bignum-guardd in %s: %s", options->runtime,
                         strerror(-error));
        }
}

int ask(const struct options *options, const char *method, uint32_t pid, char **text, char **error)
{
        sd_bus *bus;
        int r = client_open(&bus, options->runtime);

        if (r < 0) {
                tell_unreachable(options, r);
                return -ENOTCONN;
        }
        r = client_call(bus, method, pid, text, error);
        sd_bus_close_unref(bus);
        if (r < 0 && r != -ESRCH && r != -EINVAL) {
                complain(options, "bignum-guardd did not answer: %s", *error ? *error : "?");
                free(*error);
                *error = NULL;
                return -ENOTCONN;
        }
        return r;
}

int ask_json(const struct options *options, const char *method, uint32_t pid, json_t **ret)
{
        char *text = NULL, *error = NULL;
        int r = ask(options, method, pid, &text, &error);

        if (r == 0) {
                *ret = json_loads(text, 0, NULL);
                if (!*ret) {
                        complain(options, "bignum-guardd answered something that is no JSON");
                        r = -ENOTCONN;
                }
        }
        free(text);
        free(error);
        return r;
}

json_t *read_history(const struct options *options, const struct history_filter *filter)
{
        json_t *found;
        size_t skipped;
        int r = history_read(options->state, filter, &found, &skipped);

        if (r == -EACCES)
                complain(options, "%s belongs to the daemon: ask as root", options->state);
        else if (r < 0)
                complain(options, "cannot read verdicts in %s: %s", options->state, strerror(-r));
        if (r < 0)
                return NULL;
        if (skipped > 0)
                complain(options, "%zu lines in %s are no verdicts, and are passed over", skipped,
                         options->state);
        return found;
}
