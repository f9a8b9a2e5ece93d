/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <stdlib.h>
#include <string.h>
#include "control/control.h"
#include "report/folders.h"

enum {
        OPTION_JSON = 0x100,
        OPTION_RUNTIME,
        OPTION_STATE,
        OPTION_USER,
};

static const struct argp_option options[] = {
        {"json", OPTION_JSON, NULL, 0, "Answer in JSON, for programs", 0},
        {"runtime", OPTION_RUNTIME, "DIR", 0,
         "The daemon's runtime folder (default $RUNTIME_DIRECTORY, else /run/bignum-guard)", 0},
        {"state", OPTION_STATE, "DIR", 0,
         "The daemon's state folder (default $STATE_DIRECTORY or /var/lib/bignum-guard)", 0},
        {"user", OPTION_USER, NULL, 0, "Of this user's own daemon (the default without root)", 0},
        {0},
};

/* What was not said is asked of the environment, once: it lives as long as the program. */
static void set_folders(struct options *given)
{
        static char *runtime, *state;

        if (!given->runtime && !runtime)
                runtime = folders_runtime(given->user);
        if (!given->runtime)
                given->runtime = runtime;
        if (!given->state && !state)
                state = folders_state(given->user);
        if (!given->state)
                given->state = state;
        if (!given->runtime || !given->state) {
                complain(given, "out of memory");
                exit(EXIT_FAILURE);
        }
}

static error_t parse(int key, char *text, struct argp_state *state)
{
        struct options *given = state->input;

        switch (key) {
        case OPTION_JSON:
                given->json = true;
                return 0;
        case OPTION_RUNTIME:
                given->runtime = text;
                return 0;
        case OPTION_STATE:
                given->state = text;
                return 0;
        case OPTION_USER:
                given->user = true;
                return 0;
        case ARGP_KEY_SUCCESS:
                set_folders(given);
                return 0;
        default:
                return ARGP_ERR_UNKNOWN;
        }
}

const struct argp options_argp = {.options = options, .parser = parse};

void options_init(struct options *ret, const char *command)
{
        *ret = (struct options){.command = command, .user = folders_are_users()};
}

error_t parse_shared_only(int key, char *text, struct argp_state *state)
{
        switch (key) {
        case ARGP_KEY_INIT:
                state->child_inputs[0] = state->input;
                return 0;
        case ARGP_KEY_ARG:
                usage_error(state, "`%s': it takes no arguments", text);
        default:
                return ARGP_ERR_UNKNOWN;
        }
}
