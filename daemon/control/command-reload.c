/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "control/control.h"

int control_reload(int argc, char **argv)
{
        static const struct argp_child children[] = {{&options_argp, 0, NULL, 0}, {0}};
        static const struct argp argp = {
                .parser = parse_shared_only,
                .children = children,
                .doc = "Makes the daemon read its configuration again. One with errors is refused, "
                       "and "
                       "the one before stays in force.\v"
                       "Exit status: 0 the new one is in force, 1 it is not, 2 usage.",
        };
        struct options options;
        char *error = NULL;
        json_t *json;
        int r;

        options_init(&options, argv[0]);
        usage_parse(&argp, argc, argv, 0, &options);
        r = ask(&options, "Reload", 0, NULL, &error);
        if (r == -ENOTCONN)
                return failed(&options);
        if (r < 0) {
                complain(&options, "refused, the configuration before stays in force:");
                for (char *rest = error, *line; rest && (line = strsep(&rest, "\n"));)
                        say(stderr, "%s", line);
        }
        if (options.json) {
                json = json_pack("{s:b,s:s?}", "reloaded", r == 0, "errors", error);
                print_json(json);
                json_decref(json);
        } else if (r == 0) {
                puts("The new configuration is in force.");
        }
        free(error);
        return r < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
