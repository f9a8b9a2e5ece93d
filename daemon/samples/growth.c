/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Growth that a window sustains. The window is cut into eight parts, and its rate is the least of
 *
 *   - the median of the parts' rates: more than half of the parts have to grow, so that one step or
 *     one temporary peak, however high, leaves it where it was;
 *   - the rate over the whole window: what came back is no growth;
 *   - the rate over the latest two parts: it has to go on now.
 *
 * Growth up to an older peak is told apart: from there it came back once, as a collector's teeth
 * do.
 *
 * Values between two samples lie on the line between them. A gap of up to an eighth of the window
 * is bridged so, at a longer one the window starts anew. Such a gap is little more than a part, and
 * a step that hides in it touches three at most: it does not reach the median. Less than seven
 * eighths of a window says nothing, so a worker that loads its modules is no burst yet. One that
 * fills memory faster than that meets its limit first.
 */

#include "samples/growth.h"
#include "samples/larger.h"
#include "samples/sort.h"

#define PARTS 8
#define USEC_PER_SEC 1e6

/* Bytes that b is above a. */
static double rise(struct sample a, struct sample b)
{
        return (double)b.bytes - (double)a.bytes;
}

/* Bytes per second from a to b; b is later. */
static double slope(struct sample a, struct sample b)
{
        return rise(a, b) / ((double)(b.usec - a.usec) / USEC_PER_SEC);
}

/* Where the growth window starts: behind the last gap, if one is in it, or with the first sample. */
static uint64_t window_start(const struct series *series)
{
        uint64_t window = series->growth_window, latest = series->latest.usec;
        uint64_t start = latest;

        for (unsigned i = series->n_recent - 1; i-- > 0;) {
                uint64_t before = series_recent(series, i).usec;

                if (start - before > window / PARTS)
                        return start;
                if (latest - before > window)
                        return latest - window;
                start = before;
        }
        return start;
}

/* The value at `usec`, which lies between the oldest and the latest sample; *i moves forward to the
 * sample at or behind it. */
static double value_at(const struct series *series, uint64_t usec, unsigned *i)
{
        struct sample before, after;

        while (series_recent(series, *i).usec < usec)
                (*i)++;
        after = series_recent(series, *i);
        if (after.usec == usec)
                return (double)after.bytes;
        before = series_recent(series, *i - 1);
        return (double)before.bytes +
               slope(before, after) * ((double)(usec - before.usec) / USEC_PER_SEC);
}

struct growth growth_over_window(const struct series *series)
{
        double at[PARTS + 1], rates[PARTS];
        double seconds, rate;
        uint64_t start, span;
        unsigned i = 0, steady = 0;

        if (series->n_recent < 2)
                return (struct growth){0};
        start = window_start(series);
        span = series->latest.usec - start;
        if (span < series->growth_window - series->growth_window / PARTS)
                return (struct growth){0};

        seconds = (double)span / USEC_PER_SEC / PARTS;
        for (unsigned p = 0; p < PARTS; p++)
                at[p] = value_at(series, start + span / PARTS * p, &i);
        at[PARTS] = (double)series->latest.bytes;
        for (unsigned p = 0; p < PARTS; p++)
                rates[p] = (at[p + 1] - at[p]) / seconds;
        sort_values(rates, PARTS);

        /* Of eight the fourth is the lower of the two in the middle. */
        rate = smaller(rates[PARTS / 2 - 1], (at[PARTS] - at[0]) / (seconds * PARTS));
        rate = smaller(rate, (at[PARTS] - at[PARTS - 2]) / (seconds * 2));
        for (unsigned p = 0; p < PARTS; p++)
                steady += rates[p] >= rate / 2;
        return (struct growth){
                .known = true,
                .regained = series->highest.usec < start,
                .rate = rate,
                .steady = (double)steady / PARTS,
        };
}

/* The first of the samples, of two at least, that tell of the latest `usec` microseconds. */
static unsigned first_over(const struct series *series, uint64_t usec)
{
        unsigned i = series->n_recent - 2;

        while (i > 0 && series->latest.usec - series_recent(series, i).usec < usec)
                i--;
        return i;
}

double growth_over(const struct series *series, uint64_t usec)
{
        if (series->n_recent < 2)
                return 0;
        return slope(series_recent(series, first_over(series, usec)), series->latest);
}

uint64_t growth_unseen_usec(const struct series *series, uint64_t usec)
{
        uint64_t longest = 0;

        if (series->n_recent < 2)
                return 0;
        for (unsigned i = first_over(series, usec); i + 1 < series->n_recent; i++) {
                uint64_t gap = series_recent(series, i + 1).usec - series_recent(series, i).usec;

                if (gap > longest)
                        longest = gap;
        }
        return longest;
}

double growth_latest(const struct series *series)
{
        return growth_over(series, series->growth_window / PARTS);
}

double growth_in_window(const struct series *series)
{
        unsigned i = 0;

        if (series->n_recent < 2)
                return 0;
        while (series->latest.usec - series_recent(series, i).usec > series->growth_window)
                i++;
        return rise(series_recent(series, i), series->latest);
}

double growth_going_on(const struct series *series)
{
        uint64_t half;
        unsigned first = 0, middle;

        if (series->n_recent < 2)
                return 0;
        while (series->latest.usec - series_recent(series, first).usec > series->growth_window)
                first++;
        half = (series->latest.usec - series_recent(series, first).usec) / 2;
        middle = first;
        while (series->latest.usec - series_recent(series, middle).usec > half)
                middle++;
        return larger(0, smaller(rise(series_recent(series, first), series->latest),
                                 2 * rise(series_recent(series, middle), series->latest)));
}
