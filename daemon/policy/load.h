/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * From files to a guard_config: one table says for every key how its value is read and where it
 * goes, and a second pass checks what no single key can show (a policy without a limit, and so on).
 * All or nothing: either a complete configuration or the whole list of errors.
 */

#include "config/errors.h"
#include "policy/policy.h"

/*
 * Reads `file` alone, or with NULL every file below `root` (NULL: this host's; see config/paths.h).
 * 0 with *ret, which the caller frees by guard_config_free. -EINVAL: *ret is untouched and `errors`
 * holds at least one line. -ENOMEM. No file at all is a valid configuration without policies.
 */
int guard_config_load(struct guard_config **ret, const char *root, const char *file,
                      struct bng_config_errors *errors);
struct guard_config *guard_config_free(struct guard_config *config); /* NULL */
