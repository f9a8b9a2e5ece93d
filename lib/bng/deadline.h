/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bng/request.h"

/*
 * The time limit of a request, in real time. When it is over the process ends as if it had refused:
 * the sentence on standard error, with --json the object on standard output, EXIT_REFUSED. GMP
 * cannot be interrupted and has nothing to clean up, so a signal handler does it. Everything that
 * it writes is made beforehand. Returns EXIT_DONE, or another exit status after reporting why.
 */
int deadline_set(const struct request *request);
/* Before the answer is written. */
void deadline_lift(void);
