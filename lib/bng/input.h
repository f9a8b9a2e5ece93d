/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bng/request.h"

/*
 * Reads the whole of a file, "-" is standard input, into request->text, which counts as held in the
 * context. One that is longer than the memory limit is refused, endless ones too; under
 * OperationMemoryMax=auto one for which half of what is left at the moment would not do. Returns
 * EXIT_DONE, or another exit status after reporting why; the deadline is lifted then.
 */
int input_read(struct request *request, const char *file);
