/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Reads back what the store wrote, rotated files first, whether or not the daemon runs. Only whole
 * lines that parse count; what does not (someone edited the file) is skipped and counted.
 */

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct history_filter {
        uint64_t since_realtime_usec; /* 0: all */
        const char *policy;           /* NULL: all */
        pid_t pid;                    /* 0: all */
        size_t max;                   /* the latest so many; 0: all */
};

/* 0 with *ret a new array, oldest first (empty when nothing was ever written), and *skipped the number
 * of unreadable lines; -ENOMEM, or a negative errno of the folder or a file (-EACCES). */
int history_read(const char *folder, const struct history_filter *filter, json_t **ret,
                 size_t *skipped);
