/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A series that is empty, and how it grows. */

#include "samples/series.h"

#define SECOND UINT64_C(1000000)
#define MINUTE (60 * SECOND)
#define MIB (UINT64_C(1) << 20)

static struct series series;

static int fresh(void **state)
{
        (void)state;
        series_init(&series, 10 * MINUTE, 10 * SECOND);
        return 0;
}

/* From the latest sample (or 0) until `until`, a look every `every`, `rate` bytes per second. */
static inline void grow(uint64_t until, uint64_t every, double rate)
{
        uint64_t from = series.n_pushed ? series.latest.usec : 0;
        uint64_t bytes = series.n_pushed ? series.latest.bytes : 100 * MIB;

        for (uint64_t usec = from + every; usec <= until; usec += every)
                series_push(&series, usec,
                            (uint64_t)((double)bytes + rate * (double)(usec - from) / 1e6));
}
