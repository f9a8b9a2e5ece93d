/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * bng, the command: the library's evaluator and predictor at the shell. Each command is a function
 * that gets its own arguments (argv[0] is its name for messages, "bng eval") and returns the exit
 * status.
 */

#include "bignum-guard.h"

/* Other programs may rely on them; they are documented in bng(1). */
enum exit_status {
        EXIT_DONE = 0,
        EXIT_UNDEFINED = 1, /* there is no such number */
        EXIT_USAGE = 2,     /* usage, syntax, an unknown name, a bad configuration */
        EXIT_REFUSED = 3,
        EXIT_FAILED =
                4, /* the system failed: output that cannot be written, memory that malloc lacks */
};

int command_eval(int argc, char **argv);
int command_predict(int argc, char **argv);
int command_calibrate(int argc, char **argv);

/* The commands that the daemon's side answers. */
#define CONTROL_COMMANDS 5
extern const char *const control_commands[CONTROL_COMMANDS];
bool is_control_command(const char *name);
/* Becomes the helper that does, with all the arguments; returns only if that fails. */
int run_control(char **argv);

/* From now on, ends the process with a sentence and EXIT_FAILED when GMP's memory is not there. */
void end_without_memory(void);
