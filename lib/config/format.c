/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <inttypes.h>
#include <stdio.h>
#include "config/units.h"

/* value / unit with one decimal below 10, whole from there, rounded to nearest; unit < 2^60. */
static void print_scaled(struct bng_size_text *out, uint64_t value, uint64_t unit, const char *name)
{
        uint64_t whole = value / unit, rest = value % unit;
        uint64_t tenths = 10 * whole + (10 * rest + unit / 2) / unit;

        if (whole < 10 && tenths < 100 && tenths % 10 != 0)
                snprintf(out->text, sizeof(out->text), "%" PRIu64 ".%" PRIu64 "%s", tenths / 10,
                         tenths % 10, name);
        else
                snprintf(out->text, sizeof(out->text), "%" PRIu64 "%s",
                         whole < 10 ? tenths / 10 : whole + (rest >= unit - unit / 2), name);
}

const char *bng_format_bytes(uint64_t bytes, struct bng_size_text *out)
{
        static const char *const names[] = {"K", "M", "G", "T", "P", "E"};
        unsigned i = 0;
        uint64_t unit = 1024;

        if (bytes < 1024) {
                snprintf(out->text, sizeof(out->text),
                         bytes == 1 ? "%" PRIu64 " byte" : "%" PRIu64 " bytes", bytes);
                return out->text;
        }
        /* 1023.5 and more would round to 1024: the next prefix says that better */
        while (i < 5 && bytes / (unit / 2) >= 2 * 1024 - 1) {
                unit *= 1024;
                i++;
        }
        print_scaled(out, bytes, unit, names[i]);
        return out->text;
}

/* "2min 3s": the value in the larger unit and what remains in the smaller. */
static void print_pair(struct bng_size_text *out, uint64_t small, uint64_t ratio,
                       const char *large_name, const char *small_name)
{
        if (small % ratio == 0)
                snprintf(out->text, sizeof(out->text), "%" PRIu64 "%s", small / ratio, large_name);
        else
                snprintf(out->text, sizeof(out->text), "%" PRIu64 "%s %" PRIu64 "%s", small / ratio,
                         large_name, small % ratio, small_name);
}

static uint64_t rounded(uint64_t usec, uint64_t unit)
{
        return usec / unit + (usec % unit >= unit - unit / 2);
}

const char *bng_format_usec(uint64_t usec, struct bng_size_text *out)
{
        const uint64_t sec = BNG_USEC_PER_SEC;

        if (usec == BNG_USEC_INFINITY)
                snprintf(out->text, sizeof(out->text), "infinity");
        else if (usec == 0)
                snprintf(out->text, sizeof(out->text), "0s");
        else if (usec < 1000)
                snprintf(out->text, sizeof(out->text), "%" PRIu64 "us", usec);
        else if (usec < sec - 500)
                print_scaled(out, usec, 1000, "ms");
        else if (usec < 60 * sec - sec / 2)
                print_scaled(out, usec, sec, "s");
        else if (rounded(usec, sec) < 3600)
                print_pair(out, rounded(usec, sec), 60, "min", "s");
        else if (rounded(usec, 60 * sec) < 1440)
                print_pair(out, rounded(usec, 60 * sec), 60, "h", "min");
        else
                print_pair(out, rounded(usec, 3600 * sec), 24, "d", "h");
        return out->text;
}
