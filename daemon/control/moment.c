/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "control/moment.h"

#include <stddef.h>
#include <string.h>
#include <time.h>
#include "config/units.h"

static bool parse_date(const char *text, uint64_t *realtime_usec)
{
        static const char *const forms[] = {"%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S",
                                            "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%Y-%m-%d"};

        for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
                struct tm tm = {.tm_isdst = -1};
                const char *end = strptime(text, forms[i], &tm);
                time_t seconds;

                if (!end)
                        continue;
                /* A fraction, as verdicts have it, is below what one asks for. */
                if (i < 2 && *end == '.')
                        end += 1 + strspn(end + 1, "0123456789");
                if (*end != '\0' && strcmp(end, "Z") != 0)
                        continue;
                seconds = *end == 'Z' ? timegm(&tm) : mktime(&tm);
                *realtime_usec = seconds > 0 ? (uint64_t)seconds * BNG_USEC_PER_SEC : 0;
                return true;
        }
        return false;
}

/* The last midnight, or the one before it, wherever the clock was put forward or back in between. */
static bool parse_day(const char *text, uint64_t *realtime_usec)
{
        bool yesterday = strcmp(text, "yesterday") == 0;
        time_t now = time(NULL);
        struct tm tm;

        if ((!yesterday && strcmp(text, "today") != 0) || !localtime_r(&now, &tm))
                return false;
        tm.tm_hour = tm.tm_min = tm.tm_sec = 0;
        tm.tm_mday -= yesterday;
        tm.tm_isdst = -1;
        now = mktime(&tm);
        *realtime_usec = now > 0 ? (uint64_t)now * BNG_USEC_PER_SEC : 0;
        return true;
}

bool moment_parse(const char *text, uint64_t *realtime_usec)
{
        struct timespec now;
        struct bng_why why;
        uint64_t ago, usec;

        if (parse_date(text, realtime_usec) || parse_day(text, realtime_usec))
                return true;
        if (!bng_parse_duration(text, &ago, &why))
                return false;
        clock_gettime(CLOCK_REALTIME, &now);
        usec = (uint64_t)now.tv_sec * BNG_USEC_PER_SEC + (uint64_t)now.tv_nsec / 1000;
        *realtime_usec = usec > ago ? usec - ago : 0;
        return true;
}
