/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * bng-control, which bng becomes for the commands that need libsystemd: `bng status --json` arrives as
 * `bng-control status --json` and speaks as "bng status".
 */

#include <errno.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "control/control.h"

static const struct {
        const char *name;
        control_fn run;
} commands[] = {
        {"status", control_status},   {"history", control_history},
        {"explain", control_explain}, {"check-config", control_check_config},
        {"reload", control_reload},
};

static int usage(const char *given)
{
        if (given)
                fprintf(stderr, "bng: this version has no command `%s' for the daemon; it has",
                        given);
        else
                fprintf(stderr, "bng: a command is missing; there are");
        for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
                fprintf(stderr, "%s %s", i > 0 ? "," : "", commands[i].name);
        fputc('\n', stderr);
        return EXIT_USAGE;
}

/* Of --help too, after which argp ends the process. */
static void end_output(void)
{
        if (fflush(stdout) == 0 && !ferror(stdout))
                return;
        fprintf(stderr, "%s: cannot write the answer: %s\n", program_invocation_short_name,
                strerror(errno));
        _exit(EXIT_FAILURE);
}

int main(int argc, char **argv)
{
        static char name[64];

        atexit(end_output);
        setlocale(LC_CTYPE, "");
        argp_err_exit_status = EXIT_USAGE;
        argp_program_version = "bng " BNG_VERSION;
        if (argc < 2)
                return usage(NULL);
        for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
                if (strcmp(argv[1], commands[i].name) != 0)
                        continue;
                snprintf(name, sizeof(name), "bng %s", commands[i].name);
                argv[1] = name;
                program_invocation_name = program_invocation_short_name = name;
                return commands[i].run(argc - 1, argv + 1);
        }
        return usage(argv[1]);
}
