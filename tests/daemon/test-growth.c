/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The rates that growth.h reads from a series: what grows all through the window, and nothing else. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include "samples/growth.h"
#include "samples/leak.h"
#include "series-fixture.h"
#include "shapes.h"

static void test_sustained_growth(void **state)
{
        static const uint64_t intervals[] = {1000, 20000, 200000, 1000000};

        (void)state;
        for (size_t i = 0; i < sizeof(intervals) / sizeof(*intervals); i++) {
                struct growth growth;

                fresh(NULL);
                grow(20 * SECOND, intervals[i], 0);
                grow(30 * SECOND, intervals[i], 50e6);
                growth = growth_over_window(&series);
                assert_true(growth.known && !growth.regained);
                assert_true(fabs(growth.rate - 50e6) < 1e6);
                assert_true(growth.steady == 1);
                assert_true(fabs(growth_latest(&series) - 50e6) < 1e3);
                assert_true(fabs(growth_in_window(&series) - 500e6) < 60e6);
        }
}

static void test_growth_needs_the_window(void **state)
{
        (void)state;
        grow(8800000, 100000, 50e6);
        assert_false(growth_over_window(&series).known);
        grow(8900000, 100000, 50e6);
        assert_true(growth_over_window(&series).known);
        assert_true(fabs(growth_over_window(&series).rate - 50e6) < 1e3);
}

static void test_step_is_no_growth(void **state)
{
        (void)state;
        for (uint64_t every = 1000; every <= SECOND; every *= 10) {
                fresh(NULL);
                grow(20 * SECOND, every, 0);
                series_push(&series, series.latest.usec + 1, 10000 * MIB);
                while (series.latest.usec < 40 * SECOND) {
                        assert_true(growth_over_window(&series).rate < 1);
                        grow(series.latest.usec + every, every, 0);
                }
        }
}

static void test_peak_is_no_growth(void **state)
{
        (void)state;
        grow(20 * SECOND, 50000, 0);
        grow(24 * SECOND, 50000, 100e6);
        for (unsigned i = 0; i < 100; i++) {
                series_push(&series, series.latest.usec + 50000, 100 * MIB);
                assert_true(growth_over_window(&series).rate < 1);
        }
}

static void test_growth_that_stopped(void **state)
{
        (void)state;
        grow(20 * SECOND, 50000, 0);
        grow(28 * SECOND, 50000, 100e6);
        assert_true(growth_over_window(&series).rate > 70e6);
        grow(31 * SECOND, 50000, 0);
        assert_true(growth_over_window(&series).rate < 1);
}

static void test_teeth_are_regained(void **state)
{
        (void)state;
        for (unsigned tooth = 0; tooth < 4; tooth++) {
                series_push(&series, series.latest.usec + 50000, 100 * MIB);
                grow(series.latest.usec + 4 * SECOND, 50000, 20e6);
                assert_int_equal(growth_over_window(&series).rate<0, tooth> 0);
                grow(series.latest.usec + 11 * SECOND, 50000, 20e6);
                assert_true(growth_over_window(&series).rate > 19e6);
                assert_int_equal(growth_over_window(&series).regained, tooth > 0);
        }
        grow(series.latest.usec + SECOND, 50000, 20e6);
        assert_false(growth_over_window(&series).regained);
}

static void test_shrinking(void **state)
{
        (void)state;
        grow(20 * SECOND, 50000, -4e6);
        assert_true(growth_over_window(&series).known);
        assert_true(fabs(growth_over_window(&series).rate + 4e6) < 1e3);
        assert_true(growth_latest(&series) < -3.9e6);
        assert_true(growth_in_window(&series) < -39e6);
}

static void test_huge_values(void **state)
{
        struct growth growth;

        (void)state;
        for (uint64_t i = 0; i < 2000; i++)
                series_push(&series, UINT64_C(9000000000000000000) + i * SECOND,
                            i % 2 ? UINT64_MAX - i : UINT64_C(9223372036854775807) + i);
        growth = growth_over_window(&series);
        assert_true(growth.known && isfinite(growth.rate) && isfinite(growth_latest(&series)));
        assert_false(leak_judge(&series, UINT64_MAX).found);
        assert_false(leak_judge(&series, 0).found);
        assert_true(isfinite(leak_in_window(&series)));
        /* a worker at the end of the number range, as if it leaked */
        fresh(NULL);
        for (uint64_t i = 0; i < 1200; i++)
                series_push(&series, i * SECOND, (UINT64_C(1) << 63) + i * (UINT64_C(1) << 52));
        assert_true(leak_judge(&series, MIB).found);
        assert_true(isfinite(leak_judge(&series, MIB).rate));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, fresh)
        const struct CMUnitTest tests[] = {
                TEST(test_sustained_growth),    TEST(test_growth_needs_the_window),
                TEST(test_step_is_no_growth),   TEST(test_peak_is_no_growth),
                TEST(test_growth_that_stopped), TEST(test_teeth_are_regained),
                TEST(test_shrinking),           TEST(test_huge_values),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
