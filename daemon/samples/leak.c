/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A leak is memory that goes up and never comes back. What came back is told by the future: the
 * memory that remained of a moment is the least that was seen at it or at any time after it. So:
 *
 *   1. The window is cut into eight parts, and the trough of each is taken: teeth and peaks that
 *      are shorter than a part are gone.
 *   2. From the end to the start each trough is lowered to the least behind it: whatever a later
 *      return undid is gone as well. What is left, m[0] <= ... <= m[7], only rises where memory
 *      stayed.
 *   3. Each of the seven rises has to be at least half of their mean, and half of what LeakMax=
 *      allows in a part. A step, a peak, or a warm-up or cache that levels off rises in some parts
 *      only; a collector's teeth return at least once in the later half when their period is up to
 *      half of the window, and leave the parts before that level. All of them fail here. Noise
 *      hardly ever passes: eight troughs are in order once in 8! = 40320 times.
 *   4. Growth that only regains what an older trough held, as far as two windows remember, is none.
 *   5. The rate is the median of the slopes between any two of the eight (Theil, Sen), and the
 *      lower end of its confidence interval has to be above LeakMax=. Sen's interval is Kendall's
 *      test read backwards, so that test is made: with S = (pairs steeper than LeakMax) - (pairs
 *      flatter), the confidence is the share of all orders of eight values in which S is less.
 *
 * Slow teeth on a leak rise once a period, and steps of large arenas once a step. If that is less
 * often than once a part, the same test over two windows has parts of twice the length. Nothing
 * here is in seconds: all is relative to the window.
 *
 * Found, as soon as the window is full or some windows later: leaks of 1.5 times LeakMax= or
 * faster, with teeth or steps up to a quarter of a window apart, if what the looks see of the
 * troughs deviates by up to a twentieth of what LeakMax= allows in a window. Not found: growth
 * below half of LeakMax=; and, however high, noise that forgets within a twentieth of a window,
 * warm-ups, cache fills and peaks of up to half of a window, teeth with a period of up to half of a
 * window, a few steps, load that ebbs and returns within two windows. Between 0.5 and 1.5 times
 * LeakMax= both may happen (with little noise the line is sharp). A worker that fills a cache
 * faster than LeakMax= for longer than a window does what LeakMax= forbids.
 */

#include "samples/leak.h"
#include "samples/larger.h"
#include "samples/sort.h"

#define PARTS 8
#define PAIRS (PARTS * (PARTS - 1) / 2)
#define CONFIDENCE_MIN 0.95
#define USEC_PER_SEC 1e6

_Static_assert(
        SERIES_SLOTS % PARTS == 0 && SERIES_TROUGHS > 2 * SERIES_SLOTS,
        "parts are whole slots, of one window and of two, and the latest slot is beside them");

/*
 * What stayed, for each part of the `n` slots before the latest one (which is not over yet, but
 * lowers what came before). False where less than half of a part's slots have been seen.
 */
static bool remains(const struct series *series, unsigned n, double m[static PARTS])
{
        unsigned part_slots = n / PARTS;
        float least = series_trough(series, series->slot);
        uint64_t slot = series->slot;

        for (unsigned p = PARTS; p-- > 0;) {
                unsigned seen = 0;

                for (unsigned i = 0; i < part_slots; i++) {
                        float trough = series_trough(series, --slot);

                        seen += trough != SERIES_NO_TROUGH;
                        if (trough < least)
                                least = trough;
                }
                if (seen * 2 < part_slots)
                        return false;
                m[p] = (double)least;
        }
        return true;
}

/* The highest trough among the parts that are remembered from before the `n` slots; 0 if none are. */
static double highest_before(const struct series *series, unsigned n)
{
        unsigned part_slots = n / PARTS;
        double highest = 0;

        for (unsigned back = n + part_slots; back < SERIES_TROUGHS && back <= series->slot;
             back += part_slots) {
                float least = SERIES_NO_TROUGH;

                for (unsigned i = 0; i < part_slots; i++) {
                        float trough = series_trough(series, series->slot - back + i);

                        if (trough < least)
                                least = trough;
                }
                if (least != SERIES_NO_TROUGH)
                        highest = larger(highest, (double)least);
        }
        return highest;
}

