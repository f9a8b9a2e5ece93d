/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include "bng/request.h"

/*
 * The time limit of a request, in real time from the begin of the command until its answer is there:
 * reading the expression counts, writing the answer does not. When it is over the process ends as if
 * it had refused: the sentence on standard error, with --json the object on standard output,
 * EXIT_REFUSED. Neither GMP nor a read can be interrupted otherwise, and nothing has to be cleaned
 * up, so a signal handler does it. Everything that it writes is made beforehand.
 */

/* Now, for deadline_set: microseconds on the monotonic clock. */
uint64_t deadline_now_usec(void);
/*
 * `reads`: the expression comes from somewhere, which is what takes too long before deadline_goes_on.
 * Returns EXIT_DONE, or another exit status after reporting why.
 */
int deadline_set(const struct request *request, uint64_t begin_usec, bool reads);
/* The expression was read. */
void deadline_goes_on(void);
/* Before anything else is written. */
void deadline_lift(void);
