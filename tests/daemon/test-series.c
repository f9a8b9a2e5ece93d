/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What a series remembers, whatever the sampling. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include "samples/growth.h"
#include "samples/leak.h"
#include "series-fixture.h"
#include "shapes.h"

static void test_size(void **state)
{
        (void)state;
        assert_true(sizeof(struct series) <= 192);
}

static void test_empty(void **state)
{
        struct sample ret[4];

        (void)state;
        assert_int_equal(series_seen(&series), 0);
        assert_int_equal(series.highest.bytes, 0);
        assert_int_equal(series_export(&series, ret, 4), 0);
        assert_false(growth_over_window(&series).known);
        assert_true(growth_latest(&series) == 0);
        assert_true(growth_in_window(&series) == 0);
        assert_true(leak_in_window(&series) == 0);
        assert_false(leak_judge(&series, 0).found);
}

static void test_still(void **state)
{
        (void)state;
        assert_int_equal(series_still_usec(&series), 0);
        series_push(&series, 1, 7);
        assert_int_equal(series_still_usec(&series), 0);
        series_push(&series, 1 + 20 * SECOND, 7);
        assert_int_equal(series_still_usec(&series), 20 * SECOND);
        series_push(&series, 1 + 21 * SECOND, 7);
        assert_int_equal(series_still_usec(&series), 21 * SECOND);
        series_push(&series, 40 * SECOND, 8);
        assert_int_equal(series_still_usec(&series), 0);
        series_push(&series, 60 * SECOND, 8);
        assert_int_equal(series_still_usec(&series), 20 * SECOND);
        series_init(&series, series.leak_window, series.growth_window);
        series_push(&series, 80 * SECOND, 8);
        assert_int_equal(series_still_usec(&series), 0);
}

static void assert_troughs(uint64_t first, uint64_t last, float expected)
{
        for (uint64_t slot = first; slot <= last; slot++)
                assert_true(series_trough(&series, slot) == expected);
}

/* Only between two samples that are alike, and near each other. */
static void test_what_was_between(void **state)
{
        const uint64_t slot = series_slot_usec(&series);
        uint64_t latest = SERIES_STILL_SLOTS;

        (void)state;
        series_push(&series, 1, 7);
        series_push(&series, 1 + latest * slot, 7);
        assert_troughs(0, latest, 7);
        latest += SERIES_STILL_SLOTS + 1;
        series_push(&series, 1 + latest * slot, 7);
        assert_troughs(latest - SERIES_STILL_SLOTS, latest - 1, SERIES_NO_TROUGH);
        assert_troughs(latest, latest, 7);
        latest += 2;
        series_push(&series, 1 + latest * slot, 8);
        assert_troughs(latest - 1, latest - 1, SERIES_NO_TROUGH);
        latest += 2;
        series_push(&series, 1 + latest * slot, 8);
        assert_troughs(latest - 2, latest, 8);
        latest += 2;
        series_push(&series, 1 + latest * slot, 7);
        assert_troughs(latest - 1, latest - 1, SERIES_NO_TROUGH);
}

static void test_one_sample(void **state)
{
        struct sample ret[4];

        (void)state;
        series_push(&series, 5 * SECOND, 7);
        assert_int_equal(series_seen(&series), 0);
        assert_int_equal(series.highest.bytes, 7);
        assert_int_equal(series_export(&series, ret, 4), 1);
        assert_int_equal(ret[0].usec, 5 * SECOND);
        assert_int_equal(ret[0].bytes, 7);
        assert_false(growth_over_window(&series).known);
        assert_true(growth_latest(&series) == 0);
        assert_true(leak_in_window(&series) == 0);
        assert_false(leak_judge(&series, 0).found);
}

static void test_time_does_not_go_back(void **state)
{
        (void)state;
        series_push(&series, 10, 1);
        series_push(&series, 10, 2);
        series_push(&series, 9, 3);
        assert_int_equal(series.n_pushed, 1);
        assert_int_equal(series.latest.bytes, 1);
        assert_int_equal(series.highest.bytes, 1);
        series_push(&series, 11, 2);
        assert_int_equal(series.n_pushed, 2);
}