/* Each part rises, by half of `allowed` and by half of the mean at least. Bytes a part. */
static bool is_steady(const double m[static PARTS], double allowed)
{
        double mean = (m[PARTS - 1] - m[0]) / (PARTS - 1);
        double least = larger(allowed, mean) / 2;

        for (unsigned p = 1; p < PARTS; p++)
                if (m[p] <= m[p - 1] || m[p] - m[p - 1] < least)
                        return false;
        return true;
}

/* The share of the 8! orders of eight values in which Kendall's S is less than this one; for S below 0, which is as
 * far from a leak as can be, 0. */
static double share_below(int s)
{
        /* Orders with 0, 1, ... pairs the wrong way round; each of them lowers S by two. */
        static const unsigned orders[PAIRS / 2 + 1] = {1,    7,    27,   76,   174,  343,  602, 961,
                                                       1415, 1940, 2493, 3017, 3450, 3736, 3836};
        unsigned at_least = 0;

        if (s < 0)
                return 0;
        for (int wrong = 0; wrong <= (PAIRS - s) / 2; wrong++)
                at_least += orders[wrong];
        return 1 - at_least / 40320.0;
}

/* `allowed` and the rate: bytes a part. */
static struct leak judge_slopes(const double m[static PARTS], double allowed)
{
        double slopes[PAIRS], confidence;
        unsigned n = 0;
        int s = 0;

        for (unsigned a = 0; a < PARTS; a++)
                for (unsigned b = a + 1; b < PARTS; b++) {
                        double slope = (m[b] - m[a]) / (b - a);

                        s += (slope > allowed) - (slope < allowed);
                        slopes[n++] = slope;
                }

        confidence = share_below(s);
        if (confidence < CONFIDENCE_MIN)
                return (struct leak){0};
        sort_values(slopes, PAIRS);
        return (struct leak){
                .found = true,
                .rate = (slopes[PAIRS / 2 - 1] + slopes[PAIRS / 2]) / 2,
                .confidence = confidence,
        };
}

struct leak leak_judge(const struct series *series, uint64_t max_per_hour)
{
        if (series->n_pushed == 0)
                return (struct leak){0};

        for (unsigned n = SERIES_SLOTS; n < SERIES_TROUGHS && n <= series->slot;
             n += SERIES_SLOTS) {
                double part_seconds = (double)series_slot_usec(series) * (n / PARTS) / USEC_PER_SEC;
                double allowed = (double)max_per_hour / 3600 * part_seconds;
                double m[PARTS];
                struct leak leak;

                if (!remains(series, n, m) || !is_steady(m, allowed))
                        continue;
                if (highest_before(series, n) - m[0] > (m[PARTS - 1] - m[0]) / 2)
                        continue;
                leak = judge_slopes(m, allowed);
                leak.rate /= part_seconds;
                if (leak.found)
                        return leak;
        }
        return (struct leak){0};
}

double leak_in_window(const struct series *series)
{
        uint64_t slot = series->slot < SERIES_SLOTS ? 0 : series->slot - SERIES_SLOTS;

        if (series->n_pushed == 0)
                return 0;
        while (series_trough(series, slot) == SERIES_NO_TROUGH)
                slot++;
        return (double)series_trough(series, series->slot) - (double)series_trough(series, slot);
}

double leak_going_on(const struct series *series)
{
        uint64_t first = series->slot < SERIES_SLOTS ? 0 : series->slot - SERIES_SLOTS, middle;
        double latest;

        if (series->n_pushed == 0)
                return 0;
        while (series_trough(series, first) == SERIES_NO_TROUGH)
                first++;
        middle = first + (series->slot - first) / 2;
        while (series_trough(series, middle) == SERIES_NO_TROUGH)
                middle++;
        latest = (double)series_trough(series, series->slot);
        return larger(0, smaller(latest - (double)series_trough(series, first),
                                 2 * (latest - (double)series_trough(series, middle))));
}
