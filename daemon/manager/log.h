/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * What the daemon says about itself: one calm line an event, on standard error. Connected to the
 * journal a line carries its level as sd-daemon's prefix, on a terminal it is plain text. Text that
 * processes chose is escaped by whoever puts it into a line.
 */

#include <stdint.h>
#include <syslog.h>

/* `level` is syslog's: LOG_ERR, LOG_WARNING, LOG_NOTICE, LOG_INFO. Any thread. */
void log_line(int level, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* One kind of trouble that may come back at every look: said once, then again at the earliest after
 * LOG_TROUBLE_USEC. Starts as {0}. */
#define LOG_TROUBLE_USEC (UINT64_C(600) * 1000000)

struct log_trouble {
        uint64_t again; /* monotonic microseconds */
};
void log_trouble(struct log_trouble *trouble, uint64_t now, const char *format, ...)
        __attribute__((format(printf, 3, 4)));
