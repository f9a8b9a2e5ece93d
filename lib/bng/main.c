/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "bng/answer.h"
#include "bng/tool.h"
#include "bng/usage.h"
#include "config/nearest.h"

/* Which command it is. Those of the daemon are another program's (control.c). */

static const struct command {
        const char *name;
        int (*run)(int argc, char **argv);
} commands[] = {
        {"eval", command_eval},
        {"predict", command_predict},
        {"calibrate", command_calibrate},
};

#define COMMANDS (sizeof commands / sizeof *commands)

static char help[] =
        "bignum-guard: integers without bounds that cannot run away.\v"
        "Commands of the library:\n"
        "  eval EXPR       compute an expression exactly, within limits\n"
        "  predict EXPR    say how large the result would be, without computing it\n"
        "  calibrate       measure this machine, for predicted times and time limits\n"
        "\n"
        "Commands of the daemon:\n"
        "  status          what is watched, and whether the guard is well\n"
        "  history         who was ended, and why\n"
        "  explain PID     one process: its limits, or its verdict\n"
        "  check-config    read the configuration and say what is wrong\n"
        "  reload          make the daemon read its configuration again\n"
        "\n"
        "`bng COMMAND --help' says more. Exit status of the library's: 0 done, 1 undefined, "
        "2 usage or syntax, 3 refused, 4 the system failed; of the daemon's: 0 done, "
        "1 not done, 2 usage. Manual: bng(1), bng-status(1).";

struct choice {
        int index; /* of the command's name in argv; 0: none yet */
};

static const struct command *find(const char *name)
{
        for (size_t i = 0; i < COMMANDS; i++)
                if (strcmp(name, commands[i].name) == 0)
                        return &commands[i];
        return NULL;
}

_Noreturn static void no_such_command(const struct argp_state *state, const char *name)
{
        const char *names[COMMANDS + CONTROL_COMMANDS];

        for (size_t i = 0; i < COMMANDS; i++)
                names[i] = commands[i].name;
        memcpy(names + COMMANDS, control_commands, sizeof control_commands);
        const char *nearest = bng_nearest(name, names, COMMANDS + CONTROL_COMMANDS);
        if (nearest)
                usage_error(state, "there is no command `%s'; did you mean %s?", name, nearest);
        usage_error(state, "there is no command `%s'; expressions are for `bng eval'", name);
}

static error_t parse(int key, char *text, struct argp_state *state)
{
        struct choice *choice = state->input;
        switch (key) {
        case ARGP_KEY_ARG:
                if (!find(text) && !is_control_command(text))
                        no_such_command(state, text);
                choice->index = state->next - 1;
                state->next = state->argc;
                return 0;
        case ARGP_KEY_NO_ARGS:
                usage_error(state, "a command is missing: `bng eval '2**100'', for instance");
        default:
                return ARGP_ERR_UNKNOWN;
        }
}

static int run(int argc, char **argv)
{
        const struct command *command = find(argv[0]);
        if (!command)
                return run_control(argv);
        char title[32];
        snprintf(title, sizeof title, "bng %s", command->name);
        argv[0] = title;
        return command->run(argc, argv);
}

/* What nobody looks at any more: argp writes --help and ends the process. */
static void end_output(void)
{
        if (answer_end() != EXIT_DONE)
                _exit(EXIT_FAILED);
}

int main(int argc, char **argv)
{
        static const struct argp argp = {NULL, parse, "COMMAND [ARGUMENT...]", help, NULL,
                                         NULL, NULL};
        struct choice choice = {0};

        end_without_memory();
        atexit(end_output);
        argp_program_version = "bng " BNG_VERSION;
        argp_err_exit_status = EXIT_USAGE;
        usage_parse(&argp, argc, argv, ARGP_IN_ORDER, &choice);
        return run(argc - choice.index, argv + choice.index);
}
