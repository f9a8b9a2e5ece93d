/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Two memories of different length.
 *
 * The recent ring: its newest entry always is the latest sample. A new sample takes that entry's
 * place while it is closer than `spacing` to the one before, otherwise it gets an entry of its own.
 * So neighbours that stay are at least `spacing` apart, the 62 intervals between them last at least
 * 62 * W / 56 > W, and the ring spans the growth window W however fast the samples come.
 * It starts with room for a few, which is enough for who is far from every limit and so looked at rarely. Full, it
 * loses its oldest entry if the next one is as old as the window, and grows otherwise. Without memory it
 * loses it anyway: then the window is not full, and says nothing.
 *
 * The troughs: time since the first sample is cut into slots of a 48th of the leak window, and each
 * keeps the least that was seen in it. What lies above the trough of a slot came and went within
 * it. Most processes stand still most of the time, and then one number says it all: it is the latest sample. So
 * troughs are written down from the first that differs on, and until all are the same again. Without memory for that they are
 * taken for what they are now: such a past tells of no leak.
 */

#include <stdlib.h>
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
        free(series->troughs);
        *series = (struct series){
                .leak_window = window_or_default(leak_window, LEAK_WINDOW_DEFAULT),
                .growth_window = window_or_default(growth_window, GROWTH_WINDOW_DEFAULT),
                .many = series->many,
                .room = series->room,
        };
}

void series_free(struct series *series)
{
        free(series->many);
        free(series->troughs);
        *series = (struct series){0};
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

static unsigned room_of(const struct series *series)
{
        return series->many ? series->room : SERIES_FEW;
}

static unsigned place_of(const struct series *series, unsigned i)
{
        return (series->oldest + i) % room_of(series);
}

struct sample series_recent(const struct series *series, unsigned i)
{
        const struct sample *ring = series->many ? series->many : series->few;

        return ring[place_of(series, i)];
}

uint64_t series_still_usec(const struct series *series)
{
        return series->latest.usec - series->still_since;
}

/* False without memory. */
static bool make_room(struct series *series)
{
        unsigned room = 2 * room_of(series);
        struct sample *larger = malloc(room * sizeof(*larger));

        if (!larger)
                return false;
        for (unsigned i = 0; i < series->n_recent; i++)
                larger[i] = series_recent(series, i);
        free(series->many);
        series->many = larger;
        series->room = (uint8_t)room;
        series->oldest = 0;
        return true;
}

static bool spans_without_oldest(const struct series *series, uint64_t usec)
{
        return usec - series_recent(series, 1).usec > series->growth_window;
}

static void recent_push(struct series *series, struct sample sample)
{
        uint64_t spacing = series->growth_window / SPACINGS_PER_WINDOW;
        unsigned n = series->n_recent;

        if (n >= 2 &&
            series_recent(series, n - 1).usec - series_recent(series, n - 2).usec < spacing)
                n--;
        else if (n == room_of(series) &&
                 (n == SERIES_RECENT || spans_without_oldest(series, sample.usec) ||
                  !make_room(series))) {
                series->oldest = (uint8_t)place_of(series, 1);
                n--;
        }
        (series->many ? series->many : series->few)[place_of(series, n)] = sample;
        series->n_recent = (uint8_t)(n + 1);
}

float series_trough(const struct series *series, uint64_t slot)
{
        return series->troughs ? series->troughs[slot % SERIES_TROUGHS]
                               : (float)series->latest.bytes;
}

/* They have all been `same` so far. */
static void write_troughs(struct series *series, float same)
{
        series->troughs = malloc(SERIES_TROUGHS * sizeof(*series->troughs));
        for (unsigned i = 0; series->troughs && i < SERIES_TROUGHS; i++)
                series->troughs[i] = i <= series->slot ? same : SERIES_NO_TROUGH;
}

static bool all_are(const struct series *series, float same)
{
        for (unsigned i = 0; i < SERIES_TROUGHS; i++)
                if (series->troughs[i] != same)
                        return false;
        return true;
}

static void trough_push(struct series *series, struct sample sample, struct sample before)
{
        uint64_t slot = (sample.usec - series->first.usec) / series_slot_usec(series);
        uint64_t passed = slot - series->slot;
        bool bridged = sample.bytes == before.bytes && passed <= SERIES_STILL_SLOTS;
        float bytes = (float)sample.bytes, between = bridged ? bytes : SERIES_NO_TROUGH;
        float *trough;

        if (!series->troughs && !bridged)
                write_troughs(series, (float)before.bytes);
        if (!series->troughs) {
                series->slot = slot;
                return;
        }

        /* After a gap that is longer than the memory every slot is passed once, not more often. */
        if (slot - series->slot > SERIES_TROUGHS)
                series->slot = slot - SERIES_TROUGHS;
        while (series->slot < slot)
                series->troughs[++series->slot % SERIES_TROUGHS] = between;

        trough = &series->troughs[slot % SERIES_TROUGHS];
        if (bytes < *trough)
                *trough = bytes;
        if (passed > 0 && bridged && all_are(series, bytes)) {
                free(series->troughs);
                series->troughs = NULL;
        }
}

void series_push(struct series *series, uint64_t usec, uint64_t bytes)
{
        struct sample sample = {usec, bytes}, before = series->latest;

        if (series->n_pushed == 0)
                series->first = series->highest = before = sample;
        else if (usec <= before.usec)
                return;

        if (series->n_pushed == 0 || bytes != before.bytes)
                series->still_since = usec;
        series->n_pushed++;
        series->latest = sample;
        if (sample.bytes > series->highest.bytes)
                series->highest = sample;
        recent_push(series, sample);
        trough_push(series, sample, before);
}

void series_take_recent(struct series *series, const struct series *from)
{
        for (unsigned i = 0; i < from->n_recent; i++) {
                struct sample sample = series_recent(from, i);

                series_push(series, sample.usec, sample.bytes);
        }
}

/* What all 64 bits hold was rounded up to one more than they can. */
static uint64_t to_bytes(float trough)
{
        return trough < 0x1p64F ? (uint64_t)trough : UINT64_MAX;
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
                uint64_t usec = series->first.usec + slot * slot_usec + slot_usec / 2;
                float trough = series_trough(series, slot);

                if (usec >= series_recent(series, 0).usec)
                        break;
                if (trough < SERIES_NO_TROUGH && usec > series->first.usec)
                        all[n++] = (struct sample){usec, to_bytes(trough)};
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
