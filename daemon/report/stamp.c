/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "report/stamp.h"

#include <inttypes.h>
#include <stdio.h>
#include <time.h>

const char *stamp_format(uint64_t realtime_usec, struct stamp *ret)
{
        /* 2^64 microseconds are 584 542 years: they fit time_t and the year's int. */
        time_t seconds = (time_t)(realtime_usec / 1000000);
        struct tm tm;

        gmtime_r(&seconds, &tm);
        snprintf(ret->text, sizeof(ret->text), "%04d-%02d-%02dT%02d:%02d:%02d.%06uZ",
                 tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec,
                 (unsigned)(realtime_usec % 1000000));
        return ret->text;
}
