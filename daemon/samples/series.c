/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Two memories of different length.
 *
 * The recent ring: its newest entry always is the latest sample. A new sample takes that entry's
 * place while it is closer than `spacing` to the one before, otherwise it gets an entry of its own.
 * So neighbours that stay are at least `spacing` apart, the 62 intervals between them last at least
 * 62 * W / 56 > W, and the ring spans the growth window W however fast the samples come.
 *
 * The troughs: time since the first sample is cut into slots of a 48th of the leak window, and each
 * keeps the least that was seen in it. What lies above the trough of a slot came and went within
 * it.
 */

#include <string.h>
#include "samples/series.h"

#define SPACINGS_PER_WINDOW 56

/* For rates and forecasts of policies that name no window. */
#define GROWTH_WINDOW_DEFAULT UINT64_C(10000000) /* 10 s */
#define LEAK_WINDOW_DEFAULT UINT64_C(600000000)  /* 10 min */

static uint64_t window_or_default(uint64_t window, uint64_t otherwise)
{
        if (window == 0 || window == UINT64_MAX)
                return otherwise;
        if (window < SERIES_WINDOW_MIN)
                return SERIES_WINDOW_MIN;
        return window < SERIES_WINDOW_MAX ? window : SERIES_WINDOW_MAX;
}

void series_init(struct series *series, uint64_t leak_window, uint64_t growth_window)
{
        memset(series, 0, sizeof(*series));
        series->leak_window = window_or_default(leak_window, LEAK_WINDOW_DEFAULT);
        series->growth_window = window_or_default(growth_window, GROWTH_WINDOW_DEFAULT);
}

void series_reset(struct series *series)
{
        series_init(series, series->leak_window, series->growth_window);
}

uint64_t series_slot_usec(const struct series *series)
{
        /* Rounded up, so that SERIES_SLOTS slots never are less than the window. */
        return (series->leak_window + SERIES_SLOTS - 1) / SERIES_SLOTS;
}

uint64_t series_seen(const struct series *series)
{
        return series->latest.usec - series->first.usec;
}

uint64_t series_peak(const struct series *series)
{
        return series->highest.bytes;
}

struct sample series_recent(const struct series *series, unsigned i)
{
        unsigned oldest = series->recent_end + SERIES_RECENT - series->n_recent;

        return series->recent[(oldest + i) % SERIES_RECENT];
}

static void recent_push(struct series *series, struct sample sample)
{
        uint64_t spacing = series->growth_window / SPACINGS_PER_WINDOW;
        unsigned n = series->n_recent;

        if (n >= 2 &&
            series_recent(series, n - 1).usec - series_recent(series, n - 2).usec < spacing) {
                series->recent[(series->recent_end + SERIES_RECENT - 1) % SERIES_RECENT] = sample;
                return;
        }

        series->recent[series->recent_end] = sample;
        series->recent_end = (series->recent_end + 1) % SERIES_RECENT;
        if (n < SERIES_RECENT)
                series->n_recent++;
}

static void trough_push(struct series *series, struct sample sample)
{
        uint64_t slot = (sample.usec - series->first.usec) / series_slot_usec(series);
        uint64_t *trough;

        /* After a gap that is longer than the memory every slot is passed once, not more often. */
        if (slot - series->slot > SERIES_TROUGHS)
                series->slot = slot - SERIES_TROUGHS;
        while (series->slot < slot)
                series->troughs[++series->slot % SERIES_TROUGHS] = SERIES_NO_TROUGH;

        trough = &series->troughs[slot % SERIES_TROUGHS];
        if (sample.bytes < *trough)
                *trough = sample.bytes;
}

void series_push(struct series *series, uint64_t usec, uint64_t bytes)
{
        struct sample sample = {usec, bytes < SERIES_NO_TROUGH ? bytes : SERIES_NO_TROUGH - 1};

        if (series->n_pushed == 0) {
                series->first = series->highest = sample;
                for (unsigned i = 0; i < SERIES_TROUGHS; i++)
                        series->troughs[i] = SERIES_NO_TROUGH;
        } else if (usec <= series->latest.usec) {
                return;
        }

        series->n_pushed++;
        series->latest = sample;
        if (sample.bytes > series->highest.bytes)
                series->highest = sample;
        recent_push(series, sample);
        trough_push(series, sample);
}

size_t series_export(const struct series *series, struct sample *ret, size_t max)
{
        struct sample all[1 + SERIES_TROUGHS + SERIES_RECENT];
        uint64_t slot_usec = series_slot_usec(series);
        uint64_t slot;
        size_t n = 0;

        if (series->n_pushed == 0 || max < 2)
                return 0;

        if (series->first.usec < series_recent(series, 0).usec)
                all[n++] = series->first;
        slot = series->slot < SERIES_TROUGHS ? 0 : series->slot - SERIES_TROUGHS + 1;
        for (; slot <= series->slot; slot++) {
                struct sample trough = {
                        .usec = series->first.usec + slot * slot_usec + slot_usec / 2,
                        .bytes = series->troughs[slot % SERIES_TROUGHS],
                };

                if (trough.usec >= series_recent(series, 0).usec)
                        break;
                if (trough.bytes != SERIES_NO_TROUGH && trough.usec > series->first.usec)
                        all[n++] = trough;
        }
        for (unsigned i = 0; i < series->n_recent; i++)
                all[n++] = series_recent(series, i);

        if (n <= max) {
                memcpy(ret, all, n * sizeof(*all));
                return n;
        }
        for (size_t i = 0; i < max; i++)
                ret[i] = all[i * (n - 1) / (max - 1)];
        return max;
}
