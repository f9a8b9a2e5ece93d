/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The daemon's side of bng: one file a command. What the daemon knows is asked on its private socket;
 * verdicts are read from the state folder and configurations from their files, so that those commands
 * work while it is down.
 *
 * Exit status of every command: 0 it is done; 1 it is not (no daemon, no such process, a configuration
 * with errors), and one sentence on standard error says why; 2 the command line is wrong. With --json there is
 * an object on standard output in all cases, with that sentence as `error` where there is no other answer.
 */

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include "bng/usage.h"

#define EXIT_USAGE 2

/* argv[0] is "bng COMMAND", for messages. */
typedef int (*control_fn)(int argc, char **argv);
int control_status(int argc, char **argv);
int control_history(int argc, char **argv);
int control_explain(int argc, char **argv);
int control_check_config(int argc, char **argv);
int control_reload(int argc, char **argv);

/* The options that commands share: --json, --runtime DIR, --state DIR, as a child of their own. */
struct options {
        const char *command; /* "bng status" */
        bool json;
        bool user; /* of the user's own daemon */
        const char *runtime;
        const char *state;
};
extern const struct argp options_argp;
/* The parser of a command that has the shared options and nothing else; its input is the struct options. */
error_t parse_shared_only(int key, char *text, struct argp_state *state);
/* Whose daemon is the default is known from here on; the folders are set when the command line was read, as
 * folders.h says. */
void options_init(struct options *options, const char *command);

/*
 * Asks the running daemon (client_call). 0, with *text malloc'ed where it is not NULL; -ESRCH and -EINVAL
 * as client_call(), with *error malloc'ed. Everything else it tells on standard error and gives
 * -ENOTCONN.
 */
int ask(const struct options *options, const char *method, uint32_t pid, char **text, char **error);
/* The same for an answer in JSON. */
int ask_json(const struct options *options, const char *method, uint32_t pid, json_t **ret);
/* history_read() with its errors told; NULL then. */
struct history_filter;
json_t *read_history(const struct options *options, const struct history_filter *filter);

/* Prints one line, escaped as a whole: nothing that others named reaches a terminal otherwise. */
void say(FILE *out, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* The same with "COMMAND: " before it, on standard error. */
void complain(const struct options *options, const char *format, ...)
        __attribute__((format(printf, 2, 3)));
/* What was said so last; NULL: nothing, or without memory. Lives until the next one. */
const char *complaint(void);
/* After that, for a command that has no answer: in JSON an object with the key `error`. EXIT_FAILURE. */
int failed(const struct options *options);
/* Prints a document with its line end; takes nothing over. */
void print_json(const json_t *json);

/* A field, or what is shown where it is not there: "" or 0. */
const char *text_field(const json_t *object, const char *key);
uint64_t count_field(const json_t *object, const char *key);

/* Numbers for people; malloc'ed, NULL without memory. NULL or JSON null is "-". */
char *format_bytes(const json_t *count);
char *format_rate(const json_t *bytes_per_second); /* with its sign */
char *format_seconds(const json_t *seconds);
char *format_time(const char *rfc3339); /* local time, to the second */
/* Of a limit's key: its unit behind the number ("64M/h"). */
char *format_limit(const char *key, const json_t *count);
