/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The answers of eval and predict: what goes to standard output and standard error, and the exit
 * status. In text nothing is written to standard output unless the status is EXIT_DONE; in JSON an
 * object is, with the key `refusal` or `error` where there is no answer. The sentence goes to
 * standard error in both. An answer that cannot be written in full ends with EXIT_FAILED and says
 * so.
 */

#include <jansson.h>
#include <stddef.h>
#include "bng/request.h"

/* Reports a sentence; returns the status's exit status. */
int answer_failure(const struct request *request, bng_status status, const char *sentence);

/* Writes an object and releases it. exit_status is returned if that works. NULL is out of memory.
 */
int answer_json(json_t *object, int exit_status);
/* Reports a failure with an object of the command's own, which it releases. */
int answer_failure_json(json_t *object, bng_status status, const char *sentence);

/* The key that a failure's sentence has in an object. */
const char *answer_failure_key(bng_status status);
/* The line of JSON, with the newline, of a failure without other keys. For free(); NULL: no memory.
 */
char *answer_failure_line(bng_status status, const char *sentence);

/* Ends standard output after an answer in text: EXIT_DONE, or EXIT_FAILED after reporting why, once. */
int answer_end(void);
/* Any bytes as a JSON string: what is no UTF-8 is shown as question marks. */
json_t *answer_string(const char *text, size_t length);
