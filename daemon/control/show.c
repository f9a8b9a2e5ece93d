/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* From JSON to what a terminal may show. */

#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "config/units.h"
#include "control/control.h"
#include "report/escape.h"
#include "report/json.h"

/* One line, escaped, malloc'ed; NULL without memory. */
static char *__attribute__((format(printf, 1, 0))) line_of(const char *format, va_list arguments)
{
        char *text, *escaped;

        if (vasprintf(&text, format, arguments) < 0)
                return NULL;
        escaped = escape_string(text);
        free(text);
        return escaped;
}

void say(FILE *out, const char *format, ...)
{
        va_list arguments;
        char *line;

        va_start(arguments, format);
        line = line_of(format, arguments);
        va_end(arguments);
        if (line)
                fprintf(out, "%s\n", line);
        free(line);
}

static char *last_complaint;

const char *complaint(void)
{
        return last_complaint;
}

void complain(const struct options *options, const char *format, ...)
{
        va_list arguments;

        free(last_complaint);
        va_start(arguments, format);
        last_complaint = line_of(format, arguments);
        va_end(arguments);
        fprintf(stderr, "%s: %s\n", options->command,
                last_complaint ? last_complaint : "out of memory");
}

int failed(const struct options *options)
{
        json_t *json;

        if (options->json) {
                json = json_pack("{s:s?}", "error", last_complaint);
                print_json(json);
                json_decref(json);
        }
        return EXIT_FAILURE;
}

void print_json(const json_t *json)
{
        json_dumpf(json, stdout, REPORT_JSON_FLAGS);
        putchar('\n');
}

const char *text_field(const json_t *object, const char *key)
{
        const char *text = json_string_value(json_object_get(object, key));

        return text ? text : "";
}

uint64_t count_field(const json_t *object, const char *key)
{
        json_int_t count = json_integer_value(json_object_get(object, key));

        return count > 0 ? (uint64_t)count : 0;
}

static char *format_with(const char *sign, const json_t *count, const char *unit)
{
        struct bng_size_text size;
        json_int_t value = json_integer_value(count);
        uint64_t magnitude = value < 0 ? -(uint64_t)value : (uint64_t)value;
        char *text;

        if (!json_is_integer(count))
                return strdup("-");
        return asprintf(&text, "%s%s%s", sign, bng_format_bytes(magnitude, &size), unit) < 0 ? NULL
                                                                                             : text;
}

char *format_bytes(const json_t *count)
{
        return format_with("", count, "");
}

char *format_rate(const json_t *rate)
{
        json_int_t value = json_integer_value(rate);

        if (json_is_integer(rate) && value == 0)
                return strdup("0");
        return format_with(value < 0 ? "-" : "+", rate, "/s");
}

char *format_limit(const char *key, const json_t *count)
{
        if (json_is_string(count))
                return strdup(json_string_value(count));
        if (strcmp(key, "CpuTimeMax") == 0)
                return format_seconds(count);
        return format_with("", count,
                           strcmp(key, "GrowthMax") == 0 ? "/s"
                           : strcmp(key, "LeakMax") == 0 ? "/h"
                                                         : "");
}

char *format_seconds(const json_t *seconds)
{
        double usec = json_number_value(seconds) * 1e6 + .5;
        struct bng_size_text span;

        if (!json_is_number(seconds))
                return strdup("-");
        return strdup(bng_format_usec(usec >= 0x1p64 ? BNG_USEC_INFINITY
                                      : usec > 0     ? (uint64_t)usec
                                                     : 0,
                                      &span));
}

char *format_time(const char *rfc3339)
{
        struct tm utc = {0}, local;
        char text[64];
        time_t seconds;

        if (!strptime(rfc3339, "%Y-%m-%dT%H:%M:%S", &utc))
                return strdup(rfc3339);
        seconds = timegm(&utc);
        if (!localtime_r(&seconds, &local) ||
            strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S", &local) == 0)
                return strdup(rfc3339);
        return strdup(text);
}