static void test_ring_spans_the_window(void **state)
{
        static const uint64_t intervals[] = {50, 1000, 3333, 178000, 179000, 500000, 5000000};

        (void)state;
        for (size_t i = 0; i < sizeof(intervals) / sizeof(*intervals); i++) {
                fresh(NULL);
                grow(3 * series.growth_window + 1, intervals[i], 0);
                assert_true(series.latest.usec - series_recent(&series, 0).usec >=
                            series.growth_window);
                assert_int_equal(series_recent(&series, series.n_recent - 1).usec,
                                 series.latest.usec);
                for (unsigned k = 1; k < series.n_recent; k++)
                        assert_true(series_recent(&series, k).usec >
                                    series_recent(&series, k - 1).usec);
        }
}

/* Who is looked at rarely costs little, and one that was looked at often for a while is right afterwards. */
static void test_few_samples_need_no_memory(void **state)
{
        (void)state;
        series_free(&series);
        fresh(NULL);
        grow(30 * MINUTE, 6250000, 1e5);
        assert_null(series.many);
        assert_true(fabs(growth_latest(&series) - 1e5) < 1);
        assert_true(fabs(leak_judge(&series, 100 * MIB).rate - 1e5) < 1e3);
        grow(31 * MINUTE, 100000, 1e5);
        assert_non_null(series.many);
        assert_int_equal(series.n_recent, SERIES_RECENT);
        assert_true(fabs(growth_over_window(&series).rate - 1e5) < 1e2);
        series_free(&series);
        assert_null(series.many);
}

/* While it stands still, and has for as long as troughs are remembered, there are none to write down. */
static void test_nothing_happens(void **state)
{
        const uint64_t slot = series_slot_usec(&series);

        (void)state;
        for (uint64_t i = 0; i < 300; i++)
                series_push(&series, 1 + i * slot, 7);
        assert_null(series.troughs);
        assert_troughs(300 - SERIES_TROUGHS, 299, 7);
        series_push(&series, 1 + 300 * slot, 8);
        assert_troughs(301 - SERIES_TROUGHS, 299, 7);
        assert_troughs(300, 300, 8);
        for (uint64_t i = 301; i < 300 + SERIES_TROUGHS; i++) {
                assert_non_null(series.troughs);
                series_push(&series, 1 + i * slot, 8);
        }
        assert_null(series.troughs);
        assert_troughs(300, 299 + SERIES_TROUGHS, 8);
}

/* Whatever the intervals, nothing that is kept lies about the window, and troughs are the least. */
static void test_random_intervals(void **state)
{
        (void)state;
        for (unsigned seed = 1; seed <= 200; seed++) {
                struct rng rng = {seed};
                uint64_t usec = 0, highest = 0, bytes = 0;
                float least[4 * SERIES_SLOTS];

                fresh(NULL);
                series_init(&series, 48 * SECOND, 1 * SECOND);
                for (unsigned i = 0; i < 4 * SERIES_SLOTS; i++)
                        least[i] = SERIES_NO_TROUGH;
                while (usec < 4 * 47 * SECOND) {
                        uint64_t latest = series.latest.usec / SECOND;

                        /* some of them change all the time, and some hardly ever */
                        if (rng_next(&rng) % seed == 0)
                                bytes = rng_next(&rng) % 1000;
                        if (series.n_pushed > 0 && bytes == series.latest.bytes &&
                            usec / SECOND - latest <= SERIES_STILL_SLOTS)
                                while (++latest < usec / SECOND)
                                        least[latest] = (float)bytes;
                        series_push(&series, usec, bytes);
                        if ((float)bytes < least[usec / SECOND])
                                least[usec / SECOND] = (float)bytes;
                        highest = bytes > highest ? bytes : highest;
                        for (uint64_t back = 0; back < SERIES_TROUGHS && back <= series.slot;
                             back++)
                                assert_true(series_trough(&series, series.slot - back) ==
                                            least[series.slot - back]);
                        usec += (uint64_t)rng_scale(&rng, 1e3, 5e6);
                }
                assert_int_equal(series.highest.bytes, highest);
        }
        series_free(&series);
}

