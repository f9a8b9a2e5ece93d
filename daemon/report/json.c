/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "report/json.h"

#include <math.h>
#include <stdlib.h>
#include "report/escape.h"
#include "report/stamp.h"

json_t *json_text(const char *text)
{
        char *escaped;
        json_t *json;

        if (!text)
                return json_null();
        escaped = escape_string(text);
        json = escaped ? json_string(escaped) : NULL;
        free(escaped);
        return json;
}

json_t *json_count(uint64_t count)
{
        return json_integer(count > INT64_MAX ? INT64_MAX : (json_int_t)count);
}

json_t *json_count_or_null(uint64_t count)
{
        return count == UINT64_MAX ? json_null() : json_count(count);
}

int64_t json_whole(double value)
{
        int64_t whole = (int64_t)value;
        double rest = value - (double)whole;

        return whole + (rest >= 0.5) - (rest <= -0.5);
}

json_t *json_rounded(double value)
{
        if (!isfinite(value))
                return json_null();
        if (value >= 0x1p63)
                return json_integer(INT64_MAX);
        if (value <= -0x1p63)
                return json_integer(INT64_MIN);
        return json_integer(json_whole(value));
}

json_t *json_seconds(uint64_t usec)
{
        return json_real((double)usec / 1e6);
}

json_t *json_seconds_or_null(uint64_t usec)
{
        return usec == UINT64_MAX ? json_null() : json_seconds(usec);
}

json_t *json_time(uint64_t realtime_usec)
{
        struct stamp stamp;

        return json_string(stamp_format(realtime_usec, &stamp));
}

bool json_put(json_t *object, const char *key, json_t *value)
{
        return json_object_set_new(object, key, value) == 0;
}

char *json_line(const json_t *json)
{
        size_t size = json_dumpb(json, NULL, 0, REPORT_JSON_FLAGS), again;
        char *line = size > 0 ? malloc(size + 1) : NULL;

        if (!line)
                return NULL;
        again = json_dumpb(json, line, size, REPORT_JSON_FLAGS);
        if (again != size) {
                free(line);
                return NULL;
        }
        line[size] = '\0';
        return line;
}
