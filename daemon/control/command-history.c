/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* bng history: the verdicts, from the disk, so that they can be read when there is no daemon. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "control/control.h"
#include "control/moment.h"
#include "report/history.h"

/* What a person takes in at a glance; a program gets everything. */
#define SHOWN 20

enum {
        OPTION_SINCE = 0x200,
        OPTION_POLICY,
};

static const struct argp_option history_options[] = {
        {"since", OPTION_SINCE, "TIME", 0,
         "Only from then on: `2h' (ago), `2026-09-10', `2026-09-10 03:00' (local time), "
         "`yesterday' or "
         "`2026-09-10T01:00:00Z'",
         0},
        {NULL, 'n', "N", 0, "The latest N only, 0 for all (default: 20, with --json all)", 0},
        {"policy", OPTION_POLICY, "NAME", 0, "Only this policy's", 0},
        {0},
};

struct arguments {
        struct options options;
        struct history_filter filter;
        bool max_given;
};

static error_t parse(int key, char *text, struct argp_state *state)
{
        struct arguments *arguments = state->input;
        unsigned long long n;
        char *end;

        switch (key) {
        case ARGP_KEY_INIT:
                state->child_inputs[0] = &arguments->options;
                return 0;
        case OPTION_SINCE:
                if (!moment_parse(text, &arguments->filter.since_realtime_usec))
                        usage_error(state,
                                    "--since=%s: give a time ago (`2h', `10min') or a moment "
                                    "(`2026-09-10 03:00', `2026-09-10T01:00:00Z')",
                                    text);
                return 0;
        case OPTION_POLICY:
                arguments->filter.policy = text;
                return 0;
        case 'n':
                errno = 0;
                n = strtoull(text, &end, 10);
                if (text[0] < '0' || text[0] > '9' || *end != '\0' || errno != 0)
                        usage_error(state, "-n %s: give a whole number", text);
                arguments->filter.max = (size_t)n;
                arguments->max_given = true;
                return 0;
        case ARGP_KEY_ARG:
                usage_error(state, "`%s': it takes no arguments", text);
        default:
                return ARGP_ERR_UNKNOWN;
        }
}

static void show(const struct options *options, const json_t *verdicts)
{
        const json_t *verdict;
        size_t i;

        if (json_array_size(verdicts) == 0)
                say(stdout, "No such verdict in %s.", options->state);
        json_array_foreach(verdicts, i, verdict)
        {
                char *time = format_time(text_field(verdict, "time"));

                say(stdout, "%s  %s", time ? time : "?", text_field(verdict, "message"));
                free(time);
        }
}

int control_history(int argc, char **argv)
{
        static const struct argp_child children[] = {{&options_argp, 0, NULL, 0}, {0}};
        static const struct argp argp = {
                .options = history_options,
                .parser = parse,
                .children = children,
                .doc = "Shows the verdicts, the oldest first: who was ended, when and why. Needs "
                       "no "
                       "running daemon.\v"
                       "Exit status: 0, or 1 when the verdicts cannot be read, 2 usage.",
        };
        struct arguments arguments = {.max_given = false};
        json_t *verdicts;

        options_init(&arguments.options, argv[0]);
        usage_parse(&argp, argc, argv, 0, &arguments);
        if (!arguments.max_given && !arguments.options.json)
                arguments.filter.max = SHOWN;
        verdicts = read_history(&arguments.options, &arguments.filter);
        if (!verdicts)
                return failed(&arguments.options);
        if (arguments.options.json)
                print_json(verdicts);
        else
                show(&arguments.options, verdicts);
        json_decref(verdicts);
        return EXIT_SUCCESS;
}
