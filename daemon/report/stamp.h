/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * A moment as text: RFC 3339 in UTC with all six digits of the microseconds. Always the same width
 * (until the year 10000), so comparing two as text compares them in time.
 */

#include <stdint.h>

struct stamp {
        char text[48];
};

/* Microseconds since 1970, any value. Returns ret->text. Any thread. */
const char *stamp_format(uint64_t realtime_usec, struct stamp *ret);
