/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <stdlib.h>
#include <string.h>
#include "control/control.h"

enum {
        OPTION_JSON = 0x100,
        OPTION_RUNTIME,
        OPTION_STATE,
};

static const struct argp_option options[] = {
        {"json", OPTION_JSON, NULL, 0, "Answer in JSON, for programs", 0},
        {"runtime", OPTION_RUNTIME, "DIR", 0,
         "The daemon's runtime folder (default $RUNTIME_DIRECTORY or /run/bignum-guard)", 0},
        {"state", OPTION_STATE, "DIR", 0,
         "The daemon's state folder (default $STATE_DIRECTORY or /var/lib/bignum-guard)", 0},
        {0},
};

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
        default:
                return ARGP_ERR_UNKNOWN;
        }
}

const struct argp options_argp = {.options = options, .parser = parse};

/* systemd gives one folder, or several with colons between: ours is the first. */
static const char *folder(const char *variable, const char *otherwise)
{
        char *given = getenv(variable);

        if (!given || given[0] == '\0')
                return otherwise;
        given[strcspn(given, ":")] = '\0';
        return given;
}

void options_init(struct options *ret, const char *command)
{
        *ret = (struct options){
                .command = command,
                .runtime = folder("RUNTIME_DIRECTORY", "/run/bignum-guard"),
                .state = folder("STATE_DIRECTORY", "/var/lib/bignum-guard"),
        };
}

error_t parse_shared_only(int key, char *text, struct argp_state *state)
{
        switch (key) {
        case ARGP_KEY_INIT:
                state->child_inputs[0] = state->input;
                return 0;
        case ARGP_KEY_ARG:
                argp_error(state, "`%s': it takes no arguments", text);
                return 0;
        default:
                return ARGP_ERR_UNKNOWN;
        }
}
