/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The section [Limits], which both halves read: the library to obey it, the daemon to check it.
 */

#include "config/ini.h"

struct bng_config_limits {
        uint64_t result_max;           /* bits; UINT64_MAX: no limit */
        uint64_t operation_memory_max; /* bytes; UINT64_MAX: no limit */
        uint64_t time_max;             /* microseconds; BNG_USEC_INFINITY: no limit */
};

/* Without configuration: ResultMax=16M, OperationMemoryMax=256M, no TimeMax. */
#define BNG_CONFIG_LIMITS_DEFAULT                                                                  \
        ((struct bng_config_limits){                                                               \
                .result_max = UINT64_C(16) << 23,                                                  \
                .operation_memory_max = UINT64_C(256) << 20,                                       \
                .time_max = BNG_USEC_INFINITY,                                                     \
        })

/* Takes one key of [Limits]; an empty value goes back to the default. */
bool bng_config_limits_key(struct bng_config_limits *limits, const char *key, const char *value,
                           struct bng_why *why);

/*
 * The [Limits] of the configuration over the defaults: of `file` alone, or with NULL of all the
 * files below `root` (bng_config_read_all). Sections of the daemon are passed over. False: *limits
 * is unchanged and the errors say why.
 */
bool bng_config_limits_read(struct bng_config_limits *limits, const char *root, const char *file,
                            struct bng_config_errors *errors);