static void test_gap(void **state)
{
        (void)state;
        grow(20 * MINUTE, SECOND, 1e6);
        /* suspended for a day, then on */
        series_push(&series, series.latest.usec + 24 * 60 * MINUTE, 5000 * MIB);
        assert_false(growth_over_window(&series).known);
        assert_false(leak_judge(&series, MIB).found);
        grow(series.latest.usec + 9 * SECOND, SECOND / 2, 1e6);
        assert_true(growth_over_window(&series).known);
        assert_true(fabs(growth_over_window(&series).rate - 1e6) < 1e3);
        /* a gap as long as one could ever be */
        series_push(&series, UINT64_MAX - 1, MIB);
        assert_false(growth_over_window(&series).known);
        assert_false(leak_judge(&series, MIB).found);
        assert_true(isfinite(growth_latest(&series)));
}

static void test_replaced_process(void **state)
{
        struct sample ret[200];

        (void)state;
        grow(15 * MINUTE, SECOND, 1e6);
        assert_true(leak_judge(&series, 100 * MIB).found);
        series_init(&series, series.leak_window, series.growth_window);
        assert_int_equal(series.n_pushed, 0);
        assert_int_equal(series.leak_window, 10 * MINUTE);
        assert_int_equal(series.growth_window, 10 * SECOND);

        /* the new process starts small, at a later time, and leaks too: its own window counts */
        for (uint64_t s = 0; s < 600; s++) {
                series_push(&series, (1000 + s) * SECOND, MIB + s * 1000000);
                assert_false(leak_judge(&series, 100 * MIB).found);
        }
        assert_int_equal(series.first.usec, 1000 * SECOND);
        assert_int_equal(series.highest.bytes, MIB + 599 * 1000000);
        assert_true(series_export(&series, ret, 200) > SERIES_SLOTS + 10);
        assert_int_equal(ret[0].usec, 1000 * SECOND);
}

static void test_export(void **state)
{
        struct sample ret[32];

        (void)state;
        for (size_t max = 2; max <= 32; max++) {
                size_t n;

                fresh(NULL);
                grow(30 * MINUTE, SECOND, 1e5);
                n = series_export(&series, ret, max);
                assert_int_equal(n, max);
                assert_int_equal(ret[0].usec, series.first.usec);
                assert_int_equal(ret[n - 1].usec, series.latest.usec);
                for (size_t i = 1; i < n; i++) {
                        assert_true(ret[i].usec > ret[i - 1].usec);
                        assert_true(ret[i].bytes > ret[i - 1].bytes);
                }
        }
        /* all of it, where it fits */
        fresh(NULL);
        grow(5 * SECOND, SECOND, 1e5);
        assert_int_equal(series_export(&series, ret, 32), 5);
}

static void test_windows_are_clamped(void **state)
{
        static const uint64_t windows[] = {0, 1, SERIES_WINDOW_MAX, UINT64_MAX - 1, UINT64_MAX};

        (void)state;
        for (size_t i = 0; i < sizeof(windows) / sizeof(*windows); i++) {
                series_init(&series, windows[i], windows[i]);
                assert_in_range(series.leak_window, SERIES_WINDOW_MIN, SERIES_WINDOW_MAX);
                assert_in_range(series.growth_window, SERIES_WINDOW_MIN, SERIES_WINDOW_MAX);
                assert_true(series_slot_usec(&series) > 0);
                grow(2000, 1, 1e9);
                assert_true(isfinite(growth_latest(&series)));
                leak_judge(&series, 1);
        }
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, fresh)
        const struct CMUnitTest tests[] = {
                TEST(test_size),
                TEST(test_empty),
                TEST(test_still),
                TEST(test_what_was_between),
                TEST(test_one_sample),
                TEST(test_time_does_not_go_back),
                TEST(test_ring_spans_the_window),
                TEST(test_few_samples_need_no_memory),
                TEST(test_nothing_happens),
                TEST(test_random_intervals),
                TEST(test_gap),
                TEST(test_replaced_process),
                TEST(test_export),
                TEST(test_windows_are_clamped),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
