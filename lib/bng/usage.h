/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Command lines, for both sides of bng and the daemon: argp reads them, but what is wrong with one it only knows to
 * say on standard error, and not what would have been right. Here a wrong option is named with the
 * nearest one, and whoever asked for JSON, wherever on the command line, gets an object with the key
 * `error` as for every other failure. The process then ends with the exit status 2.
 */

#include <argp.h>

/* As argp_parse; returns only if the command line is right. Options may be shortened, as always. */
void usage_parse(const struct argp *argp, int argc, char **argv, unsigned flags, void *input);

/* As argp_error: for what a command itself finds wrong. One sentence, without a period. */
_Noreturn void usage_error(const struct argp_state *state, const char *format, ...)
        __attribute__((format(printf, 2, 3)));
