/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * What eval and predict are asked: an expression and the limits to judge it by, from the command
 * line over [Limits] of the configuration over the built-in ones.
 */

#include <stdbool.h>
#include <stddef.h>
#include "bignum-guard.h"

/* Behind the purpose of a command, for --help. */
#define REQUEST_HELP                                                                               \
        "\vEXPR is one argument: put it between single quotes. `-' reads it from standard input, " \
        "`--' stands before one that begins with a sign.\n\n"                                      \
        "Exit status: 0 done, 1 undefined, 2 usage or syntax, 3 refused, 4 the system failed."

struct request {
        bng_ctx *ctx;
        char *text; /* any bytes, not ended by a NUL */
        size_t length;
        bool json;
};

/*
 * Reads the command line and the expression. Exits by itself on --help, --version and usage errors.
 * The deadline (deadline.h) is set from here on, and the caller lifts it.
 * Returns EXIT_DONE, or another exit status after reporting why. request_end in any case.
 */
int request_read(struct request *request, int argc, char **argv, const char *purpose);
void request_end(struct request *request);

/* Takes the speed of this machine where it was measured; says so where the file is none. */
void request_load_speed(const struct request *request);
