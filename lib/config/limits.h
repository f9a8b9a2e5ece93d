/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The section [Limits], which both halves read: the library to obey it, the daemon to check it; and
 * the same limits in the environment, which go over it.
 */

#include "config/ini.h"

struct bng_config_limits {
        uint64_t result_max;           /* bits; UINT64_MAX: no limit */
        uint64_t operation_memory_max; /* bytes; UINT64_MAX: no limit; or the one below */
        uint64_t total_max;            /* bytes; UINT64_MAX: no limit */
        uint64_t time_max;             /* microseconds; BNG_USEC_INFINITY: no limit */
};

/* "auto": what the process may still use. */
#define BNG_CONFIG_MEMORY_AUTO (UINT64_MAX - 1)

/* Without configuration: ResultMax=16M, OperationMemoryMax=256M, no TotalMax, no TimeMax. */
#define BNG_CONFIG_LIMITS_DEFAULT                                                                  \
        ((struct bng_config_limits){                                                               \
                .result_max = UINT64_C(16) << 23,                                                  \
                .operation_memory_max = UINT64_C(256) << 20,                                       \
                .total_max = UINT64_MAX,                                                           \
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

/*
 * The limits of the environment over *limits: BIGNUM_GUARD_RESULT_MAX, and so on, written as in the
 * file; one that is empty is not there. A program that runs with more rights than its caller sees
 * none of them. False: *limits is unchanged and the errors name the variable.
 */
bool bng_config_limits_environment(struct bng_config_limits *limits,
                                   struct bng_config_errors *errors);

/* A size, or "auto". */
bool bng_config_parse_memory(const char *text, uint64_t *bytes, struct bng_why *why);
