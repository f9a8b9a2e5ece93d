/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bng/request.h"

/*
 * Reads the whole of a file, "-" is standard input, into request->text. One that is longer than the
 * memory limit is refused, endless ones too. Returns EXIT_DONE, or another exit status after
 * reporting why.
 */
int input_read(struct request *request, const char *file);
