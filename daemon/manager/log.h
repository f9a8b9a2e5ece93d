/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * What the daemon says about itself: one calm line an event, on standard error. Connected to the
 * journal a line carries its level as sd-daemon's prefix, on a terminal it is plain text. Text that
 * processes chose is escaped by whoever puts it into a line.
 */

#include <stdbool.h>
#include <stdint.h>
#include <syslog.h>
#include <systemd/sd-event.h>

/* From here to log_close() threads write, and nobody who says something waits for those who read. 0 or a negative
 * errno. What is still unsaid is waited for by log_close(), for a second at most. */
int log_open(sd_event *event);
void log_close(void);
/* Something else to be said that may take long, and that waits for no line; at once where there is no thread. With
 * `heard` false it is only to be freed: nobody listens. Called once. */
typedef void (*log_errand_fn)(void *userdata, bool heard);
void log_errand(log_errand_fn fn, void *userdata);

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
