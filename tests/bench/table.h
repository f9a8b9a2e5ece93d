/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Rows of figures, for people in columns or as a JSON array of objects, and the time that this process has
 * used: whatever else runs on the machine is not counted.
 */

#include <stdbool.h>
#include <stdio.h>
#include <time.h>

static bool table_is_json;
static bool table_is_empty = true;

static inline double now_seconds(void)
{
        struct timespec t;

        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
        return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* The start of a row. */
static inline void row(const char *table, const char *name)
{
        if (table_is_json)
                printf("%s{\"table\": \"%s\", \"operation\": \"%s\"", table_is_empty ? "[" : ",\n",
                       table, name);
        else
                printf("%-16s", name);
        table_is_empty = false;
}

static inline void cell(const char *key, double value, int decimals)
{
        if (table_is_json)
                printf(", \"%s\": %g", key, value);
        else
                printf(" %12.*f", decimals, value);
}

static inline void end_row(void)
{
        puts(table_is_json ? "}" : "");
        fflush(stdout);
}

static inline void heading(const char *text)
{
        if (!table_is_json)
                printf("\n%s\n", text);
}

static inline void end_table(void)
{
        if (table_is_json)
                puts(table_is_empty ? "[]" : "]");
}
