/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The daemon's side of the tool is a program of its own, because it needs libsystemd and an
 * evaluation should not have to load that: bng becomes it for the commands that are the daemon's.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "bng/tool.h"

const char *const control_commands[CONTROL_COMMANDS] = {"status", "history", "explain",
                                                        "check-config", "reload"};

bool is_control_command(const char *name)
{
        for (size_t i = 0; i < CONTROL_COMMANDS; i++)
                if (strcmp(name, control_commands[i]) == 0)
                        return true;
        return false;
}

int run_control(char **argv)
{
        const char *folder = secure_getenv("BIGNUM_GUARD_LIBEXECDIR");
        char *path;
        if (asprintf(&path, "%s/bng-control", folder ? folder : BNG_LIBEXECDIR) < 0) {
                fprintf(stderr, "bng: out of memory\n");
                return EXIT_FAILED;
        }
        size_t arguments = 0;
        while (argv[arguments])
                arguments++;
        char **passed = calloc(arguments + 2, sizeof *passed);
        if (passed) {
                passed[0] = path;
                memcpy(passed + 1, argv, arguments * sizeof *passed);
                execv(path, passed);
        }
        if (errno == ENOENT)
                fprintf(stderr,
                        "bng: `%s' belongs to the daemon's side of bignum-guard, which is not "
                        "installed (no %s)\n",
                        argv[0], path);
        else
                fprintf(stderr, "bng: cannot run %s: %s\n", path, strerror(errno));
        free(passed);
        free(path);
        return EXIT_FAILED;
}
