/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* bng reload: the daemon reads its configuration anew, and says here what is wrong with it. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "control/control.h"
#include "report/json.h"

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
        json_t *json, *errors;
        const json_t *entry;
        size_t i;
        int r;

        options_init(&options, argv[0]);
        usage_parse(&argp, argc, argv, 0, &options);
        r = ask(&options, "Reload", 0, NULL, &error);
        if (r == -ENOTCONN)
                return failed(&options);
        errors = json_array();
        for (char *rest = error, *line; r < 0 && (line = strsep(&rest, "\n"));)
                json_array_append_new(errors, json_text(line));
        if (r < 0)
                complain(&options, "refused, the configuration before stays in force:");
        json_array_foreach(errors, i, entry) fprintf(stderr, "%s\n", json_string_value(entry));
        if (options.json) {
                json = json_pack("{s:b,s:O}", "reloaded", r == 0, "errors", errors);
                print_json(json);
                json_decref(json);
        } else if (r == 0) {
                puts("The new configuration is in force.");
        }
        json_decref(errors);
        free(error);
        return r < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
